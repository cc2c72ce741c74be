// Which adapter keeps the data. MongoDB's adapter and its driver are loaded only where they are asked for, so
// that a server on a file starts as fast and stays as small as if there were no other.
import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { StorePlace } from './config.ts';
import { FhirError } from './fhir/error.ts';
import type { Clock } from './fhir/id.ts';
import type { Archive } from './store/archive.ts';
import type { Derive } from './store/port/derived.ts';
import type { Store } from './store/port.ts';
import type { Registry } from './store/registry.ts';
import * as sqlite from './store/sqlite/lock.ts';
import { openSqlite } from './store/sqlite/open.ts';

export interface StoreOptions {
  derive: Derive;
  clock: Clock;
  /** Names what `derive` does; a store that was indexed under another name is indexed anew. */
  extractors: string;
  /** Long work on opening: done and total. */
  onProgress?: (done: number, total: number) => void;
  /** See SqliteOptions.commitMs; means nothing elsewhere. */
  commitMs?: number;
}

export interface OpenedStore {
  readonly store: Store;
  readonly registry: Registry;
  readonly archive: Archive;
  close(): Promise<void>;
}

/** Opens the store, made where there is none. Throws an error whose message says what is wrong, without credentials. */
export async function openStore(place: StorePlace, options: StoreOptions): Promise<OpenedStore> {
  if (place.kind === 'sqlite') {
    mkdirSync(dirname(place.path), { recursive: true, mode: 0o700 });
    return openSqlite({ path: place.path, ...options });
  }
  const { openMongo } = await import('./store/mongodb/open.ts');
  const { commitMs: _, ...others } = options;
  return openMongo({ url: place.url, ...others });
}

/** Gives up all that a store holds. For a demo alone: whoever calls this has looked. */
export async function removeStore(place: StorePlace): Promise<void> {
  if (place.kind === 'mongodb') return (await import('./store/mongodb/drop.ts')).dropMongo(place.url);
  // The write-ahead log first: without its database it is nothing, and a database without it is of before.
  for (const suffix of ['-wal', '-shm', '']) rmSync(`${place.path}${suffix}`, { force: true });
}

/**
 * May a server be at work on this store just now? Of a MongoDB nobody can tell, and any number may be: a
 * command behaves as if there were one.
 */
export const isServed = (place: StorePlace): boolean =>
  place.kind === 'mongodb' || sqlite.isServed(place.path);

/**
 * One server at a time on a SQLite file: throws `conflict` with its process id where there is another. Any
 * number of servers may share a MongoDB.
 */
export async function lockServer(place: StorePlace): Promise<sqlite.ServerLock> {
  if (place.kind === 'mongodb') return { release: () => {} };
  // A command that looks whether a server is there holds the lock for a moment.
  for (let left = 5; left > 0; left -= 1) {
    try {
      return sqlite.lockServer(place.path);
    } catch (error) {
      if (!(error instanceof FhirError)) throw error;
      await new Promise(resolve => setTimeout(resolve, 20));
    }
  }
  return sqlite.lockServer(place.path);
}

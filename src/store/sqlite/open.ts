import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../fhir/id.ts';
import type { Archive } from '../archive.ts';
import type { Derive } from '../port/derived.ts';
import type { Store } from '../port.ts';
import type { Registry } from '../registry.ts';
import { makeArchive } from './archive.ts';
import { isBusy } from './connection.ts';
import { openReader, openWriter } from './file.ts';
import { Group } from './group.ts';
import { LogFile } from './log-file.ts';
import { offerPastHolds } from './past.ts';
import { Readers } from './readers.ts';
import { type Bounds, Reading } from './reading.ts';
import { factOf, makeRegistry } from './registry.ts';
import type { Progress } from './reindex.ts';
import { makeStore } from './store.ts';
import { newWriter, Tail } from './tail.ts';
import { offerTermsHold } from './terms.ts';
import { Words } from './words.ts';

export interface SqliteOptions {
  /** The file; made with its folder where it is not there. */
  path: string;
  derive: Derive;
  clock: Clock;
  /** Names what `derive` does; index values made under another name are made anew when opened. */
  extractors: string;
  onProgress?: Progress;
  /** Where searches stop counting; smaller ones make a small store search like a large one. */
  bounds?: Bounds;
  /** Largest size of the file in pages of 4 KiB; beyond it writes are answered `unavailable`. */
  mostPages?: number;
  /**
   * Milliseconds that a commit may gather work while nobody else waits for the file: a long import alone
   * writes fewer pages twice. Beside a server leave it at what a request can wait for.
   */
  commitMs?: number;
}

export interface SqliteStore {
  store: Store;
  registry: Registry;
  archive: Archive;
  close(): Promise<void>;
}

/** Opens a store file. Throws an Error that names the path where it cannot. */
export async function openSqlite(options: SqliteOptions): Promise<SqliteStore> {
  const { path, derive, clock, extractors, onProgress, bounds } = options;
  const words = new Words();
  const writing = new Reading(await patiently(() => openWriter(path, options.mostPages)), words, bounds);
  offerPastHolds(writing, derive);
  offerTermsHold(writing, derive);
  const readers = new Readers(writing, spare => {
    const reading = new Reading(openReader(path, spare), words, bounds);
    offerPastHolds(reading, derive);
    offerTermsHold(reading, derive);
    return reading;
  });
  const tail = new Tail(await patiently(() => chainOf(writing)), clock);
  const log = new LogFile(path);
  const sync = (): Promise<void> => log.sync();
  const { commitMs } = options;
  const group = new Group({ connection: writing.connection, words, tail, sync, commitMs });
  const registry = makeRegistry({ reading: () => readers.reading, writing, group, clock });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= shut({ group, readers, writing, log });
    return closing;
  };
  const store = makeStore({ readers, writing, group, tail, derive, sync, close });
  if ((await registry.fact('extractors')) !== extractors) {
    if (!(await registry.empty())) await store.reindex(onProgress);
    await registry.setFact('extractors', extractors);
  }
  const archive = makeArchive({ readers, writing, group, tail, derive });
  return { store, registry, archive, close };
}

/** Another process may be making the same file, or writing to it. */
async function patiently<T>(work: () => T): Promise<T> {
  for (let left = 250; ; left -= 1) {
    try {
      return work();
    } catch (error) {
      const busy = isBusy(error) || (Error.isError(error) && isBusy((error as Error).cause));
      if (!busy || left === 0) throw error;
      await pause(20);
    }
  }
}

/** The name of the file's audit chain, given once. */
function chainOf(writing: Reading): string {
  const known = factOf(writing, 'writer');
  if (known !== undefined) return known;
  writing.connection.run("INSERT OR IGNORE INTO fact (name, value) VALUES ('writer', ?)", newWriter());
  return factOf(writing, 'writer')!;
}

interface Held {
  group: Group;
  readers: Readers;
  writing: Reading;
  log: LogFile;
}

async function shut({ group, readers, writing, log }: Held): Promise<void> {
  await group.close();
  await readers.close();
  // No ANALYZE: every query names its indexes and the order of its joins, and statistics that were taken
  // of a small store made the planner walk whole tables once it had grown.
  writing.connection.db.close();
  log.close();
}

// A MongoDB for a run: one that is there, or a replica set of one on disk.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { MongoMemoryReplSet } from 'mongodb-memory-server-core';

export interface Mongod {
  /** Of a database that is this run's alone. */
  database(name: string): string;
  /** Milliseconds of processor that the server has used; undefined where it does not tell (not on Linux). */
  cpu(): Promise<number | undefined>;
  /** Drops the databases; ends the server where this run started it. */
  close(): Promise<void>;
}

/**
 * Undefined where the environment names none. `folder` is where a server of its own keeps its data, `cache`
 * what it keeps in memory, GB.
 */
export async function findMongod(folder: string, cache = 1): Promise<Mongod | undefined> {
  const { MONGO_URL: url = '', MONGOMS_SYSTEM_BINARY: binary = '' } = process.env;
  if (url !== '') return connected(url, async () => undefined);
  if (binary === '') return undefined;
  const dbPath = join(folder, 'mongod');
  mkdirSync(dbPath);
  // The journal is what durability costs: on disk and synced, as in real use.
  const set = await MongoMemoryReplSet.create({
    replSet: { count: 1, storageEngine: 'wiredTiger' },
    instanceOpts: [{ dbPath, args: ['--wiredTigerCacheSizeGB', String(cache)] }],
    binary: { systemBinary: binary, checkMD5: false, version: versionOf(binary) },
  });
  const end = async (): Promise<void> => {
    await set.stop({ doCleanup: true, force: true });
  };
  try {
    return await connected(set.getUri(), end);
  } catch (error) {
    await end();
    throw error;
  }
}

/** `6.0.5` */
function versionOf(binary: string): string {
  const text = execFileSync(binary, ['--version'], { encoding: 'utf8' });
  const found = /\bv(\d+\.\d+\.\d+)/.exec(text)?.[1];
  if (found === undefined) throw new Error('MONGOMS_SYSTEM_BINARY names no MongoDB server.');
  return found;
}

async function connected(url: string, end: () => Promise<void>): Promise<Mongod> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 5000 });
  await client.connect();
  const made: string[] = [];
  const run = `iop-bench-${process.pid}-${Date.now().toString(36)}`;
  return {
    database: name => {
      made.push(`${run}-${name}`);
      return withDatabase(url, `${run}-${name}`);
    },
    cpu: async () => {
      const { extra_info: info } = await client.db('admin').command({ serverStatus: 1, ...NOTHING_ELSE });
      const { user_time_us: user, system_time_us: system } = info as Record<string, unknown>;
      return user === undefined ? undefined : (Number(user) + Number(system)) / 1000;
    },
    close: async () => {
      for (const name of made) await client.db(name).dropDatabase();
      await client.close();
      await end();
    },
  };
}

/** Of what serverStatus tells. */
const NOTHING_ELSE = { metrics: 0, wiredTiger: 0, tcmalloc: 0, repl: 0, locks: 0, opcounters: 0 };

/** The URL with another database; credentials are checked where they were before. */
function withDatabase(url: string, name: string): string {
  const place = new URL(url);
  const before = place.pathname.replace(/^\//, '');
  if (before !== '' && place.username !== '' && !place.searchParams.has('authSource'))
    place.searchParams.set('authSource', before);
  place.pathname = `/${name}`;
  return place.href;
}

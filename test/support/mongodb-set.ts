// Servers of their own for tests that break them. Each start takes some seconds.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { MongoMemoryReplSet, MongoMemoryServer } from 'mongodb-memory-server-core';

/** In memory where the system offers that: the processes are killed, not the machine. */
const TEMPORARY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const ARGUMENTS = [
  ['--wiredTigerCacheSizeGB', '0.25'],
  ['--setParameter', 'ttlMonitorEnabled=false'],
  // For `failNext`.
  ['--setParameter', 'enableTestCommands=1'],
].flat();
const binary = {
  ...(process.env.MONGOMS_SYSTEM_BINARY ? { systemBinary: process.env.MONGOMS_SYSTEM_BINARY } : {}),
  checkMD5: false,
  version: '6.0.5',
};

/** Undefined where servers can be started here; else why not. */
export const noServers: string | undefined = process.env.MONGOMS_SYSTEM_BINARY
  ? undefined
  : 'no server binary is named (MONGOMS_SYSTEM_BINARY)';

export interface ServerSet {
  url: string;
  /** Makes the primary step down; another is elected. */
  stepDown(): Promise<void>;
  /** Ends the primary's process at once. */
  killPrimary(): Promise<void>;
  /** The primary answers the next so many of these commands of the store with a failure. */
  failNext(times: number, failure: Failure): Promise<void>;
  /** Ends `failNext`. */
  heal(): Promise<void>;
  stop(): Promise<void>;
}

/** See the server's `failCommand`. */
export interface Failure {
  failCommands: readonly string[];
  /** Before the command is done. */
  closeConnection?: true;
  /** Instead of doing the command. */
  errorCode?: number;
  errorLabels?: readonly string[];
  /** The command is done all the same. */
  writeConcernError?: { code: number; errmsg: string };
  /** Only for commands on this collection, `database.collection`. */
  namespace?: string;
}

/** The ports of the members are free when they are looked for, and may not be a moment later: then others are. */
async function created(
  options: Parameters<typeof MongoMemoryReplSet.create>[0],
  tries = 3,
): Promise<MongoMemoryReplSet> {
  try {
    return await MongoMemoryReplSet.create(options);
  } catch (error) {
    if (tries === 1 || !/already in use/.test(String(error))) throw error;
    return created(options, tries - 1);
  }
}

/**
 * A replica set whose members elect a new primary within some two seconds. `given`: a folder for the data,
 * which stays.
 */
export async function startSet(
  members: number,
  auth?: { name: string; password: string },
  given?: string,
): Promise<ServerSet> {
  const folder = given ?? mkdtempSync(join(TEMPORARY, 'iop-fhir-set-'));
  const paths = Array.from({ length: members }, (_, at) => join(folder, `member-${at}`));
  for (const path of paths) mkdirSync(path);
  const set = await created({
    replSet: {
      count: members,
      storageEngine: 'wiredTiger',
      configSettings: { electionTimeoutMillis: 2000, heartbeatIntervalMillis: 500 },
      ...(auth === undefined
        ? {}
        : { auth: { enable: true, customRootName: auth.name, customRootPwd: auth.password } }),
    },
    instanceOpts: paths.map(dbPath => ({ dbPath, args: ARGUMENTS })),
    binary,
  });
  const dead = new Set<MongoMemoryServer>();
  const primary = () => primaryOf(set, dead);
  return {
    url: set.getUri('iop'),
    stepDown: async () => {
      const { url } = await primary();
      await command(url, { replSetStepDown: 5, secondaryCatchUpPeriodSecs: 4 });
    },
    killPrimary: async () => {
      const { server } = await primary();
      dead.add(server);
      server.instanceInfo!.instance.mongodProcess!.kill('SIGKILL');
    },
    failNext: async (times, failure) => {
      const { url } = await primary();
      const data = { ...failure, appName: 'iop-fhir' };
      await command(url, { configureFailPoint: 'failCommand', mode: { times }, data });
    },
    heal: async () => {
      const { url } = await primary();
      await command(url, { configureFailPoint: 'failCommand', mode: 'off' });
    },
    stop: async () => {
      await set.stop({ doCleanup: true, force: true });
      if (given === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function primaryOf(
  set: MongoMemoryReplSet,
  dead: ReadonlySet<MongoMemoryServer>,
): Promise<{ url: string; server: MongoMemoryServer }> {
  for (let left = 100; left > 0; left -= 1) {
    for (const server of set.servers.filter(one => !dead.has(one))) {
      const url = `${server.getUri()}?directConnection=true`;
      const hello = await command(url, { hello: 1 }).catch(() => undefined);
      if (hello?.isWritablePrimary === true) return { url, server };
    }
    await pause(100);
  }
  throw new Error('The set has no primary.');
}

async function command(url: string, document: Record<string, unknown>): Promise<Record<string, unknown>> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 1000 });
  try {
    return await client.db('admin').command(document);
  } finally {
    await client.close();
  }
}

export interface SingleServer {
  url: string;
  stop(): Promise<void>;
}

/** One server. `replSet`: the name of a set that nobody initiates. `dbPath`: a folder that is there. */
export async function startServer(
  options: { replSet?: string; dbPath?: string } = {},
): Promise<SingleServer> {
  const server = await MongoMemoryServer.create({
    instance: { storageEngine: 'wiredTiger', args: ARGUMENTS, ...options },
    binary,
  });
  return {
    url: server.getUri('iop'),
    stop: async () => {
      await server.stop({ doCleanup: options.dbPath === undefined, force: true });
    },
  };
}

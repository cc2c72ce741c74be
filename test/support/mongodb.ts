// MongoDB stores for tests. Making the collections and indexes of a database takes longer than most tests:
// one that is closed is emptied and used again, and all are dropped when the test file ends.
import { randomUUID } from 'node:crypto';
import { afterAll, describe } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { connectMongo } from '../../src/store/mongodb/client.ts';
import { type MongoOptions, type MongoStore, openMongo } from '../../src/store/mongodb/open.ts';
import { collectionsOf, LIMITS } from '../../src/store/mongodb/reading.ts';
import { prepareSchema } from '../../src/store/mongodb/schema.ts';
import type { Site } from '../../src/store/mongodb/site.ts';
import { statedDerive } from './store.ts';

/** A replica set for tests; undefined where there is none (see mongodb-setup.mjs, which says so). */
export const mongoUrl = (): string | undefined => process.env.MONGO_URL || undefined;

/** `describe`, skipped where there is no server. */
export const describeMongo: typeof describe | typeof describe.skip =
  mongoUrl() === undefined ? describe.skip : describe;

export interface TemporaryMongo extends MongoStore {
  url: string;
  /** Closes it and empties the database for the next. */
  close(): Promise<void>;
}

export type TemporaryMongoOptions = Partial<MongoOptions>;

let client: Promise<MongoClient> | undefined;
const made: string[] = [];
const idle: string[] = [];

/** The URL of a database without data: another one each time, until it is given back. */
export function takeDatabase(): string {
  const name = idle.pop() ?? `test_${randomUUID().slice(0, 18)}`;
  if (!made.includes(name)) made.push(name);
  return urlOf(name);
}

/** Empties a database and keeps it for the next. */
export async function giveBack(url: string): Promise<void> {
  const name = PARTS.exec(url)![2]!;
  const db = (await administration()).db(name);
  const collections = await db.listCollections({}, { nameOnly: true }).toArray();
  await Promise.all(collections.map(one => db.collection(one.name).deleteMany({})));
  idle.push(name);
}

/** Opens an empty store with `statedDerive`, or on `url` what is there; closed by `close`. */
export async function openTemporaryMongo(options: TemporaryMongoOptions = {}): Promise<TemporaryMongo> {
  const url = options.url ?? takeDatabase();
  const opened = await openMongo({
    derive: statedDerive,
    clock: Date.now,
    extractors: 'test',
    ...options,
    url,
  });
  const close = async (): Promise<void> => {
    await opened.close();
    if (options.url === undefined) await giveBack(url);
  };
  return { ...opened, url, close };
}

export interface TemporarySite {
  site: Site;
  url: string;
  /** Gives the database back. */
  close(): Promise<void>;
}

/** A prepared database without a store on it: for the parts of the adapter. `url`: one that is open already. */
export async function openTemporarySite(
  options: { url?: string; sharded?: boolean } = {},
): Promise<TemporarySite> {
  const url = options.url ?? takeDatabase();
  const connected = await connectMongo(url);
  const collections = collectionsOf(connected.db);
  await prepareSchema(connected.db, collections);
  const close = async (): Promise<void> => {
    await connected.close();
    if (options.url === undefined) await giveBack(url);
  };
  const site = { connected, collections, sharded: options.sharded ?? false, limits: LIMITS };
  return { site, url, close };
}

/** What stands before the database, the database, what stands after it. */
const PARTS = /^([^/]+\/\/[^/?]+)\/?([^?]*)(.*)$/s;

function urlOf(name: string): string {
  const base = mongoUrl();
  if (base === undefined) throw new Error('There is no MongoDB for tests: use describeMongo.');
  const [, hosts, , options] = PARTS.exec(base)!;
  return `${hosts}/${name}${options}`;
}

function administration(): Promise<MongoClient> {
  client ??= new MongoClient(mongoUrl()!, { maxPoolSize: 8 }).connect();
  return client;
}

/** Drops every database of this file. */
async function dropAll(): Promise<void> {
  if (made.length === 0 && client === undefined) return;
  const held = await administration();
  await Promise.all(made.map(name => held.db(name).dropDatabase()));
  await held.close();
}

afterAll(dropAll);

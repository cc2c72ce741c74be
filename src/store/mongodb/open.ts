import { randomUUID } from 'node:crypto';
import type { Clock } from '../../fhir/id.ts';
import type { Archive } from '../archive.ts';
import type { Derive } from '../port/derived.ts';
import type { Store } from '../port.ts';
import type { Registry } from '../registry.ts';
import { openArchive } from './archive.ts';
import { type ClientOptions, type Connected, connectMongo, openingError } from './client.ts';
import { Lanes } from './lanes.ts';
import { collectionsOf, LIMITS, type Limits } from './reading.ts';
import { Recorder, recorderWriter } from './recorder.ts';
import { makeRegistry } from './registry.ts';
import type { Progress } from './reindex.ts';
import { prepareSchema } from './schema.ts';
import type { Site } from './site.ts';
import { makeStore } from './store.ts';
import type { Now } from './transaction.ts';

export interface MongoOptions extends ClientOptions {
  /** mongodb:// or mongodb+srv://; the database is `iop` where the URL names none. */
  url: string;
  derive: Derive;
  clock: Clock;
  /** Names what `derive` does; index values made under another name are made anew when opened. */
  extractors: string;
  onProgress?: Progress;
  /** Units that this process has under way at a time. */
  lanes?: number;
  /** Look resources up as on a sharded cluster, whatever the server is. */
  sharded?: boolean;
  /** Smaller ones make a small store search like a large one. */
  limits?: Limits;
}

export interface MongoStore {
  store: Store;
  registry: Registry;
  archive: Archive;
  /** The database as the adapter sees it: for what stands beside the ports. */
  site: Site;
  close(): Promise<void>;
}

/**
 * Opens the database, made where there is none. Throws an Error of one line that names the hosts, and never
 * what the URL says of a user, where it cannot.
 */
export async function openMongo(options: MongoOptions): Promise<MongoStore> {
  const connected = await connectMongo(options.url, options);
  try {
    return await openOn(connected, options);
  } catch (error) {
    await connected.close().catch(() => {});
    throw openingError(error, connected.client);
  }
}

async function openOn(connected: Connected, options: MongoOptions): Promise<MongoStore> {
  const { derive, clock, extractors, onProgress, limits = LIMITS } = options;
  const collections = collectionsOf(connected.db);
  const sharded = options.sharded ?? connected.sharded;
  const site: Site = { connected, collections, sharded, limits };
  const now: Now = () => Math.trunc(clock() * 1000);
  await prepareSchema(connected.db, collections);
  const { lanes, recorder } = await openWriting(site, now, options.lanes);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= shut(connected, lanes, recorder);
    return closing;
  };
  const closed = (): boolean => closing !== undefined;
  const startSession = () => connected.startSession();
  const registry = makeRegistry({ collections, startSession, clock });
  const store = makeStore({ site, lanes, recorder, derive, closed, close });
  try {
    if ((await registry.fact('extractors')) !== extractors) {
      if (!(await registry.empty())) await store.reindex(onProgress);
      await registry.setFact('extractors', extractors);
    }
    const archive = await openArchive({ collections, lanes, derive });
    return { store, registry, archive, site, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openWriting(
  site: Site,
  now: Now,
  most: number | undefined,
): Promise<{ lanes: Lanes; recorder: Recorder }> {
  const writing = { holder: randomUUID(), newWriter: () => randomUUID(), now };
  const lanes = new Lanes(site, { ...writing, ...(most === undefined ? {} : { most }) });
  const slot = await lanes.open();
  const writer = await recorderWriter(site.collections, slot, writing.newWriter);
  return { lanes, recorder: new Recorder({ collections: site.collections, writer, now }) };
}

async function shut(connected: Connected, lanes: Lanes, recorder: Recorder): Promise<void> {
  await lanes.close();
  await recorder.close();
  await connected.close();
}

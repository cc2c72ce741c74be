// Collections, indexes and shard keys. Made when a store is opened, as often as that is; an index that is
// there already costs nothing.
import type { Db, IndexDescription } from 'mongodb';
import type { Collections } from './reading.ts';

/** Raised by one with every change below; an older store is brought forward, a newer one is refused. */
export const SCHEMA_VERSION = 4;

/** Searches never look at tombstones. Queries on these indexes say `deleted: false`. */
const LIVE = { partialFilterExpression: { deleted: false } };

/**
 * Indexes of `resource`, by the name that queries give as a hint. Each starts with the partition; what a
 * page is read along (`created`, a date, `seq`) comes after what is asked to be equal; what follows that is
 * checked on the index alone, before a document is fetched.
 */
export const INDEX = {
  /** All of a type, in page order. */
  created: { partition: 1, type: 1, created: 1, dateLow: 1, dateHigh: 1, seq: 1 },
  /** By lastUpdated; history. Tombstones too. */
  seq: { partition: 1, type: 1, seq: 1 },
  date: { partition: 1, type: 1, dateLow: 1, created: 1 },
  /** Some days' in page order. */
  day: { partition: 1, type: 1, day: 1, created: 1 },
  /** What began long before it ended, by its end. */
  long: { partition: 1, type: 1, dateHigh: 1 },
  value: {
    partition: 1,
    type: 1,
    'values.k': 1,
    'values.v': 1,
    created: 1,
    dateLow: 1,
    dateHigh: 1,
  },
  person: { partition: 1, who: 1, type: 1, created: 1, dateLow: 1, dateHigh: 1, seq: 1 },
  personDate: { partition: 1, who: 1, type: 1, dateLow: 1, created: 1 },
  personValue: {
    partition: 1,
    who: 1,
    type: 1,
    'values.k': 1,
    'values.v': 1,
    created: 1,
    dateLow: 1,
    dateHigh: 1,
  },
  /** The history of what few persons are named by. Tombstones too. */
  personSeq: { partition: 1, who: 1, seq: 1, type: 1 },
  /** What an Organization wrote into the records of others. */
  source: { source: 1, partition: 1, type: 1, created: 1 },
  /** The history of it. Tombstones too. */
  sourceSeq: { source: 1, partition: 1, seq: 1, type: 1 },
  /** Where no partition is known. Tombstones too. */
  type: { type: 1, partition: 1, created: 1 },
  /** The log of versions. Tombstones too. */
  log: { seq: 1 },
} as const;
export type IndexName = keyof typeof INDEX;

const LOGS: ReadonlySet<string> = new Set<IndexName>(['seq', 'personSeq', 'type', 'log']);

/** Of all resources few are foreign. */
const FOREIGN = { foreign: true };

function resourceIndexes(): IndexDescription[] {
  return Object.entries(INDEX).map(([name, key]) => {
    if (LOGS.has(name)) return { name, key };
    if (name === 'long') return { name, key, partialFilterExpression: { deleted: false, long: true } };
    if (name === 'source') return { name, key, partialFilterExpression: { deleted: false, ...FOREIGN } };
    if (name === 'sourceSeq') return { name, key, partialFilterExpression: FOREIGN };
    return { name, key, ...LIVE };
  });
}

export const COLLECTIONS = {
  resource: resourceIndexes(),
  history: [
    { name: 'name', key: { partition: 1, type: 1, id: 1, version: 1 } },
    { name: 'seq', key: INDEX.seq },
    { name: 'personSeq', key: INDEX.personSeq },
    { name: 'sourceSeq', key: INDEX.sourceSeq, partialFilterExpression: FOREIGN },
    { name: 'log', key: INDEX.log },
  ],
  place: [],
  rule: [
    { name: 'actor', key: { actor: 1, permit: 1, purpose: 1, person: 1, owner: 1 } },
    { name: 'person', key: { owner: 1, person: 1, permit: 1, actor: 1 } },
    { name: 'consent', key: { consent: 1 } },
  ],
  tie: [{ name: 'organization', key: { organization: 1, owner: 1 } }],
  claim: [{ name: 'name', key: { name: 1 } }],
  mark: [],
  lock: [{ name: 'used', key: { used: 1 }, expireAfterSeconds: 3600 }],
  rate: [{ name: 'until', key: { until: 1 }, expireAfterSeconds: 0 }],
  organization: [],
  client: [],
  jti: [{ name: 'expires', key: { expires: 1 }, expireAfterSeconds: 0 }],
  revocation: [],
  exception: [{ name: 'kind', key: { kind: 1, _id: 1 } }],
  sync: [],
  fact: [],
  audit: [
    { name: 'chain', key: { writer: 1, number: 1 }, unique: true },
    { name: 'key', key: { keys: 1, at: -1, writer: -1, number: -1 } },
  ],
  lane: [],
  holder: [],
} as const satisfies Record<string, readonly IndexDescription[]>;
export type CollectionName = keyof typeof COLLECTIONS;

/**
 * The shard key of each collection that is sharded; the others are small and stay whole. A unique index
 * must start with its collection's shard key (`_id` is made unique over all shards by `place`, whose key it
 * is), and every search names its partitions.
 */
export const SHARD_KEYS: Partial<Record<CollectionName, Readonly<Record<string, 1 | 'hashed'>>>> = {
  resource: { partition: 1, who: 1, _id: 1 },
  history: { partition: 1, type: 1, id: 1 },
  place: { _id: 'hashed' },
  claim: { _id: 'hashed' },
  mark: { _id: 'hashed' },
  audit: { writer: 1, number: 1 },
};

/**
 * Makes what is missing. Throws an Error where a newer version of the software was here: it may keep things
 * that this one would break.
 */
export async function prepareSchema(db: Db, { fact }: Collections): Promise<void> {
  if (!(await refuseNewer(fact))) await refuseForeign(db);
  await ensureIndexes(db);
  const value = String(SCHEMA_VERSION);
  await fact.updateOne({ _id: 'schema' }, { $setOnInsert: { value } }, { upsert: true });
  // As texts, which is as numbers while they have one digit. Never lowered.
  await fact.updateOne({ _id: 'schema', value: { $lt: value } }, { $set: { value } });
  // Another one may have come in between.
  await refuseNewer(fact);
}

/** A database that was never ours and holds something: the URL names a wrong one. */
async function refuseForeign(db: Db): Promise<void> {
  const held = await db.listCollections({}, { nameOnly: true }).toArray();
  const foreign = held.some(({ name }) => !(name in COLLECTIONS) && !name.startsWith('system.'));
  if (foreign) throw new Error(`The database ${db.databaseName} holds data of another program.`);
}

/** Is it known what made it? */
async function refuseNewer(fact: Collections['fact']): Promise<boolean> {
  const made = await fact.findOne({ _id: 'schema' });
  const found = Number(made?.value ?? 0);
  if (found > SCHEMA_VERSION)
    throw new Error(
      `The database was made by a newer version of iop-fhir (schema ${found}; this one knows ${SCHEMA_VERSION}).`,
    );
  return made !== null;
}

/** Creates what is missing. */
export async function ensureIndexes(db: Db): Promise<void> {
  const names = Object.keys(COLLECTIONS) as CollectionName[];
  const held = new Set((await db.listCollections({}, { nameOnly: true }).toArray()).map(one => one.name));
  await Promise.all(
    names.map(async name => {
      if (!held.has(name)) await db.createCollection(name).catch(ignoreExisting);
      const indexes = COLLECTIONS[name] as readonly IndexDescription[];
      if (indexes.length > 0) await db.collection(name).createIndexes([...indexes]);
    }),
  );
}

/** Another server made it at the same moment. */
function ignoreExisting(error: unknown): void {
  if ((error as { code?: unknown }).code !== 48) throw error;
}

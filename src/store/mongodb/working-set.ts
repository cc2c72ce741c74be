// What a unit has read and what it is about to write. Each document is read once; changes are kept here and
// sent together, since every call is a way to the server and back.
import type {
  ClaimDocument,
  MarkDocument,
  Name,
  ResourceDocument,
  RuleDocument,
  TieDocument,
} from './documents.ts';
import { changedOf, type Entry, type Identity, keepFound, settle, unread } from './identity.ts';
import { locate } from './locate.ts';
import { type Reading, within } from './reading.ts';
import { keepTies } from './ties.ts';

export interface WorkingSet {
  readonly reading: Reading;
  readonly resources: Identity<ResourceDocument>;
  readonly claims: Identity<ClaimDocument>;
  /** All claims whose keys start so were read. */
  readonly prefixes: Set<string>;
  readonly marks: Identity<MarkDocument>;
  /** Versions that became part of the history. */
  readonly past: ResourceDocument[];
  /** By Consent: the rules that replace those it had. */
  readonly rules: Map<Name, readonly RuleDocument[]>;
  /** Consents whose rules count no longer. */
  readonly ended: Set<Name>;
  /** Locks of this unit, sent or not. */
  readonly locks: Map<string, { sent: boolean }>;
  readonly ties: Map<string, TieDocument>;
  /** How often something was sent. */
  sent: number;
}

export const newWorkingSet = (reading: Reading): WorkingSet => ({
  reading,
  resources: new Map(),
  claims: new Map(),
  prefixes: new Set(),
  marks: new Map(),
  past: [],
  rules: new Map(),
  ended: new Set(),
  locks: new Map(),
  ties: new Map(),
  sent: 0,
});

export async function loadResources(
  { reading, resources }: WorkingSet,
  names: Iterable<Name>,
): Promise<void> {
  const asked = unread(resources, names);
  if (asked.length === 0) return;
  const filter = await locate(reading, asked);
  keepFound(resources, asked, await reading.collections.resource.find(filter, within(reading)).toArray());
}

export async function loadClaims({ reading, claims }: WorkingSet, keys: Iterable<string>): Promise<void> {
  const asked = unread(claims, keys);
  if (asked.length === 0) return;
  const filter = { _id: { $in: asked } };
  keepFound(claims, asked, await reading.collections.claim.find(filter, within(reading)).toArray());
}

/** The last character is one that has a next one. */
export async function loadClaimsUnder(
  { reading, claims, prefixes }: WorkingSet,
  prefix: string,
): Promise<void> {
  if (prefixes.has(prefix)) return;
  const end = prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
  const found = await reading.collections.claim
    .find({ _id: { $gte: prefix, $lt: end } }, within(reading))
    .toArray();
  const fresh = found.filter(one => !claims.has(one._id));
  keepFound(
    claims,
    fresh.map(one => one._id),
    fresh,
  );
  prefixes.add(prefix);
}

export async function loadMarks({ reading, marks }: WorkingSet, keys: Iterable<string>): Promise<void> {
  const asked = unread(marks, keys);
  if (asked.length === 0) return;
  const filter = { _id: { $in: asked } };
  keepFound(marks, asked, await reading.collections.mark.find(filter, within(reading)).toArray());
}

/** Are there rules unsent? Whether a resource at hand may be reached is asked of the rules only. */
export const hasRules = ({ rules, ended }: WorkingSet): boolean => rules.size > 0 || ended.size > 0;

/**
 * Sends what is pending: every later read of the transaction finds it. What units fight over goes first, so
 * that the one that loses has done little in vain.
 */
export async function flush(set: WorkingSet): Promise<void> {
  set.sent += 1;
  await keepTies(set.reading.collections, set.ties.values());
  set.ties.clear();
  await writeLocks(set);
  await writeClaims(set);
  await writeMarks(set);
  await writeRules(set);
  await writeResources(set);
  await writePast(set);
}

export function addLocks({ locks }: WorkingSet, ids: Iterable<string>): void {
  for (const id of ids) if (!locks.has(id)) locks.set(id, { sent: false });
}

async function writeLocks({ reading, locks }: WorkingSet): Promise<void> {
  const pending = [...locks].filter(([, lock]) => !lock.sent);
  if (pending.length === 0) return;
  const operations = pending.map(([_id]) => ({
    updateOne: { filter: { _id }, update: { $currentDate: { used: true as const } }, upsert: true },
  }));
  await reading.collections.lock.bulkWrite(operations, { ...within(reading), ordered: false });
  for (const [, lock] of pending) lock.sent = true;
}

async function writeClaims({ reading, claims }: WorkingSet): Promise<void> {
  const changed = changedOf(claims);
  if (changed.length === 0) return;
  const operations = changed.map(({ stored, now }) => {
    if (now === undefined) return { deleteOne: { filter: { _id: stored!._id } } };
    const { _id, name, imported } = now;
    return stored === undefined
      ? { insertOne: { document: now } }
      : { replaceOne: { filter: { _id }, replacement: { name, imported } } };
  });
  await reading.collections.claim.bulkWrite(operations, { ...within(reading), ordered: false });
  settle(changed);
}

async function writeMarks({ reading, marks }: WorkingSet): Promise<void> {
  const changed = changedOf(marks);
  if (changed.length === 0) return;
  const operations = changed.map(({ stored, now }) => {
    const { _id, digest, parts } = now!;
    return stored === undefined
      ? { insertOne: { document: now! } }
      : { replaceOne: { filter: { _id }, replacement: { digest, parts } } };
  });
  await reading.collections.mark.bulkWrite(operations, { ...within(reading), ordered: false });
  settle(changed);
}

async function writePast({ reading, past }: WorkingSet): Promise<void> {
  if (past.length === 0) return;
  await reading.collections.history.insertMany(past.splice(0), { ...within(reading), ordered: false });
}

/** Before the resources are sent: what is new had no rules. */
async function writeRules({ reading, resources, rules, ended }: WorkingSet): Promise<void> {
  const { rule } = reading.collections;
  const options = within(reading);
  if (rules.size > 0) {
    const held = [...rules.keys()].filter(name => resources.get(name)?.stored !== undefined);
    if (held.length > 0) await rule.deleteMany({ consent: { $in: held } }, options);
    const documents = [...rules.values()].flat();
    if (documents.length > 0) await rule.insertMany(documents, { ...options, ordered: false });
    rules.clear();
  }
  if (ended.size === 0) return;
  await rule.updateMany({ consent: { $in: [...ended] } }, { $set: { live: false } }, options);
  ended.clear();
}

/** A document that is to lie elsewhere is removed and inserted: no update moves one to another shard in bulk. */
async function writeResources({ reading, resources }: WorkingSet): Promise<void> {
  const changed = changedOf(resources);
  if (changed.length === 0) return;
  const made = changed.filter(({ stored }) => stored === undefined);
  const held = changed.filter(({ stored }) => stored !== undefined) as Held[];
  const moved = held.filter(({ stored, now }) => !samePlace(stored, now));
  const stayed = held.filter(({ stored, now }) => samePlace(stored, now));
  await claimPlaces(reading, made, moved);
  const { resource } = reading.collections;
  const options = { ...within(reading), ordered: false };
  if (moved.length > 0) {
    const removals = moved.map(({ stored }) => ({ deleteOne: { filter: keyOf(stored) } }));
    const { deletedCount } = await resource.bulkWrite(removals, options);
    demandAll(deletedCount, moved.length);
  }
  if (stayed.length > 0) {
    const changes = stayed.map(({ stored, now: { _id, ...replacement } }) => ({
      replaceOne: { filter: keyOf(stored), replacement },
    }));
    const { matchedCount } = await resource.bulkWrite(changes, options);
    demandAll(matchedCount, stayed.length);
  }
  const inserted = [...made, ...moved].map(({ now }) => now!);
  if (inserted.length > 0) await resource.insertMany(inserted, options);
  settle(changed);
}

interface Held extends Entry<ResourceDocument> {
  stored: ResourceDocument;
  now: ResourceDocument;
}

const samePlace = (a: ResourceDocument, b: ResourceDocument): boolean =>
  a.partition === b.partition && a.who === b.who;

/** The shard key, and the version that was read. */
const keyOf = ({ partition, who, _id, version }: ResourceDocument) => ({ partition, who, _id, version });

/** Reads and writes of a transaction are of one moment, or it is refused. */
function demandAll(done: number, asked: number): void {
  if (done !== asked) throw new Error('A resource changed within the transaction that read it.');
}

/** Where a resource is kept: for a new one the claim to its name. */
async function claimPlaces(
  reading: Reading,
  made: readonly Entry<ResourceDocument>[],
  moved: readonly Held[],
): Promise<void> {
  const { place } = reading.collections;
  const options = { ...within(reading), ordered: false };
  const places = made.map(({ now }) => placeOf(now!));
  if (places.length > 0) await place.insertMany(places, options);
  if (moved.length === 0) return;
  const changes = moved.map(({ now }) => {
    const { _id, partition, who } = placeOf(now);
    return { updateOne: { filter: { _id }, update: { $set: { partition, who } } } };
  });
  await place.bulkWrite(changes, options);
}

const placeOf = ({ _id, partition, who }: ResourceDocument) => ({ _id, partition, who });

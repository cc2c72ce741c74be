// Labels current bodies and computes what is derived from them afresh, of every version, in chunks that let other work through.
// Several servers may do so at once: each chunk is a transaction that reads what it changes.
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Derive } from '../port/derived.ts';
import { relabel } from '../unit/relabel.ts';
import { countingRules } from '../unit/rules.ts';
import { doAll } from '../unit/work.ts';
import { type Name, type ResourceDocument, type RuleDocument, toVersion } from './documents.ts';
import { put } from './identity.ts';
import { type Reading, within } from './reading.ts';
import { documentOf, pastOf, rowOf, rulesOf, tiesOf, tombstoneOf } from './rows.ts';
import { inTransaction, type Site } from './site.ts';
import { partitionsOf } from './version.ts';
import { flush, loadResources, newWorkingSet, type WorkingSet } from './working-set.ts';

/** Resources in one commit. */
const CHUNK = 50;
const PAUSE_MS = 5;

export type Progress = (done: number, total: number) => void;

type Place = Pick<ResourceDocument, '_id' | 'type' | 'created'>;

export async function reindexAll(site: Site, derive: Derive, progress: Progress = () => {}): Promise<void> {
  const total = await site.collections.resource.estimatedDocumentCount();
  let done = 0;
  let last: Place | undefined;
  for (;;) {
    const chunk = await nextChunk(site, last);
    if (chunk.length === 0) return;
    const names = chunk.map(one => one._id);
    await inTransaction(site, reading => reindexChunk(reading, derive, names));
    last = chunk.at(-1);
    done += chunk.length;
    progress(done, Math.max(done, total));
    await pause(PAUSE_MS);
  }
}

/** By type, then in order of creation: along an index that holds tombstones too. */
function nextChunk({ collections }: Site, last: Place | undefined): Promise<Place[]> {
  const after =
    last === undefined
      ? {}
      : { $or: [{ type: last.type, created: { $gt: last.created } }, { type: { $gt: last.type } }] };
  return collections.resource
    .find<Place>(after, { projection: { type: 1, created: 1 }, hint: 'type' })
    .sort({ type: 1, created: 1 })
    .limit(CHUNK)
    .toArray();
}

async function reindexChunk(reading: Reading, derive: Derive, names: readonly Name[]): Promise<void> {
  const set = newWorkingSet(reading);
  await loadResources(set, names);
  const current = [...set.resources.values()].flatMap(({ stored }) => (stored === undefined ? [] : [stored]));
  const past = await pastOfAll(reading, current);
  const changed: Changed[] = [];
  for (const document of current) {
    const body = await labelledAnew(set, derive, document);
    changed.push(...reindexOne(set, derive, { current: document, body, past: past.get(document._id) ?? [] }));
  }
  await flush(set);
  await writePast(reading, changed);
}

/** By name, oldest first. */
async function pastOfAll(
  reading: Reading,
  current: readonly ResourceDocument[],
): Promise<Map<Name, ResourceDocument[]>> {
  const older = current.filter(document => document.version > 1);
  if (older.length === 0) return new Map();
  const each = older.map(document => {
    const { type, id } = document;
    return { partition: partitionsOf(document), type, id };
  });
  const found = await reading.collections.history
    .find({ $or: each }, within(reading))
    .sort({ version: 1 })
    .toArray();
  return Map.groupBy(found, ({ type, id }) => `${type}/${id}`);
}

/** In place: neither its history nor its number changes. */
async function labelledAnew(set: WorkingSet, derive: Derive, stored: ResourceDocument): Promise<string> {
  if (stored.deleted) return '';
  return doAll(
    relabel(derive, stored, async (type, id) => {
      const name = `${type}/${id}` as Name;
      await loadResources(set, [name]);
      const found = set.resources.get(name)?.now;
      return found && toVersion(found);
    }),
  );
}

/** A resource with all its versions, oldest first, and the body that its current one is to have. */
interface Line {
  current: ResourceDocument;
  body: string;
  past: readonly ResourceDocument[];
}

interface Changed {
  stored: ResourceDocument;
  now: ResourceDocument;
}

/** Puts the current document right in the working set; returns the past ones that change. */
function reindexOne(set: WorkingSet, derive: Derive, { current, body, past }: Line): Changed[] {
  let live: Anew | undefined;
  const changed: Changed[] = [];
  for (const stored of [...past, current]) {
    if (!stored.deleted) live = derivedAnew(derive, stored === current ? { ...stored, body } : stored);
    if (live === undefined) throw new Error('A resource begins with a tombstone.');
    const now = stored.deleted ? tombstoneOf(live.document, rowOf(stored)) : live.document;
    if (stored === current) keepCurrent(set, current, now, live.rules);
    else if (!isDeepStrictEqual(pastOf(now), stored)) changed.push({ stored, now: pastOf(now) });
  }
  return changed;
}

interface Anew {
  document: ResourceDocument;
  rules: readonly RuleDocument[];
}

function derivedAnew(derive: Derive, stored: ResourceDocument): Anew {
  const derived = derive(JSON.parse(stored.body) as Record<string, unknown>);
  const rules = countingRules(derived.rules, stored);
  const document = documentOf(rowOf(stored), { ...derived, rules });
  return { document, rules: rulesOf(document, rules) };
}

/** A Consent's rules are written again even where its document stays as it is. */
function keepCurrent(
  set: WorkingSet,
  current: ResourceDocument,
  now: ResourceDocument,
  rules: readonly RuleDocument[],
): void {
  if (!isDeepStrictEqual(now, current)) put(set.resources, now);
  set.rules.set(now._id, rules);
  if (now.deleted) set.ended.add(now._id);
  for (const tie of tiesOf(now, rules)) set.ties.set(tie._id, tie);
}

async function writePast(reading: Reading, changed: readonly Changed[]): Promise<void> {
  if (changed.length === 0) return;
  // Removed and inserted: one that names other people now may lie elsewhere.
  const removals = changed.map(({ stored: { partition, type, id, _id } }) => ({
    deleteOne: { filter: { partition, type, id, _id } },
  }));
  const options = { ...within(reading), ordered: false };
  await reading.collections.history.bulkWrite(removals, options);
  await reading.collections.history.insertMany(
    changed.map(({ now }) => now),
    options,
  );
}

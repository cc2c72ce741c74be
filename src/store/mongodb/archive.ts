// The third port on a database: everything it keeps, item by item.
import { randomUUID } from 'node:crypto';
import { type Archive, type ArchiveItem, PLACE_FACT } from '../archive.ts';
import type { Derive } from '../port/derived.ts';
import type { Version } from '../port.ts';
import { type Restorer, restoreVersion } from '../unit/restore.ts';
import { doAll } from '../unit/work.ts';
import { countItems, readItems } from './archive-read.ts';
import { writeDocuments } from './archive-write.ts';
import { toVersion } from './documents.ts';
import { translate } from './errors.ts';
import type { Lanes } from './lanes.ts';
import { type Collections, type Reading, within } from './reading.ts';
import { nameOf } from './rows.ts';
import type { Turn } from './turn.ts';
import { keepRows, sendAll } from './unit.ts';
import { loadResources, newWorkingSet } from './working-set.ts';

export interface ArchiveParts {
  collections: Collections;
  lanes: Lanes;
  derive: Derive;
}

/** Versions of one transaction, and the characters of their bodies. */
const MOST_VERSIONS = 100;
const MOST_CHARACTERS = 8_000_000;

export async function openArchive({ collections, lanes, derive }: ArchiveParts): Promise<Archive> {
  const restore = async (versions: readonly Version[]): Promise<void> => {
    await raiseLanes(collections, versions);
    for (const chunk of chunksOf(versions)) await lanes.run(turn => restoreAll(chunk, turn, derive));
  };
  const write = async (items: readonly ArchiveItem[], place: string): Promise<void> => {
    for (const run of runsOf(items)) {
      if (run.kind === 'version') await restore(run.items.map(versionOf));
      else await writeDocuments(collections, run.items);
    }
    await collections.fact.updateOne({ _id: PLACE_FACT }, { $set: { value: place } }, { upsert: true });
  };
  return {
    id: await inWords(storeId(collections)),
    read: (kind, after, limit) => inWords(readItems(collections, kind, after, limit)),
    write: (items, place) => inWords(write(items, place)),
    place: async () => (await inWords(collections.fact.findOne({ _id: PLACE_FACT })))?.value,
    counts: () => inWords(countItems(collections)),
  };
}

async function inWords<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw translate(error);
  }
}

/** Given once. */
async function storeId({ fact }: Collections): Promise<string> {
  const given = { $setOnInsert: { value: randomUUID() } };
  await fact.updateOne({ _id: 'store' }, given, { upsert: true });
  return (await fact.findOne({ _id: 'store' }))!.value;
}

interface Run {
  kind: ArchiveItem['kind'];
  items: ArchiveItem[];
}

/** Items of one kind that follow each other. */
function runsOf(items: readonly ArchiveItem[]): Run[] {
  const runs: Run[] = [];
  for (const item of items) {
    const last = runs.at(-1);
    if (last?.kind === item.kind) last.items.push(item);
    else runs.push({ kind: item.kind, items: [item] });
  }
  return runs;
}

function versionOf(item: ArchiveItem): Version {
  if (item.kind !== 'version') throw new Error('An item of another kind.');
  const { kind: _, ...version } = item;
  return version;
}

function chunksOf(versions: readonly Version[]): Version[][] {
  const chunks: Version[][] = [];
  let characters = 0;
  for (const version of versions) {
    const last = chunks.at(-1);
    characters += version.body.length;
    if (last !== undefined && last.length < MOST_VERSIONS && characters <= MOST_CHARACTERS) {
      last.push(version);
      continue;
    }
    chunks.push([version]);
    characters = version.body.length;
  }
  return chunks;
}

/**
 * What is put back has the seqs of another store, on no lane. Every lane counts as having come further before
 * any of it is there, so that nobody takes it for something that a unit is still to write.
 */
async function raiseLanes({ lane }: Collections, versions: readonly Version[]): Promise<void> {
  const last = versions.reduce((most, one) => Math.max(most, one.seq), 0);
  await lane.updateMany({}, { $max: { last } });
}

async function restoreAll(versions: readonly Version[], turn: Turn, derive: Derive): Promise<void> {
  const set = newWorkingSet(turn.reading);
  await loadResources(set, versions.map(nameOf));
  const restorer: Restorer = {
    derive,
    ...keepRows(set),
    stored: async (type, id, version) => {
      const current = set.resources.get(nameOf({ type, id }))?.now;
      if (current?.version === version) return toVersion(current);
      return storedPast(turn.reading, `${nameOf({ type, id })}/${version}`);
    },
  };
  for (const version of versions) await doAll(restoreVersion(restorer, version));
  await sendAll(set);
}

async function storedPast(reading: Reading, name: string): Promise<Version | undefined> {
  const found = await reading.collections.history.findOne({ _id: name }, within(reading));
  return found === null ? undefined : toVersion(found);
}

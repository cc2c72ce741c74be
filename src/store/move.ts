// Moves a whole store into an empty one: everything in batches, then a comparison of both sides to the byte.
// The target remembers how far it has come, so that a move that was interrupted, or killed, goes on.
import { createHash } from 'node:crypto';
import { canonicalJson } from '../audit/chain.ts';
import { FhirError } from '../fhir/error.ts';
import { ARCHIVE_KINDS, type Archive, type ArchiveKind } from './archive.ts';

const BATCH = 500;

export interface MoveProgress {
  phase: 'move' | 'compare';
  /** Items; `compare` counts both sides. */
  done: number;
  total: number;
}

export interface MoveOptions {
  progress?: (at: MoveProgress) => void;
  /** Aborted: the batch under way is finished, and the same move goes on from there. */
  signal?: AbortSignal;
  /** Items of one commit. */
  batch?: number;
}

export interface Moved {
  /** False where it was interrupted; the rest is then what it had come to. */
  finished: boolean;
  counts: Readonly<Record<ArchiveKind, number>>;
  /** SHA-256 in hex over everything on each side; absent where it was interrupted before the comparison. */
  checksums?: { from: string; to: string };
}

/** What the target keeps: where the items come from, and the last one that it holds. */
interface Place {
  from: string;
  kind: ArchiveKind;
  after?: string;
  done?: true;
}

/**
 * Throws `conflict` where the target holds other data, where it refuses an item, and where the two sides
 * differ in the end (naming the kind): somebody wrote to one of them meanwhile.
 */
export async function moveStore(from: Archive, to: Archive, options: MoveOptions = {}): Promise<Moved> {
  const place = await placeToStart(from, to);
  const counts = await from.counts();
  const finished = (await sendAll(from, to, place, options)) && !isAborted(options);
  if (!finished) return { finished: false, counts: await to.counts() };
  const total = 2 * sum(counts);
  const sides: Record<ArchiveKind, string>[] = [];
  for (const [at, side] of [from, to].entries()) {
    const checks = await checksumsOf(side, options, { before: at * sum(counts), total });
    if (checks === undefined) return { finished: false, counts };
    sides.push(checks);
  }
  const [ours, theirs] = sides as [Record<ArchiveKind, string>, Record<ArchiveKind, string>];
  const different = ARCHIVE_KINDS.filter(kind => ours[kind] !== theirs[kind]);
  if (different.length > 0) {
    const kinds = different.join(', ');
    const message = `The two stores differ after the move (${kinds}). Move into a new one while nobody writes.`;
    throw new FhirError('conflict', message);
  }
  await to.write([], printPlace({ from: from.id, kind: 'audit', done: true }));
  return { finished: true, counts, checksums: { from: sumUp(ours), to: sumUp(theirs) } };
}

/**
 * Throws `conflict` where a store is the target of a move that is not finished: half a record is no record,
 * and what is written now would stand in the way of the rest. `place`: what its fact PLACE_FACT says.
 */
export function demandWhole(place: string | undefined): void {
  if (place === undefined || parsePlace(place).done === true) return;
  const message = 'This store is the target of a move that is not finished: run the same migrate again.';
  throw new FhirError('conflict', message);
}

async function placeToStart(from: Archive, to: Archive): Promise<Place> {
  if (from.id === to.id) throw new FhirError('conflict', 'A store cannot be moved into itself.');
  demandWhole(await from.place());
  const text = await to.place();
  const known = text === undefined ? undefined : parsePlace(text);
  if (known !== undefined && known.done !== true && known.from === from.id) return known;
  if (known !== undefined && known.done !== true)
    throw new FhirError('conflict', 'The target is in the middle of a move from another store.');
  if (sum(await to.counts()) > 0)
    throw new FhirError('conflict', 'The target holds data already: a store is moved into an empty one.');
  const place: Place = { from: from.id, kind: ARCHIVE_KINDS[0] };
  await to.write([], printPlace(place));
  return place;
}

/** False where it was interrupted. */
async function sendAll(from: Archive, to: Archive, start: Place, options: MoveOptions): Promise<boolean> {
  const total = sum(await from.counts());
  let done = sum(await to.counts());
  const kinds = ARCHIVE_KINDS.slice(ARCHIVE_KINDS.indexOf(start.kind));
  for (const kind of kinds) {
    let after = kind === start.kind ? start.after : undefined;
    do {
      if (isAborted(options)) return false;
      const page = await from.read(kind, after, options.batch ?? BATCH);
      after = page.after;
      if (page.items.length === 0) break;
      const place = { from: start.from, kind, ...(after === undefined ? {} : { after }) };
      await to.write(page.items, printPlace(place));
      done += page.items.length;
      options.progress?.({ phase: 'move', done, total });
    } while (after !== undefined);
  }
  return true;
}

/** Hex by kind; undefined where it was interrupted. */
async function checksumsOf(
  archive: Archive,
  options: MoveOptions,
  { before, total }: { before: number; total: number },
): Promise<Record<ArchiveKind, string> | undefined> {
  const sums: [ArchiveKind, string][] = [];
  let done = before;
  for (const kind of ARCHIVE_KINDS) {
    const hash = createHash('sha256');
    let after: string | undefined;
    do {
      if (isAborted(options)) return undefined;
      const page = await archive.read(kind, after, options.batch ?? BATCH);
      for (const item of page.items) hash.update(`${canonicalJson(item)}\n`);
      after = page.after;
      done += page.items.length;
      options.progress?.({ phase: 'compare', done, total });
    } while (after !== undefined);
    sums.push([kind, hash.digest('hex')]);
  }
  return Object.fromEntries(sums) as Record<ArchiveKind, string>;
}

const sumUp = (checks: Readonly<Record<ArchiveKind, string>>): string =>
  createHash('sha256').update(canonicalJson(checks)).digest('hex');

const sum = (counts: Readonly<Record<ArchiveKind, number>>): number =>
  ARCHIVE_KINDS.reduce((total, kind) => total + counts[kind], 0);

const isAborted = ({ signal }: MoveOptions): boolean => signal?.aborted === true;

const printPlace = (place: Place): string => JSON.stringify(place);
const parsePlace = (text: string): Place => JSON.parse(text) as Place;

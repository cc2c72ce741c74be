// Who may write in which lane. A process that has the store open says so in `holder`, again and again; the
// lanes of one whose time is over go to whoever wants them. A lane has its holder's name and an epoch, and
// every unit changes its lane's document in its own commit under that name and epoch: a holder that was
// taken for dead cannot commit any more.
import { FIRST_HASH } from '../../audit/chain.ts';
import { type LaneDocument, SLOTS } from './documents.ts';
import { isDuplicate } from './errors.ts';
import type { Collections } from './reading.ts';

export interface Lease {
  readonly slot: number;
  readonly epoch: number;
  /** Of the lane's audit chain. */
  readonly writer: string;
}

type Held = Pick<LaneDocument, '_id' | 'holder' | 'epoch' | 'open' | 'last'>;
const HELD = { holder: 1, epoch: 1, open: 1, last: 1 } as const;

const FORGET_MS = 3_600_000;

/** Says that a process is there, for `ms` from now by the server's clock. */
export async function prolong({ holder }: Collections, id: string, ms: number): Promise<void> {
  const until = { $add: ['$$NOW', ms] };
  await holder.updateOne({ _id: id }, [{ $set: { until } }], { upsert: true });
}

async function livingHolders({ holder }: Collections): Promise<Set<string>> {
  const living = await holder
    .find({ $expr: { $gt: ['$until', '$$NOW'] } }, { projection: { _id: 1 } })
    .toArray();
  return new Set(living.map(one => one._id));
}

/**
 * Takes the lowest lane that is free, whose holder is gone, or that was never there; undefined where every
 * lane is in use. `mine`: slots that this process knows to have.
 */
export async function takeLane(
  collections: Collections,
  id: string,
  mine: ReadonlySet<number>,
  newWriter: () => string,
): Promise<Lease | undefined> {
  const lanes = await collections.lane.find({}, { projection: HELD }).toArray();
  // Asked after the lanes: whoever has one said before that it is there.
  const living = await livingHolders(collections);
  const known = new Map<number, Held>(lanes.map(lane => [lane._id, lane]));
  const last = lanes.reduce((most, lane) => Math.max(most, lane.last), 0);
  for (let slot = 0; slot < SLOTS; slot += 1) {
    if (mine.has(slot)) continue;
    const lane = known.get(slot);
    if (lane !== undefined && lane.holder !== id && living.has(lane.holder)) continue;
    const lease =
      lane === undefined
        ? await makeLane(collections, id, { slot, last, writer: newWriter() })
        : await takeOver(collections, lane, id);
    if (lease !== undefined) return lease;
  }
  return undefined;
}

/** `last`: what was put back from another store was written in no lane, and the mark of this one is not its. */
async function makeLane(
  { lane }: Collections,
  holder: string,
  { slot, last, writer }: Pick<LaneDocument, 'last' | 'writer'> & { slot: number },
): Promise<Lease | undefined> {
  const ends = { open: null, last, writer, number: 0, hash: FIRST_HASH };
  try {
    await lane.insertOne({ _id: slot, holder, epoch: 1, ...ends });
    return { slot, epoch: 1, writer };
  } catch (error) {
    if (isDuplicate(error)) return undefined;
    throw error;
  }
}

/**
 * What the old holder has under way cannot commit after this: it would write the same document. The mark
 * goes, for nothing of it is to come.
 */
async function takeOver({ lane }: Collections, held: Held, holder: string): Promise<Lease | undefined> {
  const taken = await lane.findOneAndUpdate(
    { _id: held._id, holder: held.holder, epoch: held.epoch },
    { $set: { holder, open: null }, $inc: { epoch: 1 } },
    { returnDocument: 'after' },
  );
  return taken === null ? undefined : { slot: taken._id, epoch: taken.epoch, writer: taken.writer };
}

/** Frees lanes in which somebody who is gone left a unit under way: nobody could read past its mark. */
export async function freeAbandoned(collections: Collections): Promise<void> {
  const marked = await collections.lane.find({ open: { $ne: null } }, { projection: HELD }).toArray();
  if (marked.length === 0) return;
  const living = await livingHolders(collections);
  await Promise.all(
    marked.filter(lane => !living.has(lane.holder)).map(lane => takeOver(collections, lane, '')),
  );
}

/** Removes those who never took their leave. */
export async function forgetDead({ holder }: Collections): Promise<void> {
  const longAgo = { $subtract: ['$$NOW', FORGET_MS] };
  await holder.deleteMany({ $expr: { $lt: ['$until', longAgo] } });
}

/** Gives back every lane of a process. */
export async function releaseLanes({ lane, holder }: Collections, id: string): Promise<void> {
  await lane.updateMany({ holder: id }, { $set: { holder: '', open: null }, $inc: { epoch: 1 } });
  await holder.deleteOne({ _id: id });
}

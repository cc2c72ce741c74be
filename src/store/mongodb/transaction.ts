// One attempt at a unit, in a lane. Its seqs are above every seq it can see, and nobody who reads is ever
// shown something of which an earlier part is still to come:
// 1. The lane is marked `open` with a bound below which the unit will give nothing.
// 2. The transaction begins; it must see that mark, and sees what is committed in every lane.
// 3. Its last write takes the mark away and says what it gave last, in the same commit.
// A snapshot that has the mark knows what is to come. One that has not is older than the mark, so that the
// transaction sees all that it sees and goes above that.
import type { ClientSession } from 'mongodb';
import type { AuditDraft } from '../port/audit.ts';
import { auditDocuments } from './audit-log.ts';
import { type LaneDocument, SLOTS } from './documents.ts';
import { asTransient } from './errors.ts';
import type { Lease } from './leases.ts';
import { attemptIn, inSession, readingIn, type Site } from './site.ts';
import type { Turn } from './turn.ts';

/** Longer only where a transaction that nobody ended holds the lane. */
const MARK_MS = 5_000;

/** Microseconds since the epoch. */
export type Now = () => number;

/** A lane in the hands of this process. */
export interface Lane extends Lease {
  /** No seq that this process knows of is above this; the database may know better. */
  last: number;
  /** A mark may have been left. */
  marked: boolean;
}

export type Attempted<T> = { done: true; result: T } | { done: false };

/** `done: false`: the lane is another's now, and nothing was written. Driver errors come out as they are. */
export async function attemptUnit<T>(
  site: Site,
  lane: Lane,
  now: Now,
  work: (turn: Turn) => Promise<T>,
  deadline: number,
): Promise<Attempted<T>> {
  return inSession(site.connected, async session => {
    const floor = Math.max(now(), lane.last) + 1;
    const marked = await mark(site, session, lane, floor);
    if (marked === null) return { done: false };
    const run = async () => {
      const unit = await begin(site, session, lane, floor, now);
      const result = await work(unit.turn);
      await end(site, session, lane, { ...unit, floor, marked, now });
      return { result, last: unit.last() };
    };
    const { result, last } = await attemptIn(session, run, deadline);
    lane.last = last;
    lane.marked = false;
    return { done: true, result };
  });
}

const ours = ({ slot, epoch }: Lease) => ({ _id: slot, epoch });

/** Not waited for until a majority has it: the commit comes after it in the same log. */
function mark(
  { collections }: Site,
  session: ClientSession,
  lane: Lane,
  open: number,
): Promise<LaneDocument | null> {
  lane.marked = true;
  return collections.lane.findOneAndUpdate(
    ours(lane),
    { $set: { open } },
    { returnDocument: 'after', session, writeConcern: { w: 1 }, maxTimeMS: MARK_MS },
  );
}

/** Takes a mark away that an attempt has left. */
export async function unmark({ collections }: Site, lane: Lane): Promise<void> {
  await collections.lane.updateOne(ours(lane), { $set: { open: null } }, { maxTimeMS: MARK_MS });
  lane.marked = false;
}

interface Begun {
  turn: Turn;
  drafts: readonly AuditDraft[];
  /** The last seq given, or what was the last before. */
  last(): number;
}

async function begin(
  site: Site,
  session: ClientSession,
  lane: Lane,
  floor: number,
  now: Now,
): Promise<Begun> {
  const options = { projection: { last: 1, open: 1, epoch: 1 }, session };
  const lanes = await site.collections.lane.find({}, options).toArray();
  const held = lanes.find(one => one._id === lane.slot);
  // The mark is not in this snapshot yet, or was lost with a primary: another attempt.
  if (held?.open !== floor || held.epoch !== lane.epoch) throw vain('The mark of the unit is gone.');
  const most = lanes.reduce((max, one) => Math.max(max, one.last), 0);
  const base = onLane(Math.max(now(), most + 1, floor), lane.slot);
  const drafts: AuditDraft[] = [];
  let given = 0;
  const own = {
    slot: lane.slot,
    get last() {
      return given === 0 ? held.last : base + SLOTS * (given - 1);
    },
  };
  const turn: Turn = {
    reading: { ...readingIn(site, session), own },
    nextSeq: () => {
      given += 1;
      return own.last;
    },
    audit: draft => drafts.push(draft),
  };
  return { turn, drafts, last: () => own.last };
}

/** The least number from `least` on that leaves the lane's remainder. */
const onLane = (least: number, slot: number): number => {
  const behind = (slot - (least % SLOTS) + SLOTS) % SLOTS;
  return least + behind;
};

interface Ending extends Begun {
  floor: number;
  /** The lane as it was marked: where its chain ends. */
  marked: LaneDocument;
  now: Now;
}

async function end(
  { collections }: Site,
  session: ClientSession,
  lane: Lane,
  { drafts, last, floor, marked, now }: Ending,
): Promise<void> {
  const rows = auditDocuments(lane.writer, marked, drafts, now());
  const { number, hash } = rows.at(-1) ?? marked;
  const { matchedCount } = await collections.lane.updateOne(
    { ...ours(lane), open: floor },
    { $set: { open: null, last: last(), number, hash } },
    { session },
  );
  if (matchedCount === 0) throw vain('The lane of the unit is gone.');
  if (rows.length > 0) await collections.audit.insertMany(rows, { session });
}

const vain = (message: string): unknown => asTransient(new Error(message));

// What a plan changed of the places of Appointments: as they were before it, and as they are.
import type { SeatAsk } from '../port/seating.ts';
import type { Row, Unit } from './unit.ts';
import { got, type Work } from './work.ts';

/** An Appointment or Slot that a plan wrote. */
export interface Touched {
  type: string;
  id: string;
  /** The last op that wrote it. */
  op: number;
  /** Before the plan, where it was live: its body, and the people that it named. */
  before: { body: string; patients: readonly string[] } | undefined;
  /** Nothing was there before, not even a tombstone, and nobody could name it: the server chose its id. */
  made: boolean;
}

const NOTHING: SeatAsk = { slots: [], sessions: [] };

/** An Appointment, as it was and as it is. */
export interface Move {
  id: string;
  op: number;
  /** The tombstone, where it was deleted. */
  row: Row;
  was: SeatAsk;
  asks: SeatAsk;
  /** The people that it named before. */
  named: readonly string[];
  /** Somebody else is named. */
  renamed: boolean;
}

/** None where nothing of its place changes: most Appointments are of no Slot. */
export function* moveOf(unit: Unit, { id, op, before }: Touched, row: Row): Work<Move[]> {
  const seating = unit.derive.seating!;
  const was = before === undefined ? NOTHING : seating.asks(before.body);
  const asks = row.deleted ? NOTHING : seating.asks(row.body);
  const renamed = before !== undefined && before.patients.join() !== row.patients.join();
  if ([was, asks].every(isSilent) || (isAlike(was, asks) && !renamed)) return [];
  const named = before?.patients ?? [];
  return [
    { id, op, row, was: yield* resolved(unit, was), asks: yield* resolved(unit, asks), named, renamed },
  ];
}

const isSilent = ({ slots, sessions, makesUpFor }: SeatAsk): boolean =>
  slots.length === 0 && sessions.length === 0 && makesUpFor === undefined;

const isAlike = (one: SeatAsk, other: SeatAsk): boolean =>
  one.wants === other.wants &&
  one.makesUpFor === other.makesUpFor &&
  one.slots.join() === other.slots.join() &&
  one.sessions.join() === other.sessions.join();

/** Who has the identifier of a session is in its Slot, whether he says so or not. */
export function* resolved(unit: Unit, ask: SeatAsk): Work<SeatAsk> {
  if (ask.wants === undefined || ask.sessions.length === 0) return ask;
  const slots: string[] = [];
  for (const key of ask.sessions) {
    const holder = yield* got(unit.claimHolder(key));
    if (holder?.type === 'Slot') slots.push(holder.id);
  }
  return { ...ask, slots };
}

export const placesOf = ({ slots, wants }: SeatAsk): readonly string[] => (wants === undefined ? [] : slots);

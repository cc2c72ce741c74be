// Booking: the one place where a seat is given, for every door and both stores. It runs at the end of every plan, in
// its commit, over the Appointments and Slots that the plan wrote.
//
// Data. A Slot of a program has `seats`; an Appointment of the same record that names it holds a place there: a seat,
// or a turn in its waiting list. Places are claims (business keys), so that both stores keep, move and guard them as
// they do all others:
//   #<Slot>|<who>          held by the Appointment that has the place
//   #<Slot>|<who>|<turn>   besides, while it waits; turns are seqs of the versions that came to wait
//   #makes-up|<missed>     held by the Appointment that makes up for a missed one
// `who` is the Patient, so that one person has one place in a Slot (`*` and the Appointment's id where it names
// nobody or several). Units that touch the places of one Slot exclude each other (Unit.alone).
//
// Order. What leaves gives its place back; whoever waits moves up, in the order of turns; only then those that
// come are seated. So a seat is never free while somebody waits, and nobody who comes is served before. Moving from
// one Slot to another is one update: both or neither.
//
// Moving up is an act of the program: its own Grant, writer and audit row, in the same commit; whoever made room
// is neither asked nor told. A Slot that has begun, or is blocked, moves nobody up; once it has begun, who came and
// who did not is a fact that finds no seat taken.
//
// Refused with `no-seat`, in words that are the same whoever sits there: no seat left, somebody waits, the Slot is
// blocked, or the person's place is one that the caller may not see. `conflict`: the person has a place there.
// `business-rule`: two Slots with seats, the Slot of another record, nothing to make up for.
import { FhirError } from '../../fhir/error.ts';
import type { AuditDraft } from '../port/audit.ts';
import type { SeatAsk, Seating, SeatOffer } from '../port/seating.ts';
import { type Acting, acting } from './acting.ts';
import { demandMakeUp } from './make-up.ts';
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
  /** Nothing was there before, not even a tombstone. */
  made: boolean;
}

export interface Seated {
  /** Rows of what was done in the name of programs. */
  acts: readonly AuditDraft[];
  /** By op: what it wrote, as it stands now. */
  rows: ReadonlyMap<number, Row>;
}

export const isSeated = (unit: Unit, type: string): boolean =>
  unit.derive.seating !== undefined && (type === 'Appointment' || type === 'Slot');

const NOTHING: SeatAsk = { slots: [], sessions: [] };

/** An Appointment, as it was and as it is. */
export interface Move {
  id: string;
  op: number;
  /** The tombstone, where it was deleted. */
  row: Row;
  was: SeatAsk;
  asks: SeatAsk;
  /** Somebody else is named. */
  renamed: boolean;
}

/** `claimed`: `Type/id` of what the plan claims itself. */
export function* settleSeats(
  unit: Unit,
  touched: readonly Touched[],
  claimed: ReadonlySet<string>,
): Work<Seated> {
  const { seating } = unit.derive;
  if (seating === undefined || touched.length === 0) return { acts: [], rows: new Map() };
  const rows: Row[] = [];
  const moves: Move[] = [];
  for (const one of touched) {
    const row = yield* got(unit.current(one.type, one.id));
    if (row === undefined) continue;
    rows.push(row);
    if (one.type === 'Appointment') moves.push(...(yield* moveOf(unit, one, row)));
  }
  for (const move of moves) yield* demandMakeUp(unit, move);
  const slots = new Set([
    ...touched.filter(one => one.type === 'Slot').map(one => one.id),
    ...moves.flatMap(({ was, asks }) => [...placesOf(was), ...placesOf(asks)]),
  ]);
  if (slots.size === 0) return { acts: [], rows: new Map() };
  const work = acting(unit, { seating, touched, now: Math.max(...rows.map(row => row.seq)) / 1000 });
  for (const id of slots) yield* settleSlot(work, { id, moves, claimed });
  return { acts: work.acts(), rows: work.rows };
}

/** None where nothing of its place changes: most Appointments are of no Slot. */
function* moveOf(unit: Unit, { id, op, before }: Touched, row: Row): Work<Move[]> {
  const seating = unit.derive.seating!;
  const was = before === undefined ? NOTHING : seating.asks(before.body);
  const asks = row.deleted ? NOTHING : seating.asks(row.body);
  const renamed = before !== undefined && before.patients.join() !== row.patients.join();
  if ([was, asks].every(isSilent) || (isAlike(was, asks) && !renamed)) return [];
  return [{ id, op, row, was: yield* resolved(unit, was), asks: yield* resolved(unit, asks), renamed }];
}

const isSilent = ({ slots, sessions, makesUpFor }: SeatAsk): boolean =>
  slots.length === 0 && sessions.length === 0 && makesUpFor === undefined;

const isAlike = (one: SeatAsk, other: SeatAsk): boolean =>
  one.wants === other.wants &&
  one.makesUpFor === other.makesUpFor &&
  one.slots.join() === other.slots.join() &&
  one.sessions.join() === other.sessions.join();

/** Who has the identifier of a session is in its Slot, whether he says so or not. */
function* resolved(unit: Unit, ask: SeatAsk): Work<SeatAsk> {
  if (ask.wants === undefined || ask.sessions.length === 0) return ask;
  const slots: string[] = [];
  for (const key of ask.sessions) {
    const holder = yield* got(unit.claimHolder(key));
    if (holder?.type === 'Slot') slots.push(holder.id);
  }
  return { ...ask, slots };
}

const placesOf = ({ slots, wants }: SeatAsk): readonly string[] => (wants === undefined ? [] : slots);

/** Who has a place in a Slot, with a turn while he waits. */
interface Place {
  who: string;
  appointment: string;
  turn?: number;
  /** He waits, and the plan wants the seat for him. */
  asks?: Move;
}

interface Book {
  id: string;
  row: Row;
  offer: SeatOffer;
  places: Place[];
  /** Keys that are to go, and to be. */
  drop: Set<string>;
  put: Map<string, string>;
}

interface Asked {
  id: string;
  moves: readonly Move[];
  claimed: ReadonlySet<string>;
}

function* settleSlot(work: Acting, { id, moves, claimed }: Asked): Work<void> {
  const { unit, seating } = work;
  const row = yield* got(unit.current('Slot', id));
  if (row === undefined) return;
  if (!(yield* got(unit.runsProgram(row.owner)))) return;
  const here = moves.filter(({ was, asks }) => [...placesOf(was), ...placesOf(asks)].includes(id));
  const known = yield* knownHere(work, row, here);
  if (known.length === 0 && !work.touched.has(`Slot/${id}`)) return;
  const offer = row.deleted ? { open: false, begins: Number.NaN } : seating.offers(row.body);
  const book: Book = { id, row, offer, places: yield* readPlaces(work, id), drop: new Set(), put: new Map() };
  const coming = leave(book, known);
  yield* moveUp(work, book);
  const seated = yield* arrive(work, book, coming);
  demandRoom(work, book);
  yield* keepPlaces(unit, book);
  yield* keepStatus(work, book);
  for (const move of seated)
    if (!claimed.has(`Appointment/${move.id}`)) yield* keepRecordKey(unit, seating, book, move);
}

/** Those whose record is the Slot's; of others who name it one that the caller may see says so. */
function* knownHere({ unit }: Acting, slot: Row, moves: readonly Move[]): Work<Move[]> {
  const known = moves.filter(({ row }) => row.owner === slot.owner);
  for (const { row, asks, op } of moves) {
    if (row.deleted || !placesOf(asks).includes(slot.id)) continue;
    if (row.owner === slot.owner) {
      if (asks.slots.length > 1) throw new FhirError('business-rule', ONE_SLOT, { op });
      continue;
    }
    if (slot.deleted || !(yield* got(unit.reaches(slot, unit.grant.narrow('Slot', 'read'))))) continue;
    throw new FhirError('business-rule', NOT_YOURS, { op });
  }
  return known;
}

const ONE_SLOT = [{ path: 'Appointment.slot', message: 'An Appointment takes its seat in one Slot.' }];
const NOT_YOURS = [
  {
    path: 'Appointment.slot',
    message:
      'Seats of this Slot are for clients of its program: the Appointment would be no part of its record, and take none.',
  },
];
const NO_SEAT = [
  {
    path: 'Appointment.slot',
    message:
      'The Slot has no seat left. An Appointment with the status waitlist waits for one, and is booked when its turn comes.',
  },
];
const THERE_ALREADY = [
  { path: 'Appointment.slot', message: 'This person has an Appointment in this Slot already.' },
];
const TOO_FEW = [{ path: 'Slot.extension', message: 'More seats of this Slot are taken than that.' }];

const prefixOf = (slot: string): string => `#${slot}|`;
const placeKey = (slot: string, who: string): string => `${prefixOf(slot)}${who}`;
const turnKey = (slot: string, { who, turn }: Place): string =>
  `${placeKey(slot, who)}|${String(turn).padStart(17, '0')}`;

function* readPlaces({ unit, touched }: Acting, slot: string): Work<Place[]> {
  if (touched.get(`Slot/${slot}`)?.made === true) return [];
  yield* got(unit.alone(`seats ${slot}`));
  const places = new Map<string, Place>();
  for (const { key, id } of yield* got(unit.claimsUnder(prefixOf(slot)))) {
    const [, who, turn] = key.split('|') as [string, string, string?];
    const place = places.get(who) ?? { who, appointment: id };
    places.set(who, turn === undefined ? place : { ...place, turn: Number(turn) });
  }
  return [...places.values()];
}

const whoOf = ({ id, row: { patients } }: Move): string =>
  patients.length === 1 && patients[0] !== '?' ? patients[0]! : `*${id}`;

/** Takes away the places of those that go, and says who comes. */
function leave(book: Book, moves: readonly Move[]): Move[] {
  const coming: Move[] = [];
  for (const move of moves) {
    const held = book.places.find(one => one.appointment === move.id);
    const wants = placesOf(move.asks).includes(book.id) && !move.row.deleted ? move.asks.wants : undefined;
    if (held === undefined) {
      if (wants !== undefined) coming.push(move);
      continue;
    }
    if (wants === undefined || (wants === 'turn' && held.turn === undefined)) {
      free(book, held);
      if (wants !== undefined) coming.push(move);
    } else if (held.who !== whoOf(move)) {
      // Another person: who that is has to come like everybody.
      free(book, held);
      coming.push(move);
    } else if (wants === 'seat' && held.turn !== undefined) held.asks = move;
  }
  return coming.toSorted((a, b) => a.op - b.op);
}

function free(book: Book, place: Place): void {
  book.places.splice(book.places.indexOf(place), 1);
  book.drop.add(placeKey(book.id, place.who));
  if (place.turn !== undefined) book.drop.add(turnKey(book.id, place));
}

const taken = ({ places }: Book): number => places.filter(one => one.turn === undefined).length;
const hasRoom = (book: Book): boolean => book.offer.open && taken(book) < (book.offer.seats ?? Infinity);

/** In the order of turns. Throws where one of the plan's would be seated before its turn. */
function* moveUp(work: Acting, book: Book): Work<void> {
  const waiting = book.places.filter(one => one.turn !== undefined).toSorted((a, b) => a.turn! - b.turn!);
  for (const place of waiting) {
    if (isSettled(work, book, place.asks)) {
      seat(book, place);
      continue;
    }
    if (!hasRoom(book)) continue;
    if (place.asks === undefined && hasBegun(work, book)) continue;
    if (place.asks === undefined) yield* promote(work, place);
    seat(book, place);
  }
  const refused = waiting.find(one => one.asks !== undefined && one.turn !== undefined);
  if (refused !== undefined) throw new FhirError('no-seat', NO_SEAT, { op: refused.asks!.op });
}

const hasBegun = ({ now }: Acting, { offer }: Book): boolean => offer.begins <= now;

/** What took place is no booking: nobody is sent away any more. */
const isSettled = (work: Acting, book: Book, move: Move | undefined): boolean =>
  move?.asks.settled === true && hasBegun(work, book);

function seat(book: Book, place: Place): void {
  book.drop.add(turnKey(book.id, place));
  delete place.turn;
}

function* promote(work: Acting, { appointment }: Place): Work<void> {
  yield* work.change('Appointment', appointment, tree => ({ ...tree, status: 'booked' }));
}

/** Those that got a place. */
function* arrive(work: Acting, book: Book, coming: readonly Move[]): Work<Move[]> {
  for (const move of coming) {
    const who = whoOf(move);
    const other = book.places.find(one => one.who === who);
    if (other !== undefined) throw yield* refusal(work.unit, other, move);
    const place: Place = { who, appointment: move.id };
    book.put.set(placeKey(book.id, who), move.id);
    book.drop.delete(placeKey(book.id, who));
    const waits = move.asks.wants === 'turn';
    const room = hasRoom(book);
    if (!waits && !room && !isSettled(work, book, move))
      throw new FhirError('no-seat', NO_SEAT, { op: move.op });
    if (waits && room && !hasBegun(work, book)) yield* promote(work, place);
    else if (waits) {
      place.turn = move.row.seq;
      book.put.set(turnKey(book.id, place), move.id);
    }
    book.places.push(place);
  }
  return [...coming];
}

/** A place that the caller may not see is one more that is taken. */
function* refusal(unit: Unit, { appointment }: Place, { op }: Move): Work<FhirError> {
  const row = yield* got(unit.current('Appointment', appointment));
  const seen = row !== undefined && (yield* got(unit.reaches(row, unit.grant.narrow('Appointment', 'read'))));
  return seen ? new FhirError('conflict', THERE_ALREADY, { op }) : new FhirError('no-seat', NO_SEAT, { op });
}

/** Nobody takes away seats in which somebody sits. */
function demandRoom(work: Acting, book: Book): void {
  const written = work.touched.get(`Slot/${book.id}`);
  if (written === undefined || book.row.deleted || hasBegun(work, book)) return;
  if (taken(book) <= (book.offer.seats ?? Infinity)) return;
  throw new FhirError('no-seat', TOO_FEW, { op: written.op });
}

function* keepPlaces(unit: Unit, { drop, put }: Book): Work<void> {
  for (const key of drop) if (!put.has(key)) yield* got(unit.dropClaim(key));
  for (const [key, id] of put) yield* got(unit.putClaim(key, 'Appointment', id));
}

/** Slot.status says whether seats are left. */
function* keepStatus(work: Acting, book: Book): Work<void> {
  const { seats, status } = book.offer;
  if (status === undefined || seats === undefined) return;
  const now = taken(book) < seats ? 'free' : 'busy';
  if (now !== status) yield* work.change('Slot', book.id, tree => ({ ...tree, status: now }));
}

/** The Appointment of a person who is in no session record yet, or not in this one, is known to it from now on. */
function* keepRecordKey(unit: Unit, seating: Seating, { id }: Book, move: Move): Work<void> {
  const who = whoOf(move);
  if (who.startsWith('*')) return;
  const slot = yield* got(unit.claimsOn('Slot', id));
  const key =
    slot.length === 0 ? undefined : seating.recordKey(slot, yield* got(unit.claimsOn('Patient', who)));
  if (key === undefined) return;
  const holder = yield* got(unit.claimHolder(key));
  if (holder?.id !== move.id) yield* got(unit.putClaim(key, 'Appointment', move.id));
}

// Booking: the one place where a seat is given, for every door and both stores. It runs at the end of every plan, in
// its commit, over the Appointments and Slots that the plan wrote.
//
// Data. A Slot of a program has `seats`; an Appointment of the same record that names it holds a place there: a seat,
// or a turn in its waiting list. Places are claims (business keys), so that both stores keep, move and guard them as
// they do all others:
//   #<Slot>|<who>          held by the Appointment that has the place
//   #<Slot>|<who>|<turn>   besides, while it waits; turns are seqs of the versions that came to wait
//   #<Slot>|               held by the Slot: its places are counted; without it they are, once (count-places.ts)
//   ##makes-up|<missed>    held by the Appointment that makes up for a missed one
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
// blocked. `conflict`: the person has a place there, which the caller may see; of one that it may not it is told nothing.
// `business-rule`: two Slots with seats, the Slot of another record, nothing to make up for.
import { FhirError } from '../../fhir/error.ts';
import type { AuditDraft } from '../port/audit.ts';
import type { Seating } from '../port/seating.ts';
import { type Acting, acting } from './acting.ts';
import { countPlaces } from './count-places.ts';
import { demandMakeUp } from './make-up.ts';
import {
  type Book,
  beside,
  free,
  hasRoom,
  keepPlaces,
  type Place,
  personOf,
  placeKey,
  readPlaces,
  seat,
  taken,
  turnKey,
  whoOf,
} from './places.ts';
import { type Move, moveOf, placesOf, type Touched } from './seat-moves.ts';
import type { Row, Unit } from './unit.ts';
import { got, type Work } from './work.ts';

export interface Seated {
  /** Rows of what was done in the name of programs. */
  acts: readonly AuditDraft[];
  /** By op: what it wrote, as it stands now. */
  rows: ReadonlyMap<number, Row>;
}

export const isSeated = (unit: Unit, type: string): boolean =>
  unit.derive.seating !== undefined && (type === 'Appointment' || type === 'Slot');

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
  const book: Book = { ...(yield* placesIn(work, row, known)), id, row, offer };
  const coming = leave(book, known);
  yield* moveUp(work, book);
  const seated = yield* arrive(work, book, coming);
  demandRoom(work, book);
  yield* keepPlaces(unit, book);
  yield* keepStatus(work, book);
  for (const place of seated)
    if (!claimed.has(`Appointment/${place.appointment}`)) yield* keepRecordKey(unit, seating, book, place);
}

/** A Slot that was made just now has none. */
function* placesIn(
  { unit, touched }: Acting,
  slot: Row,
  moves: readonly Move[],
): Work<Pick<Book, 'places' | 'drop' | 'put' | 'fresh'>> {
  const [drop, put] = [new Set<string>(), new Map<string, string>()];
  if (touched.get(`Slot/${slot.id}`)?.made === true) return { places: [], drop, put, fresh: true };
  const kept = yield* readPlaces(unit, slot.id);
  if (kept !== undefined) return { places: kept, drop, put, fresh: false };
  const places = yield* countPlaces(unit, slot, moves);
  for (const place of places) {
    put.set(placeKey(slot.id, place.who), place.appointment);
    if (place.turn !== undefined) put.set(turnKey(slot.id, place), place.appointment);
  }
  return { places, drop, put, fresh: true };
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
    // Who only has a session's identifier keeps a copy of what is elsewhere.
    if (asks.sessions.length > 0) continue;
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
    } else if (move.renamed && held.who !== whoOf(move.id, move.row.patients)) {
      // Another person: who that is has to come like everybody.
      free(book, held);
      coming.push(move);
    } else if (wants === 'seat' && held.turn !== undefined) held.asks = move;
  }
  return coming.toSorted((a, b) => a.op - b.op);
}

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
const isSettled = (work: Acting, book: Book, move: Pick<Move, 'asks'> | Place['asks']): boolean =>
  move?.asks.settled === true && hasBegun(work, book);

function* promote(work: Acting, { appointment }: Place): Work<void> {
  yield* work.change('Appointment', appointment, tree => ({ ...tree, status: 'booked' }));
}

/** Those that got a place. */
function* arrive(work: Acting, book: Book, coming: readonly Move[]): Work<Place[]> {
  const seated: Place[] = [];
  for (const move of coming) {
    const place: Place = { who: yield* whoComes(work.unit, book, move), appointment: move.id };
    const { who } = place;
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
    seated.push(place);
  }
  return seated;
}

/** A place of the same person that the caller may not know of is none for it. */
function* whoComes(unit: Unit, book: Book, { id, op, row: { patients } }: Move): Work<string> {
  const who = whoOf(id, patients);
  const others = book.places.filter(one => personOf(one) === who);
  for (const { appointment } of others) {
    const row = yield* got(unit.current('Appointment', appointment));
    if (row !== undefined && (yield* got(unit.reaches(row, unit.grant.narrow('Appointment', 'read')))))
      throw new FhirError('conflict', THERE_ALREADY, { op });
  }
  return others.length === 0 ? who : beside(who, id);
}

/** Nobody takes away seats in which somebody sits. */
function demandRoom(work: Acting, book: Book): void {
  const written = work.touched.get(`Slot/${book.id}`);
  if (written === undefined || book.row.deleted || hasBegun(work, book)) return;
  if (taken(book) <= (book.offer.seats ?? Infinity)) return;
  throw new FhirError('no-seat', TOO_FEW, { op: written.op });
}

/** Slot.status says whether seats are left. */
function* keepStatus(work: Acting, book: Book): Work<void> {
  const { seats, status } = book.offer;
  if (status === undefined || seats === undefined) return;
  const now = taken(book) < seats ? 'free' : 'busy';
  if (now !== status) yield* work.change('Slot', book.id, tree => ({ ...tree, status: now }));
}

/** The Appointment of a person who is in no session record yet, or not in this one, is known to it from now on. */
function* keepRecordKey(unit: Unit, seating: Seating, { id }: Book, { who, appointment }: Place): Work<void> {
  if (who !== personOf({ who }) || who.startsWith('*')) return;
  const slot = yield* got(unit.claimsOn('Slot', id));
  const key =
    slot.length === 0 ? undefined : seating.recordKey(slot, yield* got(unit.claimsOn('Patient', who)));
  if (key === undefined) return;
  const holder = yield* got(unit.claimHolder(key));
  if (holder?.id !== appointment) yield* got(unit.putClaim(key, 'Appointment', appointment));
}

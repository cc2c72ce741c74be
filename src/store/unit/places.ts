// The places of one Slot: who has a seat or a turn there, and the claims that say so (see seating.ts).
import type { SeatOffer } from '../port/seating.ts';
import type { Row, Unit } from './unit.ts';
import { got, type Work } from './work.ts';

/** The Appointment of a plan that asks for a place. */
export interface Asking {
  id: string;
  op: number;
  row: Row;
  asks: { settled?: true };
}

/** Who has a place in a Slot, with a turn while he waits. */
export interface Place {
  who: string;
  appointment: string;
  turn?: number;
  /** He waits, and the plan wants the seat for him. */
  asks?: Asking;
}

export interface Book {
  id: string;
  row: Row;
  offer: SeatOffer;
  places: Place[];
  /** Keys that are to go, and to be. */
  drop: Set<string>;
  put: Map<string, string>;
  /** Its places are counted for the first time. */
  fresh: boolean;
}

const prefixOf = (slot: string): string => `#${slot}|`;
export const placeKey = (slot: string, who: string): string => `${prefixOf(slot)}${who}`;
export const turnKey = (slot: string, { who, turn }: Place): string =>
  `${placeKey(slot, who)}|${String(turn).padStart(17, '0')}`;

/** Held by the Slot: from when it is there on, the claims tell all of its places. */
const markKey = prefixOf;

/**
 * From now on they are this unit's alone. Undefined: nobody has counted them yet, in a store that is older than
 * booking, or where somebody chose the Slot's id and others may have named it before.
 */
export function* readPlaces(unit: Unit, slot: string): Work<Place[] | undefined> {
  yield* got(unit.alone(`seats ${slot}`));
  const places = new Map<string, Place>();
  const claims = yield* got(unit.claimsUnder(prefixOf(slot)));
  for (const { key, id } of claims) {
    const [, who, turn] = key.split('|') as [string, string, string?];
    if (who === '') continue;
    const place = places.get(who) ?? { who, appointment: id };
    places.set(who, turn === undefined ? place : { ...place, turn: Number(turn) });
  }
  return claims.some(({ key }) => key === markKey(slot)) ? [...places.values()] : undefined;
}

/** One person, or an Appointment that names nobody or several. */
export const whoOf = (id: string, patients: readonly string[]): string =>
  patients.length === 1 && patients[0] !== '?' ? patients[0]! : `*${id}`;

/** Another place of the same person, of which who asks for it may not know. */
export const beside = (who: string, id: string): string => `${who}~${id}`;
export const personOf = ({ who }: Pick<Place, 'who'>): string => who.split('~')[0]!;

/** Takes a place away. */
export function free(book: Book, place: Place): void {
  book.places.splice(book.places.indexOf(place), 1);
  drop(book, placeKey(book.id, place.who));
  if (place.turn !== undefined) drop(book, turnKey(book.id, place));
}

function drop(book: Book, key: string): void {
  book.drop.add(key);
  book.put.delete(key);
}

export const taken = ({ places }: Book): number => places.filter(one => one.turn === undefined).length;
export const hasRoom = (book: Book): boolean =>
  book.offer.open && taken(book) < (book.offer.seats ?? Infinity);

/** Who waited has a seat. */
export function seat(book: Book, place: Place): void {
  drop(book, turnKey(book.id, place));
  delete place.turn;
}

export function* keepPlaces(unit: Unit, { id: slot, drop, put, fresh }: Book): Work<void> {
  if (fresh) yield* got(unit.putClaim(markKey(slot), 'Slot', slot));
  for (const key of drop) if (!put.has(key)) yield* got(unit.dropClaim(key));
  for (const [key, id] of put) yield* got(unit.putClaim(key, 'Appointment', id));
}

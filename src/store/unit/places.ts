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
}

const prefixOf = (slot: string): string => `#${slot}|`;
export const placeKey = (slot: string, who: string): string => `${prefixOf(slot)}${who}`;
export const turnKey = (slot: string, { who, turn }: Place): string =>
  `${placeKey(slot, who)}|${String(turn).padStart(17, '0')}`;

/** From now on they are this unit's alone. */
export function* readPlaces(unit: Unit, slot: string): Work<Place[]> {
  yield* got(unit.alone(`seats ${slot}`));
  const places = new Map<string, Place>();
  for (const { key, id } of yield* got(unit.claimsUnder(prefixOf(slot)))) {
    const [, who, turn] = key.split('|') as [string, string, string?];
    const place = places.get(who) ?? { who, appointment: id };
    places.set(who, turn === undefined ? place : { ...place, turn: Number(turn) });
  }
  return [...places.values()];
}

/** One person, or an Appointment that names nobody or several. */
export const whoOf = ({ id, row: { patients } }: Asking): string =>
  patients.length === 1 && patients[0] !== '?' ? patients[0]! : `*${id}`;

/** Takes a place away. */
export function free(book: Book, place: Place): void {
  book.places.splice(book.places.indexOf(place), 1);
  book.drop.add(placeKey(book.id, place.who));
  if (place.turn !== undefined) book.drop.add(turnKey(book.id, place));
}

export const taken = ({ places }: Book): number => places.filter(one => one.turn === undefined).length;
export const hasRoom = (book: Book): boolean =>
  book.offer.open && taken(book) < (book.offer.seats ?? Infinity);

/** Who waited has a seat. */
export function seat(book: Book, place: Place): void {
  book.drop.add(turnKey(book.id, place));
  delete place.turn;
}

export function* keepPlaces(unit: Unit, { drop, put }: Book): Work<void> {
  for (const key of drop) if (!put.has(key)) yield* got(unit.dropClaim(key));
  for (const [key, id] of put) yield* got(unit.putClaim(key, 'Appointment', id));
}

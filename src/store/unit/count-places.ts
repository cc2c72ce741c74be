// The places of a Slot of which nobody has kept count so far, by the Appointments that are there.
import type { Version } from '../port.ts';
import { allOf } from './label-again.ts';
import { type Place, whoOf } from './places.ts';
import { type Move, placesOf, resolved } from './seat-moves.ts';
import type { Row, Unit } from './unit.ts';
import { got, type Work } from './work.ts';

/** Of `moves` what they were before the plan. Of one person the first counts; who waits does so since the last version. */
export function* countPlaces(unit: Unit, slot: Row, moves: readonly Move[]): Work<Place[]> {
  const seating = unit.derive.seating!;
  const keys = yield* got(unit.claimsOn('Slot', slot.id));
  const found = new Map<string, Version>();
  for (const clause of seating.clauses(slot.id, keys))
    for (const one of yield* allOf(unit, 'Appointment', clause, slot.owner)) found.set(one.id, one);
  const places = new Map<string, Place>();
  const add = (id: string, patients: readonly string[], turn: number | undefined): void => {
    const who = whoOf(id, patients);
    const place = { who, appointment: id, ...(turn === undefined ? {} : { turn }) };
    if (!places.has(who)) places.set(who, place);
  };
  for (const { id, was, row, named } of moves)
    if (placesOf(was).includes(slot.id)) add(id, named, was.wants === 'turn' ? row.created : undefined);
  const moved = new Set(moves.map(one => one.id));
  for (const { id, patients, body, seq } of [...found.values()].toSorted((a, b) => a.created - b.created)) {
    if (moved.has(id)) continue;
    const ask = yield* resolved(unit, seating.asks(body));
    if (placesOf(ask).includes(slot.id)) add(id, patients, ask.wants === 'turn' ? seq : undefined);
  }
  return [...places.values()];
}

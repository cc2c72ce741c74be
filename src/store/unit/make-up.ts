// A session that makes up for a missed one: for one of the same person, and once.
import { FhirError } from '../../fhir/error.ts';
import type { Move } from './seat-moves.ts';
import type { Row, Unit } from './unit.ts';
import { got, type Work } from './work.ts';

/** The same words whether there is none, it is hidden, of somebody else, was kept or is made up for already. */
const NOTHING_MISSED = [
  {
    path: 'Appointment.extension',
    message: 'There is no missed Appointment of this person for which nothing makes up yet.',
  },
];

const keyOf = (missed: string): string => `##makes-up|${missed}`;

export function* demandMakeUp(unit: Unit, move: Move): Work<void> {
  const { id, row, was, asks, op, renamed } = move;
  const [before, now] = [was.makesUpFor, row.deleted ? undefined : asks.makesUpFor];
  if (before === now && !renamed) return;
  if (!(yield* got(unit.runsProgram(row.owner)))) return;
  if (before !== undefined && (yield* got(unit.claimHolder(keyOf(before))))?.id === id)
    yield* got(unit.dropClaim(keyOf(before)));
  if (now === undefined) return;
  if (!(yield* isMissed(unit, move, now))) throw new FhirError('business-rule', NOTHING_MISSED, { op });
  const other = yield* madeUpBy(unit, now);
  if (other === undefined) yield* got(unit.putClaim(keyOf(now), 'Appointment', id));
  // One that the caller may not know of is none for it, and keeps the key.
  else if (yield* isSeen(unit, other)) throw new FhirError('business-rule', NOTHING_MISSED, { op });
}

function* madeUpBy(unit: Unit, missed: string): Work<Row | undefined> {
  const holder = yield* got(unit.claimHolder(keyOf(missed)));
  return holder === undefined || holder.deleted
    ? undefined
    : yield* got(unit.current(holder.type, holder.id));
}

const isSeen = (unit: Unit, row: Row): Work<boolean> =>
  got(unit.reaches(row, unit.grant.narrow('Appointment', 'read')));

function* isMissed(unit: Unit, { id, row }: Move, missed: string): Work<boolean> {
  const found = yield* got(unit.current('Appointment', missed));
  if (found === undefined || found.deleted || found.id === id || found.owner !== row.owner) return false;
  if (!(yield* isSeen(unit, found))) return false;
  if (row.patients.length !== 1 || found.patients.join() !== row.patients.join()) return false;
  return unit.derive.seating!.missed(found.body);
}

// The checks every write makes.
import type { Use } from '../../access/grant.ts';
import { FhirError, notFound } from '../../fhir/error.ts';
import type { Row, Unit } from './unit.ts';
import { got, type Work } from './work.ts';

/** Throws `not-found` where the caller may not even know of the row, `forbidden` where it may only see it. */
export function* demandReach(unit: Unit, row: Row, use: Use): Work<void> {
  const { type } = row;
  if (yield* got(unit.reaches(row, unit.grant.narrow(type, use)))) return;
  if (yield* got(unit.reaches(row, unit.grant.narrow(type, 'read'))))
    throw new FhirError('forbidden', `This caller may read this ${type} but not change it.`);
  throw notFound();
}

/** The image after a write: nobody writes what it may not write, nor himself out of sight. */
export function* demandAfter(unit: Unit, row: Row, use: Use): Work<void> {
  if (yield* got(unit.reaches(row, unit.grant.narrow(row.type, use)))) return;
  throw new FhirError('forbidden', `This caller may not write such a ${row.type}.`);
}

export function demandVersion(held: Row, ifMatch: number | undefined): void {
  if (ifMatch === undefined || ifMatch === held.version) return;
  throw new FhirError('stale', 'The version named in If-Match is not the current one.');
}

/**
 * The owner of the record that a resource naming these people joins: all of them are live Patients whom
 * the grant lets the caller write about, of one owner. Undefined where that is not so: whether a Patient
 * is unknown or hidden makes no difference.
 */
export function* adoptedBy(unit: Unit, patients: readonly string[]): Work<string | undefined> {
  let owner: string | undefined;
  for (const id of patients) {
    const row = yield* got(unit.bare('Patient', id));
    if (row === undefined || row.deleted) return undefined;
    if (!(yield* got(unit.reaches(row, unit.grant.adopt)))) return undefined;
    if (owner !== undefined && owner !== row.owner) return undefined;
    owner = row.owner;
  }
  return owner;
}

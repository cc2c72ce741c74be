// Business keys and import bookkeeping, written in the commit of the resources they are about.
import { FhirError } from '../../fhir/error.ts';
import type { ImportMark, WritePlan } from '../port.ts';
import type { ClaimHolder, Unit } from './unit.ts';
import { got, type Work } from './work.ts';

export interface Claimed {
  /** Claim key -> `Type/id`, for the claims of the plan. */
  own: ReadonlyMap<string, string>;
  /** Marker -> `Type/id`, for its lookups. */
  lookups: ReadonlyMap<string, string>;
}

/** `places`: marker of an op -> `Type/id`. */
export function* claimsOf(unit: Unit, plan: WritePlan, places: ReadonlyMap<string, string>): Work<Claimed> {
  const own = new Map<string, string>();
  for (const { key, type, id } of plan.claims) own.set(key, places.get(id) ?? `${type}/${id}`);
  const lookups = new Map<string, string>();
  for (const lookup of plan.lookups) {
    if (lookup.kind !== 'claim') continue;
    const place = own.get(lookup.key) ?? nameOf(yield* liveHolder(unit, lookup.key));
    if (place === undefined) throw new FhirError('invalid-value', lookup.missing);
    lookups.set(lookup.marker, place);
  }
  return { own, lookups };
}

export function* writeClaims(unit: Unit, plan: WritePlan, { own }: Claimed): Work<void> {
  for (const [key, place] of own) yield* writeClaim(unit, key, place);
  for (const mark of plan.marks) yield* writeMark(unit, mark);
}

function* liveHolder(unit: Unit, key: string): Work<ClaimHolder | undefined> {
  const holder = yield* got(unit.claimHolder(key));
  return holder?.deleted === true ? undefined : holder;
}

const nameOf = (holder: ClaimHolder | undefined): string | undefined =>
  holder && `${holder.type}/${holder.id}`;

/** A key passes on only from a deleted resource. */
function* writeClaim(unit: Unit, key: string, place: string): Work<void> {
  const holder = yield* got(unit.claimHolder(key));
  if (nameOf(holder) === place) return;
  if (holder?.deleted === false)
    throw new FhirError('conflict', 'Another resource holds the same record key.');
  const [type, id] = place.split('/') as [string, string];
  yield* got(unit.putClaim(key, type, id));
}

function* writeMark(unit: Unit, { key, digest, parts, seen, relied }: ImportMark): Work<void> {
  if ((yield* got(unit.markDigest(key))) !== seen)
    throw new FhirError('conflict', 'The record was imported by somebody else in the meantime.');
  for (const [part, version] of Object.entries(relied ?? {})) yield* demandRelied(unit, part, version);
  yield* got(unit.putMark(key, digest, parts));
}

/** What planning compared and left alone must still be what it compared. */
function* demandRelied(unit: Unit, key: string, version: number): Work<void> {
  if ((yield* liveHolder(unit, key))?.version === version) return;
  throw new FhirError('stale', 'What the record was compared with changed in the meantime.');
}

import type { Derive } from '../port/derived.ts';
import type { WriteOp, WritePlan } from '../port.ts';
import type { Expected } from './unit.ts';

/** Whose record it joins, whose labels it may take on, and of which Slot it takes a seat. */
const ASKED = /"(Patient|Condition|Medication|Observation|Procedure|Slot)\/([A-Za-z0-9\-.]{1,64})"/g;

/** What can be told of a plan before anything of it is settled. */
export function expectedOf({ ops, lookups, claims, marks }: WritePlan, { seating }: Derive): Expected {
  const markers = new Set(ops.map(markerOf));
  const names = [...ops.flatMap(namesOf), ...claims.filter(claim => !markers.has(claim.id))];
  const keys = [
    ...claims.map(claim => claim.key),
    ...ops.flatMap(op => ('body' in op && op.type === 'Appointment' ? (seating?.keysIn(op.body) ?? []) : [])),
    ...lookups.flatMap(lookup => (lookup.kind === 'claim' ? [lookup.key] : [])),
    ...marks.flatMap(({ parts, relied }) => [...parts, ...Object.keys(relied ?? {})]),
  ];
  const distinct = new Map(names.map(({ type, id }) => [`${type}/${id}`, { type, id }]));
  return { names: [...distinct.values()], claims: [...new Set(keys)], marks: marks.map(mark => mark.key) };
}

const markerOf = (op: WriteOp): string | undefined => ('marker' in op ? op.marker : undefined);

/** What an op is about, and what is asked of those its body names. */
function namesOf(op: WriteOp): { type: string; id: string }[] {
  if (op.kind === 'search') return [];
  if (op.kind !== 'create' && op.kind !== 'update') return [op];
  return [op, ...[...op.body.matchAll(ASKED)].map(([, type, id]) => ({ type: type!, id: id! }))];
}

// What a program may send through its door, in words and as JSON Schema.
import { FhirError } from '../fhir/error.ts';
import { CONCEPTS } from '../iop/concepts.ts';
import type { Reply } from './request.ts';

/** Every kind of record, with its title, the resources it makes and where its schema is. */
export function listSchemas(): Reply {
  const kinds = CONCEPTS.map(({ kind, title, makes }) => ({
    kind,
    title,
    makes,
    schema: `/iop/schema/${kind}`,
  }));
  return json({ kinds });
}

/** Throws `not-found` for a kind that does not exist. */
export function readSchema(kind: string): Reply {
  const concept = CONCEPTS.find(one => one.kind === kind);
  if (concept === undefined)
    throw new FhirError('not-found', 'There is no such kind of record: see /iop/schema.');
  return { ...json(concept.schema), headers: { 'Content-Type': 'application/schema+json; charset=utf-8' } };
}

export const json = (value: unknown, status = 200): Reply => ({
  status,
  headers: { 'Content-Type': 'application/json; charset=utf-8' },
  body: JSON.stringify(value),
});

// What a program may send through its door, in words and as JSON Schema.
import type { Principal } from '../access/grant.ts';
import { FhirError } from '../fhir/error.ts';
import { CONCEPTS } from '../iop/concepts.ts';
import { attempt } from './attempt.ts';
import type { Context } from './context.ts';
import type { Reply } from './request.ts';

/** Every kind of record, with its title, the resources it makes and where its schema is. */
export const listSchemas = (request: string, context: Context, principal: Principal): Promise<Reply> =>
  answered(request, context, principal, () => json({ kinds: kindsOf() }));

/** Throws `not-found` for a kind that does not exist. */
export const readSchema = (
  kind: string,
  request: string,
  context: Context,
  principal: Principal,
): Promise<Reply> =>
  answered(request, context, principal, () => ({
    ...json(schemaOf(kind)),
    headers: { 'Content-Type': 'application/schema+json; charset=utf-8' },
  }));

/** It tells of nobody, but that somebody asked is a row all the same. */
function answered(
  request: string,
  context: Context,
  principal: Principal,
  reply: () => Reply,
): Promise<Reply> {
  return attempt({ request, action: 'schema' }, context, principal, async audit => {
    const answer = reply();
    await audit.record([]);
    return answer;
  });
}

function kindsOf() {
  return CONCEPTS.map(({ kind, title, makes }) => ({
    kind,
    title,
    makes,
    schema: `/iop/schema/${kind}`,
  }));
}

function schemaOf(kind: string): unknown {
  const concept = CONCEPTS.find(one => one.kind === kind);
  if (concept === undefined)
    throw new FhirError('not-found', 'There is no such kind of record: see /iop/schema.');
  return concept.schema;
}

export const json = (value: unknown, status = 200): Reply => ({
  status,
  headers: { 'Content-Type': 'application/json; charset=utf-8' },
  body: JSON.stringify(value),
});

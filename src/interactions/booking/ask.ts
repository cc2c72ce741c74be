// What the booking of a program asks of the server: the same requests that come from outside, by the same way.
import type { Principal } from '../../access/grant.ts';
import { FhirError } from '../../fhir/error.ts';
import type { AnyResource, JsonObject } from '../../fhir/types.ts';
import type { Context } from '../context.ts';
import { handle } from '../handle.ts';
import { partKey } from '../import/key.ts';

/** A program at its own desk. */
export interface Booker {
  context: Context;
  principal: Principal;
  /** Logical id of its Organization. */
  program: string;
}

const common = ({ context }: Booker) => ({ prefer: {}, request: context.ids() });

/** A resource, and the version that a change of it is a change to. Throws `not-found`. */
export async function readOne<T>(
  booker: Booker,
  type: string,
  id: string,
): Promise<{ resource: T; ifMatch: string }> {
  const { body, headers } = await handle(
    { kind: 'read', type, id, query: '', ...common(booker) },
    booker.context,
    booker.principal,
  );
  return { resource: JSON.parse(body!) as T, ifMatch: headers.ETag! };
}

/** Every match. */
export async function searchAll<T>(booker: Booker, type: string, query: string): Promise<T[]> {
  const { context, principal } = booker;
  const found: T[] = [];
  const count = `_count=${context.limits.maxCount}`;
  let reply = await handle(
    { kind: 'search', type, query: `${query}&${count}`, ...common(booker) },
    context,
    principal,
  );
  for (;;) {
    const { entry = [], link = [] } = JSON.parse(reply.body!) as {
      entry?: { resource: AnyResource }[];
      link?: { relation: string; url: string }[];
    };
    found.push(
      ...(entry.map(one => one.resource).filter(one => one.resourceType === type) as unknown as T[]),
    );
    const next = link.find(one => one.relation === 'next');
    const page = next && new URL(next.url).searchParams.get('_page');
    if (page === undefined || page === null) return found;
    reply = await handle({ kind: 'page', page, ...common(booker) }, context, principal);
  }
}

export async function createOne(booker: Booker, resource: AnyResource): Promise<AnyResource> {
  const { body } = await handle(
    {
      kind: 'create',
      type: resource.resourceType,
      body: JSON.stringify(resource),
      ...common(booker),
      prefer: { return: 'representation' },
    },
    booker.context,
    booker.principal,
  );
  return JSON.parse(body!) as AnyResource;
}

export async function updateOne(booker: Booker, resource: AnyResource, ifMatch: string): Promise<void> {
  const { resourceType: type, id } = resource as AnyResource & { id: string };
  const body = JSON.stringify(resource);
  await handle(
    { kind: 'update', type, id, body, ifMatch, ...common(booker) },
    booker.context,
    booker.principal,
  );
}

/** Changes to what was read, all or none. Throws `stale` where somebody else changed one of them since. */
export async function transact(booker: Booker, resources: readonly JsonObject[]): Promise<void> {
  const entry = resources.map(resource => {
    const { resourceType, id, meta } = resource as JsonObject & { meta: { versionId: string } };
    const request = { method: 'PUT', url: `${resourceType}/${id}`, ifMatch: `W/"${meta.versionId}"` };
    return { resource, request };
  });
  const body = JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry });
  await handle({ kind: 'bundle', body, ...common(booker) }, booker.context, booker.principal);
}

/** Logical id of what a record of the program made. Throws `invalid-value` where there is none. */
export async function madeBy(booker: Booker, kind: string, key: string): Promise<string> {
  const claim = partKey({ program: booker.program, kind, id: key, role: '' });
  const found = (await booker.context.registry.claims([claim])).get(claim)?.split('/')[1];
  if (found === undefined) throw new FhirError('invalid-value', `There is no ${kind} ${key}.`);
  return found;
}

/** The program's own keys of these, by `Type/id`. */
export async function keysOf(
  { context, program }: Booker,
  kind: string,
  references: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const start = `${program}|${kind}|`;
  const claims = await context.registry.claimsOf([...new Set(references)]);
  const named = [...claims].flatMap(([reference, keys]) => {
    const key = keys.find(one => one.startsWith(start));
    return key === undefined ? [] : [[reference, key.slice(start.length).split('|')[0]!] as const];
  });
  return new Map(named);
}

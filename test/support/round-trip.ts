// What the concepts' round-trip tests share: links that can be read back, and resources without what is
// local.

import { CANONICAL_BASE } from '../../src/fhir/canonical.ts';
import type { AnyResource, Json } from '../../src/fhir/types.ts';
import type { Concept, Links, Names, Part, RecordEnvelope } from '../../src/iop/concept.ts';

export const PROGRAM = 'riverbend';

/** References as text that says which record they mean: `urn:record:kind|id|role`. */
export const links: Links = { to: (kind, id, role = '') => `urn:record:${kind}|${id}|${role}` };

export const names: Names = {
  program: PROGRAM,
  of: reference => {
    const found = /^urn:record:([^|]+)\|([^|]+)\|(.*)$/.exec(reference);
    return found === null ? undefined : { kind: found[1]!, id: found[2]!, role: found[3]! };
  },
};

export const partMap = (parts: readonly Part[]): Map<string, AnyResource> =>
  new Map(parts.map(part => [part.role, part.resource]));

/** Through JSON text and back, as a store does it. */
const stored = (parts: readonly Part[]): Map<string, AnyResource> =>
  new Map(Object.entries(JSON.parse(JSON.stringify(Object.fromEntries(partMap(parts))))));

/** The record after it went to FHIR and back. */
export function roundTrip<R extends RecordEnvelope>(concept: Concept<R>, record: R): R {
  return concept.fromFhir(stored(concept.toFhir(record, links)), names, record.id);
}

/** The record after every local extension was removed from its resources. */
export function roundTripBare<R extends RecordEnvelope>(concept: Concept<R>, record: R): R {
  const parts = concept
    .toFhir(record, links)
    .map(({ role, resource }) => ({ role, resource: strip(resource) }));
  return concept.fromFhir(stored(parts), names, record.id);
}

/** A copy without any extension whose URL is ours. */
export function strip<T extends Json>(value: T): T {
  if (Array.isArray(value)) return value.map(strip) as T;
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => {
    if (name !== 'extension' || !Array.isArray(member)) return [name, strip(member ?? null)] as const;
    return [name, member.filter(one => !isLocal(one)).map(strip)] as const;
  });
  return Object.fromEntries(members) as T;
}

function isLocal(extension: Json): boolean {
  const url = (extension as { url?: string }).url ?? '';
  return url.startsWith(CANONICAL_BASE);
}

/** A copy without these fields. */
export function without<R extends object>(record: R, fields: readonly string[]): Partial<R> {
  const kept = Object.entries(record).filter(([name]) => !fields.includes(name));
  return Object.fromEntries(kept) as Partial<R>;
}

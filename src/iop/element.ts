// Small builders and readers that the concepts share. Builders may be given undefined everywhere: `part`
// drops what is not there, so that a resource never holds an empty element.
import { identifierSystem } from '../fhir/canonical.ts';
import type {
  Address,
  AnyResource,
  CodeableConcept,
  Coding,
  ContactPoint,
  Extension,
  FhirResource,
  HumanName,
  Identifier,
  Json,
  Period,
  Reference,
} from '../fhir/types.ts';
import type { Names, Part, RecordEnvelope } from './concept.ts';
import { defineExtension, extend, extensionValue } from './vocabulary.ts';

/** A record under construction: any field may be undefined and is then left out. */
export type Draft<T> = { [K in keyof T]: T[K] | undefined };

/**
 * The value without undefined members, empty arrays and empty objects, at any depth. For `fromFhir`: a
 * field that FHIR no longer says is simply absent, also where the record needs it, so that the importer
 * can show the difference.
 */
export function prune<T extends object>(draft: Draft<T>): T {
  return (pruneAny(draft as Json) ?? {}) as T;
}

function pruneAny(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) {
    const items = value.map(item => pruneAny(item)).filter(item => item !== undefined);
    return items.length === 0 ? undefined : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, pruneAny(member)] as const);
  const kept = members.filter(([, member]) => member !== undefined);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

/** One resource of a record; undefined and empty elements are dropped. */
export function part(role: string, resource: FhirResource): Part {
  return { role, resource: prune<AnyResource>(resource as unknown as AnyResource) };
}

/** The part in this role as the type its concept made it; an empty resource where it is gone. */
export function partOf<T extends FhirResource>(
  parts: ReadonlyMap<string, AnyResource>,
  role = '',
): Partial<T> {
  return (parts.get(role) ?? {}) as unknown as Partial<T>;
}

/** When the program recorded it, on resources that have no element of their own for that. */
export const RECORDED_AT = defineExtension('recorded-at', 'Instant', {
  title: 'Recorded at',
  description:
    'When the program entered this into its own records, where the resource has no element for it.',
  contexts: ['DomainResource'],
});

export const recordedExtension = (record: RecordEnvelope): Extension[] =>
  extend(RECORDED_AT, record.recordedAt);
export const recordedAtOf = (resource: { extension?: Extension[] | undefined }): string | undefined =>
  extensionValue(RECORDED_AT, resource);

/**
 * The business identifier of a record's resource: unique within the program, stable over re-imports. The
 * system names program and kind, so that two programs may use the same key.
 */
export function businessIdentifier(record: RecordEnvelope, role = ''): Identifier {
  const value = role === '' ? record.id : `${record.id}/${role}`;
  return { system: businessSystem(record.program, record.kind), value };
}

/** `https://.../identifier/riverbend/session`: the namespace of one program's keys of one kind. */
export const businessSystem = (program: string, kind: string): string =>
  identifierSystem(`${program}/${kind}`);

/** The value of the first identifier with this system. */
export const identifierOf = (list: readonly Identifier[] | undefined, system: string): string | undefined =>
  list?.find(one => one.system === system)?.value;

export const NPI = 'http://hl7.org/fhir/sid/us-npi';
export const npiIdentifier = (npi: string | undefined): Identifier[] =>
  npi === undefined ? [] : [{ system: NPI, value: npi }];

export const coding = (system: string, code: string, display?: string): Coding =>
  display === undefined ? { system, code } : { system, code, display };

export const concept = (system: string, code: string, display?: string): CodeableConcept => ({
  coding: [coding(system, code, display)],
});

/** The code of `system` in a CodeableConcept, or in the first of several that has one. */
export function codeIn(
  system: string,
  from: CodeableConcept | readonly CodeableConcept[] | undefined,
): string | undefined {
  return codingsIn(system, from)[0]?.code;
}

export function codingsIn(
  system: string,
  from: CodeableConcept | readonly CodeableConcept[] | undefined,
): Coding[] {
  const concepts: readonly CodeableConcept[] = Array.isArray(from) ? from : [from ?? {}];
  return concepts.flatMap(one => one.coding ?? []).filter(one => one.system === system);
}

/** `{ reference }`, or nothing where there is none. */
export const reference = (text: string | undefined): Reference | undefined =>
  text === undefined ? undefined : { reference: text };

/** The record id that a reference names, where it is one of this kind. */
export function keyOf(names: Names, kind: string, to: Reference | undefined): string | undefined {
  if (to?.reference === undefined) return undefined;
  const found = names.of(to.reference);
  return found?.kind === kind ? found.id : undefined;
}

export function keysOf(
  names: Names,
  kind: string,
  to: readonly Reference[] | undefined,
): string[] | undefined {
  const keys = (to ?? []).map(one => keyOf(names, kind, one)).filter(key => key !== undefined);
  return keys.length === 0 ? undefined : keys;
}

/** Organizations are no records: they are named by logical id, in record and reference alike. */
export const organizationReference = (id: string): Reference => ({ reference: `Organization/${id}` });
export function organizationKey(to: Reference | undefined): string | undefined {
  const [type, id] = (to?.reference ?? '').split('/');
  return type === 'Organization' && id !== '' ? id : undefined;
}

export const period = (from: string | undefined, until: string | undefined): Period | undefined =>
  from === undefined && until === undefined ? undefined : { start: from, end: until };

/** How to reach somebody. `use` home, work or mobile. */
export interface Telecom {
  system: 'phone' | 'email' | 'fax' | 'url';
  value: string;
  use?: 'home' | 'work' | 'mobile';
}

export interface PostalAddress {
  lines: string[];
  city: string;
  state: string;
  postalCode: string;
}

export interface PersonName {
  family: string;
  given: string[];
  prefix?: string;
  suffix?: string;
}

export function telecomsOf(points: readonly ContactPoint[] | undefined): Telecom[] | undefined {
  return points?.map(({ system, value, use }) => prune<Telecom>({ system, value, use } as Draft<Telecom>));
}

export function addressOf(record: PostalAddress | undefined): Address | undefined {
  if (record === undefined) return undefined;
  const { lines, city, state, postalCode } = record;
  return { line: lines, city, state, postalCode, country: 'US' };
}

export function postalAddressOf(address: Address | undefined): PostalAddress | undefined {
  if (address === undefined) return undefined;
  const { line: lines, city, state, postalCode } = address;
  return prune<PostalAddress>({ lines, city, state, postalCode });
}

export function humanName(name: PersonName): HumanName {
  const { family, given, prefix, suffix } = name;
  return {
    use: 'official',
    family,
    given,
    prefix: prefix === undefined ? undefined : [prefix],
    suffix: suffix === undefined ? undefined : [suffix],
  };
}

export function personNameOf(names: readonly HumanName[] | undefined): PersonName | undefined {
  const name = names?.find(one => one.use === 'official') ?? names?.find(one => one.use !== 'usual');
  if (name === undefined) return undefined;
  const { family, given, prefix, suffix } = name;
  return prune<PersonName>({ family, given, prefix: prefix?.[0], suffix: suffix?.[0] });
}

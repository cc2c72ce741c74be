// What scopes say, told a second time from their wording: one resource at a time, by reading its JSON.
import type { AnyResource, Json, JsonObject } from '../../src/fhir/types.ts';
import { type Asker, type Fact, type Facts, isOnlyAbout, type Letter, sees, witnessed } from './naive.ts';
import { isDirectory, lastLive } from './naive-resource.ts';

interface Scope {
  context: string;
  /** `name=value` of its query. */
  query: readonly (readonly [name: string, value: string])[];
}

const V1: Readonly<Record<string, string>> = { read: 'rs', write: 'cud', '*': 'cruds' };

/** Those that give a letter for a type. */
function scopesFor(asker: Asker, type: string, letter: Letter): Scope[] {
  const scopes: Scope[] = [];
  for (const word of asker.scope.split(' ')) {
    const [, context, of, how, query] = /^(\w+)\/([\w*]+)\.([a-z*]+)(?:\?(.*))?$/.exec(word) ?? [];
    if (context === undefined || (context === 'patient' && asker.patient === undefined)) continue;
    if ((of !== '*' && of !== type) || !(V1[how!] ?? how!).includes(letter)) continue;
    const pairs = query === undefined ? [] : query.split('&').map(pair => pair.split('='));
    scopes.push({ context, query: pairs.map(([name, value]) => [name!, value!] as const) });
  }
  return scopes;
}

export const hasScope = (asker: Asker, type: string, letter: Letter): boolean =>
  scopesFor(asker, type, letter).length > 0;

/** May the asker reach this version for a use: do the rules show it, and does one of its scopes hold for it? */
export const reaches = (
  facts: Facts,
  asker: Asker,
  letter: Letter,
  fact: Fact,
  version = fact.versions.length,
): boolean => sees(facts, asker, fact, version) && covers(asker, letter, fact, version);

/**
 * One of its scopes holds for the version and for what the resource is now. Of a deletion in the past nobody
 * can say what it was.
 */
export function covers(asker: Asker, letter: Letter, fact: Fact, version = fact.versions.length): boolean {
  const images = [lastLive(fact), lastLive(fact, version)];
  const lost = version < fact.versions.length && fact.versions[version - 1]!.resource === undefined;
  return scopesFor(asker, fact.type, letter).some(
    ({ context, query }) =>
      (context !== 'patient' || isWithin(asker, letter, images)) &&
      (query.length === 0 || !lost) &&
      query.every(([name, value]) => images.every(image => answers(image, name, value))),
  );
}

/** The same of something new. */
export const coversNew = (asker: Asker, letter: Letter, resource: AnyResource): boolean =>
  covers(asker, letter, {
    type: resource.resourceType,
    id: '',
    owner: '',
    versions: [{ writer: '', resource }],
  });

/** The compartment, and for reading the directory, which is in none. */
const isWithin = (asker: Asker, letter: Letter, images: readonly AnyResource[]): boolean =>
  images.every(image => isOnlyAbout(asker, image)) || ('rs'.includes(letter) && images.every(isDirectory));

/** Targets of the Provenances that the asker finds; they say nothing but who wrote what. */
export const witnessedWithin = (facts: Facts, asker: Asker, letter: Letter): string[] =>
  witnessed(facts, asker).filter(reference =>
    coversNew(asker, letter, { resourceType: 'Provenance', target: [{ reference }] }),
  );

type Token = { system: string; code: string };

/** A search parameter with its modifier, asked of one resource. Values beside each other are alternatives. */
function answers(resource: AnyResource, name: string, text: string): boolean {
  const [param, modifier] = name.split(':');
  if (param === '_id') return text.split(',').includes(String(resource.id));
  if (param === 'date') return text.split(',').some(value => isDated(resource, value));
  if (param === 'subject')
    return text.split(',').some(value => stringOf(resource.subject, 'reference') === value);
  const tokens = tokensOf(resource, param!);
  if (modifier === 'missing') return (tokens.length === 0) === (text === 'true');
  const found = text.split(',').some(value => tokens.some(token => isToken(token, value)));
  return modifier === 'not' ? !found : found;
}

const DAY = 86_400_000;

/** Days alone: of the resource and of what is asked. */
function isDated(resource: AnyResource, text: string): boolean {
  const [, prefix, day] = /^([a-z]*)(.*)$/.exec(text)!;
  const own = resource.effectiveDateTime;
  if (typeof own !== 'string') return false;
  const days = (Date.parse(own) - Date.parse(day!)) / DAY;
  return prefix === 'ge' ? days >= 0 : prefix === 'lt' ? days < 0 : days === 0;
}

function isToken(token: Token, text: string): boolean {
  const [code, system] = text.split('|').reverse();
  return token.code === code && (system === undefined || token.system === system);
}

/** Codes of a parameter that is named as its element is, or nearly. */
function tokensOf(resource: AnyResource, param: string): Token[] {
  const meta = (resource.meta ?? {}) as JsonObject;
  if (param === '_tag') return listOf(meta.tag).map(tokenOf);
  if (param === 'category') return listOf(resource.category).flatMap(one => listOf(one.coding).map(tokenOf));
  const code = param === 'lifecycle-status' ? resource.lifecycleStatus : resource[param];
  return typeof code === 'string' ? [{ system: '', code }] : [];
}

const listOf = (value: Json | undefined): JsonObject[] => (value ?? []) as JsonObject[];
const tokenOf = (coding: JsonObject): Token => ({
  system: String(coding.system ?? ''),
  code: String(coding.code),
});
const stringOf = (value: Json | undefined, name: string): Json | undefined =>
  ((value ?? {}) as JsonObject)[name];

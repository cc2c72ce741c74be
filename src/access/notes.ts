// Counselling notes (42 CFR 2.11, 2.31(b)) and psychotherapy notes (45 CFR 164.508(a)(2)): what one professional wrote
// down of a session, kept apart from the rest of the record. A tag says that a resource is one. It is for its author
// alone, within and outside the program: not for colleagues, systems, payers, and not for the patient, whose right of
// access does not take in such notes (45 CFR 164.524(a)(1)(i)). Nobody else learns of it by any way.
// Progress notes (LOINC 34904-3) are no such notes.
import { parseBody } from '../fhir/body.ts';
import { mayBeNote, NOTE, NOTE_TYPES, RECORD_KIND } from '../fhir/counselling-note.ts';
import type { Issue } from '../fhir/error.ts';
import { isId } from '../fhir/id.ts';
import { localId } from '../fhir/reference.ts';
import { isResourceType } from '../fhir/resource-types.ts';
import type { AnyResource, Json, JsonObject } from '../fhir/types.ts';
import type { Predicate } from '../search/ast.ts';
import { foldCode } from '../search/param/token.ts';
import { paramOf } from '../search/registry.ts';
import type { Version } from '../store/port.ts';
import type { Grant, Principal, Use } from './grant.ts';
import { ALL, allOf, anyOf, NONE, READING } from './rule.ts';

/** What of a type may be reached for a use, as far as notes go; of types that are none, all. `permitted`: see noteByConsent. */
export function notesReach(
  principal: Principal,
  { type, use }: { type: string; use: Use },
  permitted: Predicate,
): Predicate {
  if (!Object.hasOwn(NOTE_TYPES, type)) return ALL;
  // A system hands over what a clinician wrote elsewhere. It does not get it back.
  if (use === 'create' && isSystem(principal)) return ALL;
  return anyOf(noNote(type), ownNote(principal, type), READING.has(use) ? permitted : NONE);
}

/**
 * The notes that Consents for notes and for nothing else (2.31(b)) release to who acts for an Organization; of types
 * that are none, nothing. `released`: what such Consents permit it.
 */
export const noteByConsent = (type: string, released: Predicate): Predicate =>
  Object.hasOwn(NOTE_TYPES, type) ? allOf(released, tagged(type)) : NONE;

/** Of the program's own, with nobody at it. */
const isSystem = ({ role, practitioner, scopes }: Principal): boolean =>
  role === 'program' && practitioner === undefined && scopes.every(({ context }) => context === 'system');

const tagged = (type: string): Predicate => ({ kind: 'clause', clause: tagClause(type) });
const noNote = (type: string): Predicate => ({
  kind: 'clause',
  clause: { ...tagClause(type), modifier: 'not' },
});
const tagClause = (type: string) => ({
  kind: 'param' as const,
  param: paramOf(type, '_tag')!,
  values: [{ kind: 'token' as const, system: RECORD_KIND.url, code: NOTE }],
});

/** It has one author (noteFaults); an Organization's own, or written by it into somebody else's record. */
function ownNote({ practitioner, organization }: Principal, type: string): Predicate {
  if (!isId(practitioner)) return NONE;
  const param = paramOf(type, NOTE_TYPES[type]!.param)!;
  const keys = [`Practitioner/${practitioner}`];
  const author: Predicate = {
    kind: 'clause',
    clause: { kind: 'param', param, values: [{ kind: 'reference', keys }] },
  };
  return allOf(author, anyOf({ kind: 'owner', organization }, { kind: 'source', organization }));
}

/** Does a resource, or anything within it, say that it is a note? */
export function isNote({ meta }: AnyResource | JsonObject): boolean {
  const tags = listOf((meta as JsonObject | undefined)?.tag);
  return tags.some(
    ({ system, code }) => system === RECORD_KIND.url && typeof code === 'string' && foldCode(code) === NOTE,
  );
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: Json | undefined): JsonObject[] =>
  (Array.isArray(value) ? value : [value]).filter(isObject);

/** Resources within a resource. */
function* innerOf(resource: JsonObject): Generator<JsonObject> {
  const open: Json[] = Object.values(resource).filter(value => value !== undefined);
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (isObject(value) && isResourceType(value.resourceType)) yield value;
    if (typeof value !== 'object' || value === null) continue;
    for (const inner of Object.values(value))
      if (typeof inner === 'object' && inner !== null) open.push(inner);
  }
}

/** What is wrong with it as a note: the rule that keeps notes looks at their type, their tag and their author. */
export function noteFaults(resource: AnyResource, base?: string): Issue[] {
  const type = resource.resourceType;
  for (const inner of innerOf(resource))
    if (isNote(inner))
      return [{ path: type, message: 'A counselling note is a resource of its own, never within another.' }];
  if (!isNote(resource)) return [];
  const place = Object.hasOwn(NOTE_TYPES, type) ? NOTE_TYPES[type]! : undefined;
  if (place === undefined) {
    const types = Object.keys(NOTE_TYPES).join(', ');
    return [{ path: `${type}.meta.tag`, message: `A counselling note is one of ${types}.` }];
  }
  const authors = listOf(resource[place.element]);
  const [author] = authors.map(({ reference }) =>
    localId(reference as string | undefined, 'Practitioner', base),
  );
  if (authors.length === 1 && author !== undefined) return [];
  const message = 'A counselling note has one author, a Practitioner of this server.';
  return [{ path: `${type}.${place.element}`, message }];
}

/** May who wrote this version get it back? A system that handed over a note may not. */
export function readsBack({ type, body }: Version, { principal }: Grant, base: string): boolean {
  if (body === '' || !mayBeNote({ type, body })) return true;
  const { resource } = parseBody(body);
  if (!isNote(resource)) return true;
  const [author] = listOf(resource[NOTE_TYPES[type]!.element]);
  return (
    principal.practitioner !== undefined &&
    localId(author?.reference as string | undefined, 'Practitioner', base) === principal.practitioner
  );
}

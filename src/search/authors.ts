// Who wrote a resource, as marks that terms of Consents ask for (`authoredby`): the references that R4 maps to the
// author of the five Ws. https://hl7.org/fhir/R4/valueset-consent-data-meaning.html
import { parseReference } from '../fhir/reference.ts';
import type { AnyResource } from '../fhir/types.ts';
import { authorPaths } from '../generated/tables.ts';
import { listOf, objectOf, textOf } from './param/kind.ts';

/** `name`: `Type/id`. It is an author of the whole. */
export const authorMark = (name: string): string => `author|${name}`;
/** `by`: `Type/id` of an author of a part of it alone, the type of any author, or UNKNOWN_AUTHOR. */
export const wroteMark = (by: string): string => `wrote|${by}`;
/** Stands for an author that is not told, or not as something here. */
export const UNKNOWN_AUTHOR = '?';

/**
 * Of an author of this type an author of those others may be, or act for, or be written down for: a PractitionerRole
 * is somebody of some Organization. What a resource says by an author of no type here is not told.
 */
const MAY_BE: Readonly<Record<string, readonly string[]>> = {
  CareTeam: ['Device', 'Organization', 'Patient', 'Practitioner', 'PractitionerRole', 'RelatedPerson'],
  Device: ['CareTeam', 'Organization', 'Practitioner', 'PractitionerRole'],
  Organization: ['CareTeam', 'Device', 'Practitioner', 'PractitionerRole'],
  Patient: ['CareTeam'],
  Practitioner: ['CareTeam', 'Device', 'Organization', 'PractitionerRole'],
  PractitionerRole: ['CareTeam', 'Device', 'Organization', 'Practitioner'],
  RelatedPerson: ['CareTeam'],
};

/** Marks of all that this may have written, in part or in whole; undefined: that may be anything. */
export const mayHaveWritten = (type: string, name: string): readonly string[] | undefined =>
  Object.hasOwn(MAY_BE, type)
    ? [authorMark(name), ...[name, UNKNOWN_AUTHOR, ...MAY_BE[type]!].map(wroteMark)]
    : undefined;

export function authorMarks(resource: AnyResource, base?: string): string[] {
  const { whole, part } = authorsIn(resource, base);
  const inner = listOf(resource.contained).flatMap(one => {
    const found = authorsIn(objectOf(one) ?? {}, base);
    return [...found.whole, ...found.part];
  });
  const parts = [...part, ...inner];
  const types = [...whole, ...parts].map(one => (one === undefined ? UNKNOWN_AUTHOR : one.type));
  return [
    ...whole.flatMap(one => (one === undefined ? [] : [authorMark(one.name)])),
    ...parts.flatMap(one => (one === undefined ? [] : [wroteMark(one.name)])),
    ...(whole.length === 0 ? [UNKNOWN_AUTHOR] : []).concat(types).map(wroteMark),
  ];
}

interface Author {
  type: string;
  /** `Type/id`. */
  name: string;
}

/** Undefined where it is not told who that is. */
function authorsIn(
  resource: Readonly<Record<string, unknown>>,
  base: string | undefined,
): { whole: (Author | undefined)[]; part: (Author | undefined)[] } {
  const type = textOf(resource.resourceType) ?? '';
  const paths = Object.hasOwn(authorPaths(), type) ? authorPaths()[type]! : [];
  const found = (of: readonly string[]) =>
    of.flatMap(path => along(resource, path.split('.')).map(one => authorOf(one, base)));
  return {
    whole: found(paths.filter(path => !path.includes('.'))),
    part: found(paths.filter(path => path.includes('.'))),
  };
}

/** A part may have parts of its kind: the sections of a section. */
function along(of: unknown, [name, ...rest]: readonly string[]): readonly unknown[] {
  const inner = listOf(objectOf(of)?.[name!]).filter(one => one !== null);
  return rest.length === 0
    ? inner
    : inner.flatMap(one => [...along(one, rest), ...along(one, [name!, ...rest])]);
}

function authorOf(reference: unknown, base: string | undefined): Author | undefined {
  const parsed = parseReference(textOf(objectOf(reference)?.reference) ?? '', base);
  if (parsed.kind !== 'local' || !Object.hasOwn(MAY_BE, parsed.type)) return undefined;
  return { type: parsed.type, name: `${parsed.type}/${parsed.id}` };
}

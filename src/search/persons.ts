// Whom a resource names: what consent is asked about (store/port/derived.ts, Derived.patients). Where it cannot be
// told whether a reference means a person, the answer is the unknown person `?`, whom nobody can permit.
import { isId } from '../fhir/id.ts';
import { parseReference } from '../fhir/reference.ts';
import { isResourceType } from '../fhir/resource-types.ts';
import type { AnyResource } from '../fhir/types.ts';
import { compartments, type Source } from '../generated/tables.ts';
import type { Clause, Predicate } from './ast.ts';
import { type Found, listOf, objectOf, textOf } from './param/kind.ts';
import { typeOfTarget } from './param/reference.ts';
import { paramOf, sourcesOf } from './registry.ts';
import { select } from './select.ts';

/** A person that cannot be told. */
export const UNKNOWN_PERSON = '?';
const PERSON_PARAMS = ['patient', 'subject'];

/** Logical ids of the Patients that a resource names, and `?`; sorted, without repetition. */
export function personsOf(resource: AnyResource, base?: string): string[] {
  const persons = namedBy(resource, { holder: resource, base });
  if (resource.resourceType === 'Patient') persons.add(isId(resource.id) ? resource.id : UNKNOWN_PERSON);
  for (const person of literally(resource, base)) persons.add(person);
  for (const contained of listOf(resource.contained))
    if (saysMore(contained, persons, { holder: resource, base })) persons.add(UNKNOWN_PERSON);
  return [...persons].sort();
}

/** Where references are read: fragments are looked up in the holder. */
interface Place {
  holder: AnyResource;
  base: string | undefined;
}

function namedBy(resource: Readonly<Record<string, unknown>>, place: Place): Set<string> {
  const persons = new Set<string>();
  const type = resource.resourceType;
  if (typeof type !== 'string') return persons;
  for (const { sources, may } of personSources(type))
    for (const found of select(resource, sources)) {
      const person = personOf(found, place);
      if (person !== undefined && (may || person !== UNKNOWN_PERSON)) persons.add(person);
    }
  return persons;
}

/** Does a contained resource tell of somebody whom its holder does not name? A contained Patient may be anybody. */
function saysMore(contained: unknown, named: ReadonlySet<string>, place: Place): boolean {
  const members = objectOf(contained);
  if (members === undefined) return false;
  return (
    members.resourceType === 'Patient' || [...namedBy(members, place)].some(person => !named.has(person))
  );
}

/**
 * Everybody whom a literal reference anywhere means, extensions and places included where nobody looks for
 * people (the items of a List): who may see the resource sees that name too.
 */
function literally(resource: AnyResource, base: string | undefined): Set<string> {
  const persons = new Set<string>();
  const open: unknown[] = [resource];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    const { reference } = value as { reference?: unknown };
    const parsed = typeof reference === 'string' ? parseReference(reference, base) : undefined;
    if (parsed !== undefined && typeOfTarget(parsed, undefined) === 'Patient')
      persons.add(parsed.kind === 'local' ? parsed.id : UNKNOWN_PERSON);
    for (const inner of Object.values(value))
      if (typeof inner === 'object' && inner !== null) open.push(inner);
  }
  return persons;
}

interface PersonSources {
  sources: readonly Source[];
  /** A Patient may stand there: what cannot be told is taken for one. Elsewhere only a literal reference is. */
  may: boolean;
}

const personParams = (type: string) =>
  [...new Set([...(compartments().Patient?.[type] ?? []), ...PERSON_PARAMS])]
    .map(code => paramOf(type, code))
    .filter(param => param?.type === 'reference')
    .map(param => param!);

/**
 * What is about a person: the Patient itself, and what names it where the R4 Patient compartment or the parameters
 * patient and subject look. `none` for types that are about nobody.
 */
export function aboutPerson(type: string, patient: string): Predicate {
  const named = personParams(type).map((param): Predicate => {
    const values = [{ kind: 'reference' as const, keys: [`Patient/${patient}`] }];
    return clause({ kind: 'param', param, values });
  });
  const of = type === 'Patient' ? [clause({ kind: 'id', ids: [patient] }), ...named] : named;
  return of.length < 2 ? (of[0] ?? { kind: 'none' }) : { kind: 'or', of };
}

const clause = (of: Clause): Predicate => ({ kind: 'clause', clause: of });

const sourceCache = new Map<string, readonly PersonSources[]>();

/**
 * Ways to references that may mean a person: the Patient compartment and the parameters patient and subject.
 * The filter on what they resolve to is dropped: it is what personOf decides.
 */
function personSources(type: string): readonly PersonSources[] {
  const known = sourceCache.get(type);
  if (known !== undefined || !isResourceType(type)) return known ?? [];
  const list: PersonSources[] = [];
  for (const param of personParams(type)) {
    const may = param.targets.length === 0 || param.targets.includes('Patient');
    list.push({ sources: sourcesOf(type, param.code).map(({ p, d }) => ({ p, d })), may });
  }
  sourceCache.set(type, list);
  return list;
}

function personOf(found: Found, { holder, base }: Place): string | undefined {
  const members = objectOf(found.value);
  if (found.type !== 'Reference' || members === undefined) return undefined;
  const text = textOf(members.reference);
  const stated = textOf(members.type);
  if (text === undefined) return namesSomebody(members) && mayBePatient(stated) ? UNKNOWN_PERSON : undefined;
  const parsed = parseReference(text, base);
  if (parsed.kind === 'local') return parsed.type === 'Patient' ? parsed.id : undefined;
  const type = parsed.kind === 'contained' ? containedType(holder, parsed.id) : typeOfTarget(parsed, stated);
  return mayBePatient(type ?? stated) ? UNKNOWN_PERSON : undefined;
}

/** An identifier or a name to show: somebody is meant. */
const namesSomebody = (members: Readonly<Record<string, unknown>>): boolean =>
  members.identifier !== undefined || members.display !== undefined;

/** `type` is a type name, or the URL of a logical model, which may be anything. */
const mayBePatient = (type: string | undefined): boolean =>
  type === undefined || !/^[A-Z][A-Za-z]*$/.test(type) || type === 'Patient';

/** `#` alone is the holder itself. */
function containedType(holder: AnyResource, id: string): string | undefined {
  if (id === '') return holder.resourceType;
  for (const contained of listOf(holder.contained)) {
    const members = objectOf(contained);
    if (members?.id === id) return textOf(members.resourceType);
  }
  return undefined;
}

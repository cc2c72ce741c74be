// Who of the other server's people is which client: by an identifier that both sides have, exactly and of one client
// alone. Names and dates find whom a person should look at, and nobody else. Pure.
import type { AnyResource, HumanName, Identifier } from '../fhir/types.ts';
import type { Candidate } from './state.ts';

/** What of a Patient is compared. */
export interface Traits {
  /** Logical id. */
  id: string;
  /** `system|value`. */
  identifiers: readonly string[];
  birthDate?: string;
  family: readonly string[];
  given: readonly string[];
  gender?: string;
}

export interface Index {
  byIdentifier: ReadonlyMap<string, readonly Traits[]>;
  byBirthDate: ReadonlyMap<string, readonly Traits[]>;
}

export type Match =
  | { kind: 'one'; id: string }
  | { kind: 'possible'; candidates: readonly Candidate[] }
  | { kind: 'nobody' };

export function traitsOf(patient: AnyResource): Traits {
  const names = listOf<HumanName>(patient.name).filter(one => one.use !== 'old');
  const { birthDate, gender } = patient;
  return {
    id: String(patient.id),
    identifiers: listOf<Identifier>(patient.identifier)
      .filter(one => one.use !== 'old' && one.use !== 'temp' && isText(one.system) && isText(one.value))
      .map(one => `${one.system}|${one.value}`),
    ...(isText(birthDate) ? { birthDate } : {}),
    family: namesIn(names.map(one => one.family)),
    given: namesIn(names.flatMap(one => listOf<string>(one.given))),
    ...(isText(gender) ? { gender } : {}),
  };
}

export function indexOf(clients: readonly Traits[]): Index {
  const byIdentifier = new Map<string, Traits[]>();
  const byBirthDate = new Map<string, Traits[]>();
  const add = (map: Map<string, Traits[]>, key: string, one: Traits) => {
    const held = map.get(key);
    if (held === undefined) map.set(key, [one]);
    else if (!held.includes(one)) held.push(one);
  };
  for (const one of clients) {
    for (const identifier of one.identifiers) add(byIdentifier, identifier, one);
    if (one.birthDate !== undefined) add(byBirthDate, one.birthDate, one);
  }
  return { byIdentifier, byBirthDate };
}

/** An identifier of one client alone, and no other day of birth: that is the person. Everything else is for somebody to decide. */
export function matchPerson(theirs: AnyResource, index: Index): Match {
  const them = traitsOf(theirs);
  const known = new Set(them.identifiers.flatMap(one => index.byIdentifier.get(one) ?? []));
  const [only] = known;
  if (known.size === 1 && only !== undefined && !isReplaced(theirs) && !isShared(them, index)) {
    const contradicts = compare(them, only).differs.includes('birthDate');
    if (!contradicts) return { kind: 'one', id: only.id };
  }
  const alike = (index.byBirthDate.get(them.birthDate ?? '') ?? []).filter(one => resembles(them, one));
  const candidates = [...new Set([...known, ...alike])].map(one => ({ id: one.id, ...compare(them, one) }));
  return candidates.length === 0 ? { kind: 'nobody' } : { kind: 'possible', candidates };
}

/** One of its identifiers is that of several clients here: which one it means is not told by another. */
const isShared = (them: Traits, index: Index): boolean =>
  them.identifiers.some(one => (index.byIdentifier.get(one) ?? []).length > 1);

/** The other server says that another record stands for this person. */
const isReplaced = (patient: AnyResource): boolean =>
  listOf<{ type?: string }>(patient.link).some(one => one.type === 'replaced-by');

/** Born on the same day, and one name is the same. */
const resembles = (a: Traits, b: Traits): boolean =>
  meets(a.family, b.family) || (meets(a.given, b.given) && (a.gender === undefined || a.gender === b.gender));

function compare(a: Traits, b: Traits): Omit<Candidate, 'id'> {
  const said: readonly (readonly [string, boolean | undefined])[] = [
    ['identifier', meets(a.identifiers, b.identifiers)],
    ['birthDate', agreeing(a.birthDate, b.birthDate)],
    ['family', both(a.family, b.family)],
    ['given', both(a.given, b.given)],
    ['gender', a.gender === undefined || b.gender === undefined ? undefined : a.gender === b.gender],
  ];
  return {
    agrees: said.filter(([, same]) => same === true).map(([name]) => name),
    differs: said.filter(([, same]) => same === false).map(([name]) => name),
  };
}

/** A date may be of a year or a month. */
const agreeing = (a: string | undefined, b: string | undefined): boolean | undefined =>
  a === undefined || b === undefined ? undefined : a.startsWith(b) || b.startsWith(a);

const both = (a: readonly string[], b: readonly string[]): boolean | undefined =>
  a.length === 0 || b.length === 0 ? undefined : meets(a, b);

const meets = (a: readonly string[], b: readonly string[]): boolean => a.some(one => b.includes(one));

/** Letters alone, without case and accents. */
const namesIn = (names: readonly (string | undefined)[]): string[] =>
  names
    .filter(isText)
    .map(one =>
      one
        .normalize('NFD')
        .toLowerCase()
        .replaceAll(/[^\p{L}]/gu, ''),
    )
    .filter(one => one !== '');

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const listOf = <T>(value: unknown): T[] =>
  (Array.isArray(value) ? value : []).filter(one => one !== null && one !== undefined) as T[];

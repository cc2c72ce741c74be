// The table of redaction-table.ts as questions that can be asked of it: what becomes of an element, and does a
// search parameter read what is dropped. A datatype or an element that the table does not know of is dropped.
import { isPrimitive, type Property, propertiesOf, type Source } from '../generated/tables.ts';
import type { Param } from '../search/ast.ts';
import { ANY, partsRead } from '../search/reads.ts';
import { sourcesOf } from '../search/registry.ts';
import { DIRECTORY_TYPES } from './directory.ts';
import type { Principal } from './grant.ts';
import { LEGAL, purposesMeant } from './purpose.ts';
import {
  CUTS,
  type Cut,
  DROPPED,
  KEPT,
  KEPT_EXTENSIONS,
  PROSE,
  REACHING,
  STAFF_ONLY,
  WHOLE_EXTENSIONS,
} from './redaction-table.ts';

/** `whole`: all that stands in it stays, but for extensions; `enter`: what stands in it is asked about in turn. */
export type Fate = 'drop' | 'enter' | 'whole';

/** What is dropped for one kind of caller. */
export interface Redaction {
  /** Of a property of a key of the element table. `whole`: it stands in something that is kept whole. */
  element(key: string, property: Property, whole: boolean): Fate;
  extension(url: unknown): Fate;
  /** Does this parameter of a type read anything that is dropped, or can that not be told? */
  withholds(type: string, param: Param, modifier?: string): boolean;
}

const has = (table: Readonly<Record<string, readonly string[]>>, key: string, name: string): boolean =>
  Object.hasOwn(table, key) && table[key]!.includes(name);

const CLOSED: ReadonlySet<string> = new Set([...PROSE, ...REACHING]);

const MINIMUM: Redaction = {
  element(key, { element, type }, whole) {
    if (has(DROPPED, key, element.name) || has(STAFF_ONLY, key, element.name)) return 'drop';
    if (whole || has(KEPT, key, element.name)) return 'whole';
    return CLOSED.has(type) ? 'drop' : 'enter';
  },
  extension(url) {
    if (typeof url !== 'string' || !KEPT_EXTENSIONS.has(url)) return 'drop';
    return WHOLE_EXTENSIONS.has(url) ? 'whole' : 'enter';
  },
  withholds: remembered((type, param, modifier) => readsDropped(MINIMUM, type, param, modifier)),
};

const TREATMENT: Redaction = {
  element: (key, { element }) => (has(STAFF_ONLY, key, element.name) ? 'drop' : 'enter'),
  extension: () => 'enter',
  withholds: remembered((type, param, modifier) => readsDropped(TREATMENT, type, param, modifier)),
};

/**
 * Which cut a caller gets: one purpose that is not treatment is enough for the smaller one. What goes to a court its
 * order or a consent for that alone names (2.31(d), 2.61-2.67), to the letter.
 */
export function cutOf({ role, purposes }: Pick<Principal, 'role' | 'purposes'>): Cut {
  const treating = purposes.every(one => one === LEGAL || purposesMeant(one).includes('TREAT'));
  return CUTS[role][treating ? 'treating' : 'otherwise'];
}

/** What is dropped of a type; undefined: nothing, whatever a resource of it says. */
export function redactionOf(cut: Cut, type: string): Redaction | undefined {
  if (cut === 'minimum' && !DIRECTORY_TYPES.has(type)) return MINIMUM;
  return Object.hasOwn(STAFF_ONLY, type) ? TREATMENT : undefined;
}

type Withholds = Redaction['withholds'];

/** Asked at every search; the table does not change. */
function remembered(withholds: Withholds): Withholds {
  const known = new Map<string, boolean>();
  return (type, param, modifier) => {
    const key = `${type} ${param.code} ${modifier ?? ''}`;
    let found = known.get(key);
    if (found === undefined) {
      found = withholds(type, param, modifier);
      known.set(key, found);
    }
    return found;
  };
}

function readsDropped(
  redaction: Redaction,
  type: string,
  param: Param,
  modifier: string | undefined,
): boolean {
  const sources = sourcesOf(type, param.code);
  return sources.length === 0 || sources.some(source => touches(redaction, type, source, param, modifier));
}

/** A place on the way to a value: a key of the element table, and whether it is kept whole. */
interface Place {
  key: string;
  whole: boolean;
}

function touches(
  redaction: Redaction,
  type: string,
  source: Source,
  param: Param,
  modifier: string | undefined,
): boolean {
  const parts = partsRead(param.type, source.d, modifier);
  if (parts !== ANY && parts.length === 0) return false;
  let place: Place | undefined = { key: type, whole: false };
  for (const step of source.p) {
    if (typeof step === 'string') place = into(redaction, place, step);
    else if ('where' in step) place = into(redaction, place, step.where[0]) && place;
    else if ('has' in step) place = redaction.extension(step.has) === 'drop' ? undefined : place;
    else if ('extension' in step) place = intoExtension(redaction, step.extension);
    else if ('present' in step)
      place = step.present.every(name => into(redaction, place!, name)) ? place : undefined;
    if (place === undefined) return true;
  }
  const end = place;
  if (parts === ANY) return holdsDropped(redaction, end);
  return parts.some(part => follow(redaction, end, part) === undefined);
}

/** Undefined where it is dropped, or where the table has no such element. */
function into(redaction: Redaction, { key, whole }: Place, name: string): Place | undefined {
  const property = propertiesOf(key)?.get(name);
  const fate = property === undefined ? 'drop' : redaction.element(key, property, whole);
  return fate === 'drop' ? undefined : { key: property!.type, whole: fate === 'whole' };
}

function intoExtension(redaction: Redaction, url: string): Place | undefined {
  const fate = redaction.extension(url);
  return fate === 'drop' ? undefined : { key: 'Extension', whole: fate === 'whole' };
}

const follow = (redaction: Redaction, from: Place, path: string): Place | undefined =>
  path === ''
    ? from
    : path.split('.').reduce<Place | undefined>((place, name) => place && into(redaction, place, name), from);

/** Is anything dropped of what stands under it? */
function holdsDropped(redaction: Redaction, { key, whole }: Place, above: readonly string[] = []): boolean {
  if (isPrimitive(key) || above.includes(key)) return false;
  const properties = propertiesOf(key);
  if (properties === undefined || key === 'Resource') return true;
  return [...properties.values()]
    .filter(({ type, name }) => type !== 'Extension' && name !== 'id')
    .some(property => {
      const fate = redaction.element(key, property, whole);
      const place = { key: property.type, whole: fate === 'whole' };
      return fate === 'drop' || holdsDropped(redaction, place, [...above, key]);
    });
}

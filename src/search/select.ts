// Runs the compiled steps of a search parameter over a resource.
import type { Source, Step } from '../generated/tables.ts';
import { type Found, listOf, objectOf } from './param/kind.ts';

/** The elements that a parameter selects, in the order of the resource. Odd data is passed over. */
export function select(resource: unknown, sources: readonly Source[]): Found[] {
  const found: Found[] = [];
  for (const source of sources) {
    let values: readonly unknown[] = [resource];
    for (const step of source.p) {
      values = follow(values, step);
      if (values.length === 0) break;
    }
    for (const value of values) found.push(foundOf(value, source));
  }
  return found;
}

function foundOf(value: unknown, source: Source): Found {
  const found = source.d === 'Extension' ? extensionValue(value) : { type: source.d, value };
  return source.r === undefined ? found : { ...found, only: source.r };
}

/** `value[x]` of an extension, with its type read from the property's name. */
function extensionValue(value: unknown): Found {
  for (const [name, inner] of Object.entries(objectOf(value) ?? {})) {
    const type = /^value([A-Z]\w*)$/.exec(name)?.[1];
    if (type !== undefined) return { type: PRIMITIVES.get(type) ?? type, value: inner };
  }
  return { type: 'Extension', value };
}

const PRIMITIVES: ReadonlyMap<string, string> = new Map(
  [
    'boolean',
    'canonical',
    'code',
    'date',
    'dateTime',
    'decimal',
    'id',
    'instant',
    'integer',
    'markdown',
    'oid',
    'positiveInt',
    'string',
    'unsignedInt',
    'uri',
    'url',
    'uuid',
  ].map(name => [name.charAt(0).toUpperCase() + name.slice(1), name]),
);

function follow(values: readonly unknown[], step: Step): readonly unknown[] {
  if (typeof step === 'string') return values.flatMap(value => enter(value, step));
  if ('at' in step) return values.slice(step.at, step.at + 1);
  if ('where' in step) return values.filter(value => objectOf(value)?.[step.where[0]] === step.where[1]);
  if ('extension' in step) return values.flatMap(value => extensions(value, step.extension));
  if ('has' in step) return values.filter(value => extensions(value, step.has).length > 0);
  return values.map(value => step.present.some(name => isPresent(objectOf(value)?.[name])));
}

/** Own members only: a step never reads what every object inherits. */
function enter(value: unknown, name: string): readonly unknown[] {
  const members = objectOf(value);
  if (members === undefined || !Object.hasOwn(members, name)) return [];
  return listOf(members[name]).filter(item => item !== null);
}

const extensions = (value: unknown, url: string): readonly unknown[] =>
  listOf(objectOf(value)?.extension).filter(extension => objectOf(extension)?.url === url);

const isPresent = (value: unknown): boolean => value !== undefined && value !== null && value !== false;

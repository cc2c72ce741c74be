// A record changed on two sides since it was last imported: by the program, which imports it again, and through FHIR. What
// one side changed is taken, and what both changed, to different values, is nobody's to decide but a person's.
//
// Fields of the record are the grain: never half of an address or an amount. Items of a list are merged field by field where
// the list kept its length and they are still the same items; every other value is one. Where FHIR's value stays although the record says otherwise, the
// record's value is remembered (see difference-note.ts): said again it is old news, another one is a change.
import type { Json, JsonObject } from '../../fhir/types.ts';
import { sameJson } from './canonical.ts';

/** Which side's value a field gets where both changed it. */
export type Side = 'record' | 'fhir';

export interface Differing {
  /** Path within the record: `start`, `clients[2].cancelled`. */
  path: string;
  /** Absent where that side does not have the field. */
  record?: Json;
  fhir?: Json;
}

export interface ThreeWay {
  merged: JsonObject;
  /** Where FHIR's value stays. */
  kept: Differing[];
  /** Where both sides changed; `merged` has FHIR's value there. */
  clashes: Differing[];
}

export interface MergeOptions {
  /** By path, what the record said where FHIR's value stayed before. */
  kept?: ReadonlyMap<string, Json | undefined>;
  /** What a person decided. */
  decide?: (clash: Differing) => Side | undefined;
}

/** They name the record and cannot differ. */
const ENVELOPE: ReadonlySet<string> = new Set(['kind', 'id', 'program']);
/** What tells items of a record's lists apart: such items are merged, others are replaced. */
const NAMING = ['client', 'clinician', 'name', 'title', 'drug', 'what', 'measure', 'at', 'from'] as const;

interface Sides {
  base: Json | undefined;
  record: Json | undefined;
  fhir: Json | undefined;
}

/**
 * `base`: the record as it was last imported; undefined where nobody knows, and then every difference is a clash. `fhir`:
 * the record that FHIR says now.
 */
export function mergeThreeWays(
  sides: { base: JsonObject | undefined; record: JsonObject; fhir: JsonObject },
  options: MergeOptions = {},
): ThreeWay {
  const found: Omit<ThreeWay, 'merged'> = { kept: [], clashes: [] };
  const blind = sides.base === undefined;
  const merge = (path: string, one: Sides): Json | undefined =>
    mergeField(path, one, { ...options, blind, found });
  const merged: JsonObject = {};
  for (const name of namesOf(sides.record, sides.fhir, sides.base ?? {})) {
    const one = { base: sides.base?.[name], record: sides.record[name], fhir: sides.fhir[name] };
    const value = ENVELOPE.has(name) ? one.record : merge(name, one);
    if (value !== undefined) merged[name] = value;
  }
  return { merged, ...found };
}

interface Merging extends MergeOptions {
  blind: boolean;
  found: Omit<ThreeWay, 'merged'>;
}

function mergeField(path: string, sides: Sides, merging: Merging): Json | undefined {
  if (sameJson(sides.record, sides.fhir)) return sides.record;
  if (merging.kept?.has(path) !== true && areLists(sides, merging.blind))
    return mergeItems(path, sides as Record<keyof Sides, Json[]>, merging);
  return mergeValue(path, sides, merging);
}

/** One value, wholly from one side. */
function mergeValue(path: string, sides: Sides, merging: Merging): Json | undefined {
  const { base, record, fhir } = sides;
  const { kept = new Map<string, Json | undefined>(), blind } = merging;
  if (kept.has(path) && sameJson(kept.get(path), record)) return keep(path, sides, merging);
  if (blind || [...kept.keys()].some(one => isWithin(one, path))) return clash(path, sides, merging);
  if (sameJson(base, fhir)) return record;
  return sameJson(base, record) ? keep(path, sides, merging) : clash(path, sides, merging);
}

const isWithin = (one: string, path: string): boolean =>
  one === path || one.startsWith(`${path}.`) || one.startsWith(`${path}[`);

/** Items that are no longer the same are single values: half of one and half of another would be neither. */
function mergeItems(path: string, sides: Record<keyof Sides, Json[]>, merging: Merging): Json {
  return sides.record.map((record, i) => {
    const one = { base: sides.base?.[i], record, fhir: sides.fhir[i] };
    const at = `${path}[${i}]`;
    const items = [one.base, one.record, one.fhir].filter(item => item !== undefined);
    if (merging.kept?.has(at) === true || !items.every(isObject) || !haveOneName(items))
      return mergeItem(at, one, merging) ?? null;
    return mergeFields(at, one as Record<keyof Sides, JsonObject>, merging);
  });
}

/** The fields of an item that is still the same. */
function mergeFields(
  path: string,
  { base, record, fhir }: Record<keyof Sides, JsonObject>,
  merging: Merging,
): Json {
  const merged: JsonObject = {};
  for (const name of namesOf(record, fhir, base ?? {})) {
    const one = { base: base?.[name], record: record[name], fhir: fhir[name] };
    const value = mergeField(`${path}.${name}`, one, merging);
    if (value !== undefined) merged[name] = value;
  }
  return merged;
}

const mergeItem: typeof mergeValue = (path, sides, merging) =>
  sameJson(sides.record, sides.fhir) ? sides.record : mergeValue(path, sides, merging);

function keep(path: string, sides: Sides, { found }: Merging): Json | undefined {
  found.kept.push(differing(path, sides));
  return sides.fhir;
}

function clash(path: string, sides: Sides, merging: Merging): Json | undefined {
  const one = differing(path, sides);
  const side = merging.decide?.(one);
  if (side === 'record') return sides.record;
  (side === 'fhir' ? merging.found.kept : merging.found.clashes).push(one);
  return sides.fhir;
}

const differing = (path: string, { record, fhir }: Sides): Differing => ({
  path,
  ...(record === undefined ? {} : { record }),
  ...(fhir === undefined ? {} : { fhir }),
});

function areLists({ base, record, fhir }: Sides, blind: boolean): boolean {
  if (!Array.isArray(record) || !Array.isArray(fhir) || record.length !== fhir.length) return false;
  return blind || (Array.isArray(base) && base.length === record.length);
}

const haveOneName = (items: readonly JsonObject[]): boolean =>
  NAMING.some(name => items[0]?.[name] !== undefined) &&
  NAMING.every(name => items.every(item => sameJson(item[name], items[0]?.[name])));

const namesOf = (...objects: readonly JsonObject[]): string[] => [
  ...new Set(objects.flatMap(one => Object.keys(one))),
];

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

// A resource is changed by its program's record and by others at once: an EHR reschedules, an attendance
// closes the Appointment of a session. What the record changed since it last wrote is taken from the
// record; everything else stays as it stands. Elements are the grain: never half of a CodeableConcept.
import type { AnyResource, Json, JsonObject } from '../../fhir/types.ts';
import { sameJson } from './canonical.ts';

/** The three sides of one element; the current one in both views of a Body (see fhir/body.ts). */
interface Sides {
  old: Json | undefined;
  next: Json | undefined;
  current: Json | undefined;
  tree: Json | undefined;
}

export interface Merged {
  /** For printing: what was kept has its digits as they were written. */
  tree: JsonObject;
  changed: boolean;
  /** Elements that both sides changed, to different values: `Appointment.status`. */
  clashes: string[];
}

interface Found {
  changed: boolean;
  clashes: string[];
  decide: Decide | undefined;
}

/** What a person decided of an element that both sides changed. */
type Decide = (clash: { path: string }) => 'record' | 'fhir' | undefined;

/** The server's, or fixed. */
const APART = new Set(['resourceType', 'id', 'meta']);

/**
 * `old`: what the record made when it last wrote; `next`: what it makes now; `current`: what stands there.
 */
export function mergeResource(
  old: AnyResource,
  next: AnyResource,
  current: { resource: AnyResource; tree: JsonObject },
  decide?: Decide,
): Merged {
  const found: Found = { changed: false, clashes: [], decide };
  const kept = { old, next, current: current.resource, tree: current.tree };
  const tree = mergeElements(kept, current.resource.resourceType, true, found);
  const { changed, clashes } = found;
  return { tree, changed, clashes };
}

function mergeElements(
  sides: { old: JsonObject; next: JsonObject; current: JsonObject; tree: JsonObject },
  path: string,
  top: boolean,
  found: Found,
): JsonObject {
  const merged: JsonObject = { ...sides.tree };
  for (const name of new Set([...Object.keys(sides.old), ...Object.keys(sides.next)])) {
    if (top && APART.has(name)) continue;
    const element = {
      old: sides.old[name],
      next: sides.next[name],
      current: sides.current[name],
      tree: sides.tree[name],
    };
    const value = mergeElement(element, `${path}.${name}`, top, found);
    if (value === undefined) delete merged[name];
    else merged[name] = value;
  }
  return merged;
}

function mergeElement(sides: Sides, path: string, top: boolean, found: Found): Json | undefined {
  const { old, next, current, tree } = sides;
  if (sameJson(old, next) || sameJson(next, current)) return tree;
  if (sameJson(old, current)) {
    found.changed = true;
    return next;
  }
  if (/\.(modifierE|e)xtension$/.test(path)) return mergeExtensions(sides, path, found);
  if (top && sameLength(old, next) && sameLength(next, current) && Array.isArray(tree))
    return mergeItems(old as Json[], next as Json[], { current: current as Json[], tree }, { path, found });
  const side = found.decide?.({ path });
  if (side === 'record') {
    found.changed = true;
    return next;
  }
  if (side === undefined) found.clashes.push(path);
  return tree;
}

/** Items of a list that kept its length: each on its own (the status of one participant). */
function mergeItems(
  old: Json[],
  next: Json[],
  { current, tree }: { current: Json[]; tree: Json[] },
  { path, found }: { path: string; found: Found },
): Json[] {
  return next.map((item, i) => {
    const sides = { old: old[i], next: item, current: current[i], tree: tree[i] };
    if (isObject(sides.old) && isObject(sides.next) && isObject(sides.current) && isObject(sides.tree))
      return mergeElements(sides as Record<keyof Sides, JsonObject>, `${path}[${i}]`, false, found);
    return mergeElement(sides, `${path}[${i}]`, false, found) ?? null;
  });
}

/** Extensions are told apart by url, not by place. */
function mergeExtensions(sides: Sides, path: string, found: Found): Json | undefined {
  const lists = {
    old: byUrl(sides.old),
    next: byUrl(sides.next),
    current: byUrl(sides.current),
    tree: byUrl(sides.tree),
  };
  const merged: Json[] = [];
  for (const url of new Set([...lists.current.keys(), ...lists.next.keys(), ...lists.old.keys()])) {
    const one = {
      old: lists.old.get(url),
      next: lists.next.get(url),
      current: lists.current.get(url),
      tree: lists.tree.get(url),
    };
    const value = mergeElement(one, `${path}('${url}')`, false, found);
    if (Array.isArray(value)) merged.push(...value);
  }
  return merged.length === 0 ? undefined : merged;
}

function byUrl(list: Json | undefined): Map<string, Json[]> {
  const found = new Map<string, Json[]>();
  for (const one of Array.isArray(list) ? list : []) {
    const url = isObject(one) && typeof one.url === 'string' ? one.url : '';
    found.set(url, [...(found.get(url) ?? []), one]);
  }
  return found;
}

const sameLength = (a: Json | undefined, b: Json | undefined): boolean =>
  Array.isArray(a) && Array.isArray(b) && a.length === b.length;

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

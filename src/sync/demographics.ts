// A person is described on both sides. What the other server changed since it was last read is taken where ours still
// says what it said before; where both say something new both keep it, and somebody is told. Compared by digests of the
// items of an element, so that nothing of what was said before has to be kept. Pure.
import type { AnyResource, Json, JsonObject } from '../fhir/types.ts';
import { digestOf } from '../interactions/import/canonical.ts';

/** Element -> its properties in R4. */
const ELEMENTS: Readonly<Record<string, readonly string[]>> = {
  name: ['name'],
  telecom: ['telecom'],
  gender: ['gender'],
  birthDate: ['birthDate'],
  deceased: ['deceasedBoolean', 'deceasedDateTime'],
  address: ['address'],
  maritalStatus: ['maritalStatus'],
  communication: ['communication'],
};

type Said = Readonly<Record<string, readonly string[]>>;

export interface MergedPerson {
  /** Our Patient as it is to be. */
  tree: JsonObject;
  /** Elements that were taken. */
  taken: string[];
  /** Elements that both sides changed, and those of before on which they still differ: digests of what theirs comes to. */
  conflicts: Record<string, readonly string[]>;
  /** What the other server says now. */
  said: Said;
}

/** `said`: what it said last; undefined at the first time, when only what ours does not say otherwise is taken. */
export function mergePerson(
  theirs: AnyResource,
  ours: JsonObject,
  before: { said?: Said | undefined; conflicts?: Said | undefined },
): MergedPerson {
  const merged: MergedPerson = { tree: { ...ours }, taken: [], conflicts: {}, said: {} };
  const said: Record<string, readonly string[]> = {};
  for (const [element, properties] of Object.entries(ELEMENTS)) {
    const [next, current] = [itemsOf(theirs, properties), itemsOf(ours, properties)];
    said[element] = next.map(item => item.digest);
    const items =
      before.said === undefined
        ? firstItems(next, current)
        : mergeItems(next, current, before.said[element] ?? []);
    const open = before.conflicts?.[element] !== undefined && !sameSets(gists(next), gists(items ?? current));
    if (items === undefined || open) merged.conflicts[element] = gists(next);
    if (items === undefined || sameItems(items, current)) continue;
    put(merged.tree, properties, items);
    merged.taken.push(element);
  }
  return { ...merged, said };
}

/** Those conflicts on which ours still differs from what the other server said. */
export const stillDiffer = (ours: JsonObject, conflicts: Said): Said =>
  Object.fromEntries(
    Object.entries(conflicts).filter(
      ([element, theirs]) => !sameSets(gists(itemsOf(ours, ELEMENTS[element] ?? [])), theirs),
    ),
  );

interface Item {
  property: string;
  value: Json;
  digest: string;
  /** Of what it comes to, however it is marked. */
  gist: string;
}

/** How a name, a number or an address is used says nothing about what it is. */
const MARKS: ReadonlySet<string> = new Set([
  'id',
  'extension',
  'use',
  'rank',
  'period',
  'text',
  'type',
  'preferred',
]);

function itemsOf(resource: JsonObject, properties: readonly string[]): Item[] {
  return properties.flatMap(property => {
    const value = resource[property];
    if (value === undefined || value === null) return [];
    const list = Array.isArray(value) ? value : [value];
    return list.map(one => ({
      property,
      value: one,
      digest: digestOf({ [property]: one }),
      gist: digestOf({ [property]: gistOf(one) }),
    }));
  });
}

function gistOf(value: Json): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const rest = Object.entries(value).filter(([name]) => !MARKS.has(name));
  // Where there is nothing but marks they are all it says.
  return rest.length === 0 ? value : Object.fromEntries(rest);
}

const gists = (items: readonly Item[]): string[] => items.map(item => item.gist);

/** Nothing was said before. Undefined where each side says what the other does not. */
function firstItems(next: readonly Item[], current: readonly Item[]): readonly Item[] | undefined {
  const [theirs, ours] = [gists(next), gists(current)];
  const added = next.filter(item => !ours.includes(item.gist));
  if (added.length === 0) return current;
  const repeating = current.length === 0 || repeats(next[0]?.property);
  return repeating && ours.every(gist => theirs.includes(gist)) ? [...current, ...added] : undefined;
}

/** Undefined where both changed. */
function mergeItems(
  next: readonly Item[],
  current: readonly Item[],
  said: readonly string[],
): readonly Item[] | undefined {
  // What is no longer said there may be kept from us; that does not make it wrong here.
  if (next.length === 0 || sameItems(next, current)) return current;
  const here = new Set(current.map(item => item.digest));
  const now = new Set(next.map(item => item.digest));
  const removed = said.filter(digest => !now.has(digest));
  const added = next.filter(item => !said.includes(item.digest) && !here.has(item.digest));
  if (removed.some(digest => !here.has(digest)) && added.length > 0) return undefined;
  // One value that both gave where there was none.
  if (removed.length === 0 && added.length > 0 && current.length > 0 && !repeats(added[0]?.property))
    return undefined;
  return [...current.filter(item => !removed.includes(item.digest)), ...added];
}

const REPEATING: ReadonlySet<string> = new Set(['name', 'telecom', 'address', 'communication']);
const repeats = (property: string | undefined): boolean => property !== undefined && REPEATING.has(property);

const sameItems = (a: readonly Item[], b: readonly Item[]): boolean =>
  sameSets(
    a.map(item => item.digest),
    b.map(item => item.digest),
  );

const sameSets = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every(one => b.includes(one));

function put(tree: JsonObject, properties: readonly string[], items: readonly Item[]): void {
  for (const property of properties) {
    const values = items.filter(item => item.property === property).map(item => item.value);
    if (values.length === 0) delete tree[property];
    else tree[property] = repeats(property) ? values : values[0];
    // What is said about a value that is no longer there.
    if (!repeats(property)) delete tree[`_${property}`];
  }
}

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
  /** Elements that both sides changed, and those of before on which they still differ. */
  conflicts: string[];
  /** What the other server says now. */
  said: Said;
}

/** `said`: what it said last; undefined at the first time, when only what ours is silent about is taken. */
export function mergePerson(
  theirs: AnyResource,
  ours: JsonObject,
  before: { said?: Said | undefined; conflicts?: readonly string[] | undefined },
): MergedPerson {
  const merged: MergedPerson = { tree: { ...ours }, taken: [], conflicts: [], said: saidBy(theirs) };
  for (const [element, properties] of Object.entries(ELEMENTS)) {
    const [next, current] = [itemsOf(theirs, properties), itemsOf(ours, properties)];
    const items = mergeItems(next, current, before.said?.[element], before.said === undefined);
    const open = before.conflicts?.includes(element) === true && !sameItems(next, items ?? current);
    if (items === undefined || open) merged.conflicts.push(element);
    if (items === undefined || sameItems(items, current)) continue;
    put(merged.tree, properties, items);
    merged.taken.push(element);
  }
  return merged;
}

/** Elements on which the two still differ, of those given: what became of conflicts. */
export const stillDiffer = (ours: JsonObject, said: Said, elements: readonly string[]): string[] =>
  elements.filter(element => {
    const mine = itemsOf(ours, ELEMENTS[element] ?? []).map(item => item.digest);
    return !sameSets(mine, said[element] ?? []);
  });

interface Item {
  property: string;
  value: Json;
  digest: string;
}

const saidBy = (theirs: AnyResource): Said =>
  Object.fromEntries(
    Object.entries(ELEMENTS).map(([element, properties]) => [
      element,
      itemsOf(theirs, properties).map(item => item.digest),
    ]),
  );

function itemsOf(resource: JsonObject, properties: readonly string[]): Item[] {
  return properties.flatMap(property => {
    const value = resource[property];
    if (value === undefined || value === null) return [];
    const list = Array.isArray(value) ? value : [value];
    return list.map(one => ({ property, value: one, digest: digestOf({ [property]: one }) }));
  });
}

/** Undefined where both changed. */
function mergeItems(
  next: readonly Item[],
  current: readonly Item[],
  said: readonly string[] = [],
  first: boolean,
): readonly Item[] | undefined {
  // What is no longer said there may be kept from us; that does not make it wrong here.
  if (next.length === 0 || sameItems(next, current)) return current;
  const here = new Set(current.map(item => item.digest));
  const now = new Set(next.map(item => item.digest));
  // Nothing of ours is lost.
  if (first) return current.every(item => now.has(item.digest)) ? next : undefined;
  const removed = said.filter(digest => !now.has(digest));
  const added = next.filter(item => !said.includes(item.digest));
  if (removed.length === 0 && added.length === 0) return current;
  if (removed.some(digest => !here.has(digest)) && added.some(item => !here.has(item.digest)))
    return undefined;
  // One value that both gave where there was none.
  if (removed.length === 0 && current.length > 0 && !repeats(added[0]?.property)) return undefined;
  const kept = current.filter(item => !removed.includes(item.digest));
  return [...kept, ...added.filter(item => !here.has(item.digest))];
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

// A resource that came from another server and may have been edited here since. Element by element, what the other
// server changed since it was last read is taken where ours still says what it said before. Pure.
import type { AnyResource, Json, JsonObject } from '../fhir/types.ts';
import { digestOf } from '../interactions/import/canonical.ts';

/** Enough to tell an element from what it was. */
const LENGTH = 16;
const APART: ReadonlySet<string> = new Set(['resourceType', 'id', 'meta']);

const digest = (value: Json | undefined): string =>
  value === undefined ? '' : digestOf(value).slice(0, LENGTH);

/** Element -> digest. */
export const saidOf = (resource: JsonObject): Record<string, string> =>
  Object.fromEntries(
    Object.keys(resource)
      .filter(name => !APART.has(name))
      .map(name => [name, digest(resource[name])]),
  );

export interface MergedElements {
  tree: JsonObject;
  changed: boolean;
  /** Elements that both sides changed. */
  clashes: string[];
}

export function mergeElements(
  said: Readonly<Record<string, string>>,
  next: AnyResource,
  current: { resource: AnyResource; tree: JsonObject },
): MergedElements {
  const merged: MergedElements = { tree: { ...current.tree }, changed: false, clashes: [] };
  for (const name of new Set([...Object.keys(said), ...Object.keys(next)])) {
    if (APART.has(name)) continue;
    const [before, now, here] = [said[name] ?? '', digest(next[name]), digest(current.resource[name])];
    if (now === before || now === here) continue;
    if (here !== before) {
      merged.clashes.push(name);
      continue;
    }
    merged.changed = true;
    if (next[name] === undefined) delete merged.tree[name];
    else merged.tree[name] = next[name];
  }
  return merged;
}

/** Of these elements, those that are not here as the other server said them last. */
export const unlike = (
  here: AnyResource,
  said: Readonly<Record<string, string>>,
  elements: readonly string[],
): string[] => elements.filter(name => digest(here[name]) !== (said[name] ?? ''));

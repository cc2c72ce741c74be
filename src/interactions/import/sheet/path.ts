// Paths into a record: `name.family`, `analytes[0].code`; `clients[].client` within the list that rows make.
import type { Json, JsonObject } from '../../../fhir/types.ts';

const STEP = /^([A-Za-z][A-Za-z0-9]*)(?:\[(\d{0,3})\])?$/;
/** These belong to the map itself. */
const OWN: ReadonlySet<string> = new Set(['kind', 'id', 'program']);

export function isPath(path: string, rows: string | undefined): boolean {
  const steps = path.split('.').map(step => STEP.exec(step));
  if (steps.some(step => step === null) || OWN.has(path)) return false;
  const lists = steps.filter(step => step![2] === '');
  return lists.length === 0 || (lists.length === 1 && rows !== undefined && path.startsWith(`${rows}[].`));
}

/** Is it in an item of the list that rows make? */
export const isOfRow = (path: string): boolean => path.includes('[].');

/** In which item of a list it is: `analytes[0]`; undefined: in none. */
export function itemOf(path: string): string | undefined {
  const at = path.lastIndexOf(']');
  return at === -1 ? undefined : path.slice(0, at + 1);
}

/** Sets it; `path` as `isPath` takes it, without an empty index. */
export function setAt(record: JsonObject, path: string, value: Json): void {
  const steps = path.split('.').flatMap(step => {
    const [, name, index] = STEP.exec(step)!;
    return index === undefined ? [name!] : [name!, Number(index)];
  });
  let place: JsonObject | Json[] = record;
  for (const [at, step] of steps.entries()) {
    // Of its own: `constructor` is a name like any other.
    const held = Object.hasOwn(place, step)
      ? (place as Record<string | number, Json | undefined>)[step]
      : undefined;
    if (at === steps.length - 1) {
      (place as Record<string | number, Json>)[step] = value;
      return;
    }
    const next = held ?? (typeof steps[at + 1] === 'number' ? [] : {});
    (place as Record<string | number, Json>)[step] = next;
    place = next as JsonObject | Json[];
  }
}

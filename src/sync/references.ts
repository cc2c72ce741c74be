// References of a resource that crosses over. What is known on both sides is named as the other side names it; the rest
// stays a reference to where it is, or becomes a logical one. Pure.
import { isRawNumber } from '../fhir/json.ts';
import { parseReference } from '../fhir/reference.ts';
import type { Json, JsonObject } from '../fhir/types.ts';
import { businessSystem } from '../iop/element.ts';

/** Identifier system of what came from other servers: its value is the URL there. Searched by, so that nothing comes twice. */
export const originSystem = (program: string): string => businessSystem(program, 'sync-origin');
/** Identifier system of what went to other servers: its value is `Type/id` here. */
export const ownSystem = (program: string): string => businessSystem(program, 'sync-resource');

/** `Type/id` of everything that is named by a literal reference to a resource below `base`. */
export function namedIn(value: Json | undefined, base: string): Set<string> {
  const found = new Set<string>();
  mapReferences(value, given => {
    const name = nameOf(given.reference as string, base);
    if (name !== undefined) found.add(name);
    return given;
  });
  return found;
}

function nameOf(text: string, base: string): string | undefined {
  const parsed = parseReference(text, base);
  return parsed.kind === 'local' ? `${parsed.type}/${parsed.id}` : undefined;
}

export interface Sides {
  /** FHIR base of where it comes from, and of where it goes. */
  from: string;
  to: string;
  /** `Type/id` there -> `Type/id` here; undefined: it is not known there. */
  known: (name: string) => string | undefined;
}

/**
 * What comes in. Unknown resources are named by their whole URL. A reference that would be resolved here, as one by
 * criteria or to a resource of ours, is taken away: the other server does not say which of our people something is about.
 */
export function toOurs<T extends Json>(value: T, { from, to, known }: Sides): T {
  return mapReferences(value, given => {
    const text = given.reference as string;
    const name = nameOf(text, from);
    if (name !== undefined) return { ...given, reference: known(name) ?? `${from}/${name}` };
    const parsed = parseReference(text, to);
    if (parsed.kind === 'contained' || parsed.kind === 'urn' || parsed.kind === 'absolute') return given;
    const { reference: _, ...rest } = given;
    return rest;
  }) as T;
}

/** What goes out. Of unknown resources it says which ones they are by an identifier, and what they are called. */
export function toTheirs<T extends Json>(value: T, { from, known }: Sides, system: string): T {
  return mapReferences(value, given => {
    const name = nameOf(given.reference as string, from);
    if (name === undefined) return given;
    const there = known(name);
    if (there !== undefined) return { ...given, reference: there };
    const { reference: _, ...rest } = given;
    const [type] = name.split('/');
    return { type, identifier: { system, value: name }, ...rest } as JsonObject;
  }) as T;
}

/** Every object with a text `reference`, wherever it stands. What does not change is shared. */
function mapReferences(value: Json | undefined, edit: (given: JsonObject) => JsonObject): Json | undefined {
  if (typeof value !== 'object' || value === null || isRawNumber(value)) return value;
  if (Array.isArray(value)) return value.map(item => mapReferences(item, edit) ?? null);
  const mapped: JsonObject = {};
  for (const [name, item] of Object.entries(value)) mapped[name] = mapReferences(item, edit);
  return typeof mapped.reference === 'string' ? edit(mapped) : mapped;
}

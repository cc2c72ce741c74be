// When two pieces of JSON say the same: property order and absent properties do not matter.
import { createHash } from 'node:crypto';
import type { Json } from '../../fhir/types.ts';

/** JSON text with sorted keys and without white space: equal texts, equal values. */
export function canonicalJson(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const names = Object.keys(value).filter(name => value[name] !== undefined);
  const pairs = names.sort().map(name => `${JSON.stringify(name)}:${canonicalJson(value[name]!)}`);
  return `{${pairs.join(',')}}`;
}

/** Hex sha-256 of the canonical text. */
export const digestOf = (value: Json): string =>
  createHash('sha256').update(canonicalJson(value)).digest('hex');

export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, i) => sameJson(item, b[i]));
  }
  for (const name of Object.keys(a)) if (!sameJson(a[name], b[name])) return false;
  for (const name of Object.keys(b)) if (b[name] !== undefined && a[name] === undefined) return false;
  return true;
}

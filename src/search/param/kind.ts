// What every parameter type answers, one file each: how a text of a query becomes a Value, how an element
// becomes index values, and whether one index value answers one Value. match.ts and the store adapters
// must agree; `matches` is where the meaning is written down.
import type { IndexValue } from '../../store/port/derived.ts';
import type { Modifier, Param, Prefix, Value } from '../ast.ts';

export interface ParseContext {
  /** The server's own FHIR base URL: absolute references below it are local. */
  base?: string;
  /** Milliseconds since the epoch: `ap` on dates widens with the distance from it. */
  now: number;
  /** `subject:Patient=1`: the type after the colon. */
  target?: string;
  /** Code systems that the parameter's `code` elements imply. */
  systems: readonly string[];
}

/** An element that a parameter selects. */
export interface Found {
  /** Datatype of the element. */
  type: string;
  value: unknown;
  /** Only references to this type count. */
  only?: string;
}

export interface ParamKind {
  modifiers: readonly Modifier[];
  /** Reads one alternative as written, escapes included; undefined where it is not a value of this type. */
  parse(text: string, param: Param, context: ParseContext): Value | undefined;
  /** Never throws: what cannot be read is not indexed. */
  index(found: Found, key: string, base: string | undefined): IndexValue[];
  /** `not` is applied by the caller, over all values of a resource. */
  matches(value: Value, index: IndexValue, modifier?: Modifier): boolean;
}

const PREFIXED = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)(?=[\d.+-])/;

/** `ge2026` -> `ge`, `2026`. */
export function takePrefix(text: string): { prefix: Prefix; rest: string } {
  const found = PREFIXED.exec(text)?.[1];
  return found === undefined
    ? { prefix: 'eq', rest: text }
    : { prefix: found as Prefix, rest: text.slice(found.length) };
}

/** Takes `\,` `\|` `\$` `\\` back to what they stand for. https://hl7.org/fhir/R4/search.html#escaping */
export const unescapeText = (text: string): string => text.replace(/\\([,|$\\])/g, '$1');

/** Splits at a character that is not escaped; the parts keep their escapes. */
export function splitText(text: string, separator: ',' | '|'): string[] {
  const parts: string[] = [];
  let part = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]!;
    if (char === '\\' && at + 1 < text.length) {
      part += char + text[at + 1]!;
      at += 1;
    } else if (char === separator) {
      parts.push(part);
      part = '';
    } else part += char;
  }
  parts.push(part);
  return parts;
}

/** Members of a JSON object, or undefined for anything else. */
export const objectOf = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;

export const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];

/** A text that is not empty. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

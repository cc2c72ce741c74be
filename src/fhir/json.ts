// JSON as FHIR needs it: errors that say where, a limit on depth, and decimals kept digit for digit.
// https://hl7.org/fhir/R4/json.html#decimal ("the precision of the decimal value has significance")
import { FhirError } from './error.ts';
import { findJsonFault } from './json-fault.ts';
import type { Json } from './types.ts';

/** Deeper nesting than any real resource has; a limit, so that recursive walks cannot exhaust the stack. */
export const MOST_LEVELS = 100;

/** TypeScript has no types for these parts of ECMAScript yet. */
interface SourceJson {
  rawJSON(text: string): object;
  isRawJSON(value: unknown): boolean;
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
}
const sourceJson = JSON as unknown as SourceJson;

/**
 * Finds texts that may hold a number which a plain parse and print would change: trailing zeros, an
 * exponent, minus zero, more than 15 digits, or one so small that it prints with an exponent. What stands
 * before and after it keeps nearly all digits within strings out; where it takes those for a number that
 * costs time only. It never misses one.
 */
const LOSSY =
  /(?:^|":|"\s+:|[[,])\s*-?(?:\d+\.\d*0|\d[\d.]*[eE][-+]?\d+|\d[\d.]{15,}|0\.0{6}\d*|(?<=-)0)(?=[\s,}\]]|$)/;

export const mayLoseDigits = (text: string): boolean => LOSSY.test(text);

/** Is this a number that `parseLossless` kept as it was written? */
export const isRawNumber = (value: unknown): boolean => sourceJson.isRawJSON(value);

/** Plain JSON.parse. Throws FhirError `invalid-structure` with line and column, never with content. */
export function parseJson(text: string): Json {
  const bare = withoutMark(text);
  let value: Json;
  try {
    value = JSON.parse(bare) as Json;
  } catch {
    throw brokenJson(bare);
  }
  checkShape(value, 0);
  return value;
}

/**
 * As parseJson, with those numbers that would not print as they were written kept as raw JSON: opaque
 * frozen objects that JSON.stringify prints digit for digit. `plain` is the tree of parseJson for the
 * same text; it is returned itself where there is no such number.
 */
export function parseLossless(text: string, plain: Json): Json {
  if (!mayLoseDigits(text)) return plain;
  let raw = false;
  const tree = sourceJson.parse(withoutMark(text), (_key, value, { source }) => {
    if (typeof value !== 'number' || source === undefined || String(value) === source) return value;
    raw = true;
    return sourceJson.rawJSON(source);
  });
  return raw ? (tree as Json) : plain;
}

const withoutMark = (text: string): string => (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);

/** `__proto__` is no element of FHIR, and code that copies objects by key would set their prototype by it. */
function checkShape(value: Json, level: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (level >= MOST_LEVELS)
    throw new FhirError('invalid-structure', `The body is nested more than ${MOST_LEVELS} levels deep.`);
  if (Array.isArray(value)) {
    for (const item of value) checkShape(item, level + 1);
    return;
  }
  for (const key in value) {
    if (key === '__proto__')
      throw new FhirError('invalid-structure', 'A property may not be named __proto__.');
    const item = value[key];
    if (typeof item === 'object' && item !== null) checkShape(item, level + 1);
  }
}

function brokenJson(text: string): FhirError {
  const { at, expected } = findJsonFault(text);
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  const column = at - before.lastIndexOf('\n');
  const where = text.trim() === '' ? 'it is empty' : `line ${line}, column ${column}: expected ${expected}`;
  return new FhirError('invalid-structure', `The body is not valid JSON: ${where}.`);
}

// Parameters of an operation, in a query or as a Parameters resource; and what it answers with.
// https://hl7.org/fhir/R4/parameters.html
import { stringify } from 'csv-stringify/sync';
import { parseBody } from '../../fhir/body.ts';
import { parseDateRange } from '../../fhir/date-range.ts';
import { FhirError } from '../../fhir/error.ts';
import type { JsonObject } from '../../fhir/types.ts';
import { readPairs } from '../../search/query.ts';
import { validateResource } from '../../validation/validate.ts';
import type { Reply } from '../request.ts';
import type { OperationParameter, OperationRequest } from './operation.ts';

/** Name -> values, as text. */
export type Given = ReadonlyMap<string, readonly string[]>;

/** About how the answer is sent: understood with every operation. */
const OF_THE_ANSWER: ReadonlySet<string> = new Set(['_format', '_pretty']);

export function readGiven(request: OperationRequest, known: readonly OperationParameter[]): Given {
  const pairs = [...readPairs(request.query), ...pairsOf(request.body ?? '')];
  const given = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    if (OF_THE_ANSWER.has(name)) continue;
    const parameter = known.find(one => one.name === name);
    if (parameter === undefined)
      throw bad(`There is no such parameter here: ${known.map(one => one.name).join(', ') || 'none'}.`);
    const values = given.get(name) ?? [];
    if (values.length > 0 && parameter.many !== true) throw bad('May be given once.', name);
    if (!isValue(parameter.type, value)) throw bad(`Expected a ${parameter.type}.`, name);
    given.set(name, [...values, value]);
  }
  return given;
}

function pairsOf(body: string): [string, string][] {
  if (body.trim() === '') return [];
  const { resource } = parseBody(body);
  if (resource.resourceType !== 'Parameters') throw bad('The body is no Parameters resource.');
  const issues = validateResource(resource);
  if (issues.length > 0) throw new FhirError('invalid-structure', issues);
  return ((resource.parameter ?? []) as JsonObject[]).map(one => [String(one.name), textOf(one)]);
}

/** The value[x] of a parameter, where it is a plain one. */
function textOf(parameter: JsonObject): string {
  const values = Object.entries(parameter).filter(([name]) => name.startsWith('value'));
  const [, value] = values[0] ?? [];
  if (typeof value === 'object' || value === undefined) throw bad('Expected a plain value.', 'parameter');
  return String(value);
}

function isValue(type: OperationParameter['type'], value: string): boolean {
  switch (type) {
    case 'boolean':
      return value === 'true' || value === 'false';
    case 'date':
      return parseDateRange(value) !== undefined && !value.includes('T');
    case 'dateTime':
      return parseDateRange(value) !== undefined;
    default:
      return value.trim() !== '' && value.length <= 256;
  }
}

/** Names of parameters, for the audit row. */
export const namesOf = (given: Given): string[] => [...given.keys()];

export const bad = (message: string, path?: string): FhirError =>
  new FhirError('invalid-value', [{ message, ...(path === undefined ? {} : { path }) }]);

export const one = (given: Given, name: string): string | undefined => given.get(name)?.[0];

/** Bounds in microseconds; the end includes all that its precision stands for. */
export function periodOf(given: Given): { since?: number; until?: number } {
  const [start, end] = ['start', 'end'].map(name => one(given, name));
  const since = start === undefined ? undefined : parseDateRange(start)!.low * 1000;
  const until = end === undefined ? undefined : parseDateRange(end)!.high * 1000;
  if (since !== undefined && until !== undefined && since >= until)
    throw bad('It is before the start.', 'end');
  return { ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) };
}

/** Members that have no value are left out. */
export const part = (name: string, value: JsonObject | undefined): JsonObject[] =>
  value === undefined ? [] : [{ name, ...value }];

export const parametersReply = (parameter: readonly JsonObject[]): Reply => ({
  status: 200,
  headers: {},
  body: JSON.stringify({ resourceType: 'Parameters', parameter }),
});

/** RFC 4180. What a spreadsheet would take for a formula is made a text. */
export const csvReply = (columns: readonly string[], rows: readonly (readonly string[])[]): Reply => ({
  status: 200,
  headers: { 'Content-Type': 'text/csv; charset=utf-8' },
  body: stringify([columns, ...rows], { escape_formulas: true, record_delimiter: 'windows' }),
});

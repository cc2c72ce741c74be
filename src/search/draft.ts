// What the parts of the parser share.
import { FhirError } from '../fhir/error.ts';
import type { Clause, Include, Search, SortKey, Summary } from './ast.ts';

/** What parsing gathers, and under which rules. */
export interface Draft {
  type: string;
  strict: boolean;
  base?: string;
  now: number;
  maxCount: number;
  clauses: Clause[];
  sort: SortKey[];
  includes: Include[];
  elements: string[];
  count: number;
  summary: Summary;
  total: Search['total'];
  applied: (readonly [string, string])[];
  ignored: string[];
}

/** A name of the query may hold anything; only what looks like a parameter's name is repeated. */
export const nameFor = (name: string): string => (/^[A-Za-z_-]{1,64}$/.test(name) ? name : 'A parameter');

export const unsupported = (what: string): FhirError =>
  new FhirError('invalid-search', `${what} is not supported.`);

/** Refuses under strict handling, else notes what was left out. */
export function ignore(draft: Draft, what: string): void {
  if (draft.strict) throw new FhirError('invalid-search', `${what}.`);
  draft.ignored.push(`${what}; it was ignored.`);
}

/** Says what was expected and never what came. */
export const badValue = (name: string, expected: string): FhirError =>
  new FhirError('invalid-value', `${name}: expected ${expected}.`);

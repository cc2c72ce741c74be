// Search cases as data: resources, queries, and the ids that answer. test/search runs them in memory and
// through every store; all must agree.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorCode } from '../../src/fhir/error.ts';
import type { AnyResource } from '../../src/fhir/types.ts';

export interface SearchCase {
  /** What is shown, as a sentence. */
  name: string;
  /** `Patient?name=eve`, percent-encoded where a URL must be. */
  query: string;
  /** Logical ids in the order of the answer. Absent where an error is expected. */
  ids?: readonly string[];
  /** The code of the error. */
  error?: ErrorCode;
  /** `Prefer: handling=strict`. */
  strict?: boolean;
  /** Number of parameters ignored; 0 where absent. */
  ignored?: number;
}

export interface SearchCaseFile {
  file: string;
  about: string;
  /** Stored in this order, each with its id; see `caseInstant`. */
  resources: readonly (AnyResource & { id: string })[];
  cases: readonly SearchCase[];
}

/** The server's base URL in the cases. */
export const CASE_BASE = 'http://fhir.example/fhir';
/** `now` for `ap`: 2026-07-01T00:00:00Z. */
export const CASE_NOW = Date.UTC(2026, 6, 1);

/** When the resource with this place in its file was written: from 2026-03-01T12:00:00Z, a second apart. ms. */
export const caseInstant = (index: number): number => Date.UTC(2026, 2, 1, 12, 0, index);

export const CASE_LIMITS = { maxCount: 1000, defaultCount: 100 };

const FOLDER = join(import.meta.dirname, '../search/cases');

export function searchCaseFiles(): SearchCaseFile[] {
  return readdirSync(FOLDER)
    .filter(name => name.endsWith('.json'))
    .sort()
    .map(file => ({
      file,
      ...(JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Omit<SearchCaseFile, 'file'>),
    }));
}

/** `Patient?name=eve` -> type and query. */
export function splitCaseQuery(text: string): { type: string; query: string } {
  const at = text.indexOf('?');
  return at < 0 ? { type: text, query: '' } : { type: text.slice(0, at), query: text.slice(at + 1) };
}

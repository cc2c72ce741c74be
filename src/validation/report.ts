// Where the walk stands and what it found there. Paths are built only when something is wrong.
import type { Issue } from '../fhir/error.ts';

/** More than this are not looked for: nobody reads them, and a hostile body could hold millions. */
export const MOST_ISSUES = 100;

/** Anything longer or odder is no element name somebody mistyped, and may be data of a person. */
const NAME = /^_?[A-Za-z][A-Za-z0-9]{0,63}$/;

export interface Report {
  issues: Issue[];
  /** What the path starts with. */
  base: string;
  /** Names and indexes below it. */
  at: (string | number)[];
}

export const newReport = (base: string): Report => ({ issues: [], base, at: [] });

export const isFull = (report: Report): boolean => report.issues.length >= MOST_ISSUES;

/** `Bundle.entry[3].resource.status`. Ends before a name that cannot be an element's. */
export function pathOf({ base, at }: Report, below?: string): string {
  let path = base;
  for (const part of below === undefined ? at : [...at, below]) {
    if (typeof part === 'number') path += `[${part}]`;
    else if (NAME.test(part)) path += `.${part}`;
    else return path;
  }
  return path;
}

/** Adds an issue at the place where the walk stands, or at the element `below` it. */
export function report(to: Report, code: string, message: string, below?: string): void {
  if (isFull(to)) return;
  const path = pathOf(to, below);
  to.issues.push({ path, code, message: `${path}: ${message}` });
}

// Parameters about the result: order, size and shape. https://hl7.org/fhir/R4/search.html#summary
import type { Search, SortKey, Summary } from './ast.ts';
import { badValue, type Draft, ignore, nameFor } from './draft.ts';
import { parseIncludes } from './include.ts';
import { paramOf } from './registry.ts';

/** Parameters about the result: a name and how its value is read. */
export const RESULT: Readonly<Record<string, (draft: Draft, value: string, name: string) => void>> = {
  _sort: readSort,
  _count: readCount,
  _summary: readSummary,
  _total: readTotal,
  _elements: readElements,
  _include: parseIncludes,
  _revinclude: parseIncludes,
};
/** Which of them may come only once. */
export const ONCE = new Set(['_sort', '_count', '_summary', '_total', '_elements']);

const MOST_KEYS = 10;

function readSort(draft: Draft, value: string, name: string): void {
  const kept: string[] = [];
  for (const text of value.split(',')) {
    const descending = text.startsWith('-');
    const code = descending ? text.slice(1) : text;
    const key = sortKey(draft.type, code, descending);
    if (key === undefined) {
      ignore(draft, `${name}: ${nameFor(code)} is not a parameter of ${draft.type} to sort by`);
      continue;
    }
    draft.sort.push(key);
    kept.push(text);
  }
  if (draft.sort.length > MOST_KEYS) throw badValue(name, `at most ${MOST_KEYS} keys`);
  if (kept.length > 0) draft.applied.push([name, kept.join(',')]);
}

function sortKey(type: string, code: string, descending: boolean): SortKey | undefined {
  if (code === '_id') return { by: 'id', descending };
  if (code === '_lastUpdated') return { by: 'updated', descending };
  const param = paramOf(type, code);
  return param === undefined ? undefined : { by: 'param', param, descending };
}

function readCount(draft: Draft, value: string, name: string): void {
  if (!/^\d{1,9}$/.test(value)) throw badValue(name, 'a number that is not negative');
  draft.count = Math.min(Number(value), draft.maxCount);
  draft.applied.push([name, String(draft.count)]);
}

function readSummary(draft: Draft, value: string, name: string): void {
  const known: readonly string[] = ['true', 'text', 'data', 'count', 'false'] satisfies Summary[];
  if (!known.includes(value)) throw badValue(name, known.join(', '));
  draft.summary = value as Summary;
  draft.applied.push([name, value]);
}

function readTotal(draft: Draft, value: string, name: string): void {
  const known: readonly string[] = ['none', 'estimate', 'accurate'] satisfies Search['total'][];
  if (!known.includes(value)) throw badValue(name, known.join(', '));
  draft.total = value as Search['total'];
  draft.applied.push([name, value]);
}

function readElements(draft: Draft, value: string, name: string): void {
  const names = value.split(',');
  if (!names.every(one => /^[A-Za-z][A-Za-z0-9]{0,63}(\.[A-Za-z0-9]{1,64})*$/.test(one)))
    throw badValue(name, 'names of elements, separated by commas');
  draft.elements = names;
  draft.applied.push([name, value]);
}

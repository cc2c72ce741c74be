// The search cases answered in memory: see test/support/search-cases.ts.
import { describe, expect, test } from '@jest/globals';
import type { Predicate, Search } from '../../src/search/ast.ts';
import { extract } from '../../src/search/extract.ts';
import { type Facts, searchMemory } from '../../src/search/match.ts';
import { parseSearch } from '../../src/search/parse.ts';
import {
  CASE_BASE,
  CASE_LIMITS,
  CASE_NOW,
  caseInstant,
  type SearchCase,
  type SearchCaseFile,
  searchCaseFiles,
  splitCaseQuery,
} from '../support/search-cases.ts';

const files = searchCaseFiles();

function factsOf(file: SearchCaseFile): Facts[] {
  return file.resources.map((resource, index) => {
    const { values, patients } = extract(resource, CASE_BASE);
    const seq = caseInstant(index) * 1000;
    const organization = 'org';
    const version = {
      type: resource.resourceType,
      id: resource.id,
      version: 1,
      seq,
      created: seq,
      owner: organization,
      source: organization,
      writer: organization,
      patients,
      deleted: false,
      body: JSON.stringify(resource),
    };
    return { version, values, rules: [], pure: true };
  });
}

function parse(one: SearchCase): Search {
  const { type, query } = splitCaseQuery(one.query);
  return parseSearch(type, query, {
    strict: one.strict ?? false,
    ...CASE_LIMITS,
    base: CASE_BASE,
    now: CASE_NOW,
  });
}

const ALL: Predicate = { kind: 'all' };

function codeOf(run: () => unknown): string {
  try {
    run();
    return 'no error';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

test('there are cases for every parameter type', () => {
  expect(files.flatMap(file => file.cases).length).toBeGreaterThan(200);
});

describe.each(files)('$file', file => {
  const facts = factsOf(file);
  test.each(file.cases)('$name: $query', one => {
    if (one.error !== undefined) {
      expect(codeOf(() => parse(one))).toBe(one.error);
      return;
    }
    const search = parse(one);
    const plan = {
      grant: 'grant',
      type: search.type,
      where: search.clauses,
      narrow: ALL,
      sort: search.sort,
      limit: search.count,
      total: true,
      includes: [],
    };
    expect(searchMemory(plan, facts).ids).toEqual(one.ids);
    expect(search.ignored.length).toBe(one.ignored ?? 0);
  });
});

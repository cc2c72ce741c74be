// The search cases answered by the SQLite store: see test/support/search-cases.ts. Run as a small store
// is searched, and as a large one is (`bounds`), where indexes are walked instead of sorted.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { composeBody, fromResource } from '../../src/fhir/body.ts';
import type { AnyResource } from '../../src/fhir/types.ts';
import { extract } from '../../src/search/extract.ts';
import { parseSearch } from '../../src/search/parse.ts';
import type { Derive } from '../../src/store/port/derived.ts';
import type { Bounds } from '../../src/store/sqlite/reading.ts';
import {
  CASE_BASE,
  CASE_LIMITS,
  CASE_NOW,
  caseInstant,
  type SearchCaseFile,
  searchCaseFiles,
  splitCaseQuery,
} from '../support/search-cases.ts';
import { draft, grantFor, openTemporaryStore, planFor, type TemporaryStore } from '../support/store.ts';

const derive: Derive = resource => ({ ...extract(resource as AnyResource, CASE_BASE), rules: [] });
const all = grantFor('org', { narrow: () => ({ kind: 'all' }) });

async function filled({ resources }: SearchCaseFile, bounds: Bounds | undefined): Promise<TemporaryStore> {
  let now = 0;
  const opened = await openTemporaryStore({
    derive,
    clock: () => now,
    ...(bounds === undefined ? {} : { bounds }),
  });
  for (const [index, resource] of resources.entries()) {
    now = caseInstant(index);
    const { resourceType: type, id } = resource;
    const body = composeBody(fromResource(resource), id);
    const plan = { ops: [{ kind: 'create' as const, type, id, body }], lookups: [], claims: [], marks: [] };
    await opened.store.transact(plan, all, draft());
  }
  return opened;
}

const WAYS: [name: string, bounds: Bounds | undefined][] = [
  ['collected and sorted', undefined],
  ['looked along and sorted', { few: 0, bounded: 1000, stride: 2 }],
  ['walked', { few: 0, bounded: 0, stride: 2 }],
  ['chosen', { few: 1, bounded: 3, stride: 1 }],
];

describe.each(searchCaseFiles())('$file', file => {
  const answered = file.cases.filter(one => one.ids !== undefined);

  describe.each(WAYS)('%s', (_name, bounds) => {
    let opened: TemporaryStore;
    beforeAll(async () => {
      opened = await filled(file, bounds);
    });
    afterAll(() => opened.close());

    test.each(answered)('$name: $query', async one => {
      const { type, query } = splitCaseQuery(one.query);
      const options = { strict: one.strict ?? false, ...CASE_LIMITS, base: CASE_BASE, now: CASE_NOW };
      const search = parseSearch(type, query, options);
      const plan = planFor(all, search.type, {
        where: search.clauses,
        sort: search.sort,
        limit: search.count,
        total: true,
      });
      const page = await opened.store.search(plan, all);
      expect(page.matches.map(match => match.id)).toEqual(one.ids);
      if (page.next === undefined && search.count > 0) expect(page.total).toBe(one.ids?.length);
    });
  });
});

// Read, vread and the three histories agree on what a caller may see, for any resources, rules and
// predicate, however little or much of the store that is.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { HistoryQuery, Version } from '../../src/store/port.ts';
import { grantFor, openTemporaryStore, type TemporaryStore } from '../support/store.ts';
import { bounds, fill, predicate, write } from '../support/store-arbitrary.ts';

const nameOf = (version: Version): string => `${version.type}/${version.id}/${version.version}`;

async function agree(opened: TemporaryStore, all: readonly Version[], grant: ReturnType<typeof grantFor>) {
  const { store } = opened;
  const seen = new Map<string, number>();
  for (const { type, id, version } of all) {
    const found = await store.vread(type, id, version, grant);
    if (found !== undefined) seen.set(nameOf(found), found.seq);
  }
  const expected = [...seen].sort(([, a], [, b]) => b - a).map(([name]) => name);
  const listed = async (query: Partial<HistoryQuery>): Promise<string[]> => {
    const names: string[] = [];
    let before: number | undefined;
    do {
      const asked = { limit: 3, total: true, ...query, ...(before === undefined ? {} : { before }) };
      const page = await store.history(asked, grant);
      names.push(...page.versions.map(nameOf));
      before = page.next;
      if (before === undefined && names.length > 0) expect(page.total).toBe(names.length);
    } while (before !== undefined);
    return names;
  };
  expect(await listed({})).toEqual(expected);
  for (const type of ['Task', 'Consent'])
    expect(await listed({ type })).toEqual(expected.filter(name => name.startsWith(`${type}/`)));
  for (const { type, id } of all) {
    const own = expected.filter(name => name.startsWith(`${type}/${id}/`));
    expect(await listed({ type, id })).toEqual(own);
    const current = await store.read(type, id, grant);
    const newest = all.findLast(one => one.type === type && one.id === id)!;
    expect(current === undefined ? undefined : nameOf(current)).toBe(
      own.includes(nameOf(newest)) ? nameOf(newest) : undefined,
    );
  }
}

test('every way to a version shows it or hides it alike', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(write, { minLength: 8, maxLength: 24 }),
      fc.array(predicate, { minLength: 3, maxLength: 5 }),
      bounds,
      async (writes, predicates, limits) => {
        const opened = await openTemporaryStore({
          clock: () => 0.001,
          ...(limits === undefined ? {} : { bounds: limits }),
        });
        try {
          const all: Version[] = [];
          await fill(opened, writes, version => all.push(version));
          for (const one of predicates) await agree(opened, all, grantFor('asker', { narrow: () => one }));
        } finally {
          await opened.close();
        }
      },
    ),
    { numRuns: process.env.LONG === undefined ? 30 : 300 },
  );
}, 120_000);

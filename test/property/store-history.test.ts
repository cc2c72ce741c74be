// Read, vread and the three histories agree on what a caller may see, for any resources, rules and
// predicate, however little or much of the store that is.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Grant } from '../../src/access/grant.ts';
import type { Predicate } from '../../src/search/ast.ts';
import { LIMITS } from '../../src/store/mongodb/reading.ts';
import type { HistoryQuery, Store, Version } from '../../src/store/port.ts';
import type { Bounds } from '../../src/store/sqlite/reading.ts';
import { describeMongo, openTemporaryMongo } from '../support/mongodb.ts';
import { grantFor, openTemporaryStore } from '../support/store.ts';
import { bounds, fill, predicate, type Write, write } from '../support/store-arbitrary.ts';

const nameOf = (version: Version): string => `${version.type}/${version.id}/${version.version}`;

/** The names of what the grant shows, newest first: the same whichever way is gone. */
async function shown(store: Store, all: readonly Version[], grant: Grant): Promise<string[]> {
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
  for (const type of ['Task', 'Consent', 'Coverage'])
    expect(await listed({ type })).toEqual(expected.filter(name => name.startsWith(`${type}/`)));
  const newest = new Map(all.map(one => [`${one.type}/${one.id}`, one]));
  for (const { type, id } of newest.values()) {
    const own = expected.filter(name => name.startsWith(`${type}/${id}/`));
    expect(await listed({ type, id })).toEqual(own);
    const current = await store.read(type, id, grant);
    const last = nameOf(newest.get(`${type}/${id}`)!);
    expect(current === undefined ? undefined : nameOf(current)).toBe(own.includes(last) ? last : undefined);
  }
  return expected;
}

async function filled(store: Store, writes: readonly Write[]): Promise<Version[]> {
  const all: Version[] = [];
  await fill({ store }, writes, version => all.push(version));
  return all;
}

const asker = (one: Predicate): Grant => grantFor('asker', { narrow: () => one });
const cases = [
  fc.array(write, { minLength: 8, maxLength: 24 }),
  fc.array(predicate, { minLength: 3, maxLength: 5 }),
  bounds,
] as const;
const runs = (few: number, more = 1.5) => ({
  numRuns: process.env.LONG === undefined ? few : Math.ceil(more * few),
});

/** seq is counted from 1. */
const clock = () => 0.001;
const openSmall = (given: Bounds | undefined) =>
  openTemporaryStore({ clock, ...(given === undefined ? {} : { bounds: given }) });

test('every way to a version shows it or hides it alike', async () => {
  await fc.assert(
    fc.asyncProperty(...cases, async (writes, predicates, given) => {
      const opened = await openSmall(given);
      try {
        const all = await filled(opened.store, writes);
        for (const one of predicates) await shown(opened.store, all, asker(one));
      } finally {
        await opened.close();
      }
    }),
    runs(30),
  );
}, 120_000);

/** Nobody is named in a query, and hardly a range of an index. */
const SMALL = { ...LIMITS, persons: 0, ranges: 2 };

describeMongo('the MongoDB store', () => {
  test.each([
    ['on a replica set', false],
    ['on a sharded cluster', true],
  ])(
    '%s shows every way what the SQLite store shows',
    async (_where, sharded) => {
      await fc.assert(
        fc.asyncProperty(...cases, async (writes, predicates, given) => {
          const small = given === undefined ? {} : { limits: SMALL };
          const stores = [await openSmall(given), await openTemporaryMongo({ clock, sharded, ...small })];
          try {
            const [sqlite, mongo] = stores.map(opened => opened.store) as [Store, Store];
            const all = await filled(sqlite, writes);
            const same = await filled(mongo, writes);
            expect(same.map(nameOf)).toEqual(all.map(nameOf));
            for (const one of predicates)
              expect(await shown(mongo, same, asker(one))).toEqual(await shown(sqlite, all, asker(one)));
          } finally {
            for (const opened of stores) await opened.close();
          }
        }),
        runs(6, 3),
      );
    },
    240_000,
  );
});

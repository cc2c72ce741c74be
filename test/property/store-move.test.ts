// After a move the other store shows and hides what the first did, for any resources, rules and predicate.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Archive } from '../../src/store/archive.ts';
import { moveStore } from '../../src/store/move.ts';
import type { Store, Version } from '../../src/store/port.ts';
import { describeMongo, openTemporaryMongo } from '../support/mongodb.ts';
import { grantFor, openTemporaryStore, planFor } from '../support/store.ts';
import { asked, fill, predicate, write } from '../support/store-arbitrary.ts';

interface Opened {
  store: Store;
  archive: Archive;
  close(): Promise<void>;
}

/** seq is counted from 1. */
const clock = () => 0.001;

async function shown({ store }: Opened, all: readonly Version[], grant: ReturnType<typeof grantFor>) {
  const versions = all.map(({ type, id, version }) => store.vread(type, id, version, grant));
  const names = new Set(all.map(({ type, id }) => `${type}/${id}`));
  const current = [...names].map(name => store.read(...(name.split('/') as [string, string]), grant));
  return Promise.all([...versions, ...current, store.history({ limit: 100, total: true }, grant)]);
}

function holds(openFrom: () => Promise<Opened>, openTo: () => Promise<Opened>, runs: number): void {
  test('a moved store shows each version to whom the first one shows it, and finds the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(write, { minLength: 8, maxLength: 24 }),
        fc.array(predicate, { minLength: 3, maxLength: 5 }),
        fc.array(asked, { minLength: 3, maxLength: 5 }),
        async (writes, predicates, plans) => {
          const [from, to] = [await openFrom(), await openTo()];
          try {
            const all: Version[] = [];
            await fill(from, writes, version => all.push(version));
            expect((await moveStore(from.archive, to.archive, { batch: 5 })).finished).toBe(true);
            for (const one of predicates) {
              const grant = grantFor('asker', { narrow: () => one });
              expect(await shown(to, all, grant)).toEqual(await shown(from, all, grant));
            }
            const grant = grantFor('asker');
            for (const parts of plans) {
              const plan = { ...planFor(grant, parts.type, parts), limit: 50, total: true };
              expect(await to.store.search(plan, grant)).toEqual(await from.store.search(plan, grant));
            }
          } finally {
            await from.close();
            await to.close();
          }
        },
      ),
      // A smaller counterexample would take longer than the test may.
      { numRuns: process.env.LONG === undefined ? runs : 2 * runs, endOnFailure: true },
    );
  }, 240_000);
}

const file = () => openTemporaryStore({ clock });
const database = () => openTemporaryMongo({ clock });

holds(file, file, 40);
describeMongo('to and from MongoDB', () => {
  holds(file, database, 6);
  holds(database, file, 6);
});

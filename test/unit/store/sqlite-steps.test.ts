// Long searches are done in steps between which other work is done; what they answer is of one moment.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  draft,
  grantFor,
  openTemporaryStore,
  planFor,
  stated,
  type TemporaryStore,
} from '../../support/store.ts';

const own = grantFor('prog');
let opened: TemporaryStore;
beforeEach(async () => {
  opened = await openTemporaryStore({ bounds: { few: 0, bounded: 0, stride: 1 } });
  for (let at = 0; at < 20; at += 1) await put(`t${at}`);
});
afterEach(() => opened.close());

function put(id: string): Promise<unknown> {
  const ops = [{ kind: 'update' as const, type: 'Task', id, body: stated('Task', id) }];
  return opened.store.transact({ ops, lookups: [], claims: [], marks: [] }, own, draft());
}
const count = () => opened.store.search(planFor(own, 'Task', { limit: 5, total: true }), own);
const remove = (id: string) =>
  opened.store.transact(
    { ops: [{ kind: 'delete', type: 'Task', id }], lookups: [], claims: [], marks: [] },
    own,
    draft(),
  );

test('writes and reads go on while a count is under way, and the count knows nothing of them', async () => {
  let underWay = true;
  const counted = count().finally(() => {
    underWay = false;
  });
  const written = Promise.all([put('new'), remove('t3'), remove('t19')]);
  // A step of the count in each turn; what is written is committed in the second.
  for (let turn = 0; turn < 4; turn += 1) await nextTurn();
  expect((await opened.store.read('Task', 't3', own))?.deleted).toBe(true);
  expect(underWay).toBe(true);
  await written;
  const page = await counted;
  expect([page.total, ...page.matches.map(match => match.id)]).toEqual([20, 't0', 't1', 't2', 't3', 't4']);
  expect((await count()).total).toBe(19);
});

test('more long searches at once than there are connections for are all answered', async () => {
  const pages = await Promise.all(Array.from({ length: 12 }, count));
  expect(pages.map(page => page.total)).toEqual(Array.from({ length: 12 }, () => 20));
});

test('a store that is closed ends the searches under way first', async () => {
  const counted = count();
  await opened.store.close();
  expect((await counted).total).toBe(20);
  await expect(count()).rejects.toMatchObject({ code: 'unavailable' });
});

import { expect, test } from '@jest/globals';
import { RESOURCE_TYPES } from '../../src/fhir/resource-types.ts';
import type { HistoryQuery } from '../../src/store/port.ts';
import { grantFor, ownedBy } from '../support/store.ts';
import { create, remove, update, useStore } from './hand.ts';
import type { OpenStore } from './store-contract.ts';

export function historyContract(open: OpenStore): void {
  const hand = useStore(open);
  const story = async (): Promise<void> => {
    await create(hand(), 'Task', 'a');
    await create(hand(), 'Goal', 'b');
    await update(hand(), 'Task', 'a');
    await create(hand(), 'Task', 'c');
    await create(hand(), 'Task', 'hidden', {}, grantFor('other'));
    await remove(hand(), 'Task', 'a');
    await update(hand(), 'Goal', 'b');
  };
  const ask = (query: Partial<HistoryQuery>, grant = hand().own) =>
    hand().store.history({ limit: 50, total: true, ...query }, grant);
  const listed = async (query: Partial<HistoryQuery>, grant = hand().own) =>
    (await ask(query, grant)).versions.map(one => `${one.type}/${one.id}/${one.version}`);

  test('of an instance lists its versions newest first, the tombstone among them', async () => {
    await story();
    const page = await ask({ type: 'Task', id: 'a' });
    expect(page.versions.map(one => [one.version, one.deleted])).toEqual([
      [3, true],
      [2, false],
      [1, false],
    ]);
    expect(page).toMatchObject({ total: 3 });
    expect(page.next).toBeUndefined();
    expect(await listed({ type: 'Task', id: 'never' })).toEqual([]);
    expect(await listed({ type: 'Task', id: 'hidden' })).toEqual([]);
  });

  test('of everything is told to whom several rules let see something of very many types', async () => {
    const types = RESOURCE_TYPES.slice(0, 120);
    for (const type of types) await create(hand(), type, 'x');
    const rules = ['prog', 'a', 'b', 'c', 'd'].map(ownedBy);
    const grant = grantFor('prog', { narrow: () => ({ kind: 'or', of: rules }) });
    const page = await ask({ limit: 200 }, grant);
    expect(page.versions.map(one => one.type)).toEqual(types.toReversed());
  }, 60_000);

  test('of a type and of everything is in the order of the log', async () => {
    await story();
    expect(await listed({ type: 'Task' })).toEqual(['Task/a/3', 'Task/c/1', 'Task/a/2', 'Task/a/1']);
    expect(await listed({})).toEqual([
      'Goal/b/2',
      'Task/a/3',
      'Task/c/1',
      'Task/a/2',
      'Goal/b/1',
      'Task/a/1',
    ]);
    expect((await ask({ limit: 2 })).total).toBe(6);
  });

  test('of everything narrows each type by itself', async () => {
    await story();
    const grant = grantFor('prog', {
      narrow: type => (type === 'Goal' ? ownedBy('prog') : { kind: 'none' }),
    });
    expect(await listed({}, grant)).toEqual(['Goal/b/2', 'Goal/b/1']);
  });

  test('pages do not overlap, whatever is written between them', async () => {
    await story();
    const found: string[] = [];
    let before: number | undefined;
    do {
      const page = await ask({ limit: 2, ...(before === undefined ? {} : { before }) });
      found.push(...page.versions.map(one => `${one.type}/${one.id}/${one.version}`));
      expect(page.total).toBe(6 + found.length / 2 - 1);
      before = page.next;
      await create(hand(), 'Task', `new${found.length}`);
    } while (before !== undefined);
    expect(found).toEqual(['Goal/b/2', 'Task/a/3', 'Task/c/1', 'Task/a/2', 'Goal/b/1', 'Task/a/1']);
  });

  test('since is exclusive and until inclusive', async () => {
    await story();
    const rows = await hand().store.outbox(0, 20);
    const [since, until] = [rows[2]!.seq, rows[5]!.seq];
    expect(await listed({ since, until })).toEqual(['Task/a/3', 'Task/c/1']);
  });

  test('history goes on after a delete and an update', async () => {
    await story();
    await update(hand(), 'Task', 'a', { text: 'back' });
    const page = await ask({ type: 'Task', id: 'a' });
    expect(page.versions.map(one => [one.version, one.deleted])).toEqual([
      [4, false],
      [3, true],
      [2, false],
      [1, false],
    ]);
  });
}

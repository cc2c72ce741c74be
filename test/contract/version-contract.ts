import { expect, test } from '@jest/globals';
import { stated } from '../support/store.ts';
import {
  codeOf,
  create,
  createOp,
  deleteOp,
  remove,
  transact,
  update,
  updateOp,
  useStore,
  versionOf,
} from './hand.ts';
import type { OpenStore } from './store-contract.ts';

export function versionContract(open: OpenStore): void {
  const hand = useStore(open);

  test('a new store is empty until a resource is written', async () => {
    expect(await hand().opened.registry.empty()).toBe(true);
    await create(hand(), 'Basic', 'a');
    expect(await hand().opened.registry.empty()).toBe(false);
  });

  test('a created resource is version 1, owned, made and written by its writer', async () => {
    const version = await create(hand(), 'Basic', 'a', { text: 'first' });
    // Within the millisecond: where several servers write, they share out its microseconds.
    expect(Math.floor(version.seq / 1000)).toBe(hand().now);
    expect(version).toEqual({
      type: 'Basic',
      id: 'a',
      version: 1,
      seq: version.seq,
      created: version.seq,
      owner: 'prog',
      source: 'prog',
      writer: 'prog',
      patients: [],
      deleted: false,
      body: stated('Basic', 'a', { text: 'first' }),
    });
    expect(await hand().store.read('Basic', 'a', hand().own)).toEqual(version);
  });

  test('seq grows with every version although the clock stands still or goes back', async () => {
    const first = await create(hand(), 'Basic', 'a');
    const second = await update(hand(), 'Basic', 'a');
    hand().now -= 60_000;
    const third = await create(hand(), 'Basic', 'b');
    expect(second.seq).toBeGreaterThan(first.seq);
    expect(third.seq).toBeGreaterThan(second.seq);
    expect(second.created).toBe(first.created);
  });

  test('every version can be read again after it was replaced', async () => {
    const first = await create(hand(), 'Basic', 'a', { text: 'one' });
    const second = await update(hand(), 'Basic', 'a', { text: 'two' });
    expect(await hand().store.vread('Basic', 'a', 1, hand().own)).toEqual(first);
    expect(await hand().store.vread('Basic', 'a', 2, hand().own)).toEqual(second);
    expect(await hand().store.vread('Basic', 'a', 3, hand().own)).toBeUndefined();
    expect(await hand().store.vread('Basic', 'b', 1, hand().own)).toBeUndefined();
  });

  test('ids are told apart by type and by case', async () => {
    await create(hand(), 'Basic', 'a');
    await create(hand(), 'Basic', 'A');
    await create(hand(), 'Goal', 'a');
    expect((await hand().store.read('Basic', 'A', hand().own))?.id).toBe('A');
    expect(await hand().store.read('Task', 'a', hand().own)).toBeUndefined();
  });

  test('a deleted resource leaves a tombstone with an empty body and keeps its versions', async () => {
    await create(hand(), 'Basic', 'a', { text: 'one' });
    const gone = await remove(hand(), 'Basic', 'a');
    expect(gone).toMatchObject({ version: 2, deleted: true, body: '' });
    expect(await hand().store.read('Basic', 'a', hand().own)).toEqual(gone);
    expect(await hand().store.vread('Basic', 'a', 2, hand().own)).toEqual(gone);
    expect((await hand().store.vread('Basic', 'a', 1, hand().own))?.deleted).toBe(false);
  });

  test('deleting a tombstone changes nothing', async () => {
    await create(hand(), 'Basic', 'a');
    await remove(hand(), 'Basic', 'a');
    const [again] = await transact(hand(), [deleteOp('Basic', 'a')]);
    expect(again).toMatchObject({ kind: 'unchanged', version: { version: 2 } });
    expect(await codeOf(transact(hand(), [deleteOp('Basic', 'never')]))).toBe('not-found');
  });

  test('an update after a delete brings the resource back with the next version', async () => {
    const first = await create(hand(), 'Basic', 'a');
    await remove(hand(), 'Basic', 'a');
    const [back] = await transact(hand(), [updateOp('Basic', 'a', { text: 'again' })]);
    expect(back).toMatchObject({
      kind: 'created',
      version: { version: 3, deleted: false, created: first.created },
    });
    expect((await hand().store.read('Basic', 'a', hand().own))?.version).toBe(3);
    expect((await hand().store.vread('Basic', 'a', 2, hand().own))?.deleted).toBe(true);
  });

  test('an update that changes nothing makes a version all the same', async () => {
    await create(hand(), 'Basic', 'a', { text: 'same' });
    expect((await update(hand(), 'Basic', 'a', { text: 'same' })).version).toBe(2);
  });

  test('If-Match is held to the current version', async () => {
    await create(hand(), 'Basic', 'a');
    await update(hand(), 'Basic', 'a');
    const at = (ifMatch: number) => transact(hand(), [updateOp('Basic', 'a', {}, { ifMatch })]);
    expect(await codeOf(at(1))).toBe('stale');
    expect(await codeOf(at(3))).toBe('stale');
    expect(versionOf((await at(2))[0]).version).toBe(3);
    const gone = (ifMatch: number) => transact(hand(), [{ kind: 'delete', type: 'Basic', id: 'a', ifMatch }]);
    expect(await codeOf(gone(2))).toBe('stale');
    expect(versionOf((await gone(3))[0])).toMatchObject({ version: 4, deleted: true });
  });

  test('If-Match finds nothing where there is no resource', async () => {
    expect(await codeOf(transact(hand(), [updateOp('Basic', 'new', {}, { ifMatch: 1 })]))).toBe('not-found');
  });

  test('of two updates that name the same version one is refused', async () => {
    await create(hand(), 'Basic', 'a');
    const both = await Promise.all(
      ['x', 'y'].map(text => codeOf(transact(hand(), [updateOp('Basic', 'a', { text }, { ifMatch: 1 })]))),
    );
    expect(both.sort()).toEqual(['resolved', 'stale']);
  });

  test('an update of an unknown id creates it, unless it must exist', async () => {
    const [made] = await transact(hand(), [updateOp('Basic', 'mine')]);
    expect(made).toMatchObject({ kind: 'created', version: { id: 'mine', version: 1 } });
    expect(await codeOf(transact(hand(), [updateOp('Basic', 'other', {}, { mustExist: true })]))).toBe(
      'not-found',
    );
  });

  test('a create with an id that is taken is refused', async () => {
    await create(hand(), 'Basic', 'a');
    expect(await codeOf(transact(hand(), [createOp('Basic', 'a')]))).toBe('conflict');
  });

  test('bodies come back as they were given, to the byte', async () => {
    const body = '{"resourceType":"Basic","id":"n","meta":{},"n":1.00,"t":"Zoë \\u0000 😀 \\" \\\\"}';
    await transact(hand(), [{ kind: 'create', type: 'Basic', id: 'n', body }]);
    expect((await hand().store.read('Basic', 'n', hand().own))?.body).toBe(body);
  });

  test('the outbox lists every version once, oldest first', async () => {
    await create(hand(), 'Basic', 'a');
    await create(hand(), 'Goal', 'b');
    await update(hand(), 'Basic', 'a');
    await remove(hand(), 'Basic', 'a');
    const rows = await hand().store.outbox(0, 10);
    expect(rows.map(row => `${row.kind} ${row.type}/${row.id}/${row.version}`)).toEqual([
      'create Basic/a/1',
      'create Goal/b/1',
      'update Basic/a/2',
      'delete Basic/a/3',
    ]);
    expect((await hand().store.outbox(0, 2)).map(row => row.seq)).toEqual([rows[0]!.seq, rows[1]!.seq]);
    expect((await hand().store.outbox(rows[1]!.seq, 1)).map(row => row.seq)).toEqual([rows[2]!.seq]);
    expect(await hand().store.outbox(rows[3]!.seq, 5)).toEqual([]);
  });

  test('a closed store answers unavailable', async () => {
    await hand().store.close();
    expect(await codeOf(hand().store.read('Basic', 'a', hand().own))).toBe('unavailable');
    expect(await codeOf(create(hand(), 'Basic', 'a'))).toBe('unavailable');
  });
}

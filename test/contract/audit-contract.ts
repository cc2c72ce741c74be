import { expect, test } from '@jest/globals';
import { auditRows, brokenChains } from '../support/audit.ts';
import { draft, planFor } from '../support/store.ts';
import { codeOf, create, createOp, deleteOp, planOf, transact, useStore } from './hand.ts';
import type { OpenStore } from './store-contract.ts';

export function auditContract(open: OpenStore): void {
  const hand = useStore(open);
  const rows = () => auditRows(hand().store);

  test('a write leaves one row with the versions that came out and the people they name', async () => {
    await hand().store.transact(
      planOf([createOp('Patient', '1'), createOp('Task', 't', { patients: ['1', '2'] })]),
      hand().own,
      draft('transaction', { request: 'r1', params: ['_id'] }),
    );
    const [row, ...more] = await rows();
    expect(more).toEqual([]);
    expect(row).toMatchObject({
      number: 1,
      at: expect.any(Number),
      request: 'r1',
      action: 'transaction',
      params: ['_id'],
      outcome: 'ok',
      versions: ['Patient/1/1', 'Task/t/1'],
      patients: ['1', '2'],
    });
    expect(Math.floor(row!.at / 1000)).toBe(hand().now);
  });

  test('a refused write leaves its row with the code, and nothing else', async () => {
    expect(await codeOf(transact(hand(), [createOp('Task', 't'), deleteOp('Task', 'none')]))).toBe(
      'not-found',
    );
    expect((await rows()).map(row => [row.outcome, row.versions])).toEqual([['not-found', []]]);
    expect(await hand().opened.registry.empty()).toBe(true);
  });

  test('a read is recorded as it was drafted', async () => {
    await hand().store.record(
      draft('read', { type: 'Task', id: 't', patients: ['1'], versions: ['Task/t/1'] }),
    );
    expect((await rows())[0]).toMatchObject({
      action: 'read',
      type: 'Task',
      id: 't',
      patients: ['1'],
      versions: ['Task/t/1'],
    });
  });

  test('what a transaction read is in its row', async () => {
    await create(hand(), 'Task', 't', { patients: ['7'] });
    await transact(hand(), [{ kind: 'search', plan: planFor(hand().own, 'Task') }]);
    expect((await rows())[1]).toMatchObject({ versions: ['Task/t/1'], patients: ['7'] });
  });

  test('every chain is whole over refused and concurrent writes, and can be read in parts', async () => {
    const sent = Array.from({ length: 60 }, (_, at) => {
      if (at % 5 === 0) return codeOf(hand().store.record(draft('read')));
      const ops =
        at % 7 === 0 ? [createOp('Task', `t${at}`), deleteOp('Task', 'none')] : [createOp('Task', `t${at}`)];
      return codeOf(transact(hand(), ops));
    });
    await Promise.all(sent);
    const all = await rows();
    expect(all.length).toBe(60);
    expect(await brokenChains(hand().store)).toEqual([]);
    const { auditWriters, auditRows: rowsOf } = hand().store;
    const writers = await auditWriters();
    expect(writers).toEqual([...new Set(all.map(row => row.writer))].sort());
    for (const writer of writers) {
      const own = all.filter(row => row.writer === writer);
      expect(await rowsOf(writer, 0, 1000)).toEqual(own);
      expect(await rowsOf(writer, 2, 3)).toEqual(own.slice(2, 5));
      expect(await rowsOf(writer, own.length, 10)).toEqual([]);
    }
    expect(await rowsOf('nobody', 0, 10)).toEqual([]);
  });
}

import { expect, test } from '@jest/globals';
import type { Claim, ImportMark, Lookup, WriteOp, WritePlan } from '../../src/store/port.ts';
import { codeOf, create, createOp, remove, transact, update, updateOp, useStore } from './hand.ts';
import type { OpenStore } from './store-contract.ts';

const claim = (key: string, type: string, id: string): Claim => ({ key, type, id });
const mark = (digest: string, seen: string | undefined, parts: string[]): ImportMark => ({
  key: 'prog|client|1',
  digest,
  parts,
  seen,
});

export function importContract(open: OpenStore): void {
  const hand = useStore(open);
  const send = (ops: readonly WriteOp[], parts: Partial<WritePlan>) =>
    transact(hand(), ops, hand().own, parts);
  const registry = () => hand().opened.registry;

  test('a claim gives a business key to one resource', async () => {
    await send([createOp('Patient', '1')], { claims: [claim('k', 'Patient', '1')] });
    expect(await registry().claims(['k', 'none'])).toEqual(new Map([['k', 'Patient/1']]));
    expect(await registry().claimsOf(['Patient/1', 'Patient/2'])).toEqual(new Map([['Patient/1', ['k']]]));
    expect(await codeOf(send([createOp('Patient', '2')], { claims: [claim('k', 'Patient', '2')] }))).toBe(
      'conflict',
    );
    expect(await hand().store.read('Patient', '2', hand().own)).toBeUndefined();
    expect(await codeOf(send([updateOp('Patient', '1')], { claims: [claim('k', 'Patient', '1')] }))).toBe(
      'resolved',
    );
  });

  test('of two plans that claim a key at once one is refused', async () => {
    const both = ['1', '2'].map(id =>
      codeOf(send([createOp('Patient', id)], { claims: [claim('k', 'Patient', id)] })),
    );
    expect((await Promise.all(both)).sort()).toEqual(['conflict', 'resolved']);
  });

  test('a claim may name an op by its marker, and passes on from a deleted resource', async () => {
    const ops = (id: string): WriteOp[] => [{ ...createOp('Patient', id), marker: 'urn:uuid:p' } as WriteOp];
    await send(ops('1'), { claims: [claim('k', 'Patient', 'urn:uuid:p')] });
    await remove(hand(), 'Patient', '1');
    await send(ops('2'), { claims: [claim('k', 'Patient', 'urn:uuid:p')] });
    expect(await registry().claims(['k'])).toEqual(new Map([['k', 'Patient/2']]));
  });

  test('a lookup by key is replaced by what claims it, also in the same plan', async () => {
    await send([createOp('Patient', '1')], { claims: [claim('client', 'Patient', '1')] });
    const lookup = (key: string): Lookup => ({
      kind: 'claim',
      marker: `lookup:${key}`,
      key,
      missing: `No ${key}.`,
    });
    await send([createOp('Task', 't', { text: 'lookup:client lookup:own' }), createOp('Goal', 'g')], {
      lookups: [lookup('client'), lookup('own')],
      claims: [claim('own', 'Goal', 'g')],
    });
    expect((await hand().store.read('Task', 't', hand().own))?.body).toContain('"Patient/1 Goal/g"');
    await remove(hand(), 'Patient', '1');
    for (const key of ['client', 'never'])
      await expect(
        send([createOp('Task', 'u', { text: `lookup:${key}` })], { lookups: [lookup(key)] }),
      ).rejects.toMatchObject({
        code: 'invalid-value',
        message: `No ${key}.`,
      });
  });

  test('an import mark remembers digest, parts and the versions it made', async () => {
    const claims = [claim('k|a', 'Patient', '1'), claim('k|b', 'Task', 't')];
    await send([createOp('Patient', '1'), createOp('Task', 't')], {
      claims,
      marks: [mark('d1', undefined, ['k|a', 'k|b'])],
    });
    await update(hand(), 'Task', 't');
    expect(await registry().imports(['prog|client|1', 'never'])).toEqual(
      new Map([
        [
          'prog|client|1',
          {
            digest: 'd1',
            parts: [
              { key: 'k|a', type: 'Patient', id: '1', version: 1 },
              { key: 'k|b', type: 'Task', id: 't', version: 1 },
            ],
          },
        ],
      ]),
    );
    await send([updateOp('Task', 't')], { marks: [mark('d2', 'd1', ['k|b'])] });
    expect((await registry().imports(['prog|client|1'])).get('prog|client|1')).toEqual({
      digest: 'd2',
      parts: [{ key: 'k|b', type: 'Task', id: 't', version: 3 }],
    });
  });

  test('an import that was planned on another state of the record is refused as a whole', async () => {
    await send([createOp('Patient', '1')], {
      claims: [claim('k', 'Patient', '1')],
      marks: [mark('d1', undefined, ['k'])],
    });
    for (const seen of [undefined, 'd0'])
      expect(await codeOf(send([createOp('Task', 't')], { marks: [mark('d2', seen, ['k'])] }))).toBe(
        'conflict',
      );
    expect(await hand().store.read('Task', 't', hand().own)).toBeUndefined();
  });

  test('an import that left alone what changed since it was compared is refused', async () => {
    await send([createOp('Patient', '1')], { claims: [claim('k', 'Patient', '1')] });
    const relying = (version: number) =>
      codeOf(
        send([createOp('Task', 't')], { marks: [{ ...mark('d', undefined, []), relied: { k: version } }] }),
      );
    await update(hand(), 'Patient', '1');
    expect(await relying(1)).toBe('stale');
    expect(await hand().store.read('Task', 't', hand().own)).toBeUndefined();
    expect(await relying(2)).toBe('resolved');
  });

  test('organizations are kept, and their id prefixes may not overlap', async () => {
    const entry = (id: string, prefix: string) => ({ id, prefix, program: true, part2: id === 'a' });
    await registry().putOrganization(entry('a', ''));
    await registry().putOrganization(entry('b', 'b-'));
    for (const prefix of ['', 'b-', 'b', 'b-x'])
      expect(await codeOf(registry().putOrganization(entry('c', prefix)))).toBe('conflict');
    await registry().putOrganization(entry('b', 'bb-'));
    const kept = await registry().organizations();
    expect(kept).toEqual([entry('a', ''), entry('b', 'bb-')]);
    await registry().putOrganization(entry('c', 'c-'));
    expect(await registry().organizations()).toEqual([...kept, entry('c', 'c-')]);
  });

  test('facts are kept', async () => {
    expect(await registry().fact('demo')).toBeUndefined();
    await registry().setFact('demo', 'yes');
    await registry().setFact('demo', 'no');
    expect(await registry().fact('demo')).toBe('no');
    await create(hand(), 'Task', 't');
  });
}

import { expect, test } from '@jest/globals';
import type { Lookup, WriteOp } from '../../src/store/port.ts';
import { grantFor, planFor, type Stated, stated, tokenClause, tokenValue } from '../support/store.ts';
import { codeOf, create, createOp, deleteOp, idsOf, remove, transact, updateOp, useStore } from './hand.ts';
import type { OpenStore } from './store-contract.ts';

const numbered = (value: string): Stated => ({ values: [tokenValue('Basic', 'identifier', value)] });

export function planContract(open: OpenStore): void {
  const hand = useStore(open);
  const byNumber = (value: string, grant = hand().own) =>
    planFor(grant, 'Basic', { where: [tokenClause('Basic', 'identifier', value)] });

  test('a plan is done as a whole or not at all', async () => {
    await create(hand(), 'Basic', 'a', numbered('old'));
    const ops: WriteOp[] = [
      createOp('Basic', 'b', numbered('new')),
      updateOp('Basic', 'a', numbered('new')),
      deleteOp('Basic', 'missing'),
    ];
    expect(await codeOf(transact(hand(), ops))).toBe('not-found');
    expect(await hand().store.read('Basic', 'b', hand().own)).toBeUndefined();
    expect(await idsOf(hand(), byNumber('old'))).toEqual(['a']);
    expect(await idsOf(hand(), byNumber('new'))).toEqual([]);
    expect((await hand().store.outbox(0, 10)).length).toBe(1);
  });

  test('a refused plan leaves nothing that a later plan would trip over', async () => {
    const bad = [createOp('Basic', 'a', numbered('x-1')), deleteOp('Goal', 'missing')];
    expect(await codeOf(transact(hand(), bad))).toBe('not-found');
    await create(hand(), 'Basic', 'a', numbered('x-1'));
    await create(hand(), 'Basic', 'b', { values: [tokenValue('Basic', 'identifier', 'x-2', 'urn:s')] });
    expect(await idsOf(hand(), byNumber('x-1'))).toEqual(['a']);
    expect(await idsOf(hand(), byNumber('x-2'))).toEqual(['b']);
  });

  test('plans that are sent together do not spoil each other', async () => {
    const sent = Array.from({ length: 40 }, (_, at) =>
      at % 4 === 3
        ? codeOf(
            transact(hand(), [createOp('Basic', `r${at}`, numbered(`n${at}`)), deleteOp('Basic', 'missing')]),
          )
        : codeOf(transact(hand(), [createOp('Basic', `r${at}`, numbered(`n${at}`))])),
    );
    const codes = await Promise.all(sent);
    expect(codes.filter(code => code === 'resolved').length).toBe(30);
    const found = await hand().store.search(planFor(hand().own, 'Basic', { total: true }), hand().own);
    expect(found.total).toBe(30);
    for (const { id } of found.matches)
      expect(await idsOf(hand(), byNumber(`n${id.slice(1)}`))).toEqual([id]);
  });

  test('results come in the order of the ops, reads and searches seeing what was written before them', async () => {
    const own = hand().own;
    await create(hand(), 'Basic', 'old', numbered('1'));
    const results = await transact(hand(), [
      deleteOp('Basic', 'old'),
      createOp('Basic', 'new', numbered('1')),
      { kind: 'read', type: 'Basic', id: 'new' },
      { kind: 'read', type: 'Basic', id: 'old', version: 1 },
      { kind: 'read', type: 'Basic', id: 'none' },
      { kind: 'search', plan: byNumber('1', own) },
    ]);
    expect(results.map(result => result.kind)).toEqual([
      'deleted',
      'created',
      'read',
      'read',
      'absent',
      'found',
    ]);
    expect(results[5]).toMatchObject({ page: { matches: [{ id: 'new' }] } });
  });

  test('an error says which op it is about', async () => {
    const bad = [createOp('Basic', 'a'), updateOp('Basic', 'b', {}, { mustExist: true })];
    await expect(transact(hand(), bad)).rejects.toMatchObject({ code: 'not-found', op: 1 });
    await expect(transact(hand(), [deleteOp('Basic', 'none')])).rejects.toMatchObject({ op: 0 });
  });

  test('deletes that come first are done before any condition is looked up', async () => {
    await create(hand(), 'Basic', 'old', numbered('7'));
    const again = { ...createOp('Basic', 'new', numbered('7')), unless: byNumber('7') } as WriteOp;
    const results = await transact(hand(), [deleteOp('Basic', 'old'), again]);
    expect(results.map(result => result.kind)).toEqual(['deleted', 'created']);
  });

  test('two conditions that mean one resource are refused', async () => {
    await create(hand(), 'Basic', 'a', {
      values: [tokenValue('Basic', 'identifier', '7'), tokenValue('Basic', 'identifier', '8')],
    });
    const by = (value: string) => updateOp('Basic', 'new', numbered(value), { match: byNumber(value) });
    await expect(transact(hand(), [by('7'), by('8')])).rejects.toMatchObject({
      code: 'invalid-value',
      op: 1,
    });
  });

  test('a plan narrowed by another grant is refused', async () => {
    const other = grantFor('prog');
    await expect(hand().store.search(planFor(other, 'Basic'), hand().own)).rejects.toThrow('another grant');
    const op: WriteOp = { kind: 'search', plan: planFor(other, 'Basic') };
    await expect(transact(hand(), [op])).rejects.toThrow('another grant');
  });

  test('markers of new resources are replaced in every body of the plan, whatever the order', async () => {
    const refers = (id: string, marker: string): WriteOp =>
      ({
        ...createOp('Basic', id, { text: `${marker} and ${marker}` }),
        kind: 'create',
        marker: `urn:uuid:${id}`,
      }) as WriteOp;
    await transact(hand(), [refers('a', 'urn:uuid:b'), refers('b', 'urn:uuid:a')]);
    expect((await hand().store.read('Basic', 'a', hand().own))?.body).toBe(
      stated('Basic', 'a', { text: 'Basic/b and Basic/b' }),
    );
    expect((await hand().store.read('Basic', 'b', hand().own))?.body).toBe(
      stated('Basic', 'b', { text: 'Basic/a and Basic/a' }),
    );
  });

  describeConditional();
  describeLookups();

  function describeConditional(): void {
    const unless = (id: string, value: string): WriteOp =>
      ({
        ...createOp('Basic', id, numbered(value)),
        unless: byNumber(value),
        marker: 'urn:uuid:x',
      }) as WriteOp;

    test('If-None-Exist creates once, then gives what is there', async () => {
      expect((await transact(hand(), [unless('a', '7')]))[0]).toMatchObject({ kind: 'created' });
      const results = await transact(hand(), [
        unless('b', '7'),
        createOp('Goal', 'g', { text: 'urn:uuid:x' }),
      ]);
      expect(results[0]).toMatchObject({ kind: 'matched', version: { id: 'a', version: 1 } });
      expect((await hand().store.read('Goal', 'g', hand().own))?.body).toContain('"text":"Basic/a"');
    });

    test('If-None-Exist sent twice at once creates once', async () => {
      const kinds = await Promise.all(['a', 'b'].map(id => transact(hand(), [unless(id, '7')])));
      expect(kinds.map(([result]) => result?.kind).sort()).toEqual(['created', 'matched']);
    });

    test('conditions do not see what is deleted, and several matches are ambiguous', async () => {
      await create(hand(), 'Basic', 'a', numbered('7'));
      await remove(hand(), 'Basic', 'a');
      expect((await transact(hand(), [unless('b', '7')]))[0]).toMatchObject({ kind: 'created' });
      await create(hand(), 'Basic', 'c', numbered('7'));
      expect(await codeOf(transact(hand(), [unless('d', '7')]))).toBe('ambiguous');
    });

    const conditional = (id: string, value: string, strictId = false): WriteOp =>
      updateOp('Basic', id, { ...numbered(value), text: 'new' }, { match: byNumber(value), strictId });

    test('a conditional update updates the one match, its id in the body', async () => {
      await create(hand(), 'Basic', 'a', numbered('7'));
      const [done] = await transact(hand(), [conditional('fallback', '7')]);
      expect(done).toMatchObject({ kind: 'updated', version: { id: 'a', version: 2 } });
      expect((await hand().store.read('Basic', 'a', hand().own))?.body).toBe(
        stated('Basic', 'a', { ...numbered('7'), text: 'new' }),
      );
    });

    test('a conditional update without a match creates, with several it is ambiguous', async () => {
      const [done] = await transact(hand(), [conditional('fallback', '7')]);
      expect(done).toMatchObject({ kind: 'created', version: { id: 'fallback', version: 1 } });
      await create(hand(), 'Basic', 'b', numbered('7'));
      expect(await codeOf(transact(hand(), [conditional('c', '7')]))).toBe('ambiguous');
    });

    test('a conditional update whose body names another id than the match is refused', async () => {
      await create(hand(), 'Basic', 'a', numbered('7'));
      await create(hand(), 'Basic', 'b', numbered('8'));
      expect(await codeOf(transact(hand(), [conditional('b', '7', true)]))).toBe('invalid-value');
      expect(await codeOf(transact(hand(), [conditional('a', '9', true)]))).toBe('conflict');
      expect((await transact(hand(), [conditional('c', '9', true)]))[0]).toMatchObject({
        version: { id: 'c' },
      });
    });
  }

  function describeLookups(): void {
    const lookup = (value: string): Lookup => ({
      kind: 'match',
      marker: 'urn:lookup:1',
      plan: byNumber(value),
      path: 'Bundle.entry[0].resource.subject.reference',
    });
    const withReference = (id: string): WriteOp =>
      createOp('Goal', id, {
        text: 'urn:lookup:1',
        values: [{ type: 'reference', key: 'Goal.subject', target: 'urn:lookup:1' }],
      });

    test('a conditional reference becomes the one match, in the body and in the index', async () => {
      await create(hand(), 'Basic', 'a', numbered('7'));
      await transact(hand(), [withReference('g')], hand().own, { lookups: [lookup('7')] });
      expect((await hand().store.read('Goal', 'g', hand().own))?.body).toContain('"text":"Basic/a"');
      const clause = {
        kind: 'param' as const,
        param: { code: 'subject', key: 'Goal.subject', type: 'reference' as const, targets: [] },
        values: [{ kind: 'reference' as const, keys: ['Basic/a'] }],
      };
      expect(await idsOf(hand(), planFor(hand().own, 'Goal', { where: [clause] }))).toEqual(['g']);
    });

    test('a conditional reference finds what the same plan creates', async () => {
      const ops = [withReference('g'), createOp('Basic', 'a', numbered('7'))];
      const results = await transact(hand(), ops, hand().own, { lookups: [lookup('7')] });
      expect(results[0]).toMatchObject({ kind: 'created', version: { version: 1 } });
      expect((await hand().store.read('Goal', 'g', hand().own))?.body).toContain('"text":"Basic/a"');
    });

    test('a conditional reference to nothing or to several is refused with its place', async () => {
      const send = () => transact(hand(), [withReference('g')], hand().own, { lookups: [lookup('7')] });
      await expect(send()).rejects.toMatchObject({
        code: 'invalid-value',
        issues: [{ path: 'Bundle.entry[0].resource.subject.reference' }],
      });
      await create(hand(), 'Basic', 'a', numbered('7'));
      await create(hand(), 'Basic', 'b', numbered('7'));
      await expect(send()).rejects.toMatchObject({ code: 'ambiguous' });
    });

    test('conditions and references see nothing that the grant hides', async () => {
      await create(hand(), 'Basic', 'a', numbered('7'));
      const other = grantFor('other');
      const plan = byNumber('7', other);
      const op = { ...createOp('Basic', 'b', numbered('7')), unless: plan } as WriteOp;
      expect((await transact(hand(), [op], other))[0]).toMatchObject({
        kind: 'created',
        version: { id: 'b' },
      });
      await remove(hand(), 'Basic', 'b', other);
      const lookups = [{ ...lookup('7'), plan: byNumber('7', other) } as Lookup];
      expect(await codeOf(transact(hand(), [withReference('g')], other, { lookups }))).toBe('invalid-value');
    });
  }
}

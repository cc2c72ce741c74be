import { describe, expect, test } from '@jest/globals';
import type {
  Clause,
  Cursor,
  Include,
  Plan,
  PlannedInclude,
  Predicate,
  SortKey,
} from '../../src/search/ast.ts';
import type { IndexValue } from '../../src/store/port/derived.ts';
import type { Page } from '../../src/store/port.ts';
import { grantFor, ownedBy, param, planFor, tokenClause, tokenValue } from '../support/store.ts';
import { codeOf, create, createOp, type Hand, idsOf, remove, transact, update, useStore } from './hand.ts';
import type { OpenStore } from './store-contract.ts';

const number = (value: number): IndexValue => ({
  type: 'number',
  key: 'Task.number',
  low: value,
  high: value,
});
const reference = (key: string, target: string): IndexValue => ({ type: 'reference', key, target });
const byNumber = (descending = false): SortKey => ({
  by: 'param',
  param: param('Task', 'number', 'number'),
  descending,
});

/** Ids page by page; `between` runs after each page. */
async function pages(
  hand: Hand,
  parts: Partial<Plan>,
  between: (page: number) => Promise<unknown> = async () => undefined,
): Promise<string[][]> {
  const found: string[][] = [];
  let cursor: Cursor | undefined;
  do {
    const plan = planFor(hand.own, 'Task', { ...parts, ...(cursor === undefined ? {} : { cursor }) });
    const page: Page = await hand.store.search(plan, hand.own);
    found.push(page.matches.map(match => match.id));
    // A cursor travels as text.
    cursor = page.next === undefined ? undefined : (JSON.parse(JSON.stringify(page.next)) as Cursor);
    await between(found.length);
  } while (cursor !== undefined && found.length < 50);
  return found;
}

export function searchContract(open: OpenStore): void {
  const hand = useStore(open);
  const tasks = async (count: number, valuesOf: (at: number) => IndexValue[] = () => []): Promise<void> => {
    for (let at = 0; at < count; at += 1) await create(hand(), 'Task', `t${at}`, { values: valuesOf(at) });
  };

  test('finds current live resources of the type alone', async () => {
    await tasks(3);
    await create(hand(), 'Goal', 'g');
    await remove(hand(), 'Task', 't1');
    await update(hand(), 'Task', 't2', { text: 'new' });
    const page = await hand().store.search(planFor(hand().own, 'Task'), hand().own);
    expect(page.matches.map(match => [match.id, match.version])).toEqual([
      ['t0', 1],
      ['t2', 2],
    ]);
    expect(page).toMatchObject({ included: [], total: 2 });
    expect(page.next).toBeUndefined();
  });

  test('index values follow the current version', async () => {
    await create(hand(), 'Task', 't', { values: [tokenValue('Task', 'code', 'old')] });
    await update(hand(), 'Task', 't', { values: [tokenValue('Task', 'code', 'new')] });
    const by = (code: string) =>
      idsOf(hand(), planFor(hand().own, 'Task', { where: [tokenClause('Task', 'code', code)] }));
    expect([await by('old'), await by('new')]).toEqual([[], ['t']]);
  });

  test('the same value stated twice, or under two systems, is one match', async () => {
    const values = [
      tokenValue('Task', 'code', 'a', 'urn:1'),
      tokenValue('Task', 'code', 'a', 'urn:2'),
      tokenValue('Task', 'code', 'a', 'urn:2'),
    ];
    await create(hand(), 'Task', 't', { values });
    const plan = planFor(hand().own, 'Task', { where: [tokenClause('Task', 'code', 'a')], total: true });
    const page = await hand().store.search(plan, hand().own);
    expect([page.matches.length, page.total]).toEqual([1, 1]);
  });

  describe('totals', () => {
    test('count is 0 asks for the total alone', async () => {
      await tasks(3);
      const page = await hand().store.search(
        planFor(hand().own, 'Task', { limit: 0, total: true }),
        hand().own,
      );
      expect(page).toEqual({ matches: [], included: [], total: 3 });
    });

    test('a total comes unasked only where all matches are on the page', async () => {
      await tasks(3);
      const total = async (limit: number, asked: boolean) =>
        (await hand().store.search(planFor(hand().own, 'Task', { limit, total: asked }), hand().own)).total;
      expect([await total(3, false), await total(2, false), await total(2, true)]).toEqual([3, undefined, 3]);
    });

    test('a total counts nothing that is hidden', async () => {
      await tasks(2);
      await create(hand(), 'Task', 'theirs', {}, grantFor('other'));
      const page = await hand().store.search(
        planFor(hand().own, 'Task', { limit: 1, total: true }),
        hand().own,
      );
      expect(page.total).toBe(2);
    });
  });

  describe('pages', () => {
    test('follow each other in the order of creation, whatever is updated', async () => {
      await tasks(5);
      await update(hand(), 'Task', 't0');
      expect(await pages(hand(), { limit: 2 })).toEqual([['t0', 't1'], ['t2', 't3'], ['t4']]);
    });

    test('end exactly where the matches end', async () => {
      await tasks(4);
      expect(await pages(hand(), { limit: 2 })).toEqual([
        ['t0', 't1'],
        ['t2', 't3'],
      ]);
    });

    test('show each resource that keeps matching exactly once while others write', async () => {
      await tasks(6);
      const found = await pages(hand(), { limit: 2 }, async page => {
        await create(hand(), 'Task', `new${page}`);
        await update(hand(), 'Task', `t${page}`);
        await update(hand(), 'Task', 't5');
        if (page === 1) await remove(hand(), 'Task', 't4');
      });
      expect(found.flat()).toEqual(['t0', 't1', 't2', 't3', 't5']);
    });

    test.each([false, true])(
      'sorted (descending %s) show a resource at most once while it moves',
      async descending => {
        await tasks(6, at => [number(at)]);
        const found = await pages(hand(), { limit: 2, sort: [byNumber(descending)] }, async page => {
          await create(hand(), 'Task', `new${page}`, { values: [number(descending ? -1 : 9)] });
          if (page === 1)
            await update(hand(), 'Task', descending ? 't5' : 't0', {
              values: [number(descending ? -9 : 99)],
            });
        });
        const expected = ['t0', 't1', 't2', 't3', 't4', 't5'];
        expect(found.flat()).toEqual(descending ? expected.reverse() : expected);
      },
    );

    test('go through resources that sort alike and those without the value', async () => {
      await tasks(7, at => (at % 3 === 0 ? [] : [number(at % 2)]));
      expect(await pages(hand(), { limit: 2, sort: [byNumber()] })).toEqual([
        ['t2', 't4'],
        ['t1', 't5'],
        ['t0', 't3'],
        ['t6'],
      ]);
      expect(await pages(hand(), { limit: 2, sort: [byNumber(true)] })).toEqual([
        ['t5', 't1'],
        ['t4', 't2'],
        ['t6', 't3'],
        ['t0'],
      ]);
    });

    test('of what changed since leave out what changes after page 1, which the next poll finds', async () => {
      await tasks(5);
      const [first] = (await hand().store.search(planFor(hand().own, 'Task'), hand().own)).matches;
      const low = first!.seq;
      const since: Clause = { kind: 'updated', values: [{ prefix: 'ge', low, high: low + 1 }] };
      const found = await pages(hand(), { limit: 2, where: [since] }, async page => {
        if (page === 1) await update(hand(), 'Task', 't3');
      });
      expect(found.flat()).toEqual(['t0', 't1', 't2', 't4']);
    });
  });

  describe('sorting', () => {
    test('takes the least value ascending and the greatest descending', async () => {
      await tasks(2, at => (at === 0 ? [number(1), number(9)] : [number(5)]));
      const by = (descending: boolean) =>
        idsOf(hand(), planFor(hand().own, 'Task', { sort: [byNumber(descending)] }));
      expect([await by(false), await by(true)]).toEqual([
        ['t0', 't1'],
        ['t0', 't1'],
      ]);
    });

    test('by last update and by id', async () => {
      await tasks(3);
      await update(hand(), 'Task', 't0');
      const by = (key: SortKey) => idsOf(hand(), planFor(hand().own, 'Task', { sort: [key] }));
      expect(await by({ by: 'updated', descending: false })).toEqual(['t1', 't2', 't0']);
      expect(await by({ by: 'updated', descending: true })).toEqual(['t0', 't2', 't1']);
      expect(await by({ by: 'id', descending: true })).toEqual(['t2', 't1', 't0']);
    });
  });

  describe('includes', () => {
    const subject = param('Task', 'subject', 'reference');
    const include = (
      parts: Partial<Include> = {},
      narrow: Record<string, Predicate> = { Patient: ownedBy('prog') },
    ): PlannedInclude => ({
      direction: 'forward',
      source: 'Task',
      param: subject,
      ...parts,
      narrow,
    });
    const withSubject = (...targets: string[]) => ({
      values: targets.map(target => reference('Task.subject', target)),
    });
    const included = async (type: string, includes: PlannedInclude[], where: Clause[] = []) => {
      const page = await hand().store.search(planFor(hand().own, type, { includes, where }), hand().own);
      return page.included.map(version => `${version.type}/${version.id}`);
    };

    test('bring what the matches refer to, once', async () => {
      await create(hand(), 'Patient', '1');
      await create(hand(), 'Patient', '2');
      await create(hand(), 'Task', 'a', withSubject('Patient/1'));
      await create(
        hand(),
        'Task',
        'b',
        withSubject('Patient/1', 'Patient/missing', 'http://elsewhere/Patient/2'),
      );
      expect(await included('Task', [include(), include()])).toEqual(['Patient/1']);
    });

    test('bring only the target type asked for, and no type that is out of reach', async () => {
      await create(hand(), 'Patient', '1');
      await create(hand(), 'Group', '1');
      await create(hand(), 'Device', '1');
      await create(hand(), 'Task', 'a', withSubject('Patient/1', 'Group/1', 'Device/1'));
      const narrow = { Patient: ownedBy('prog'), Group: ownedBy('prog') };
      expect((await included('Task', [include({}, narrow)])).sort()).toEqual(['Group/1', 'Patient/1']);
      expect(await included('Task', [include({ target: 'Group' }, narrow)])).toEqual(['Group/1']);
    });

    test('bring nothing that is hidden, deleted or among the matches', async () => {
      await create(hand(), 'Patient', 'hidden', {}, grantFor('other'));
      await create(hand(), 'Patient', 'gone');
      await remove(hand(), 'Patient', 'gone');
      await create(hand(), 'Task', 'b');
      await create(hand(), 'Task', 'a', withSubject('Patient/hidden', 'Patient/gone', 'Task/b'));
      expect(
        await included('Task', [include({}, { Patient: ownedBy('prog'), Task: ownedBy('prog') })]),
      ).toEqual([]);
    });

    test('bring, in reverse, what refers to the matches', async () => {
      await create(hand(), 'Patient', '1');
      await create(hand(), 'Patient', '2');
      await create(hand(), 'Task', 'a', withSubject('Patient/1'));
      await create(hand(), 'Task', 'b', withSubject('Patient/2'));
      await create(hand(), 'Task', 'c', withSubject('Patient/1'), grantFor('other'));
      const reverse = include({ direction: 'reverse' }, { Task: ownedBy('prog') });
      expect(await included('Patient', [reverse], [{ kind: 'id', ids: ['1'] }])).toEqual(['Task/a']);
      expect(await included('Patient', [{ ...reverse, narrow: {} }])).toEqual([]);
      expect(await included('Patient', [{ ...reverse, target: 'Group' }])).toEqual([]);
    });

    test('are refused rather than cut off where they would bring more than a thousand', async () => {
      await create(hand(), 'Patient', '1');
      const ops = Array.from({ length: 1001 }, (_, at) =>
        createOp('Task', `t${at}`, withSubject('Patient/1')),
      );
      await transact(hand(), ops);
      const reverse = include({ direction: 'reverse' }, { Task: ownedBy('prog') });
      expect(await codeOf(included('Patient', [reverse]))).toBe('too-large');
    });
  });

  test('values of a query are never taken for SQL or patterns', async () => {
    const nasty = `'; DROP TABLE resource; -- % _ \\ "$ne" {"$gt": ""}`;
    await create(hand(), 'Task', 't', { values: [tokenValue('Task', 'code', nasty)] });
    const by = (code: string) =>
      idsOf(hand(), planFor(hand().own, 'Task', { where: [tokenClause('Task', 'code', code)] }));
    expect([await by(nasty), await by('%'), await by('{"$gt": ""}')]).toEqual([['t'], [], []]);
  });

  test('a reindex changes no answer', async () => {
    await tasks(5, at => [number(at), tokenValue('Task', 'code', `c${at % 2}`)]);
    await update(hand(), 'Task', 't1', { values: [number(7)], patients: ['1', '2'] });
    await remove(hand(), 'Task', 't2');
    const ask = async () => [
      await idsOf(hand(), planFor(hand().own, 'Task', { where: [tokenClause('Task', 'code', 'c0')] })),
      await idsOf(hand(), planFor(hand().own, 'Task', { sort: [byNumber(true)] })),
      (await hand().store.read('Task', 't1', hand().own))?.patients,
      (await hand().store.read('Task', 't2', hand().own))?.deleted,
    ];
    const before = await ask();
    const steps: [number, number][] = [];
    await hand().store.reindex((done, total) => steps.push([done, total]));
    expect(await ask()).toEqual(before);
    expect(steps.at(-1)).toEqual([5, 5]);
  });
}

import { describe, expect, test } from '@jest/globals';
import type { Grant, Use } from '../../src/access/grant.ts';
import type { Predicate } from '../../src/search/ast.ts';
import type { Version, WriteOp } from '../../src/store/port.ts';
import {
  deny,
  grantFor,
  outsiderGrant,
  ownedBy,
  permit,
  permittedTo,
  planFor,
  type Stated,
  T,
  tokenClause,
  tokenValue,
  writtenBy,
} from '../support/store.ts';
import {
  codeOf,
  create,
  createOp,
  deleteOp,
  type Hand,
  idsOf,
  remove,
  transact,
  update,
  updateOp,
  useStore,
} from './hand.ts';
import type { OpenStore } from './store-contract.ts';

/** Every way to find out whether a resource is there; all must agree. */
async function seenBy(hand: Hand, type: string, id: string, predicate: Predicate): Promise<boolean> {
  const grant = grantFor('asker', { narrow: () => predicate });
  const { store } = hand;
  const page = await store.search(
    planFor(grant, type, { where: [{ kind: 'id', ids: [id] }], total: true }),
    grant,
  );
  const listed = (await store.history({ type, id, limit: 5, total: true }, grant)).versions;
  const ofType = (await store.history({ type, limit: 50, total: true }, grant)).versions;
  const ofAll = (await store.history({ limit: 50, total: true }, grant)).versions;
  const has = (versions: readonly Version[]) => versions.some(one => one.type === type && one.id === id);
  const answers = new Set([
    (await store.read(type, id, grant)) !== undefined,
    page.matches.length === 1,
    page.total === 1,
    has(listed),
    has(ofType),
    has(ofAll),
  ]);
  if (answers.size !== 1) throw new Error(`The ways to ${type}/${id} disagree.`);
  return answers.has(true);
}

export function accessContract(open: OpenStore): void {
  const hand = useStore(open);
  const sees = (predicate: Predicate, id = 'o', type = 'Observation') => seenBy(hand(), type, id, predicate);
  const about = (...patients: string[]): Stated => ({ patients });
  const consented = (...rules: Stated['rules'] & object) =>
    create(hand(), 'Consent', `c${made++}`, { rules });
  let made = 0;

  describe('predicates', () => {
    test('all reaches everything, none nothing', async () => {
      await create(hand(), 'Observation', 'o');
      expect(await sees({ kind: 'all' })).toBe(true);
      expect(await sees({ kind: 'none' })).toBe(false);
    });

    test('and needs all of its parts, or one', async () => {
      await create(hand(), 'Observation', 'o');
      const yes = ownedBy('prog');
      const no = ownedBy('other');
      expect(await sees({ kind: 'and', of: [yes, yes] })).toBe(true);
      expect(await sees({ kind: 'and', of: [yes, no] })).toBe(false);
      expect(await sees({ kind: 'or', of: [no, yes] })).toBe(true);
      expect(await sees({ kind: 'or', of: [no, no] })).toBe(false);
      expect(await sees({ kind: 'and', of: [] })).toBe(true);
      expect(await sees({ kind: 'or', of: [] })).toBe(false);
    });

    test('owner reaches what the Organization owns, of whatever organizations the store knows', async () => {
      await create(hand(), 'Observation', 'o');
      expect(await sees(ownedBy('prog'))).toBe(true);
      expect(await sees(ownedBy('never seen'))).toBe(false);
    });

    test('no-person reaches what names nobody', async () => {
      await create(hand(), 'Observation', 'o');
      await create(hand(), 'Observation', 'p', about('1'));
      expect(await sees({ kind: 'no-person' })).toBe(true);
      expect(await sees({ kind: 'no-person' }, 'p')).toBe(false);
    });

    test('person reaches what names that person and nobody else', async () => {
      const person: Predicate = { kind: 'person', patient: '1' };
      await create(hand(), 'Observation', 'o', about('1'));
      await create(hand(), 'Observation', 'nobody');
      await create(hand(), 'Observation', 'another', about('2'));
      await create(hand(), 'Observation', 'both', about('1', '2'));
      await create(hand(), 'Observation', 'somebody', about('?'));
      await create(hand(), 'Patient', '1');
      expect(await sees(person)).toBe(true);
      expect(await sees(person, '1', 'Patient')).toBe(true);
      for (const id of ['nobody', 'another', 'both', 'somebody']) expect(await sees(person, id)).toBe(false);
      const strange: Predicate = { kind: 'person', patient: 'never seen' };
      for (const id of ['o', 'nobody', 'both', 'somebody']) expect(await sees(strange, id)).toBe(false);
    });

    test('a person beside other rules is looked for where these reach', async () => {
      await create(hand(), 'Observation', 'o', about('1'));
      await create(hand(), 'Observation', 'p', about('2'));
      await create(hand(), 'Observation', 'alike', about('1'), grantFor('other'));
      await create(hand(), 'Consent', 'c', { rules: [permit('1', 'ehr'), permit('2', 'ehr')] });
      const person: Predicate = { kind: 'person', patient: '1' };
      const both = (...of: Predicate[]): Predicate => ({ kind: 'and', of: [person, ...of] });
      for (const rule of [ownedBy('prog'), writtenBy('prog'), permittedTo('ehr')]) {
        expect(await sees(both(rule))).toBe(true);
        expect(await sees(both(rule), 'p')).toBe(false);
        expect(await sees(both(rule), 'alike')).toBe(false);
      }
      const either: Predicate = { kind: 'or', of: [{ kind: 'person', patient: '1' }, permittedTo('ehr')] };
      for (const id of ['o', 'p', 'alike']) expect(await sees(either, id)).toBe(true);
    });

    test('a past version is of a person where both it and what the resource is now name nobody else', async () => {
      const grant = grantFor('asker', { narrow: () => ({ kind: 'person', patient: '1' }) });
      for (const [at, patients] of [['1'], ['1', '2'], ['2'], [], ['1']].entries())
        await (at === 0 ? create : update)(hand(), 'Observation', 'o', about(...patients));
      const listed = async () =>
        (await hand().store.history({ type: 'Observation', id: 'o', limit: 9, total: true }, grant)).versions;
      expect((await listed()).map(one => one.version)).toEqual([5, 1]);
      await update(hand(), 'Observation', 'o', about('2'));
      expect(await listed()).toEqual([]);
      expect(await hand().store.vread('Observation', 'o', 1, grant)).toBeUndefined();
    });

    test('a clause reaches what answers it', async () => {
      await create(hand(), 'Slot', 's', { values: [tokenValue('Slot', 'status', 'free')] });
      const clause: Predicate = { kind: 'clause', clause: tokenClause('Slot', 'status', 'free') };
      expect(await sees(clause, 's', 'Slot')).toBe(true);
      await update(hand(), 'Slot', 's', { values: [tokenValue('Slot', 'status', 'busy')] });
      expect(await sees(clause, 's', 'Slot')).toBe(false);
    });

    test('names reaches the Consents that name the actor', async () => {
      await create(hand(), 'Consent', 'c', { rules: [permit('1', 'ehr')] });
      await create(hand(), 'Consent', 'd', { rules: [permit('1', 'payer'), deny('1')] });
      expect(await sees({ kind: 'names', actor: 'ehr' }, 'c', 'Consent')).toBe(true);
      expect(await sees({ kind: 'names', actor: 'ehr' }, 'd', 'Consent')).toBe(false);
    });

    test('a rule about a person that cannot be told names nobody, in past versions too', async () => {
      await create(hand(), 'Consent', 'c', { rules: [permit('?', 'ehr'), permit('1', '')] });
      await update(hand(), 'Consent', 'c', { rules: [permit('1', 'ehr')] });
      const grant = grantFor('asker', { narrow: () => ({ kind: 'names', actor: 'ehr' }) });
      const listed = await hand().store.history({ type: 'Consent', id: 'c', limit: 9, total: true }, grant);
      expect(listed.versions.map(one => one.version)).toEqual([2]);
      expect(await hand().store.vread('Consent', 'c', 1, grant)).toBeUndefined();
    });

    test('what can be reached in two ways is found once', async () => {
      await create(hand(), 'Observation', 'o', about('1'));
      await update(hand(), 'Observation', 'o', about('1'));
      const person: Predicate = { kind: 'person', patient: '1' };
      for (const other of [
        ownedBy('prog'),
        writtenBy('prog'),
        permittedTo('ehr'),
        { kind: 'no-person' } as const,
      ]) {
        expect(await sees({ kind: 'or', of: [other, person] })).toBe(true);
        const grant = grantFor('asker', { narrow: () => ({ kind: 'or', of: [person, other] }) });
        const listed = await hand().store.history({ limit: 9, total: true }, grant);
        expect([listed.total, ...listed.versions.map(one => one.version)]).toEqual([2, 2, 1]);
      }
    });

    test('of past versions an Organization that the store does not know reaches nothing', async () => {
      const rules = { rules: [permit('1', 'ehr')] };
      await create(hand(), 'Consent', 'c', rules);
      await update(hand(), 'Consent', 'c', rules);
      const named: Predicate = { kind: 'names', actor: 'ehr' };
      expect(await sees({ kind: 'and', of: [named, ownedBy('prog')] }, 'c', 'Consent')).toBe(true);
      expect(await sees({ kind: 'and', of: [named, ownedBy('never seen')] }, 'c', 'Consent')).toBe(false);
    });
  });

  describe('consent', () => {
    const cases: { name: string; patients: string[]; rules: Stated['rules'] & object; seen: boolean }[] = [
      {
        name: 'a permit for the actor and the purpose',
        patients: ['1'],
        rules: [permit('1', 'ehr')],
        seen: true,
      },
      { name: 'no rule', patients: ['1'], rules: [], seen: false },
      { name: 'a permit for somebody else', patients: ['1'], rules: [permit('1', 'payer')], seen: false },
      { name: 'a permit of another person', patients: ['1'], rules: [permit('2', 'ehr')], seen: false },
      {
        name: 'a permit for another purpose',
        patients: ['1'],
        rules: [permit('1', 'ehr', { purpose: 'HPAYMT' })],
        seen: false,
      },
      {
        name: 'a permit not yet in force',
        patients: ['1'],
        rules: [permit('1', 'ehr', { from: T + 1 })],
        seen: false,
      },
      {
        name: 'a permit in force from this very moment',
        patients: ['1'],
        rules: [permit('1', 'ehr', { from: T })],
        seen: true,
      },
      {
        name: 'a permit that ends at this very moment',
        patients: ['1'],
        rules: [permit('1', 'ehr', { to: T })],
        seen: false,
      },
      {
        name: 'a permit without an end',
        patients: ['1'],
        rules: [permit('1', 'ehr', { from: -8.64e15, to: 8.64e15 })],
        seen: true,
      },
      {
        name: 'a deny for everybody beside a permit',
        patients: ['1'],
        rules: [permit('1', 'ehr'), deny('1')],
        seen: false,
      },
      {
        name: 'a deny for the actor beside a permit',
        patients: ['1'],
        rules: [permit('1', 'ehr'), deny('1', 'ehr')],
        seen: false,
      },
      {
        name: 'a deny for the purpose beside a permit',
        patients: ['1'],
        rules: [permit('1', 'ehr'), deny('1', '', { purpose: 'TREAT' })],
        seen: false,
      },
      {
        name: 'a deny for another purpose beside a permit',
        patients: ['1'],
        rules: [permit('1', 'ehr'), deny('1', '', { purpose: 'HPAYMT' })],
        seen: true,
      },
      {
        name: 'a deny for somebody else beside a permit',
        patients: ['1'],
        rules: [permit('1', 'ehr'), deny('1', 'payer')],
        seen: true,
      },
      {
        name: 'a deny that is over beside a permit',
        patients: ['1'],
        rules: [permit('1', 'ehr'), deny('1', '', { to: T })],
        seen: true,
      },
      {
        name: 'permits of both people named',
        patients: ['1', '2'],
        rules: [permit('1', 'ehr'), permit('2', 'ehr')],
        seen: true,
      },
      {
        name: 'a permit of one of two people named',
        patients: ['1', '2'],
        rules: [permit('1', 'ehr')],
        seen: false,
      },
      {
        name: 'a deny of one of two people named',
        patients: ['1', '2'],
        rules: [permit('1', 'ehr'), permit('2', 'ehr'), deny('2')],
        seen: false,
      },
      { name: 'nobody named', patients: [], rules: [permit('1', 'ehr')], seen: false },
      { name: 'a person that cannot be told', patients: ['?'], rules: [permit('?', 'ehr')], seen: false },
      {
        name: 'a person that cannot be told beside one who permits',
        patients: ['1', '?'],
        rules: [permit('1', 'ehr')],
        seen: false,
      },
      {
        name: 'a permit for everybody, which there is not',
        patients: ['1'],
        rules: [permit('1', ''), permit('1', 'ehr', { purpose: '' })],
        seen: false,
      },
    ];
    const listed: Predicate = { ...permittedTo('ehr'), roster: true } as Predicate;
    test.each(cases)('$name: by a roster, which no deny touches', async ({ name, patients, rules, seen }) => {
      await create(hand(), 'Observation', 'o', about(...patients));
      await consented(...rules);
      expect(await sees(listed)).toBe(seen || name.startsWith('a deny'));
    });

    test('a deny takes nobody off a roster, now or in the past', async () => {
      const { store } = hand();
      await consented(permit('1', 'ehr'), permit('2', 'ehr'), deny('2'));
      for (const patient of ['2', '3', '1']) await update(hand(), 'Observation', 'o', about(patient));
      const told = async (narrow: Predicate) => {
        const grant = grantFor('ehr', { narrow: () => narrow });
        const past = await Promise.all([1, 2, 3].map(at => store.vread('Observation', 'o', at, grant)));
        const { versions } = await store.history({ type: 'Observation', limit: 9, total: false }, grant);
        expect(versions.map(one => one.version).reverse()).toEqual(
          past.flatMap(one => (one === undefined ? [] : [one.version])),
        );
        return versions.length;
      };
      expect([await told(listed), await told(permittedTo('ehr'))]).toEqual([2, 1]);
      await consented(deny('1'));
      expect([await told(listed), await told(permittedTo('ehr'))]).toEqual([2, 0]);
    });

    test.each(cases)('$name: seen = $seen', async ({ patients, rules, seen }) => {
      await create(hand(), 'Observation', 'o', about(...patients));
      await consented(...rules);
      expect(await sees(permittedTo('ehr'))).toBe(seen);
    });

    test.each(['Coverage', 'Group', 'CareTeam'])(
      'a line of a %s counts like one of a Consent, beside it, until it is changed or deleted',
      async type => {
        const member = { rules: [permit('1', 'ehr', { purpose: 'roster' })] };
        const enrolled: Predicate = { ...permittedTo('ehr'), purposes: ['roster'] } as Predicate;
        const both: Predicate = { kind: 'and', of: [permittedTo('ehr'), enrolled] };
        await create(hand(), 'Observation', 'o', about('1'));
        await update(hand(), 'Observation', 'o', about('1'));
        await create(hand(), type, 'm', member);
        expect([await sees(enrolled), await sees(both)]).toEqual([true, false]);
        await consented(permit('1', 'ehr'));
        expect(await sees(both)).toBe(true);
        await update(hand(), type, 'm', { rules: [] });
        expect([await sees(enrolled), await sees(both), await sees(permittedTo('ehr'))]).toEqual([
          false,
          false,
          true,
        ]);
        await update(hand(), type, 'm', member);
        expect(await sees(both)).toBe(true);
        const everybody = grantFor('ehr', { narrow: () => ({ kind: 'all' }) });
        await update(hand(), type, 'm', member, everybody);
        expect(await sees(both)).toBe(false);
        await update(hand(), type, 'm', member);
        await remove(hand(), type, 'm');
        expect([await sees(enrolled), await sees(both)]).toEqual([false, false]);
        // Of a type that lays down nothing, nothing counts.
        await create(hand(), 'Observation', 'said', member);
        expect(await sees(enrolled)).toBe(false);
      },
    );

    test('a rule counts only for resources of the Organization that owns the Consent', async () => {
      await create(hand(), 'Observation', 'o', about('1'));
      await create(hand(), 'Consent', 'c', { rules: [permit('1', 'ehr')] }, grantFor('other'));
      expect(await sees(permittedTo('ehr'))).toBe(false);
    });

    test('a permit ends when its Consent is changed, deleted, or written by another than its owner', async () => {
      await create(hand(), 'Observation', 'o', about('1'));
      const everybody: GrantOf = organization => grantFor(organization, { narrow: () => ({ kind: 'all' }) });
      await create(hand(), 'Consent', 'c', { rules: [permit('1', 'ehr')] });
      expect(await sees(permittedTo('ehr'))).toBe(true);
      await update(hand(), 'Consent', 'c', { rules: [] });
      expect(await sees(permittedTo('ehr'))).toBe(false);
      await update(hand(), 'Consent', 'c', { rules: [permit('1', 'ehr')] });
      expect(await sees(permittedTo('ehr'))).toBe(true);
      await update(hand(), 'Consent', 'c', { rules: [permit('1', 'ehr')] }, everybody('ehr'));
      expect(await sees(permittedTo('ehr'))).toBe(false);
      expect(await sees({ kind: 'names', actor: 'ehr' }, 'c', 'Consent')).toBe(false);
      await update(hand(), 'Consent', 'c', { rules: [permit('1', 'ehr')] });
      expect(await sees(permittedTo('ehr'))).toBe(true);
      await remove(hand(), 'Consent', 'c');
      expect(await sees(permittedTo('ehr'))).toBe(false);
    });

    test('a past version is seen only where the people of then and of now permit', async () => {
      await create(hand(), 'Observation', 'o', about('1'));
      await update(hand(), 'Observation', 'o', about('2'));
      await update(hand(), 'Observation', 'o', about('1'));
      await consented(permit('1', 'ehr'));
      const grant = grantFor('ehr', { narrow: () => permittedTo('ehr') });
      const seen = await Promise.all(
        [1, 2, 3].map(version => hand().store.vread('Observation', 'o', version, grant)),
      );
      expect(seen.map(version => version?.version)).toEqual([1, undefined, 3]);
      const listed = await hand().store.history(
        { type: 'Observation', id: 'o', limit: 9, total: true },
        grant,
      );
      expect([listed.total, ...listed.versions.map(version => version.version)]).toEqual([2, 3, 1]);
      await update(hand(), 'Observation', 'o', about('2'));
      expect(await hand().store.vread('Observation', 'o', 1, grant)).toBeUndefined();
    });
  });

  type GrantOf = (organization: string) => Grant;

  describe('source', () => {
    test('a caller sees what it created up to the first version that somebody else wrote', async () => {
      const both: Predicate = { kind: 'or', of: [writtenBy('ehr'), ownedBy('prog')] };
      const ehr = grantFor('ehr', { narrow: () => writtenBy('ehr') });
      await create(hand(), 'Observation', 'o', {}, ehr);
      await update(hand(), 'Observation', 'o', {}, ehr);
      expect(await sees(writtenBy('ehr'))).toBe(true);
      await update(hand(), 'Observation', 'o', {}, grantFor('prog', { narrow: () => ({ kind: 'all' }) }));
      await update(hand(), 'Observation', 'o', {}, grantFor('ehr', { narrow: () => ({ kind: 'all' }) }));
      expect(await hand().store.read('Observation', 'o', ehr)).toBeUndefined();
      const grant = grantFor('ehr', { narrow: () => both });
      const seen = await Promise.all(
        [1, 2, 3, 4].map(version => hand().store.vread('Observation', 'o', version, grant)),
      );
      expect(seen.map(version => version?.version)).toEqual([1, 2, undefined, undefined]);
      const listed = await hand().store.history(
        { type: 'Observation', id: 'o', limit: 9, total: true },
        grant,
      );
      expect(listed.versions.map(version => version.version)).toEqual([2, 1]);
    });

    test('a caller learns that what it alone wrote was deleted by its owner', async () => {
      const ehr = grantFor('ehr', { narrow: () => writtenBy('ehr') });
      await create(hand(), 'Observation', 'o', {}, ehr);
      await remove(hand(), 'Observation', 'o', grantFor('prog', { narrow: () => ({ kind: 'all' }) }));
      expect((await hand().store.read('Observation', 'o', ehr))?.deleted).toBe(true);
      const listed = await hand().store.history({ type: 'Observation', id: 'o', limit: 9, total: true }, ehr);
      expect(listed.versions.map(version => version.version)).toEqual([2, 1]);
    });
  });

  describe('tombstones', () => {
    test.each<[string, Predicate]>([
      ['a Consent', permittedTo('ehr')],
      ['the owner', ownedBy('prog')],
      ['a criterion', { kind: 'clause', clause: tokenClause('Observation', 'code', 'a') }],
    ])('is shown to whom %s showed the last live version', async (_name, predicate) => {
      await consented(permit('1', 'ehr'));
      const grant = grantFor('ehr', { narrow: () => predicate });
      await create(hand(), 'Observation', 'o', {
        ...about('1'),
        values: [tokenValue('Observation', 'code', 'a')],
      });
      await create(hand(), 'Observation', 'p', about('2'), grantFor('third'));
      await remove(hand(), 'Observation', 'o');
      await remove(hand(), 'Observation', 'p', grantFor('third'));
      expect((await hand().store.read('Observation', 'o', grant))?.deleted).toBe(true);
      expect(await hand().store.read('Observation', 'p', grant)).toBeUndefined();
      const listed = await hand().store.history({ type: 'Observation', limit: 9, total: false }, grant);
      expect(listed.versions.map(version => `${version.id}/${version.version}`)).toEqual(['o/2', 'o/1']);
    });
  });

  describe('writes', () => {
    const hidden = () => grantFor('other', { mayName: (_type, id) => id.startsWith('other-') });

    test('what is hidden is answered like what does not exist', async () => {
      await create(hand(), 'Observation', 'o');
      await create(hand(), 'Observation', 'gone');
      await remove(hand(), 'Observation', 'gone');
      for (const id of ['o', 'gone', 'never']) {
        const answers = [
          await codeOf(transact(hand(), [updateOp('Observation', id)], hidden())),
          await codeOf(transact(hand(), [updateOp('Observation', id, {}, { ifMatch: 9 })], hidden())),
          await codeOf(transact(hand(), [deleteOp('Observation', id)], hidden())),
        ];
        expect(answers).toEqual(['not-found', 'not-found', 'not-found']);
        expect((await transact(hand(), [{ kind: 'read', type: 'Observation', id }], hidden()))[0]?.kind).toBe(
          'absent',
        );
      }
    });

    test('an id is chosen only in the own id space', async () => {
      expect(await codeOf(transact(hand(), [updateOp('Observation', 'other-1')], hidden()))).toBe('resolved');
      expect(await codeOf(transact(hand(), [updateOp('Observation', 'o-1')], hidden()))).toBe('not-found');
    });

    test('what may be seen but not changed is forbidden', async () => {
      const reader = grantFor('ehr', {
        narrow: (_type, use: Use) =>
          use === 'update' || use === 'delete' ? { kind: 'none' } : { kind: 'all' },
      });
      await create(hand(), 'Observation', 'o');
      expect(await codeOf(transact(hand(), [updateOp('Observation', 'o')], reader))).toBe('forbidden');
      expect(await codeOf(transact(hand(), [deleteOp('Observation', 'o')], reader))).toBe('forbidden');
    });

    test('a create that the caller may not make is forbidden and leaves nothing', async () => {
      const grant = grantFor('ehr', {
        narrow: (_type, use) => (use === 'create' ? { kind: 'no-person' } : { kind: 'all' }),
      });
      expect(await codeOf(transact(hand(), [createOp('Observation', 'o', about('1'))], grant))).toBe(
        'forbidden',
      );
      expect(await hand().store.read('Observation', 'o', grant)).toBeUndefined();
      expect(await codeOf(transact(hand(), [createOp('Observation', 'o')], grant))).toBe('resolved');
    });

    test('nobody writes a resource out of his own reach', async () => {
      await consented(permit('1', 'ehr'));
      await create(hand(), 'Appointment', 'a', about('1'));
      const grant = grantFor('ehr', { narrow: () => permittedTo('ehr'), adopt: permittedTo('ehr') });
      expect(await codeOf(transact(hand(), [updateOp('Appointment', 'a', about('1'))], grant))).toBe(
        'resolved',
      );
      expect(await codeOf(transact(hand(), [updateOp('Appointment', 'a', about('2'))], grant))).toBe(
        'forbidden',
      );
      expect(await codeOf(transact(hand(), [updateOp('Appointment', 'a', about())], grant))).toBe(
        'forbidden',
      );
      expect((await hand().store.read('Appointment', 'a', hand().own))?.version).toBe(2);
    });
  });

  describe('whose record it becomes', () => {
    const ehr = () => outsiderGrant('ehr');
    const patients = async (): Promise<void> => {
      for (const id of ['1', '2', '3']) await create(hand(), 'Patient', id);
      await create(hand(), 'Patient', 'theirs', {}, grantFor('ehr'));
      await consented(permit('1', 'ehr'), permit('2', 'ehr'));
    };

    test.each<[string, string[], string]>([
      ['a person who permits', ['1'], 'prog'],
      ['two people of one record who permit', ['1', '2'], 'prog'],
      ['a person who does not permit', ['3'], 'ehr'],
      ['a person nobody knows', ['unknown'], 'ehr'],
      ['one who permits and one who does not', ['1', '3'], 'ehr'],
      ['one who permits and one nobody knows', ['1', '?'], 'ehr'],
      ['nobody', [], 'ehr'],
    ])('what an outside caller writes about %s', async (_name, named, owner) => {
      await patients();
      const made = await create(hand(), 'Observation', 'o', about(...named), ehr());
      expect(made).toMatchObject({ owner, source: 'ehr', writer: 'ehr' });
      expect((await hand().store.read('Observation', 'o', ehr()))?.owner).toBe(owner);
    });

    test('people of two owners make a record of neither', async () => {
      await patients();
      const grant = outsiderGrant('ehr', { adopt: { kind: 'or', of: [permittedTo('ehr'), ownedBy('ehr')] } });
      expect((await create(hand(), 'Observation', 'o', about('theirs'), grant)).owner).toBe('ehr');
      expect((await create(hand(), 'Observation', 'p', about('1', 'theirs'), grant)).owner).toBe('ehr');
    });

    test('a deleted person is nobody whose record could be joined', async () => {
      await patients();
      await remove(hand(), 'Patient', '1');
      expect((await create(hand(), 'Observation', 'o', about('1'), ehr())).owner).toBe('ehr');
    });

    test('a new Patient is its writer’s own, also where it names another', async () => {
      await patients();
      expect((await create(hand(), 'Patient', 'new', about('1'), ehr())).owner).toBe('ehr');
    });

    test('owner and source stay when others write', async () => {
      await patients();
      await create(hand(), 'Observation', 'o', about('1'), ehr());
      const again = await update(hand(), 'Observation', 'o', about('1'));
      expect(again).toMatchObject({ owner: 'prog', source: 'ehr', writer: 'prog' });
      const third = await update(hand(), 'Observation', 'o', about('3'));
      expect(third.owner).toBe('prog');
    });

    test('nobody is brought into a record of another owner without permitting it', async () => {
      await patients();
      await create(hand(), 'Observation', 'o', about('1'), ehr());
      for (const named of [['3'], ['1', '3'], ['unknown'], ['?'], ['theirs']])
        expect(await codeOf(update(hand(), 'Observation', 'o', about(...named), ehr()))).toBe('forbidden');
      expect(await codeOf(update(hand(), 'Observation', 'o', about('2'), ehr()))).toBe('resolved');
    });

    test('a witness is made beside what is written into the record of another owner, and is that owner’s', async () => {
      await patients();
      const witnessed = (id: string, patient: string): WriteOp[] => [
        createOp('Observation', id, about(patient)),
        {
          ...createOp('Provenance', `w-${id}`, { ...about(patient), text: 'urn:uuid:o' }),
          witness: 0,
        } as WriteOp,
      ];
      const [, made] = await transact(hand(), witnessed('joined', '1'), ehr());
      expect(made).toMatchObject({
        kind: 'created',
        version: { owner: 'prog', source: 'prog', writer: 'ehr' },
      });
      expect(await sees(writtenBy('ehr'), 'w-joined', 'Provenance')).toBe(false);
      for (const [id, patient] of [
        ['own', 'theirs'],
        ['unknown', 'nobody'],
      ] as const)
        expect((await transact(hand(), witnessed(id, patient), ehr()))[1]).toEqual({ kind: 'absent' });
      expect(await hand().store.read('Provenance', 'w-own', ehr())).toBeUndefined();
    });

    test('after a revocation the source still has what nobody else wrote', async () => {
      await patients();
      await create(hand(), 'Observation', 'o', about('1'), ehr());
      await create(hand(), 'Observation', 'program', about('1'));
      await consented(deny('1', 'ehr'));
      const plan = planFor(ehr(), 'Observation');
      const grant = ehr();
      expect(await idsOf(hand(), { ...plan, grant: grant.id }, grant)).toEqual(['o']);
    });
  });
}

// What lines of Consents with ranks and terms reach, as a table, and what is told of them.
import { describe, expect, test } from '@jest/globals';
import type { Predicate } from '../../src/search/ast.ts';
import type { ConsentRule, IndexValue } from '../../src/store/port/derived.ts';
import { deny, grantFor, permit, permittedTo, planFor, T } from '../support/store.ts';
import { create, remove, update, useStore } from './hand.ts';
import type { OpenStore } from './store-contract.ts';

type Consent = Extract<Predicate, { kind: 'consent' }>;
const ehr = permittedTo('ehr') as Consent;
const of = (terms: ConsentRule['terms'] & object, rank?: number) => ({
  terms,
  ...(rank === undefined ? {} : { rank }),
});
const day = (low: number, high: number): IndexValue => ({ type: 'date', key: 'Observation.date', low, high });
const reference = (target: string): IndexValue => ({
  type: 'reference',
  key: 'Observation.encounter',
  target,
});
const within = (low: number, high: number) => ({ made: [{ how: 'within' as const, low, high }] });
const touching = (low: number, high: number) => ({ made: [{ how: 'touches' as const, low, high }] });
const any = (...all: string[][]) => ({ all });

/** One Observation `o` of person 1, dated 10 to 20, of Encounter e, labelled; what each set of lines shows of it. */
const CASES: readonly [name: string, rules: ConsentRule[], seen: boolean, asked?: Partial<Consent>][] = [
  ['the higher permit', [permit('1', 'ehr', { rank: 2 }), deny('1', '', { rank: 1 })], true],
  ['the higher deny', [permit('1', 'ehr', { rank: 1 }), deny('1', '', { rank: 2 })], false],
  ['of one rank the deny', [permit('1', 'ehr', { rank: 1 }), deny('1', '', { rank: 1 })], false],
  ['a deny without a rank', [permit('1', 'ehr', { rank: 9 }), deny('1')], false],
  ['a permit by type', [permit('1', 'ehr', of(any(['type|Observation'])))], true],
  ['a permit of another type', [permit('1', 'ehr', of(any(['type|Goal'])))], false],
  ['a permit by id', [permit('1', 'ehr', of(any(['is|Observation/o'])))], true],
  ['a permit by what it refers to', [permit('1', 'ehr', of(any(['ref|Encounter/e'])))], true],
  ['a permit by what it does not refer to', [permit('1', 'ehr', of(any(['ref|Encounter/f'])))], false],
  ['a permit by label', [permit('1', 'ehr', of(any(['label|x', 'label|sud'])))], true],
  ['a permit by code', [permit('1', 'ehr', of(any(['code|urn:s|a'])))], true],
  ['a permit by author', [permit('1', 'ehr', of(any(['author|Practitioner/anna'])))], true],
  ['a permit by another author', [permit('1', 'ehr', of(any(['author|Practitioner/ben'])))], false],
  [
    'a deny by an author who is not told',
    [permit('1', 'ehr', { rank: 1 }), deny('1', '', of(any(['author|Practitioner/ben', 'wrote|?']), 2))],
    false,
  ],
  [
    'a deny by another author',
    [permit('1', 'ehr', { rank: 1 }), deny('1', '', of(any(['author|Practitioner/ben', 'wrote|Device']), 2))],
    true,
  ],
  ['all of several sets', [permit('1', 'ehr', of(any(['label|sud'], ['code|urn:s|b'])))], false],
  ['a permit within its time', [permit('1', 'ehr', of(within(10, 20)))], true],
  ['a permit for a part of its time', [permit('1', 'ehr', of(within(11, 20)))], false],
  [
    'a deny of a part of its time',
    [permit('1', 'ehr', { rank: 1 }), deny('1', '', of(touching(19, 30), 2))],
    false,
  ],
  [
    'a deny of the time after it',
    [permit('1', 'ehr', { rank: 1 }), deny('1', '', of(touching(20, 30), 2))],
    true,
  ],
  [
    'a deny that is not about it',
    [permit('1', 'ehr', { rank: 1 }), deny('1', '', of(any(['type|Goal']), 2))],
    true,
  ],
  [
    'a deny with an exception for it',
    [permit('1', 'ehr', { rank: 1 }), deny('1', '', of({ unless: [any(['label|sud'])] }, 2))],
    true,
  ],
  [
    'a deny with an exception for something else',
    [permit('1', 'ehr', { rank: 1 }), deny('1', '', of({ unless: [any(['label|x'])] }, 2))],
    false,
  ],
  [
    'a deny whose exception is over',
    [permit('1', 'ehr', { rank: 1 }), deny('1', '', of({ unless: [{ from: T - 2, to: T }] }, 2))],
    false,
  ],
  ['a permit by another name', [permit('1', 'Practitioner/anna')], true, { also: ['Practitioner/anna'] }],
  [
    'a permit by a name it has not',
    [permit('1', 'Practitioner/anna')],
    false,
    { also: ['Practitioner/ben'] },
  ],
  ['a permit to who else asks', [permit('1', 'ehr', of(any(['actor|unit'])))], true, { also: ['unit'] }],
  ['what is asked of its owner', [permit('1', 'ehr')], true, { only: 'prog' }],
  ['what is asked of another owner', [permit('1', 'ehr')], false, { only: 'other' }],
  ['what is asked of all owners but its own', [permit('1', 'ehr')], false, { except: ['other', 'prog'] }],
  ['what is asked of all owners but another', [permit('1', 'ehr')], true, { except: ['other'] }],
  [
    'a deny that is asked of all owners but another',
    [permit('1', 'ehr', { rank: 1 }), deny('1', '', { rank: 2 })],
    false,
    { except: ['other'] },
  ],
  [
    'a permit to read, of who writes',
    [permit('1', 'ehr', of(any(['action|read'])))],
    false,
    { action: 'write' },
  ],
];

export function consentContract(open: OpenStore): void {
  const hand = useStore(open);
  const stated = {
    patients: ['1'],
    values: [day(10, 20), reference('Encounter/e')],
    marks: ['label|sud', 'code|urn:s|a', 'author|Practitioner/anna', 'wrote|?'],
  };

  describe('lines of Consents', () => {
    test.each(CASES)('%s', async (_, rules, seen, asked = {}) => {
      const { store } = hand();
      await create(hand(), 'Observation', 'o', stated);
      await create(hand(), 'Consent', 'c', { rules });
      const grant = grantFor('asker', { narrow: () => ({ ...ehr, ...asked }) });
      const plan = planFor(grant, 'Observation', { total: true });
      const told = async () => [
        (await store.read('Observation', 'o', grant)) !== undefined,
        (await store.search(plan, grant)).total === 1,
        (await store.history({ limit: 9, total: true }, grant)).versions.some(
          one => one.type === 'Observation',
        ),
      ];
      expect(await told()).toEqual([seen, seen, seen]);
      // What it was and what it is have to be permitted, also once it is gone.
      await update(hand(), 'Observation', 'o', stated);
      expect((await store.vread('Observation', 'o', 1, grant)) !== undefined).toBe(seen);
      await remove(hand(), 'Observation', 'o');
      expect((await store.read('Observation', 'o', grant))?.deleted === true).toBe(seen);
    });

    test('are told of the charts that were shown, as far as they are asked and in force', async () => {
      const grant = grantFor('asker', { narrow: () => ehr });
      await create(hand(), 'Consent', 'c', {
        rules: [permit('1', 'ehr', { rank: 5 }), permit('1', 'payer'), deny('2', '', of(any(['type|Goal'])))],
      });
      await create(hand(), 'Consent', 'over', { rules: [permit('1', 'ehr', { to: T })] });
      await create(hand(), 'Consent', 'gone', { rules: [permit('1', 'ehr')] });
      await remove(hand(), 'Consent', 'gone');
      await create(hand(), 'Coverage', 'v', { rules: [permit('1', 'ehr')] });
      const charts = ['1', '2', '3'].map(person => ({ owner: 'prog', person }));
      const lines = await hand().store.consentLines({ grant: grant.id, asked: [ehr], charts }, grant);
      const line = { owner: 'prog', consent: 'c', shared: false };
      expect(lines.toSorted((a, b) => a.person.localeCompare(b.person))).toEqual([
        { ...line, person: '1', effect: 'permit', actor: 'ehr', purpose: 'TREAT', rank: 5, bound: false },
        { ...line, person: '2', effect: 'deny', actor: '', purpose: '', rank: 8.64e15, bound: true },
      ]);
      await create(hand(), 'Consent', 'both', { patients: ['3', '4'], rules: [permit('3', 'ehr')] });
      const third = { grant: grant.id, asked: [ehr], charts: [{ owner: 'prog', person: '3' }] };
      expect((await hand().store.consentLines(third, grant)).map(one => [one.consent, one.shared])).toEqual([
        ['both', true],
      ]);
      const other = grantFor('asker', { narrow: () => ehr });
      await expect(
        hand().store.consentLines({ grant: other.id, asked: [ehr], charts }, grant),
      ).rejects.toThrow('another grant');
      const nothing = { grant: grant.id, asked: [ehr], charts: [{ owner: 'other', person: '1' }] };
      expect(await hand().store.consentLines(nothing, grant)).toEqual([]);
    });
  });
}

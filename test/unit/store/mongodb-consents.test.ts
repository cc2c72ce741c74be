// Whom Consents permit, by whichever of its ways a search learns it: named in the query, asked for the
// persons that are sought, or asked for those whom the next documents name.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Clause, Predicate } from '../../../src/search/ast.ts';
import { LIMITS, type Limits } from '../../../src/store/mongodb/reading.ts';
import type { Derived } from '../../../src/store/port/derived.ts';
import type { WriteOp } from '../../../src/store/port.ts';
import { describeMongo, openTemporaryMongo, type TemporaryMongo } from '../../support/mongodb.ts';
import {
  deny,
  draft,
  grantFor,
  outsiderGrant,
  ownedBy,
  param,
  permit,
  permittedTo,
  planFor,
  stated,
} from '../../support/store.ts';

const create = (type: string, id: string, derived: Partial<Derived> = {}): WriteOp => ({
  kind: 'create',
  type,
  id,
  body: stated(type, id, derived),
});
const about = (...patients: string[]): Partial<Derived> => ({
  patients,
  values: patients.map(one => ({ type: 'reference', key: 'Task.subject', target: `Patient/${one}` })),
});
const sought = (patient: string): Clause => ({
  kind: 'param',
  param: param('Task', 'subject', 'reference'),
  values: [{ kind: 'reference', keys: [`Patient/${patient}`] }],
});

/** 1 and 2 permit, 3 permits and denies, 4 says nothing, 5 to 40 permit. */
const consents = [1, 2, 3, ...Array.from({ length: 36 }, (_, at) => at + 5)].map(person =>
  create('Consent', `c${person}`, {
    patients: [`${person}`],
    rules: [permit(`${person}`, 'ehr'), ...(person === 3 ? [deny('3')] : [])],
  }),
);

const WAYS: [name: string, limits: Limits][] = [
  ['named in the query', LIMITS],
  ['asked for as they come', { ...LIMITS, persons: 0 }],
  ['asked for as they come, a few at a time', { persons: 0, collected: 0, sorted: 0, ranges: 1 }],
];

describeMongo('consents in a search of MongoDB', () => {
  describe.each(WAYS)('%s', (_name, limits) => {
    let opened: TemporaryMongo;
    beforeAll(async () => {
      opened = await openTemporaryMongo({ clock: () => Date.parse('2026-06-01T00:00:00Z'), limits });
      const tasks = [
        create('Task', 'one', about('1')),
        create('Task', 'denied', about('3')),
        create('Task', 'silent', about('4')),
        create('Task', 'both', about('1', '2')),
        create('Task', 'beside-denied', about('1', '3')),
        create('Task', 'beside-silent', about('1', '4')),
        create('Task', 'beside-unknown', about('1', '?')),
        create('Task', 'nobody'),
        // Far behind what is hidden: a first look does not come to them.
        ...Array.from({ length: 60 }, (_, at) => create('Task', `hidden${at}`, about('4'))),
        ...Array.from({ length: 36 }, (_, at) => create('Task', `later${at + 5}`, about(`${at + 5}`))),
        // Whom these name is known from the first look on: they must not come before their turn.
        ...['last0', 'last1', 'last2'].map(id => create('Task', id, about('1'))),
      ];
      const plan = { ops: [...consents, ...tasks], lookups: [], claims: [], marks: [] };
      await opened.store.transact(plan, grantFor('prog'), draft());
    });
    afterAll(() => opened.close());

    const idsFor = async (where: Clause[], limit = 100, grant = outsiderGrant('ehr')): Promise<string[]> => {
      const page = await opened.store.search(planFor(grant, 'Task', { where, limit }), grant);
      return page.matches.map(match => match.id);
    };

    test('everybody that a resource names has to permit, and nobody to deny', async () => {
      const later = Array.from({ length: 36 }, (_, at) => `later${at + 5}`);
      expect(await idsFor([])).toEqual(['one', 'both', ...later, 'last0', 'last1', 'last2']);
    });

    test('a page is filled with what lies far behind what is hidden', async () => {
      expect(await idsFor([], 3)).toEqual(['one', 'both', 'later5']);
    });

    test('of a roster permits alone are asked', async () => {
      const listed: Predicate = { ...permittedTo('ehr'), roster: true } as Predicate;
      const grant = () =>
        grantFor('prog', { narrow: () => ({ kind: 'and', of: [listed, ownedBy('prog')] }) });
      const later = Array.from({ length: 36 }, (_, at) => `later${at + 5}`);
      const seen = ['one', 'denied', 'both', 'beside-denied'];
      expect(await idsFor([], 100, grant())).toEqual([...seen, ...later, 'last0', 'last1', 'last2']);
      expect(await idsFor([], 5, grant())).toEqual([...seen, 'later5']);
      expect(await idsFor([sought('3')], 100, grant())).toEqual(['denied', 'beside-denied']);
    });

    test.each<[string, string[]]>([
      ['1', ['one', 'both', 'last0', 'last1', 'last2']],
      ['2', ['both']],
      ['3', []],
      ['4', []],
    ])('what names %s is shown only where all others named permit too', async (patient, expected) => {
      expect(await idsFor([sought(patient)])).toEqual(expected);
    });
  });
});

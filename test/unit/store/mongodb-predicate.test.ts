// What predicates are compiled to, as data, and where what they allow is looked for. That this means what
// search/match.ts says is shown by test/property and test/contract, on a server.
import { describe, expect, test } from '@jest/globals';
import type { Clause, Predicate } from '../../../src/search/ast.ts';
import { armFilter, disjoint, personsSought, placesOf } from '../../../src/store/mongodb/arms.ts';
import { type ConsentPredicate, type Consents, consentKey } from '../../../src/store/mongodb/consents.ts';
import { NOTHING } from '../../../src/store/mongodb/filter.ts';
import { predicateFilter, predicateStages } from '../../../src/store/mongodb/predicate.ts';
import { permittedExpression } from '../../../src/store/mongodb/terms.ts';
import { param, permittedTo, tokenClause } from '../../support/store.ts';

const consent = permittedTo('ehr', 50) as ConsentPredicate;
const few: Consents = new Map([
  [consentKey(consent), { persons: new Map([['prog', ['1', '2']]]), bound: new Map() }],
]);
const many: Consents = new Map([[consentKey(consent), undefined]]);
const own: Predicate = { kind: 'owner', organization: 'ehr' };
const source: Predicate = { kind: 'source', organization: 'ehr' };
const person: Predicate = { kind: 'person', patient: '1' };
const named = { owner: 'prog', patients: { $ne: [], $not: { $elemMatch: { $nin: ['1', '2'] } } } };

describe('a predicate as a filter', () => {
  test.each<[string, Predicate, unknown]>([
    ['all', { kind: 'all' }, {}],
    ['none', { kind: 'none' }, NOTHING],
    ['owner', own, { owner: 'ehr' }],
    [
      'source, of a tombstone up to the last live version',
      source,
      {
        source: 'ehr',
        $or: [
          { foreignFrom: { $exists: false } },
          { deleted: true, $expr: { $eq: ['$foreignFrom', '$version'] } },
        ],
      },
    ],
    ['consent: every person it names is one of those permitted, and it names one', consent, named],
    ['no person', { kind: 'no-person' }, { partition: '' }],
    ['a person and nobody else', person, { patients: ['1'] }],
    ['a clause', { kind: 'clause', clause: { kind: 'id', ids: ['1'] } }, { id: { $in: ['1'] } }],
    ['or', { kind: 'or', of: [own, consent] }, { $or: [{ owner: 'ehr' }, named] }],
    [
      'and',
      { kind: 'and', of: [own, { kind: 'no-person' }] },
      { $and: [{ owner: 'ehr' }, { partition: '' }] },
    ],
    ['names, of what is no Consent', { kind: 'names', actor: 'ehr' }, NOTHING],
  ])('%s', (_name, predicate, expected) => {
    expect(predicateFilter('Task', predicate, few)).toEqual(expected);
  });

  test('names, of a Consent', () => {
    expect(predicateFilter('Consent', { kind: 'names', actor: 'ehr' }, few)).toEqual({ names: 'ehr' });
  });

  test('is none where a consent permits more than can be named', () => {
    expect(predicateFilter('Task', { kind: 'or', of: [own, consent] }, many)).toBeUndefined();
  });
});

test('who cannot be named is looked up: a permit for everybody named, of the same owner, and no deny', () => {
  const [lookUp, match, clean] = predicateStages('Task', { kind: 'or', of: [own, consent] }, many);
  const inForce = { live: true, from: { $lte: 50 }, to: { $gt: 50 } };
  expect(lookUp).toEqual({
    $lookup: {
      from: 'rule',
      localField: 'patients',
      foreignField: 'person',
      let: { owner: '$owner' },
      pipeline: [
        {
          $match: {
            $expr: { $eq: ['$owner', '$$owner'] },
            $or: [
              { permit: true, actor: 'ehr', purpose: { $in: ['TREAT'] }, ...inForce },
              { permit: false, actor: { $in: ['ehr', ''] }, purpose: { $in: ['', 'TREAT'] }, ...inForce },
            ],
          },
        },
        { $project: { _id: 0, person: 1, permit: 1, rank: 1, terms: 1 } },
      ],
      as: 'rules0',
    },
  });
  expect(match).toEqual({
    $match: {
      $or: [
        { owner: 'ehr' },
        {
          patients: { $ne: [] },
          $expr: permittedExpression(consent, 'rules0'),
        },
      ],
    },
  });
  expect(clean).toEqual({ $unset: ['rules0'] });
});

describe('where what a predicate allows is looked for', () => {
  const ties = new Map([['ehr', ['prog', 'other']]]);
  test.each<[string, Predicate, Consents, unknown]>([
    ['nowhere', { kind: 'none' }, few, []],
    ['its own partition and the directory', own, few, [{ partitions: ['ehr', ''] }]],
    [
      'what it wrote into the records of others besides',
      source,
      few,
      [{ partitions: ['ehr', ''] }, { partitions: ['prog', 'other'], source: 'ehr' }],
    ],
    ['the persons who permit', consent, few, [{ partitions: ['prog'], who: ['1', '2', '*'] }]],
    ['the partitions of those who permit', consent, many, [{ partitions: ['prog', 'other', 'ehr'] }]],
    ['the directory', { kind: 'no-person' }, few, [{ partitions: [''] }]],
    [
      'the narrower of two',
      { kind: 'and', of: [own, consent] },
      few,
      [{ partitions: ['prog'], who: ['1', '2', '*'] }],
    ],
    ['a person in any partition', person, few, [{ partitions: 'others', who: ['1', '*'] }]],
    [
      'a person in the partitions that another says, never where nobody is named',
      { kind: 'and', of: [person, { kind: 'or', of: [own, { kind: 'no-person' }] }] },
      few,
      [{ partitions: ['ehr'], who: ['1', '*'] }],
    ],
    [
      'of the persons who permit the one',
      { kind: 'and', of: [consent, person] },
      few,
      [{ partitions: ['prog'], who: ['1', '*'] }],
    ],
    ['anywhere', { kind: 'all' }, few, [{ partitions: [''] }, { partitions: 'others' }]],
    [
      'anywhere, as soon as one alternative may be',
      { kind: 'or', of: [own, { kind: 'names', actor: 'ehr' }] },
      few,
      [{ partitions: [''] }, { partitions: 'others' }],
    ],
  ])('%s', (_name, predicate, consents, expected) => {
    expect(placesOf(predicate, consents, ties)).toEqual(expected);
  });
});

describe('arms share no document', () => {
  test('what a partition as a whole holds is not sought in it again', () => {
    const arms = [
      { partitions: ['a', ''] },
      { partitions: ['a', 'b'], who: ['1', '*'] },
      { partitions: ['a', 'c'], source: 'x' },
    ];
    expect(disjoint(arms, 100)).toEqual([
      { partitions: ['a', ''] },
      { partitions: ['b'], who: ['*', '1'] },
      { partitions: ['c'], source: 'x' },
    ]);
  });

  test('what persons were sought for is left out of what was written by a source', () => {
    const persons = { partitions: ['b'], who: ['1', '*'] };
    const foreign = { partitions: ['b', 'c'], source: 'x' };
    expect(armFilter(foreign, [persons])).toEqual({
      $and: [
        { source: 'x', foreign: true, partition: { $in: ['b', 'c'] } },
        { $nor: [{ partition: 'b', who: { $in: ['1', '*'] } }] },
      ],
    });
  });

  test('persons of several partitions are sought together while the ranges are few', () => {
    const arms = [
      { partitions: ['a'], who: ['1', '*'] },
      { partitions: ['b'], who: ['2', '*'] },
    ];
    expect(disjoint(arms, 6)).toEqual([{ partitions: ['a', 'b'], who: ['*', '1', '2'] }]);
    expect(disjoint(arms, 5)).toEqual([
      { partitions: ['a'], who: ['*', '1'] },
      { partitions: ['b'], who: ['*', '2'] },
    ]);
  });

  test('no arm has more ranges than are merged in order', () => {
    const who = Array.from({ length: 7 }, (_, at) => `${at}`);
    const arms = disjoint([{ partitions: ['a', 'b', 'c'] }, { partitions: ['d'], who }], 2);
    expect(arms.map(arm => [arm.partitions, arm.who])).toEqual([
      [['a', 'b'], undefined],
      [['c'], undefined],
      [['d'], ['0', '1']],
      [['d'], ['2', '3']],
      [['d'], ['4', '5']],
      [['d'], ['6']],
    ]);
  });
});

describe('whose resources are sought', () => {
  const reference = (...keys: string[]): Clause => ({
    kind: 'param',
    param: param('Task', 'subject', 'reference'),
    values: [{ kind: 'reference', keys }],
  });
  test.each<[string, string, Clause[], string[] | undefined]>([
    ['a reference to a Patient', 'Task', [reference('Patient/1')], ['1']],
    ['a reference that need not be to a Patient', 'Task', [reference('Patient/1', 'Group/1')], undefined],
    ['an id of a Patient', 'Patient', [{ kind: 'id', ids: ['1'] }], ['1']],
    ['an id of anything else', 'Task', [{ kind: 'id', ids: ['1'] }], undefined],
    ['a code', 'Task', [tokenClause('Task', 'code', 'a')], undefined],
    ['the fewest of several', 'Task', [reference('Patient/1', 'Patient/2'), reference('Patient/3')], ['3']],
  ])('%s', (_name, type, clauses, expected) => {
    expect(personsSought(type, clauses)).toEqual(expected);
  });
});

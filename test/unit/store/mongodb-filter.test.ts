// What criteria are compiled to, as data. That the filters mean what search/match.ts says is shown by
// test/search and test/property, on a server.
import { describe, expect, test } from '@jest/globals';
import type { Clause, ParamType, Prefix, Value } from '../../../src/search/ast.ts';
import {
  allOf,
  anyOf,
  clauseFilter,
  isNothing,
  NOTHING,
  soughtValues,
} from '../../../src/store/mongodb/filter.ts';
import { param } from '../../support/store.ts';

type ParamClause = Extract<Clause, { kind: 'param' }>;

const clause = (type: ParamType, values: Value[], modifier?: ParamClause['modifier']): ParamClause => ({
  kind: 'param',
  param: param('Task', 'x', type),
  values,
  ...(modifier === undefined ? {} : { modifier }),
});
const element = (one: Clause) =>
  (clauseFilter('Task', one) as { values: { $elemMatch: unknown } }).values.$elemMatch;

const date = (prefix: Prefix): Value => ({ kind: 'date', prefix, low: 1, high: 2 });
const number = (prefix: Prefix): Value => ({ kind: 'number', prefix, value: 5, low: 4, high: 6 });

describe('an index value answers a criterion', () => {
  test.each<[string, Clause, unknown]>([
    ['a code of any system', clause('token', [{ kind: 'token', code: 'a' }]), { k: 'x', v: 'a' }],
    [
      'a code of a system',
      clause('token', [{ kind: 'token', system: 's', code: 'a' }]),
      { k: 'x', v: 'a', w: 's' },
    ],
    [
      'a code without a system',
      clause('token', [{ kind: 'token', system: '', code: 'a' }]),
      { k: 'x', v: 'a', w: null },
    ],
    ['any code of a system', clause('token', [{ kind: 'token', system: 's' }]), { k: 'x', w: 's' }],
    [
      'one of some codes',
      clause('token', [
        { kind: 'token', code: 'a' },
        { kind: 'token', code: 'b' },
      ]),
      { k: 'x', v: { $in: ['a', 'b'] } },
    ],
    [
      'one of some codes, of one a system is asked',
      clause('token', [
        { kind: 'token', code: 'a' },
        { kind: 'token', system: 's', code: 'b' },
      ]),
      { k: 'x', v: { $in: ['a', 'b'] }, $or: [{ v: 'a' }, { v: 'b', w: 's' }] },
    ],
    [
      'the start of a text',
      clause('string', [{ kind: 'string', norm: 'ab', exact: 'AB' }]),
      { k: 'x', v: { $gte: 'ab', $lt: 'ab\u{10FFFF}' } },
    ],
    [
      'a text as written, that is kept beside its folded form',
      clause('string', [{ kind: 'string', norm: 'ab', exact: 'AB' }], 'exact'),
      { k: 'x', v: 'ab', w: 'AB' },
    ],
    [
      'a text as written, that is its folded form',
      clause('string', [{ kind: 'string', norm: 'ab', exact: 'ab' }], 'exact'),
      { k: 'x', v: 'ab', w: null },
    ],
    [
      'a part of a text',
      clause('string', [{ kind: 'string', norm: 'a.b*', exact: '' }], 'contains'),
      { k: 'x', v: { $regex: 'a\\.b\\*' } },
    ],
    [
      'a part of a text with a NUL, which no pattern can hold',
      clause('string', [{ kind: 'string', norm: 'a\0b', exact: '' }], 'contains'),
      { k: 'x', v: { $regex: 'a\\x00b' } },
    ],
    [
      'a reference',
      clause('reference', [{ kind: 'reference', keys: ['Patient/1', 'Group/1'] }]),
      { k: 'x', v: { $in: ['Patient/1', 'Group/1'] } },
    ],
    ['a uri', clause('uri', [{ kind: 'uri', uri: 'u' }]), { k: 'x', v: 'u' }],
    ['date eq', clause('date', [date('eq')]), { k: 'x', v: { $gte: 1 }, w: { $lte: 2 } }],
    ['date ne', clause('date', [date('ne')]), { k: 'x', $or: [{ v: { $lt: 1 } }, { w: { $gt: 2 } }] }],
    ['date gt', clause('date', [date('gt')]), { k: 'x', w: { $gt: 2 } }],
    ['date lt', clause('date', [date('lt')]), { k: 'x', v: { $lt: 1 } }],
    [
      'date ge',
      clause('date', [date('ge')]),
      { k: 'x', $or: [{ w: { $gt: 2 } }, { v: { $gte: 1 }, w: { $lte: 2 } }] },
    ],
    [
      'date le',
      clause('date', [date('le')]),
      { k: 'x', $or: [{ v: { $lt: 1 } }, { v: { $gte: 1 }, w: { $lte: 2 } }] },
    ],
    ['date sa', clause('date', [date('sa')]), { k: 'x', v: { $gte: 2 } }],
    ['date eb', clause('date', [date('eb')]), { k: 'x', w: { $lte: 1 } }],
    ['date ap', clause('date', [date('ap')]), { k: 'x', v: { $lt: 2 }, w: { $gt: 1 } }],
    ['number eq', clause('number', [number('eq')]), { k: 'x', v: { $gte: 4 }, w: { $lt: 6 } }],
    ['number ne', clause('number', [number('ne')]), { k: 'x', $or: [{ v: { $lt: 4 } }, { w: { $gte: 6 } }] }],
    ['number gt', clause('number', [number('gt')]), { k: 'x', w: { $gt: 5 } }],
    ['number lt', clause('number', [number('lt')]), { k: 'x', v: { $lt: 5 } }],
    ['number ge', clause('number', [number('ge')]), { k: 'x', w: { $gte: 5 } }],
    ['number le', clause('number', [number('le')]), { k: 'x', v: { $lte: 5 } }],
    ['number sa', clause('number', [number('sa')]), { k: 'x', v: { $gt: 5 } }],
    ['number eb', clause('number', [number('eb')]), { k: 'x', w: { $lt: 5 } }],
    ['number ap', clause('number', [number('ap')]), { k: 'x', v: { $lte: 6 }, w: { $gte: 4 } }],
    [
      'a quantity with its unit',
      clause('quantity', [{ ...number('gt'), kind: 'quantity', system: 's', code: 'mg' } as Value]),
      { k: 'x', w: { $gt: 5 }, s: 's', u: 'mg' },
    ],
  ])('%s', (_name, one, expected) => {
    expect(element(one)).toEqual(expected);
  });
});

describe('other criteria', () => {
  const code = clause('token', [{ kind: 'token', code: 'a' }]);
  test.each<[string, Clause, unknown]>([
    [
      'not: none of the values',
      { ...code, modifier: 'not' },
      { values: { $not: { $elemMatch: { k: 'x', v: 'a' } } } },
    ],
    [
      'missing',
      { kind: 'missing', param: code.param, missing: true },
      { values: { $not: { $elemMatch: { k: 'x' } } } },
    ],
    [
      'not missing',
      { kind: 'missing', param: code.param, missing: false },
      { values: { $elemMatch: { k: 'x' } } },
    ],
    ['ids', { kind: 'id', ids: ['1', '2'] }, { id: { $in: ['1', '2'] } }],
    [
      'updated',
      {
        kind: 'updated',
        values: [
          { prefix: 'gt', low: 1, high: 2 },
          { prefix: 'eb', low: 0, high: 1 },
        ],
      },
      { $or: [{ seq: { $gte: 2 } }, { seq: { $lt: 0 } }] },
    ],
    ['a text of punctuation alone', clause('string', [{ kind: 'string', norm: '', exact: '-' }]), NOTHING],
  ])('%s', (_name, one, expected) => {
    expect(clauseFilter('Task', one)).toEqual(expected);
  });

  test('a parameter of another type keeps its whole key', () => {
    expect(clauseFilter('Consent', code)).toEqual({ values: { $elemMatch: { k: 'Task.x', v: 'a' } } });
  });

  test('a value that looks like an operator stays a value', () => {
    const one = clause('token', [{ kind: 'token', code: '{"$gt":""}' }]);
    expect(element(one)).toEqual({ k: 'x', v: '{"$gt":""}' });
  });

  test('exact values are sought by an index where every alternative is one', () => {
    const two = clause('token', [
      { kind: 'token', code: 'a' },
      { kind: 'token', system: 's' },
    ]);
    expect([soughtValues(code), soughtValues(two), soughtValues({ ...code, modifier: 'not' })]).toEqual([
      ['a'],
      undefined,
      undefined,
    ]);
  });
});

describe('filters together', () => {
  test('all of them, each once, in their order', () => {
    const all = allOf([{ type: 'b' }, {}, allOf([{ owner: 'a' }, { type: 'b' }]), { dateLow: -Infinity }]);
    expect(all).toEqual({ $and: [{ type: 'b' }, { owner: 'a' }, { dateLow: -Infinity }] });
    expect([allOf([]), allOf([{ type: 'a' }])]).toEqual([{}, { type: 'a' }]);
  });

  test('one of them: of none nothing, beside everything everything', () => {
    expect([anyOf([]), anyOf([{ type: 'a' }, {}]), anyOf([{ type: 'a' }])]).toEqual([
      NOTHING,
      {},
      { type: 'a' },
    ]);
  });

  test('what asks for nothing among others matches nothing', () => {
    expect(isNothing(allOf([{ type: 'a' }, anyOf([])]))).toBe(true);
    expect(isNothing(allOf([{ type: 'a' }]))).toBe(false);
  });
});

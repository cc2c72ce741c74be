// A page must not cost more in a larger store: every way a search starts goes by an index, none reads a
// table or an index from end to end, and those called ordered come out in the order of rid without sorting.
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Clause, ParamType, Predicate, Prefix, Value } from '../../../src/search/ast.ts';
import { clauseCondition } from '../../../src/store/sqlite/clause.ts';
import {
  clauseDriver,
  countUpTo,
  type Driver,
  merged,
  predicateDriver,
  typeDriver,
} from '../../../src/store/sqlite/driver.ts';
import { planCondition } from '../../../src/store/sqlite/hits.ts';
import { predicateCondition } from '../../../src/store/sqlite/predicate.ts';
import { SCHEMA } from '../../../src/store/sqlite/schema.ts';
import { sortWalk } from '../../../src/store/sqlite/sort.ts';
import { type Fragment, raw, sql } from '../../../src/store/sqlite/sql.ts';
import { windowDrivers } from '../../../src/store/sqlite/window.ts';
import {
  grantFor,
  ownedBy,
  param,
  permittedTo,
  planFor,
  tokenClause,
  writtenBy,
} from '../../support/store.ts';

const db = new DatabaseSync(':memory:');
db.exec(SCHEMA);
db.function('terms_hold', { varargs: true }, () => 1);
afterAll(() => db.close());

function stepsOf(query: Fragment): string[] {
  const binds = query.binds.map(bind => (typeof bind === 'object' && bind !== null ? 1 : bind));
  const rows = db.prepare(`EXPLAIN QUERY PLAN ${query.sql}`).all(...binds) as { detail: string }[];
  return rows.map(row => row.detail);
}

/** Steps that read a table or an index from its beginning; what a subquery or a JSON text gives is neither. */
const scans = (steps: readonly string[]): string[] =>
  steps.filter(step => /^SCAN (?!\(subquery|CONSTANT|p VIRTUAL TABLE|j VIRTUAL TABLE)/.test(step));
const sorts = (steps: readonly string[]): string[] => steps.filter(step => step.includes('TEMP B-TREE'));

const of = (type: ParamType, values: readonly Value[], modifier?: 'exact'): Clause => ({
  kind: 'param',
  param: param('Task', type, type),
  values,
  ...(modifier === undefined ? {} : { modifier }),
});
const date = (prefix: Prefix): Value => ({ kind: 'date', prefix, low: 1, high: 2 });
const number = (prefix: Prefix): Value => ({ kind: 'number', prefix, value: 1, low: 1, high: 2 });
const text: Value = { kind: 'string', norm: 'a', exact: 'A' };
const code = (value: string): Value => ({ kind: 'token', code: value, system: 'urn:s' });
const prefixes: readonly Prefix[] = ['eq', 'gt', 'lt', 'ge', 'le', 'sa', 'eb'];

const clauses: [string, Clause][] = [
  ['a code', of('token', [code('a')])],
  ['several codes', of('token', [code('a'), code('b'), code('c')])],
  ['references', of('reference', [{ kind: 'reference', keys: ['Patient/1', 'Group/1'] }])],
  ['a uri', of('uri', [{ kind: 'uri', uri: 'urn:x' }])],
  ['the beginning of a text', of('string', [text])],
  ['a whole text', of('string', [text], 'exact')],
  ...prefixes.map((prefix): [string, Clause] => [`a date, ${prefix}`, of('date', [date(prefix)])]),
  ...(['eq', 'lt', 'le', 'sa', 'eb'] as const).map((prefix): [string, Clause] => [
    `a number, ${prefix}`,
    of('number', [number(prefix)]),
  ]),
  ['ids', { kind: 'id', ids: ['a', 'b'] }],
  ['an update', { kind: 'updated', values: [{ prefix: 'gt', low: 1, high: 2 }] }],
];
const predicates: [string, Predicate][] = [
  ['an owner', ownedBy('x')],
  ['a source', writtenBy('x')],
  ['a consent', permittedTo('x')],
  ['names', { kind: 'names', actor: 'x' }],
  ['a person', { kind: 'person', patient: 'p' }],
  ['an outside caller', { kind: 'or', of: [ownedBy('x'), writtenBy('x'), permittedTo('x')] }],
  [
    'a part',
    {
      kind: 'and',
      of: [{ kind: 'no-person' }, { kind: 'clause', clause: tokenClause('Task', 'token', 'a') }],
    },
  ],
];
const drivers: [string, Driver][] = [
  ...clauses.map(([name, clause]): [string, Driver] => [name, clauseDriver('Task', clause)!]),
  ...predicates.map(([name, predicate]): [string, Driver] => [name, predicateDriver('Task', predicate)!]),
  ['a window', windowDrivers([of('date', [date('ge')]), of('date', [date('lt')])])[0]!],
  ['a type', typeDriver('Task')],
];
const narrow: Predicate = { kind: 'or', of: predicates.map(([, predicate]) => predicate) };
const plan = planFor(grantFor('x'), 'Task', { where: clauses.map(([, clause]) => clause), narrow });

describe.each(drivers)('starting from %s', (_name, driver) => {
  const query = sql`SELECT r.rid FROM ${merged(driver, { after: 9, upTo: 99 })} CROSS JOIN resource r ON r.rid = x.rid WHERE ${planCondition(plan)}`;

  test('reads nothing from end to end', () => {
    // The one `x` is the driver itself.
    expect(scans(stepsOf(query))).toEqual(['SCAN x']);
    for (const arm of driver.arms) expect(scans(stepsOf(countUpTo(arm, 9, 100)))).toEqual([]);
  });

  test('sorts nothing where its rows come in order', () => {
    if (driver.arms.every(arm => arm.ordered)) expect(sorts(stepsOf(query))).toEqual([]);
    else expect(sorts(stepsOf(query)).length).toBeGreaterThan(0);
  });
});

describe('checks of a row at hand', () => {
  test.each(clauses)('for %s go by the resource', (_name, clause) => {
    expect(
      scans(stepsOf(sql`SELECT 1 FROM resource r WHERE r.rid = ${1} AND ${clauseCondition(clause)}`)),
    ).toEqual([]);
  });

  test.each(predicates)('for %s go by the resource', (_name, predicate) => {
    expect(
      scans(stepsOf(sql`SELECT 1 FROM resource r WHERE r.rid = ${1} AND ${predicateCondition(predicate)}`)),
    ).toEqual([]);
  });
});

describe('sorted walks', () => {
  const kinds: ParamType[] = ['token', 'string', 'date', 'number', 'quantity', 'uri'];
  const keys = [
    ...kinds.map(type => ({ by: 'param' as const, param: param('Task', type, type), descending: true })),
    { by: 'updated' as const, descending: true },
    { by: 'id' as const, descending: false },
  ];
  test.each(keys)('by $by $param.code go along an index, sorting no more than what is equal', key => {
    const walk = sortWalk('Task', key)!;
    const along = raw(key.descending ? 'DESC' : 'ASC');
    const walked = sql`SELECT x.rid, ${raw(walk.column)} AS k0 FROM ${walk.from} WHERE ${walk.where} ORDER BY k0 ${along}, x.rid LIMIT ${9}`;
    const query = sql`SELECT r.rid, x.k0 AS k0 FROM (${walked}) x CROSS JOIN resource r ON r.rid = x.rid WHERE ${walk.once} ORDER BY k0 ${along}, r.rid`;
    expect(scans(stepsOf(query))).toEqual(['SCAN x']);
    for (const step of sorts(stepsOf(query))) expect(step).toContain('LAST TERM');
  });
});

// What criteria and predicates become, as text.
import { describe, expect, test } from '@jest/globals';
import type { Clause, Predicate, Prefix } from '../../../src/search/ast.ts';
import { clauseCondition } from '../../../src/store/sqlite/clause.ts';
import { type Image, predicateCondition } from '../../../src/store/sqlite/predicate.ts';
import { and, FALSE, type Fragment, not, or, raw, sql, TRUE } from '../../../src/store/sqlite/sql.ts';
import { param, permittedTo, tokenClause, writtenBy } from '../../support/store.ts';

/** The text with its values in their places: `'Task.code'#` is a word's number. */
function shown(fragment: Fragment): string {
  let at = 0;
  const text = fragment.sql.replace(/\?/g, () => {
    const bind = fragment.binds[at];
    at += 1;
    if (typeof bind === 'object' && bind !== null) return `'${bind.word}'#`;
    return typeof bind === 'string' ? `'${bind}'` : String(bind);
  });
  expect(at).toBe(fragment.binds.length);
  return text.replace(/\s+/g, ' ');
}

const date = (prefix: Prefix): Clause => ({
  kind: 'param',
  param: param('Task', 'date', 'date'),
  values: [{ kind: 'date', prefix, low: 10, high: 20 }],
});
const number = (prefix: Prefix): Clause => ({
  kind: 'param',
  param: param('Task', 'n', 'number'),
  values: [{ kind: 'number', prefix, value: 5, low: 4.5, high: 5.5 }],
});
const values = (table: string, key: string): string =>
  `SELECT 1 FROM ${table} x INDEXED BY ${table}_rid WHERE x.rid = r.rid AND x.param = 'Task.${key}'#`;

describe('criteria', () => {
  test.each<[string, Clause, string]>([
    [
      'a code',
      tokenClause('Task', 'code', 'a'),
      `EXISTS (${values('token', 'code')} AND x.code = 'a' LIMIT 1)`,
    ],
    [
      'a code that is not there',
      { ...tokenClause('Task', 'code', 'a'), modifier: 'not' } as Clause,
      `NOT (EXISTS (${values('token', 'code')} AND x.code = 'a' LIMIT 1))`,
    ],
    [
      'alternatives, one without a system',
      {
        kind: 'param',
        param: param('Task', 'code', 'token'),
        values: [
          { kind: 'token', system: '', code: 'a' },
          { kind: 'token', system: 'urn:s' },
        ],
      },
      `EXISTS (${values('token', 'code')} AND ((x.code = 'a' AND x.sys = ''#) OR x.sys = 'urn:s'#) LIMIT 1)`,
    ],
    [
      'references',
      {
        kind: 'param',
        param: param('Task', 'subject', 'reference'),
        values: [{ kind: 'reference', keys: ['Patient/1', 'Group/1'] }],
      },
      `EXISTS (${values('reference', 'subject')} AND x.target IN ('Patient/1'#, 'Group/1'#) LIMIT 1)`,
    ],
    [
      'a missing value',
      { kind: 'missing', param: param('Task', 'n', 'number'), missing: true },
      `NOT (EXISTS (${values('number', 'n')} LIMIT 1))`,
    ],
    ['ids', { kind: 'id', ids: ['a', 'b'] }, "r.id IN ('a', 'b')"],
    ['no ids', { kind: 'id', ids: [] }, '0'],
    ['when it was updated', { kind: 'updated', values: [{ prefix: 'ge', low: 1, high: 2 }] }, 'r.seq >= 1'],
    [
      'an open end, which SQLite has no number for',
      {
        kind: 'param',
        param: param('Task', 'date', 'date'),
        values: [{ kind: 'date', prefix: 'lt', low: Infinity, high: Infinity }],
      },
      `EXISTS (${values('date', 'date')} AND x.low < 8640000000000000 LIMIT 1)`,
    ],
    [
      'a text of nothing but punctuation, which starts nothing',
      {
        kind: 'param',
        param: param('Task', 's', 'string'),
        values: [{ kind: 'string', norm: '', exact: '--' }],
      },
      `EXISTS (${values('string', 's')} AND 0 LIMIT 1)`,
    ],
  ])('compile %s', (_name, clause, text) => {
    expect(shown(clauseCondition(clause))).toBe(text);
  });

  test.each<[Prefix, string]>([
    ['eq', '(x.low >= 10 AND x.high <= 20)'],
    ['ne', '(x.low < 10 OR x.high > 20)'],
    ['gt', 'x.high > 20'],
    ['lt', 'x.low < 10'],
    ['ge', '(x.high > 20 OR x.low >= 10 AND x.high <= 20)'],
    ['le', '(x.low < 10 OR x.low >= 10 AND x.high <= 20)'],
    ['sa', 'x.low >= 20'],
    ['eb', 'x.high <= 10'],
    ['ap', '(x.low < 20 AND x.high > 10)'],
  ])('compile the date prefix %s', (prefix, text) => {
    expect(shown(clauseCondition(date(prefix)))).toBe(
      `EXISTS (${values('date', 'date')} AND ${text} LIMIT 1)`,
    );
  });

  test.each<[Prefix, string]>([
    ['eq', '(x.low >= 4.5 AND x.high < 5.5)'],
    ['ne', '(x.low < 4.5 OR x.high >= 5.5)'],
    ['gt', 'x.high > 5'],
    ['lt', 'x.low < 5'],
    ['ge', 'x.high >= 5'],
    ['le', 'x.low <= 5'],
    ['sa', 'x.low > 5'],
    ['eb', 'x.high < 5'],
    ['ap', '(x.low <= 5.5 AND x.high >= 4.5)'],
  ])('compile the number prefix %s', (prefix, text) => {
    expect(shown(clauseCondition(number(prefix)))).toBe(
      `EXISTS (${values('number', 'n')} AND ${text} LIMIT 1)`,
    );
  });
});

describe('predicates', () => {
  test.each<[string, Predicate, Image, string]>([
    ['all', { kind: 'all' }, 'current', '1'],
    ['none', { kind: 'none' }, 'current', '0'],
    ['nothing to choose from', { kind: 'or', of: [] }, 'current', '0'],
    ['nothing asked', { kind: 'and', of: [] }, 'current', '1'],
    ['none beside others', { kind: 'and', of: [{ kind: 'none' }, writtenBy('x')] }, 'current', '0'],
    ['an owner', { kind: 'owner', organization: 'x' }, 'current', "r.owner = 'x'#"],
    [
      'a source',
      writtenBy('x'),
      'current',
      "(r.source = 'x'# AND (r.foreign_from IS NULL OR r.version - r.deleted < r.foreign_from))",
    ],
    [
      'a source, of a past version',
      writtenBy('x'),
      'past',
      "(r.source = 'x'# AND (r.foreign_from IS NULL OR h.version - h.deleted < r.foreign_from))",
    ],
    ['nobody named', { kind: 'no-person' }, 'past', '(r.patient = 0 AND h.patient = 0)'],
    ['a person', { kind: 'person', patient: 'p' }, 'current', "(r.patient > 0 AND r.patient = 'Patient/p'#)"],
    [
      'a person, of then and of now',
      { kind: 'person', patient: 'p' },
      'past',
      "((r.patient > 0 AND r.patient = 'Patient/p'#) AND h.patient = 'Patient/p'#)",
    ],
    [
      'an actor named',
      { kind: 'names', actor: 'x' },
      'current',
      "(r.type = 'Consent'# AND EXISTS (SELECT 1 FROM rule c INDEXED BY rule_rid WHERE c.rid = r.rid AND c.actor = 'x'#))",
    ],
  ])('compile %s', (_name, predicate, image, text) => {
    expect(shown(predicateCondition(predicate, image))).toBe(text);
  });

  test('compile consent to a permit that holds and no deny that outranks it, for each person, of then and of now', () => {
    const now = shown(predicateCondition(permittedTo('ehr', 7)));
    const asked = `'{"marks":["actor|ehr","purpose|TREAT","action|read"],"at":7}'`;
    const line = (c: string, row: string, person: string, what: string) =>
      `SELECT 1 FROM rule ${c} INDEXED BY rule_person WHERE ${c}.person = ${person} AND ${c}.owner = r.owner AND ${what}` +
      ` AND ${c}.live = 1 AND ${c}.low <= 7 AND ${c}.high > 7 AND CASE ${c}.terms WHEN '' THEN 1` +
      ` ELSE terms_hold(${c}.terms, ${asked}, r.type, r.id, r.rid, ${row}.version, ${row}.body) END`;
    const permits = "c.permit = 1 AND c.actor = 'ehr'# AND c.purpose = 'TREAT'";
    const denies =
      "d.permit = 0 AND d.actor IN ('ehr'#, 0) AND d.purpose IN ('', 'TREAT') AND d.rank >= c.rank";
    const one = (row: string, person: string) =>
      `EXISTS (${line('c', row, person, permits)} AND NOT EXISTS (${line('d', row, person, denies)}))`;
    const everybody = (row: string) =>
      `(${row}.patient > 0 AND ${one(row, `${row}.patient`)} OR ${row}.patient = -1 AND NOT (EXISTS (SELECT 1 FROM json_each(${row}.persons) p WHERE NOT (${one(row, 'p.value')}))))`;
    expect(now).toBe(everybody('r'));
    expect(shown(predicateCondition(permittedTo('ehr', 7), 'past'))).toBe(
      `(${everybody('r')} AND ${everybody('h')})`,
    );
  });
});

describe('fragments', () => {
  test('keep values in the order of their places', () => {
    const inner = sql`b = ${2} AND c = ${'x'}`;
    expect(sql`a = ${1} AND (${inner}) AND d = ${null}`).toEqual({
      sql: 'a = ? AND (b = ? AND c = ?) AND d = ?',
      binds: [1, 2, 'x', null],
    });
  });

  test('fold what is always or never true', () => {
    const some = raw('a');
    expect([
      and([TRUE, some]),
      and([some, FALSE]),
      or([FALSE, some]),
      or([some, TRUE]),
      not(TRUE),
      not(FALSE),
    ]).toEqual([some, FALSE, some, TRUE, FALSE, TRUE]);
  });
});

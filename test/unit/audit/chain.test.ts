import { describe, expect, test } from '@jest/globals';
import { brokenAt, canonicalJson, FIRST_HASH, rowHash } from '../../../src/audit/chain.ts';
import type { AuditRow } from '../../../src/store/port/audit.ts';
import { draft } from '../../support/store.ts';

function chainOf(count: number): AuditRow[] {
  const rows: AuditRow[] = [];
  let prev = FIRST_HASH;
  for (let number = 1; number <= count; number += 1) {
    const what = draft('read', { request: `r${number}`, params: ['_id'] });
    const place = { writer: 'w', number, at: number * 1000 };
    const hash = rowHash(prev, place, canonicalJson(what));
    rows.push({ ...what, ...place, prev, hash });
    prev = hash;
  }
  return rows;
}

describe('canonical JSON', () => {
  test.each<[string, unknown, string]>([
    [
      'members in order, whatever theirs was',
      { b: 1, a: { d: [], c: null } },
      '{"a":{"c":null,"d":[]},"b":1}',
    ],
    ['absent members left out', { a: undefined, b: 'x' }, '{"b":"x"}'],
    ['arrays in their order', [3, 'a', undefined], '[3,"a",null]'],
    ['names and texts escaped', { '"': 'é\n' }, '{"\\"":"é\\n"}'],
  ])('writes %s', (_name, value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });
});

describe('the chain', () => {
  test('is whole where nothing was touched, from the start and from any row on', () => {
    const rows = chainOf(5);
    expect(brokenAt(rows)).toBeUndefined();
    expect(brokenAt(rows.slice(2), { number: 2, hash: rows[1]!.hash })).toBeUndefined();
    expect(brokenAt([])).toBeUndefined();
  });

  const spoil: [string, (rows: AuditRow[]) => AuditRow[], number][] = [
    [
      'a changed outcome',
      rows => rows.map(row => (row.number === 3 ? { ...row, outcome: 'forbidden' } : row)),
      3,
    ],
    ['a changed time', rows => rows.map(row => (row.number === 4 ? { ...row, at: 1 } : row)), 4],
    ['another writer', rows => rows.map(row => (row.number === 2 ? { ...row, writer: 'x' } : row)), 2],
    [
      'a patient left out',
      rows => rows.map(row => (row.number === 2 ? { ...row, patients: ['1'] } : row)),
      2,
    ],
    ['a missing row', rows => rows.filter(row => row.number !== 3), 3],
    ['a row put in twice', rows => [...rows.slice(0, 2), rows[1]!, ...rows.slice(2)], 3],
    ['rows in another order', rows => [rows[0]!, rows[2]!, rows[1]!, rows[3]!, rows[4]!], 2],
    ['a missing beginning', rows => rows.slice(1), 1],
  ];
  test.each(spoil)('shows %s', (_name, change, number) => {
    expect(brokenAt(change(chainOf(5)))).toBe(number);
  });
});

// Rows as documents, and what locks stand for: pure, no server.
import { describe, expect, test } from '@jest/globals';
import { FhirError } from '../../../src/fhir/error.ts';
import type { Clause } from '../../../src/search/ast.ts';
import { locksFor, locksOf } from '../../../src/store/mongodb/locks.ts';
import { documentOf, pastOf, rowOf, rulesOf, tiesOf, tombstoneOf } from '../../../src/store/mongodb/rows.ts';
import type { Derived, IndexValue } from '../../../src/store/port/derived.ts';
import type { Row } from '../../../src/store/unit/unit.ts';
import { deny, param, permit, tokenClause, tokenValue } from '../../support/store.ts';

const row = (parts: Partial<Row> = {}): Row => ({
  type: 'Task',
  id: 't',
  version: 1,
  seq: 1000,
  created: 1000,
  owner: 'prog',
  source: 'prog',
  writer: 'prog',
  foreignFrom: undefined,
  patients: ['1'],
  deleted: false,
  body: '{"resourceType":"Task"}',
  ...parts,
});

const derived = (parts: Partial<Derived> = {}): Derived => ({
  values: [tokenValue('Task', 'code', 'x', 'urn:s')],
  patients: ['1'],
  rules: [],
  ...parts,
});

describe('a document', () => {
  test('says what its version says, and what is derived from it', () => {
    expect(documentOf(row(), derived())).toStrictEqual({
      _id: 'Task/t',
      type: 'Task',
      id: 't',
      version: 1,
      seq: 1000,
      created: 1000,
      owner: 'prog',
      source: 'prog',
      writer: 'prog',
      deleted: false,
      partition: 'prog',
      who: '1',
      patients: ['1'],
      values: [{ k: 'code', v: 'x', w: 'urn:s' }],
      body: '{"resourceType":"Task"}',
    });
  });

  test('of the writing of another says so, and who it is that its rules name', () => {
    const given = row({ source: 'ehr', writer: 'ehr', foreignFrom: 2 });
    const rules = [permit('1', 'payer'), deny('1'), deny('1', 'ehr'), permit('2', 'payer')];
    expect(documentOf(given, derived({ rules }))).toMatchObject({
      source: 'ehr',
      foreign: true,
      foreignFrom: 2,
      names: ['payer', 'ehr'],
    });
  });

  test('gives back the row it was made from', () => {
    for (const given of [row(), row({ source: 'ehr', foreignFrom: 3, version: 4, seq: 2000 })])
      expect(rowOf(documentOf(given, derived()))).toStrictEqual(given);
  });

  test('that names nobody lies in the directory', () => {
    expect(documentOf(row(), derived({ patients: [] }))).toMatchObject({ partition: '', who: '' });
  });

  test('of a tombstone keeps what was derived from the last live version', () => {
    const held = documentOf(row(), derived());
    const tombstone = tombstoneOf(held, row({ version: 2, seq: 3000, writer: 'ehr', foreignFrom: 2 }));
    expect(tombstone).toStrictEqual({
      ...held,
      version: 2,
      seq: 3000,
      writer: 'ehr',
      foreignFrom: 2,
      deleted: true,
      body: '',
    });
    expect(pastOf(tombstone)).toStrictEqual({ ...tombstone, _id: 'Task/t/2' });
  });

  const long = (mebibytes: number): string => 'ä'.repeat((mebibytes * 1024 * 1024) / 2);
  const values = (count: number): IndexValue[] =>
    Array.from({ length: count }, (_, at) => tokenValue('Task', 'code', `${at}`.padStart(1000, '0')));

  test.each([
    ['a body of 14 MiB is kept', long(14), 0, true],
    ['a body of 15 MiB is refused', long(15), 0, false],
    ['a body of 14 MiB with 2 MiB of index values is refused', long(14), 2000, false],
    ['16 MiB of index values are refused', '', 16_000, false],
  ])('%s', (_name, body, count, kept) => {
    const make = () => documentOf(row({ body }), derived({ values: values(count) }));
    if (kept) {
      expect(make().body).toHaveLength(body.length);
      return;
    }
    expect(make).toThrow(FhirError);
    expect(make).toThrow(expect.objectContaining({ code: 'too-large' }));
  });
});

describe('rules and ties', () => {
  const consent = documentOf(row({ type: 'Consent', id: 'c' }), derived({ values: [] }));

  test('a rule is of the Consent and its owner', () => {
    const [first, second] = rulesOf(consent, [permit('1', 'ehr'), deny('1')]);
    expect(first).toMatchObject({
      _id: 'Consent/c#0',
      consent: 'Consent/c',
      owner: 'prog',
      person: '1',
      permit: true,
      actor: 'ehr',
      purpose: 'TREAT',
      live: true,
    });
    expect(second).toMatchObject({ _id: 'Consent/c#1', permit: false, actor: '', purpose: '' });
  });

  test('whom a permit names has a tie to the owner; a deny and the owner itself need none', () => {
    const rules = rulesOf(consent, [permit('1', 'ehr'), permit('1', 'prog'), deny('1', 'payer')]);
    expect(tiesOf(consent, rules)).toEqual([{ _id: 'ehr prog', organization: 'ehr', owner: 'prog' }]);
  });

  test('who wrote into the record of another has a tie to it, where it is about somebody', () => {
    const foreign = row({ source: 'ehr' });
    expect(tiesOf(documentOf(foreign, derived()), [])).toEqual([
      { _id: 'ehr prog', organization: 'ehr', owner: 'prog' },
    ]);
    expect(tiesOf(documentOf(foreign, derived({ patients: [] })), [])).toEqual([]);
    expect(tiesOf(documentOf(row(), derived()), [])).toEqual([]);
  });
});

describe('locks of criteria', () => {
  const identifier = (code: string, system?: string): Clause => ({
    kind: 'param',
    param: param('Basic', 'identifier', 'token'),
    values: [system === undefined ? { kind: 'token', code } : { kind: 'token', code, system }],
  });
  const locks = (where: readonly Clause[], type = 'Basic') => locksOf({ type, where });
  const common = (some: readonly string[], others: readonly string[]) =>
    some.filter(lock => others.includes(lock)).length;

  test('equal criteria have equal locks, others have none in common', () => {
    const code = (value: string) => [tokenClause('Basic', 'code', value)];
    expect(locks(code('a'))).toEqual(locks(code('a')));
    expect(common(locks(code('a')), locks(code('b')))).toBe(0);
    expect(common(locks(code('a')), locks(code('a'), 'Task'))).toBe(0);
  });

  test('one identifier has one lock, whatever else is asked and whether its system is said', () => {
    const plain = locks([identifier('7')]);
    expect(common(locks([identifier('7', 'urn:s')]), plain)).toBe(1);
    expect(common(locks([identifier('7'), tokenClause('Basic', 'code', 'a')]), plain)).toBe(1);
    expect(common(locks([identifier('8')]), plain)).toBe(0);
    expect(common(locks([identifier('7')], 'Task'), plain)).toBe(0);
  });

  test('what is written under an identifier has the lock of who looks for it', () => {
    const written = locksFor('Basic', [tokenValue('Basic', 'identifier', '7', 'urn:s')]);
    expect(common(written, locks([identifier('7')]))).toBe(1);
    expect(written).toHaveLength(1);
    expect(locksFor('Basic', [tokenValue('Basic', 'code', '7')])).toEqual([]);
  });
});

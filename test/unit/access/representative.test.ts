import { describe, expect, test } from '@jest/globals';
import type { Principal } from '../../../src/access/grant.ts';
import { ALWAYS } from '../../../src/access/period.ts';
import {
  AGENT,
  ageLines,
  BORN,
  GUARDIAN,
  relatedLines,
  representativeRule,
  UNBORN,
  withConsentAge,
  yearsBefore,
} from '../../../src/access/representative.ts';
import { extensionUrl } from '../../../src/fhir/canonical.ts';
import type { AnyResource, JsonObject } from '../../../src/fhir/types.ts';
import { allows } from '../../../src/search/match.ts';
import type { ConsentRule } from '../../../src/store/port/derived.ts';

const DAY = 86_400_000;
const ROLE = 'http://terminology.hl7.org/CodeSystem/v3-RoleCode';
const INCAPACITY = [{ url: extensionUrl('part2-incapacity'), valueBoolean: true }];

const related = (code: string, more: JsonObject = {}): AnyResource => ({
  resourceType: 'RelatedPerson',
  id: 'r',
  active: true,
  patient: { reference: 'Patient/p' },
  relationship: [{ coding: [{ system: ROLE, code }] }],
  ...more,
});
const person = (birthDate: string | undefined, more: JsonObject = {}): AnyResource => ({
  resourceType: 'Patient',
  id: 'p',
  ...(birthDate === undefined ? {} : { birthDate }),
  ...more,
});
const purposes = (lines: readonly ConsentRule[]) => lines.map(({ purpose }) => purpose);

describe('2.14, 2.15: a RelatedPerson acts', () => {
  test.each<[string, AnyResource, string[]]>([
    ['as a parent for a minor', related('PRN'), [GUARDIAN]],
    ['as a guardian for a minor', related('GUARD'), [GUARDIAN]],
    [
      'as the guardian of who cannot decide, for anybody',
      related('GUARD', { extension: INCAPACITY }),
      [GUARDIAN, AGENT],
    ],
    ['with a power of attorney for an adult', related('HPOWATT'), [AGENT]],
    [
      'as a parent of who cannot decide, for a minor alone',
      related('PRN', { extension: INCAPACITY }),
      [GUARDIAN],
    ],
    ['as a spouse for nobody', related('SPS'), []],
    ['as a friend for nobody', related('FRND'), []],
    ['for nobody where it is not said that it is active', related('PRN', { active: false }), []],
    [
      'for nobody where the code is of another system',
      related('PRN', { relationship: [{ coding: [{ system: 'x', code: 'PRN' }] }] }),
      [],
    ],
    [
      'for nobody where the relationship is but a text',
      related('PRN', { relationship: [{ text: 'PRN' }] }),
      [],
    ],
    [
      'for nobody where the incapacity is denied',
      related('GUARD', { extension: [{ ...INCAPACITY[0]!, valueBoolean: false }] }),
      [GUARDIAN],
    ],
    [
      'for nobody who is elsewhere',
      related('PRN', { patient: { reference: 'http://x.example/Patient/p' } }),
      [],
    ],
    ['for nobody in a period that cannot be', related('PRN', { period: { start: '2026', end: '2020' } }), []],
  ])('%s', (_name, resource, expected) => {
    expect(purposes(relatedLines(resource))).toEqual(expected);
  });

  test('while its period runs, and not where active is left out', () => {
    const [line] = relatedLines(related('PRN', { period: { start: '2026-01-01', end: '2026-12-31' } }));
    expect(line).toEqual({
      patient: 'p',
      effect: 'permit',
      actor: 'RelatedPerson/r',
      purpose: GUARDIAN,
      from: Date.UTC(2026, 0, 1),
      to: Date.UTC(2027, 0, 1),
    });
    const { active: _, ...silent } = related('PRN');
    expect(relatedLines(silent as AnyResource)).toEqual([]);
  });
});

describe('2.14: the lines of a birth date', () => {
  test.each<[string, number, number]>([
    ['2012-03-05', Date.UTC(2012, 2, 5), Date.UTC(2012, 2, 5)],
    ['2012-02', Date.UTC(2012, 1, 1), Date.UTC(2012, 1, 29)],
    ['2012', Date.UTC(2012, 0, 1), Date.UTC(2012, 11, 31)],
    ['1931-12-31', Date.UTC(1931, 11, 31), Date.UTC(1931, 11, 31)],
  ])('%s: unborn until its first day, born from its last', (birthDate, first, last) => {
    const line = { patient: 'p', effect: 'permit', actor: 'Patient/age' };
    expect(ageLines(person(birthDate))).toEqual([
      { ...line, purpose: UNBORN, from: ALWAYS.from, to: first },
      { ...line, purpose: BORN, from: last, to: ALWAYS.to },
    ]);
  });

  test.each<[string, AnyResource]>([
    ['without one', person(undefined)],
    ['of who has died', person('1950-01-01', { deceasedBoolean: true })],
    ['of who died at some time', person('1950-01-01', { deceasedDateTime: '2026-01-01' })],
  ])('none %s', (_name, resource) => {
    expect(ageLines(resource)).toEqual([]);
  });
});

test.each([
  ['2026-09-01T00:00:00Z', 12, '2014-09-01'],
  ['2026-09-01T23:59:59Z', 12, '2014-09-01'],
  ['2024-02-29T12:00:00Z', 12, '2012-02-29'],
  ['2024-02-29T12:00:00Z', 13, '2011-02-28'],
  ['2025-02-28T12:00:00Z', 13, '2012-02-28'],
  ['2025-03-01T12:00:00Z', 13, '2012-03-01'],
  ['2026-12-31T12:00:00Z', 18, '2008-12-31'],
  ['2026-01-01T12:00:00Z', 0, '2026-01-01'],
])('at %s the day %d years before is %s', (at, years, day) => {
  expect(new Date(yearsBefore(Date.parse(at), years)).toISOString()).toBe(`${day}T00:00:00.000Z`);
});

describe('2.14, 2.15: the rule', () => {
  const caller = (parts: Partial<Principal> = {}): Principal => ({
    client: 'c',
    organization: 'prog',
    role: 'representative',
    scopes: [],
    purposes: [],
    idSpace: { prefix: '', others: [] },
    patient: 'p',
    relatedPerson: 'r',
    consentAge: 13,
    ...parts,
  });
  /** Does it reach what the program has of the person? */
  function holds(principal: Principal, at: string, code: string, birthDate: string, more: JsonObject = {}) {
    const lines = [...relatedLines(related(code, more)), ...ageLines(person(birthDate))];
    const version = {
      type: 'Goal',
      id: 'g',
      version: 1,
      seq: 1,
      created: 1,
      owner: 'prog',
      source: 'prog',
      writer: 'prog',
      patients: ['p'],
      deleted: false,
      body: '',
    };
    const rules = lines.map((one, i) => ({ ...one, by: `x/${i}`, owner: 'prog' }));
    const rule = representativeRule(principal, Date.parse(at));
    const judge = (predicate: typeof rule): boolean => {
      if (predicate.kind === 'and') return predicate.of.every(judge);
      if (predicate.kind === 'or') return predicate.of.some(judge);
      return allows(predicate, { version, values: [], rules, pure: true });
    };
    return judge(rule);
  }

  test.each<[string, string, string, JsonObject, boolean]>([
    ['a parent, the day before the minor may consent', '2026-08-31T23:59:59Z', 'PRN', {}, true],
    ['a parent, on the birthday', '2026-09-01T00:00:00Z', 'PRN', {}, false],
    ['a guardian, the day before', '2026-08-31T12:00:00Z', 'GUARD', {}, true],
    ['a guardian, on the birthday', '2026-09-01T12:00:00Z', 'GUARD', {}, false],
    ['a guardian, the day before the person is of age', '2031-08-31T23:59:59Z', 'GUARD', {}, false],
    ['a parent, once the person is of age', '2031-09-01T00:00:00Z', 'PRN', {}, false],
    ['a guardian, once the person is of age', '2031-09-01T00:00:00Z', 'GUARD', {}, false],
    [
      'a guardian for incapacity, the day before the person is of age',
      '2031-08-31T23:59:59Z',
      'GUARD',
      { extension: INCAPACITY },
      false,
    ],
    [
      'a guardian for incapacity, on the day',
      '2031-09-01T00:00:00Z',
      'GUARD',
      { extension: INCAPACITY },
      true,
    ],
    ['a power of attorney, the day before', '2031-08-31T23:59:59Z', 'HPOWATT', {}, false],
    ['a power of attorney, on the day', '2031-09-01T00:00:00Z', 'HPOWATT', {}, true],
    [
      'a power of attorney that is over',
      '2031-09-01T00:00:00Z',
      'HPOWATT',
      { period: { end: '2031-08-31' } },
      false,
    ],
    ['a power of attorney, when the person was a child', '2020-01-01T00:00:00Z', 'HPOWATT', {}, false],
  ])('%s: %s', (_name, at, code, more, expected) => {
    expect(holds(caller(), at, code, '2013-09-01', more)).toBe(expected);
  });

  test('2.14: a guardian of a minor sees nothing where no age is configured', () => {
    const { consentAge: _, ...unknown } = caller();
    expect(holds(unknown, '2020-01-01T00:00:00Z', 'PRN', '2013-09-01')).toBe(false);
    expect(holds(unknown, '2031-09-01T00:00:00Z', 'HPOWATT', '2013-09-01')).toBe(true);
  });

  test('2.14: of an age of 0 and of 18', () => {
    const at = (consentAge: number, when: string) => holds(caller({ consentAge }), when, 'PRN', '2013-09-01');
    expect(at(0, '2014-01-01T00:00:00Z')).toBe(false);
    expect([at(18, '2031-08-31T00:00:00Z'), at(18, '2031-09-01T00:00:00Z')]).toEqual([true, false]);
  });

  test('2.14: of whom only the year is known, a guardian sees while it is certain', () => {
    const seen = (at: string) => holds(caller(), at, 'PRN', '2013');
    expect([seen('2025-12-31T00:00:00Z'), seen('2026-01-01T00:00:00Z')]).toEqual([true, false]);
    const agent = (at: string) => holds(caller(), at, 'HPOWATT', '2013');
    expect([agent('2031-12-30T00:00:00Z'), agent('2031-12-31T00:00:00Z')]).toEqual([false, true]);
  });

  test.each<[string, Partial<Principal>]>([
    ['another RelatedPerson', { relatedPerson: 'other' }],
    ['another person', { patient: 'other' }],
    ['another program', { organization: 'other' }],
    ['another role', { role: 'patient' }],
  ])('is not for %s', (_name, parts) => {
    expect(holds(caller(parts), '2031-09-01T00:00:00Z', 'HPOWATT', '2013-09-01')).toBe(false);
  });

  test('the age that counts is that of the caller’s program', () => {
    const { consentAge: _, ...bare } = caller();
    expect(withConsentAge(bare, { prog: 12 }).consentAge).toBe(12);
    expect(withConsentAge(bare, { other: 12 })).toBe(bare);
    expect(withConsentAge(caller({ role: 'patient' }), { prog: 12 }).consentAge).toBe(13);
  });

  test('a day is a day in UTC', () => {
    expect(yearsBefore(Date.UTC(2026, 8, 1) + DAY - 1, 13)).toBe(Date.UTC(2013, 8, 1));
  });
});

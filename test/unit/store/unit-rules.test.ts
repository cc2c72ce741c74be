import { describe, expect, test } from '@jest/globals';
import type { ConsentRule } from '../../../src/store/port/derived.ts';
import { countingRules } from '../../../src/store/unit/rules.ts';
import { deny, permit } from '../../support/store.ts';

const counts = (rule: ConsentRule, { writer = 'prog', type = 'Consent' } = {}): boolean =>
  countingRules([rule], { type, owner: 'prog', writer }).length === 1;

describe('of what a Consent says', () => {
  test.each<[string, ConsentRule, boolean]>([
    ['a permit counts', permit('p', 'ehr'), true],
    ['a deny counts', deny('p', 'ehr', { purpose: 'TREAT' }), true],
    ['a deny for everybody and every purpose counts', deny('p'), true],
    ['a permit for everybody does not', permit('p', ''), false],
    ['a permit for every purpose does not', permit('p', 'ehr', { purpose: '' }), false],
    ['a permit of a person that cannot be told does not', permit('?', 'ehr'), false],
    ['a deny of a person that cannot be told does not', deny('?'), false],
  ])('%s', (_name, rule, expected) => {
    expect(counts(rule)).toBe(expected);
  });

  test('nothing counts where another than the owner wrote it last', () => {
    expect(counts(permit('p', 'ehr'), { writer: 'ehr' })).toBe(false);
    expect(counts(deny('p'), { writer: 'ehr' })).toBe(false);
  });

  test.each([
    ['CareTeam', true],
    ['Consent', true],
    ['Coverage', true],
    ['Group', true],
    ['Observation', false],
  ])('a line of a %s: %s', (type, expected) => {
    expect(counts(permit('p', 'ehr'), { type })).toBe(expected);
  });

  test('the lines that count stay in their order', () => {
    const rules = [permit('p', 'a'), permit('?', 'b'), deny('p', 'c')];
    expect(countingRules(rules, { type: 'Group', owner: 'prog', writer: 'prog' })).toEqual([
      rules[0],
      rules[2],
    ]);
  });
});

// What predicates and pages mean; clauses are covered by the search cases.
import { describe, expect, test } from '@jest/globals';
import type { Plan, Predicate } from '../../../src/search/ast.ts';
import { allows, type Facts, type HeldRule, searchMemory } from '../../../src/search/match.ts';
import { paramOf } from '../../../src/search/registry.ts';

const version = (more: Partial<Facts['version']> = {}): Facts['version'] => ({
  type: 'Observation',
  id: '1',
  version: 1,
  seq: 1,
  created: 1,
  owner: 'program',
  source: 'ehr',
  writer: 'ehr',
  patients: ['p'],
  deleted: false,
  body: '',
  ...more,
});
const facts = (more: Partial<Facts> = {}): Facts => ({
  version: version(),
  values: [],
  rules: [],
  pure: true,
  ...more,
});
const rule = (more: Partial<HeldRule> = {}): HeldRule => ({
  patient: 'p',
  effect: 'permit',
  actor: 'ehr',
  purpose: 'TREAT',
  from: 0,
  to: 100,
  owner: 'program',
  by: 'Consent/c',
  ...more,
});
const deny = (more: Partial<HeldRule> = {}) => rule({ effect: 'deny', actor: '', purpose: '', ...more });
const consent: Predicate = { kind: 'consent', actor: 'ehr', purposes: ['TREAT', 'ETREAT'], at: 50 };

describe('consent', () => {
  test.each<[string, HeldRule[], boolean, string[]?]>([
    ['nothing is said', [], false],
    ['a permit', [rule()], true],
    ['a permit of another purpose that counts', [rule({ purpose: 'ETREAT' })], true],
    ['a permit of a purpose that does not count', [rule({ purpose: 'HPAYMT' })], false],
    ['a permit for another', [rule({ actor: 'payer' })], false],
    ['a permit by another record', [rule({ owner: 'ehr' })], false],
    ['a permit of another person', [rule({ patient: 'q' })], false],
    ['a permit that ends now', [rule({ to: 50 })], false],
    ['a permit that starts now', [rule({ from: 50 })], true],
    ['a permit to come', [rule({ from: 51 })], false],
    ['a deny of everything', [rule(), deny()], false],
    ['a deny for this actor', [rule(), deny({ actor: 'ehr' })], false],
    ['a deny for another actor', [rule(), deny({ actor: 'payer' })], true],
    ['a deny of this purpose', [rule(), deny({ purpose: 'TREAT' })], false],
    ['a deny of another purpose', [rule(), deny({ purpose: 'HPAYMT' })], true],
    ['a deny that is over', [rule(), deny({ to: 50 })], true],
    ['a deny of another person', [rule(), deny({ patient: 'q' })], true],
    ['a deny by another record', [rule(), deny({ owner: 'ehr' })], true],
    ['two persons, one permits', [rule()], false, ['p', 'q']],
    ['two persons, both permit', [rule(), rule({ patient: 'q' })], true, ['p', 'q']],
    ['two persons, one denies', [rule(), rule({ patient: 'q' }), deny({ patient: 'q' })], false, ['p', 'q']],
    ['nobody is named', [rule()], false, []],
    ['a person that cannot be told', [rule(), rule({ patient: '?' })], false, ['?']],
    ['a person that cannot be told beside one who permits', [rule()], false, ['?', 'p']],
  ])('%s', (_name, rules, allowed, patients = ['p']) => {
    const known = facts({ rules, version: version({ patients }) });
    expect(allows(consent, known)).toBe(allowed);
    // What a deny takes away is there without it.
    const permits = rules.filter(({ effect }) => effect === 'permit');
    expect(allows({ ...consent, roster: true }, known)).toBe(allows(consent, { ...known, rules: permits }));
  });
});

describe('the other predicates', () => {
  const own: Predicate = { kind: 'owner', organization: 'program' };
  const source: Predicate = { kind: 'source', organization: 'ehr' };
  const clause: Predicate = { kind: 'clause', clause: { kind: 'id', ids: ['1'] } };
  const person: Predicate = { kind: 'person', patient: 'p' };
  test.each<[string, Predicate, Facts, boolean]>([
    ['all', { kind: 'all' }, facts(), true],
    ['none', { kind: 'none' }, facts(), false],
    ['the owner', own, facts(), true],
    ['another owner', { kind: 'owner', organization: 'ehr' }, facts(), false],
    ['the source', source, facts(), true],
    ['the source, after another wrote', source, facts({ pure: false }), false],
    ['another source', { kind: 'source', organization: 'program' }, facts(), false],
    ['no person', { kind: 'no-person' }, facts({ version: version({ patients: [] }) }), true],
    ['no person, but one', { kind: 'no-person' }, facts(), false],
    ['the person', person, facts(), true],
    ['another person', { kind: 'person', patient: 'q' }, facts(), false],
    ['the person beside another', person, facts({ version: version({ patients: ['p', 'q'] }) }), false],
    ['the person beside somebody', person, facts({ version: version({ patients: ['?', 'p'] }) }), false],
    ['the person, where nobody is named', person, facts({ version: version({ patients: [] }) }), false],
    ['a clause', clause, facts(), true],
    ['both', { kind: 'and', of: [own, source] }, facts(), true],
    ['both, one fails', { kind: 'and', of: [own, { kind: 'none' }] }, facts(), false],
    ['either', { kind: 'or', of: [{ kind: 'none' }, source] }, facts(), true],
    ['and of nothing', { kind: 'and', of: [] }, facts(), true],
    ['or of nothing', { kind: 'or', of: [] }, facts(), false],
  ])('%s', (_name, predicate, given, allowed) => {
    expect(allows(predicate, given)).toBe(allowed);
  });

  test.each<[string, Partial<Facts['version']>, HeldRule[], boolean]>([
    ['its own rule names the actor', { type: 'Consent', id: 'c' }, [rule()], true],
    ['the rule of another Consent does', { type: 'Consent', id: 'd' }, [rule()], false],
    [
      'the rule of another resource of that id',
      { type: 'Consent', id: 'c' },
      [rule({ by: 'Group/c' })],
      false,
    ],
    ['its own rule names another', { type: 'Consent', id: 'c' }, [rule({ actor: 'payer' })], false],
    ['something else has the id', { type: 'Observation', id: 'c' }, [rule()], false],
    ['a deny for everybody names nobody', { type: 'Consent', id: 'c' }, [deny()], false],
  ])('names: %s', (_name, more, rules, allowed) => {
    expect(allows({ kind: 'names', actor: 'ehr' }, facts({ version: version(more), rules }))).toBe(allowed);
  });
});

describe('pages', () => {
  const code = paramOf('Observation', 'code')!;
  const row = (id: string, created: number, codes: string[], more: Partial<Facts['version']> = {}): Facts =>
    facts({
      version: version({ id, created, seq: created, ...more }),
      values: codes.map(one => ({ type: 'token', key: code.key, system: '', code: one })),
    });
  const plan = (more: Partial<Plan> = {}): Plan => ({
    grant: 'g',
    type: 'Observation',
    where: [],
    narrow: { kind: 'all' },
    sort: [],
    limit: 2,
    total: true,
    includes: [],
    ...more,
  });
  const rows = [row('a', 1, ['m']), row('b', 2, []), row('c', 3, ['a', 'z']), row('d', 4, ['m'])];

  test('without a sort follow creation', () => {
    const first = searchMemory(plan(), rows);
    expect(first).toMatchObject({ ids: ['a', 'b'], total: 4 });
    const second = searchMemory(plan({ cursor: first.next! }), rows);
    expect(second.ids).toEqual(['c', 'd']);
    expect(second.next).toBeUndefined();
  });

  test('leave out what was created after the first page', () => {
    const { next } = searchMemory(plan(), rows);
    const later = [...rows, row('e', 5, [])];
    expect(searchMemory(plan({ cursor: next!, limit: 9 }), later).ids).toEqual(['c', 'd']);
  });

  test('keep what changed after the first page, where there is no sort', () => {
    const { next } = searchMemory(plan(), rows);
    const changed = [...rows.slice(0, 3), row('d', 4, [], { seq: 9 })];
    expect(searchMemory(plan({ cursor: next! }), changed).ids).toEqual(['c', 'd']);
  });

  test('leave out what changed after the first page, where there is a sort', () => {
    const sort = [{ by: 'param' as const, param: code, descending: false }];
    const first = searchMemory(plan({ sort }), rows);
    expect(first.ids).toEqual(['c', 'a']);
    const changed = [...rows.slice(0, 3), row('d', 4, ['b'], { seq: 9 })];
    expect(searchMemory(plan({ sort, cursor: first.next! }), changed).ids).toEqual(['b']);
  });

  test('leave out what changed after the first page, where a criterion is on lastUpdated', () => {
    const where = [{ kind: 'updated' as const, values: [{ prefix: 'ge' as const, low: 1, high: 2 }] }];
    const { next } = searchMemory(plan({ where }), rows);
    const changed = [...rows.slice(0, 3), row('d', 4, [], { seq: 9 })];
    expect(searchMemory(plan({ where, cursor: next! }), changed).ids).toEqual(['c']);
  });

  test('go from the newest of a tie where the first key is descending', () => {
    const down = { by: 'param' as const, param: code, descending: true };
    const up = { by: 'id' as const, descending: false };
    const ids = (sort: Plan['sort']) => searchMemory(plan({ sort, limit: 9 }), rows).ids;
    expect(ids([down])).toEqual(['c', 'd', 'a', 'b']);
    expect(ids([down, up])).toEqual(['c', 'a', 'd', 'b']);
  });

  test('never hold what is deleted, of another type, or out of reach', () => {
    const others = [
      row('x', 5, [], { deleted: true }),
      row('y', 6, [], { type: 'Encounter' }),
      row('z', 7, [], { owner: 'other' }),
    ];
    const narrow: Predicate = { kind: 'owner', organization: 'program' };
    expect(searchMemory(plan({ narrow, limit: 9 }), [...rows, ...others])).toMatchObject({
      ids: ['a', 'b', 'c', 'd'],
      total: 4,
    });
  });
});

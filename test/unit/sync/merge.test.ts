import { describe, expect, test } from '@jest/globals';
import type { AnyResource, JsonObject } from '../../../src/fhir/types.ts';
import { mergePerson, stillDiffer } from '../../../src/sync/demographics.ts';
import { mergeElements, saidOf, unlike } from '../../../src/sync/elements.ts';

const patient = (more: JsonObject): AnyResource => ({ resourceType: 'Patient', id: 'p', ...more });
const phone = (value: string): JsonObject => ({ system: 'phone', value });

interface Case {
  before?: JsonObject;
  now: JsonObject;
  ours: JsonObject;
  /** Ours afterwards. */
  becomes: JsonObject;
  conflicts?: string[];
}

const CASES: Record<string, Case> = {
  'at first what is not said here is taken': {
    now: { gender: 'male' },
    ours: {},
    becomes: { gender: 'male' },
  },
  'at first what is said otherwise stays, and is told': {
    now: { gender: 'male' },
    ours: { gender: 'other' },
    becomes: { gender: 'other' },
    conflicts: ['gender'],
  },
  'at first what is said besides is added': {
    now: { telecom: [phone('1'), { ...phone('2'), use: 'home' }] },
    ours: { telecom: [phone('2')] },
    becomes: { telecom: [phone('2'), phone('1')] },
  },
  'at first how something is marked is no difference': {
    now: { name: [{ family: 'A', given: ['B'] }] },
    ours: {
      name: [
        { use: 'official', family: 'A', given: ['B'] },
        { use: 'usual', given: ['C'] },
      ],
    },
    becomes: {
      name: [
        { use: 'official', family: 'A', given: ['B'] },
        { use: 'usual', given: ['C'] },
      ],
    },
  },
  'at first two different names are told': {
    now: { name: [{ family: 'A' }] },
    ours: { name: [{ family: 'B' }] },
    becomes: { name: [{ family: 'B' }] },
    conflicts: ['name'],
  },
  'a change there is taken where ours is what it was': {
    before: { birthDate: '1990-01-01' },
    now: { birthDate: '1990-01-02' },
    ours: { birthDate: '1990-01-01' },
    becomes: { birthDate: '1990-01-02' },
  },
  'a change here stays': {
    before: { birthDate: '1990-01-01' },
    now: { birthDate: '1990-01-01' },
    ours: { birthDate: '1990-01-02' },
    becomes: { birthDate: '1990-01-02' },
  },
  'the same change on both sides is none': {
    before: { gender: 'male' },
    now: { gender: 'other' },
    ours: { gender: 'other' },
    becomes: { gender: 'other' },
  },
  'two changes are a conflict': {
    before: { gender: 'male' },
    now: { gender: 'other' },
    ours: { gender: 'unknown' },
    becomes: { gender: 'unknown' },
    conflicts: ['gender'],
  },
  'two first values are a conflict': {
    before: {},
    now: { maritalStatus: { text: 'a' } },
    ours: { maritalStatus: { text: 'b' } },
    becomes: { maritalStatus: { text: 'b' } },
    conflicts: ['maritalStatus'],
  },
  'an item is changed, and what ours has besides stays': {
    before: { telecom: [phone('1')] },
    now: { telecom: [phone('3')] },
    ours: { telecom: [phone('1'), phone('2')] },
    becomes: { telecom: [phone('2'), phone('3')] },
  },
  'an item that we changed is not changed back': {
    before: { telecom: [phone('1')] },
    now: { telecom: [phone('3')] },
    ours: { telecom: [phone('2')] },
    becomes: { telecom: [phone('2')] },
    conflicts: ['telecom'],
  },
  'an item more is added': {
    before: { name: [{ family: 'A' }] },
    now: { name: [{ family: 'A' }, { family: 'B', use: 'maiden' }] },
    ours: { name: [{ family: 'A' }, { use: 'usual', given: ['C'] }] },
    becomes: { name: [{ family: 'A' }, { use: 'usual', given: ['C'] }, { family: 'B', use: 'maiden' }] },
  },
  'an item that is gone there goes here': {
    before: { telecom: [phone('1'), phone('2')] },
    now: { telecom: [phone('2')] },
    ours: { telecom: [phone('1'), phone('2')] },
    becomes: { telecom: [phone('2')] },
  },
  'what is said no longer at all may be withheld from us, and stays': {
    before: { name: [{ family: 'A' }], birthDate: '1990-01-01' },
    now: {},
    ours: { name: [{ family: 'A' }], birthDate: '1990-01-01' },
    becomes: { name: [{ family: 'A' }], birthDate: '1990-01-01' },
  },
  'death is one element, however it is said': {
    before: { deceasedBoolean: false },
    now: { deceasedDateTime: '2026-01-01' },
    ours: { deceasedBoolean: false },
    becomes: { deceasedDateTime: '2026-01-01' },
  },
  'other elements are nobody else’s business': {
    before: {},
    now: { contact: [{ name: { family: 'X' } }], identifier: [{ value: 'y' }], active: false },
    ours: { active: true },
    becomes: { active: true },
  },
};

describe('demographics', () => {
  test.each(Object.entries(CASES))('%s', (_name, { before, now, ours, becomes, conflicts = [] }) => {
    const said = before === undefined ? undefined : mergePerson(patient(before), {}, {}).said;
    const merged = mergePerson(patient(now), patient(ours), { said });
    expect(merged.tree).toEqual(patient(becomes));
    expect(Object.keys(merged.conflicts)).toEqual(conflicts);
    expect(merged.taken.length > 0).toBe(JSON.stringify(merged.tree) !== JSON.stringify(patient(ours)));
    // Once more nothing is taken, and what is open stays open.
    const again = mergePerson(patient(now), merged.tree, merged);
    expect([again.taken, again.conflicts]).toEqual([[], merged.conflicts]);
    expect(stillDiffer(merged.tree, merged.conflicts)).toEqual(merged.conflicts);
  });

  test('nothing of a person is kept of it but digests', () => {
    const { said } = mergePerson(
      patient({ name: [{ family: 'Halloran' }], birthDate: '1990-02-03' }),
      {},
      {},
    );
    expect(JSON.stringify(said)).not.toMatch(/Halloran|1990/);
  });

  test('a conflict is over when both say the same', () => {
    const { conflicts } = mergePerson(patient({ gender: 'male' }), patient({ gender: 'other' }), {});
    expect(stillDiffer(patient({ gender: 'male' }), conflicts)).toEqual({});
  });
});

describe('elements of what came', () => {
  const resource = (more: JsonObject): AnyResource => ({ resourceType: 'Condition', ...more });
  const merge = (before: JsonObject, next: JsonObject, ours: JsonObject) =>
    mergeElements(saidOf(resource(before)), resource(next), {
      resource: resource(ours),
      tree: resource(ours),
    });

  test('are taken where nobody here changed them, added, changed or removed', () => {
    const merged = merge({ a: 1, b: 1, c: 1 }, { a: 2, b: 1, d: 4 }, { a: 1, b: 5, c: 1 });
    expect(merged).toEqual({ tree: resource({ a: 2, b: 5, d: 4 }), changed: true, clashes: [] });
  });

  test('stay where both changed, and are told', () => {
    const merged = merge({ a: 1, b: 1 }, { a: 2, b: 2 }, { a: 3, b: 1 });
    expect(merged).toEqual({ tree: resource({ a: 3, b: 2 }), changed: true, clashes: ['a'] });
    expect(unlike(resource({ a: 2 }), saidOf(resource({ a: 2 })), ['a'])).toEqual([]);
    expect(unlike(resource({ a: 3 }), saidOf(resource({ a: 2 })), ['a', 'b'])).toEqual(['a']);
  });

  test('of id and meta nothing is taken', () => {
    const merged = merge({}, { id: 'x', meta: { source: 'y' } }, { id: 'z' });
    expect(merged).toEqual({ tree: resource({ id: 'z' }), changed: false, clashes: [] });
  });
});

import { describe, expect, test } from '@jest/globals';
import type { AnyResource } from '../../../src/fhir/types.ts';
import { indexOf, matchPerson, traitsOf } from '../../../src/sync/match.ts';

const SYSTEM = 'urn:ssn';
const patient = (id: string, more: object = {}): AnyResource => ({
  resourceType: 'Patient',
  id,
  identifier: [{ system: SYSTEM, value: id }],
  name: [{ family: 'Núñez', given: ['Ana', 'María'] }],
  birthDate: '1990-02-03',
  gender: 'female',
  ...more,
});
const index = indexOf(
  [
    patient('a'),
    patient('b', { name: [{ family: 'Okafor', given: ['Ike'] }], birthDate: '1985-01-01', gender: 'male' }),
    patient('c', { identifier: [{ system: SYSTEM, value: 'x' }] }),
    patient('d', { identifier: [{ system: SYSTEM, value: 'x' }], birthDate: '1970-01-01' }),
  ].map(traitsOf),
);
const theirs = (value: string | undefined, more: object = {}) =>
  patient('there', { identifier: value === undefined ? undefined : [{ system: SYSTEM, value }], ...more });

describe('a person of another server', () => {
  test.each<[string, AnyResource, string]>([
    ['an identifier of one client', theirs('a'), 'a'],
    ['the same, whatever the name', theirs('a', { name: [{ family: 'Smith' }] }), 'a'],
    ['the same, born in the same year as far as anybody says', theirs('a', { birthDate: '1990' }), 'a'],
    ['the same, with no day of birth', theirs('a', { birthDate: undefined }), 'a'],
  ])('is a client: %s', (_why, resource, id) => {
    expect(matchPerson(resource, index)).toEqual({ kind: 'one', id });
  });

  test.each<[string, AnyResource, string[]]>([
    ['name and day of birth alone', theirs(undefined), ['a', 'c']],
    ['another value', theirs('other'), ['a', 'c']],
    ['another case of the value', theirs('A'), ['a', 'c']],
    ['an identifier, and another day of birth', theirs('b'), ['b', 'a', 'c']],
    ['an identifier of two clients', theirs('x'), ['c', 'd', 'a']],
    [
      'identifiers of two clients',
      theirs('a', { identifier: ['a', 'b'].map(value => ({ system: SYSTEM, value })) }),
      ['a', 'b', 'c'],
    ],
    [
      'one that is old',
      theirs('a', { identifier: [{ system: SYSTEM, value: 'a', use: 'old' }] }),
      ['a', 'c'],
    ],
    ['one without a system', theirs('a', { identifier: [{ value: 'a' }] }), ['a', 'c']],
    ['a record that another one replaces', theirs('a', { link: [{ type: 'replaced-by' }] }), ['a', 'c']],
    ['the family name without its accents', theirs(undefined, { name: [{ family: 'NUNEZ' }] }), ['a', 'c']],
    [
      'a given name and the gender',
      theirs(undefined, { name: [{ family: 'Smith', given: ['Ana'] }] }),
      ['a', 'c'],
    ],
  ])('may be a client: %s', (_why, resource, ids) => {
    const match = matchPerson(resource, index);
    expect(match.kind === 'possible' ? match.candidates.map(one => one.id) : match).toEqual(ids);
  });

  test.each<[string, AnyResource]>([
    ['the name alone', theirs(undefined, { birthDate: '1991-02-03' })],
    ['the day of birth alone', theirs(undefined, { name: [{ family: 'Smith', given: ['Eve'] }] })],
    [
      'a given name, another gender',
      theirs(undefined, { name: [{ family: 'Smith', given: ['Ana'] }], gender: 'male' }),
    ],
    ['nothing at all', { resourceType: 'Patient', id: 'there' }],
    [
      'what is no Patient but in name',
      { resourceType: 'Patient', id: 'there', name: 'x', identifier: [null] } as never,
    ],
  ])('is nobody here: %s', (_why, resource) => {
    expect(matchPerson(resource, index)).toEqual({ kind: 'nobody' });
  });

  test('what agrees and what differs is told by elements alone', () => {
    const match = matchPerson(theirs('b', { name: [{ family: 'Okafor' }] }), index);
    expect(match).toMatchObject({
      candidates: [
        { id: 'b', agrees: ['identifier', 'family'], differs: ['birthDate', 'gender'] },
        {},
        {},
      ].slice(0, 1),
    });
    expect(JSON.stringify(match)).not.toMatch(/Okafor|1990|urn:/);
  });
});

import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ROLES } from '../../src/access/grant.ts';
import { outsideOf, part2Of } from '../../src/access/notice.ts';
import type { Version } from '../../src/store/port.ts';

const organization = fc.constantFrom('part2', 'other-part2', 'plain', 'unknown');
const ORGANIZATIONS = [
  { id: 'part2', prefix: '', program: true, part2: true },
  { id: 'other-part2', prefix: 'o-', program: false, part2: true },
  { id: 'plain', prefix: 'p-', program: true, part2: false },
];
const versions = fc.array(
  fc.record({
    type: fc.constantFrom('Patient', 'Observation', 'Location'),
    id: fc.constant('x'),
    version: fc.constant(1),
    seq: fc.constant(1),
    created: fc.constant(1),
    owner: organization,
    source: organization,
    writer: organization,
    patients: fc.array(fc.constantFrom('a', 'b', '?'), { maxLength: 2 }),
    deleted: fc.boolean(),
    body: fc.constant(''),
  }),
  { maxLength: 5 },
);

test('a notice is due just where a version of a Part 2 program that names somebody goes to another Organization', () => {
  fc.assert(
    fc.property(fc.constantFrom(...ROLES), organization, versions, (role, caller, all: Version[]) => {
      const principal = {
        client: 'c',
        organization: caller,
        role,
        scopes: [],
        purposes: [],
        idSpace: { prefix: 'c-', others: [] },
      };
      const due = part2Of(outsideOf(principal, all), ORGANIZATIONS);
      const isDue = ({ owner, patients }: Version) =>
        (owner === 'part2' || owner === 'other-part2') && owner !== caller && patients.length > 0;
      expect(due).toEqual(role === 'patient' || role === 'representative' ? [] : all.filter(isDue));
    }),
  );
});

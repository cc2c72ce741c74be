// What a caller belongs to: the lines, and what follows from them.
import { describe, expect, test } from '@jest/globals';
import type { Principal } from '../../../src/access/grant.ts';
import { MEMBER, memberKeys, withMemberships } from '../../../src/access/membership.ts';
import { compileRoster } from '../../../src/access/roster.ts';
import type { AnyResource } from '../../../src/fhir/types.ts';
import type { MemberLine } from '../../../src/store/registry.ts';

const AT = Date.parse('2026-09-01T12:00:00Z');
const BASE = 'https://here.example/fhir';
const caller: Principal = {
  client: 'c',
  organization: 'ehr',
  role: 'ehr',
  practitioner: 'anna',
  scopes: [],
  purposes: ['TREAT'],
  idSpace: { prefix: 'ehr-', others: [] },
};
const part = (id: string, whole: string, more = {}): AnyResource => ({
  resourceType: 'Organization',
  id,
  partOf: { reference: `Organization/${whole}` },
  ...more,
});

function registryOf(...written: readonly (readonly [owner: string, resource: AnyResource])[]) {
  const lines = written.flatMap(([owner, resource]) =>
    compileRoster(resource, BASE)
      .filter(rule => rule.purpose === MEMBER)
      .map((rule): MemberLine => ({ ...rule, owner })),
  );
  const asked: string[][] = [];
  const memberLines = async (actors: readonly string[]): Promise<MemberLine[]> => {
    asked.push([...actors]);
    return lines.filter(line => actors.includes(line.actor));
  };
  return { memberLines, asked };
}

describe('what a caller belongs to', () => {
  test('is each owner’s word for itself', async () => {
    const registry = registryOf(
      ['one', part('ehr', 'lakeside')],
      ['two', part('lakeside', 'group')],
      ['two', part('ehr', 'other')],
    );
    expect((await withMemberships(caller, registry, AT)).memberships).toEqual([
      { owner: 'one', names: ['lakeside'] },
      { owner: 'two', names: ['other'] },
    ]);
  });

  test('is asked on as long as there is something new, and ends where it goes in circles', async () => {
    const registry = registryOf(
      ['one', part('ehr', 'a')],
      ['one', part('a', 'b')],
      ['one', part('b', 'ehr')],
      ['one', part('b', 'a')],
    );
    expect((await withMemberships(caller, registry, AT)).memberships).toEqual([
      { owner: 'one', names: ['a', 'b'] },
    ]);
    expect(registry.asked).toEqual([
      memberKeys(['ehr', 'Practitioner/anna']),
      memberKeys(['a']),
      memberKeys(['b']),
    ]);
  });

  test('a role at a whole that is known only later', async () => {
    const role = {
      resourceType: 'PractitionerRole',
      id: 'r',
      practitioner: { reference: `${BASE}/Practitioner/anna/_history/3` },
      organization: { reference: 'Organization/b' },
    };
    const registry = registryOf(['one', role], ['one', part('a', 'b')], ['one', part('ehr', 'a')]);
    expect((await withMemberships(caller, registry, AT)).memberships).toEqual([
      { owner: 'one', names: ['PractitionerRole/r', 'a', 'b'] },
    ]);
  });

  test('who belongs to nothing is the same caller, and nobody is asked about a person', async () => {
    const registry = registryOf(['one', part('other', 'lakeside')]);
    expect(await withMemberships(caller, registry, AT)).toBe(caller);
    const person: Principal = { ...caller, role: 'patient', patient: 'p' };
    expect(await withMemberships(person, registry, AT)).toBe(person);
    expect(registry.asked).toHaveLength(1);
  });

  test('what was asked with the token is not asked again', async () => {
    const registry = registryOf(['one', part('ehr', 'lakeside')]);
    const names = ['ehr', 'Practitioner/anna'];
    const lines = await registry.memberLines(memberKeys(names));
    await withMemberships(caller, registry, AT, { names, lines });
    expect(registry.asked.slice(1)).toEqual([memberKeys(['lakeside'])]);
    await withMemberships(caller, registry, AT, { names: ['ehr'], lines });
    expect(registry.asked[2]).toEqual(memberKeys(names));
  });

  test.each<[string, AnyResource]>([
    ['an extension that modifies', part('ehr', 'x', { modifierExtension: [{ url: 'http://x' }] })],
    ['implicit rules', part('ehr', 'x', { implicitRules: 'http://x' })],
    [
      'another server',
      { ...part('ehr', 'x'), partOf: { reference: 'https://there.example/fhir/Organization/x' } },
    ],
    ['an identifier alone', { ...part('ehr', 'x'), partOf: { identifier: { value: 'x' } } }],
  ])('%s makes it nothing', (_, resource) => {
    expect(compileRoster(resource, BASE)).toEqual([]);
  });
});

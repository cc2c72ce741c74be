import { describe, expect, test } from '@jest/globals';
import { ALWAYS } from '../../../src/access/period.ts';
import { compileRoster } from '../../../src/access/roster.ts';
import type { AnyResource, JsonObject } from '../../../src/fhir/types.ts';

const patient = (id: string) => ({ reference: `Patient/${id}` });
const organization = (id: string) => ({ reference: `Organization/${id}` });
const coverage = (more: JsonObject = {}): AnyResource => ({
  resourceType: 'Coverage',
  status: 'active',
  beneficiary: patient('p1'),
  payor: [organization('payer')],
  ...more,
});
const group = (more: JsonObject = {}): AnyResource => ({
  resourceType: 'Group',
  type: 'person',
  actual: true,
  managingEntity: organization('payer'),
  member: [{ entity: patient('p1') }],
  ...more,
});
const line = (person = 'p1', actor = 'payer', period = ALWAYS) => ({
  patient: person,
  effect: 'permit',
  actor,
  purpose: 'roster',
  ...period,
});
const year = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2027, 0, 1) };
const foreign = [{ url: 'http://example.org/x', valueBoolean: true }];

describe('a Coverage makes members', () => {
  test.each<[string, AnyResource, object[]]>([
    ['of its payor', coverage(), [line()]],
    [
      'of each of its payors that is an Organization here',
      coverage({ payor: [organization('payer'), patient('p1'), { display: 'x' }, organization('second')] }),
      [line(), line('p1', 'second')],
    ],
    [
      'within its period, the last day included',
      coverage({ period: { start: '2026', end: '2026' } }),
      [line('p1', 'payer', year)],
    ],
    ['not where its period ends before it starts', coverage({ period: { start: '2027', end: '2026' } }), []],
    ['not where its period cannot be read', coverage({ period: { start: 'soon' } }), []],
    ['not once it is cancelled', coverage({ status: 'cancelled' }), []],
    ['not as a draft', coverage({ status: 'draft' }), []],
    ['not without a beneficiary here', coverage({ beneficiary: { identifier: { value: '1' } } }), []],
    ['not of an Organization on another server', coverage({ payor: [organization('x/y')] }), []],
    ['not with a modifier that nobody here understands', coverage({ modifierExtension: foreign }), []],
  ])('%s', (_name, resource, lines) => {
    expect(compileRoster(resource)).toEqual(lines);
  });
});

describe('a Group makes members', () => {
  const two = [{ entity: patient('p1') }, { entity: patient('p2'), period: { start: '2026', end: '2026' } }];
  test.each<[string, AnyResource, object[]]>([
    ['of who manages it', group(), [line()]],
    ['each in its own time', group({ member: two }), [line(), line('p2', 'payer', year)]],
    ['not of those who left', group({ member: [{ entity: patient('p1'), inactive: true }] }), []],
    ['not of other things than people', group({ member: [{ entity: { reference: 'Device/p1' } }] }), []],
    ['not out of use', group({ active: false }), []],
    ['not where it only describes whom it is for', group({ actual: false }), []],
    ['not of a Practitioner', group({ managingEntity: { reference: 'Practitioner/payer' } }), []],
    ['not of nobody', group({ managingEntity: undefined }), []],
    ['not with a modifier that nobody here understands', group({ modifierExtension: foreign }), []],
  ])('%s', (_name, resource, lines) => {
    expect(compileRoster(resource)).toEqual(lines);
  });
});

describe('a CareTeam says whom a Practitioner treats', () => {
  const practitioner = (id: string) => ({ reference: `Practitioner/${id}` });
  const team = (more: JsonObject = {}, ...members: JsonObject[]): AnyResource => ({
    resourceType: 'CareTeam',
    status: 'active',
    subject: patient('p1'),
    participant: members.length === 0 ? [{ member: practitioner('anna') }] : members,
    ...more,
  });
  const treats = (id = 'anna', period = ALWAYS, person = 'p1') => ({
    ...line(person, `Practitioner/${id}`, period),
    purpose: 'care-team',
  });
  const summer = { start: '2026-06', end: '2026-08' };
  const june = { from: Date.UTC(2026, 5, 1), to: Date.UTC(2026, 6, 1) };
  const july = { from: Date.UTC(2026, 6, 1), to: Date.UTC(2026, 8, 1) };
  const { from } = ALWAYS;

  test.each<[string, AnyResource, object[]]>([
    ['on it', team(), [treats()]],
    [
      'each of several',
      team({}, { member: practitioner('anna') }, { member: practitioner('ben') }),
      [treats(), treats('ben')],
    ],
    [
      'within the period of the team',
      team({ period: { start: '2026', end: '2026' } }),
      [treats('anna', year)],
    ],
    [
      'within their own, each in two',
      team(
        {},
        { member: practitioner('anna'), period: { end: '2026-06-30' } },
        { member: practitioner('anna'), period: { start: '2026-07' } },
      ),
      [treats('anna', { from, to: june.to }), treats('anna', { from: july.from, to: ALWAYS.to })],
    ],
    [
      'as far as both periods go',
      team(
        { period: summer },
        { member: practitioner('anna'), period: { start: '2026-01', end: '2026-06' } },
        { member: practitioner('ben'), period: { start: '2026-07', end: '2026-12' } },
        { member: practitioner('carl'), period: { start: '2026-09' } },
      ),
      [treats('anna', june), treats('ben', july)],
    ],
    ...['proposed', 'suspended', 'inactive', 'entered-in-error', undefined].map(
      (status): [string, AnyResource, object[]] => [`not while it is ${status}`, team({ status }), []],
    ),
    ['not in a period that cannot be read', team({ period: { end: 'later' } }), []],
    [
      'not in one of their own that cannot be read',
      team({}, { member: practitioner('anna'), period: { end: 'later' } }),
      [],
    ],
    ['not for a Group', team({ subject: { reference: 'Group/p1' } }), []],
    ['not for a person on another server', team({ subject: { reference: 'https://x/fhir/Patient/p1' } }), []],
    ['not for nobody', team({ subject: undefined }), []],
    [
      'not as somebody else',
      team(
        {},
        { member: { reference: 'PractitionerRole/anna' } },
        { member: { reference: 'CareTeam/anna' } },
        { member: { reference: 'https://x/fhir/Practitioner/anna' } },
        { member: { type: 'Practitioner', identifier: { value: 'anna' } } },
        { onBehalfOf: organization('anna') },
      ),
      [],
    ],
    [
      'and which Organization, apart from the staff',
      team({}, { member: organization('hospital') }),
      [{ patient: 'p1', effect: 'permit', actor: 'hospital', purpose: 'treats', ...ALWAYS }],
    ],
    ['not without participants', team({ participant: undefined }), []],
    ['not with a modifier that nobody here understands', team({ modifierExtension: foreign }), []],
    ['nor with one of their own', team({}, { member: practitioner('anna'), modifierExtension: foreign }), []],
  ])('%s', (_name, resource, lines) => {
    expect(compileRoster(resource)).toEqual(lines);
  });
});

test('nothing else makes members', () => {
  for (const resourceType of ['Patient', 'Consent', 'InsurancePlan'])
    expect(compileRoster({ ...coverage(), resourceType })).toEqual([]);
});

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

test('nothing else makes members', () => {
  for (const resourceType of ['Patient', 'CareTeam', 'Consent', 'InsurancePlan'])
    expect(compileRoster({ ...coverage(), resourceType })).toEqual([]);
});

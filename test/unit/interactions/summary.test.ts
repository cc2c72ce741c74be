// The handover as a pure function of the records: what stands now, and what is open.
import { expect, test } from '@jest/globals';
import type { AnyResource } from '../../../src/fhir/types.ts';
import { summaryPage } from '../../../src/interactions/client-html/summary.ts';
import { summaryOf } from '../../../src/interactions/client-view/summary.ts';
import { chartOf, type LooseRecord, meeting, stay, treatment } from '../../support/chart.ts';

const person = (more: object = {}): LooseRecord => ({
  kind: 'client',
  id: 'c1',
  active: true,
  name: { family: 'Invented', given: ['Ann'] },
  birthDate: '1990-01-02',
  gender: 'female',
  ...more,
});
const diagnosis = (id: string, more: object): LooseRecord => ({
  kind: 'diagnosis',
  id,
  code: 'F10.20',
  category: 'encounter-diagnosis',
  verification: 'confirmed',
  status: 'active',
  ...more,
});
const goal = (id: string, more: object): LooseRecord => ({
  kind: 'goal',
  id,
  description: `Goal ${id}`,
  status: 'active',
  ...more,
});
const order = (id: string, status: string): LooseRecord => ({
  kind: 'medication',
  id,
  status,
  rxnorm: '1010604',
  orderedAt: '2026-10-20T09:00:00-04:00',
  orderedBy: 'dana',
  dosage: { text: 'Daily' },
});
const consent: LooseRecord = {
  kind: 'consent',
  id: 'n1',
  status: 'active',
  effect: 'permit',
  recipient: 'some-recipient',
  signedOn: '2026-10-19',
};

test('who, where in the stay, and who treats', () => {
  const summary = summaryOf(
    chartOf([
      person({
        preferred: 'Annie',
        contacts: [{ name: { family: 'Other', given: ['Bo'] }, relationship: 'spouse' }],
      }),
      stay({ careManager: 'dana', referral: { source: 'detox', facility: 'Cedar Hollow' } }),
      {
        kind: 'care-team',
        id: 't1',
        status: 'active',
        members: [
          { clinician: 'dana', duty: 'primary-counselor' },
          { clinician: 'gone', duty: 'nurse', until: '2026-11-01' },
        ],
      },
      { kind: 'care-team', id: 't0', status: 'inactive', members: [{ clinician: 'old', duty: 'nurse' }] },
    ]),
  );
  expect(summary.client).toEqual({
    id: 'c1',
    resource: 'Patient/patient-1',
    name: 'Ann Invented',
    birthDate: '1990-01-02',
  });
  expect(summary.person).toEqual({ preferred: 'Annie', gender: 'female' });
  expect(summary.contacts).toHaveLength(1);
  expect(summary.stay).toMatchObject({ week: 7, phase: 'intake', careManager: 'Dana Invented' });
  expect(summary.team).toEqual([{ name: 'Dana Invented', duty: 'Primary counselor' }]);
  expect(summaryPage(summary)).toContain('Step-down from withdrawal management, Cedar Hollow');
});

test('diagnoses, plans, goals and medication as they stand', () => {
  const summary = summaryOf(
    chartOf([
      diagnosis('d1', {}),
      diagnosis('d2', { status: 'resolved' }),
      diagnosis('d3', { verification: 'refuted' }),
      treatment(),
      treatment({ id: 'old', status: 'completed', from: '2026-01-01', until: '2026-03-01' }),
      treatment({ id: 'draft', status: 'draft' }),
      goal('g1', { achievement: 'improving', from: '2026-10-19' }),
      goal('g2', { status: 'cancelled' }),
      order('m1', 'active'),
      order('m2', 'stopped'),
    ]),
  );
  expect(summary.diagnoses.map(one => one.id)).toEqual(['d1']);
  expect(summary.plans.map(one => one.id)).toEqual(['plan']);
  expect(summary.goals.map(one => one.id)).toEqual(['g1']);
  expect(summary.medications).toMatchObject([{ id: 'm1', dosage: 'Daily', orderedBy: 'Dana Invented' }]);
});

test('where no plan goes on, the last that was completed', () => {
  const ended = (id: string, from: string) => treatment({ id, from, status: 'completed' });
  const { plans } = summaryOf(chartOf([ended('b', '2026-06-01'), ended('a', '2026-01-01')]));
  expect(plans.map(one => one.id)).toEqual(['b']);
});

test('what is open, and nothing that is settled or long ago', () => {
  const screen = (id: string, day: string, result: string): LooseRecord => ({
    kind: 'urine-screen',
    id,
    panel: 'five-drug',
    collection: 'collected',
    orderedAt: `${day}T08:00:00-05:00`,
    collectedAt: `${day}T09:00:00-05:00`,
    reportedAt: `${day}T20:00:00-05:00`,
    analytes: [{ drug: 'opiates', screen: { result } }],
  });
  const missed = { status: 'no-show', reason: 'no bus' };
  const chart = chartOf([
    stay(),
    diagnosis('d1', { status: 'relapse', text: 'Alcohol use disorder' }),
    goal('g1', { achievement: 'worsening', from: '2026-10-19' }),
    goal('g2', { achievement: 'achieved', status: 'completed' }),
    screen('u1', '2026-11-20', 'negative'),
    screen('u2', '2026-11-27', 'positive'),
    ...meeting('s1', '2026-11-25T18:00:00-05:00', '2026-11-25T21:00:00-05:00', missed),
    ...meeting('s2', '2026-11-10T18:00:00-05:00', '2026-11-10T21:00:00-05:00', missed),
  ]);
  const flag = (status: string, text: string, period: object = {}) =>
    ({ resourceType: 'Flag', status, code: { text }, period }) as unknown as AnyResource;
  const resources = new Map([
    ...chart.found.resources,
    ['Flag/1', flag('active', 'Lives with somebody who drinks', { start: '2026-11-01' })],
    ['Flag/2', flag('inactive', 'Old')],
    ['Flag/3', flag('active', 'Over', { end: '2026-11-20' })],
  ]);
  const { risks } = summaryOf({ ...chart, found: { ...chart.found, resources } });
  expect(risks.map(one => [one.what, one.text, one.date])).toEqual([
    ['flag', 'Lives with somebody who drinks', '2026-11-01'],
    ['diagnosis', 'Alcohol use disorder: relapse', undefined],
    ['screen', 'Last urine screen: positive', '2026-11-27'],
    ['goal', 'Goal g1: worsening', '2026-10-19'],
    ['absence', 'Did not come: no bus', '2026-11-25'],
  ]);
  const settled = summaryOf(
    chartOf([screen('u1', '2026-11-20', 'positive'), screen('u2', '2026-11-27', 'negative')]),
  );
  expect(settled.risks).toEqual([]);
});

test('what Consents say is no part of it', () => {
  const summary = summaryOf(chartOf([person(), stay(), consent]));
  expect(JSON.stringify(summary)).not.toMatch(/some-recipient|consent/i);
  expect(summaryPage(summary)).not.toMatch(/some-recipient|consent/i);
});

test('a client without anything, and a stay that has not begun', () => {
  const page = summaryPage(summaryOf(chartOf([])));
  expect(page).toContain('There is no stay.');
  expect(page).not.toMatch(/NaN|undefined/);
  const planned = summaryOf(chartOf([stay({ status: 'planned', from: '2026-12-14' })]));
  expect(planned.stay).not.toHaveProperty('week');
  expect(planned.figures).toMatchObject({ fulfilled: 0, attendanceRateOf: 0, fullWeeks: 0 });
  expect(planned.figures).not.toHaveProperty('attendanceRate');
});

test('what a record says is text on the page', () => {
  const x = '<script>x</script>';
  const page = summaryPage(
    summaryOf(
      chartOf([
        person({ preferred: x, contacts: [{ name: { family: x, given: [x] }, relationship: 'friend' }] }),
        stay({ referral: { source: 'self', facility: x } }),
        treatment({ title: x, note: x, activities: [{ what: 'trigger', status: 'in-progress', text: x }] }),
        goal('g', { description: x, outcome: x }),
        diagnosis('d', { text: x, status: 'relapse' }),
        { ...order('m', 'active'), name: x, dosage: { text: x } },
      ]),
    ),
  );
  expect(page).not.toContain('<script');
  expect(page.match(/&lt;script&gt;/g)!.length).toBeGreaterThan(10);
});

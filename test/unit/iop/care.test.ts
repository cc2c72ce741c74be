import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { sensitivitiesOf } from '../../../src/access/label/labeller.ts';
import type { AnyResource, Json } from '../../../src/fhir/types.ts';
import { type GoalRecord, goal } from '../../../src/iop/goal.ts';
import { type MedicationRecord, medication } from '../../../src/iop/medication.ts';
import { type PlanRecord, plan, plannedHours } from '../../../src/iop/plan.ts';
import {
  expectedDrugs,
  ingredientOf,
  KNOWN_MEDICATIONS,
  medicationName,
  RXNORM,
} from '../../../src/iop/rxnorm.ts';
import { codingsOf } from '../../support/codings.ts';
import { resourcesOf, throughFhir, world } from '../../support/world.ts';

const VERIFIED: Readonly<Record<string, string[]>> = JSON.parse(
  readFileSync(new URL('../../support/verified-codes.json', import.meta.url), 'utf8'),
);
const codesOf = (resource: AnyResource) => codingsOf(resource).map(one => one.code);
const aim: GoalRecord = {
  ...{ kind: 'goal', id: 'g-1', program: 'riverbend', client: 'c1', status: 'active', area: 'behavioral' },
  description: 'Be home for dinner, sober, every evening',
  achievement: 'in-progress',
  from: '2026-09-01',
  progress: [{ at: '2026-09-08T10:00:00-04:00', text: 'five of seven evenings', clinician: 'dr-a' }],
};
const treatment: PlanRecord = {
  ...{ kind: 'plan', id: 'p-1', program: 'riverbend', client: 'c1', purpose: 'treatment', status: 'active' },
  title: 'Evening track',
  from: '2026-09-01',
  intensity: { sessionsPerWeek: 3, minutesPerSession: 180 },
  goals: ['g-1', 'g-2'],
  activities: [
    { what: 'cbt', status: 'in-progress', timesPerWeek: 1, minutes: 60 },
    { what: 'home-practice', status: 'in-progress', text: 'breathing, ten minutes' },
  ],
};
const order: MedicationRecord = {
  ...{ kind: 'medication', id: 'm-1', program: 'riverbend', client: 'c1', status: 'active' },
  rxnorm: '1010604',
  orderedAt: '2026-09-01T09:00:00-04:00',
  from: '2026-09-01',
  dosage: {
    text: 'one film under the tongue twice a day',
    dose: { value: 1, unit: '{film}' },
    rhythm: { times: 2, every: 1, unit: 'day' },
    route: 'sublingual',
  },
  observed: true,
};

type Change = (resource: AnyResource) => Readonly<Record<string, Json>>;
const edited = (change: Change) => (parts: Map<string, AnyResource>) => {
  const current = parts.get('')!;
  parts.set('', { ...current, ...change(current) } as AnyResource);
};

describe('what an EHR changes in a Goal shows in the record', () => {
  test.each<[string, Change, Partial<GoalRecord>]>([
    [
      'how far it has come',
      () => ({
        achievementStatus: {
          coding: [{ system: 'http://terminology.hl7.org/CodeSystem/goal-achievement', code: 'achieved' }],
        },
      }),
      { achievement: 'achieved' },
    ],
    [
      'its words',
      () => ({ description: { text: 'Be home for dinner' } }),
      { description: 'Be home for dinner' },
    ],
    ['where it stands', () => ({ lifecycleStatus: 'completed' }), { status: 'completed' }],
    [
      'a note of its own',
      current => ({
        note: [...(current.note as Json[]), { time: '2026-09-15T10:00:00Z', text: 'well done' }],
      }),
      { progress: [...aim.progress!, { at: '2026-09-15T10:00:00Z', text: 'well done' }] },
    ],
  ])('%s', (_name, change, expected) => {
    expect(throughFhir(goal, aim, edited(change))).toEqual({ ...aim, ...expected });
  });
});

describe('a plan', () => {
  test('has the planned hours of a week', () => {
    expect(plannedHours(treatment)).toBe(9);
    const { intensity: _, ...open } = treatment;
    expect(plannedHours(open)).toBeUndefined();
  });

  test('says its intensity as the timing of an activity', () => {
    const { activity } = resourcesOf(plan, treatment, world('riverbend')).get('') as unknown as {
      activity: { detail: { status: string; scheduledTiming: unknown } }[];
    };
    expect(activity[0]?.detail.status).toBe('in-progress');
    expect(activity[0]?.detail.scheduledTiming).toEqual({
      repeat: { duration: 180, durationUnit: 'min', frequency: 3, period: 1, periodUnit: 'wk' },
    });
  });

  test.each<[string, Json, object | undefined]>([
    [
      'hours',
      { duration: 2.5, durationUnit: 'h', frequency: 3, period: 1, periodUnit: 'wk' },
      { sessionsPerWeek: 3, minutesPerSession: 150 },
    ],
    [
      'another period',
      { duration: 180, durationUnit: 'min', frequency: 6, period: 1, periodUnit: 'mo' },
      { minutesPerSession: 180 },
    ],
    ['nothing that a record could say', { timeOfDay: ['18:00:00'] }, undefined],
  ])('reads a timing that was changed to %s', (_name, repeat, intensity) => {
    const change: Change = ({ activity }) => {
      const [first, ...others] = activity as { detail: Record<string, Json> }[];
      return { activity: [{ detail: { ...first?.detail, scheduledTiming: { repeat } } }, ...others] as Json };
    };
    expect(throughFhir(plan, treatment, edited(change)).intensity).toEqual(intensity);
  });

  test('is a care plan of US Core', () => {
    const { category } = resourcesOf(plan, treatment, world('riverbend')).get('') as unknown as {
      category: unknown;
    };
    expect(category).toContainEqual({
      coding: [{ system: 'http://hl7.org/fhir/us/core/CodeSystem/careplan-category', code: 'assess-plan' }],
    });
  });
});

describe('a relapse prevention plan', () => {
  const { intensity: _, goals: __, ...bare } = treatment;
  const hardDays: PlanRecord = {
    ...bare,
    ...{ id: 'p-2', purpose: 'relapse-prevention', partOf: 'p-1', substances: ['drugs'] },
    activities: [{ what: 'support-contact', status: 'in-progress', text: 'My brother', who: 'luis' }],
  };
  const made = resourcesOf(plan, hardDays, world('riverbend')).get('')!;

  test('says what it is for in SNOMED CT, and so reveals substance use', () => {
    expect(codesOf(made)).toContain('720177001');
    expect(sensitivitiesOf(made)).toEqual(['SUD']);
    const both = resourcesOf(plan, { ...hardDays, substances: ['drugs', 'alcohol'] }, world('riverbend'));
    expect(sensitivitiesOf(both.get('')!)).toEqual(['SUD', 'ETHUD']);
  });

  test('names who a supportive contact is', () => {
    expect(made.activity).toMatchObject([
      { detail: { performer: [{ reference: expect.stringMatching(/^RelatedPerson\//) }] } },
    ]);
    expect(throughFhir(plan, hardDays)).toEqual(hardDays);
  });
});

describe('a medication order', () => {
  test('that was stopped through FHIR is stopped', () => {
    expect(
      throughFhir(
        medication,
        order,
        edited(() => ({ status: 'stopped' })),
      ),
    ).toEqual({
      ...order,
      status: 'stopped',
    });
  });

  test('says its rhythm in UCUM units of time', () => {
    const { dosageInstruction } = resourcesOf(medication, order, world('riverbend')).get('') as unknown as {
      dosageInstruction: { timing: unknown }[];
    };
    expect(dosageInstruction[0]?.timing).toEqual({
      repeat: { boundsPeriod: { start: '2026-09-01' }, frequency: 2, period: 1, periodUnit: 'd' },
    });
  });

  test('has names for verified codes alone', () => {
    expect(VERIFIED[RXNORM]).toEqual(expect.arrayContaining([...KNOWN_MEDICATIONS]));
    expect(KNOWN_MEDICATIONS.every(code => medicationName(code) !== undefined)).toBe(true);
  });

  test.each([
    ['1010604', 'buprenorphine-naloxone', ['buprenorphine']],
    ['1996184', 'buprenorphine', ['buprenorphine']],
    ['864718', 'methadone', ['methadone', 'eddp']],
    ['1483744', 'naltrexone', []],
    ['999999', undefined, []],
  ])('%s is %s and explains %j', (rxnorm, ingredient, drugs) => {
    expect(ingredientOf(rxnorm)).toBe(ingredient);
    expect(expectedDrugs(rxnorm)).toEqual(drugs);
  });
});

// A client's life around treatment, what is agreed and paid, and what staff watch: what the schemas cannot say, one
// row per rule, and what the FHIR looks like.
import { describe, expect, test } from '@jest/globals';
import { compileConsent } from '../../../src/access/consent.ts';
import { sensitivitiesOf } from '../../../src/access/label/labeller.ts';
import { AGREEMENT_RULE, MEANS, SOCIAL_ASPECT, SOCIAL_FINDING } from '../../../src/iop/codes-life.ts';
import type { RecordEnvelope } from '../../../src/iop/concept.ts';
import { conceptOf } from '../../../src/iop/concepts.ts';
import { program } from '../../../src/iop/program.ts';
import { INSTRUMENTS } from '../../../src/iop/score.ts';
import { FINDINGS } from '../../../src/iop/social-history.ts';
import { codesOf } from '../../../src/iop/vocabulary.ts';
import { resourcesOf, throughFhir, world } from '../../support/world.ts';

const envelope = { id: 'x', program: 'riverbend', client: 'c1' };
const at = '2026-09-07T18:00:00-04:00';
const end = '2026-09-07T19:00:00-04:00';
const RECORDS = {
  'social-history': {
    ...{ kind: 'social-history', ...envelope, at, aspect: 'conflict', finding: 'past', by: 'clinician' },
    ...{ clinician: 'dr-a', text: 'Left that house in 2019.' },
  },
  worksheet: {
    ...{ kind: 'worksheet', ...envelope, at, form: 'goal', status: 'completed', goal: 'goal-1' },
    answers: [
      { asked: 'step', text: 'Home before seven.' },
      { asked: 'step', text: 'No shop on the way.' },
    ],
  },
  agreement: {
    ...{ kind: 'agreement', ...envelope, agreement: 'attendance', status: 'signed', plan: 'plan-1' },
    ...{
      signedOn: '2026-08-03',
      from: '2026-08-03',
      rules: ['attend', 'sober'],
      text: 'Calls before eight.',
    },
  },
  benefit: {
    ...{ kind: 'benefit', ...envelope, coverage: 'coverage-1', payer: 'granite-mutual', at },
    ...{ outcome: 'complete', inForce: true, from: '2026-01-01', until: '2026-12-31' },
    benefits: [
      {
        ...{ category: 'iop', authorization: true },
        limits: [
          { what: 'sessions', allowed: 36, used: 4 },
          { what: 'deductible', allowed: 500, used: 212.5 },
        ],
      },
    ],
  },
  risk: {
    ...{ kind: 'risk', ...envelope, risk: 'self-harm', status: 'active', from: '2026-09-07' },
    score: 'c-ssrs-1',
  },
  score: { kind: 'score', ...envelope, instrument: 'c-ssrs', total: 2, at },
  task: { kind: 'task', ...envelope, matter: 'transport', status: 'requested', at, means: 'shuttle' },
  coverage: {
    ...{ kind: 'coverage', ...envelope, status: 'active', type: 'self-pay', slidingScale: 60 },
  },
  attendance: {
    ...{ kind: 'attendance', ...envelope, session: 's1', status: 'present', type: 'family', mode: 'on-site' },
    ...{ start: at, end, clinician: 'dr-a', family: ['f1', 'f2'], serviceCodes: ['90847'] },
    checkIns: ['ci1'],
  },
  referral: {
    ...{ kind: 'referral', ...envelope, direction: 'in', service: 'iop', source: 'residential', at },
    ...{ status: 'completed', part2Records: true },
  },
  plan: {
    ...{ kind: 'plan', ...envelope, purpose: 'aftercare', status: 'active', title: 'After treatment' },
    ...{ from: '2026-10-10', change: { what: 'extended', text: 'Two weeks more' }, contactConsent: 'form-1' },
    activities: [
      { what: 'alumni-group', status: 'not-started', timesPerMonth: 1 },
      { what: 'sponsor', status: 'in-progress', who: 'f1' },
    ],
  },
  'check-in': { kind: 'check-in', ...envelope, at, by: 'client', patience: 7, arguments: 1, goodMornings: 5 },
} as const;

type Kind = keyof typeof RECORDS;
const problems = (kind: Kind, change: object): string[] =>
  conceptOf(kind)!
    .check({ ...RECORDS[kind], ...change } as unknown as RecordEnvelope)
    .map(one => one.path);
const made = (kind: Kind, change: object = {}) =>
  resourcesOf(conceptOf(kind)!, { ...RECORDS[kind], ...change } as never, world('riverbend'));
const main = (kind: Kind, change: object = {}) => made(kind, change).get('')!;

test.each(Object.keys(RECORDS) as Kind[])('a %s that breaks no rule comes back as it went', kind => {
  expect(problems(kind, {})).toEqual([]);
  expect(throughFhir(conceptOf(kind)!, RECORDS[kind] as never)).toEqual(RECORDS[kind]);
});

const driven = { matter: 'transport', means: 'carpool', who: 'f1' };
test.each<[Kind, string, object, string]>([
  ['social-history', 'found what there is not of the aspect', { finding: 'full-time' }, 'finding'],
  ['social-history', "is a clinician's, of nobody", { clinician: undefined }, 'clinician'],
  ['agreement', 'was signed on no day', { signedOn: undefined }, 'signedOn'],
  ['agreement', 'was refused and signed', { status: 'refused' }, 'signedOn'],
  ['agreement', 'ends before it starts', { until: '2026-08-02' }, 'until'],
  ['benefit', 'ends before it starts', { until: '2025-12-31' }, 'until'],
  [
    'benefit',
    'has half a session',
    { benefits: [{ category: 'iop', limits: [{ what: 'sessions', allowed: 1.5 }] }] },
    'benefits[0].limits[0].allowed',
  ],
  [
    'benefit',
    'has a limit that limits nothing',
    { benefits: [{ category: 'iop', limits: [{ what: 'copay' }] }] },
    'benefits[0].limits[0]',
  ],
  ['risk', 'is a risk no more since', { status: 'inactive' }, 'until'],
  ['risk', 'ends before it starts', { until: '2026-09-06' }, 'until'],
  ['score', 'has more than the instrument gives', { total: 7 }, 'total'],
  ['task', 'closes another gap', { means: 'paid-care' }, 'means'],
  ['task', 'is of no such matter', { matter: 'court' }, 'means'],
  ['task', 'says who drives a shuttle', { who: 'f1' }, 'who'],
  ['coverage', 'has a sliding scale that a payer pays', { type: 'commercial', payer: 'p' }, 'slidingScale'],
  ['attendance', 'has family in a group of clients', { type: 'group' }, 'family'],
  [
    'referral',
    'goes out with records of another program',
    { direction: 'out', service: 'outpatient', source: undefined },
    'part2Records',
  ],
  ['referral', 'comes in by a consent of ours', { consent: 'form-1' }, 'consent'],
  ['plan', 'asks alumni back without consent', { contactConsent: undefined }, 'contactConsent'],
  [
    'plan',
    'is by the week and by the month',
    { activities: [{ what: 'follow-up', status: 'scheduled', timesPerWeek: 1, timesPerMonth: 1 }] },
    'activities[0].timesPerMonth',
  ],
])('a %s that %s', (kind, _name, change, path) => {
  expect(problems(kind, change)).toEqual([path]);
});

test('what the client brought, and who came along, are of who was there', () => {
  const absent = { status: 'excused', serviceCodes: undefined, procedures: undefined };
  expect(problems('attendance', absent)).toEqual(['family', 'checkIns']);
});

describe('social history', () => {
  test('has findings of every aspect, and every finding is of one', () => {
    expect(Object.keys(FINDINGS)).toEqual(codesOf(SOCIAL_ASPECT));
    expect(new Set(Object.values(FINDINGS).flat())).toEqual(new Set(codesOf(SOCIAL_FINDING)));
  });

  test.each([
    ['conflict', 'present', ['SDV']],
    ['housing', 'unsafe', ['SDV']],
    ['use-at-home', 'yes', ['SUD']],
    ['occupation', 'shifts', []],
  ])('of %s is labelled %3$j', (aspect, finding, labels) => {
    expect(sensitivitiesOf(main('social-history', { aspect, finding }))).toEqual(labels);
  });

  test("in the client's own words is marked so", () => {
    const own = main('social-history', { by: 'client' });
    expect(own).toMatchObject({ meta: { security: [{ code: 'PATAST' }] } });
    expect(own.performer).toContainEqual(own.subject);
    expect(main('social-history')).not.toHaveProperty('meta');
  });
});

test('a worksheet is what the client wrote, with the goal that it is about', () => {
  expect(main('worksheet')).toMatchObject({
    meta: { security: [{ code: 'PATAST' }] },
    questionnaire: 'https://iop-fhir.example/fhir/Questionnaire/worksheet-goal',
    item: [
      { linkId: 'goal', answer: [{ valueReference: { reference: expect.stringMatching(/^Goal\//) } }] },
      { linkId: 'step', answer: [{ valueString: 'Home before seven.' }] },
      { linkId: 'step', answer: [{ valueString: 'No shop on the way.' }] },
    ],
  });
});

describe('an agreement', () => {
  test('is a Contract with a term for each rule, and no Consent of anything', () => {
    const contract = main('agreement');
    expect(contract).toMatchObject({
      status: 'executed',
      issued: '2026-08-03',
      term: [
        { type: { coding: [{ code: 'attend' }] }, offer: { text: AGREEMENT_RULE.codes.attend } },
        { type: { coding: [{ code: 'sober' }] } },
        { offer: { text: 'Calls before eight.' } },
      ],
      supportingInfo: [{ reference: expect.stringMatching(/^CarePlan\//) }],
    });
    expect(compileConsent({ ...contract, id: 'a' })).toEqual([]);
  });

  test('that asks for screens or to come sober tells of substance use', () => {
    expect(sensitivitiesOf(main('agreement'))).toEqual(['SUD']);
    expect(sensitivitiesOf(main('agreement', { rules: ['attend', 'privacy'] }))).toEqual([]);
  });
});

test('benefits count sessions and weigh dollars', () => {
  expect(main('benefit')).toMatchObject({
    insurer: { reference: 'Organization/granite-mutual' },
    insurance: [
      {
        inforce: true,
        item: [
          {
            authorizationRequired: true,
            benefit: [
              { allowedUnsignedInt: 36, usedUnsignedInt: 4 },
              { allowedMoney: { value: 500, currency: 'USD' }, usedMoney: { value: 212.5 } },
            ],
          },
        ],
      },
    ],
  });
});

test('a mark of self-harm names the score that showed it, and tells of mental health', () => {
  const flag = main('risk');
  expect(flag.extension).toContainEqual({
    url: 'http://hl7.org/fhir/StructureDefinition/flag-detail',
    valueReference: { reference: expect.stringMatching(/^Observation\//) },
  });
  expect(sensitivitiesOf(flag)).toEqual(['PSY']);
  expect(sensitivitiesOf(main('risk', { risk: 'high-risk-period' }))).toEqual(['SUD']);
});

test.each([
  ['gad-7', 'http://loinc.org', '70274-6', ['PSY']],
  ['dast-10', 'http://loinc.org', '82667-7', ['SUD']],
  ['c-ssrs', 'https://iop-fhir.example/fhir/CodeSystem/instrument', 'c-ssrs', ['PSY']],
] as const)('a score of %s is coded %s|%s and labelled %j', (instrument, system, code, labels) => {
  const observation = main('score', { instrument });
  expect(observation.code).toMatchObject({ coding: [{ system, code }] });
  expect(sensitivitiesOf(observation)).toEqual(labels);
  expect(Object.keys(INSTRUMENTS)).toContain(instrument);
});

describe('a gap in transport or childcare', () => {
  test.each(codesOf(MEANS))('is closed by %s', means => {
    const matters = ['transport', 'childcare'].filter(
      matter => problems('task', { matter, means }).length === 0,
    );
    expect(matters.length).toBeGreaterThan(0);
  });

  test("is closed by a carpool with the client's own people, and by no field with another client", () => {
    expect(problems('task', driven)).toEqual([]);
    const people = JSON.stringify(main('task', driven)).match(/"(Patient|RelatedPerson)\/[^"]+"/g);
    expect(people?.map(one => one.split('/')[0])).toEqual(['"Patient', '"RelatedPerson']);
  });
});

test('a sliding scale is a share of the full fee', () => {
  expect(main('coverage')).toMatchObject({
    costToBeneficiary: [{ valueQuantity: { value: 60, code: '%' } }],
  });
});

test('a family session has the family beside the clinician, and the stressor that was brought', () => {
  const encounter = main('attendance') as unknown as {
    participant: { individual: { reference: string } }[];
    reasonReference: { reference: string }[];
  };
  expect(encounter.participant.map(one => one.individual.reference.split('/')[0])).toEqual([
    ...['Practitioner', 'RelatedPerson', 'RelatedPerson'],
  ]);
  expect(encounter.reasonReference).toEqual([{ reference: expect.stringMatching(/^Observation\//) }]);
});

test('a referral with records of another Part 2 program is labelled from the start', () => {
  expect(main('referral')).toMatchObject({ meta: { security: [{ code: '42CFRPart2' }] } });
  expect(main('referral', { part2Records: undefined })).not.toHaveProperty('meta');
});

test('an aftercare plan goes on by the month, with a sponsor who is a person of their own', () => {
  expect(main('plan')).toMatchObject({
    activity: [
      { detail: { scheduledTiming: { repeat: { frequency: 1, period: 1, periodUnit: 'mo' } } } },
      { detail: { performer: [{ reference: expect.stringMatching(/^RelatedPerson\//) }] } },
    ],
    supportingInfo: [{ reference: expect.stringMatching(/^Consent\//) }],
  });
});

test('a shuttle is a transport service of the directory', () => {
  const record = {
    ...{ kind: 'program' as const, id: 'shuttle', program: 'riverbend', name: 'Shuttle', active: true },
    ...{ service: 'transport' as const, treats: ['substance-use' as const], part2: true, timeZone: 'UTC' },
  };
  expect(resourcesOf(program, record, world('riverbend')).get('')).toMatchObject({
    category: [{ coding: [{ code: '12' }] }, { coding: [{ code: '33' }] }],
  });
  expect(throughFhir(program, record)).toEqual(record);
});

// How clients come, get on and leave: what the schemas cannot say, one row per rule, and what the FHIR looks like.
import { describe, expect, test } from '@jest/globals';
import { sensitivitiesOf } from '../../../src/access/label/labeller.ts';
import { relatedLines } from '../../../src/access/representative.ts';
import { assessment } from '../../../src/iop/assessment.ts';
import { checkIn } from '../../../src/iop/check-in.ts';
import type { RecordEnvelope } from '../../../src/iop/concept.ts';
import { conceptOf } from '../../../src/iop/concepts.ts';
import { discharge } from '../../../src/iop/discharge.ts';
import { enquiry } from '../../../src/iop/enquiry.ts';
import { familyMember } from '../../../src/iop/family-member.ts';
import { homePractice } from '../../../src/iop/home-practice.ts';
import { letter } from '../../../src/iop/letter.ts';
import { referral } from '../../../src/iop/referral.ts';
import { slip } from '../../../src/iop/slip.ts';
import { resourcesOf, throughFhir, world } from '../../support/world.ts';

const envelope = { id: 'x', program: 'riverbend', client: 'c1' };
const at = '2026-09-07T18:00:00-04:00';
const RECORDS = {
  'family-member': {
    ...{ kind: 'family-member', ...envelope, name: { family: 'Halloran', given: ['Piet'] } },
    ...{ relationship: 'spouse', active: true, from: '2026-08-03' },
    support: 'Takes bedtime on group nights.',
  },
  enquiry: {
    ...{ kind: 'enquiry', ...envelope, at, way: 'phone', outcome: 'assessment-offered' },
    assessment: { status: 'proposed', start: '2026-09-09T10:00:00-04:00', end: '2026-09-09T11:00:00-04:00' },
  },
  assessment: {
    ...{ kind: 'assessment', ...envelope, clinician: 'dr-a', start: at, end: '2026-09-07T19:00:00-04:00' },
    ...{ recommended: '2.1', dimensions: { '1': 0, '5': 3 }, homeSafe: false, readiness: 7 },
    summary: 'Drinks alone since the move.',
  },
  'check-in': {
    ...{ kind: 'check-in', ...envelope, at, by: 'client', craving: 4, triggers: ['stress', 'money-day'] },
    ...{ sleepHours: 6.5, stressor: 'The talk with my manager on Thursday.' },
  },
  slip: {
    ...{ kind: 'slip', ...envelope, on: '2026-09-05', severity: 'slip', substance: 'stimulants' },
    ...{ responses: ['plan-reviewed'], done: 'Went through Friday again.', clinician: 'dr-a' },
    risk: { status: 'active', from: '2026-09-07' },
  },
  discharge: {
    ...{ kind: 'discharge', ...envelope, episode: 'stay-1', at, clinician: 'dr-a', stage: 'final' },
    ...{ disposition: 'home', summary: 'Ten weeks, all goals reached.\nWeekly sessions from here – fünf.' },
  },
  letter: {
    ...{ kind: 'letter', ...envelope, status: 'sent', to: { kind: 'college', name: 'Invented College' } },
    ...{ subject: 'accommodation', clinician: 'dr-a', at, sentAt: '2026-09-08T09:00:00-04:00' },
    ...{ consent: 'consent-1', text: 'Is not to be examined on Tuesdays after six.' },
  },
  task: {
    ...{ kind: 'task', ...envelope, matter: 'childcare', status: 'requested', at, due: '2026-09-07' },
    text: 'Somebody for Wednesday evenings.',
  },
  'home-practice': {
    kind: 'home-practice',
    ...envelope,
    at,
    practice: 'breathing',
    minutes: 10,
    plan: 'plan-1',
  },
  referral: {
    ...{ kind: 'referral', ...envelope, direction: 'out', service: 'peer-support', status: 'active', at },
    facility: 'Willow Street Recovery Cafe',
  },
} as const;

type Kind = keyof typeof RECORDS;
const problems = (kind: Kind, change: object): string[] =>
  conceptOf(kind)!
    .check({ ...RECORDS[kind], ...change } as RecordEnvelope)
    .map(one => one.path);

test.each(Object.keys(RECORDS) as Kind[])('a %s that breaks no rule has no problems', kind => {
  expect(problems(kind, {})).toEqual([]);
});

test.each<[Kind, string, object, string]>([
  ['family-member', 'ends before it starts', { until: '2026-08-02' }, 'until'],
  ['enquiry', 'offered a time and has none', { assessment: undefined }, 'assessment'],
  ['enquiry', 'ended otherwise and offered a time', { outcome: 'declined' }, 'assessment'],
  ['enquiry', 'offered a time without length', { assessment: { start: at, end: at } }, 'assessment.end'],
  ['assessment', 'ends before it starts', { end: '2026-09-07T17:00:00-04:00' }, 'end'],
  ['assessment', 'has no length', { end: at }, 'end'],
  ['assessment', 'rates nothing', { dimensions: {} }, 'dimensions'],
  ['check-in', "is a clinician's, of nobody", { by: 'clinician' }, 'clinician'],
  [
    'check-in',
    'says nothing',
    { craving: undefined, triggers: undefined, sleepHours: undefined, stressor: undefined },
    'craving',
  ],
  ['slip', 'is a risk before it happened', { risk: { status: 'active', from: '2026-09-04' } }, 'risk.from'],
  [
    'slip',
    'is a risk that ends before it starts',
    { risk: { status: 'inactive', from: '2026-09-07', until: '2026-09-06' } },
    'risk.until',
  ],
  ['slip', 'is a risk no more since', { risk: { status: 'inactive', from: '2026-09-07' } }, 'risk.until'],
  ['letter', 'went out before it was written', { sentAt: '2026-09-07T09:00:00-04:00' }, 'sentAt'],
  ['letter', 'went out at no time', { sentAt: undefined }, 'sentAt'],
  ['letter', 'is a draft that went out', { status: 'draft' }, 'sentAt'],
  ['letter', 'went out without a consent', { consent: undefined }, 'consent'],
  ['task', 'is due before it came up', { due: '2026-09-06' }, 'due'],
  ['referral', 'goes out to the program itself', { service: 'iop' }, 'service'],
  ['referral', 'comes in for something else', { direction: 'in', source: 'detox' }, 'service'],
  ['referral', 'comes in from nowhere', { direction: 'in', service: 'iop' }, 'source'],
  ['referral', 'goes out and has a source', { source: 'detox' }, 'source'],
  [
    'referral',
    'comes in for a reason of our own',
    { direction: 'in', service: 'iop', source: 'detox', reason: 'step-up' },
    'reason',
  ],
  ['referral', 'is revoked without why', { status: 'revoked' }, 'withdrawal'],
  ['referral', 'stands and is withdrawn', { withdrawal: { reason: 'declined' } }, 'withdrawal'],
])('a %s that %s', (kind, _name, change, path) => {
  expect(problems(kind, change)).toEqual([path]);
});

test('an enquiry proposes an Appointment to the client, which an EHR may book', () => {
  const record = RECORDS.enquiry as never;
  expect(resourcesOf(enquiry, record, world('riverbend')).get('appointment')).toMatchObject({
    status: 'proposed',
    serviceType: [{ coding: [{ code: 'intake-assessment' }] }],
    participant: [{ status: 'needs-action' }],
  });
  const back = throughFhir(enquiry, record, parts => {
    parts.set('appointment', { ...parts.get('appointment')!, status: 'booked' });
  });
  expect(back.assessment).toEqual({ ...RECORDS.enquiry.assessment, status: 'booked' });
});

describe('an assessment', () => {
  const parts = resourcesOf(assessment, RECORDS.assessment as never, world('riverbend'));

  test('is an Encounter before admission with one Observation for each thing that was found', () => {
    expect(parts.get('')).toMatchObject({ class: { code: 'PRENC' }, status: 'finished' });
    expect([...parts.keys()]).toEqual(['', 'dimension/1', 'dimension/5', 'level', 'home-safe', 'readiness']);
    expect(parts.get('dimension/5')).toMatchObject({ valueQuantity: { value: 3, code: '{score}' } });
    expect(parts.get('level')).toMatchObject({ valueCodeableConcept: { coding: [{ code: '2.1' }] } });
  });

  test('is labelled by what its parts reveal', () => {
    expect(sensitivitiesOf(parts.get('dimension/1')!)).toEqual(['SUD']);
    expect(sensitivitiesOf(parts.get('home-safe')!)).toEqual(['SDV']);
    expect(sensitivitiesOf(parts.get('readiness')!)).toEqual([]);
  });
});

describe('a check-in', () => {
  const made = (change: object) =>
    resourcesOf(checkIn, { ...RECORDS['check-in'], ...change } as never, world('riverbend')).get('')!;
  const asserted = { security: [{ code: 'PATAST' }] };

  test("of the client alone is the client's word and marked so", () => {
    const own = made({});
    expect(own).toMatchObject({ meta: asserted, performer: [own.subject] });
  });

  test('of a clinician is not', () => {
    const theirs = made({ by: 'clinician', clinician: 'dr-a' });
    expect(theirs).not.toHaveProperty('meta');
    expect(theirs.performer).not.toContainEqual(theirs.subject);
  });

  test('is a survey with one component for each thing that was said', () => {
    const { category, component } = made({}) as unknown as {
      category: unknown;
      component: { code: object }[];
    };
    expect(category).toMatchObject([{ coding: [{ code: 'survey' }] }]);
    expect(component.map(one => (one.code as { coding: { code: string }[] }).coding[0]?.code)).toEqual([
      ...['craving', 'trigger', 'trigger', 'sleep', 'stressor'],
    ]);
  });
});

test("home practice is the client's own word, on the plan in which it was agreed", () => {
  const made = resourcesOf(homePractice, RECORDS['home-practice'] as never, world('riverbend')).get('')!;
  expect(made).toMatchObject({
    meta: { security: [{ code: 'PATAST' }] },
    performer: [made.subject],
    basedOn: [{ reference: expect.stringMatching(/^CarePlan\//) }],
    valueCodeableConcept: { coding: [{ code: 'breathing' }] },
  });
});

describe('a slip', () => {
  const parts = resourcesOf(slip, RECORDS.slip as never, world('riverbend'));

  test('is an Observation with its severity, and a Flag of safety while it is a risk', () => {
    expect(parts.get('')).toMatchObject({ valueCodeableConcept: { coding: [{ code: 'slip' }] } });
    expect(parts.get('risk')).toMatchObject({
      status: 'active',
      category: [{ coding: [{ code: 'safety' }] }],
    });
    const { risk: _, ...alone } = RECORDS.slip;
    expect([...resourcesOf(slip, alone as never, world('riverbend')).keys()]).toEqual(['']);
  });

  test('tells of substance use, and so does its Flag', () => {
    expect(sensitivitiesOf(parts.get('')!)).toEqual(['SUD']);
    expect(sensitivitiesOf(parts.get('risk')!)).toEqual(['SUD']);
  });
});

describe('a family member', () => {
  const made = (change: object) =>
    resourcesOf(familyMember, { ...RECORDS['family-member'], ...change } as never, world('riverbend'));

  test('is named as such, and their plan is theirs', () => {
    const parts = made({});
    expect(parts.get('')).toMatchObject({ relationship: [{ coding: [{ code: 'SPS' }] }], active: true });
    expect(parts.get('support')).toMatchObject({
      status: 'active',
      description: 'Takes bedtime on group nights.',
      contributor: [{ reference: expect.stringMatching(/^RelatedPerson\//) }],
    });
  });

  test.each([
    ['spouse', true, []],
    ['friend', true, []],
    ['guardian', true, ['guardian']],
    ['parent', true, ['guardian']],
    ['healthcare-proxy', true, ['agent']],
    ['guardian', false, []],
    ['healthcare-proxy', false, []],
  ])('who is a %s (active: %s) acts for the client as %j', (relationship, active, purposes) => {
    const [related] = [...made({ relationship, active }).values()];
    const lines = relatedLines({ ...related!, id: 'r1' });
    expect(lines.map(one => one.purpose)).toEqual(purposes);
  });
});

describe('a discharge', () => {
  const record = RECORDS.discharge as never;
  const document = resourcesOf(discharge, record, world('riverbend')).get('')!;

  test('is the summary of the stay, with its text in the document', () => {
    expect(document).toMatchObject({
      status: 'current',
      docStatus: 'final',
      type: { coding: [{ system: 'http://loinc.org', code: '78263-1' }] },
      context: { event: [{ coding: [{ code: 'home' }] }] },
    });
    const [{ attachment }] = document.content as unknown as [{ attachment: { data: string } }];
    expect(Buffer.from(attachment.data, 'base64').toString()).toBe(RECORDS.discharge.summary);
  });

  test('has no summary where another put something that is no text', () => {
    const back = throughFhir(discharge, record, parts => {
      parts.set('', {
        ...document,
        content: [{ attachment: { contentType: 'application/pdf', data: 'JVBE' } }],
      });
    });
    expect(back.summary).toBeUndefined();
  });
});

test('a letter names the consent that it rests on, and its recipient is an Organization', () => {
  const parts = resourcesOf(letter, RECORDS.letter as never, world('riverbend'));
  expect(parts.get('sending')).toMatchObject({
    status: 'completed',
    basedOn: [{ reference: expect.stringMatching(/^Consent\//) }],
    recipient: [{ type: 'Organization', display: 'Invented College' }],
    payload: [{ contentReference: { reference: expect.stringMatching(/^DocumentReference\//) } }],
  });
});

describe('a referral', () => {
  const made = (change: object) =>
    resourcesOf(referral, { ...RECORDS.referral, ...change } as never, world('riverbend')).get('');

  test('by the program asks somebody else, whose name is an Organization and no person', () => {
    const other = { type: 'Organization', display: 'Willow Street Recovery Cafe' };
    const program = { reference: 'Organization/riverbend' };
    expect(made({})).toMatchObject({ requester: program, performer: [other] });
    const here = { direction: 'in', service: 'iop', source: 'detox' };
    expect(made(here)).toMatchObject({ requester: other, performer: [program] });
  });

  test('to peer support has the code of SNOMED besides', () => {
    expect(made({})).toMatchObject({
      code: {
        coding: [{ code: 'peer-support' }, { system: 'http://snomed.info/sct', code: '461481000124109' }],
      },
    });
  });

  test('that was completed through FHIR is completed', () => {
    const back = throughFhir(referral, RECORDS.referral as never, parts => {
      parts.set('', { ...parts.get('')!, status: 'completed' });
    });
    expect(back).toEqual({ ...RECORDS.referral, status: 'completed' });
  });
});

// The ten people of the fixtures. All invented. What differs between them is what the product must get
// right: who consented to what, whose screens need care, whose stay ended how.
import type { ClientRecord } from '../../../src/iop/client.ts';
import type { ConsentRecord } from '../../../src/iop/consent.ts';
import type { CoverageRecord } from '../../../src/iop/coverage.ts';
import type { DiagnosisRecord } from '../../../src/iop/diagnosis.ts';
import type { Drug } from '../../../src/iop/drug-screen.ts';
import type { EpisodeRecord } from '../../../src/iop/episode.ts';
import type { GoalRecord } from '../../../src/iop/goal.ts';
import type { MedicationRecord } from '../../../src/iop/medication.ts';
import type { PlanRecord } from '../../../src/iop/plan.ts';

export interface StoryGoal
  extends Pick<GoalRecord, 'description' | 'area' | 'status' | 'achievement' | 'targets' | 'outcome'> {
  /** Day and words. */
  progress?: readonly (readonly [date: string, text: string])[];
}

/** `tpo`: all three purposes, no end; the others end with an event, as 42 CFR 2.31 asks. */
export type StoryConsent = {
  to: 'ehr' | 'payer';
  form: 'treatment' | 'payment' | 'tpo' | 'no-payment';
  status?: ConsentRecord['status'];
};

export interface StoryPerson {
  number: string;
  client: Pick<
    ClientRecord,
    'name' | 'preferred' | 'birthDate' | 'gender' | 'language' | 'contacts' | 'address'
  >;
  track: string;
  counselor: string;
  individual: { day: number; time: string };
  family?: true;
  telehealth?: true;
  from: string;
  /** Last day; of a stay that goes on, the last day that is planned. */
  until: string;
  episode: Pick<EpisodeRecord, 'status' | 'phase' | 'referral' | 'completion' | 'mentalHealthOnly'>;
  diagnoses: readonly Pick<DiagnosisRecord, 'code' | 'text' | 'status' | 'onset' | 'note'>[];
  consents: readonly StoryConsent[];
  coverage: Pick<CoverageRecord, 'type' | 'memberId' | 'relationship' | 'plan' | 'slidingScale'>;
  goals: readonly StoryGoal[];
  plan: Pick<PlanRecord, 'status' | 'activities' | 'change'>;
  relapsePrevention?: Pick<PlanRecord, 'activities' | 'substances'>;
  order?: Pick<MedicationRecord, 'rxnorm' | 'dosage' | 'observed' | 'status'>;
  /** What the order makes positive. */
  expected?: Drug;
}

const home = (street: string) => ({ lines: [street], city: 'Riverbend', state: 'OH', postalCode: '43000' });
const daily = { times: 1, every: 1, unit: 'day' } as const;
const plan = { value: 'GM-PPO-2', name: 'Granite Choice' };
const therapy = (
  what: 'cbt' | 'dbt' | 'motivational-interviewing',
  status: 'in-progress' | 'completed' = 'in-progress',
) => [
  { what: 'group-therapy' as const, status },
  { what, status, timesPerWeek: 1, minutes: 60 },
];
const screening = { what: 'urine-screening', status: 'in-progress', timesPerWeek: 1 } as const;

export const PEOPLE: readonly StoryPerson[] = [
  {
    number: '101',
    client: {
      name: { family: 'Halloran', given: ['Marta', 'Jean'] },
      birthDate: '1988-05-17',
      gender: 'female',
      language: 'en',
      address: home('12 Orchard Road'),
      contacts: [
        {
          name: { family: 'Halloran', given: ['Piet'] },
          relationship: 'spouse',
          telecom: [{ system: 'phone', value: '+1-555-0141', use: 'mobile' }],
        },
      ],
    },
    track: 'evening',
    counselor: 'okafor',
    individual: { day: 1, time: '17:00' },
    family: true,
    from: '2026-08-03',
    until: '2026-10-09',
    episode: {
      status: 'finished',
      phase: 'transition',
      referral: { source: 'self' },
      completion: 'completed',
    },
    diagnoses: [
      { code: 'F10.20', text: 'Alcohol use disorder, moderate', status: 'remission', onset: '2021-03-01' },
    ],
    consents: [
      { to: 'ehr', form: 'treatment' },
      { to: 'payer', form: 'payment' },
    ],
    coverage: { type: 'commercial', memberId: 'GM40117733', relationship: 'spouse', plan },
    goals: [
      {
        description: 'Put the children to bed sober every night',
        area: 'family',
        status: 'completed',
        achievement: 'achieved',
        targets: [{ measure: 'Evenings a week', amount: { value: 7, unit: '/wk' }, due: '2026-10-09' }],
        progress: [
          ['2026-08-19', 'Five evenings of seven. Piet takes bedtime on group nights.'],
          ['2026-09-16', 'Every evening for two weeks.'],
        ],
        outcome: 'Kept for six weeks in a row.',
      },
      {
        description: 'Call somebody before I buy a bottle',
        area: 'recovery',
        status: 'active',
        achievement: 'improving',
        targets: [{ due: '2026-12-31' }],
      },
    ],
    plan: {
      status: 'completed',
      activities: [
        ...therapy('cbt', 'completed'),
        { what: 'family-sessions', status: 'completed', text: 'With Piet, every fourth week' },
        { what: 'childcare', status: 'completed', text: 'Grandmother on Wednesdays' },
      ],
    },
    relapsePrevention: {
      substances: ['alcohol'],
      activities: [
        { what: 'trigger', status: 'in-progress', text: 'The hour between work and dinner' },
        { what: 'warning-sign', status: 'in-progress', text: 'Skipping lunch, not answering messages' },
        { what: 'coping-step', status: 'in-progress', text: 'Walk the dog before going into the kitchen' },
        { what: 'support-contact', status: 'in-progress', text: 'Sister, then the evening group' },
      ],
    },
    order: {
      rxnorm: '1483744',
      status: 'active',
      dosage: {
        text: 'One tablet by mouth once a day',
        dose: { value: 1, unit: '{tablet}' },
        rhythm: daily,
        route: 'oral',
      },
    },
  },
  {
    number: '102',
    client: {
      name: { family: 'Whitcomb', given: ['Dale'] },
      birthDate: '1979-11-02',
      gender: 'male',
      language: 'en',
      address: home('3 Foundry Street'),
      contacts: [{ name: { family: 'Whitcomb', given: ['Lorna'] }, relationship: 'parent' }],
    },
    track: 'evening',
    counselor: 'okafor',
    individual: { day: 4, time: '16:00' },
    from: '2026-08-17',
    until: '2026-10-16',
    episode: {
      status: 'finished',
      phase: 'transition',
      referral: { source: 'residential', facility: 'Cedar Hollow House, 28 days' },
      completion: 'completed',
    },
    diagnoses: [
      { code: 'F11.20', text: 'Opioid use disorder, severe', status: 'remission', onset: '2017-06-01' },
    ],
    consents: [{ to: 'ehr', form: 'treatment' }],
    coverage: {
      type: 'medicaid',
      memberId: 'GM40220918',
      relationship: 'self',
      plan: { value: 'GM-MCO-1', name: 'Granite Community' },
    },
    goals: [
      {
        description: 'Keep the routine I had at Cedar Hollow: up at six, in bed by ten',
        area: 'health',
        status: 'completed',
        achievement: 'sustaining',
        progress: [['2026-09-11', 'Four weeks without a break; works the early shift again.']],
      },
      {
        description: 'Find an apartment away from the old street',
        area: 'housing',
        status: 'active',
        achievement: 'in-progress',
        targets: [{ due: '2026-12-01' }],
      },
    ],
    plan: {
      status: 'completed',
      activities: [
        ...therapy('cbt', 'completed'),
        { what: 'medication-management', status: 'completed' },
        { ...screening, status: 'completed' },
      ],
    },
    order: {
      rxnorm: '637213',
      status: 'active',
      observed: true,
      dosage: {
        text: 'One injection every four weeks',
        dose: { value: 380, unit: 'mg' },
        rhythm: { times: 1, every: 4, unit: 'week' },
        route: 'injection',
      },
    },
  },
  {
    number: '103',
    client: {
      name: { family: 'Barnett', given: ['Keisha'] },
      birthDate: '1992-02-23',
      gender: 'female',
      language: 'en',
      address: home('77 Canal Road'),
    },
    track: 'midday',
    counselor: 'lindqvist',
    individual: { day: 2, time: '14:30' },
    from: '2026-08-10',
    until: '2026-10-23',
    episode: {
      status: 'active',
      phase: 'taper',
      referral: { source: 'primary-care', facility: 'Lakeside Health' },
    },
    diagnoses: [
      {
        code: 'F11.20',
        text: 'Opioid use disorder, moderate, on medication',
        status: 'active',
        onset: '2020-09-01',
      },
    ],
    consents: [
      { to: 'ehr', form: 'treatment' },
      { to: 'payer', form: 'payment' },
    ],
    coverage: { type: 'commercial', memberId: 'GM40559021', relationship: 'self', plan },
    goals: [
      {
        description: 'Take my medication every morning',
        area: 'recovery',
        status: 'active',
        achievement: 'sustaining',
        targets: [{ measure: 'Missed doses a month', amount: { value: 0, unit: '/mo' }, due: '2026-10-23' }],
        progress: [
          ['2026-08-26', 'One missed dose.'],
          ['2026-09-23', 'None missed this month.'],
        ],
      },
    ],
    plan: {
      status: 'active',
      activities: [...therapy('cbt'), { what: 'medication-management', status: 'in-progress' }, screening],
    },
    order: {
      rxnorm: '1010604',
      status: 'active',
      observed: false,
      dosage: {
        text: 'One film under the tongue every morning',
        dose: { value: 1, unit: '{film}' },
        rhythm: daily,
        route: 'sublingual',
      },
    },
    expected: 'buprenorphine',
  },
  {
    number: '104',
    client: {
      name: { family: 'Alvarado', given: ['Tomas'] },
      preferred: 'Tom',
      birthDate: '1984-07-30',
      gender: 'male',
      language: 'es',
      address: home('5 Station Road'),
    },
    track: 'morning',
    counselor: 'lindqvist',
    individual: { day: 3, time: '10:30' },
    family: true,
    from: '2026-08-10',
    until: '2026-10-23',
    episode: { status: 'active', phase: 'active-treatment', referral: { source: 'employer' } },
    diagnoses: [
      {
        code: 'F14.20',
        text: 'Cocaine use disorder, moderate',
        status: 'active',
        onset: '2022-01-01',
        note: 'Slip on 2026-09-05, spoken of in group on 2026-09-09; stay extended by three weeks.',
      },
    ],
    consents: [{ to: 'payer', form: 'payment' }],
    coverage: { type: 'commercial', memberId: 'GM40330447', relationship: 'self', plan },
    goals: [
      {
        description: 'Thirty days without cocaine',
        area: 'recovery',
        status: 'active',
        achievement: 'improving',
        targets: [{ measure: 'Days in a row', amount: { value: 30, unit: 'd' }, due: '2026-10-23' }],
        progress: [
          ['2026-09-02', 'Twenty-three days.'],
          ['2026-09-10', 'Used once, on Saturday. Came on Monday and said so. The count starts again.'],
          ['2026-10-08', 'Thirty-three days.'],
        ],
      },
    ],
    plan: {
      status: 'active',
      change: { what: 'extended', text: 'Three weeks more after the slip of 5 September' },
      activities: [
        ...therapy('motivational-interviewing'),
        screening,
        { what: 'case-management', status: 'in-progress', text: 'Letter to the employer' },
      ],
    },
    relapsePrevention: {
      substances: ['drugs'],
      activities: [
        { what: 'trigger', status: 'in-progress', text: 'Payday and an empty weekend' },
        { what: 'coping-step', status: 'in-progress', text: 'Hand the card to my brother on Fridays' },
        { what: 'action', status: 'in-progress', text: 'Come to the next session whatever happened' },
        { what: 'support-contact', status: 'in-progress', text: 'My brother Luis', who: 'family-104-luis' },
      ],
    },
  },
  {
    number: '105',
    client: {
      name: { family: 'Voss', given: ['Ellen'] },
      birthDate: '1996-12-08',
      gender: 'female',
      language: 'en',
      address: home('210 Hill Street'),
    },
    track: 'evening',
    counselor: 'okafor',
    individual: { day: 2, time: '16:30' },
    from: '2026-08-24',
    until: '2026-10-23',
    episode: { status: 'active', phase: 'active-treatment', referral: { source: 'court' } },
    diagnoses: [
      { code: 'F12.20', text: 'Cannabis use disorder, moderate', status: 'active', onset: '2019-01-01' },
    ],
    consents: [{ to: 'ehr', form: 'treatment' }],
    coverage: {
      type: 'medicaid',
      memberId: 'GM40871265',
      relationship: 'self',
      plan: { value: 'GM-MCO-1', name: 'Granite Community' },
    },
    goals: [
      {
        description: 'Give a sample without drinking a liter of water first',
        area: 'legal',
        status: 'active',
        achievement: 'no-change',
        progress: [['2026-09-24', 'Second diluted sample; observed collection agreed.']],
      },
    ],
    plan: { status: 'active', activities: [...therapy('motivational-interviewing'), screening] },
  },
  {
    number: '106',
    client: {
      name: { family: 'Park', given: ['Ji-ho'] },
      preferred: 'Juno',
      birthDate: '2004-03-19',
      gender: 'other',
      language: 'en',
      address: home('Lock Street Residence 4'),
      contacts: [{ name: { family: 'Park', given: ['Sun-hee'] }, relationship: 'parent' }],
    },
    track: 'online',
    counselor: 'lindqvist',
    individual: { day: 0, time: '15:00' },
    telehealth: true,
    from: '2026-08-31',
    until: '2026-10-23',
    episode: {
      status: 'active',
      phase: 'active-treatment',
      referral: { source: 'school', facility: 'Student counseling' },
    },
    diagnoses: [
      { code: 'F15.20', text: 'Stimulant use disorder, moderate', status: 'active', onset: '2025-02-01' },
    ],
    consents: [{ to: 'ehr', form: 'tpo' }],
    coverage: { type: 'commercial', memberId: 'GM40770310', relationship: 'child', plan },
    goals: [
      {
        description: 'Finish the semester with all four courses',
        area: 'education',
        status: 'active',
        achievement: 'in-progress',
        targets: [{ words: 'Four courses passed', measure: 'Courses', due: '2026-12-18' }],
        progress: [['2026-10-07', 'Midterms written; two sessions missed for them, agreed beforehand.']],
      },
      { description: 'Study without pills', area: 'recovery', status: 'active', achievement: 'improving' },
    ],
    plan: {
      status: 'active',
      activities: [
        ...therapy('cbt'),
        { what: 'mindfulness', status: 'in-progress' },
        {
          what: 'home-practice',
          status: 'in-progress',
          text: 'Ten minutes of breathing before studying',
          timesPerWeek: 5,
          minutes: 10,
        },
      ],
    },
  },
  {
    number: '107',
    client: {
      name: { family: 'Nandakumar', given: ['Priya'] },
      birthDate: '1990-09-27',
      gender: 'female',
      language: 'en',
      address: home('18 Garden Way'),
    },
    track: 'balance',
    counselor: 'harlow',
    individual: { day: 0, time: '13:00' },
    from: '2026-08-04',
    until: '2026-10-09',
    episode: {
      status: 'finished',
      phase: 'transition',
      referral: { source: 'outpatient' },
      completion: 'completed',
      mentalHealthOnly: true,
    },
    diagnoses: [
      { code: 'F33.1', text: 'Recurrent depression, moderate', status: 'remission', onset: '2018-01-01' },
      { code: 'F41.1', text: 'Generalized anxiety', status: 'active', onset: '2018-01-01' },
    ],
    consents: [
      { to: 'ehr', form: 'treatment' },
      { to: 'payer', form: 'payment' },
    ],
    coverage: { type: 'commercial', memberId: 'GM40993184', relationship: 'self', plan },
    goals: [
      {
        description: 'Leave the house every day',
        area: 'health',
        status: 'completed',
        achievement: 'achieved',
        outcome: 'Walks to work again.',
      },
    ],
    plan: {
      status: 'completed',
      activities: [...therapy('dbt', 'completed'), { what: 'yoga', status: 'completed' }],
    },
  },
  {
    number: '108',
    client: {
      name: { family: 'Quill', given: ['Walter'] },
      birthDate: '1971-01-14',
      gender: 'male',
      language: 'en',
      address: home('61 Bridge Street'),
    },
    track: 'evening',
    counselor: 'okafor',
    individual: { day: 0, time: '16:30' },
    from: '2026-08-03',
    until: '2026-08-20',
    episode: { status: 'finished', phase: 'stabilization', referral: { source: 'detox' }, completion: 'ama' },
    diagnoses: [
      { code: 'F10.20', text: 'Alcohol use disorder, severe', status: 'relapse', onset: '2009-01-01' },
    ],
    consents: [
      { to: 'ehr', form: 'treatment', status: 'revoked' },
      { to: 'payer', form: 'payment' },
    ],
    coverage: { type: 'commercial', memberId: 'GM40018850', relationship: 'self', plan },
    goals: [
      { description: 'Two weeks sober', area: 'recovery', status: 'cancelled', achievement: 'not-achieved' },
    ],
    plan: {
      status: 'revoked',
      activities: therapy('motivational-interviewing').map(one => ({ ...one, status: 'stopped' as const })),
    },
  },
  {
    number: '109',
    client: {
      name: { family: 'Delacroix', given: ['Rosa'] },
      birthDate: '1982-10-05',
      gender: 'female',
      language: 'es',
      address: home('9 Willow Street'),
    },
    track: 'morning',
    counselor: 'lindqvist',
    individual: { day: 1, time: '10:30' },
    from: '2026-08-17',
    until: '2026-10-16',
    episode: {
      status: 'finished',
      phase: 'transition',
      referral: { source: 'self' },
      completion: 'completed',
    },
    diagnoses: [
      { code: 'F10.10', text: 'Alcohol use disorder, mild', status: 'remission', onset: '2023-05-01' },
    ],
    consents: [],
    coverage: { type: 'commercial', memberId: 'GM40612209', relationship: 'self', plan },
    goals: [
      {
        description: 'Nobody at work needs to know, and I keep my shifts',
        area: 'work',
        status: 'completed',
        achievement: 'achieved',
      },
    ],
    plan: {
      status: 'completed',
      activities: [...therapy('cbt', 'completed'), { ...screening, status: 'completed' }],
    },
    order: {
      rxnorm: '835726',
      status: 'completed',
      dosage: {
        text: 'Two tablets by mouth three times a day',
        dose: { value: 2, unit: '{tablet}' },
        rhythm: { times: 3, every: 1, unit: 'day' },
        route: 'oral',
      },
    },
  },
  {
    number: '110',
    client: {
      name: { family: 'Whitlock', given: ['Samuel'] },
      preferred: 'Sam',
      birthDate: '1968-06-21',
      gender: 'male',
      language: 'en',
      address: home('1 Quarry Lane'),
    },
    track: 'weekend',
    counselor: 'bellweather',
    individual: { day: 4, time: '17:30' },
    from: '2026-09-05',
    until: '2026-10-25',
    episode: { status: 'active', phase: 'active-treatment', referral: { source: 'self' } },
    diagnoses: [
      { code: 'F10.20', text: 'Alcohol use disorder, moderate', status: 'active', onset: '2015-01-01' },
    ],
    consents: [
      { to: 'ehr', form: 'treatment' },
      { to: 'payer', form: 'payment' },
      { to: 'payer', form: 'no-payment' },
    ],
    coverage: { type: 'self-pay', slidingScale: 60 },
    goals: [
      {
        description: 'Weekends without a drink',
        area: 'recovery',
        status: 'active',
        achievement: 'improving',
      },
    ],
    plan: {
      status: 'active',
      activities: [...therapy('cbt'), { what: 'peer-support', status: 'in-progress' }],
    },
  },
];

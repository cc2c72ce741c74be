// Who came before the twelve weeks that the story tells in full: the rest of a year in the clinic. Each of them ends
// differently, one comes back, and one was never admitted.
import type { AttendanceRecord } from '../../../src/iop/attendance.ts';
import type { RecordEnvelope } from '../../../src/iop/concept.ts';
import type { EpisodeRecord } from '../../../src/iop/episode.ts';
import { instantAt } from '../../../src/iop/generate/calendar.ts';
import { ZONE } from '../../../src/iop/generate/clinic.ts';
import type { Screened } from '../../../src/iop/generate/screens.ts';
import type { Attended } from '../../../src/iop/generate/week.ts';
import type { PlanRecord } from '../../../src/iop/plan.ts';
import type { SessionRecord } from '../../../src/iop/session.ts';
import { assessed, enquired, family, referredHere } from './arrivals.ts';
import {
  checkedIn,
  discharged,
  type Happening,
  practiced,
  referredOn,
  scored,
  slipped,
  toSeeTo,
  wrote,
} from './happenings.ts';
import { PROGRAM } from './keys.ts';
import type { StoryPerson } from './people.ts';

const home = (street: string) => ({ lines: [street], city: 'Riverbend', state: 'OH', postalCode: '43000' });
const plan = { value: 'GM-PPO-2', name: 'Granite Choice' };
const group = (status: 'completed' | 'cancelled') => [{ what: 'group-therapy' as const, status }];

export const EARLIER: readonly StoryPerson[] = [
  {
    number: '111',
    client: {
      name: { family: 'Ferrer', given: ['Nadia'] },
      birthDate: '1983-02-08',
      gender: 'female',
      language: 'es',
      address: home('3 Tannery Lane'),
    },
    track: 'evening',
    counselor: 'okafor',
    individual: { day: 1, time: '17:00' },
    from: '2025-11-03',
    until: '2026-01-09',
    episode: {
      status: 'finished',
      phase: 'transition',
      referral: { source: 'self' },
      completion: 'completed',
    },
    diagnoses: [
      { code: 'F10.20', text: 'Alcohol use disorder, moderate', status: 'remission', onset: '2019-06-01' },
    ],
    consents: [{ to: 'ehr', form: 'treatment' }],
    coverage: { type: 'commercial', memberId: 'GM40221908', relationship: 'self', plan },
    goals: [
      {
        description: 'Christmas with my mother, sober',
        area: 'family',
        status: 'completed',
        achievement: 'achieved',
        targets: [{ words: 'All three days', measure: 'Days of the visit', due: '2025-12-26' }],
        outcome: 'Three days, and a walk instead of the second bottle.',
      },
    ],
    plan: {
      status: 'completed',
      activities: [...group('completed'), { what: 'cbt', status: 'completed', timesPerWeek: 1, minutes: 60 }],
    },
    relapsePrevention: {
      substances: ['alcohol'],
      activities: [
        { what: 'trigger', status: 'in-progress', text: 'Sunday evenings' },
        { what: 'coping-step', status: 'in-progress', text: 'Call Ines before it gets dark' },
      ],
    },
  },
  {
    number: '112',
    client: {
      name: { family: 'Breck', given: ['Owen'] },
      birthDate: '1996-12-19',
      gender: 'male',
      language: 'en',
      address: home('88 Quarry Road'),
    },
    track: 'morning',
    counselor: 'lindqvist',
    individual: { day: 3, time: '10:30' },
    from: '2025-12-01',
    until: '2025-12-19',
    episode: {
      status: 'finished',
      phase: 'stabilization',
      referral: { source: 'detox', facility: 'County Withdrawal Unit' },
      completion: 'ama',
    },
    diagnoses: [
      { code: 'F11.20', text: 'Opioid use disorder, severe', status: 'active', onset: '2020-01-01' },
    ],
    consents: [
      { to: 'ehr', form: 'treatment' },
      { to: 'payer', form: 'payment' },
    ],
    coverage: { type: 'commercial', memberId: 'GM40550172', relationship: 'self', plan },
    goals: [
      {
        description: 'Keep the warehouse job',
        area: 'work',
        status: 'completed',
        achievement: 'achieved',
        progress: [['2026-04-10', 'Twelve weeks without a missed shift.']],
      },
    ],
    plan: { status: 'revoked', activities: group('cancelled') },
    order: {
      rxnorm: '1010604',
      status: 'active',
      dosage: { text: 'One film under the tongue every morning' },
    },
    expected: 'buprenorphine',
  },
  {
    number: '113',
    client: {
      name: { family: 'Tran', given: ['Lucille'] },
      birthDate: '1979-07-30',
      gender: 'female',
      language: 'en',
      address: home('21 Lock Street'),
    },
    track: 'midday',
    counselor: 'okafor',
    individual: { day: 2, time: '11:00' },
    from: '2026-01-12',
    until: '2026-01-30',
    episode: {
      status: 'finished',
      phase: 'stabilization',
      referral: { source: 'outpatient', facility: 'Garden Way Counseling' },
      completion: 'step-up',
    },
    diagnoses: [
      { code: 'F15.20', text: 'Stimulant use disorder, severe', status: 'relapse', onset: '2022-05-01' },
    ],
    consents: [
      { to: 'ehr', form: 'treatment' },
      { to: 'payer', form: 'payment' },
    ],
    coverage: { type: 'commercial', memberId: 'GM40663301', relationship: 'self', plan },
    goals: [
      {
        description: 'A week without using',
        area: 'recovery',
        status: 'cancelled',
        achievement: 'not-achieved',
      },
    ],
    plan: { status: 'revoked', activities: group('cancelled') },
  },
  {
    number: '114',
    client: {
      name: { family: 'Marsh', given: ['Gideon'] },
      birthDate: '1968-03-11',
      gender: 'male',
      language: 'en',
      address: home('5 Chapel Hill'),
    },
    track: 'balance',
    counselor: 'harlow',
    individual: { day: 0, time: '15:00' },
    from: '2026-05-04',
    until: '2026-06-19',
    episode: {
      status: 'finished',
      phase: 'transition',
      referral: { source: 'inpatient', facility: 'Hillcrest Hospital' },
      completion: 'completed',
      mentalHealthOnly: true,
    },
    diagnoses: [{ code: 'F32.2', text: 'Depression, severe', status: 'remission', onset: '2026-03-01' }],
    consents: [{ to: 'ehr', form: 'tpo' }],
    coverage: { type: 'commercial', memberId: 'GM40718845', relationship: 'self', plan },
    goals: [
      { description: 'Open the shop again', area: 'work', status: 'completed', achievement: 'achieved' },
    ],
    plan: {
      status: 'completed',
      activities: [{ what: 'dbt', status: 'completed', timesPerWeek: 1, minutes: 60 }],
    },
  },
  {
    number: '115',
    client: {
      name: { family: 'Lindholm', given: ['Bea'] },
      birthDate: '2001-10-04',
      gender: 'female',
      language: 'en',
      address: home('14 Orchard Road'),
    },
    track: 'evening',
    counselor: 'okafor',
    individual: { day: 3, time: '17:00' },
    from: '2026-06-01',
    until: '2026-06-26',
    episode: {
      status: 'finished',
      phase: 'stabilization',
      referral: { source: 'court' },
      completion: 'administrative',
    },
    diagnoses: [
      { code: 'F12.20', text: 'Cannabis use disorder, moderate', status: 'active', onset: '2019-01-01' },
    ],
    consents: [{ to: 'payer', form: 'payment' }],
    coverage: { type: 'commercial', memberId: 'GM40829917', relationship: 'child', plan },
    goals: [
      { description: 'Get the licence back', area: 'legal', status: 'on-hold', achievement: 'no-progress' },
    ],
    plan: { status: 'revoked', activities: group('cancelled') },
  },
];

const of = (number: string) => ({ program: PROGRAM, client: `c-${number}` });

/** He asked, was assessed, and needed more than the program has: there is no stay. */
const NEVER_ADMITTED: readonly RecordEnvelope[] = [
  {
    ...{ kind: 'client', id: 'c-116', program: PROGRAM, recordedAt: '2026-07-06T11:30:00-04:00' },
    ...{ active: true, name: { family: 'Sadegh', given: ['Amir'] }, birthDate: '1992-08-21', gender: 'male' },
    telecom: [{ system: 'phone', value: '+1-555-0116', use: 'mobile' }],
  } as RecordEnvelope,
  enquired(
    '116',
    { at: '2026-07-06T11:20:00-04:00', way: 'phone', wish: 'Anything that starts this week' },
    { day: '2026-07-08', clinician: 'okafor' },
  ),
  assessed('116', '2026-07-08', {
    ...{ clinician: 'okafor', service: 'H0001', recommended: '3.5', homeSafe: false, readiness: 7 },
    dimensions: { '1': 3, '2': 2, '3': 2, '4': 1, '5': 4, '6': 4 },
    summary: 'Sleeps in his car, and shakes by noon. Evenings three times a week would not hold him.',
  }),
];

const AFTERCARE_FROM = '2026-01-12';
/** Written down on the Friday before its first session. */
const READMITTED = '2026-02-27';
const SECOND_STAY = { from: '2026-03-02', until: '2026-04-24' };
const at = (day: string, time: string) => instantAt(day, time, ZONE);

/** The second stay of c-112 and the continuing care of c-111, each with what was agreed for it. */
const LATER_STAYS: readonly Happening[] = [
  [
    AFTERCARE_FROM,
    {
      ...{ kind: 'episode', id: 'aftercare-111', ...of('111'), recordedAt: at(AFTERCARE_FROM, '09:30') },
      ...{ status: 'active', focus: 'substance-use', level: '1', from: AFTERCARE_FROM },
      ...{ diagnoses: ['dx-111-1'], careManager: 'okafor' },
    } as EpisodeRecord,
  ],
  [
    AFTERCARE_FROM,
    {
      ...{ kind: 'plan', id: 'aftercare-plan-111', ...of('111'), recordedAt: at(AFTERCARE_FROM, '09:35') },
      ...{ purpose: 'aftercare', status: 'active', title: 'After the program', from: AFTERCARE_FROM },
      ...{ episode: 'aftercare-111', author: 'okafor', partOf: 'plan-111' },
      activities: [
        {
          what: 'peer-support',
          status: 'in-progress',
          text: 'Continuing-care group, every second Tuesday of a month',
        },
        { what: 'home-practice', status: 'in-progress', text: 'Ten minutes in the journal before bed' },
      ],
    } as PlanRecord,
  ],
  [
    READMITTED,
    {
      ...{ kind: 'episode', id: 'stay-112-2', ...of('112'), recordedAt: at(READMITTED, '09:30') },
      ...{ status: 'finished', focus: 'substance-use', level: '2.1', phase: 'transition', track: 'morning' },
      ...{ ...SECOND_STAY, diagnoses: ['dx-112-1'], careManager: 'lindqvist', teams: ['team-112'] },
      ...{ referral: { source: 'self' }, completion: 'completed' },
    } as EpisodeRecord,
  ],
  [
    READMITTED,
    {
      ...{ kind: 'plan', id: 'plan-112-2', ...of('112'), recordedAt: at(READMITTED, '09:35') },
      ...{ purpose: 'treatment', status: 'completed', title: 'Treatment plan', ...SECOND_STAY },
      ...{ episode: 'stay-112-2', author: 'lindqvist', careTeam: 'team-112', goals: ['goal-112-1'] },
      ...{ intensity: { sessionsPerWeek: 3, minutesPerSession: 180 }, diagnoses: ['dx-112-1'] },
      activities: group('completed'),
    } as PlanRecord,
  ],
];

/** The client's stays as the weeks see them: [number, stay, days]. */
export const SECOND_STAYS = [{ number: '112', episode: 'stay-112-2', ...SECOND_STAY }] as const;

const MONTHLY = [
  ...['2026-02-10', '2026-03-10', '2026-04-14', '2026-05-12', '2026-06-09', '2026-07-14'],
  ...['2026-08-11', '2026-09-08', '2026-10-13'],
];

/** The monthly group: a single meeting of its own for each who comes. She was away in July. */
const continuing = (day: string): Happening[] => {
  const session: SessionRecord = {
    ...{ kind: 'session', id: `continuing-111-${day}`, program: PROGRAM, type: 'group', mode: 'on-site' },
    ...{ start: at(day, '19:00'), end: at(day, '20:30'), site: 'mill-street-2', clinician: 'bellweather' },
    clients: [{ client: 'c-111' }],
  };
  const attended: AttendanceRecord = {
    ...{ kind: 'attendance', id: `${session.id}-c-111`, ...of('111'), session: session.id, type: 'group' },
    ...{ mode: 'on-site', start: session.start, end: session.end, episode: 'aftercare-111' },
    ...(day === '2026-07-14'
      ? { status: 'excused', reason: 'on holiday', noticeAt: at('2026-07-10', '08:15') }
      : { status: 'present', clinician: 'bellweather' }),
  };
  return [
    [day, session],
    [day, attended],
  ];
};

const HAPPENED: readonly Happening[] = [
  ...LATER_STAYS,
  ...MONTHLY.flatMap(continuing),
  scored('111', { at: '2025-11-04T17:10:00-05:00', instrument: 'audit-c', total: 10, clinician: 'okafor' }),
  scored('111', { at: '2026-01-06T17:10:00-05:00', instrument: 'audit-c', total: 3, clinician: 'okafor' }),
  scored('114', { at: '2026-05-04T15:10:00-04:00', instrument: 'phq-9', total: 21, clinician: 'harlow' }),
  scored('114', { at: '2026-05-25T15:10:00-04:00', instrument: 'phq-9', total: 14, clinician: 'harlow' }),
  scored('114', { at: '2026-06-15T15:10:00-04:00', instrument: 'phq-9', total: 7, clinician: 'harlow' }),
  checkedIn('111', {
    ...{ at: '2026-04-12T20:30:00-04:00', by: 'client', craving: 3, triggers: ['loneliness'] },
    progress: 'Called Ines, walked, slept.',
  }),
  checkedIn('112', {
    ...{ at: '2026-03-26T07:40:00-04:00', by: 'clinician', clinician: 'lindqvist', craving: 4 },
    progress: 'Says no to the second shift instead of taking something to get through it.',
  }),
  practiced('111', { at: '2026-03-01T21:45:00-05:00', practice: 'journaling', minutes: 10 }),
  discharged('111', {
    ...{ at: '2026-01-09T19:00:00-05:00', clinician: 'okafor', disposition: 'home' },
    summary: 'Ten weeks in the evening track. Goes on in the monthly group.',
  }),
  discharged('112', {
    ...{ at: '2025-12-19T12:00:00-05:00', clinician: 'lindqvist', disposition: 'aadvice' },
    summary:
      'Did not come back after the second week; reached by telephone once. May come again at any time.',
  }),
  discharged('113', {
    ...{ at: '2026-01-30T15:00:00-05:00', clinician: 'okafor', disposition: 'psy' },
    summary: 'Two relapses in three weeks, and nobody at home. Moved to inpatient care the same day.',
  }),
  discharged('114', {
    ...{ at: '2026-06-19T14:30:00-04:00', clinician: 'harlow', disposition: 'home' },
    summary: 'The shop is open four days a week. Weekly sessions at Garden Way from here on.',
  }),
  discharged('115', {
    ...{ at: '2026-06-26T20:00:00-04:00', clinician: 'okafor', disposition: 'oth' },
    summary: 'Threatened another member of the group twice. Referred to individual care.',
  }),
  slipped('113', '2026-01-20', {
    ...{ on: '2026-01-18', severity: 'relapse', substance: 'stimulants', clinician: 'okafor' },
    responses: ['level-reviewed'],
    risk: { status: 'inactive', from: '2026-01-20', until: '2026-01-30' },
  }),
  referredOn('113', {
    ...{ at: '2026-01-29T13:00:00-05:00', service: 'inpatient', reason: 'not-suitable', level: '3.7' },
    ...{ facility: 'Hillcrest Hospital', status: 'completed', note: 'Asked for a bed herself.' },
  }),
  referredOn('114', {
    ...{ at: '2026-06-17T11:00:00-04:00', service: 'outpatient', reason: 'step-down', level: '1' },
    ...{ facility: 'Garden Way Counseling', status: 'completed' },
  }),
  toSeeTo('115', {
    ...{ at: '2026-06-03T09:00:00-04:00', matter: 'court', status: 'completed', due: '2026-06-30' },
    text: 'Attendance for the probation office, if she signs for it. She did not.',
  }),
  wrote('114', {
    ...{ at: '2026-06-16T10:00:00-04:00', clinician: 'harlow', status: 'not-sent', subject: 'leave' },
    to: { kind: 'employer', name: 'Marsh & Daughter' },
    text: 'His own shop: no letter was needed.',
  }),
];

const REFERRED_ELSEWHERE: RecordEnvelope = {
  ...{ kind: 'referral', id: 'referral-116-out', ...of('116'), recordedAt: '2026-07-08T11:15:00-04:00' },
  ...{ direction: 'out', service: 'residential', reason: 'not-suitable', status: 'completed', level: '3.5' },
  ...{ at: '2026-07-08T11:15:00-04:00', facility: 'Cedar Hollow House', clinician: 'moss' },
} as RecordEnvelope;

export const EARLIER_ARRIVALS = [
  family('111', 'ines', {
    name: { family: 'Ferrer', given: ['Ines'] },
    relationship: 'family',
    from: '2025-11-03',
  }),
  referredHere('114', {
    ...{ at: '2026-04-29T10:00:00-04:00', source: 'inpatient', level: 'iop-mh' },
    facility: 'Hillcrest Hospital',
  }),
];

export const EARLIER_HAPPENINGS: readonly Happening[] = [
  ...[...NEVER_ADMITTED, REFERRED_ELSEWHERE].map((record): Happening => ['2026-07-08', record]),
  ...HAPPENED,
];

/** As ATTENDED and SCREENED in events.ts. */
export const EARLIER_ATTENDED: Readonly<Record<string, Attended>> = {
  '111 2025-11-27': { status: 'excused', reason: 'Thanksgiving with her mother' },
  '112 2025-12-08': { status: 'late', minutes: 25 },
  '112 2025-12-12': { status: 'no-show' },
  '112 2025-12-15': { status: 'no-show' },
  '112 2025-12-17': { status: 'no-show' },
  '112 2025-12-19': { status: 'no-show' },
  '112 2026-03-11': { status: 'late', minutes: 10 },
  '113 2026-01-19': { status: 'no-show' },
  '114 2026-05-29': { status: 'excused', reason: 'stocktaking' },
  '115 2026-06-11': { status: 'left-early', minutes: 60 },
  '115 2026-06-22': { status: 'no-show' },
};

export const EARLIER_SCREENED: Readonly<Record<string, Screened>> = {
  '112 2025-12-15': { collection: 'not-collected' },
  '113 2026-01-12': { collection: 'collected', positive: ['amphetamines'] },
  '113 2026-01-19': { collection: 'not-collected' },
  '113 2026-01-26': { collection: 'collected', positive: ['amphetamines'], observed: true },
  '115 2026-06-01': { collection: 'collected', positive: ['cannabinoids'] },
  '115 2026-06-08': { collection: 'collected', positive: ['cannabinoids'] },
  '115 2026-06-15': { collection: 'refused' },
};

// What happened to the people of the story besides sessions and screens, each with its day: it stands in the file
// of its week.

import type { CheckInRecord } from '../../../src/iop/check-in.ts';
import type { RecordEnvelope } from '../../../src/iop/concept.ts';
import type { DischargeRecord } from '../../../src/iop/discharge.ts';
import { addDays } from '../../../src/iop/generate/calendar.ts';
import type { HomePracticeRecord } from '../../../src/iop/home-practice.ts';
import type { LetterRecord } from '../../../src/iop/letter.ts';
import type { ReferralRecord } from '../../../src/iop/referral.ts';
import type { RiskRecord } from '../../../src/iop/risk.ts';
import type { ScoreRecord } from '../../../src/iop/score.ts';
import type { SlipRecord } from '../../../src/iop/slip.ts';
import type { TaskRecord } from '../../../src/iop/task.ts';
import type { WorksheetRecord } from '../../../src/iop/worksheet.ts';
import { PROGRAM } from './keys.ts';

export type Happening = readonly [day: string, record: RecordEnvelope];

const of = (number: string) => ({ program: PROGRAM, client: `c-${number}` });

export function referredOn(
  number: string,
  said: Pick<
    ReferralRecord,
    | 'at'
    | 'service'
    | 'reason'
    | 'status'
    | 'withdrawal'
    | 'facility'
    | 'organization'
    | 'level'
    | 'consent'
    | 'note'
  >,
): Happening {
  const record: ReferralRecord = {
    ...{ kind: 'referral', id: `referral-${number}-out`, ...of(number), recordedAt: said.at },
    ...{ direction: 'out', clinician: 'moss', episode: `stay-${number}` },
    ...said,
  };
  return [said.at.slice(0, 10), record];
}

type Said = Omit<CheckInRecord, 'kind' | 'id' | 'program' | 'client' | 'recordedAt'>;

export function checkedIn(number: string, said: Said): Happening {
  const day = said.at.slice(0, 10);
  const record: CheckInRecord = {
    ...{ kind: 'check-in', id: `check-in-${number}-${day}`, ...of(number), recordedAt: said.at },
    ...said,
  };
  return [day, record];
}

/** Written down on the day it was spoken of, which is `told`. */
export function slipped(
  number: string,
  told: string,
  said: Omit<SlipRecord, 'kind' | 'id' | 'program' | 'client' | 'recordedAt'>,
): Happening {
  const record: SlipRecord = {
    ...{ kind: 'slip', id: `slip-${number}-${said.on}`, ...of(number), recordedAt: `${told}T13:15:00-04:00` },
    diagnosis: `dx-${number}-1`,
    ...said,
  };
  return [told, record];
}

export function discharged(
  number: string,
  said: Pick<DischargeRecord, 'at' | 'clinician' | 'disposition' | 'summary'>,
): Happening {
  const record: DischargeRecord = {
    ...{ kind: 'discharge', id: `discharge-${number}`, ...of(number), recordedAt: said.at },
    ...{ episode: `stay-${number}`, stage: 'final' },
    ...said,
  };
  return [said.at.slice(0, 10), record];
}

export function wrote(
  number: string,
  said: Pick<LetterRecord, 'at' | 'clinician' | 'status' | 'to' | 'subject' | 'text' | 'sentAt' | 'consent'>,
): Happening {
  const day = said.at.slice(0, 10);
  return [
    day,
    { ...{ kind: 'letter', id: `letter-${number}-${day}`, ...of(number), recordedAt: said.at }, ...said },
  ];
}

export function toSeeTo(
  number: string,
  said: Pick<TaskRecord, 'at' | 'matter' | 'status' | 'due' | 'text' | 'letter' | 'note' | 'means' | 'who'>,
): Happening {
  const day = said.at.slice(0, 10);
  const record: TaskRecord = {
    ...{
      kind: 'task',
      id: `task-${number}-${said.matter}`,
      ...of(number),
      recordedAt: said.at,
      owner: 'moss',
    },
    ...said,
  };
  return [day, record];
}

export function practiced(
  number: string,
  said: Pick<HomePracticeRecord, 'at' | 'practice' | 'minutes' | 'text'>,
): Happening {
  const day = said.at.slice(0, 10);
  const record: HomePracticeRecord = {
    ...{ kind: 'home-practice', id: `practice-${number}-${day}`, ...of(number), recordedAt: said.at },
    ...{ plan: `plan-${number}`, ...said },
  };
  return [day, record];
}

export function scored(
  number: string,
  said: Pick<ScoreRecord, 'at' | 'instrument' | 'total' | 'clinician' | 'note'>,
): Happening {
  const day = said.at.slice(0, 10);
  const record: ScoreRecord = {
    ...{ kind: 'score', id: `${said.instrument}-${number}-${day}`, ...of(number), recordedAt: said.at },
    ...said,
  };
  return [day, record];
}

export function watched(
  number: string,
  said: Pick<RiskRecord, 'risk' | 'status' | 'from' | 'until' | 'text' | 'score' | 'clinician'>,
): Happening {
  const record: RiskRecord = {
    ...{ kind: 'risk', id: `${said.risk}-${number}`, ...of(number) },
    recordedAt: `${said.from}T17:00:00-04:00`,
    ...said,
  };
  return [said.from, record];
}

export function filledIn(
  number: string,
  said: Pick<WorksheetRecord, 'at' | 'form' | 'goal' | 'reviewedBy' | 'answers'>,
): Happening {
  const day = said.at.slice(0, 10);
  const record: WorksheetRecord = {
    ...{ kind: 'worksheet', id: `worksheet-${number}-${day}`, ...of(number), recordedAt: said.at },
    ...{ status: 'completed', ...said },
  };
  return [day, record];
}

const HAPPENINGS: readonly Happening[] = [
  filledIn('101', {
    ...{ at: '2026-08-10T17:40:00-04:00', form: 'goal', goal: 'goal-101-1', reviewedBy: 'okafor' },
    answers: [
      { asked: 'want', text: 'To be the one who reads the story.' },
      { asked: 'step', text: 'Home before seven on Tuesdays and Thursdays.' },
      { asked: 'step', text: 'No shop on the way.' },
      { asked: 'obstacle', text: 'The meeting that runs late.' },
      { asked: 'help', text: 'Piet, and the alarm on my phone.' },
    ],
  }),
  filledIn('104', {
    ...{ at: '2026-09-09T10:50:00-04:00', form: 'triggers', reviewedBy: 'lindqvist' },
    answers: [
      { asked: 'obstacle', text: 'Friday, four in the afternoon.' },
      { asked: 'help', text: 'My brother has the card.' },
      { asked: 'learned', text: 'An empty weekend is the harder half.' },
    ],
  }),
  scored('101', { at: '2026-08-04T17:10:00-04:00', instrument: 'audit-c', total: 9, clinician: 'okafor' }),
  scored('101', { at: '2026-10-06T17:10:00-04:00', instrument: 'audit-c', total: 2, clinician: 'okafor' }),
  scored('104', { at: '2026-08-13T10:40:00-04:00', instrument: 'dast-10', total: 6, clinician: 'lindqvist' }),
  scored('107', { at: '2026-08-10T13:10:00-04:00', instrument: 'phq-9', total: 17, clinician: 'harlow' }),
  scored('107', { at: '2026-08-10T13:15:00-04:00', instrument: 'gad-7', total: 13, clinician: 'harlow' }),
  scored('107', { at: '2026-08-10T13:20:00-04:00', instrument: 'c-ssrs', total: 2, clinician: 'harlow' }),
  scored('107', { at: '2026-09-21T13:10:00-04:00', instrument: 'phq-9', total: 9, clinician: 'harlow' }),
  scored('107', { at: '2026-09-21T13:15:00-04:00', instrument: 'gad-7', total: 8, clinician: 'harlow' }),
  scored('107', { at: '2026-09-21T13:20:00-04:00', instrument: 'c-ssrs', total: 0, clinician: 'harlow' }),
  watched('107', {
    ...{ risk: 'self-harm', status: 'inactive', from: '2026-08-10', until: '2026-09-21' },
    ...{ score: 'c-ssrs-107-2026-08-10', clinician: 'harlow', text: 'Safety plan gone through weekly.' },
  }),
  watched('106', {
    ...{ risk: 'high-risk-period', status: 'inactive', from: '2026-09-28', until: '2026-10-07' },
    ...{ clinician: 'lindqvist', text: 'Midterms.' },
  }),
  wrote('103', {
    ...{ at: '2026-09-25T09:00:00-04:00', clinician: 'moss', status: 'sent', subject: 'attendance' },
    to: { kind: 'insurer', name: 'Granite Mutual', organization: 'granite-mutual' },
    ...{ sentAt: '2026-09-25T10:30:00-04:00', consent: 'consent-103-2' },
    text: 'Sessions attended in August, as asked for on 22 September.',
  }),
  practiced('106', { at: '2026-09-14T16:00:00-04:00', practice: 'breathing', minutes: 10 }),
  practiced('106', { at: '2026-09-15T16:10:00-04:00', practice: 'breathing', minutes: 10 }),
  practiced('106', {
    ...{ at: '2026-10-06T19:00:00-04:00', practice: 'breathing', minutes: 15 },
    text: 'Before the last midterm. Slept afterwards.',
  }),
  practiced('107', {
    at: '2026-09-05T08:30:00-04:00',
    practice: 'movement',
    minutes: 25,
    text: 'To the river.',
  }),
  wrote('104', {
    ...{ at: '2026-09-10T11:00:00-04:00', clinician: 'moss', status: 'draft', subject: 'attendance' },
    to: { kind: 'employer', name: 'Station Road Foundry' },
    text: 'Waits for a consent that names the employer.',
  }),
  wrote('106', {
    ...{ at: '2026-09-22T10:00:00-04:00', clinician: 'moss', status: 'not-sent', subject: 'accommodation' },
    to: { kind: 'college', name: 'Lock Street College' },
    text: 'Juno agreed the two days with the teachers alone, and wanted no letter.',
  }),
  discharged('108', {
    ...{ at: '2026-08-21T12:00:00-04:00', clinician: 'okafor', disposition: 'aadvice' },
    summary: 'Left in the third week. Inpatient care was offered and declined; the door stays open.',
  }),
  discharged('101', {
    ...{ at: '2026-10-09T19:00:00-04:00', clinician: 'okafor', disposition: 'home' },
    summary:
      'Ten weeks in the evening track. Sober evenings with the children for six weeks in a row.\nWeekly outpatient sessions from the middle of October.',
  }),
  discharged('107', {
    ...{ at: '2026-10-09T14:00:00-04:00', clinician: 'harlow', disposition: 'home' },
    summary:
      'Leaves the house every day and walks to work again. Back to Garden Way Counseling, once a week.',
  }),
  discharged('102', {
    ...{ at: '2026-10-16T17:00:00-04:00', clinician: 'okafor', disposition: 'home' },
    summary:
      'Nine weeks without a break in his routine. Monthly injection goes on; still looking for an apartment.',
  }),
  discharged('109', {
    ...{ at: '2026-10-16T12:00:00-04:00', clinician: 'lindqvist', disposition: 'home' },
    summary: 'Kept every shift. Peer support from here on.',
  }),
  slipped('108', '2026-08-18', {
    ...{ on: '2026-08-15', severity: 'relapse', substance: 'alcohol', clinician: 'okafor' },
    responses: ['level-reviewed', 'referred'],
    done: 'Told that inpatient care would be safer; he declined.',
    risk: { status: 'active', from: '2026-08-18' },
  }),
  slipped('104', '2026-09-07', {
    ...{ on: '2026-09-05', severity: 'slip', substance: 'stimulants', clinician: 'lindqvist' },
    responses: ['screen-ordered', 'plan-reviewed', 'stay-extended'],
    done: 'Came on Monday and said so. Stay extended by three weeks.',
    risk: { status: 'inactive', from: '2026-09-07', until: '2026-10-08' },
  }),
  slipped('105', '2026-09-29', {
    ...{ on: '2026-09-26', severity: 'slip', substance: 'cannabis', clinician: 'okafor' },
    responses: ['plan-reviewed', 'extra-session'],
    risk: { status: 'active', from: '2026-09-29' },
  }),
  checkedIn('101', {
    ...{ at: '2026-08-18T16:50:00-04:00', by: 'clinician', clinician: 'okafor' },
    ...{ craving: 6, triggers: ['stress'], triggerWords: 'The hour between work and dinner', sleepHours: 6 },
    ...{ progress: 'Five evenings of seven.', goodMornings: 4, arguments: 3, patience: 4 },
  }),
  checkedIn('101', {
    ...{ at: '2026-09-15T16:50:00-04:00', by: 'clinician', clinician: 'okafor' },
    ...{ craving: 3, triggers: ['stress'], sleepHours: 7, exhaustion: 4 },
    ...{ goodMornings: 6, arguments: 1, patience: 7, readiness: 9 },
    progress: 'Mornings are quiet again; fewer arguments about small things.',
  }),
  checkedIn('102', {
    ...{ at: '2026-09-08T06:10:00-04:00', by: 'client', craving: 2, triggers: ['places'], sleepHours: 7.5 },
    stressor: 'The bus to work now stops at the corner of the old street.',
  }),
  checkedIn('104', {
    ...{ at: '2026-09-02T10:20:00-04:00', by: 'clinician', clinician: 'lindqvist' },
    ...{ craving: 5, triggers: ['money-day', 'boredom'], sleepHours: 5.5 },
    stressor: 'Payday is Friday, and the long weekend is empty.',
  }),
  checkedIn('104', {
    ...{ at: '2026-09-09T10:20:00-04:00', by: 'clinician', clinician: 'lindqvist' },
    ...{ craving: 7, triggers: ['money-day'], sleepHours: 5, exhaustion: 7 },
  }),
  checkedIn('104', {
    ...{ at: '2026-10-07T10:20:00-04:00', by: 'clinician', clinician: 'lindqvist' },
    ...{ craving: 2, triggers: ['boredom'], sleepHours: 7 },
    progress: 'Hands the card to his brother without being asked.',
  }),
  checkedIn('106', {
    ...{ at: '2026-09-27T21:30:00-04:00', by: 'client', craving: 6, triggers: ['stress', 'poor-sleep'] },
    ...{
      sleepHours: 4.5,
      exhaustion: 8,
      stressor: 'Two midterms in two days, and a roommate who has pills.',
    },
  }),
  checkedIn('107', {
    ...{ at: '2026-09-14T12:40:00-04:00', by: 'clinician', clinician: 'harlow' },
    ...{ sleepHours: 7, exhaustion: 5, progress: 'Went to the market by herself.' },
  }),
  toSeeTo('101', {
    ...{ at: '2026-08-06T09:00:00-04:00', matter: 'childcare', status: 'completed', due: '2026-08-12' },
    means: 'family-care',
    text: 'Somebody for Wednesday evenings.',
    note: 'Grandmother does it.',
  }),
  toSeeTo('103', {
    ...{ at: '2026-08-28T09:00:00-04:00', matter: 'transport', status: 'completed' },
    means: 'transit',
    text: 'Bus pass until the car is repaired.',
  }),
  toSeeTo('104', {
    ...{ at: '2026-09-10T11:10:00-04:00', matter: 'employer', status: 'on-hold', due: '2026-10-23' },
    letter: 'letter-104-2026-09-10',
    note: 'Tom wants to think about whom it names.',
  }),
  toSeeTo('104', {
    ...{ at: '2026-08-12T09:00:00-04:00', matter: 'transport', status: 'completed' },
    ...{ means: 'carpool', who: 'family-104-luis', text: 'The first two weeks, until the bus runs again.' },
  }),
  toSeeTo('103', {
    ...{ at: '2026-09-21T09:30:00-04:00', matter: 'schedule', status: 'completed' },
    text: 'Shift moved to the afternoon; she arranged it herself.',
  }),
  toSeeTo('105', {
    ...{ at: '2026-09-01T15:00:00-04:00', matter: 'court', status: 'in-progress', due: '2026-10-30' },
    text: 'Find out which papers the court asks for, and what she wants it to have.',
  }),
  referredOn('108', {
    at: '2026-08-18T11:30:00-04:00',
    service: 'inpatient',
    reason: 'not-suitable',
    facility: 'Hillcrest Hospital',
    level: '3.7',
    status: 'revoked',
    withdrawal: { reason: 'declined', text: 'Would not hear of a hospital.' },
  }),
  referredOn('106', {
    at: '2026-09-03T12:00:00-04:00',
    service: 'community-resource',
    reason: 'practical',
    facility: 'Campus Bus Pass Office',
    status: 'completed',
  }),
  referredOn('101', {
    at: '2026-10-07T15:10:00-04:00',
    service: 'outpatient',
    reason: 'step-down',
    organization: 'lakeside-health',
    facility: 'Lakeside Health',
    level: '1',
    consent: 'consent-101-1',
    status: 'active',
    note: 'One session a week from the middle of October.',
  }),
  referredOn('109', {
    at: '2026-10-14T15:30:00-04:00',
    service: 'peer-support',
    reason: 'support',
    facility: 'Willow Street Recovery Cafe',
    status: 'active',
  }),
];

/** In the order in which they happened. */
export function happeningsOfWeek(monday: string, others: readonly Happening[]): RecordEnvelope[] {
  const next = addDays(monday, 7);
  return [...HAPPENINGS, ...others]
    .filter(([day]) => day >= monday && day < next)
    .toSorted(([a], [b]) => (a === b ? 0 : a < b ? -1 : 1))
    .map(([, record]) => record);
}

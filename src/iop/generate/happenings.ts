// One week of invented clients beside sessions and screens: check-ins, scores, practice, and what comes up.
import type { CheckInRecord } from '../check-in.ts';
import { TRIGGER } from '../codes-stay.ts';
import type { RecordEnvelope } from '../concept.ts';
import type { HomePracticeRecord } from '../home-practice.ts';
import type { LetterRecord } from '../letter.ts';
import type { RiskRecord } from '../risk.ts';
import { INSTRUMENTS, type Instrument, type ScoreRecord } from '../score.ts';
import type { SlipRecord } from '../slip.ts';
import type { TaskRecord } from '../task.ts';
import { codesOf } from '../vocabulary.ts';
import type { WorksheetRecord } from '../worksheet.ts';
import { addDays, instantAt } from './calendar.ts';
import { ZONE } from './clinic.ts';
import type { Outside, Person, Story } from './person.ts';
import type { Random } from './random.ts';
import { share } from './shares.ts';

/** A week of one client. */
export interface LivedWeek {
  program: string;
  person: Person;
  /** Its Monday. */
  monday: string;
  /** Of the stay; the week of admission is 0. */
  week: number;
  /** What is dated before it has happened. */
  today: string;
  outside: Outside;
  random: Random;
}

const TRIGGERS = codesOf(TRIGGER);

/** With the clinician every Tuesday, and on some Mondays before that what the client noted alone. */
export function checkInsOfWeek({ program, person, monday, week, random }: LivedWeek): CheckInRecord[] {
  const { client, stay } = person;
  const wished = Math.max(0, Math.min(10, Math.round(7 - week * 0.6) + random.whole(-1, 1)));
  const said = {
    ...(stay.mentalHealth ? {} : { craving: wished, triggers: [random.pick(TRIGGERS)] }),
    sleepHours: random.whole(9, 16) / 2,
  };
  const of = (day: string, time: string) => {
    const at = instantAt(day, time, ZONE);
    return {
      ...{ kind: 'check-in' as const, id: `check-in-${client}-${day}`, program, recordedAt: at, client },
      at,
    };
  };
  const own: CheckInRecord = {
    ...{ ...of(monday, '07:00'), by: 'client', ...said, exhaustion: random.whole(1, 8) },
    ...{ goodMornings: random.whole(1, 7), arguments: random.whole(0, 4), patience: random.whole(2, 9) },
    stressor: random.pick(['A talk with my manager', 'The weekend alone', 'A bill', 'My old street']),
  };
  const weekly: CheckInRecord = {
    ...{ ...of(addDays(monday, 1), '16:50'), by: 'clinician', clinician: stay.counselor, ...said },
    readiness: random.whole(4, 10),
  };
  return [...(random.chance(share('own-check-in')) ? [own] : []), weekly];
}

/** The rest of a week, in the order of its references. */
export function happeningsOfWeek(lived: LivedWeek): RecordEnvelope[] {
  return [
    ...scores(lived),
    ...practice(lived),
    ...worksheet(lived),
    ...slip(lived),
    ...risk(lived),
    ...letter(lived),
    ...tasks(lived),
  ];
}

const EVERY = 4;

/** At the beginning, every fourth week, and at the end. */
function scores({ program, person, monday, week, random }: LivedWeek): ScoreRecord[] {
  const { client, stay, story } = person;
  const last = addDays(monday, 6) === stay.until;
  if (week % EVERY !== 0 && !last) return [];
  const day = addDays(monday, 1);
  const at = instantAt(day, '17:10', ZONE);
  return story.instruments.map(({ instrument, first }) => ({
    ...{ kind: 'score', id: `${instrument}-${client}-${day}`, program, recordedAt: at, client, instrument },
    ...{ total: totalAfter(instrument, first, { week, improves: story.improves }, random), at },
    clinician: stay.counselor,
  }));
}

/** Falls by a fourteenth of the first one a week, or stays where it was. */
function totalAfter(
  instrument: Instrument,
  first: number,
  { week, improves }: { week: number; improves: boolean },
  random: Random,
): number {
  if (week === 0) return first;
  const total = improves ? first * (1 - week / 14) + random.whole(-1, 0) : first + random.whole(0, 2);
  return Math.max(0, Math.min(INSTRUMENTS[instrument].most, Math.round(total)));
}

function practice({ program, person, monday, random }: LivedWeek): HomePracticeRecord[] {
  if (!random.chance(share('practice'))) return [];
  const { client, number } = person;
  const day = addDays(monday, random.whole(0, 6));
  const at = instantAt(day, '20:00', ZONE);
  return [
    {
      ...{ kind: 'home-practice', id: `practice-${client}-${day}`, program, recordedAt: at, client, at },
      practice: random.pick(['breathing', 'journaling', 'mindfulness', 'movement', 'rest'] as const),
      ...{ minutes: random.whole(5, 40), plan: `plan-${number}` },
    },
  ];
}

function worksheet({ program, person, monday, week }: LivedWeek): WorksheetRecord[] {
  const { client, number, stay, story } = person;
  if (story.worksheet !== week) return [];
  const at = instantAt(addDays(monday, 2), '18:30', ZONE);
  return [
    {
      ...{ kind: 'worksheet', id: `worksheet-${number}`, program, recordedAt: at, client, form: 'goal' },
      ...{ status: 'completed', at, goal: `goal-${number}-1`, reviewedBy: stay.counselor },
      answers: [
        { asked: 'want', text: 'To be there when it counts.' },
        { asked: 'step', text: 'Write the week down on Sunday evening.' },
        { asked: 'obstacle', text: 'Evenings without a plan.' },
      ],
    },
  ];
}

function slip({ program, person, monday, week, random }: LivedWeek): SlipRecord[] {
  const { client, number, story, stay, problem } = person;
  if (story.slip !== week) return [];
  const relapse = random.chance(0.25);
  const substance =
    problem.treats === 'alcohol' || problem.treats === 'opioids' ? problem.treats : ('other' as const);
  return [
    {
      ...{
        kind: 'slip',
        id: `slip-${number}`,
        program,
        recordedAt: instantAt(addDays(monday, 1), '13:15', ZONE),
        client,
      },
      ...{ on: monday, severity: relapse ? 'relapse' : 'slip', substance },
      ...{ diagnosis: `dx-${number}`, responses: [relapse ? 'level-reviewed' : 'plan-reviewed'] },
      clinician: stay.counselor,
      ...(relapse ? { risk: { status: 'active' as const, from: monday } } : {}),
    },
  ];
}

function risk({ program, person, monday, week, today }: LivedWeek): RiskRecord[] {
  const { client, number, stay, story } = person;
  if (story.risk !== week) return [];
  const until = addDays(monday, 13);
  return [
    {
      ...{
        kind: 'risk',
        id: `risk-${number}`,
        program,
        recordedAt: instantAt(monday, '17:00', ZONE),
        client,
      },
      risk: stay.mentalHealth ? 'symptoms' : 'high-risk-period',
      ...(until < today ? { status: 'inactive' as const, until } : { status: 'active' as const }),
      ...{ from: monday, clinician: stay.counselor },
    },
  ];
}

/** To the payer where the client consented to it, else a draft that waits for a consent. */
function letter({ program, person, monday, week, outside }: LivedWeek): LetterRecord[] {
  const { client, number, story } = person;
  if (story.letter !== week) return [];
  const at = instantAt(addDays(monday, 3), '10:00', ZONE);
  const common = {
    ...{ kind: 'letter' as const, id: `letter-${number}`, program, recordedAt: at, client, at },
    clinician: 'moss',
  };
  const consent = story.payerConsent;
  if (consent === undefined)
    return [
      {
        ...{ ...common, status: 'draft', to: { kind: 'employer', name: 'Station Road Foundry' } },
        ...{ subject: 'leave', text: 'Waits for a consent that names the employer.' },
      },
    ];
  return [
    {
      ...{ ...common, status: 'sent', sentAt: instantAt(addDays(monday, 3), '15:30', ZONE), consent },
      to: { kind: 'insurer', name: 'Payer', organization: outside.payer },
      ...{ subject: 'attendance', text: 'Sessions attended, as asked for.' },
    },
  ];
}

const hasGap = ({ told }: Story, aspect: string): boolean =>
  told.some(one => one.aspect === aspect && one.finding === 'gap');

/** What a gap found at intake, and a letter, leave to be done. */
function tasks({ program, person, monday, week, random }: LivedWeek): TaskRecord[] {
  const { client, number, story } = person;
  const at = instantAt(addDays(monday, 3), '11:00', ZONE);
  const of = (matter: TaskRecord['matter'], more: Partial<TaskRecord>): TaskRecord => ({
    ...{ kind: 'task', id: `task-${number}-${matter}`, program, recordedAt: at, client, matter, at },
    ...{ status: 'completed', owner: 'moss' },
    ...more,
  });
  const means = random.pick(['shuttle', 'rideshare-credit', 'transit'] as const);
  return [
    ...(week === 0 && hasGap(story, 'transport') ? [of('transport', { means })] : []),
    ...(week === 0 && hasGap(story, 'childcare') ? [of('childcare', { means: 'family-care' })] : []),
    ...(story.letter === week
      ? [of(story.payerConsent === undefined ? 'employer' : 'insurance', { letter: `letter-${number}` })]
      : []),
  ];
}

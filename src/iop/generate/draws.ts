// What chance decides: who comes to a generated clinic with what, and how their weeks go.

import type { Drug } from '../drug-screen.ts';
import { prune } from '../element.ts';
import { DAYS } from '../hours.ts';
import type { Validity } from '../specimen-validity.ts';
import type { TrackRecord } from '../track.ts';
import { medicationKey } from './agreements.ts';
import { addDays, daysBetween, mondayOf } from './calendar.ts';
import { tracks } from './clinic.ts';
import type { Person, Problem, Story, Told } from './person.ts';
import type { Random } from './random.ts';
import type { Screened, Watch } from './screens.ts';
import { nameAt, type ShareName, share } from './shares.ts';
import type { Attended, Stay } from './week.ts';

/** Seats of a group; a counselor leads this many groups. */
export const GROUP = 10;
export const GROUPS_PER_COUNSELOR = 3;

const SUBSTANCE_USE: readonly Problem[] = [
  { code: 'F10.20', text: 'Alcohol use disorder, moderate or severe', treats: 'alcohol' },
  { code: 'F10.10', text: 'Alcohol use disorder, mild', treats: 'alcohol' },
  { code: 'F11.20', text: 'Opioid use disorder, moderate or severe', treats: 'opioids' },
  { code: 'F12.20', text: 'Cannabis use disorder, moderate or severe', treats: 'other' },
  { code: 'F14.20', text: 'Cocaine use disorder, moderate or severe', treats: 'other' },
  { code: 'F15.20', text: 'Stimulant use disorder, moderate or severe', treats: 'other' },
];

const MENTAL_HEALTH: readonly Problem[] = [
  { code: 'F33.1', text: 'Recurrent depression, moderate', treats: 'mood' },
  { code: 'F32.2', text: 'Depressive episode, severe', treats: 'mood' },
  { code: 'F41.1', text: 'Generalized anxiety', treats: 'mood' },
  { code: 'F43.10', text: 'Post-traumatic stress', treats: 'mood' },
];

export const counselorKey = (index: number): string => `counselor-${index + 1}`;

const ENDINGS = ['completed', 'ama', 'step-up', 'administrative'] as const;

/** Where and when a clinic takes somebody in. */
export interface Intake {
  program: string;
  /** Monday of the first week. */
  firstMonday: string;
  weeks: number;
  /** What is dated before it has happened. */
  today: string;
}

/** `random` is for the stay, `chance` for what happens in it. */
export function personOf(intake: Intake, index: number, random: Random, chance: Random): Person {
  const cohort = Math.floor(index / GROUP);
  const track = trackOf(intake.program, cohort);
  const problem = random.pick(track.service === 'iop-mh' ? MENTAL_HEALTH : SUBSTANCE_USE);
  const number = String(1001 + index);
  const planned = random.whole(8, 12);
  const begins = random.whole(0, Math.max(0, intake.weeks - planned));
  const ending = nameAt(random.next(), ENDINGS);
  const ends = begins + (ending === 'completed' ? planned : random.whole(1, 5));
  const stay: Stay = {
    client: `c-${number}`,
    episode: `stay-${number}`,
    cohort: `${track.id}-${cohort + 1}`,
    track,
    counselor: counselorKey(Math.floor(cohort / GROUPS_PER_COUNSELOR)),
    from: addDays(intake.firstMonday, begins * 7),
    until: addDays(intake.firstMonday, ends * 7 - 1),
    mentalHealth: problem.treats === 'mood',
    telehealth: track.site === 'online',
    medicated: isMedicated(problem, random),
    individual: { day: index % 5, time: `${14 + (index % 3)}:00` },
    family: random.chance(share('family')),
  };
  const completion = stay.until < intake.today ? ending : undefined;
  const story = storyOf({ number, problem, completed: ending === 'completed', weeks: ends - begins }, chance);
  return { client: stay.client, number, stay, problem, completion, story };
}

function isMedicated({ treats }: Problem, random: Random): boolean {
  if (treats === 'opioids') return random.chance(0.7);
  return treats === 'alcohol' && random.chance(0.3);
}

interface Fate {
  number: string;
  problem: Problem;
  /** Sooner or later. */
  completed: boolean;
  /** Of the stay. */
  weeks: number;
}

function storyOf({ number, problem, completed, weeks }: Fate, chance: Random): Story {
  const mood = problem.treats === 'mood';
  const some = (name: ShareName): number | undefined => {
    const week = chance.whole(0, weeks - 1);
    return chance.chance(share(name)) ? week : undefined;
  };
  const signs = (name: 'ehr' | 'payer'): string | undefined =>
    chance.chance(share(`${name}-consent`)) ? `consent-${name}-${number}` : undefined;
  const slip = some('slip');
  return prune<Story>({
    instruments: instrumentsOf(problem, chance),
    improves: chance.chance(share('improves')),
    slip: mood ? undefined : slip,
    risk: some('risk'),
    worksheet: some('worksheet'),
    letter: some('letter'),
    aftercare: chance.chance(share('aftercare')) && completed,
    told: toldBy(chance),
    ehrConsent: signs('ehr'),
    payerConsent: signs('payer'),
  });
}

/** Everybody has PHQ-9; besides what fits the problem. */
function instrumentsOf({ treats }: Problem, chance: Random): Story['instruments'] {
  const phq = { instrument: 'phq-9' as const, first: chance.whole(9, 21) };
  if (treats === 'mood')
    return [
      phq,
      { instrument: 'gad-7', first: chance.whole(7, 18) },
      { instrument: 'c-ssrs', first: chance.whole(0, 2) },
    ];
  if (treats === 'alcohol') return [phq, { instrument: 'audit-c', first: chance.whole(6, 11) }];
  return [phq, { instrument: 'dast-10', first: chance.whole(4, 9) }];
}

const toldBy = (chance: Random): Told[] => [
  {
    aspect: 'occupation',
    finding: chance.pick(['full-time', 'part-time', 'shifts', 'leave', 'seeking', 'none'] as const),
  },
  { aspect: 'finances', finding: chance.chance(share('strained')) ? 'strained' : 'enough' },
  { aspect: 'housing', finding: chance.chance(share('unsafe')) ? 'unsafe' : 'safe' },
  { aspect: 'transport', finding: chance.chance(share('transport-gap')) ? 'gap' : 'enough' },
  { aspect: 'childcare', finding: chance.chance(share('childcare-gap')) ? 'gap' : 'enough' },
];

/** Tracks by turns. */
function trackOf(program: string, cohort: number): TrackRecord {
  const all = tracks(program);
  return all[cohort % all.length] as TrackRecord;
}

/** A client who says some days before that they will not come. */
export const cancelsAhead = (random: Random): boolean => random.chance(share('cancelled'));

const STATUSES = ['present', 'late', 'left-early', 'excused', 'no-show'] as const;

/** About nine of ten sessions are attended in full; nobody misses more than half of one. */
export function attendedBy(random: Random, minutes: number): Attended {
  const half = Math.floor(minutes / 2);
  const status = nameAt(random.next(), STATUSES);
  if (status === 'late') return { status, minutes: Math.min(half, random.whole(5, 25)) };
  if (status === 'left-early') return { status, minutes: Math.min(half, random.whole(10, 45)) };
  if (status === 'excused')
    return { status, reason: random.pick(['ill', 'child at home', 'called in to work']) };
  return { status };
}

/**
 * One screen a week, on the first day on which the track meets, and in the first two weeks of a stay a
 * second one on the last; none without substance use, and none by video.
 */
export function screenedOf(person: Person | undefined, date: string, random: Random): Screened | undefined {
  if (person === undefined || person.stay.mentalHealth || person.stay.telehealth) return undefined;
  if (!isDue(person.stay, date)) return undefined;
  if (random.chance(share('refused'))) return { collection: 'refused' };
  if (random.chance(share('not-collected'))) return { collection: 'not-collected' };
  const expected = watchOf(person).expected;
  const positive: Drug[] = expected !== undefined && random.chance(0.95) ? [expected.drug] : [];
  if (random.chance(share('dilute'))) return { collection: 'collected', positive, validity: DILUTE };
  if (random.chance(share('unexpected'))) positive.push(random.pick(SLIPS));
  return { collection: 'collected', positive, observed: random.chance(0.3) };
}

const DILUTE: Validity = { verdict: 'dilute', creatinine: 12, ph: 6.4, specificGravity: 1.001 };
const SLIPS: readonly Drug[] = ['cannabinoids', 'benzoylecgonine', 'amphetamines', 'opiates'];

function isDue({ track, from }: Stay, date: string): boolean {
  const monday = mondayOf(date);
  const meetings = DAYS.flatMap((day, index) => (track.days.includes(day) ? [addDays(monday, index)] : []));
  const isNew = daysBetween(from, date) < 14;
  return date === meetings[0] || (isNew && date === meetings.at(-1));
}

export function watchOf(person: Person | undefined): Watch {
  if (person === undefined || !person.stay.medicated || person.problem.treats !== 'opioids') return {};
  return { expected: { drug: 'buprenorphine', medication: medicationKey(person.number) } };
}

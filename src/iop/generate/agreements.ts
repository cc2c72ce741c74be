// What was agreed with an invented client: goals, a plan, the rules, a medication order.
import type { AgreementRecord } from '../agreement.ts';
import type { RecordEnvelope } from '../concept.ts';
import type { GoalRecord } from '../goal.ts';
import type { MedicationRecord } from '../medication.ts';
import type { PlanRecord } from '../plan.ts';
import type { Base, Person, Problem } from './person.ts';
import type { Random } from './random.ts';

/** In the order of their references. */
export const agreementRecords = (base: Base, person: Person, random: Random): RecordEnvelope[] => [
  ...goalRecords(base, person, random),
  planRecord(base, person),
  attendanceAgreement(base, person),
  ...medicationRecords(base, person),
];

const GOALS: readonly Pick<GoalRecord, 'description' | 'area'>[] = [
  { description: 'Come to every session I have agreed to', area: 'recovery' },
  { description: 'Know my three strongest triggers and what I do about each', area: 'recovery' },
  { description: 'Be home for dinner with my family four evenings a week', area: 'family' },
  { description: 'Sleep seven hours a night', area: 'health' },
  { description: 'Keep my job while I am in treatment', area: 'work' },
  { description: 'Finish the semester', area: 'education' },
];

function goalRecords(base: Base, { client, number, stay, completion }: Person, random: Random): GoalRecord[] {
  const first = random.whole(0, GOALS.length - 1);
  return [0, 1].map(index => {
    const goal = GOALS[(first + index * 2) % GOALS.length] as (typeof GOALS)[number];
    const achieved = completion === 'completed' && random.chance(0.7);
    return {
      kind: 'goal',
      id: `goal-${number}-${index + 1}`,
      ...base,
      client,
      ...goal,
      status: completion === undefined ? 'active' : achieved ? 'completed' : 'cancelled',
      achievement: achieved ? 'achieved' : random.pick(['in-progress', 'improving', 'no-change']),
      from: stay.from,
      targets: [{ due: stay.until }],
      diagnoses: [`dx-${number}`],
      clinician: stay.counselor,
    };
  });
}

function planRecord(base: Base, { client, number, stay, problem, completion }: Person): PlanRecord {
  const mood = problem.treats === 'mood';
  return {
    kind: 'plan',
    id: `plan-${number}`,
    ...base,
    client,
    purpose: 'treatment',
    status: completion === undefined ? 'active' : completion === 'completed' ? 'completed' : 'revoked',
    title: 'Treatment plan',
    from: stay.from,
    until: stay.until,
    episode: stay.episode,
    author: stay.counselor,
    careTeam: `team-${number}`,
    diagnoses: [`dx-${number}`],
    goals: [`goal-${number}-1`, `goal-${number}-2`],
    intensity: { sessionsPerWeek: stay.track.days.length, minutesPerSession: 180 },
    activities: [
      { what: 'group-therapy', status: 'in-progress' },
      { what: mood ? 'dbt' : 'cbt', status: 'in-progress', timesPerWeek: 1, minutes: 60 },
      ...(mood ? [] : [{ what: 'urine-screening' as const, status: 'scheduled' as const, timesPerWeek: 1 }]),
    ],
  };
}

/** Everybody signs the rules of attendance. */
function attendanceAgreement(base: Base, { client, number, stay }: Person): AgreementRecord {
  const sober = stay.mentalHealth ? [] : (['sober', 'screening'] as const);
  return {
    ...{ kind: 'agreement', id: `agreement-${number}`, ...base, client, agreement: 'attendance' },
    ...{ status: 'signed', signedOn: stay.from, from: stay.from, plan: `plan-${number}` },
    rules: ['attend', 'tell-ahead', 'privacy', 'respect', ...sober],
    clinician: stay.counselor,
  };
}

/** What is ordered: RxNorm code, words, dose and rhythm. Codes: CMS137's lists of medications. */
interface Order {
  rxnorm: string;
  dosage: MedicationRecord['dosage'];
  observed?: boolean;
}

const ORDERS: Readonly<Partial<Record<Problem['treats'], Order>>> = {
  opioids: {
    rxnorm: '1010604',
    dosage: {
      text: 'One film under the tongue once a day',
      dose: { value: 1, unit: '{film}' },
      rhythm: { times: 1, every: 1, unit: 'day' },
      route: 'sublingual',
    },
  },
  alcohol: {
    rxnorm: '1483744',
    dosage: {
      text: 'One tablet by mouth once a day',
      dose: { value: 1, unit: '{tablet}' },
      rhythm: { times: 1, every: 1, unit: 'day' },
      route: 'oral',
    },
  },
};

/** The key of a client's order, as screens refer to it. */
export const medicationKey = (number: string): string => `rx-${number}`;

function medicationRecords(
  base: Base,
  { client, number, stay, problem, completion }: Person,
): MedicationRecord[] {
  const order = stay.medicated ? ORDERS[problem.treats] : undefined;
  if (order === undefined) return [];
  return [
    {
      kind: 'medication',
      id: medicationKey(number),
      ...base,
      client,
      status: completion === undefined || completion === 'completed' ? 'active' : 'stopped',
      ...order,
      orderedAt: base.recordedAt,
      orderedBy: 'castellan',
      from: stay.from,
      diagnoses: [`dx-${number}`],
    },
  ];
}

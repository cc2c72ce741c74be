// What was agreed with a person of the story: goals, plans, a medication order.
import type { RecordEnvelope } from '../../../src/iop/concept.ts';
import { instantAt } from '../../../src/iop/generate/calendar.ts';
import { ZONE } from '../../../src/iop/generate/clinic.ts';
import type { GoalProgress, GoalRecord } from '../../../src/iop/goal.ts';
import type { MedicationRecord } from '../../../src/iop/medication.ts';
import type { PlanRecord } from '../../../src/iop/plan.ts';
import { type Base, diagnosisKeys } from './keys.ts';
import type { StoryGoal, StoryPerson } from './people.ts';

/** In the order of their references. */
export const agreementsOf = (person: StoryPerson, base: Base): RecordEnvelope[] => [
  ...goalsOf(person, base),
  planOf(person, base),
  ...relapsePlanOf(person, base),
  ...orderOf(person, base),
];

const goalKeys = ({ number, goals }: StoryPerson): string[] =>
  goals.map((_, index) => `goal-${number}-${index + 1}`);

function goalsOf(person: StoryPerson, base: Base): GoalRecord[] {
  const keys = goalKeys(person);
  const main = diagnosisKeys(person).slice(0, 1);
  return person.goals.map(({ progress, ...one }, index) => ({
    kind: 'goal',
    id: keys[index] as string,
    ...base,
    from: person.from,
    diagnoses: main,
    clinician: person.counselor,
    ...one,
    ...progressOf(progress, person.counselor),
  }));
}

function progressOf(entries: StoryGoal['progress'], clinician: string): { progress?: GoalProgress[] } {
  if (entries === undefined) return {};
  return {
    progress: entries.map(([date, text]) => ({ at: instantAt(date, '12:00', ZONE), text, clinician })),
  };
}

function planOf(person: StoryPerson, base: Base): PlanRecord {
  const { number, counselor, track, from, until } = person;
  const weekend = track === 'weekend';
  return {
    kind: 'plan',
    id: `plan-${number}`,
    ...base,
    purpose: 'treatment',
    title: 'Treatment plan',
    from,
    until,
    episode: `stay-${number}`,
    author: counselor,
    careTeam: `team-${number}`,
    intensity: weekend
      ? { sessionsPerWeek: 2, minutesPerSession: 240 }
      : { sessionsPerWeek: 3, minutesPerSession: 180 },
    diagnoses: diagnosisKeys(person),
    goals: goalKeys(person),
    ...person.plan,
  };
}

function relapsePlanOf(person: StoryPerson, base: Base): PlanRecord[] {
  const { number, relapsePrevention, counselor, from } = person;
  if (relapsePrevention === undefined) return [];
  return [
    {
      kind: 'plan',
      id: `relapse-plan-${number}`,
      ...base,
      purpose: 'relapse-prevention',
      status: 'active',
      title: 'My plan for hard days',
      from,
      author: counselor,
      partOf: `plan-${number}`,
      ...relapsePrevention,
    },
  ];
}

function orderOf(person: StoryPerson, base: Base): MedicationRecord[] {
  const { number, order, from } = person;
  if (order === undefined) return [];
  return [
    {
      kind: 'medication',
      id: `rx-${number}`,
      ...base,
      orderedAt: base.recordedAt,
      orderedBy: 'castellan',
      from,
      diagnoses: diagnosisKeys(person).slice(0, 1),
      ...order,
    },
  ];
}

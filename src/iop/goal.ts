// A goal of a client, and how it is getting on.
//
// Glossary. area: what it is about. status: where the goal itself stands (proposed, active, completed).
// achievement: how far the client has come with it. targets: what would show that it is reached. progress:
// dated entries, oldest first; no counselling notes, these have rules of their own. outcome: what came of it.
import type { Annotation, AnyResource, CodeableConcept, Goal, GoalTarget } from '../fhir/types.ts';
import { endAfterStart, unless } from './check.ts';
import { GOAL_AREA } from './codes-care.ts';
import type { Concept, Links, Names, Part, Problem, RecordEnvelope } from './concept.ts';
import {
  businessIdentifier,
  codingsIn,
  concept,
  keyOf,
  keysOf,
  part,
  partOf,
  prune,
  recordedAtOf,
  recordedExtension,
  reference,
} from './element.ts';
import { type Amount, amount, amountOf, quantity } from './quantity.ts';
import { choice, date, instant, keyOfA, line, list, object, recordSchema, set } from './schema.ts';
import { type CodeOf, codesOf, localCode, localConcept } from './vocabulary.ts';

/** http://hl7.org/fhir/R4/valueset-goal-status.html */
const STATUSES = [
  'proposed',
  'planned',
  'accepted',
  'active',
  'on-hold',
  'completed',
  'cancelled',
  'rejected',
  'entered-in-error',
] as const;
/** http://hl7.org/fhir/R4/valueset-goal-achievement.html */
const ACHIEVEMENTS = [
  'in-progress',
  'improving',
  'worsening',
  'no-change',
  'achieved',
  'sustaining',
  'not-achieved',
  'no-progress',
  'not-attainable',
] as const;
const STANDARD_AREAS = ['behavioral', 'safety', 'housing', 'legal', 'independence'] as const;

const GOAL_ACHIEVEMENT = 'http://terminology.hl7.org/CodeSystem/goal-achievement';
const GOAL_CATEGORY = 'http://terminology.hl7.org/CodeSystem/goal-category';

type StandardArea = (typeof STANDARD_AREAS)[number];
export type GoalArea = StandardArea | CodeOf<typeof GOAL_AREA>;
export type GoalStatus = (typeof STATUSES)[number];
export type GoalAchievement = (typeof ACHIEVEMENTS)[number];

export interface GoalRecord extends RecordEnvelope {
  kind: 'goal';
  client: string;
  /** In the client's words. */
  description: string;
  status: GoalStatus;
  achievement?: GoalAchievement;
  area?: GoalArea;
  /** Since when, and since when it has the status: dates. */
  from?: string;
  statusSince?: string;
  targets?: GoalAim[];
  diagnoses?: string[];
  clinician?: string;
  progress?: GoalProgress[];
  outcome?: string;
}

export interface GoalAim {
  /** What is looked at: `evening sessions attended a week`. */
  measure?: string;
  /** What it should come to: an amount, or words. */
  amount?: Amount;
  words?: string;
  /** Until when: a date. */
  due?: string;
}

export interface GoalProgress {
  at: string;
  text: string;
  clinician?: string;
}

const schema = recordSchema(
  'goal',
  'A goal of a client',
  {
    client: keyOfA('client', 'Whose goal it is.'),
    description: line("What the client wants to reach, in the client's words.", 1000),
    status: choice(STATUSES, 'Where the goal itself stands.'),
    achievement: choice(ACHIEVEMENTS, 'How far the client has come with it.'),
    area: choice([...STANDARD_AREAS, ...codesOf(GOAL_AREA)], 'What it is about.'),
    from: date('Since when.'),
    statusSince: date('Since when it has this status.'),
    targets: list(
      object(
        {
          measure: line('What is looked at.'),
          amount: amount('What it should come to, as an amount.'),
          words: line('What it should come to, in words.'),
          due: date('Until when.'),
        },
        [],
      ),
      'What would show that it is reached.',
      10,
    ),
    diagnoses: set(keyOfA('diagnosis', 'What it addresses.'), 'What it addresses.', 20),
    clinician: keyOfA('clinician', 'With whom it was agreed.'),
    progress: list(
      object(
        {
          at: instant('When.'),
          text: line('How it is getting on.', 1000),
          clinician: keyOfA('clinician', 'Who wrote it.'),
        },
        ['at', 'text'],
      ),
      'Dated entries, oldest first.',
      500,
    ),
    outcome: line('What came of it.', 500),
  },
  ['client', 'description', 'status'],
);

function check(record: GoalRecord): Problem[] {
  const targets = (record.targets ?? []).flatMap(({ measure, amount: value, words, due }, index) => {
    const path = `targets[${index}]`;
    const goal = value !== undefined || words !== undefined;
    return [
      ...unless(measure !== undefined || due !== undefined, path, 'names neither a measure nor a date'),
      ...unless(measure !== undefined || !goal, `${path}.measure`, 'is missing: what should come to this?'),
      ...unless(value === undefined || words === undefined, `${path}.words`, 'stand beside an amount'),
      ...endAfterStart(record.from, due, `${path}.due`),
    ];
  });
  const entries = record.progress ?? [];
  const progress = entries.flatMap(({ at }, index) => {
    const before = entries[index - 1]?.at ?? at;
    const ordered = Date.parse(before) <= Date.parse(at);
    return unless(ordered, `progress[${index}].at`, 'is before the entry that stands before it');
  });
  return [...targets, ...progress];
}

function toFhir(record: GoalRecord, links: Links): Part[] {
  const goal: Goal = {
    resourceType: 'Goal',
    extension: recordedExtension(record),
    identifier: [businessIdentifier(record)],
    lifecycleStatus: record.status,
    achievementStatus: record.achievement && concept(GOAL_ACHIEVEMENT, record.achievement),
    category: record.area && [areaConcept(record.area)],
    description: { text: record.description },
    subject: { reference: links.to('client', record.client) },
    startDate: record.from,
    target: record.targets?.map(targetOf),
    statusDate: record.statusSince,
    expressedBy: reference(record.clinician && links.to('clinician', record.clinician)),
    addresses: record.diagnoses?.map(id => ({ reference: links.to('diagnosis', id) })),
    note: record.progress?.map(({ at, text, clinician }) => ({
      authorReference: reference(clinician && links.to('clinician', clinician)),
      time: at,
      text,
    })),
    outcomeCode: record.outcome === undefined ? undefined : [{ text: record.outcome }],
  };
  return [part('', goal)];
}

const isStandard = (area: GoalArea): area is StandardArea => STANDARD_AREAS.some(one => one === area);
const areaConcept = (area: GoalArea): CodeableConcept =>
  isStandard(area) ? concept(GOAL_CATEGORY, area) : localConcept(GOAL_AREA, area);

function areaOf(from: readonly CodeableConcept[] | undefined): GoalArea | undefined {
  const codes = codingsIn(GOAL_CATEGORY, from).map(one => one.code);
  return STANDARD_AREAS.find(one => codes.includes(one)) ?? localCode(GOAL_AREA, from);
}

function targetOf({ measure, amount: value, words, due }: GoalAim): GoalTarget {
  return {
    measure: measure === undefined ? undefined : { text: measure },
    detailQuantity: quantity(value),
    detailString: words,
    dueDate: due,
  };
}

const aimOf = (target: GoalTarget): GoalAim =>
  prune<GoalAim>({
    measure: target.measure?.text,
    amount: amountOf(target.detailQuantity),
    words: target.detailString,
    due: target.dueDate,
  });

const progressOf = (note: Annotation, names: Names): GoalProgress =>
  prune<GoalProgress>({
    at: note.time as string,
    text: note.text,
    clinician: keyOf(names, 'clinician', note.authorReference),
  });

function fromFhir(parts: ReadonlyMap<string, AnyResource>, names: Names, id: string): GoalRecord {
  const goal = partOf<Goal>(parts);
  const achieved = codingsIn(GOAL_ACHIEVEMENT, goal.achievementStatus).map(one => one.code);
  return prune<GoalRecord>({
    kind: 'goal',
    id,
    program: names.program,
    recordedAt: recordedAtOf(goal),
    client: keyOf(names, 'client', goal.subject),
    description: goal.description?.text,
    status: STATUSES.find(one => one === goal.lifecycleStatus),
    achievement: ACHIEVEMENTS.find(one => achieved.includes(one)),
    area: areaOf(goal.category),
    from: goal.startDate,
    statusSince: goal.statusDate,
    targets: goal.target?.map(aimOf),
    diagnoses: keysOf(names, 'diagnosis', goal.addresses),
    clinician: keyOf(names, 'clinician', goal.expressedBy),
    progress: goal.note?.map(note => progressOf(note, names)),
    outcome: goal.outcomeCode?.[0]?.text,
  });
}

export const goal: Concept<GoalRecord> = {
  kind: 'goal',
  title: 'A goal of a client and how it is getting on',
  schema,
  makes: ['Goal'],
  check,
  toFhir,
  fromFhir,
};

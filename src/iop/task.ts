// Something that staff have to see to for a client: a ride, child care, papers for an insurer or a court (Task).
// It is no appointment. What is written for it is a letter's, to whom a client is sent a referral's.
//
// Glossary. Matter: what it is about. Owner: who sees to it. Due: until when. Letter, referral: what it is for. Means:
// how a gap in transport or childcare is closed; a carpool is with the client's own people, never with another client.
import type { AnyResource, Task, TaskInput } from '../fhir/types.ts';
import { unless } from './check.ts';
import { MEANS, type Means } from './codes-life.ts';
import { TASK_MATTER } from './codes-stay.ts';
import type { Concept, Links, Names, Part, Problem, RecordEnvelope } from './concept.ts';
import {
  businessIdentifier,
  keyOf,
  keysOf,
  organizationReference,
  part,
  partOf,
  prune,
  recordedAtOf,
  recordedExtension,
  reference,
} from './element.ts';
import { choice, date, instant, keyOfA, line, prose, recordSchema } from './schema.ts';
import { type CodeOf, codesOf, localCode, localConcept } from './vocabulary.ts';

export interface TaskRecord extends RecordEnvelope {
  kind: 'task';
  client: string;
  matter: CodeOf<typeof TASK_MATTER>;
  status: (typeof STATUSES)[number];
  /** When it came up. */
  at: string;
  /** Date. */
  due?: string;
  owner?: string;
  /** How a gap is closed; of transport and childcare. */
  means?: Means;
  /** Family member record: who drives, or looks after the children. */
  who?: string;
  text?: string;
  letter?: string;
  referral?: string;
  note?: string;
}

/** http://hl7.org/fhir/R4/valueset-task-status.html */
const STATUSES = [
  'requested',
  'accepted',
  'in-progress',
  'on-hold',
  'completed',
  'failed',
  'cancelled',
  'entered-in-error',
] as const;

const schema = recordSchema(
  'task',
  'Something to see to for a client',
  {
    client: keyOfA('client', 'For whom.'),
    matter: choice(codesOf(TASK_MATTER), 'What it is about.'),
    status: choice(STATUSES, 'Where it stands.'),
    at: instant('When it came up.'),
    due: date('Until when.'),
    owner: keyOfA('clinician', 'Who sees to it.'),
    means: choice(codesOf(MEANS), 'How a gap is closed; of transport and childcare.'),
    who: keyOfA('family-member', 'Who drives, or looks after the children; never another client.'),
    text: line('What is to be done; names no other client.', 500),
    letter: keyOfA('letter', 'The letter that it is for.'),
    referral: keyOfA('referral', 'The referral that it is for.'),
    note: prose('Note; no counselling notes, these have rules of their own.'),
  },
  ['client', 'matter', 'status', 'at'],
);

/** By which means a gap of this kind is closed. */
const MEANS_FOR: Readonly<Partial<Record<TaskRecord['matter'], readonly Means[]>>> = {
  transport: ['shuttle', 'rideshare-credit', 'transit', 'carpool', 'telehealth', 'other-track'],
  childcare: ['on-site-care', 'family-care', 'paid-care', 'telehealth', 'other-track'],
};
/** Somebody of the client's own does it. */
const BY_FAMILY: readonly (Means | undefined)[] = ['carpool', 'family-care'];

function check({ at, due, matter, means, who }: TaskRecord): Problem[] {
  return [
    // By day: something may come up on the evening of the day on which it is due.
    ...unless(due === undefined || due >= at.slice(0, 10), 'due', 'is before the start'),
    ...unless(
      means === undefined || MEANS_FOR[matter]?.includes(means) === true,
      'means',
      `is none of ${matter}`,
    ),
    ...unless(
      who === undefined || BY_FAMILY.includes(means),
      'who',
      'is for a carpool or childcare by family or a friend',
    ),
  ];
}

/** A carpool is with somebody of the client's own: two clients never stand in one resource. */
function inputs({ means, who }: TaskRecord, links: Links): TaskInput[] {
  if (means === undefined) return [];
  const type = localConcept(MEANS, means);
  const person = who === undefined ? undefined : { reference: links.to('family-member', who) };
  return [
    { type, valueCodeableConcept: type },
    ...(person === undefined ? [] : [{ type, valueReference: person }]),
  ];
}

function toFhir(record: TaskRecord, links: Links): Part[] {
  const task: Task = {
    resourceType: 'Task',
    extension: recordedExtension(record),
    identifier: [businessIdentifier(record)],
    basedOn: record.referral === undefined ? [] : [{ reference: links.to('referral', record.referral) }],
    status: record.status,
    intent: 'order',
    code: localConcept(TASK_MATTER, record.matter),
    description: record.text,
    focus: reference(record.letter && links.to('letter', record.letter)),
    for: { reference: links.to('client', record.client) },
    authoredOn: record.at,
    requester: organizationReference(record.program),
    owner: reference(record.owner && links.to('clinician', record.owner)),
    note: record.note === undefined ? undefined : [{ text: record.note }],
    input: inputs(record, links),
    restriction: record.due === undefined ? undefined : { period: { end: record.due } },
  };
  return [part('', task)];
}

function fromFhir(parts: ReadonlyMap<string, AnyResource>, names: Names, id: string): TaskRecord {
  const task = partOf<Task>(parts);
  return prune<TaskRecord>({
    kind: 'task',
    id,
    program: names.program,
    recordedAt: recordedAtOf(task),
    client: keyOf(names, 'client', task.for),
    matter: localCode(TASK_MATTER, task.code),
    status: STATUSES.find(one => one === task.status),
    at: task.authoredOn,
    due: task.restriction?.period?.end,
    owner: keyOf(names, 'clinician', task.owner),
    means: localCode(
      MEANS,
      task.input?.map(one => one.valueCodeableConcept ?? {}),
    ),
    who: keysOf(
      names,
      'family-member',
      task.input?.map(one => one.valueReference ?? {}),
    )?.[0],
    text: task.description,
    letter: keyOf(names, 'letter', task.focus),
    referral: keysOf(names, 'referral', task.basedOn)?.[0],
    note: task.note?.[0]?.text,
  });
}

export const task: Concept<TaskRecord> = {
  kind: 'task',
  title: 'Something to see to for a client',
  schema,
  makes: ['Task'],
  check,
  toFhir,
  fromFhir,
};

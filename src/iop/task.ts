// Something that staff have to see to for a client: a ride, child care, papers for an insurer or a court (Task).
// It is no appointment. What is written for it is a letter's, to whom a client is sent a referral's.
//
// Glossary. Matter: what it is about. Owner: who sees to it. Due: until when. Letter, referral: what it is for.
import type { AnyResource, Task } from '../fhir/types.ts';
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
    text: line('What is to be done.', 500),
    letter: keyOfA('letter', 'The letter that it is for.'),
    referral: keyOfA('referral', 'The referral that it is for.'),
    note: prose('Note; no counselling notes, these have rules of their own.'),
  },
  ['client', 'matter', 'status', 'at'],
);

/** By day: something may come up on the evening of the day on which it is due. */
const check = ({ at, due }: TaskRecord): Problem[] =>
  due !== undefined && due < at.slice(0, 10) ? [{ path: 'due', message: 'is before the start' }] : [];

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

// A diagnosis of a client (Condition), coded in ICD-10-CM.
//
// Glossary. Status: where the condition stands; `relapse` and `remission` are what recovery is spoken of in.
// When it was recorded is Condition.recordedDate.
import type { AnyResource, CodeableConcept, Condition } from '../fhir/types.ts';
import { endAfterStart, unless } from './check.ts';
import type { Concept, Links, Names, Part, Problem, RecordEnvelope } from './concept.ts';
import {
  businessIdentifier,
  codeIn,
  codingsIn,
  concept,
  keyOf,
  part,
  partOf,
  prune,
  reference,
} from './element.ts';
import { choice, date, keyOfA, line, matching, prose, recordSchema } from './schema.ts';
import { CONDITION_CATEGORY, CONDITION_CLINICAL, CONDITION_VERIFICATION, ICD_10_CM } from './systems.ts';

export interface DiagnosisRecord extends RecordEnvelope {
  kind: 'diagnosis';
  client: string;
  /** ICD-10-CM. */
  code: string;
  /** In the program's words. */
  text?: string;
  category: (typeof CATEGORIES)[number];
  status?: (typeof STATUSES)[number];
  verification: (typeof VERIFICATIONS)[number];
  onset?: string;
  abatement?: string;
  diagnosedBy?: string;
  note?: string;
}

const CATEGORIES = ['encounter-diagnosis', 'problem-list-item'] as const;
const STATUSES = ['active', 'recurrence', 'relapse', 'inactive', 'remission', 'resolved'] as const;
const VERIFICATIONS = [
  'unconfirmed',
  'provisional',
  'differential',
  'confirmed',
  'refuted',
  'entered-in-error',
] as const;
/** con-4: what has abated is one of these. */
const ENDED: readonly (string | undefined)[] = ['inactive', 'remission', 'resolved'];

const schema = recordSchema(
  'diagnosis',
  'A diagnosis of a client',
  {
    client: keyOfA('client', 'Who has it.'),
    code: matching('^[A-Z][0-9][0-9A-Z](?:\\.[0-9A-Z]{1,4})?$', 'ICD-10-CM code.'),
    text: line("What it is, in the program's words."),
    category: choice(CATEGORIES, 'Why it was recorded.'),
    status: choice(STATUSES, 'Where it stands.'),
    verification: choice(VERIFICATIONS, 'How sure it is.'),
    onset: date('Since when.'),
    abatement: date('Until when.'),
    diagnosedBy: keyOfA('clinician', 'Who made it.'),
    note: prose('Note.'),
  },
  ['client', 'code', 'category', 'verification'],
);

/** The invariants con-3, con-4 and con-5 of R4's Condition, in the record's words. */
function check(record: DiagnosisRecord): Problem[] {
  const { status, verification } = record;
  const wrong = verification === 'entered-in-error';
  return [
    ...endAfterStart(record.onset, record.abatement, 'abatement'),
    ...unless(wrong || status !== undefined, 'status', 'is missing'),
    ...unless(!wrong || status === undefined, 'status', 'does not belong to what was entered in error'),
    ...unless(
      record.abatement === undefined || ENDED.includes(status),
      'status',
      'says that it goes on, but it has abated',
    ),
  ];
}

function known<C extends string>(
  values: readonly C[],
  system: string,
  from: CodeableConcept | undefined,
): C | undefined {
  const code = codeIn(system, from);
  return values.find(one => one === code);
}

function toFhir(record: DiagnosisRecord, links: Links): Part[] {
  const { status, text } = record;
  const condition: Condition = {
    resourceType: 'Condition',
    identifier: [businessIdentifier(record)],
    clinicalStatus: status === undefined ? undefined : concept(CONDITION_CLINICAL, status),
    verificationStatus: concept(CONDITION_VERIFICATION, record.verification),
    category: [concept(CONDITION_CATEGORY, record.category)],
    code: { ...concept(ICD_10_CM, record.code), text },
    subject: { reference: links.to('client', record.client) },
    onsetDateTime: record.onset,
    abatementDateTime: record.abatement,
    recordedDate: record.recordedAt,
    asserter: reference(
      record.diagnosedBy === undefined ? undefined : links.to('clinician', record.diagnosedBy),
    ),
    note: record.note === undefined ? undefined : [{ text: record.note }],
  };
  return [part('', condition)];
}

function fromFhir(parts: ReadonlyMap<string, AnyResource>, names: Names, id: string): DiagnosisRecord {
  const condition = partOf<Condition>(parts);
  const categories = codingsIn(CONDITION_CATEGORY, condition.category).map(one => one.code);
  return prune<DiagnosisRecord>({
    kind: 'diagnosis',
    id,
    program: names.program,
    recordedAt: condition.recordedDate,
    client: keyOf(names, 'client', condition.subject),
    code: codeIn(ICD_10_CM, condition.code),
    text: condition.code?.text,
    category: CATEGORIES.find(one => categories.includes(one)),
    status: known(STATUSES, CONDITION_CLINICAL, condition.clinicalStatus),
    verification: known(VERIFICATIONS, CONDITION_VERIFICATION, condition.verificationStatus),
    onset: condition.onsetDateTime,
    abatement: condition.abatementDateTime,
    diagnosedBy: keyOf(names, 'clinician', condition.asserter),
    note: condition.note?.[0]?.text,
  });
}

export const diagnosis: Concept<DiagnosisRecord> = {
  kind: 'diagnosis',
  title: 'A diagnosis of a client',
  schema,
  makes: ['Condition'],
  check,
  toFhir,
  fromFhir,
};

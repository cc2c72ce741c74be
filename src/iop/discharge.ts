// The summary of a stay that has ended (DocumentReference). When it ended and why (completed, against advice, ...)
// is the episode's to say and is not said here again.
//
// Glossary. Disposition: where the client went from here, in codes of R4. Summary: course, what was reached, what
// comes next; it stands in the document itself.
import type { AnyResource, DocumentReference } from '../fhir/types.ts';
import type { Concept, Links, Names, Part, Problem, RecordEnvelope } from './concept.ts';
import { textAttachment, textIn } from './document.ts';
import {
  businessIdentifier,
  codeIn,
  concept,
  keyOf,
  keysOf,
  organizationReference,
  part,
  partOf,
  prune,
  recordedAtOf,
  recordedExtension,
} from './element.ts';
import { choice, instant, keyOfA, prose, recordSchema } from './schema.ts';
import { DISCHARGE_DISPOSITION, LOINC } from './systems.ts';

export interface DischargeRecord extends RecordEnvelope {
  kind: 'discharge';
  client: string;
  episode: string;
  /** When the summary was written. */
  at: string;
  clinician: string;
  stage: (typeof STAGES)[number];
  disposition: keyof typeof DISPOSITIONS;
  summary: string;
}

/** http://hl7.org/fhir/R4/valueset-composition-status.html */
const STAGES = ['preliminary', 'final', 'amended', 'entered-in-error'] as const;

/** http://hl7.org/fhir/R4/valueset-encounter-discharge-disposition.html */
const DISPOSITIONS = {
  home: 'Home',
  aadvice: 'Left against advice',
  psy: 'Psychiatric hospital',
  rehab: 'Rehabilitation',
  oth: 'Other',
} as const;
const CODES = Object.keys(DISPOSITIONS) as (keyof typeof DISPOSITIONS)[];

/** LOINC. */
export const DISCHARGE_NOTE = '78263-1';

const schema = recordSchema(
  'discharge',
  'The summary of a stay that has ended',
  {
    client: keyOfA('client', 'Whose stay it was.'),
    episode: keyOfA('episode', 'The stay.'),
    at: instant('When the summary was written.'),
    clinician: keyOfA('clinician', 'Who wrote it.'),
    stage: choice(STAGES, 'How far the document is.'),
    disposition: choice(CODES, 'Where the client went from here.'),
    summary: prose(
      'Course, what was reached, what comes next; no counselling notes, these have rules of their own.',
      16_000,
    ),
  },
  ['client', 'episode', 'at', 'clinician', 'stage', 'disposition', 'summary'],
);

const check = (): Problem[] => [];

function toFhir(record: DischargeRecord, links: Links): Part[] {
  const document: DocumentReference = {
    resourceType: 'DocumentReference',
    extension: recordedExtension(record),
    identifier: [businessIdentifier(record)],
    status: record.stage === 'entered-in-error' ? 'entered-in-error' : 'current',
    docStatus: record.stage,
    type: concept(LOINC, DISCHARGE_NOTE, 'Discharge note'),
    subject: { reference: links.to('client', record.client) },
    date: record.at,
    author: [{ reference: links.to('clinician', record.clinician) }],
    custodian: organizationReference(record.program),
    content: [{ attachment: textAttachment(record.summary) }],
    context: {
      encounter: [{ reference: links.to('episode', record.episode) }],
      event: [concept(DISCHARGE_DISPOSITION, record.disposition, DISPOSITIONS[record.disposition])],
    },
  };
  return [part('', document)];
}

function fromFhir(parts: ReadonlyMap<string, AnyResource>, names: Names, id: string): DischargeRecord {
  const document = partOf<DocumentReference>(parts);
  const { context } = document;
  const code = codeIn(DISCHARGE_DISPOSITION, context?.event);
  return prune<DischargeRecord>({
    kind: 'discharge',
    id,
    program: names.program,
    recordedAt: recordedAtOf(document),
    client: keyOf(names, 'client', document.subject),
    episode: keysOf(names, 'episode', context?.encounter)?.[0],
    at: document.date,
    clinician: keysOf(names, 'clinician', document.author)?.[0],
    stage: STAGES.find(one => one === document.docStatus),
    disposition: CODES.find(one => one === code),
    summary: textIn(document.content?.[0]?.attachment),
  });
}

export const discharge: Concept<DischargeRecord> = {
  kind: 'discharge',
  title: 'The summary of a stay that has ended',
  schema,
  makes: ['DocumentReference'],
  check,
  toFhir,
  fromFhir,
};

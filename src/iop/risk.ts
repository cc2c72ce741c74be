// A mark for staff that they should bear something in mind about a client for a time (Flag): a hard week ahead,
// symptoms that get worse, thoughts of self-harm. The mark that a slip leaves is that record's.
//
// Glossary. Risk: of what. Score: the questionnaire that showed it, a C-SSRS for instance.
import type { AnyResource, Extension, Flag } from '../fhir/types.ts';
import { endAfterStart, unless } from './check.ts';
import { RISK } from './codes-stay.ts';
import type { Concept, Links, Names, Part, Problem, RecordEnvelope } from './concept.ts';
import {
  businessIdentifier,
  concept,
  keyOf,
  part,
  partOf,
  period,
  prune,
  recordedAtOf,
  recordedExtension,
  reference,
} from './element.ts';
import { choice, date, keyOfA, prose, recordSchema } from './schema.ts';
import { FLAG_CATEGORY } from './systems.ts';
import { type CodeOf, codesOf, localCode, localConcept } from './vocabulary.ts';

export interface RiskRecord extends RecordEnvelope {
  kind: 'risk';
  client: string;
  risk: CodeOf<typeof RISK>;
  status: (typeof STATUSES)[number];
  /** Dates. */
  from: string;
  until?: string;
  text?: string;
  score?: string;
  clinician?: string;
}

/** http://hl7.org/fhir/R4/valueset-flag-status.html */
const STATUSES = ['active', 'inactive', 'entered-in-error'] as const;

/** https://hl7.org/fhir/R4/extension-flag-detail.html */
const FLAG_DETAIL = 'http://hl7.org/fhir/StructureDefinition/flag-detail';

const schema = recordSchema(
  'risk',
  'Something that staff should bear in mind about a client',
  {
    client: keyOfA('client', 'Whose.'),
    risk: choice(codesOf(RISK), 'Of what.'),
    status: choice(STATUSES, 'Whether the mark stands.'),
    from: date('First day.'),
    until: date('Last day.'),
    text: prose('In words; no counselling notes, these have rules of their own.', 500),
    score: keyOfA('score', 'The score that showed it.'),
    clinician: keyOfA('clinician', 'Who set it.'),
  },
  ['client', 'risk', 'status', 'from'],
);

function check({ status, from, until }: RiskRecord): Problem[] {
  return [
    ...endAfterStart(from, until, 'until'),
    ...unless(status !== 'inactive' || until !== undefined, 'until', 'is missing'),
  ];
}

const detail = (record: RiskRecord, links: Links): Extension[] =>
  record.score === undefined
    ? []
    : [{ url: FLAG_DETAIL, valueReference: { reference: links.to('score', record.score) } }];

function toFhir(record: RiskRecord, links: Links): Part[] {
  const flag: Flag = {
    resourceType: 'Flag',
    extension: [...recordedExtension(record), ...detail(record, links)],
    identifier: [businessIdentifier(record)],
    status: record.status,
    category: [concept(FLAG_CATEGORY, 'safety', 'Safety')],
    code: {
      ...localConcept(RISK, record.risk),
      ...(record.text === undefined ? {} : { text: record.text }),
    },
    subject: { reference: links.to('client', record.client) },
    period: period(record.from, record.until),
    author: reference(record.clinician && links.to('clinician', record.clinician)),
  };
  return [part('', flag)];
}

function fromFhir(parts: ReadonlyMap<string, AnyResource>, names: Names, id: string): RiskRecord {
  const flag = partOf<Flag>(parts);
  const shown = flag.extension?.find(one => one.url === FLAG_DETAIL)?.valueReference;
  return prune<RiskRecord>({
    kind: 'risk',
    id,
    program: names.program,
    recordedAt: recordedAtOf(flag),
    client: keyOf(names, 'client', flag.subject),
    risk: localCode(RISK, flag.code),
    status: STATUSES.find(one => one === flag.status),
    from: flag.period?.start,
    until: flag.period?.end,
    text: flag.code?.text,
    score: keyOf(names, 'score', shown),
    clinician: keyOf(names, 'clinician', flag.author),
  });
}

export const risk: Concept<RiskRecord> = {
  kind: 'risk',
  title: 'Something that staff should bear in mind about a client',
  schema,
  makes: ['Flag'],
  check,
  toFhir,
  fromFhir,
};

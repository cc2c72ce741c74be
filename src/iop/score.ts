// The total score of a questionnaire that a client filled in (Observation): how the weekly check-in is
// measured, and what a payer's review looks at.
//
// Glossary. Instrument: which questionnaire. Total: its sum score; a higher one means more distress or use.
// When it was recorded is Observation.issued.
import type { AnyResource, CodeableConcept, Observation } from '../fhir/types.ts';
import { unless } from './check.ts';
import { INSTRUMENT } from './codes-life.ts';
import type { Concept, Links, Names, Part, Problem, RecordEnvelope } from './concept.ts';
import { businessIdentifier, codeIn, concept, keyOf, part, partOf, prune, reference } from './element.ts';
import { quantity } from './quantity.ts';
import { choice, instant, keyOfA, prose, recordSchema, whole } from './schema.ts';
import { LOINC, OBSERVATION_CATEGORY } from './systems.ts';

export interface ScoreRecord extends RecordEnvelope {
  kind: 'score';
  client: string;
  instrument: Instrument;
  total: number;
  /** When it was filled in. */
  at: string;
  clinician?: string;
  note?: string;
}

/**
 * Code of the total score, what it is called, and its greatest value. LOINC of GAD-7: HL7/personal-health-record-format-ig,
 * input/fsh/pghd/valuesets/Observation-ScoredAssessmentScore.fsh; of DAST-10: https://loinc.org/82667-7. C-SSRS has
 * codes for its questions alone.
 */
export const INSTRUMENTS = {
  'phq-9': { code: '44261-6', name: 'PHQ-9 total score', most: 27 },
  'audit-c': { code: '75626-2', name: 'AUDIT-C total score', most: 12 },
  audit: { code: '75624-7', name: 'AUDIT total score', most: 40 },
  dast: { code: '82665-1', name: 'DAST total score', most: 28 },
  'dast-10': { code: '82667-7', name: 'DAST-10 total score', most: 10 },
  'gad-7': { code: '70274-6', name: 'GAD-7 total score', most: 21 },
  'c-ssrs': { system: INSTRUMENT.url, code: 'c-ssrs', name: INSTRUMENT.codes['c-ssrs'], most: 6 },
} as const satisfies Record<string, Scored>;
export type Instrument = keyof typeof INSTRUMENTS;
const NAMES = Object.keys(INSTRUMENTS) as Instrument[];

interface Scored {
  /** LOINC unless told. */
  system?: string;
  code: string;
  name: string;
  most: number;
}
const isOf = ({ system = LOINC, code }: Scored, said: CodeableConcept | undefined): boolean =>
  codeIn(system, said) === code;

const schema = recordSchema(
  'score',
  'The total score of a questionnaire that a client filled in',
  {
    client: keyOfA('client', 'Who filled it in.'),
    instrument: choice(NAMES, 'Which questionnaire.'),
    total: whole('Sum score.', 0, 40),
    at: instant('When it was filled in.'),
    clinician: keyOfA('clinician', 'With whom it was looked at.'),
    note: prose('Note; no counselling notes, these have rules of their own.'),
  },
  ['client', 'instrument', 'total', 'at'],
);

function check({ instrument, total }: ScoreRecord): Problem[] {
  const { most } = INSTRUMENTS[instrument];
  return unless(total <= most, 'total', `is more than ${instrument} can give (${most})`);
}

function toFhir(record: ScoreRecord, links: Links): Part[] {
  const { system = LOINC, code, name }: Scored = INSTRUMENTS[record.instrument];
  const clinician = record.clinician === undefined ? undefined : links.to('clinician', record.clinician);
  const observation: Observation = {
    resourceType: 'Observation',
    identifier: [businessIdentifier(record)],
    status: 'final',
    category: [concept(OBSERVATION_CATEGORY, 'survey', 'Survey')],
    code: concept(system, code, name),
    subject: { reference: links.to('client', record.client) },
    effectiveDateTime: record.at,
    issued: record.recordedAt,
    performer: clinician === undefined ? undefined : [reference(clinician)!],
    valueQuantity: quantity({ value: record.total, unit: '{score}' }),
    note: record.note === undefined ? undefined : [{ text: record.note }],
  };
  return [part('', observation)];
}

function fromFhir(parts: ReadonlyMap<string, AnyResource>, names: Names, id: string): ScoreRecord {
  const observation = partOf<Observation>(parts);
  return prune<ScoreRecord>({
    kind: 'score',
    id,
    program: names.program,
    recordedAt: observation.issued,
    client: keyOf(names, 'client', observation.subject),
    instrument: NAMES.find(name => isOf(INSTRUMENTS[name], observation.code)),
    total: observation.valueQuantity?.value,
    at: observation.effectiveDateTime,
    clinician: keyOf(names, 'clinician', observation.performer?.[0]),
    note: observation.note?.[0]?.text,
  });
}

export const score: Concept<ScoreRecord> = {
  kind: 'score',
  title: 'The total score of a questionnaire that a client filled in',
  schema,
  makes: ['Observation'],
  check,
  toFhir,
  fromFhir,
};

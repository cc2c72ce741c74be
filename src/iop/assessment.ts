// The intake assessment (an Encounter before admission, and Observations of it). Diagnoses made there are
// records of their own.
//
// Glossary. Dimensions: ASAM's six, by number alone, each rated 0 to 4; its text is not ours to ship.
// Recommended: the level of care that follows. Home safe: the program goes home every night, and so has a home
// to go to. Readiness: how ready the client says to be, 0 to 10. Summary: history, challenges and what is wanted.
import type { AnyResource, CodeableConcept, Encounter, Observation } from '../fhir/types.ts';
import { endAfterStart, unless } from './check.ts';
import { LEVEL_OF_CARE, type LevelOfCare } from './codes.ts';
import { ASAM_DIMENSION, ASSESSMENT_ITEM, STAY_APPOINTMENT } from './codes-stay.ts';
import type { Concept, Links, Names, Part, Problem, RecordEnvelope } from './concept.ts';
import {
  businessIdentifier,
  coding,
  concept,
  keyOf,
  keysOf,
  organizationReference,
  part,
  partOf,
  period,
  prune,
  recordedAtOf,
  recordedExtension,
} from './element.ts';
import { quantity } from './quantity.ts';
import { choice, flag, instant, keyOfA, object, prose, recordSchema, whole } from './schema.ts';
import { serviceCode, serviceCodesIn, serviceConcept } from './service.ts';
import { ACT_CODE, OBSERVATION_CATEGORY } from './systems.ts';
import { type CodeOf, codesOf, localCode, localConcept } from './vocabulary.ts';

type Dimension = CodeOf<typeof ASAM_DIMENSION>;
const DIMENSIONS = codesOf(ASAM_DIMENSION);

export interface AssessmentRecord extends RecordEnvelope {
  kind: 'assessment';
  client: string;
  clinician: string;
  start: string;
  end: string;
  /** HCPCS or CPT. */
  service?: string;
  referral?: string;
  dimensions?: Partial<Record<Dimension, number>>;
  recommended: LevelOfCare;
  homeSafe?: boolean;
  readiness?: number;
  summary?: string;
}

const schema = recordSchema(
  'assessment',
  'The assessment of a client before admission',
  {
    client: keyOfA('client', 'Who is assessed.'),
    clinician: keyOfA('clinician', 'Who assesses.'),
    start: instant('Start.'),
    end: instant('End.'),
    service: serviceCode('What is billed.'),
    referral: keyOfA('referral', 'The referral that it answers.'),
    dimensions: object(
      Object.fromEntries(DIMENSIONS.map(one => [one, whole('0, no risk, to 4, severe.', 0, 4)])),
      [],
      "Ratings of ASAM's dimensions, by number.",
    ),
    recommended: choice(codesOf(LEVEL_OF_CARE), 'The level of care that follows.'),
    homeSafe: flag('Home is reasonably safe.'),
    readiness: whole('How ready the client says to be.', 0, 10),
    summary: prose(
      'History, challenges and what is wanted, summed up; no counselling notes, these have rules of their own.',
      8000,
    ),
  },
  ['client', 'clinician', 'start', 'end', 'recommended'],
);

function check({ start, end, dimensions }: AssessmentRecord): Problem[] {
  return [
    ...endAfterStart(start, end, 'end'),
    ...unless(Date.parse(start) !== Date.parse(end), 'end', 'is the start'),
    ...unless(
      dimensions === undefined || Object.keys(dimensions).length > 0,
      'dimensions',
      'says nothing: leave it out',
    ),
  ];
}

type Value = Pick<Observation, 'valueBoolean' | 'valueCodeableConcept' | 'valueQuantity' | 'note'>;

const score = (value: number): Value => ({ valueQuantity: quantity({ value, unit: '{score}' }) });

interface Finding {
  role: string;
  code: CodeableConcept;
  category: 'survey' | 'social-history';
  value: Value;
}

const dimensionRole = (one: Dimension): string => `dimension/${one}`;

function findings({
  dimensions = {},
  recommended,
  homeSafe,
  readiness,
  summary,
}: AssessmentRecord): Finding[] {
  const item = (
    role: CodeOf<typeof ASSESSMENT_ITEM>,
    category: Finding['category'],
    value: Value,
  ): Finding => ({ role, code: localConcept(ASSESSMENT_ITEM, role), category, value });
  const note = summary === undefined ? {} : { note: [{ text: summary }] };
  const rated = DIMENSIONS.flatMap((one): Finding[] => {
    const rating = dimensions[one];
    if (rating === undefined) return [];
    const code = localConcept(ASAM_DIMENSION, one);
    return [{ role: dimensionRole(one), code, category: 'survey', value: score(rating) }];
  });
  return [
    ...rated,
    item('level', 'survey', { valueCodeableConcept: localConcept(LEVEL_OF_CARE, recommended), ...note }),
    ...(homeSafe === undefined ? [] : [item('home-safe', 'social-history', { valueBoolean: homeSafe })]),
    ...(readiness === undefined ? [] : [item('readiness', 'survey', score(readiness))]),
  ];
}

function toFhir(record: AssessmentRecord, links: Links): Part[] {
  const patient = { reference: links.to('client', record.client) };
  const clinician = { reference: links.to('clinician', record.clinician) };
  const encounter: Encounter = {
    resourceType: 'Encounter',
    extension: recordedExtension(record),
    identifier: [businessIdentifier(record)],
    status: 'finished',
    class: coding(ACT_CODE, 'PRENC', 'pre-admission'),
    type: [
      localConcept(STAY_APPOINTMENT, 'intake-assessment'),
      ...(record.service === undefined ? [] : [serviceConcept(record.service)]),
    ],
    subject: patient,
    basedOn: record.referral === undefined ? [] : [{ reference: links.to('referral', record.referral) }],
    participant: [{ individual: clinician }],
    period: period(record.start, record.end),
    serviceProvider: organizationReference(record.program),
  };
  const observed = ({ role, code, category, value }: Finding): Part => {
    const observation: Observation = {
      resourceType: 'Observation',
      identifier: [businessIdentifier(record, role)],
      status: 'final',
      category: [concept(OBSERVATION_CATEGORY, category)],
      code,
      subject: patient,
      encounter: { reference: links.to('assessment', record.id) },
      effectiveDateTime: record.start,
      issued: record.recordedAt,
      performer: [clinician],
      ...value,
    };
    return part(role, observation);
  };
  return [part('', encounter), ...findings(record).map(observed)];
}

function fromFhir(parts: ReadonlyMap<string, AnyResource>, names: Names, id: string): AssessmentRecord {
  const encounter = partOf<Encounter>(parts);
  const item = (role: string) => partOf<Observation>(parts, role);
  const level = item('level');
  const who = encounter.participant?.map(one => one.individual ?? {});
  return prune<AssessmentRecord>({
    kind: 'assessment',
    id,
    program: names.program,
    recordedAt: recordedAtOf(encounter),
    client: keyOf(names, 'client', encounter.subject),
    clinician: keysOf(names, 'clinician', who)?.[0],
    start: encounter.period?.start,
    end: encounter.period?.end,
    service: serviceCodesIn(encounter.type)[0],
    referral: keysOf(names, 'referral', encounter.basedOn)?.[0],
    dimensions: Object.fromEntries(
      DIMENSIONS.map(one => [one, item(dimensionRole(one)).valueQuantity?.value]),
    ) as AssessmentRecord['dimensions'],
    recommended: localCode(LEVEL_OF_CARE, level.valueCodeableConcept),
    homeSafe: item('home-safe').valueBoolean,
    readiness: item('readiness').valueQuantity?.value,
    summary: level.note?.[0]?.text,
  });
}

export const assessment: Concept<AssessmentRecord> = {
  kind: 'assessment',
  title: 'The assessment of a client before admission',
  schema,
  makes: ['Encounter', 'Observation'],
  check,
  toFhir,
  fromFhir,
};

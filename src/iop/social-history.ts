// Social history: what of a client's life bears on treatment (Observation): work, school, children, home, money, and
// what makes it hard to come. What is done about a gap is a task or an activity of the plan.
//
// Glossary. Aspect: what it is about. Finding: how it stands there. By: whose word it is; a client's own is marked
// patient asserted (PATAST). Home, conflict at home and use by others there are labelled for what they reveal.
import type { AnyResource, Observation } from '../fhir/types.ts';
import { unless } from './check.ts';
import {
  SOCIAL_ASPECT,
  SOCIAL_FINDING,
  SOCIAL_ITEM,
  type SocialAspect,
  type SocialFinding,
} from './codes-life.ts';
import type { Concept, Links, Names, Part, Problem, RecordEnvelope } from './concept.ts';
import { businessIdentifier, concept, keyOf, keysOf, part, partOf, prune } from './element.ts';
import { PATIENT_ASSERTED } from './patient-asserted.ts';
import { choice, instant, keyOfA, prose, recordSchema } from './schema.ts';
import { OBSERVATION_CATEGORY } from './systems.ts';
import { codesOf, localCode, localConcept } from './vocabulary.ts';

export interface SocialHistoryRecord extends RecordEnvelope {
  kind: 'social-history';
  client: string;
  at: string;
  aspect: SocialAspect;
  finding: SocialFinding;
  by: 'client' | 'clinician';
  /** Whose word it is, or who asked. */
  clinician?: string;
  text?: string;
}

/** What can be found of each aspect. */
export const FINDINGS: Readonly<Record<SocialAspect, readonly SocialFinding[]>> = {
  occupation: ['full-time', 'part-time', 'shifts', 'leave', 'seeking', 'retired', 'none'],
  education: ['full-time', 'part-time', 'leave', 'none'],
  parenting: ['yes', 'no'],
  caregiving: ['yes', 'no'],
  housing: ['safe', 'unstable', 'unsafe', 'none'],
  conflict: ['none', 'past', 'present'],
  'use-at-home': ['yes', 'no'],
  transport: ['enough', 'arranged', 'gap'],
  childcare: ['enough', 'arranged', 'gap'],
  finances: ['enough', 'strained'],
  legal: ['none', 'past', 'present'],
  support: ['enough', 'strained', 'none'],
};

const schema = recordSchema(
  'social-history',
  'What of the life of a client bears on treatment',
  {
    client: keyOfA('client', 'Whose life.'),
    at: instant('When it was told.'),
    aspect: choice(codesOf(SOCIAL_ASPECT), 'What it is about.'),
    finding: choice(codesOf(SOCIAL_FINDING), 'How it stands; which there are depends on the aspect.'),
    by: choice(['client', 'clinician'], 'Whose word it is.'),
    clinician: keyOfA('clinician', 'Whose word it is, or who asked.'),
    text: prose('In words; names no other client, and no counselling notes.', 1000),
  },
  ['client', 'at', 'aspect', 'finding', 'by'],
);

function check({ aspect, finding, by, clinician }: SocialHistoryRecord): Problem[] {
  return [
    ...unless(FINDINGS[aspect].includes(finding), 'finding', `is none of ${aspect}`),
    ...unless(by !== 'clinician' || clinician !== undefined, 'clinician', 'is missing'),
  ];
}

function toFhir(record: SocialHistoryRecord, links: Links): Part[] {
  const patient = { reference: links.to('client', record.client) };
  const own = record.by === 'client';
  const { text } = record;
  const observation: Observation = {
    resourceType: 'Observation',
    meta: own ? { security: [PATIENT_ASSERTED] } : undefined,
    identifier: [businessIdentifier(record)],
    status: 'final',
    category: [concept(OBSERVATION_CATEGORY, 'social-history', 'Social History')],
    code: localConcept(SOCIAL_ASPECT, record.aspect),
    subject: patient,
    effectiveDateTime: record.at,
    issued: record.recordedAt,
    performer: [
      ...(own ? [patient] : []),
      ...(record.clinician === undefined ? [] : [{ reference: links.to('clinician', record.clinician) }]),
    ],
    valueCodeableConcept: localConcept(SOCIAL_FINDING, record.finding),
    component: text === undefined ? [] : [{ code: localConcept(SOCIAL_ITEM, 'words'), valueString: text }],
  };
  return [part('', observation)];
}

function fromFhir(parts: ReadonlyMap<string, AnyResource>, names: Names, id: string): SocialHistoryRecord {
  const observation = partOf<Observation>(parts);
  const { performer, component = [] } = observation;
  const clinician = keysOf(names, 'clinician', performer)?.[0];
  const own = keysOf(names, 'client', performer)?.[0];
  return prune<SocialHistoryRecord>({
    kind: 'social-history',
    id,
    program: names.program,
    recordedAt: observation.issued,
    client: keyOf(names, 'client', observation.subject),
    at: observation.effectiveDateTime,
    aspect: localCode(SOCIAL_ASPECT, observation.code),
    finding: localCode(SOCIAL_FINDING, observation.valueCodeableConcept),
    by: own !== undefined ? 'client' : clinician && 'clinician',
    clinician,
    text: component.find(one => localCode(SOCIAL_ITEM, one.code) === 'words')?.valueString,
  } as SocialHistoryRecord);
}

export const socialHistory: Concept<SocialHistoryRecord> = {
  kind: 'social-history',
  title: 'What of the life of a client bears on treatment',
  schema,
  makes: ['Observation'],
  check,
  toFhir,
  fromFhir,
};

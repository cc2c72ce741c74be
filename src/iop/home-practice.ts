// What a client practiced between sessions, by the client's own word (Observation). That it was agreed is an
// activity of the plan.
//
// Glossary. Practice: breathing, journaling, ... Plan: the plan in which it was agreed.
import type { AnyResource, Observation, ObservationComponent } from '../fhir/types.ts';
import { PRACTICE, PRACTICE_ITEM } from './codes-stay.ts';
import type { Concept, Links, Names, Part, Problem, RecordEnvelope } from './concept.ts';
import { businessIdentifier, concept, keyOf, keysOf, part, partOf, prune } from './element.ts';
import { PATIENT_ASSERTED } from './patient-asserted.ts';
import { quantity } from './quantity.ts';
import { choice, instant, keyOfA, prose, recordSchema, whole } from './schema.ts';
import { OBSERVATION_CATEGORY } from './systems.ts';
import { type CodeOf, codesOf, localCode, localConcept } from './vocabulary.ts';

export interface HomePracticeRecord extends RecordEnvelope {
  kind: 'home-practice';
  client: string;
  at: string;
  practice: CodeOf<typeof PRACTICE>;
  minutes?: number;
  text?: string;
  plan?: string;
}

const schema = recordSchema(
  'home-practice',
  'What a client practiced between sessions',
  {
    client: keyOfA('client', 'Who practiced.'),
    at: instant('When.'),
    practice: choice(codesOf(PRACTICE), 'What.'),
    minutes: whole('How long.', 1, 1440),
    text: prose("In the client's words; no counselling notes, these have rules of their own.", 1000),
    plan: keyOfA('plan', 'The plan in which it was agreed.'),
  },
  ['client', 'at', 'practice'],
);

const check = (): Problem[] => [];

const component = (
  item: CodeOf<typeof PRACTICE_ITEM>,
  value: Partial<ObservationComponent>,
): ObservationComponent => ({ code: localConcept(PRACTICE_ITEM, item), ...value });

function toFhir(record: HomePracticeRecord, links: Links): Part[] {
  const { minutes, text } = record;
  const patient = { reference: links.to('client', record.client) };
  const observation: Observation = {
    resourceType: 'Observation',
    meta: { security: [PATIENT_ASSERTED] },
    identifier: [businessIdentifier(record)],
    basedOn: record.plan === undefined ? [] : [{ reference: links.to('plan', record.plan) }],
    status: 'final',
    category: [concept(OBSERVATION_CATEGORY, 'survey', 'Survey')],
    code: localConcept(PRACTICE_ITEM, 'practice'),
    subject: patient,
    effectiveDateTime: record.at,
    issued: record.recordedAt,
    performer: [patient],
    valueCodeableConcept: localConcept(PRACTICE, record.practice),
    component: [
      ...(minutes === undefined
        ? []
        : [component('minutes', { valueQuantity: quantity({ value: minutes, unit: 'min' }) })]),
      ...(text === undefined ? [] : [component('words', { valueString: text })]),
    ],
  };
  return [part('', observation)];
}

function fromFhir(parts: ReadonlyMap<string, AnyResource>, names: Names, id: string): HomePracticeRecord {
  const observation = partOf<Observation>(parts);
  const item = (code: CodeOf<typeof PRACTICE_ITEM>) =>
    observation.component?.find(one => localCode(PRACTICE_ITEM, one.code) === code);
  return prune<HomePracticeRecord>({
    kind: 'home-practice',
    id,
    program: names.program,
    recordedAt: observation.issued,
    client: keyOf(names, 'client', observation.subject),
    at: observation.effectiveDateTime,
    practice: localCode(PRACTICE, observation.valueCodeableConcept),
    minutes: item('minutes')?.valueQuantity?.value,
    text: item('words')?.valueString,
    plan: keysOf(names, 'plan', observation.basedOn)?.[0],
  });
}

export const homePractice: Concept<HomePracticeRecord> = {
  kind: 'home-practice',
  title: 'What a client practiced between sessions',
  schema,
  makes: ['Observation'],
  check,
  toFhir,
  fromFhir,
};

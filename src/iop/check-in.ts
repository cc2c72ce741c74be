// A check-in: the weekly one with a clinician, or what a client noted alone, before or after discharge
// (Observation).
//
// Glossary. By: whose word it is; a client's own is marked patient asserted (PATAST). Craving, exhaustion: 0 to
// 10. Stressor: something real that the client brings to the next session. Progress: what became easier outside
// of the clinic: in words, and as mornings that went well, arguments at home, and patience. Readiness: how ready the
// client says to be, as at intake.
import type { AnyResource, Observation, ObservationComponent } from '../fhir/types.ts';
import { unless } from './check.ts';
import { CHECK_IN_ITEM, TRIGGER } from './codes-stay.ts';
import type { Concept, Links, Names, Part, Problem, RecordEnvelope } from './concept.ts';
import { businessIdentifier, concept, keyOf, keysOf, part, partOf, prune } from './element.ts';
import { PATIENT_ASSERTED } from './patient-asserted.ts';
import { quantity } from './quantity.ts';
import { choice, decimal, instant, keyOfA, line, prose, recordSchema, set, whole } from './schema.ts';
import { OBSERVATION_CATEGORY } from './systems.ts';
import { type CodeOf, codesOf, localCode, localConcept } from './vocabulary.ts';

export type Trigger = CodeOf<typeof TRIGGER>;
type Item = CodeOf<typeof CHECK_IN_ITEM>;

export interface CheckInRecord extends RecordEnvelope {
  kind: 'check-in';
  client: string;
  at: string;
  by: 'client' | 'clinician';
  /** Whose word it is, or with whom the client looked at it. */
  clinician?: string;
  craving?: number;
  triggers?: Trigger[];
  triggerWords?: string;
  sleepHours?: number;
  exhaustion?: number;
  stressor?: string;
  progress?: string;
  /** Of the last seven days: mornings that went well, arguments at home. */
  goodMornings?: number;
  arguments?: number;
  /** 0 to 10. */
  patience?: number;
  readiness?: number;
}

const SAID = [
  'craving',
  'triggers',
  'triggerWords',
  'sleepHours',
  'exhaustion',
  'stressor',
  'progress',
  'goodMornings',
  'arguments',
  'patience',
  'readiness',
] as const;

const schema = recordSchema(
  'check-in',
  'A check-in of a client, weekly or of their own',
  {
    client: keyOfA('client', 'Who checks in.'),
    at: instant('When.'),
    by: choice(['client', 'clinician'], 'Whose word it is.'),
    clinician: keyOfA('clinician', 'Whose word it is, or with whom the client looked at it.'),
    craving: whole('Craving.', 0, 10),
    triggers: set(choice(codesOf(TRIGGER), 'A trigger.'), 'Triggers that came up.'),
    triggerWords: line('Triggers in words.', 500),
    sleepHours: decimal('Hours of sleep a night.', 0, 24),
    exhaustion: whole('Exhaustion.', 0, 10),
    stressor: prose('What is brought to the next session; no counselling notes.', 1000),
    progress: prose('What became easier in daily life; no counselling notes.', 1000),
    goodMornings: whole('Mornings of the last seven that went well.', 0, 7),
    arguments: whole('Arguments at home in the last seven days.', 0, 99),
    patience: whole('Patience.', 0, 10),
    readiness: whole('How ready the client says to be.', 0, 10),
  },
  ['client', 'at', 'by'],
);

function check(record: CheckInRecord): Problem[] {
  return [
    ...unless(record.by !== 'clinician' || record.clinician !== undefined, 'clinician', 'is missing'),
    ...unless(
      SAID.some(field => record[field] !== undefined),
      'craving',
      'is missing, and all else that a check-in could say',
    ),
  ];
}

const component = (item: Item, value: Partial<ObservationComponent> | undefined): ObservationComponent[] =>
  value === undefined ? [] : [{ code: localConcept(CHECK_IN_ITEM, item), ...value }];

const amountIn = (value: number | undefined, unit: string) =>
  value === undefined ? undefined : { valueQuantity: quantity({ value, unit }) };
const text = (valueString: string | undefined) => (valueString === undefined ? undefined : { valueString });

function toFhir(record: CheckInRecord, links: Links): Part[] {
  const patient = { reference: links.to('client', record.client) };
  const own = record.by === 'client';
  const observation: Observation = {
    resourceType: 'Observation',
    meta: own ? { security: [PATIENT_ASSERTED] } : undefined,
    identifier: [businessIdentifier(record)],
    status: 'final',
    category: [concept(OBSERVATION_CATEGORY, 'survey', 'Survey')],
    code: localConcept(CHECK_IN_ITEM, 'check-in'),
    subject: patient,
    effectiveDateTime: record.at,
    issued: record.recordedAt,
    performer: [
      ...(own ? [patient] : []),
      ...(record.clinician === undefined ? [] : [{ reference: links.to('clinician', record.clinician) }]),
    ],
    component: [
      ...component('craving', amountIn(record.craving, '{score}')),
      ...(record.triggers ?? []).flatMap(one =>
        component('trigger', { valueCodeableConcept: localConcept(TRIGGER, one) }),
      ),
      ...component('trigger-words', text(record.triggerWords)),
      ...component('sleep', amountIn(record.sleepHours, 'h')),
      ...component('exhaustion', amountIn(record.exhaustion, '{score}')),
      ...component('stressor', text(record.stressor)),
      ...component('progress', text(record.progress)),
      ...component('good-mornings', amountIn(record.goodMornings, 'd')),
      ...component('arguments', amountIn(record.arguments, '{count}')),
      ...component('patience', amountIn(record.patience, '{score}')),
      ...component('readiness', amountIn(record.readiness, '{score}')),
    ],
  };
  return [part('', observation)];
}

function fromFhir(parts: ReadonlyMap<string, AnyResource>, names: Names, id: string): CheckInRecord {
  const observation = partOf<Observation>(parts);
  const { performer, component: components = [] } = observation;
  const all = (item: Item) => components.filter(one => localCode(CHECK_IN_ITEM, one.code) === item);
  const client = keyOf(names, 'client', observation.subject);
  const own = keysOf(names, 'client', performer)?.[0];
  const clinician = keysOf(names, 'clinician', performer)?.[0];
  return prune<CheckInRecord>({
    kind: 'check-in',
    id,
    program: names.program,
    recordedAt: observation.issued,
    client,
    at: observation.effectiveDateTime,
    by: own !== undefined ? 'client' : clinician && 'clinician',
    clinician,
    craving: all('craving')[0]?.valueQuantity?.value,
    triggers: all('trigger')
      .map(one => localCode(TRIGGER, one.valueCodeableConcept))
      .filter(one => one !== undefined),
    triggerWords: all('trigger-words')[0]?.valueString,
    sleepHours: all('sleep')[0]?.valueQuantity?.value,
    exhaustion: all('exhaustion')[0]?.valueQuantity?.value,
    stressor: all('stressor')[0]?.valueString,
    progress: all('progress')[0]?.valueString,
    goodMornings: all('good-mornings')[0]?.valueQuantity?.value,
    arguments: all('arguments')[0]?.valueQuantity?.value,
    patience: all('patience')[0]?.valueQuantity?.value,
    readiness: all('readiness')[0]?.valueQuantity?.value,
  } as CheckInRecord);
}

export const checkIn: Concept<CheckInRecord> = {
  kind: 'check-in',
  title: 'A check-in of a client, weekly or of their own',
  schema,
  makes: ['Observation'],
  check,
  toFhir,
  fromFhir,
};

// A slip or a relapse of a client (Observation), and the mark that staff should bear the risk in mind (Flag).
// What it means for a diagnosis is that record's status.
//
// Glossary. Severity: slip, a single occasion; relapse, use went on. Substance: in broad classes; what a screen
// showed is the screen's. Responses: what the program did. Risk: since when the mark stands, and until when.
import type { AnyResource, Flag, Observation, ObservationComponent } from '../fhir/types.ts';
import { endAfterStart, unless } from './check.ts';
import { RISK, SLIP_ITEM, SLIP_RESPONSE, SLIP_SEVERITY, SUBSTANCE_CLASS } from './codes-stay.ts';
import type { Concept, Links, Names, Part, Problem, RecordEnvelope } from './concept.ts';
import {
  businessIdentifier,
  concept,
  keyOf,
  keysOf,
  part,
  partOf,
  period,
  prune,
  reference,
} from './element.ts';
import { choice, date, keyOfA, object, prose, recordSchema, set } from './schema.ts';
import { FLAG_CATEGORY, OBSERVATION_CATEGORY } from './systems.ts';
import { type CodeOf, codesOf, localCode, localConcept } from './vocabulary.ts';

export interface SlipRecord extends RecordEnvelope {
  kind: 'slip';
  client: string;
  /** Date. */
  on: string;
  severity: CodeOf<typeof SLIP_SEVERITY>;
  substance: CodeOf<typeof SUBSTANCE_CLASS>;
  diagnosis?: string;
  responses?: CodeOf<typeof SLIP_RESPONSE>[];
  /** What was done, in words. */
  done?: string;
  clinician?: string;
  risk?: { status: (typeof RISK_STATUSES)[number]; from: string; until?: string };
}

/** http://hl7.org/fhir/R4/valueset-flag-status.html */
const RISK_STATUSES = ['active', 'inactive'] as const;
const FLAG = 'risk';

const schema = recordSchema(
  'slip',
  'A slip or a relapse of a client',
  {
    client: keyOfA('client', 'Whose.'),
    on: date('Day.'),
    severity: choice(codesOf(SLIP_SEVERITY), 'A single occasion, or use went on.'),
    substance: choice(codesOf(SUBSTANCE_CLASS), 'What was used.'),
    diagnosis: keyOfA('diagnosis', 'The diagnosis that it belongs to.'),
    responses: set(choice(codesOf(SLIP_RESPONSE), 'Something that was done.'), 'What was done.'),
    done: prose('What was done, in words; no counselling notes, these have rules of their own.'),
    clinician: keyOfA('clinician', 'Who recorded it.'),
    risk: object(
      {
        status: choice(RISK_STATUSES, 'Whether the mark stands.'),
        from: date('First day.'),
        until: date('Last day.'),
      },
      ['status', 'from'],
      'A mark for staff that the risk of relapse is high.',
    ),
  },
  ['client', 'on', 'severity', 'substance'],
);

function check({ on, risk }: SlipRecord): Problem[] {
  return [
    ...endAfterStart(on, risk?.from, 'risk.from'),
    ...endAfterStart(risk?.from, risk?.until, 'risk.until'),
    ...unless(risk?.status !== 'inactive' || risk.until !== undefined, 'risk.until', 'is missing'),
  ];
}

const component = (
  item: CodeOf<typeof SLIP_ITEM>,
  value: Partial<ObservationComponent>,
): ObservationComponent => ({ code: localConcept(SLIP_ITEM, item), ...value });

function toFhir(record: SlipRecord, links: Links): Part[] {
  const patient = { reference: links.to('client', record.client) };
  const clinician = reference(record.clinician && links.to('clinician', record.clinician));
  const { risk, done } = record;
  const observation: Observation = {
    resourceType: 'Observation',
    identifier: [businessIdentifier(record)],
    status: 'final',
    category: [concept(OBSERVATION_CATEGORY, 'social-history', 'Social History')],
    code: localConcept(SLIP_ITEM, 'slip'),
    subject: patient,
    focus: record.diagnosis === undefined ? [] : [{ reference: links.to('diagnosis', record.diagnosis) }],
    effectiveDateTime: record.on,
    issued: record.recordedAt,
    performer: clinician && [clinician],
    valueCodeableConcept: localConcept(SLIP_SEVERITY, record.severity),
    component: [
      component('substance', { valueCodeableConcept: localConcept(SUBSTANCE_CLASS, record.substance) }),
      ...(record.responses ?? []).map(one =>
        component('response', { valueCodeableConcept: localConcept(SLIP_RESPONSE, one) }),
      ),
      ...(done === undefined ? [] : [component('response-words', { valueString: done })]),
    ],
  };
  if (risk === undefined) return [part('', observation)];
  const flag: Flag = {
    resourceType: 'Flag',
    identifier: [businessIdentifier(record, FLAG)],
    status: risk.status,
    category: [concept(FLAG_CATEGORY, 'safety', 'Safety')],
    code: localConcept(RISK, 'relapse'),
    subject: patient,
    period: period(risk.from, risk.until),
    author: clinician,
  };
  return [part('', observation), part(FLAG, flag)];
}

function fromFhir(parts: ReadonlyMap<string, AnyResource>, names: Names, id: string): SlipRecord {
  const observation = partOf<Observation>(parts);
  const flag = partOf<Flag>(parts, FLAG);
  const all = (item: CodeOf<typeof SLIP_ITEM>) =>
    (observation.component ?? []).filter(one => localCode(SLIP_ITEM, one.code) === item);
  return prune<SlipRecord>({
    kind: 'slip',
    id,
    program: names.program,
    recordedAt: observation.issued,
    client: keyOf(names, 'client', observation.subject),
    on: observation.effectiveDateTime,
    severity: localCode(SLIP_SEVERITY, observation.valueCodeableConcept),
    substance: localCode(SUBSTANCE_CLASS, all('substance')[0]?.valueCodeableConcept),
    diagnosis: keysOf(names, 'diagnosis', observation.focus)?.[0],
    responses: all('response')
      .map(one => localCode(SLIP_RESPONSE, one.valueCodeableConcept))
      .filter(one => one !== undefined),
    done: all('response-words')[0]?.valueString,
    clinician: keysOf(names, 'clinician', observation.performer)?.[0],
    risk: {
      status: RISK_STATUSES.find(one => one === flag.status),
      from: flag.period?.start,
      until: flag.period?.end,
    } as SlipRecord['risk'],
  });
}

export const slip: Concept<SlipRecord> = {
  kind: 'slip',
  title: 'A slip or a relapse of a client',
  schema,
  makes: ['Observation', 'Flag'],
  check,
  toFhir,
  fromFhir,
};

// A medication order: what a client is to take, how, and for how long.
//
// Glossary. rxnorm: the medication, by its RxNorm code. dosage: instructions in words, and as far as they
// can be said so, dose, rhythm (`times` every `every` `unit`s) and route. course: `from` to `until`.
// dispense: what a pharmacy may give out. observed: doses are taken in front of staff.
import type {
  AnyResource,
  Dosage,
  Duration,
  MedicationRequest,
  MedicationRequestDispenseRequest,
} from '../fhir/types.ts';
import { endAfterStart, unless } from './check.ts';
import { MEDICATION_ROUTE, OBSERVED_DOSING_EXTENSION } from './codes-care.ts';
import type { Concept, Links, Names, Part, Problem, RecordEnvelope } from './concept.ts';
import {
  businessIdentifier,
  codeIn,
  concept,
  keyOf,
  keysOf,
  part,
  partOf,
  period,
  prune,
  recordedAtOf,
  recordedExtension,
  reference,
} from './element.ts';
import { type Amount, amount, amountOf, quantity, UCUM } from './quantity.ts';
import { medicationName, RXNORM } from './rxnorm.ts';
import {
  choice,
  date,
  flag,
  instant,
  keyOfA,
  line,
  matching,
  object,
  recordSchema,
  set,
  whole,
} from './schema.ts';
import { type CodeOf, codesOf, extend, extensionValue, localCode, localConcept } from './vocabulary.ts';

/** http://hl7.org/fhir/R4/valueset-medicationrequest-status.html */
const STATUSES = [
  'draft',
  'active',
  'on-hold',
  'completed',
  'stopped',
  'cancelled',
  'entered-in-error',
] as const;
const RHYTHM_UNITS = { hour: 'h', day: 'd', week: 'wk', month: 'mo' } as const;
type RhythmUnit = keyof typeof RHYTHM_UNITS;
const UNIT_NAMES = Object.keys(RHYTHM_UNITS) as RhythmUnit[];

export type MedicationStatus = (typeof STATUSES)[number];
export type Route = CodeOf<typeof MEDICATION_ROUTE>;

export interface MedicationRecord extends RecordEnvelope {
  kind: 'medication';
  client: string;
  status: MedicationStatus;
  rxnorm: string;
  /** The program's name for it, where the usual one does not do. */
  name?: string;
  /** Instant. */
  orderedAt: string;
  orderedBy?: string;
  dosage: MedicationDosage;
  /** First and last day. */
  from?: string;
  until?: string;
  dispense?: Dispense;
  diagnoses?: string[];
  observed?: boolean;
  note?: string;
}

export interface MedicationDosage {
  text: string;
  dose?: Amount;
  rhythm?: { times: number; every: number; unit: RhythmUnit };
  route?: Route;
  asNeeded?: boolean;
}

export interface Dispense {
  amount?: Amount;
  refills?: number;
  /** How many days the amount lasts. */
  days?: number;
}

const dosage = object(
  {
    text: line('Instructions in words.', 500),
    dose: amount('How much each time.'),
    rhythm: object(
      {
        times: whole('How many times.', 1, 24),
        every: whole('In how many units.', 1, 365),
        unit: choice(UNIT_NAMES, 'Unit.'),
      },
      ['times', 'every', 'unit'],
      'How often: `times` in every `every` units.',
    ),
    route: choice(codesOf(MEDICATION_ROUTE), 'How it is given.'),
    asNeeded: flag('Only when needed.'),
  },
  ['text'],
  'How it is taken.',
);

const schema = recordSchema(
  'medication',
  'A medication order',
  {
    client: keyOfA('client', 'Who takes it.'),
    status: choice(STATUSES, 'Where the order stands.'),
    rxnorm: matching('^[1-9][0-9]{0,7}$', 'RxNorm code.'),
    name: line("The program's name for it."),
    orderedAt: instant('When it was ordered.'),
    orderedBy: keyOfA('clinician', 'Who ordered it.'),
    dosage,
    from: date('First day.'),
    until: date('Last day.'),
    dispense: object(
      {
        amount: amount('What is given out each time.'),
        refills: whole('How often it may be given out again.', 0, 99),
        days: whole('How many days the amount lasts.', 1, 365),
      },
      [],
      'What a pharmacy may give out.',
    ),
    diagnoses: set(keyOfA('diagnosis', 'What it is for.'), 'What it is for.', 20),
    observed: flag('Doses are taken in front of staff.'),
    note: line('Note.', 1000),
  },
  ['client', 'status', 'rxnorm', 'orderedAt', 'dosage'],
);

function check(record: MedicationRecord): Problem[] {
  return [
    ...endAfterStart(record.from, record.until, 'until'),
    ...unless(
      record.dispense === undefined || Object.keys(record.dispense).length > 0,
      'dispense',
      'says nothing: leave it out',
    ),
  ];
}

function toFhir(record: MedicationRecord, links: Links): Part[] {
  const request: MedicationRequest = {
    resourceType: 'MedicationRequest',
    extension: [...recordedExtension(record), ...extend(OBSERVED_DOSING_EXTENSION, record.observed)],
    identifier: [businessIdentifier(record)],
    status: record.status,
    intent: 'order',
    medicationCodeableConcept: {
      ...concept(RXNORM, record.rxnorm, medicationName(record.rxnorm)),
      text: record.name,
    },
    subject: { reference: links.to('client', record.client) },
    authoredOn: record.orderedAt,
    requester: reference(record.orderedBy && links.to('clinician', record.orderedBy)),
    reasonReference: record.diagnoses?.map(id => ({ reference: links.to('diagnosis', id) })),
    note: record.note === undefined ? undefined : [{ text: record.note }],
    dosageInstruction: [instructionOf(record)],
    dispenseRequest: record.dispense && dispenseOf(record.dispense),
  };
  return [part('', request)];
}

function instructionOf({
  dosage: { text, dose, rhythm, route, asNeeded },
  from,
  until,
}: MedicationRecord): Dosage {
  return {
    text,
    timing: {
      repeat: {
        boundsPeriod: period(from, until),
        frequency: rhythm?.times,
        period: rhythm?.every,
        periodUnit: rhythm && RHYTHM_UNITS[rhythm.unit],
      },
    },
    asNeededBoolean: asNeeded,
    route: route && localConcept(MEDICATION_ROUTE, route),
    doseAndRate: dose && [{ doseQuantity: quantity(dose) }],
  };
}

function dispenseOf({ amount: each, refills, days }: Dispense): MedicationRequestDispenseRequest {
  const lasts: Duration | undefined =
    days === undefined ? undefined : { value: days, unit: 'days', system: UCUM, code: 'd' };
  return {
    numberOfRepeatsAllowed: refills,
    quantity: quantity(each),
    expectedSupplyDuration: lasts,
  };
}

function dosageOf(instruction: Dosage | undefined): MedicationDosage {
  const { frequency: times, period: every, periodUnit } = instruction?.timing?.repeat ?? {};
  const unit = UNIT_NAMES.find(one => RHYTHM_UNITS[one] === periodUnit);
  return {
    text: instruction?.text,
    dose: amountOf(instruction?.doseAndRate?.[0]?.doseQuantity),
    rhythm: { times, every, unit },
    route: localCode(MEDICATION_ROUTE, instruction?.route),
    asNeeded: instruction?.asNeededBoolean,
  } as MedicationDosage;
}

const dispenseFrom = (request: MedicationRequestDispenseRequest | undefined): Dispense =>
  ({
    amount: amountOf(request?.quantity),
    refills: request?.numberOfRepeatsAllowed,
    days: request?.expectedSupplyDuration?.code === 'd' ? request.expectedSupplyDuration.value : undefined,
  }) as Dispense;

function fromFhir(parts: ReadonlyMap<string, AnyResource>, names: Names, id: string): MedicationRecord {
  const request = partOf<MedicationRequest>(parts);
  const instruction = request.dosageInstruction?.[0];
  const course = instruction?.timing?.repeat?.boundsPeriod;
  return prune<MedicationRecord>({
    kind: 'medication',
    id,
    program: names.program,
    recordedAt: recordedAtOf(request),
    client: keyOf(names, 'client', request.subject),
    status: STATUSES.find(one => one === request.status),
    rxnorm: codeIn(RXNORM, request.medicationCodeableConcept),
    name: request.medicationCodeableConcept?.text,
    orderedAt: request.authoredOn,
    orderedBy: keyOf(names, 'clinician', request.requester),
    dosage: dosageOf(instruction),
    from: course?.start,
    until: course?.end,
    dispense: dispenseFrom(request.dispenseRequest),
    diagnoses: keysOf(names, 'diagnosis', request.reasonReference),
    observed: extensionValue(OBSERVED_DOSING_EXTENSION, request),
    note: request.note?.[0]?.text,
  });
}

export const medication: Concept<MedicationRecord> = {
  kind: 'medication',
  title: 'A medication order',
  schema,
  makes: ['MedicationRequest'],
  check,
  toFhir,
  fromFhir,
};

// Of what a consent is: which records, in clinic words, and how these stand in a provision of a Consent.
//
// Glossary. A kind is exactly the types of FHIR resources beside it, since a Consent is read by type: a word that
// were narrower than its types would let out more than it says. Hence `results`: urine screens, scores, check-ins
// and slips are all Observations. Sensitive: what a record reveals, by the labels that the server puts on it. Self-paid: a session that
// the client paid for alone (42 CFR 2.26, 45 CFR 164.522(a)(1)(vi)): its Encounter, its Appointment, and whatever
// refers to one of them.
import type {
  CodeableConcept,
  Coding,
  ConsentProvision,
  ConsentProvisionData,
  Period,
} from '../fhir/types.ts';
import type { Links, Names } from './concept.ts';
import { coding, concept, keyOf, period } from './element.ts';
import { choice, date, keyOfA, object, type Schema, set } from './schema.ts';
import { appointmentRole } from './session-fhir.ts';
import { ACT_CODE } from './systems.ts';

export interface ConsentScope {
  /** Only these. */
  only?: RecordKind[];
  /** Of what is permitted, not these. */
  except?: RecordKind[];
  /** Of what is permitted, not what reveals this. */
  exceptSensitive?: Sensitivity[];
  /** First and last day that the records are about. */
  dataFrom?: string;
  dataUntil?: string;
  /** A restriction on these sessions alone. */
  selfPaid?: SelfPaid[];
}

export interface SelfPaid {
  session: string;
  attendance: string;
}

export type RecordKind = keyof typeof KINDS;
/** In plain words, and the types that it is. No type stands twice. */
const KINDS = {
  'personal-details': ['name, birth date, address and telephone', ['Patient']],
  stays: ['stays in the program', ['EpisodeOfCare']],
  appointments: ['appointments', ['Appointment']],
  sessions: [
    'the intake assessment, sessions attended or missed, and what was done there',
    ['Encounter', 'Procedure'],
  ],
  diagnoses: ['diagnoses', ['Condition']],
  medications: ['medications', ['MedicationRequest', 'MedicationAdministration', 'MedicationStatement']],
  results: [
    'urine screens, scores, assessments, check-ins, slips, and what of life bears on treatment',
    ['Observation', 'DiagnosticReport', 'Specimen'],
  ],
  orders: ['orders and referrals', ['ServiceRequest']],
  plans: ['plans of treatment, relapse prevention and family support', ['CarePlan']],
  goals: ['goals', ['Goal']],
  worksheets: ['worksheets that the client filled in', ['QuestionnaireResponse']],
  'care-teams': ['who is on the care team', ['CareTeam']],
  coverage: ['insurance coverage', ['Coverage']],
  benefits: ['what the insurer said it pays for', ['CoverageEligibilityResponse']],
  agreements: ['agreements on attendance, rules and fees', ['Contract']],
  documents: ['letters and documents', ['DocumentReference']],
  family: ['family and friends', ['RelatedPerson']],
  messages: ['enquiries, and letters that were sent', ['Communication']],
  tasks: ['what staff see to', ['Task']],
  risks: ['marks of risk', ['Flag']],
} as const satisfies Record<string, readonly [words: string, types: readonly string[]]>;

export type Sensitivity = keyof typeof SENSITIVITIES;
/** v3-ActCode, in plain words. */
const SENSITIVITIES = {
  SUD: 'substance use',
  ETHUD: 'alcohol use',
  OPIOIDUD: 'opioid use',
  PSY: 'psychiatric care',
  BH: 'behavioral health',
  HIV: 'HIV or AIDS',
  SDV: 'sexual or domestic violence',
  SEX: 'sexuality and reproductive health',
  VIO: 'violence',
} as const;

const RESOURCE_TYPE = 'http://hl7.org/fhir/resource-types';
const POLICY = 'http://terminology.hl7.org/CodeSystem/consentpolicycodes';
const kinds = Object.keys(KINDS) as RecordKind[];

export const SCOPE_SCHEMA: Readonly<Record<string, Schema>> = {
  only: set(choice(kinds, 'A kind of records.'), 'Only these records.'),
  except: set(choice(kinds, 'A kind of records.'), 'Of what is permitted, not these.'),
  exceptSensitive: set(
    choice(Object.keys(SENSITIVITIES), 'v3-ActCode code.'),
    'Of what is permitted, not what reveals this.',
  ),
  dataFrom: date('First day that the records are about.'),
  dataUntil: date('Last day that the records are about.'),
  selfPaid: set(
    object(
      {
        session: keyOfA('session', 'The session.'),
        attendance: keyOfA('attendance', "The client's attendance there."),
      },
      ['session', 'attendance'],
    ),
    'A restriction on these sessions, which the client paid for alone.',
  ),
};

/** Elements of the root provision; undefined ones are dropped by whoever asks. */
export function scopeElements(scope: ConsentScope & { client: string }, links: Links): ConsentProvision {
  const { only, except, exceptSensitive, selfPaid } = scope;
  const nested: ConsentProvision[] = [
    ...(except === undefined ? [] : [{ type: 'deny' as const, class: classesOf(except) }]),
    ...(exceptSensitive === undefined
      ? []
      : [{ type: 'deny' as const, securityLabel: exceptSensitive.map(one => coding(ACT_CODE, one)) }]),
  ];
  return {
    ...(only === undefined ? {} : { class: classesOf(only) }),
    ...dataPeriodOf(period(scope.dataFrom, scope.dataUntil)),
    ...(selfPaid === undefined ? {} : { data: selfPaid.flatMap(one => dataOf(one, scope.client, links)) }),
    ...(nested.length === 0 ? {} : { provision: nested }),
  };
}

const dataPeriodOf = (dataPeriod: Period | undefined): ConsentProvision =>
  dataPeriod === undefined ? {} : { dataPeriod };

function dataOf({ session, attendance }: SelfPaid, client: string, links: Links): ConsentProvisionData[] {
  const references = [
    links.to('attendance', attendance),
    links.to('session', session, appointmentRole(client)),
  ];
  return references.map(reference => ({ meaning: 'dependents', reference: { reference } }));
}

const classesOf = (all: readonly RecordKind[]): Coding[] =>
  all.flatMap(kind => KINDS[kind][1].map(type => coding(RESOURCE_TYPE, type)));

/** The policy of a restriction for what was paid alone. */
export const selfPayPolicy = (): CodeableConcept => concept(POLICY, 'hipaa-self-pay');

/** What a Consent says of its scope, where it is said as above. */
export function scopeOf(
  provision: ConsentProvision | undefined,
  names: Names,
): { [K in keyof ConsentScope]: ConsentScope[K] | undefined } {
  const nested = (provision?.provision ?? []).filter(one => one.type === 'deny');
  const sensitive = nested.flatMap(one => one.securityLabel ?? []).filter(one => one.system === ACT_CODE);
  return {
    only: kindsIn(provision?.class).kinds,
    except: kindsIn(nested.flatMap(one => one.class ?? [])).kinds,
    exceptSensitive: sensitive.map(one => one.code as Sensitivity),
    dataFrom: provision?.dataPeriod?.start,
    dataUntil: provision?.dataPeriod?.end,
    selfPaid: selfPaidIn(provision?.data, names),
  };
}

function selfPaidIn(data: readonly ConsentProvisionData[] | undefined, names: Names): SelfPaid[] {
  const keys = (kind: string) =>
    (data ?? [])
      .filter(one => one.meaning === 'dependents')
      .map(one => keyOf(names, kind, one.reference))
      .filter(key => key !== undefined);
  const sessions = keys('session');
  return keys('attendance').flatMap((attendance, at) =>
    sessions[at] === undefined ? [] : [{ session: sessions[at], attendance }],
  );
}

/** Kinds of which all types are there, in their order, and the codings that are left. */
function kindsIn(classes: readonly Coding[] = []): { kinds: RecordKind[]; others: Coding[] } {
  const types = classes.filter(one => one.system === RESOURCE_TYPE).map(one => one.code ?? '');
  const found = kinds
    .filter(kind => KINDS[kind][1].every(type => types.includes(type)))
    .sort((a, b) => types.indexOf(KINDS[a][1][0]) - types.indexOf(KINDS[b][1][0]));
  const told = new Set<string>(found.flatMap(kind => KINDS[kind][1]));
  const others = classes.filter(one => one.system !== RESOURCE_TYPE || !told.has(one.code ?? ''));
  return { kinds: found, others };
}

/** Classes in plain words; those that no kind has, by `text`. */
export function classWords(classes: readonly Coding[] | undefined, text: (one: Coding) => string): string[] {
  const { kinds: found, others } = kindsIn(classes);
  return [...found.map(kind => KINDS[kind][0]), ...others.map(text)];
}

/** Labels in plain words; what is none of these, by `text`. */
export const labelWords = (labels: readonly Coding[] | undefined, text: (one: Coding) => string): string[] =>
  (labels ?? []).map(one =>
    one.system === ACT_CODE && Object.hasOwn(SENSITIVITIES, one.code ?? '')
      ? `what reveals ${SENSITIVITIES[one.code as Sensitivity]}`
      : text(one),
  );

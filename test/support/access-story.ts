// Who wrote what, in order: the world of the access matrix.
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import {
  appointment,
  communication,
  concept,
  consent,
  coverage,
  goal,
  group,
  MEMBERS,
  observation,
  PERSONS,
  patient,
  slot,
  TOLD_APART,
  terms,
  toEhr,
  toPayer,
} from './access-records.ts';

export type Writer = 'iop' | 'neighbour' | 'ehr' | 'payer';
/** A deletion names only what is gone. */
export type Step = { writer: Writer } & ({ put: AnyResource } | { remove: string });

const by =
  (writer: Writer) =>
  (put: AnyResource): Step => ({ writer, put });
const [iop, neighbour, ehr, payer] = [by('iop'), by('neighbour'), by('ehr'), by('payer')];
const removal = (writer: Writer, remove: string): Step => ({ writer, remove });
export const named = (resourceType: string, id: string, more: JsonObject = {}): AnyResource => ({
  resourceType,
  id,
  ...more,
});
const about = (person: string, element = 'subject'): JsonObject => ({
  [element]: { reference: `Patient/${person}` },
});

const persons: Step[] = Object.entries(PERSONS).flatMap(([person, consents]) => [
  iop(patient(person)),
  ...consents.map((written, n) => iop(consent(`${person}-consent-${n}`, person, written))),
  iop(observation(`${person}-obs`, person)),
  iop(coverage(`${person}-cov`, person)),
  ...(TOLD_APART[person]?.(person) ?? []).map(iop),
]);

const members: Step[] = [
  ...Object.entries(MEMBERS).flatMap(([person, kept]) => [
    iop(patient(person)),
    iop(consent(`${person}-consent-0`, person, terms(toPayer))),
    iop(observation(`${person}-obs`, person)),
    ...kept.map(iop),
  ]),
  // A member without a Consent, and Coverages that came, went, or were written by others.
  ...['member-deleted', 'member-unsaid', 'member-said-by-payer', 'member-said-by-ehr'].flatMap(person => [
    iop(patient(person)),
    iop(observation(`${person}-obs`, person)),
    ...(person === 'member-unsaid' ? [] : [iop(consent(`${person}-consent-0`, person, terms(toPayer)))]),
  ]),
  iop(coverage('member-deleted-cov', 'member-deleted')),
  removal('iop', 'Coverage/member-deleted-cov'),
  iop(coverage('member-unsaid-cov', 'member-unsaid')),
  payer(coverage('payer-said-cov', 'member-said-by-payer')),
  iop(consent('member-said-by-ehr-consent-1', 'member-said-by-ehr', terms(toEhr))),
  ehr(coverage('ehr-said-cov', 'member-said-by-ehr')),
];

const of = (organization: string): JsonObject => ({ reference: `Organization/${organization}` });
/** Who belongs to what; also as the EHR has it of itself. */
const memberships: Step[] = [
  iop(named('Organization', 'ehr', { partOf: of('lakeside') })),
  iop(
    named('OrganizationAffiliation', 'in-the-exchange', {
      organization: of('exchange'),
      participatingOrganization: of('ehr'),
    }),
  ),
  iop(named('PractitionerRole', 'of-anna', { practitioner: { reference: 'Practitioner/anna' } })),
  iop(named('CareTeam', 'the-team', { status: 'active', participant: [{ member: of('lakeside') }] })),
  ehr(named('CareTeam', 'ehr-team', { status: 'active', participant: [{ member: of('ehr') }] })),
];

const directory: Step[] = [
  ...[iop(named('Organization', 'iop')), iop(named('Practitioner', 'anna'))],
  iop(named('Location', 'house')),
  iop(named('HealthcareService', 'evening')),
  iop(named('Schedule', 'evenings', { actor: [{ reference: 'HealthcareService/evening' }] })),
  iop(named('Schedule', 'of-a-client', { actor: [{ reference: 'Patient/to-ehr' }] })),
  iop(named('Schedule', 're-assigned', { actor: [{ reference: 'Patient/none' }] })),
  iop(named('Schedule', 're-assigned', { actor: [{ reference: 'HealthcareService/evening' }] })),
  iop(slot('free', 'free')),
  iop(slot('busy', 'busy')),
  iop(slot('taken', 'free')),
  iop(slot('taken', 'busy')),
  iop(slot('opened', 'busy')),
  iop(slot('opened', 'free')),
  iop(
    slot('free-for-one', 'free', {
      extension: [{ url: 'http://x', valueReference: { reference: 'Patient/none' } }],
    }),
  ),
  iop(named('Location', 'closed')),
  removal('iop', 'Location/closed'),
  ehr(named('Organization', 'ehr-house')),
  ehr(slot('ehr-busy', 'busy')),
];

/** Of every type something about a person who allows the EHR to see it, and about one who does not. */
const everyType: Step[] = ['to-both', 'none'].flatMap(person => [
  iop(goal(`${person}-goal`, person)),
  iop(appointment(`${person}-visit`, person)),
  iop(
    named('Encounter', `${person}-encounter`, {
      status: 'finished',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
      ...about(person),
    }),
  ),
  iop(named('Condition', `${person}-condition`, { code: { text: 'x' }, ...about(person) })),
  iop(named('EpisodeOfCare', `${person}-episode`, { status: 'active', ...about(person, 'patient') })),
  iop(named('CarePlan', `${person}-plan`, { status: 'active', intent: 'plan', ...about(person) })),
  iop(
    named('Coverage', `${person}-coverage`, {
      status: 'active',
      payor: [{ reference: 'Organization/payer' }],
      ...about(person, 'beneficiary'),
    }),
  ),
  iop(
    named('MedicationRequest', `${person}-drug`, {
      status: 'active',
      intent: 'order',
      medicationCodeableConcept: { text: 'x' },
      ...about(person),
    }),
  ),
  iop(named('Task', `${person}-task`, { status: 'requested', intent: 'order', ...about(person, 'for') })),
  iop(named('Contract', `${person}-rules`, { status: 'executed', subject: [about(person).subject!] })),
  iop(
    named('CoverageEligibilityResponse', `${person}-benefits`, {
      ...{ status: 'active', purpose: ['benefits'], created: '2026-08-03', outcome: 'complete' },
      ...{ request: { display: 'x' }, insurer: { reference: 'Organization/payer' } },
      ...about(person, 'patient'),
    }),
  ),
  iop(named('QuestionnaireResponse', `${person}-worksheet`, { status: 'completed', ...about(person) })),
]);

const several: Step[] = [
  iop(communication('both-permit', 'to-ehr', 'to-both')),
  iop(communication('one-permits', 'to-ehr', 'none')),
  iop(communication('one-denies', 'to-both', 'denied-to-ehr')),
  iop(group('group-of-two', 'to-ehr', 'to-both')),
  iop(group('group-of-one', 'to-ehr')),
  iop(group('group-mixed', 'to-ehr', 'none')),
  iop(named('Observation', 'about-nobody', { status: 'final', code: { text: 'x' } })),
  iop(observation('about-somebody', '', { subject: { identifier: { value: '17' } } })),
  iop(
    observation('about-one-elsewhere', '', {
      subject: { reference: 'https://elsewhere.example/fhir/Patient/to-ehr' },
    }),
  ),
  iop(communication('one-elsewhere', 'to-ehr', 'to-ehr/_history/1')),
];

const linkedTo = (id: string, other: string): AnyResource => ({
  ...patient(id),
  link: [{ other: { reference: `Patient/${other}` }, type: 'seealso' }],
});

/** A Patient who is linked to another names both. */
const linked: Step[] = [
  ...['to-ehr', 'none'].flatMap(other => [
    iop(linkedTo(`linked-${other}`, other)),
    iop(consent(`linked-${other}-terms`, `linked-${other}`, terms(toEhr))),
    iop(goal(`linked-${other}-goal`, `linked-${other}`)),
    ehr(linkedTo(`ehr-linked-${other}`, other)),
  ]),
];

/** Versions that name different people, deletions, Consents that came and went. */
const past: Step[] = [
  ...['none', 'to-both'].map(person => iop(observation('re-pointed', person))),
  ...['to-both', 'none'].map(person => iop(observation('pointed-away', person))),
  ...['to-both', 'none', 'to-both'].map(person => iop(observation('there-and-back', person))),
  ...['none', 'to-ehr', 'to-both'].flatMap(person => [
    iop(observation(`${person}-deleted`, person)),
    removal('iop', `Observation/${person}-deleted`),
  ]),
  iop(goal('restored', 'to-both')),
  removal('iop', 'Goal/restored'),
  iop(goal('restored', 'to-both')),
  iop(patient('consent-deleted')),
  iop(consent('deleted', 'consent-deleted', terms(toEhr))),
  iop(observation('consent-deleted-obs', 'consent-deleted')),
  removal('iop', 'Consent/deleted'),
  iop(patient('consent-changed')),
  iop(consent('changed', 'consent-changed', terms(toEhr))),
  iop(consent('changed', 'consent-changed', terms(toPayer))),
  iop(observation('consent-changed-obs', 'consent-changed')),
];

const categorized = (id: string, person: string, more: JsonObject, ...codes: string[]): AnyResource =>
  observation(id, person, {
    category: codes.map(code => concept('observation-category', code)),
    ...more,
  });
const on = (effectiveDateTime: string): JsonObject => ({ effectiveDateTime });
const shared: JsonObject = { meta: { tag: [{ system: 'urn:tags', code: 'shared' }] } };

/** What scopes with a query tell apart, of people who permit and who do not. */
const kinds: Step[] = [
  ...['to-ehr', 'to-both', 'none'].flatMap(person => [
    iop(categorized(`${person}-lab`, person, on('2026-08-01'), 'laboratory')),
    iop(categorized(`${person}-late-lab`, person, on('2026-08-03'), 'laboratory')),
    iop(categorized(`${person}-vital`, person, on('2026-08-02'), 'vital-signs')),
    iop(categorized(`${person}-lab-and-vital`, person, shared, 'laboratory', 'vital-signs')),
    iop(categorized(`${person}-draft`, person, { status: 'preliminary', ...on('2026-08-05') }, 'survey')),
    iop({ ...goal(`${person}-shared`, person), ...shared }),
    iop({ ...goal(`${person}-reached`, person), lifecycleStatus: 'completed' }),
  ]),
  iop(categorized('was-lab', 'to-both', on('2026-08-02'), 'laboratory')),
  iop(categorized('was-lab', 'to-both', on('2026-08-02'), 'vital-signs')),
  iop(categorized('became-lab', 'to-both', on('2026-08-02'), 'vital-signs')),
  iop(categorized('became-lab', 'to-both', on('2026-08-02'), 'laboratory')),
  iop(categorized('lab-of-another', 'none', {}, 'laboratory')),
  iop(categorized('lab-of-another', 'to-both', {}, 'laboratory')),
  iop(categorized('lab-deleted', 'to-ehr', on('2026-08-02'), 'laboratory')),
  removal('iop', 'Observation/lab-deleted'),
  iop(categorized('lab-restored', 'to-ehr', on('2026-08-02'), 'laboratory')),
  removal('iop', 'Observation/lab-restored'),
  iop(categorized('lab-restored', 'to-ehr', on('2026-08-02'), 'laboratory')),
  ehr(categorized('ehr-lab', 'to-ehr', on('2026-08-03'), 'laboratory')),
  ehr(categorized('ehr-lab-of-hidden', 'none', on('2026-08-03'), 'laboratory')),
  iop({ ...named('Location', 'shared-house'), ...shared }),
];

const others: Step[] = [
  neighbour(patient('neighbour-client')),
  neighbour(observation('neighbour-obs', 'neighbour-client')),
  neighbour(consent('neighbour-consent', 'neighbour-client', terms(toPayer))),
  // Another's Consent for the program's client counts nowhere.
  neighbour(consent('neighbour-consent-for-none', 'none', terms(toEhr))),
  ehr(patient('ehr-patient')),
  ehr(observation('ehr-own', 'ehr-patient')),
  ehr(communication('ehr-own-two', 'ehr-patient', 'nobody')),
  ehr(consent('ehr-own-consent', 'ehr-patient', terms(toPayer))),
  ehr(observation('ehr-of-hidden', 'none')),
  ehr(observation('ehr-of-unknown', 'nobody')),
  ehr(consent('ehr-consent-for-none', 'none', terms(toEhr))),
  payer(named('Task', 'payer-task', { status: 'requested', intent: 'order', ...about('none', 'for') })),
];

/** What outside callers wrote into the program's record, before and after consent was taken back. */
const joined: Step[] = [
  ehr(observation('ehr-obs', 'to-ehr')),
  ehr(goal('ehr-goal', 'to-both')),
  ehr(observation('ehr-edited', 'to-both')),
  iop(observation('ehr-edited', 'to-both')),
  payer(observation('payer-obs', 'to-payer')),
  ehr(communication('ehr-to-two', 'to-ehr', 'to-both')),
  ehr(communication('ehr-to-one-hidden', 'to-ehr', 'none')),
  ehr(group('ehr-group', 'to-ehr', 'to-both')),
  ehr(consent('ehr-consent-for-payer', 'to-ehr', terms(toPayer))),
  ehr(consent('ehr-denial', 'to-both', terms({ type: 'deny' }))),
  ehr(consent('ehr-consent-taken-over', 'last-day', terms(toPayer))),
  iop(consent('ehr-consent-taken-over', 'last-day', terms(toPayer))),
  iop(patient('deleted-person')),
  iop(consent('deleted-person-terms', 'deleted-person', terms(toEhr))),
  iop(goal('deleted-person-goal', 'deleted-person')),
  removal('iop', 'Patient/deleted-person'),
  ehr(goal('ehr-of-deleted', 'deleted-person')),
  iop(patient('once')),
  iop(consent('once-consent', 'once', terms(toEhr))),
  iop(observation('once-obs', 'once')),
  ehr(observation('ehr-once', 'once')),
  ehr(appointment('ehr-once-visit', 'once')),
  ehr(observation('ehr-once-edited', 'once')),
  iop(observation('ehr-once-edited', 'once')),
  ehr(observation('ehr-once-deleted', 'once')),
  removal('iop', 'Observation/ehr-once-deleted'),
  ehr(goal('ehr-once-gone', 'once')),
  removal('ehr', 'Goal/ehr-once-gone'),
  iop(consent('once-consent', 'once', { ...terms(toEhr), status: 'inactive' })),
  iop(
    named('CarePlan', 'with-goal', {
      status: 'active',
      intent: 'plan',
      goal: [{ reference: 'Goal/to-both-goal' }, { reference: 'Goal/none-goal' }],
      ...about('to-both'),
    }),
  ),
];

export const STORY: readonly Step[] = [
  ...persons,
  ...members,
  ...memberships,
  ...directory,
  ...everyType,
  ...several,
  ...linked,
  ...past,
  ...kinds,
  ...others,
  ...joined,
];

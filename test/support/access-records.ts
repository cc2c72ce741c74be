// People in every state of consent, and records of every kind of origin, as data.
import { extensionUrl } from '../../src/fhir/canonical.ts';
import type { AnyResource, Json, JsonObject } from '../../src/fhir/types.ts';
import { PART2_SCOPE, part2Items } from './part2.ts';

export const NOW = Date.UTC(2026, 8, 1, 12);

export const concept = (system: string, code: string): JsonObject => ({
  coding: [{ system: `http://terminology.hl7.org/CodeSystem/${system}`, code }],
});
const purpose = (code: string): JsonObject => ({
  system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason',
  code,
});
const actor = (reference: string, role = 'IRCP'): JsonObject => ({
  role: concept('v3-ParticipationType', role),
  reference: { reference },
});
const to = (...organizations: string[]): JsonObject => ({
  actor: organizations.map(id => actor(`Organization/${id}`)),
});
const forUse = (...codes: string[]): JsonObject => ({ purpose: codes.map(purpose) });

export const toEhr: JsonObject = { type: 'permit', ...to('ehr'), ...forUse('TREAT') };
export const toPayer: JsonObject = { type: 'permit', ...to('payer'), ...forUse('HPAYMT') };
export const toNeighbour: JsonObject = { type: 'permit', ...to('neighbour'), ...forUse('TREAT') };
const within = (period: JsonObject): JsonObject => ({ ...toEhr, period });

/** A Consent without its id and patient. */
export type Terms = JsonObject;
export const terms = (provision: Json, more: JsonObject = {}): Terms => ({
  resourceType: 'Consent',
  status: 'active',
  scope: concept('consentscope', 'patient-privacy'),
  category: [concept('consentcategorycodes', 'npp')],
  ...part2Items('iop', 'neighbour', 'ehr'),
  provision: { extension: PART2_SCOPE, ...(provision as JsonObject) },
  ...more,
});
/** A Consent of which one item of 42 CFR 2.31 is missing. */
const without = (name: string): Terms => ({ ...PERMITTED, [name]: undefined }) as Terms;
const scoped = (...names: string[]): Terms =>
  terms({ ...toEhr, extension: PART2_SCOPE.filter(({ url }) => names.some(name => url.endsWith(name))) });
const TPO = { ...to('ehr', 'payer'), ...forUse('TREAT', 'HPAYMT', 'HOPERAT') };
const stating = (...codes: string[]): JsonObject => ({
  extension: codes.map(code => ({ url: extensionUrl('part2-statement'), valueCode: code })),
});
const denied = (more: JsonObject = {}): Terms => terms({ type: 'deny', ...more });
const PERMITTED = terms(toEhr);
const foreign = [{ url: 'http://example.org/StructureDefinition/x', valueBoolean: true }];

const ofType = (...types: string[]): JsonObject => ({
  class: types.map(code => ({ system: 'http://hl7.org/fhir/resource-types', code })),
});
const labelled = (...codes: string[]): JsonObject => ({
  securityLabel: codes.map(code => ({ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code })),
});
const OPIATES = { coding: [{ system: 'http://loinc.org', code: '19295-5' }] };
const ofCode = (code: string): JsonObject => ({
  code: [{ coding: [{ system: 'http://loinc.org/', code }] }],
});
const data = (meaning: string, reference: string): JsonObject => ({
  data: [{ meaning, reference: { reference } }],
});
const recipients = (code: string): JsonObject => ({
  actor: undefined as unknown as Json,
  extension: [...PART2_SCOPE, { url: extensionUrl('part2-recipient-class'), valueCode: code }],
});
const through = (reference: string): JsonObject => ({
  extension: [{ url: extensionUrl('part2-intermediary'), valueBoolean: true }],
  ...actor(reference),
});
const signed = (dateTime: string, written: Terms): Terms => ({ ...written, dateTime });
const exceptGoals: JsonObject = { provision: [{ type: 'deny', ...ofType('Goal', 'Observation') }] };

/** Person -> Consents, all of them the program's. */
export const PERSONS: Readonly<Record<string, readonly Terms[]>> = {
  none: [],
  'to-ehr': [PERMITTED],
  'to-payer': [terms(toPayer)],
  'to-both': [PERMITTED, terms(toPayer)],
  'to-both-at-once': [terms({ type: 'permit', ...to('ehr', 'payer'), ...forUse('TREAT', 'HPAYMT') })],
  'to-neighbour': [terms(toNeighbour)],
  'to-stranger': [terms({ type: 'permit', ...to('stranger'), ...forUse('TREAT') })],
  'to-another': [terms({ type: 'permit', ...to('somebody-else'), ...forUse('TREAT', 'HPAYMT') })],
  'wrong-purpose': [
    terms({ ...toEhr, ...forUse('HPAYMT') }),
    terms({ type: 'permit', ...to('payer'), ...forUse('TREAT') }),
  ],
  'for-coordination': [terms({ ...toEhr, ...forUse('COC') })],
  'not-for-coordination': [PERMITTED, denied(forUse('COC'))],
  'for-coverage': [terms({ ...toPayer, ...forUse('COVERAGE') })],
  'not-for-payment': [terms({ ...toPayer, ...forUse('ELIGVER') }), denied(forUse('HPAYMT'))],
  'for-operations': [terms({ type: 'permit', ...to('ehr', 'payer'), ...forUse('HOPERAT') })],
  'for-research': [terms({ ...toEhr, ...forUse('HRESCH') })],
  'for-the-courts': [terms({ ...toEhr, ...forUse('HLEGAL') })],
  'for-the-courts-besides': [terms({ ...toEhr, ...forUse('TREAT', 'HLEGAL') })],
  'no-purpose': [terms({ type: 'permit', ...to('ehr', 'payer') })],
  'no-actor': [terms({ type: 'permit', ...forUse('TREAT', 'HPAYMT') })],
  'actor-no-recipient': [terms({ ...toEhr, actor: [actor('Organization/ehr', 'CST')] })],
  'actor-practitioner': [terms({ ...toEhr, actor: [actor('Practitioner/anna')] })],
  expired: [terms(within({ start: '2026-01-01', end: '2026-08-31' }))],
  'last-day': [terms(within({ start: '2026-01-01', end: '2026-09-01' }))],
  'over-a-second-ago': [terms(within({ end: '2026-09-01T11:59:59Z' }))],
  'last-second': [terms(within({ end: '2026-09-01T12:00:00Z' }))],
  'not-yet': [terms(within({ start: '2026-09-02' }))],
  'in-a-second': [terms(within({ start: '2026-09-01T12:00:01Z' }))],
  'from-now-on': [terms(within({ start: '2026-09-01T12:00:00Z' }))],
  revoked: [terms(toEhr, { status: 'inactive' })],
  draft: [terms(toEhr, { status: 'draft' })],
  proposed: [terms(toEhr, { status: 'proposed' })],
  rejected: [terms(toEhr, { status: 'rejected' })],
  mistaken: [terms(toEhr, { status: 'entered-in-error' })],
  research: [terms(toEhr, { scope: concept('consentscope', 'research') })],
  'revoked-and-renewed': [terms(toEhr, { status: 'inactive' }), PERMITTED],
  'denied-to-all': [PERMITTED, terms(toPayer), denied()],
  'denied-to-ehr': [PERMITTED, terms(toPayer), denied(to('ehr'))],
  'denied-to-payer': [PERMITTED, terms(toPayer), denied(to('payer'))],
  'denied-for-treatment': [PERMITTED, terms(toPayer), denied(forUse('TREAT'))],
  'denied-for-payment': [PERMITTED, terms(toPayer), denied(forUse('HPAYMT'))],
  'denied-in-part': [
    PERMITTED,
    denied({ class: [{ system: 'http://hl7.org/fhir/resource-types', code: 'Goal' }] }),
  ],
  'denied-to-a-practitioner': [PERMITTED, denied({ actor: [actor('Practitioner/anna')] })],
  'denied-to-a-relative': [PERMITTED, denied({ actor: [actor('RelatedPerson/aunt')] })],
  'denial-over': [PERMITTED, denied({ period: { end: '2026-08-31' } })],
  'denial-withdrawn': [PERMITTED, { ...denied(), status: 'inactive' }],
  'denial-unverified': [PERMITTED, { ...denied(), verification: [{ verified: false }] }],
  'opted-out': [
    PERMITTED,
    terms({ period: { start: '2026-01-01' } }, { policyRule: concept('v3-ActCode', 'OPTOUT') }),
  ],
  nested: [terms({ provision: [toEhr] })],
  'nested-in-deny': [terms({ type: 'deny', provision: [toEhr] })],
  'nested-twice': [terms({ type: 'deny', provision: [toEhr, toPayer] })],
  'nested-but-denied': [terms({ type: 'deny', provision: [toEhr, toPayer, { type: 'deny', ...to('ehr') }] })],
  'nested-and-void': [terms({ provision: [toEhr, { ...toPayer, code: [{ text: 'opiates' }] }] })],
  'permit-in-permit': [terms({ ...toEhr, provision: [toPayer] })],
  'permit-but-for-data': [
    terms({ ...toEhr, provision: [{ type: 'deny', code: [{ text: 'opiates' }] }] }),
    terms(toPayer),
  ],
  'permit-but-for-payment': [
    terms({
      type: 'permit',
      ...to('ehr', 'payer'),
      ...forUse('TREAT', 'HPAYMT'),
      provision: [{ type: 'deny', ...forUse('HPAYMT') }],
    }),
  ],
  'nested-deeper': [terms({ type: 'deny', provision: [{ type: 'deny', provision: [toEhr] }] })],
  'nested-with-root-actor': [terms({ ...to('ehr'), provision: [toEhr] })],
  'nested-with-root-period': [terms({ period: { end: '2030-01-01' }, provision: [toEhr] })],
  'nested-denial-of-another': [terms({ ...toEhr, provision: [{ type: 'deny', ...to('payer') }] })],
  'nested-denial': [PERMITTED, terms({ ...toPayer, provision: [{ type: 'deny', ...to('ehr') }] })],
  'opted-in': [terms({ ...to('ehr'), ...forUse('TREAT') }, { policyRule: concept('v3-ActCode', 'OPTIN') })],
  untyped: [terms({ ...to('ehr'), ...forUse('TREAT') })],
  contradicting: [terms(toEhr, { policyRule: concept('v3-ActCode', 'OPTOUT') })],
  'only-a-label': [terms({ ...toEhr, securityLabel: [{ system: 'http://example.org', code: 'N' }] })],
  'only-a-class': [
    terms({ ...toEhr, class: [{ system: 'http://hl7.org/fhir/resource-types', code: 'Goal' }] }),
  ],
  'only-a-code': [terms({ ...toEhr, code: [{ text: 'opiates' }] })],
  'only-a-time': [terms({ ...toEhr, dataPeriod: { start: '2020-01-01' } })],
  'only-an-action': [terms({ ...toEhr, action: [concept('consentaction', 'access')] })],
  'only-one-resource': [
    terms({ ...toEhr, data: [{ meaning: 'instance', reference: { reference: 'Goal/x' } }] }),
  ],
  'of-another-kind': [terms(toEhr, { policyRule: concept('v3-ActCode', 'HIPAAConsent') })],
  'of-no-kind': [without('policyRule')],
  'of-no-program': [without('organization')],
  'of-another-program': [terms(toEhr, { organization: [{ reference: 'Organization/elsewhere' }] })],
  undated: [without('dateTime')],
  unsigned: [without('verification')],
  'signed-some-day': [terms(toEhr, { verification: [{ verified: true }] })],
  'not-told-of-revoking': [without('extension')],
  'told-something-else': [terms(toEhr, stating('redisclosure', 'refusal'))],
  'of-no-records': [scoped('part2-expiry-event')],
  'without-an-end': [scoped('part2-all-records')],
  'with-an-end': [
    terms({
      ...toEhr,
      period: { end: '2027-01-01' },
      extension: [{ url: extensionUrl('part2-all-records'), valueBoolean: true }],
    }),
  ],
  tpo: [terms({ type: 'permit', ...TPO }, stating('revocation', 'redisclosure', 'refusal'))],
  'tpo-without-an-end': [
    terms(
      { type: 'permit', ...TPO, extension: [{ url: extensionUrl('part2-all-records'), valueBoolean: true }] },
      stating('revocation', 'redisclosure', 'refusal'),
    ),
  ],
  'tpo-not-told-of-redisclosure': [terms({ type: 'permit', ...TPO }, stating('revocation', 'refusal'))],
  'tpo-not-told-of-refusal': [terms({ type: 'permit', ...TPO }, stating('revocation', 'redisclosure'))],
  'with-an-extension': [terms({ ...toEhr, extension: foreign })],
  'with-a-modifier': [terms({ ...toEhr, modifierExtension: foreign })],
  'modified-as-a-whole': [terms(toEhr, { modifierExtension: foreign })],
  verified: [terms(toEhr, { verification: [{ verified: true, verificationDate: '2026-08-02' }] })],
  unverified: [terms(toEhr, { verification: [{ verified: false }] })],
  'goals-alone': [terms({ ...toEhr, ...ofType('Goal', 'Patient') })],
  'observations-of-a-code': [terms({ ...toEhr, ...ofType('Observation'), ...ofCode('19295-5') })],
  'but-no-goals': [terms({ ...toEhr, ...exceptGoals }), terms({ ...toPayer, ...exceptGoals })],
  'but-no-opiates': [
    terms({ ...toEhr, provision: [{ type: 'deny', ...ofCode('19295-5') }] }),
    terms(toPayer),
  ],
  'but-nothing-labelled': [terms({ ...toEhr, provision: [{ type: 'deny', ...labelled('SUD', 'SDV') }] })],
  'labelled-alone': [terms({ ...toEhr, ...labelled('ETH') })],
  'of-the-program': [terms({ ...toEhr, ...labelled('42CFRPart2') })],
  'from-august': [terms({ ...toEhr, dataPeriod: { start: '2026-08-01' } })],
  'but-nothing-from-august': [
    terms({
      ...toEhr,
      provision: [{ type: 'deny', dataPeriod: { start: '2026-08-01', end: '2026-08-31' } }],
    }),
  ],
  'one-goal': [terms({ ...toEhr, ...data('instance', 'Goal/one-goal-goal') })],
  'one-encounter-less': [
    terms({
      ...toEhr,
      provision: [{ type: 'deny', ...data('dependents', 'Encounter/one-encounter-less-enc') }],
    }),
    terms(toPayer),
  ],
  'one-encounter-kept-from-the-payer': [
    terms(toPayer),
    terms({
      type: 'deny',
      ...to('payer'),
      ...forUse('HPAYMT'),
      ...data('dependents', 'Encounter/one-encounter-kept-from-the-payer-enc'),
    }),
  ],
  'read-only': [terms({ ...toEhr, action: [concept('consentaction', 'access')] })],
  'never-written': [
    terms({ ...toEhr, provision: [{ type: 'deny', action: [concept('consentaction', 'correct')] }] }),
  ],
  'exception-of-an-exception': [
    terms({
      type: 'deny',
      provision: [
        {
          type: 'permit',
          ...to('ehr', 'payer'),
          ...forUse('TREAT', 'HPAYMT'),
          provision: [
            {
              type: 'deny',
              ...ofType('Goal', 'Observation'),
              provision: [{ type: 'permit', ...to('ehr'), ...ofType('Observation') }],
            },
          ],
        },
      ],
    }),
  ],
  'later-permit': [
    signed('2026-08-02', terms({ ...toEhr, ...exceptGoals })),
    signed('2026-08-05', PERMITTED),
  ],
  'later-exception': [
    signed('2026-08-05', terms({ ...toEhr, ...exceptGoals })),
    signed('2026-08-02', PERMITTED),
  ],
  'exception-of-the-same-day': [terms({ ...toEhr, ...exceptGoals }), PERMITTED],
  'earlier-restriction': [signed('2026-08-02', denied(ofType('Goal'))), signed('2026-08-05', PERMITTED)],
  'opted-out-but': [
    terms(
      { provision: [toEhr] },
      {
        policyRule: {
          coding: ['42CFRPart2CD', 'OPTOUT'].map(code => ({
            system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
            code,
          })),
        },
      },
    ),
    signed('2026-07-01', terms(toPayer)),
  ],
  'signed-tomorrow': [signed('2026-09-02', PERMITTED)],
  'to-who-treats': [terms({ ...toEhr, ...recipients('treating-providers') })],
  'to-who-treats-and-does': [terms({ ...toEhr, ...recipients('tpo') })],
  'to-who-treats-but-the-ehr': [terms({ ...toEhr, ...recipients('treating-providers') }), denied(to('ehr'))],
  'to-who-insures': [terms({ ...toPayer, ...recipients('health-plans') })],
  'to-nobody-known': [terms({ ...toEhr, ...recipients('everybody') })],
  // What these belong to says the story.
  'to-the-whole': [terms({ ...toEhr, ...to('lakeside') })],
  'kept-from-the-whole': [PERMITTED, denied(to('lakeside'))],
  'to-a-team': [terms({ ...toEhr, actor: [actor('CareTeam/the-team')] })],
  'to-a-team-of-its-own': [terms({ ...toEhr, actor: [actor('CareTeam/ehr-team')] })],
  'to-a-role': [terms({ ...toEhr, actor: [actor('PractitionerRole/of-anna')] })],
  'through-an-exchange': [terms({ ...toEhr, actor: [through('Organization/exchange')] })],
  'through-an-exchange-and-treated': [terms({ ...toEhr, actor: [through('Organization/exchange')] })],
  'notes-alone': [
    terms(toEhr, { extension: [{ url: extensionUrl('part2-counselling-notes'), valueBoolean: true }] }),
  ],
};

/** People of whom there is more than one Observation: what their Consents tell apart. */
export const TOLD_APART: Readonly<Record<string, (id: string) => AnyResource[]>> = {
  'goals-alone': id => [goal(`${id}-goal`, id)],
  'observations-of-a-code': id => [goal(`${id}-goal`, id), other(id)],
  'but-no-goals': id => [goal(`${id}-goal`, id), appointment(`${id}-app`, id)],
  'but-no-opiates': id => [goal(`${id}-goal`, id), other(id)],
  'but-nothing-labelled': id => [goal(`${id}-goal`, id), other(id, { meta: secured('OPIOIDUD') })],
  'labelled-alone': id => [goal(`${id}-goal`, id), other(id, { meta: secured('ETHUD') })],
  'of-the-program': id => [goal(`${id}-goal`, id)],
  'from-august': id => [
    other(id, { effectiveDateTime: '2026-08-15' }),
    { ...other(id, { effectiveDateTime: '2026-07-31' }), id: `${id}-july` },
  ],
  'but-nothing-from-august': id => [
    other(id, { effectiveDateTime: '2026-08-31T23:59:59Z' }),
    { ...other(id, { effectiveDateTime: '2026-09-01' }), id: `${id}-september` },
  ],
  'one-goal': id => [goal(`${id}-goal`, id), goal(`${id}-goal-2`, id)],
  'one-encounter-less': attended,
  'one-encounter-kept-from-the-payer': attended,
  'read-only': id => [goal(`${id}-goal`, id)],
  'never-written': id => [goal(`${id}-goal`, id), appointment(`${id}-app`, id)],
  'exception-of-an-exception': id => [goal(`${id}-goal`, id), appointment(`${id}-app`, id)],
  'later-permit': id => [goal(`${id}-goal`, id)],
  'later-exception': id => [goal(`${id}-goal`, id), appointment(`${id}-app`, id)],
  'exception-of-the-same-day': id => [goal(`${id}-goal`, id)],
  'earlier-restriction': id => [goal(`${id}-goal`, id)],
  ...Object.fromEntries(
    [
      'to-who-treats',
      'to-who-treats-and-does',
      'to-who-treats-but-the-ehr',
      'to-who-insures',
      'through-an-exchange-and-treated',
      'none',
    ].map((person): [string, (id: string) => AnyResource[]] => [
      person,
      id => [treatedBy(id, 'Organization/ehr')],
    ]),
  ),
};
function attended(id: string): AnyResource[] {
  const encounter = (name: string): AnyResource => ({
    resourceType: 'Encounter',
    id: name,
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    subject: { reference: `Patient/${id}` },
  });
  return [
    encounter(`${id}-enc`),
    encounter(`${id}-enc-2`),
    other(id, { encounter: { reference: `Encounter/${id}-enc` } }),
  ];
}
const treatedBy = (id: string, reference: string): AnyResource => ({
  resourceType: 'CareTeam',
  id: `${id}-treated`,
  status: 'active',
  subject: { reference: `Patient/${id}` },
  participant: [{ member: { reference } }],
});
/** Of another drug. */
const other = (id: string, more: JsonObject = {}): AnyResource =>
  observation(`${id}-other`, id, {
    code: { coding: [{ system: 'http://loinc.org', code: '19659-2' }] },
    ...more,
  });
const secured = (code: string): JsonObject => ({
  security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code }],
});

export const patient = (id: string): AnyResource => ({
  resourceType: 'Patient',
  id,
  name: [{ family: 'Invented', given: [id] }],
});
export const observation = (id: string, person: string, more: JsonObject = {}): AnyResource => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'Opiates', ...OPIATES },
  subject: { reference: `Patient/${person}` },
  ...more,
});
export const goal = (id: string, person: string): AnyResource => ({
  resourceType: 'Goal',
  id,
  lifecycleStatus: 'active',
  description: { text: 'Sleep' },
  subject: { reference: `Patient/${person}` },
});
export const appointment = (id: string, person: string): AnyResource => ({
  resourceType: 'Appointment',
  id,
  status: 'booked',
  participant: [{ actor: { reference: `Patient/${person}` }, status: 'accepted' }],
});
/** The first person is its subject, the others its recipients. */
export const communication = (id: string, subject: string, ...recipients: string[]): AnyResource => ({
  resourceType: 'Communication',
  id,
  status: 'completed',
  subject: { reference: `Patient/${subject}` },
  ...(recipients.length === 0
    ? {}
    : { recipient: recipients.map(person => ({ reference: `Patient/${person}` })) }),
});
export const group = (id: string, ...persons: string[]): AnyResource => ({
  resourceType: 'Group',
  id,
  type: 'person',
  actual: true,
  member: persons.map(person => ({ entity: { reference: `Patient/${person}` } })),
});
/** The program has it that the payer pays for this person, unless `more` says otherwise. */
export const coverage = (id: string, person: string, more: JsonObject = {}): AnyResource => ({
  resourceType: 'Coverage',
  id,
  status: 'active',
  beneficiary: { reference: `Patient/${person}` },
  payor: [{ reference: 'Organization/payer' }],
  ...more,
});
const memberOf = (person: string, more: JsonObject = {}, member: JsonObject = {}): AnyResource => ({
  ...group(`${person}-group`, person),
  managingEntity: { reference: 'Organization/payer' },
  member: [{ entity: { reference: `Patient/${person}` }, ...member }],
  ...more,
});

/** People who permit the payer, in every state of membership: what the program has of it. */
export const MEMBERS: Readonly<Record<string, readonly AnyResource[]>> = Object.fromEntries(
  Object.entries({
    'no-member': () => [],
    'member-paid-by-another': (id: string) => [
      coverage(`${id}-cov`, id, { payor: [{ reference: 'Organization/ehr' }] }),
    ],
    'member-paid-by-two': (id: string) => [
      coverage(`${id}-cov`, id, {
        payor: [{ reference: 'Organization/ehr' }, { reference: 'Organization/payer' }],
      }),
    ],
    'member-who-pays': (id: string) => [
      coverage(`${id}-cov`, id, { payor: [{ reference: `Patient/${id}` }] }),
    ],
    'member-of-somebody': (id: string) => [
      coverage(`${id}-cov`, id, { payor: [{ display: 'payer' }, { identifier: { value: 'payer' } }] }),
    ],
    'member-cancelled': (id: string) => [coverage(`${id}-cov`, id, { status: 'cancelled' })],
    'member-by-mistake': (id: string) => [coverage(`${id}-cov`, id, { status: 'entered-in-error' })],
    'member-no-longer': (id: string) => [coverage(`${id}-cov`, id, { period: { end: '2026-08-31' } })],
    'member-to-the-end': (id: string) => [coverage(`${id}-cov`, id, { period: { end: '2026-09-01' } })],
    'member-not-yet': (id: string) => [coverage(`${id}-cov`, id, { period: { start: '2026-09-02' } })],
    'member-modified': (id: string) => [coverage(`${id}-cov`, id, { modifierExtension: foreign })],
    'member-again': (id: string) => [
      coverage(`${id}-cov`, id, { period: { end: '2026-08-31' } }),
      coverage(`${id}-new`, id, { period: { start: '2026-09-01' } }),
    ],
    'in-group': (id: string) => [memberOf(id)],
    'in-group-of-another': (id: string) => [
      memberOf(id, { managingEntity: { reference: 'Organization/ehr' } }),
    ],
    'in-group-out-of-use': (id: string) => [memberOf(id, { active: false })],
    'in-group-in-use': (id: string) => [memberOf(id, { active: true })],
    'in-group-as-such': (id: string) => [memberOf(id, { actual: false, member: undefined })],
    'in-group-inactive': (id: string) => [memberOf(id, {}, { inactive: true })],
    'in-group-no-longer': (id: string) => [memberOf(id, {}, { period: { end: '2026-08-31' } })],
    'in-group-for-now': (id: string) => [
      memberOf(id, {}, { inactive: false, period: { start: '2026-01-01', end: '2026-12-31' } }),
    ],
  }).map(([id, make]) => [id, make(id)]),
);

export const consent = (id: string, person: string, written: Terms): AnyResource => ({
  ...(written as AnyResource),
  id,
  patient: { reference: `Patient/${person}` },
});
export const slot = (id: string, status: string, more: JsonObject = {}): AnyResource => ({
  resourceType: 'Slot',
  id,
  status,
  schedule: { reference: 'Schedule/evenings' },
  start: '2026-09-03T18:00:00Z',
  end: '2026-09-03T21:00:00Z',
  ...more,
});

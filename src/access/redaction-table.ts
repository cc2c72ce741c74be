// What of each type goes out to whom, as data. 42 CFR 2.13(a): a disclosure is limited to what its purpose needs;
// 45 CFR 164.502(b): the minimum necessary. Keys are those of the element table (generated/tables.ts): a resource
// type, a datatype or the path of a backbone element.
//
//   who asks, for what                      what is dropped of others' records
//   payer                                   PROSE, REACHING and DROPPED, and extensions that are not KEPT_EXTENSIONS
//   anybody for operations (HOPERAT, ...)   the same; what goes to a court is what its order or consent names
//   EHR or program that treats (TREAT)      STAFF_ONLY
//   patient, auditor, ...                   STAFF_ONLY (of the directory: of records they see their own, whole)
//
// The directory identifies no client (access/directory.ts): of it STAFF_ONLY is dropped and nothing else.
import { extensionUrl } from '../fhir/canonical.ts';
import type { Role } from './grant.ts';

/** `minimum`: what billing and utilization review ask for. `treatment`: all but what the clinic noted beside its Slots. */
export type Cut = 'minimum' | 'treatment';

/** What is given where every purpose is a kind of TREAT, and what where any is not. */
export const CUTS: Readonly<Record<Role, Readonly<{ treating: Cut; otherwise: Cut }>>> = {
  program: { treating: 'treatment', otherwise: 'minimum' },
  ehr: { treating: 'treatment', otherwise: 'minimum' },
  payer: { treating: 'minimum', otherwise: 'minimum' },
  patient: { treating: 'treatment', otherwise: 'treatment' },
  representative: { treating: 'treatment', otherwise: 'treatment' },
  auditor: { treating: 'treatment', otherwise: 'treatment' },
  admin: { treating: 'treatment', otherwise: 'treatment' },
};

/** Key -> elements. A free Slot is shown to everybody; what the clinic jotted down beside it may name a client. */
export const STAFF_ONLY: Readonly<Record<string, readonly string[]>> = {
  Slot: ['comment'],
};

/** Datatypes in which people write prose, or that hold what somebody wrote or drew. */
export const PROSE: readonly string[] = [
  'Annotation',
  'Expression',
  'Narrative',
  'base64Binary',
  'markdown',
  'string',
  'url',
  'xhtml',
];

/** Datatypes by which somebody is reached or found. */
export const REACHING: readonly string[] = [
  'Address',
  'ContactDetail',
  'ContactPoint',
  'Contributor',
  'HumanName',
];

/** Elements that stay although their datatype would be dropped; what stands in them stays too, but for extensions. */
export const KEPT: Readonly<Record<string, readonly string[]>> = {
  Age: ['unit'],
  'Claim.insurance': ['preAuthRef'],
  ClaimResponse: ['preAuthRef'],
  Coding: ['display', 'version'],
  Count: ['unit'],
  Coverage: ['dependent', 'network', 'subscriberId'],
  'Coverage.class': ['value'],
  CoverageEligibilityResponse: ['preAuthRef'],
  Distance: ['unit'],
  Duration: ['unit'],
  ExplanationOfBenefit: ['preAuthRef'],
  'ExplanationOfBenefit.insurance': ['preAuthRef'],
  Identifier: ['value'],
  Patient: ['name'],
  Quantity: ['unit'],
  'QuestionnaireResponse.item': ['linkId'],
  Reference: ['reference'],
  // Numbers, as a text.
  SampledData: ['data'],
};

/** Elements that go although their datatype would stay. */
export const DROPPED: Readonly<Record<string, readonly string[]>> = {
  // The size of what is withheld tells of it.
  Attachment: ['size'],
  Communication: ['payload'],
  CommunicationRequest: ['payload'],
  Patient: ['contact', 'photo'],
  Person: ['birthDate', 'gender', 'photo'],
  RelatedPerson: ['birthDate', 'gender', 'photo'],
};

/** Why an element that R4 requires is not there. https://hl7.org/fhir/R4/extension-data-absent-reason.html */
export const ABSENT = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';

/** Extensions that stay: those of ours that are codes, times, yes or no, and references. */
export const KEPT_EXTENSIONS: ReadonlySet<string> = new Set([
  ABSENT,
  ...[
    'attendance-status',
    'cancelled-at',
    'completion-reason',
    'episode-phase',
    'episode-track',
    'expected-from',
    'mental-health-only',
    'observed-dosing',
    'part2-all-records',
    'part2-counselling-notes',
    'part2-expiry-event',
    'part2-inbound',
    'part2-intermediary',
    'part2-recipient-class',
    'part2-statement',
    'plan-change',
    'recorded-at',
    'referral-source',
    'reported-result',
    'session-mode',
  ].map(extensionUrl),
]);

/** Of these the text stays as well: upon what a Consent ends has to be known to whom it permits (42 CFR 2.32). */
export const WHOLE_EXTENSIONS: ReadonlySet<string> = new Set([extensionUrl('part2-expiry-event')]);

// What a payer gets of a resource, told from the wording of the rule and not from the code: no narrative, no notes, no
// addresses and numbers to call, nothing that somebody wrote in words, but for the few texts that billing needs.
import type { OfficialStep } from '../support/official-elements.ts';

/** Whatever stands in one of these is prose, or leads to somebody. */
const GONE = [
  'Annotation',
  'Narrative',
  'Expression',
  'Address',
  'ContactPoint',
  'ContactDetail',
  'Contributor',
  'HumanName',
];
const WORDS = ['string', 'markdown', 'xhtml', 'base64Binary', 'url'];

/** Texts that are numbers, names of units, or words of a code system. */
const BILLING_TEXTS = [
  'Coding.display',
  'Coding.version',
  'Identifier.value',
  'Reference.reference',
  'SampledData.data',
  'Quantity.unit',
  'Age.unit',
  'Count.unit',
  'Distance.unit',
  'Duration.unit',
  'Coverage.subscriberId',
  'Coverage.dependent',
  'Coverage.network',
  'Coverage.class.value',
  'Claim.insurance.preAuthRef',
  'ClaimResponse.preAuthRef',
  'CoverageEligibilityResponse.preAuthRef',
  'ExplanationOfBenefit.preAuthRef',
  'ExplanationOfBenefit.insurance.preAuthRef',
  'QuestionnaireResponse.item.linkId',
];

/** Persons who are not the client, what was said, and pictures. */
const GONE_ELEMENTS = [
  'Attachment.size',
  'Communication.payload',
  'CommunicationRequest.payload',
  'Patient.contact',
  'Patient.photo',
  'Person.birthDate',
  'Person.gender',
  'Person.photo',
  'RelatedPerson.birthDate',
  'RelatedPerson.gender',
  'RelatedPerson.photo',
  'Slot.comment',
];

/** Does the value at the end of a way from the resource go out to a payer? */
export function payerGets(way: readonly OfficialStep[]): boolean {
  if (way.some(({ path }) => GONE_ELEMENTS.includes(path))) return false;
  if (way[0]?.path === 'Patient.name') return true;
  if (way.some(({ type }) => GONE.includes(type))) return false;
  const leaf = way.at(-1)!;
  return !WORDS.includes(leaf.type) || BILLING_TEXTS.includes(leaf.path);
}

/** Parameters that a payer is refused, of the types that it asks for most. */
export const REFUSED_TO_PAYERS: Readonly<Record<string, readonly string[]>> = {
  Account: ['name'],
  Appointment: [],
  CarePlan: [],
  CareTeam: [],
  Claim: [],
  Communication: [],
  Condition: ['abatement-string', 'onset-info'],
  Consent: [],
  Coverage: [],
  Device: ['device-name', 'din', 'manufacturer', 'model', 'udi-carrier', 'udi-di'],
  DiagnosticReport: ['assessed-condition'],
  DocumentReference: ['description', 'location'],
  Encounter: [],
  EpisodeOfCare: [],
  Goal: [],
  Group: [],
  MedicationRequest: [],
  Observation: [
    'amino-acid-change',
    'dna-variant',
    'gene-amino-acid-change',
    'gene-dnavariant',
    'gene-identifier',
    'value-string',
  ],
  Patient: [
    'address',
    'address-city',
    'address-country',
    'address-postalcode',
    'address-state',
    'address-use',
    'email',
    'mothersMaidenName',
    'phone',
    'telecom',
  ],
  Procedure: [],
  QuestionnaireResponse: ['item-subject'],
  RelatedPerson: [
    'address',
    'address-city',
    'address-country',
    'address-postalcode',
    'address-state',
    'address-use',
    'birthdate',
    'email',
    'gender',
    'name',
    'phone',
    'phonetic',
    'telecom',
  ],
  ServiceRequest: [],
  Specimen: [],
  Task: [],
};

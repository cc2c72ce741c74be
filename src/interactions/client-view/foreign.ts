// What a resource is in the program's words where no record made it: written through FHIR by its staff or by an EHR,
// it says by its own codes what it is. A hospital's visit is no attendance, and any other document no letter. Pure.
import { localId } from '../../fhir/reference.ts';
import type { AnyResource, CodeableConcept, Coding, Reference } from '../../fhir/types.ts';
import { SOCIAL_ASPECT } from '../../iop/codes-life.ts';
import {
  ASAM_DIMENSION,
  ASSESSMENT_ITEM,
  CHECK_IN_ITEM,
  CONTACT_KIND,
  LETTER_SUBJECT,
  PRACTICE_ITEM,
  SLIP_ITEM,
  STAY_APPOINTMENT,
} from '../../iop/codes-stay.ts';
import { DISCHARGE_NOTE } from '../../iop/discharge.ts';
import { codeIn, organizationKey } from '../../iop/element.ts';
import { ACT_CODE, LOINC } from '../../iop/systems.ts';
import { localCode } from '../../iop/vocabulary.ts';

export interface ForeignPart {
  kind: string;
  role: string;
  /** `Type/id` of the main part of what it belongs to, where it is none itself. */
  main?: string;
}

interface Found {
  /** `Type/id`. */
  reference: string;
  resource: AnyResource;
  program: string;
  base: string;
}

/** Of these types whatever there is, is of one kind; what has to be said in it is in read.ts. */
const ALWAYS: Readonly<Record<string, string>> = {
  CarePlan: 'plan',
  CareTeam: 'care-team',
  Condition: 'diagnosis',
  Consent: 'consent',
  Contract: 'agreement',
  CoverageEligibilityResponse: 'benefit',
  DiagnosticReport: 'urine-screen',
  EpisodeOfCare: 'episode',
  Flag: 'risk',
  Goal: 'goal',
  MedicationRequest: 'medication',
  Patient: 'client',
  QuestionnaireResponse: 'worksheet',
  RelatedPerson: 'family-member',
  Schedule: 'track',
  ServiceRequest: 'referral',
  Task: 'task',
};

/** Parts of larger records, of which the main one is not known, are left out. */
export function foreignPart(found: Found): ForeignPart | undefined {
  const kind = ALWAYS[found.resource.resourceType];
  if (kind !== undefined) return { kind, role: '' };
  return BY_TYPE[found.resource.resourceType]?.(found);
}

const BY_TYPE: Readonly<Record<string, (found: Found) => ForeignPart | undefined>> = {
  Appointment: ({ reference }) => ({ kind: 'session', role: `appointment/${reference.split('/')[1]}` }),
  Communication: communication,
  DocumentReference: document,
  Encounter: encounter,
  Observation: observation,
};

/** A visit before admission, or one that says that it is the intake assessment; what remains may be an attendance. */
function encounter({ resource }: Found): ForeignPart {
  const { class: code, type } = resource as unknown as { class?: Coding; type?: CodeableConcept[] };
  const before = code?.system === ACT_CODE && code.code === 'PRENC';
  const assessed = before || localCode(STAY_APPOINTMENT, type) === 'intake-assessment';
  return { kind: assessed ? 'assessment' : 'attendance', role: '' };
}

function observation({ resource, base }: Found): ForeignPart {
  const { code, encounter } = resource as unknown as { code?: CodeableConcept; encounter?: Reference };
  const dimension = localCode(ASAM_DIMENSION, code);
  const assessed = dimension === undefined ? localCode(ASSESSMENT_ITEM, code) : `dimension/${dimension}`;
  const visit = localId(encounter?.reference, 'Encounter', base);
  if (assessed !== undefined && visit !== undefined)
    return { kind: 'assessment', role: assessed, main: `Encounter/${visit}` };
  if (localCode(CHECK_IN_ITEM, code) === 'check-in') return { kind: 'check-in', role: '' };
  if (localCode(PRACTICE_ITEM, code) === 'practice') return { kind: 'home-practice', role: '' };
  if (localCode(SLIP_ITEM, code) === 'slip') return { kind: 'slip', role: '' };
  return { kind: localCode(SOCIAL_ASPECT, code) === undefined ? 'score' : 'social-history', role: '' };
}

/** The summary of a stay elsewhere is that of no stay here. */
function document({ resource, program }: Found): ForeignPart | undefined {
  const { type, custodian } = resource as unknown as { type?: CodeableConcept; custodian?: Reference };
  if (localCode(LETTER_SUBJECT, type) !== undefined) return { kind: 'letter', role: '' };
  const ours = organizationKey(custodian) === program;
  return ours && codeIn(LOINC, type) === DISCHARGE_NOTE ? { kind: 'discharge', role: '' } : undefined;
}

interface Message {
  category?: CodeableConcept[];
  payload?: { contentReference?: Reference }[];
}

function communication({ resource, base }: Found): ForeignPart | undefined {
  const { category, payload = [] } = resource as unknown as Message;
  const contact = localCode(CONTACT_KIND, category);
  if (contact === 'enquiry') return { kind: 'enquiry', role: '' };
  const letters = payload.map(one => localId(one.contentReference?.reference, 'DocumentReference', base));
  const letter = letters.find(id => id !== undefined);
  return contact !== 'letter' || letter === undefined
    ? undefined
    : { kind: 'letter', role: 'sending', main: `DocumentReference/${letter}` };
}

// Links whose references look like a server's (a type, and an id that tells nothing), the names that read
// them back, and changes made in between, as somebody makes them through FHIR.
import type { AnyResource } from '../../src/fhir/types.ts';
import type { Concept, Links, Names, RecordEnvelope } from '../../src/iop/concept.ts';
import { partMap, strip } from './round-trip.ts';

const TYPES: Readonly<Record<string, string>> = {
  client: 'Patient',
  clinician: 'Practitioner',
  site: 'Location',
  program: 'HealthcareService',
  track: 'Schedule',
  episode: 'EpisodeOfCare',
  diagnosis: 'Condition',
  coverage: 'Coverage',
  consent: 'Consent',
  'care-team': 'CareTeam',
  plan: 'CarePlan',
  goal: 'Goal',
  medication: 'MedicationRequest',
  attendance: 'Encounter',
  assessment: 'Encounter',
  enquiry: 'Communication',
  referral: 'ServiceRequest',
  slip: 'Observation',
  'check-in': 'Observation',
  'family-member': 'RelatedPerson',
  discharge: 'DocumentReference',
  letter: 'DocumentReference',
  task: 'Task',
  score: 'Observation',
  worksheet: 'QuestionnaireResponse',
  benefit: 'CoverageEligibilityResponse',
  agreement: 'Contract',
  risk: 'Flag',
  'social-history': 'Observation',
};

/** Types of resources that are not the only one of their record. */
const typeOf = (kind: string, role: string): string => {
  if (kind === 'session') return role === '' ? 'Slot' : 'Appointment';
  if (kind !== 'urine-screen') return TYPES[kind] ?? 'Basic';
  if (role === '') return 'DiagnosticReport';
  if (role === 'order') return 'ServiceRequest';
  return role === 'specimen' ? 'Specimen' : 'Observation';
};

export interface World {
  links: Links;
  names: Names;
}

export function world(program: string): World {
  const byKey = new Map<string, string>();
  const byReference = new Map<string, { kind: string; id: string; role: string }>();
  const to = (kind: string, id: string, role = ''): string => {
    const key = `${kind}|${id}|${role}`;
    const known = byKey.get(key);
    if (known !== undefined) return known;
    const made = `${typeOf(kind, role)}/x${byKey.size}`;
    byKey.set(key, made);
    byReference.set(made, { kind, id, role });
    return made;
  };
  return { links: { to }, names: { of: reference => byReference.get(reference), program } };
}

/** The resources of a record as the store would hand them out: through JSON text. */
export function resourcesOf<R extends RecordEnvelope>(
  concept: Concept<R>,
  record: R,
  { links }: World,
): Map<string, AnyResource> {
  return partMap(JSON.parse(JSON.stringify(concept.toFhir(record, links))));
}

/** What the resources of a record say, after `change` was made to them. */
export function throughFhir<R extends RecordEnvelope>(
  concept: Concept<R>,
  record: R,
  change: (parts: Map<string, AnyResource>) => void = () => {},
): R {
  const here = world(record.program);
  const parts = resourcesOf(concept, record, here);
  change(parts);
  return concept.fromFhir(parts, here.names, record.id);
}

/** Removes every local extension from every resource. */
export function stripAll(parts: Map<string, AnyResource>): void {
  for (const [role, resource] of parts) parts.set(role, strip(resource));
}

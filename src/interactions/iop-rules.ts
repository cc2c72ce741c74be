// Rules that hold for resources owned by an Intensive Outpatient Program, whoever writes them. Other
// Organizations' resources are plain FHIR.
import type { Grant, Principal } from '../access/grant.ts';
import { noteFaults } from '../access/notes.ts';
import { FhirError, type Issue } from '../fhir/error.ts';
import { isId } from '../fhir/id.ts';
import { parseReference } from '../fhir/reference.ts';
import type { AnyResource, Json, JsonObject } from '../fhir/types.ts';
import type { Context } from './context.ts';
import { demandRevocable } from './revocable.ts';

/** Clinical resources of a program are about one person: never two clients in one record. */
const ONE_PERSON: ReadonlySet<string> = new Set([
  'Appointment',
  'CarePlan',
  'Contract',
  'CoverageEligibilityResponse',
  'DiagnosticReport',
  'Encounter',
  'Flag',
  'Goal',
  'MedicationRequest',
  'Observation',
  'Procedure',
  'QuestionnaireResponse',
  'Specimen',
  'Task',
]);

const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';

/** What a program's resource may not say. `base`: the server's own FHIR base URL. */
export function checkIop(resource: AnyResource, base?: string): Issue[] {
  const type = resource.resourceType;
  const issues: Issue[] = [];
  if (ONE_PERSON.has(type) && peopleNamed(resource, base).size > 1) {
    issues.push({ path: type, message: `A program's ${type} is about one person; this one names several.` });
  }
  if (type === 'Encounter' && isInpatient(resource)) {
    const message = 'Clients of a program go home every night: the class is never inpatient (IMP).';
    issues.push({ path: 'Encounter.class', message });
  }
  return issues;
}

function isInpatient(encounter: AnyResource): boolean {
  const coding = encounter.class as { system?: unknown; code?: unknown } | undefined;
  return coding?.code === 'IMP' && (coding.system === undefined || coding.system === ACT_CODE);
}

/**
 * Every Patient that any reference names, wherever it stands. Unlike Derived.patients (store/port/derived.ts) it
 * tells unknown people apart: of a person on another server or within the resource the key is what tells
 * it from others.
 */
function peopleNamed(resource: AnyResource, base?: string): Set<string> {
  const people = new Set<string>();
  const walk = (value: Json | undefined): void => {
    if (typeof value !== 'object' || value === null) return;
    const key = Array.isArray(value) ? undefined : personNamed(value, base);
    if (key !== undefined) people.add(key);
    for (const inner of Object.values(value)) walk(inner);
  };
  walk(resource);
  return people;
}

function personNamed(value: JsonObject, base?: string): string | undefined {
  if (value.resourceType === 'Patient') return `#${String(value.id)}`;
  if (typeof value.reference === 'string') {
    const parsed = parseReference(value.reference, base);
    if (parsed.kind === 'local' && parsed.type === 'Patient') return parsed.id;
    return parsed.kind === 'absolute' && parsed.type === 'Patient' ? parsed.url : undefined;
  }
  return value.type === 'Patient' && value.identifier !== undefined
    ? JSON.stringify(value.identifier)
    : undefined;
}

export interface RuledWrite {
  resource: AnyResource;
  /** Type/id of what is there already, where that is known. */
  id?: string;
  /** A conditional write's match is not known yet. */
  conditional?: boolean;
  /** Prefix of paths. */
  path?: string;
}

/**
 * Throws `business-rule` where a write would break a rule in a program's record, or what makes a counselling note. Whose record it will be
 * is decided in the commit; what is asked here can only err towards refusing.
 */
export async function demandIop(
  write: RuledWrite,
  grant: Grant,
  context: Context,
  principal: Principal,
): Promise<void> {
  const type = write.resource.resourceType;
  if (type === 'Consent') {
    const place = write.path === undefined ? {} : { path: `${write.path}.` };
    const known = write.id === undefined ? {} : { id: write.id };
    await demandRevocable({ ...known, ...place, after: write.resource }, grant, context);
  }
  // Of notes whoever writes them: what keeps them looks at tag and author.
  const faults = noteFaults(write.resource, context.base);
  if (faults.length === 0 && !ONE_PERSON.has(type)) return;
  const issues = faults.length > 0 ? faults : checkIop(write.resource, context.base);
  if (issues.length === 0) return;
  if (faults.length === 0 && !(await mayBeProgramOwned(write, grant, context, principal))) return;
  const place = write.path === undefined ? '' : `${write.path}.`;
  throw new FhirError(
    'business-rule',
    issues.map(issue => ({ ...issue, path: place + (issue.path ?? type) })),
  );
}

async function mayBeProgramOwned(
  write: RuledWrite,
  grant: Grant,
  context: Context,
  principal: Principal,
): Promise<boolean> {
  if (await isProgram(principal.organization, context)) return true;
  if (write.conditional === true) return true;
  if (write.id !== undefined) {
    const before = await context.store.read(write.resource.resourceType, write.id, grant);
    if (before !== undefined) return await isProgram(before.owner, context);
  }
  for (const id of [...peopleNamed(write.resource, context.base)].filter(isId)) {
    const patient = await context.store.read('Patient', id, grant);
    if (patient !== undefined && (await isProgram(patient.owner, context))) return true;
  }
  return false;
}

/** Does this Organization run an Intensive Outpatient Program here? */
export async function isProgram(organization: string, { registry }: Context): Promise<boolean> {
  const organizations = await registry.organizations();
  return organizations.some(entry => entry.id === organization && entry.program);
}

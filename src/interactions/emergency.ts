// What 42 CFR 2.51(c) asks to be written down at once where a record is disclosed in an emergency: to whom and of
// which facility, who disclosed, when, and why. A Communication in the record of the program, which the program
// and the person can read: R4 has it for what was told by one to another, with `sender`, `recipient`, `sent` and a
// reason; a Provenance has no recipient, and an AuditEvent is part of a trail that nobody can correct.
// https://hl7.org/fhir/R4/communication.html https://www.ecfr.gov/current/title-42/section-2.51
import { principalOf } from '../access/authenticate.ts';
import type { Grant, Principal } from '../access/grant.ts';
import { parseScopes } from '../access/scope.ts';
import { composeBody, fromResource, instantOf } from '../fhir/body.ts';
import { FhirError } from '../fhir/error.ts';
import { isId } from '../fhir/id.ts';
import type { AnyResource } from '../fhir/types.ts';
import type { AuditDraft } from '../store/port/audit.ts';
import type { Version } from '../store/port.ts';
import type { EmergencyEntry, OrganizationEntry } from '../store/registry.ts';
import type { Context } from './context.ts';

/** Stands where other rows have the id of a client: what the server writes of itself for a program. */
const SERVER = 'server';

/**
 * Writes it where there is none yet: one for each token. Durable when it returns. Throws `unavailable` where it
 * cannot be written: the answer is then not to be given.
 */
export async function recordEmergency(
  request: string,
  context: Context,
  { emergency }: Principal,
): Promise<void> {
  const entry = emergency && (await context.registry.exception('emergency', emergency.id));
  if (entry?.program === undefined) return;
  const grant = await programGrant(entry.program, context);
  if (await isRecorded(entry, context, grant)) return;
  const body = composeBody(fromResource(disclosureOf(entry, entry.program, context.clock())), entry.record);
  const op = { kind: 'create' as const, type: 'Communication', id: entry.record, body };
  try {
    await context.store.transact(
      { ops: [op], lookups: [], claims: [], marks: [] },
      grant,
      rowOf(request, entry, entry.program),
    );
  } catch (error) {
    // Two answers of one token at once: the other wrote it.
    if (error instanceof FhirError && error.code === 'conflict' && (await isRecorded(entry, context, grant)))
      return;
    throw error instanceof FhirError && error.code === 'unavailable'
      ? error
      : new FhirError('unavailable', 'The disclosure cannot be recorded.', { cause: error });
  }
  context.log.warn({ request }, 'a record was disclosed in an emergency (42 CFR 2.51): see emergency list');
}

const isRecorded = async ({ record }: EmergencyEntry, context: Context, grant: Grant): Promise<boolean> =>
  (await context.store.read('Communication', record, grant)) !== undefined;

/** What it tells of the one whom the token is for. */
export const tellsOfPerson = (versions: readonly Version[], { emergency }: Principal): boolean =>
  emergency !== undefined && versions.some(({ patients }) => patients.includes(emergency.patient));

/** The Communication, without its id. `at`: ms. Pure. */
export function disclosureOf(entry: EmergencyEntry, program: string, at: number): AnyResource {
  const { patient, organization, purpose, recipient, affiliation, nature } = entry;
  return {
    resourceType: 'Communication',
    status: 'completed',
    category: [
      {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle', code: 'disclose' }],
      },
    ],
    subject: { reference: `Patient/${patient}` },
    sent: instantOf(at * 1000),
    recipient: [
      { type: 'Practitioner', display: recipient },
      { reference: `Organization/${organization}`, display: affiliation },
    ],
    sender: { reference: `Organization/${program}` },
    reasonCode: [
      {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: purpose }],
        text: nature,
      },
    ],
  } as AnyResource;
}

const rowOf = (request: string, { record }: EmergencyEntry, organization: string): AuditDraft => ({
  request,
  client: SERVER,
  organization,
  role: 'program',
  action: 'create',
  type: 'Communication',
  id: record,
  outcome: 'ok',
  reasons: ['emergency'],
  patients: [],
  versions: [],
});

async function programGrant(program: string, context: Context): Promise<Grant> {
  const organizations = await context.registry.organizations();
  const caller = { client: SERVER, organization: program, role: 'program' as const, purposes: [] };
  const scopes = parseScopes('system/Communication.cr');
  return context.decide(principalOf({ ...caller, scopes }, organizations), [
    { type: 'Communication', use: 'create' },
    { type: 'Communication', use: 'read' },
  ]);
}

/**
 * The program that has registered a Patient. Asked for each program as it would ask itself, so that it is no way to
 * what others have written.
 */
export async function registeredBy(patient: string, context: Context): Promise<string | undefined> {
  const organizations = await context.registry.organizations();
  const programs = organizations.filter(one => one.program);
  const found = await Promise.all(programs.map(({ id }) => isOwn(id, patient, organizations, context)));
  return programs.find((_, at) => found[at])?.id;
}

async function isOwn(
  program: string,
  patient: string,
  organizations: readonly OrganizationEntry[],
  context: Context,
): Promise<boolean> {
  const caller = { client: SERVER, organization: program, role: 'program' as const, purposes: [] };
  const scopes = parseScopes('system/Patient.r');
  const principal = principalOf({ ...caller, scopes }, organizations);
  const grant = context.decide(principal, [{ type: 'Patient', use: 'read' }]);
  const version = isId(patient) ? await context.store.read('Patient', patient, grant) : undefined;
  return version !== undefined && !version.deleted && version.owner === program;
}

// A program's server and a hospital's: two instances of this one, the second of which is the EHR that is synced with.
import { makeClientKey } from '../../src/access/oauth/client-key.ts';
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import type { Outcome } from '../../src/sync/outcome.ts';
import type { Surround } from '../../src/sync/pace.ts';
import type { RemoteEntry } from '../../src/sync/state.ts';
import { createSync, type Ran, type Sync } from '../../src/sync/sync.ts';
import { SCOPE } from '../../src/sync/types.ts';
import { type Caller, consentFor, startServer, type TestServer } from './server.ts';
import type { TestStore } from './stores.ts';

/** Identifier system that both sides know. */
export const SSN = 'http://hl7.org/fhir/sid/us-ssn';

export interface SyncWorld {
  ours: TestServer;
  theirs: TestServer;
  /** The program's staff here, the hospital's there. */
  program: Caller;
  hospital: Caller;
  sync: Sync;
  entry: RemoteEntry;
  run(options?: { full?: boolean; signal?: AbortSignal }): Promise<Ran & { told: Outcome[] }>;
  close(): Promise<void>;
}

export const NAME = 'hospital';

/** A key and a client of ours at a server. */
export async function registerAt(theirs: TestServer, keyFile: string): Promise<void> {
  const publicJwk = await makeClientKey(keyFile);
  await theirs.register({
    ...{ id: 'river', organization: 'program', role: 'program', purposes: ['TREAT'] },
    keys: { jwks: { keys: [publicJwk] } },
  });
}

export const entryFor = (base: string, more: Partial<RemoteEntry> = {}): RemoteEntry => ({
  ...{ name: NAME, organization: 'ehr', program: 'program', client: 'river', scope: SCOPE },
  ...{ rate: 1000, recipient: 'covered-entity', base },
  ...more,
});

/** Nobody waits in tests. */
export const HASTY: Partial<Surround> = { sleep: async () => {}, random: () => 0 };

export async function openSyncWorld(
  options: { store?: TestStore; surround?: Partial<Surround> } = {},
): Promise<SyncWorld> {
  const on = options.store === undefined ? {} : { store: options.store };
  const [ours, theirs] = [await startServer(on), await startServer({ listens: true })];
  const { context, principalOf, config } = ours.app;
  const surround = { ...HASTY, ...options.surround };
  const sync = createSync({ context, principalOf, keys: config.keys, surround });
  await registerAt(theirs, sync.keyFile(NAME));
  const entry = await sync.put(entryFor(theirs.base));
  return {
    ...{ ours, theirs, sync, entry },
    program: await ours.as('program'),
    hospital: await theirs.as('program'),
    run: async ({ full = false, signal = new AbortController().signal } = {}) => {
      const told: Outcome[] = [];
      return { ...(await sync.run(NAME, { signal, full, report: one => told.push(one) })), told };
    },
    close: async () => {
      await Promise.all([ours.close(), theirs.close()]);
    },
  };
}

/** Creates; resolves to the resource as it is then. */
export async function made(by: Caller, resource: JsonObject): Promise<AnyResource & { id: string }> {
  const answer = await by.post(`/fhir/${resource.resourceType}`).send(resource);
  if (answer.status !== 201) throw new Error(`${resource.resourceType}: ${answer.status} ${answer.text}`);
  return answer.body;
}

export async function found(by: Caller, query: string): Promise<AnyResource[]> {
  const { body } = await by.get(`/fhir/${query}`);
  return ((body.entry ?? []) as { resource: AnyResource }[])
    .map(one => one.resource)
    .filter(one => one.resourceType !== 'OperationOutcome');
}

export const person = (family: string, ssn: string | undefined, more: JsonObject = {}): JsonObject => ({
  resourceType: 'Patient',
  ...(ssn === undefined ? {} : { identifier: [{ system: SSN, value: ssn }] }),
  name: [{ family, given: ['Alex'] }],
  gender: 'female',
  birthDate: '1990-02-03',
  ...more,
});

const subjectOf = (patient: string) => ({ reference: `Patient/${patient}` });

export const allergy = (patient: string, text: string): JsonObject => ({
  resourceType: 'AllergyIntolerance',
  patient: subjectOf(patient),
  code: { text },
});

export const condition = (patient: string, text: string): JsonObject => ({
  resourceType: 'Condition',
  subject: subjectOf(patient),
  code: { text },
});

export const appointment = (patient: string, start: string): JsonObject => ({
  resourceType: 'Appointment',
  status: 'booked',
  start,
  end: start.replace(/T\d\d/, 'T23'),
  participant: [{ actor: subjectOf(patient), status: 'accepted' }],
});

export const goal = (patient: string, text: string): JsonObject => ({
  resourceType: 'Goal',
  lifecycleStatus: 'active',
  description: { text },
  subject: subjectOf(patient),
});

export const carePlan = (patient: string, goalId: string): JsonObject => ({
  resourceType: 'CarePlan',
  status: 'active',
  intent: 'plan',
  subject: subjectOf(patient),
  goal: [{ reference: `Goal/${goalId}` }],
  author: { reference: 'Practitioner/of-ours', display: 'A clinician' },
});

export const screen = (patient: string): JsonObject => ({
  resourceType: 'Observation',
  status: 'final',
  category: [
    {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }],
    },
  ],
  code: { text: 'Screen' },
  subject: subjectOf(patient),
  valueQuantity: { value: 1.5 },
});

/** The person permits that hospital everything for treatment. */
export const permits = (by: Caller, patient: string) => made(by, consentFor(patient, 'ehr'));

// The clients of the demo: entries of the registry like all others, with example keys made at first start.
import { existsSync } from 'node:fs';
import { type App, type ClientEntry, makeClientKey, readClient, readClientKey } from '../app.ts';
import { FhirError } from '../fhir/error.ts';
import { keyFileOf } from './client-file.ts';
import { patientOfClient } from './patient-of-client.ts';

const PROGRAM = 'riverbend';

/** `record`: the client of the program (its own key) whose Patient it is. */
const DEMO_CLIENTS = [
  {
    id: 'demo-program',
    name: "Riverbend's own systems",
    organization: PROGRAM,
    role: 'program',
    scope: 'system/*.cruds',
  },
  {
    id: 'demo-ehr',
    name: "Lakeside Health's EHR",
    organization: 'lakeside-health',
    role: 'ehr',
    scope: 'system/*.cruds',
  },
  {
    id: 'demo-payer',
    name: 'Granite Mutual',
    organization: 'granite-mutual',
    role: 'payer',
    scope: 'system/*.rs',
  },
  {
    id: 'demo-auditor',
    name: "Riverbend's auditor",
    organization: PROGRAM,
    role: 'auditor',
    scope: 'system/*.rs',
  },
  {
    id: 'demo-patient',
    name: 'One of the clients',
    organization: PROGRAM,
    role: 'patient',
    scope: 'patient/*.rs',
    record: 'c-101',
  },
] as const;

/** Registers those that are missing, and gives those a key whose own is not in KEYS. Changes nothing else. */
export async function ensureDemoClients(app: App): Promise<void> {
  for (const { id, ...facts } of DEMO_CLIENTS) {
    const key = await keyOf(keyFileOf(app, id));
    const known = await app.registry.client(id);
    const keys = { jwks: { keys: [key] } };
    if (known === undefined) {
      const patient = 'record' in facts ? await patientOf(app, facts.record) : undefined;
      const { name, organization, role, scope } = facts;
      const about = { id, name, organization, role, scope, keys };
      await app.registry.putClient(readClient(patient === undefined ? about : { ...about, patient }));
    } else if (!holds(known, key)) {
      await app.registry.putClient({ ...known, keys });
    }
  }
}

async function keyOf(path: string) {
  if (!existsSync(path)) {
    try {
      return await makeClientKey(path);
    } catch (error) {
      // Another process came first.
      if (!(error instanceof FhirError && error.code === 'conflict')) throw error;
    }
  }
  return readClientKey(path).publicJwk;
}

const holds = ({ keys }: ClientEntry, key: { readonly kid?: unknown }): boolean =>
  !('jwks' in keys) || keys.jwks.keys.some(({ kid }) => kid === key.kid);

/** The logical id of the Patient that a record became. */
const patientOf = (app: App, record: string): Promise<string | undefined> =>
  patientOfClient(app, PROGRAM, record);

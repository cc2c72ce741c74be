// People whose records a Part 2 program discloses, and what is looked for on the answers.
import type { Response } from 'supertest';
import { LONG_NOTICE } from '../../src/access/notice.ts';
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import { type Caller, consentFor, coverageFor, startServer, type TestServer } from './server.ts';
import type { TestStore } from './stores.ts';

export type Resource = AnyResource & { id: string };

export const subject = (patient: string) => ({ subject: { reference: `Patient/${patient}` } });
export const observation = (id: string, patient: string): Resource => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'x' },
  ...subject(patient),
});
export const appointment = (id: string, patient: string, status = 'booked'): Resource => ({
  resourceType: 'Appointment',
  id,
  status,
  participant: [{ actor: { reference: `Patient/${patient}` }, status: 'accepted' }],
});
export const consent = (id: string, ...of: Parameters<typeof consentFor>) => ({ ...consentFor(...of), id });
const expired = (id: string, patient: string, organization: string): Resource => {
  const { provision, ...rest } = consentFor(patient, organization);
  return { ...rest, id, provision: { ...provision, period: { end: '2020-01-01' } } };
};
const denied = (id: string, patient: string, organization: string): Resource => {
  const { provision, ...rest } = consentFor(patient, organization);
  return { ...rest, id, provision: { type: 'permit', provision: [{ ...provision, type: 'deny' }] } };
};
const listOf = (id: string, ...people: string[]): Resource => ({
  resourceType: 'List',
  id,
  status: 'current',
  mode: 'working',
  entry: people.map(one => ({ item: { reference: `Patient/${one}` } })),
});

/** a permits everybody, b the EHR and then not, c the EHR; d changes its mind. */
export const RECORDS: readonly Resource[] = [
  ...['a', 'b', 'c', 'd'].map(id => ({ resourceType: 'Patient', id })),
  consent('ca', 'a', 'ehr'),
  consent('cap', 'a', 'payer', 'HPAYMT'),
  { ...coverageFor('a', 'payer'), id: 'va' },
  consent('can', 'a', 'neighbour'),
  consent('ca-other-purpose', 'a', 'ehr', 'HPAYMT'),
  expired('ca-expired', 'a', 'ehr'),
  consent('cb', 'b', 'ehr'),
  denied('db', 'b', 'ehr'),
  consent('cc', 'c', 'ehr'),
  consent('cd', 'd', 'ehr'),
  observation('oa', 'a'),
  observation('oa2', 'a'),
  observation('ob', 'b'),
  observation('oc', 'c'),
  appointment('pa', 'a'),
  listOf('lac', 'a', 'c'),
  listOf('lab', 'a', 'b'),
  { resourceType: 'Location', id: 'place' },
];
/** Of the EHR, which is no Part 2 program: it lets the program see. */
export const OUTSIDE: readonly Resource[] = [
  { resourceType: 'Patient', id: 'ehr-p' },
  consent('ehr-cp', 'ehr-p', 'program', 'TREAT', 'ehr'),
  observation('ehr-op', 'ehr-p'),
];

/** Not yet about anybody's chart: an id is given to it. */
export const newObservation = (patient: string): JsonObject => {
  const { id: _id, ...fresh } = observation('', patient);
  return fresh;
};

export const NAMES = ['program', 'ehr', 'payer', 'neighbour', 'portal'] as const;
export type Name = (typeof NAMES)[number];

/** `portal`: the person a. */
export interface Disclosing {
  server: TestServer;
  callers: Readonly<Record<Name, Caller>>;
}

export async function startDisclosing(store: TestStore): Promise<Disclosing> {
  const server = await startServer({ store, environment: { CORS_ORIGINS: 'https://page.example' } });
  const portal = { organization: 'program', role: 'patient', patient: 'a', scope: 'patient/*.rs' } as const;
  const callers = {
    program: await server.as('program'),
    ehr: await server.as('ehr'),
    payer: await server.as('payer'),
    neighbour: await server.as('neighbour'),
    portal: await server.register({ id: 'portal', ...portal }),
  };
  for (const record of RECORDS) await put(record, callers.program).expect(201);
  for (const record of OUTSIDE) await put(record, callers.ehr).expect(201);
  return { server, callers };
}

export const put = (resource: Resource, by: Caller) =>
  by.put(`/fhir/${resource.resourceType}/${resource.id}`).send(resource);

/** The two headers. */
export const told = ({ headers }: Response): [notice: string | undefined, consents: string | undefined] => [
  headers['redisclosure-notice'],
  headers['consent-reference'],
];

/** How often the body has the long form. */
export const timesLong = ({ text }: Response): number => (text ?? '').split(LONG_NOTICE).length - 1;

export const bundle = (type: 'batch' | 'transaction', ...entry: JsonObject[]) => ({
  resourceType: 'Bundle',
  type,
  entry,
});
export const get = (url: string) => ({ request: { method: 'GET', url } });
export const post = (resource: JsonObject) => ({
  resource,
  request: { method: 'POST', url: resource.resourceType as string },
});

// One program under 42 CFR Part 2 with its clients, and everybody who asks for their records: the world in which each
// rule of Part 2 is shown.
import supertest, { type Response } from 'supertest';
import { type Config, createApp } from '../../src/app.ts';
import { codeSystemUrl, extensionUrl } from '../../src/fhir/canonical.ts';
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import type { ClientEntry } from '../../src/store/registry.ts';
import { condition } from './labels.ts';
import { plainOf } from './parameters.ts';
import { type Caller, consentFor, coverageFor, startServer, type TestServer } from './server.ts';
import type { TestStore } from './stores.ts';

const ACT_REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
const ROLE = 'http://terminology.hl7.org/CodeSystem/v3-RoleCode';
export const START = Date.parse('2026-09-01T12:00:00Z');
export const TPO = ['TREAT', 'HPAYMT', 'HOPERAT'];
export const NOTE_TAG = { system: codeSystemUrl('record-kind'), code: 'counselling-note' };

type Resource = JsonObject & { resourceType: string; id: string };

export interface Part2World {
  server: TestServer;
  /** Moves the server's clock on. */
  wait(ms: number): void;
  now(): number;
  program: Caller;
  neighbour: Caller;
  /** For treatment. */
  ehr: Caller;
  /** For payment. */
  payer: Caller;
  client(id: string, parts?: Partial<ClientEntry>): Promise<Caller>;
  put(resource: Resource, by?: Caller): Promise<void>;
  /** A client of the program: Patient, two Observations, an Encounter; a diagnosis of F10.20. */
  person(id: string): Promise<void>;
  /** The person has the payer for its insurer. */
  insure(id: string): Promise<void>;
  /** Its recipients, with what they got: `Organization/ehr TREAT`. */
  accounted(id: string, by?: Caller): Promise<string[]>;
  /** Another server on the same store, for one request; `ahead`: ms by which its clock is. */
  elsewhere(
    path: string,
    by: Caller,
    change?: { ahead?: number; config?: Partial<Config> },
  ): Promise<Response>;
}

/** A written consent with all that 2.31 asks for. `parts`: of its provision, beside or instead. */
export function permit(
  id: string,
  person: string,
  to: string,
  purposes: readonly string[] = ['TREAT'],
  parts: JsonObject = {},
): Resource & { provision: JsonObject } {
  const { provision, ...rest } = consentFor(person, to);
  const purpose = purposes.map(code => ({ system: ACT_REASON, code }));
  return {
    ...rest,
    id,
    extension: ['revocation', 'redisclosure', 'refusal'].map(statement),
    provision: { ...provision, purpose, ...parts },
  };
}

/** What the form tells whoever signs it. */
export const statement = (valueCode: string): JsonObject => ({
  url: extensionUrl('part2-statement'),
  valueCode,
});

export const withoutEnd = (...more: JsonObject[]): JsonObject => ({
  extension: [{ url: extensionUrl('part2-all-records'), valueBoolean: true }, ...more],
});
export const toClass = (valueCode: string): JsonObject => ({
  url: extensionUrl('part2-recipient-class'),
  valueCode,
});

/** The program has the Organization on the person's CareTeam. */
export const treats = (organization: string, person: string): Resource => ({
  resourceType: 'CareTeam',
  id: `${person}-team`,
  status: 'active',
  subject: { reference: `Patient/${person}` },
  participant: [{ member: { reference: `Organization/${organization}` } }],
});

export const related = (id: string, person: string, code: string): Resource => ({
  resourceType: 'RelatedPerson',
  id,
  active: true,
  patient: { reference: `Patient/${person}` },
  relationship: [{ coding: [{ system: ROLE, code }] }],
});

/** What a counsellor wrote down of a session, or with a type an ordinary document. */
export const note = (person: string, author: string, type?: JsonObject): JsonObject => ({
  resourceType: 'DocumentReference',
  ...(type === undefined ? { meta: { tag: [NOTE_TAG] } } : { type: { coding: [type] } }),
  status: 'current',
  subject: { reference: `Patient/${person}` },
  author: [{ reference: `Practitioner/${author}` }],
  content: [{ attachment: { title: 'Of the session' } }],
});

const recordOf = (id: string): Resource[] => {
  const subject = { reference: `Patient/${id}` };
  const observation = { resourceType: 'Observation', status: 'final', code: { text: 'Craving' }, subject };
  return [
    {
      resourceType: 'Patient',
      id,
      name: [{ family: `Of-${id}` }],
      birthDate: '1980-01-01',
      address: [{ city: 'Riverbend' }],
      identifier: [{ system: 'urn:members', value: `m-${id}` }],
    },
    { ...observation, id: `${id}-o` },
    { ...observation, id: `${id}-o2` },
    {
      resourceType: 'Encounter',
      id: `${id}-e`,
      status: 'finished',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
      subject,
      period: { start: '2026-08-10T18:00:00Z', end: '2026-08-10T21:00:00Z' },
    },
    condition(`${id}-c`, 'F10.20', id),
  ];
};

export async function openPart2World(store: TestStore): Promise<Part2World> {
  let now = START;
  const environment = { MINOR_CONSENT_AGES: 'program=12' };
  const server = await startServer({ store, surroundings: { clock: () => now }, environment });
  const program = await server.as('program');
  const put = async (resource: Resource, by = program): Promise<void> => {
    const { status, body } = await by.put(`/fhir/${resource.resourceType}/${resource.id}`).send(resource);
    if (status >= 300) throw new Error(`${resource.resourceType}/${resource.id}: ${JSON.stringify(body)}`);
  };
  return {
    server,
    wait: ms => {
      now += ms;
    },
    now: () => now,
    program,
    neighbour: await server.as('neighbour'),
    ehr: await server.as('ehr'),
    payer: await server.as('payer'),
    client: (id, parts = {}) => server.register({ id, organization: 'ehr', role: 'ehr', ...parts }),
    put,
    person: async id => {
      for (const one of recordOf(id)) await put(one);
    },
    insure: id => put({ ...coverageFor(id, 'payer'), id: `${id}-coverage` }),
    accounted: async (id, by = program) => {
      const { body } = await by.get(`/fhir/Patient/${id}/$accounting-of-disclosures`).expect(200);
      const told = (plainOf(body.parameter).disclosure ?? []) as Record<string, string[]>[];
      return told.map(one => `${one.recipient![0]} ${one.purpose!.join(',')}`);
    },
    elsewhere: async (path, by, { ahead = 0, config = {} } = {}) => {
      const app = await createApp({ ...server.app.config, ...config }, { clock: () => now + ahead });
      const answer = await supertest(app.http)
        .get(`/fhir/${path}`)
        .set('Authorization', `Bearer ${by.token}`);
      await app.close();
      return answer;
    },
  };
}

/** Ids of what a search gives of its own type, and its total. */
export async function found(caller: Caller, query: string): Promise<{ ids: string[]; total: number }> {
  const { body } = await caller
    .get(`/fhir/${query}${query.includes('?') ? '&' : '?'}_total=accurate`)
    .expect(200);
  const entries = (body.entry ?? []) as { resource: AnyResource; search?: { mode: string } }[];
  const matches = entries.filter(one => one.search?.mode === 'match');
  return { ids: matches.map(one => String(one.resource.id)), total: body.total };
}

export const statusOf = async (caller: Caller, path: string): Promise<number> =>
  (await caller.get(`/fhir/${path}`)).status;

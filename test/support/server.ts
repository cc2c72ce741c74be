// The whole server in this process, on a store of its own, with the callers that most tests need.
import { createServer, type Server } from 'node:http';
import supertest, { type Test } from 'supertest';
import type { Role } from '../../src/access/grant.ts';
import { type App, createApp, readConfig, type Surroundings } from '../../src/app.ts';
import type { JsonObject } from '../../src/fhir/types.ts';
import type { ClientEntry } from '../../src/store/registry.ts';
import { clientEntry } from './client-entry.ts';
import { PART2_SCOPE, part2Items } from './part2.ts';
import { folderPlace } from './place.ts';
import type { TestStore } from './stores.ts';

/** Organizations: two programs, an EHR and a payer. Their ids are the names. */
const CALLERS = {
  program: { organization: 'program', role: 'program' },
  neighbour: { organization: 'neighbour', role: 'program' },
  ehr: { organization: 'ehr', role: 'ehr' },
  payer: { organization: 'payer', role: 'payer' },
  auditor: { organization: 'auditor', role: 'auditor' },
} as const satisfies Record<string, { organization: string; role: Role }>;
export type CallerName = keyof typeof CALLERS;

const ORGANIZATIONS = [
  { id: 'program', prefix: '', program: true, part2: true },
  { id: 'neighbour', prefix: 'neighbour-', program: true, part2: true },
  { id: 'ehr', prefix: 'ehr-', program: false, part2: false },
  { id: 'payer', prefix: 'payer-', program: false, part2: false },
];

type Verb = 'get' | 'head' | 'post' | 'put' | 'delete' | 'patch' | 'options';

/** Starts a request with the caller's token; paths are below the server's root. */
export type Caller = { [verb in Verb]: (path: string) => Test } & { token: string };

export interface TestServer {
  app: App;
  /** FHIR base URL as the server names it in links. */
  base: string;
  /** Every scope unless told. */
  as(name: CallerName, scope?: string): Promise<Caller>;
  /** A client that is registered so, with a token for all of it. */
  register(client: Partial<ClientEntry> & Pick<ClientEntry, 'id'>): Promise<Caller>;
  /** Requests without a token. */
  stranger: Caller;
  close(): Promise<void>;
}

const FOREVER = 10 * 365 * 24 * 3600;

export interface ServerOptions {
  /** A file, unless told. */
  store?: TestStore;
  environment?: Record<string, string>;
  surroundings?: Surroundings;
  /** On a port of its own under its real base URL, for foreign clients. */
  listens?: boolean;
}

export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const place = options.store?.place() ?? folderPlace();
  const environment = { ...place.environment, LOG_LEVEL: 'error', PORT: '0' };
  const app = await createApp(readConfig({ ...environment, ...options.environment }), options.surroundings);
  for (const entry of ORGANIZATIONS) await app.registry.putOrganization(entry);
  const url = options.listens === true ? await app.listen() : undefined;
  const own = url === undefined ? await listening(createServer(app.http)) : undefined;
  const agent = supertest(own ?? url!);
  return {
    app,
    base: app.context.base,
    as: async (name, scope = 'system/*.cruds') => {
      const caller = CALLERS[name];
      const token = await app.sign({ client: `${name}-client`, ...caller, scope }, FOREVER);
      return callerWith(agent, token);
    },
    register: async parts => {
      const entry = clientEntry(parts.id, { scope: 'system/*.cruds', ...parts });
      await app.registry.putClient(entry);
      const { id: client, organization, role, scope } = entry;
      return callerWith(agent, await app.sign({ client, organization, role, scope }, FOREVER));
    },
    stranger: callerWith(agent, ''),
    close: async () => {
      own?.closeAllConnections();
      await new Promise<void>(resolve => {
        if (own === undefined) resolve();
        else own.close(() => resolve());
      });
      await app.close();
      await place.remove();
    },
  };
}

function listening(server: Server): Promise<Server> {
  return new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function callerWith(agent: ReturnType<typeof supertest>, token: string): Caller {
  const start = (verb: Verb) => (path: string) => {
    const test = agent[verb](path);
    return token === '' ? test : test.set('Authorization', `Bearer ${token}`);
  };
  const verbs: Verb[] = ['get', 'head', 'post', 'put', 'delete', 'patch', 'options'];
  return { token, ...Object.fromEntries(verbs.map(verb => [verb, start(verb)])) } as Caller;
}

const PARTICIPATION = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';
const ACT_REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';

/** An active Coverage of a Patient (id) whose payor is an Organization: without one a payer sees nothing. */
export function coverageFor(patient: string, organization: string) {
  return {
    resourceType: 'Coverage',
    status: 'active',
    beneficiary: { reference: `Patient/${patient}` },
    payor: [{ reference: `Organization/${organization}` }],
  } satisfies JsonObject;
}

/** An active Consent of a Patient (id) that permits an Organization a purpose, for the records of a program. */
export function consentFor(
  patient: string,
  organization: string,
  purpose: 'TREAT' | 'HPAYMT' = 'TREAT',
  program = 'program',
) {
  return {
    ...part2Items(program),
    resourceType: 'Consent',
    status: 'active',
    scope: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }],
    },
    category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
    patient: { reference: `Patient/${patient}` },
    policy: [{ uri: 'https://www.ecfr.gov/current/title-42/part-2' }],
    provision: {
      extension: PART2_SCOPE,
      type: 'permit',
      actor: [
        {
          role: { coding: [{ system: PARTICIPATION, code: 'IRCP' }] },
          reference: { reference: `Organization/${organization}` },
        },
      ],
      purpose: [{ system: ACT_REASON, code: purpose }],
    },
  } satisfies JsonObject;
}

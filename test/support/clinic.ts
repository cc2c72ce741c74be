// Records of one little clinic at the door of a whole server, and the FHIR API beside it.
import type { Principal } from '../../src/access/grant.ts';
import { parseScopes } from '../../src/access/scope.ts';
import type { AnyResource, Json, JsonObject } from '../../src/fhir/types.ts';
import { importRecords, type RecordOutcome } from '../../src/interactions/import.ts';
import { type Caller, type ServerOptions, startServer, type TestServer } from './server.ts';
import type { TestStore } from './stores.ts';

export interface Clinic {
  server: TestServer;
  /** The program's own client of the FHIR API. */
  program: Caller;
  principal: Principal;
  take(records: readonly JsonObject[], caller?: Principal): Promise<RecordOutcome[]>;
  /** `Type/id` of what a record made; '' where it made nothing. */
  made(kind: string, id: string, role?: string): Promise<string>;
  /** The Appointment of `session(client)`. */
  appointmentOf(client: string): Promise<string>;
  read(reference: string): Promise<AnyResource>;
  /** Somebody changes a resource through the FHIR API. */
  edit(reference: string, change: JsonObject, by?: Caller): Promise<void>;
}

export async function startClinic(
  store?: TestStore,
  options: Pick<ServerOptions, 'environment' | 'surroundings'> = {},
): Promise<Clinic> {
  const server = await startServer({ ...options, ...(store === undefined ? {} : { store }) });
  const program = await server.as('program');
  const { context } = server.app;
  const principal = await server.app.principalOf({
    client: 'test',
    organization: 'program',
    role: 'program',
    scopes: parseScopes('system/*.cruds'),
    purposes: [],
  });
  const take = async (records: readonly JsonObject[], caller = principal): Promise<RecordOutcome[]> => {
    const outcomes: RecordOutcome[] = [];
    const inputs = records.map((value, index) => ({ index, value: value as Json }));
    for await (const outcome of importRecords(inputs, context, caller)) outcomes.push(outcome);
    return outcomes;
  };
  const made = async (kind: string, id: string, role = ''): Promise<string> => {
    const claims = await context.registry.claims([`program|${kind}|${id}|${role}`]);
    return claims.values().next().value ?? '';
  };
  const read = async (reference: string): Promise<AnyResource> =>
    (await program.get(`/fhir/${reference}`)).body as AnyResource;
  const edit = async (reference: string, change: JsonObject, by = program): Promise<void> => {
    const { meta: _, ...current } = await read(reference);
    await by
      .put(`/fhir/${reference}`)
      .set('Content-Type', 'application/fhir+json')
      .send(JSON.stringify({ ...current, ...change }))
      .expect(200);
  };
  const appointmentOf = (client: string) => made('session', `s-${client}`, `appointment/${client}`);
  return { server, program, principal, take, made, appointmentOf, read, edit };
}

export const outcomesOf = (outcomes: readonly RecordOutcome[]): string[] => outcomes.map(one => one.outcome);

export const versionOf = (resource: AnyResource): string =>
  (resource.meta as { versionId: string }).versionId;

/** A client; `more` replaces fields. */
export const client = (id: string, more: JsonObject = {}): JsonObject => ({
  kind: 'client',
  id,
  program: 'program',
  active: true,
  name: { family: 'Invented', given: ['Nobody'] },
  birthDate: '1990-01-02',
  gender: 'female',
  ...more,
});

/** The session `s-<client>` with this client alone. */
export const session = (of: string, more: JsonObject = {}): JsonObject => ({
  kind: 'session',
  id: `s-${of}`,
  program: 'program',
  type: 'individual',
  mode: 'on-site',
  start: '2026-08-03T18:00:00-05:00',
  end: '2026-08-03T19:00:00-05:00',
  clients: [{ client: of }],
  ...more,
});

/** The attendance `a-<client>` at that session. */
export const attendance = (of: string, more: JsonObject = {}): JsonObject => ({
  kind: 'attendance',
  id: `a-${of}`,
  program: 'program',
  session: `s-${of}`,
  client: of,
  status: 'present',
  type: 'individual',
  mode: 'on-site',
  start: '2026-08-03T18:00:00-05:00',
  end: '2026-08-03T19:00:00-05:00',
  ...more,
});

/** A program and its evening track: what sessions of several clients need. */
export const eveningTrack: readonly JsonObject[] = [
  {
    kind: 'program',
    id: 'iop',
    program: 'program',
    name: 'Invented IOP',
    active: true,
    service: 'iop',
    treats: ['substance-use'],
    part2: true,
    timeZone: 'America/Chicago',
  },
  {
    kind: 'track',
    id: 'evening',
    program: 'program',
    name: 'Evening',
    slot: 'evening',
    active: true,
    service: 'iop',
    days: ['mon', 'wed', 'thu'],
    start: '18:00',
    end: '21:00',
    timeZone: 'America/Chicago',
  },
];

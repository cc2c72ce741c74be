// STAFF_ACCESS from the environment to the answer: a client that is one of the staff, its key, its token, the server.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { run } from '../../src/cli/run.ts';
import type { JsonObject } from '../../src/fhir/types.ts';
import { client } from '../support/clinic.ts';
import { launch, type Running, workplace } from '../support/process.ts';

const place = workplace();
const path = (name: string) => join(place.folder, name);

async function command(...args: string[]): Promise<string> {
  const said: string[] = [];
  const taking = () =>
    new Writable({ write: (chunk, _encoding, done) => done(void said.push(String(chunk))) });
  const streams = { out: taking(), error: taking(), input: Readable.from([]) };
  const code = await run(args, { environment: place.environment, ...streams });
  if (code !== 0) throw new Error(said.join(''));
  return said.join('').trim();
}

const RECORDS: JsonObject[] = [
  ...['treated', 'other'].map(id => client(id)),
  {
    kind: 'clinician',
    id: 'dana',
    program: 'program',
    name: { family: 'Invented', given: ['Dana'] },
    active: true,
    discipline: 'counselor',
  },
  {
    kind: 'care-team',
    id: 'team',
    program: 'program',
    client: 'treated',
    status: 'active',
    members: [{ clinician: 'dana', duty: 'primary-counselor' }],
  },
];

/** A server of its own, and what a caller is told there. */
async function serve(staff?: string) {
  const setting = staff === undefined ? {} : { STAFF_ACCESS: staff };
  const server: Running = launch(['serve'], { ...place.environment, ...setting });
  const url = /http:\/\/\S+/.exec(await server.until('listens'))![0];
  const ask = async (token: string, to: string, init: RequestInit = {}) => {
    const headers = { authorization: `Bearer ${token}`, ...init.headers };
    const answer = await fetch(`${url}${to}`, { ...init, headers });
    return { status: answer.status, body: (await answer.json()) as JsonObject };
  };
  const found = async (token: string, to: string) =>
    ((await ask(token, `/fhir/${to}`)).body.entry ?? []) as { resource: JsonObject }[];
  return { server, ask, found };
}

let system: string;
let dana: string;
const ids: Record<string, string> = {};

beforeAll(async () => {
  await command('program', 'add', '--name', 'Program', '--id', 'program');
  writeFileSync(path('records.ndjson'), RECORDS.map(record => `${JSON.stringify(record)}\n`).join(''));
  await command('import', path('records.ndjson'), '--program', 'program');
  system = await command('token', '--organization', 'program', '--role', 'program');
  const { server, found } = await serve();
  for (const type of ['Practitioner', 'CareTeam'])
    ids[type] = String((await found(system, type))[0]!.resource.id);
  for (const { resource } of await found(system, 'Patient'))
    ids[(resource.identifier as { value: string }[])[0]!.value] = String(resource.id);
  await server.stop();
  const about = ['--organization', 'program', '--role', 'program', '--scope', 'user/*.cruds system/*.cruds'];
  const key = ['--generate-key', path('dana.jwk')];
  await command('client', 'add', '--id', 'dana', ...about, '--practitioner', ids.Practitioner!, ...key);
  dana = await command('token', '--client', 'dana', '--key', path('dana.jwk'));
}, 60_000);
afterAll(() => place.remove());

test('unless told staff see everybody', async () => {
  const { server, found } = await serve();
  expect((await found(dana, 'Patient')).length).toBe(2);
  await server.stop();
}, 60_000);

test('by care team they see whom they treat, and do nothing that would show them more', async () => {
  const { server, ask, found } = await serve('careteam');
  const named = async (token: string) => (await found(token, 'Patient')).map(({ resource }) => resource.id);
  expect(await named(dana)).toEqual([ids.treated]);
  expect((await named(system)).sort()).toEqual([ids.treated, ids.other].sort());
  expect((await found(dana, 'Practitioner')).length).toBe(1);
  const status = async (to: string, init?: RequestInit) => (await ask(dana, to, init)).status;
  expect([
    await status(`/iop/clients/${ids.treated}`),
    await status(`/iop/clients/${ids.other}`),
    await status('/iop/clients/nobody'),
    await status(`/fhir/Patient/${ids.other}`),
  ]).toEqual([200, 404, 404, 404]);
  const { body } = await ask(dana, `/fhir/CareTeam/${ids.CareTeam}`);
  const team = JSON.stringify({ ...body, subject: { reference: `Patient/${ids.other}` } });
  const write = { body: team, headers: { 'content-type': 'application/fhir+json' } };
  const records = { body: JSON.stringify(client('new')), headers: { 'content-type': 'application/json' } };
  expect([
    await status(`/fhir/CareTeam/${ids.CareTeam}`, { method: 'PUT', ...write }),
    await status('/fhir/CareTeam', { method: 'POST', ...write }),
    await status(`/fhir/CareTeam/${ids.CareTeam}`, { method: 'DELETE' }),
    await status('/iop/records', { method: 'POST', ...records }),
  ]).toEqual([403, 403, 403, 403]);
  expect(await found(dana, 'AuditEvent')).toEqual([]);
  expect((await found(system, 'AuditEvent?_count=5')).length).toBe(5);
  expect(await named(dana)).toEqual([ids.treated]);
  await server.stop();
}, 60_000);

test('anything else is refused at the start, by its name', async () => {
  const { code, error } = await launch(['serve'], { ...place.environment, STAFF_ACCESS: 'team' }).finished;
  expect(code).toBeGreaterThan(0);
  expect(error).toContain('STAFF_ACCESS: expected program or careteam');
}, 60_000);

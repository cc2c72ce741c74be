// Sync with a FHIR server that nobody here wrote: Medplum's router on its repository in memory, behind a bare HTTP server
// that adds tokens. `npm install --prefix "$JUDGES" @medplum/fhir-router` makes it run; without it the tests are skipped.

import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { makeClientKey } from '../../src/access/oauth/client-key.ts';
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import type { Outcome } from '../../src/sync/outcome.ts';
import { createSync, type Sync } from '../../src/sync/sync.ts';
import { type Caller, startServer, type TestServer } from '../support/server.ts';
import {
  allergy,
  appointment,
  carePlan,
  condition,
  entryFor,
  found,
  goal,
  HASTY,
  made,
  NAME,
  permits,
  person,
  screen,
} from '../support/sync-world.ts';

const folder = join(process.env.JUDGES ?? '', 'node_modules/@medplum');
const ROUTER = join(folder, 'fhir-router/dist/esm/index.mjs');
const isThere = process.env.JUDGES !== undefined && existsSync(ROUTER);
if (!isThere)
  process.stderr.write('Skipped: sync with a foreign FHIR server. JUDGES holds no @medplum/fhir-router.\n');

interface Routed {
  handleRequest(request: object, repo: object): Promise<[outcome: Outcomes, resource?: AnyResource]>;
}
type Outcomes = AnyResource & { id?: string; issue?: { code: string }[] };

interface Foreign {
  base: string;
  /** Creates; resolves to its id. */
  add(resource: JsonObject): Promise<string>;
  all(type: string): Promise<AnyResource[]>;
  server: Server;
}

async function startForeign(): Promise<Foreign> {
  const router = (await import(pathToFileURL(ROUTER).href)) as Record<string, new () => object>;
  const core = (await import(pathToFileURL(join(folder, 'core/dist/esm/index.mjs')).href)) as {
    getStatus(outcome: object): number;
    indexSearchParameterBundle(bundle: object): void;
    indexStructureDefinitionBundle(bundle: object): void;
  };
  const definition = (name: string): object =>
    JSON.parse(readFileSync(join(folder, `definitions/dist/fhir/r4/${name}.json`), 'utf8')) as object;
  core.indexStructureDefinitionBundle(definition('profiles-types'));
  core.indexStructureDefinitionBundle(definition('profiles-resources'));
  core.indexSearchParameterBundle(definition('search-parameters'));
  const repo = new router.MemoryRepository!();
  const fhir = new router.FhirRouter!() as unknown as Routed;
  const ask = (method: string, url: string, headers: object = {}, body?: unknown) => {
    return fhir.handleRequest({ method, url, pathname: '', params: {}, query: {}, headers, body }, repo);
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const url = request.url ?? '';
    const reply = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/fhir+json' });
      response.end(body === undefined ? '' : JSON.stringify(body));
    };
    if (url === '/fhir/.well-known/smart-configuration')
      return reply(200, { token_endpoint: `${foreign.base.replace('/fhir', '')}/token` });
    if (url === '/token') return reply(200, { access_token: 'given', expires_in: 300 });
    if (request.headers.authorization !== 'Bearer given') return reply(401, undefined);
    const path = url.slice('/fhir'.length);
    const [outcome, resource] = await ask(
      request.method!,
      path,
      request.headers,
      text === '' ? undefined : JSON.parse(text),
    );
    reply(core.getStatus(outcome), resource ?? outcome);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const foreign: Foreign = {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir`,
    add: async resource => (await ask('POST', `/${resource.resourceType}`, {}, resource))[1]!.id as string,
    all: async type => {
      const [, bundle] = await ask('GET', `/${type}?_count=1000`);
      return ((bundle!.entry ?? []) as { resource: AnyResource }[]).map(one => one.resource);
    },
    server,
  };
  return foreign;
}

// Reason: the package is not among the judges, as printed above.
(isThere ? describe : describe.skip)('a foreign server', () => {
  let ours: TestServer;
  let program: Caller;
  let foreign: Foreign;
  let sync: Sync;
  let mine = '';
  let there = '';
  const run = async (full = false) => {
    const told: Outcome[] = [];
    const signal = new AbortController().signal;
    return { ...(await sync.run(NAME, { signal, full, report: one => told.push(one) })), told };
  };

  beforeAll(async () => {
    [ours, foreign] = [await startServer(), await startForeign()];
    program = await ours.as('program');
    mine = (await made(program, person('Moreno', '111'))).id;
    there = await foreign.add(person('Moreno', '111', { address: [{ city: 'Lakeside' }] }));
    const other = await foreign.add(person('Okafor', '999', { birthDate: '1950-01-01' }));
    for (const id of [there, other]) {
      await foreign.add(allergy(id, 'Nuts'));
      await foreign.add(condition(id, 'Asthma'));
      await foreign.add(appointment(id, '2026-12-01T10:00:00Z'));
    }
    const { context, principalOf, config } = ours.app;
    sync = createSync({ context, principalOf, keys: config.keys, surround: HASTY });
    await makeClientKey(sync.keyFile(NAME));
    await sync.put(entryFor(foreign.base));
  }, 60_000);
  afterAll(async () => {
    foreign.server.close();
    await ours.close();
  });

  test('is read: what is of the person who is linked comes, once', async () => {
    const ran = await run();
    expect([ran.told.filter(one => one.why !== undefined), ran.reason]).toEqual([[], undefined]);
    expect(ran.counts).toMatchObject({
      'pull Patient linked': 1,
      'pull AllergyIntolerance created': 1,
      'pull Condition created': 1,
      'pull Appointment created': 1,
    });
    const again = await run(true);
    expect(again.counts).toMatchObject({
      'pull AllergyIntolerance unchanged': 1,
      'pull Condition unchanged': 1,
    });
    expect((await found(program, `Patient?_id=${mine}`))[0]!.address).toEqual([{ city: 'Lakeside' }]);
  });

  test('is written to: what she consents to goes, once, and a new version as an update', async () => {
    await permits(program, mine);
    const { id } = await made(program, goal(mine, 'Sleep'));
    await made(program, carePlan(mine, id));
    await made(program, screen(mine));
    expect((await run()).counts).toMatchObject({
      'push Goal sent': 1,
      'push CarePlan sent': 1,
      'push Observation sent': 1,
    });
    const [mineGoal] = await found(program, 'Goal');
    await program.put(`/fhir/Goal/${id}`).send({ ...mineGoal, description: { text: 'Sleep more' } });
    expect((await run(true)).counts['push Goal sent']).toBe(1);
    const goals = await foreign.all('Goal');
    expect(goals.map(one => [one.description, one.subject])).toEqual([
      [{ text: 'Sleep more' }, { reference: `Patient/${there}` }],
    ]);
    expect((await foreign.all('CarePlan'))[0]!.goal).toEqual([{ reference: `Goal/${goals[0]!.id}` }]);
    expect(JSON.stringify(goals[0]!.meta)).toContain('42CFRPart2');
  });

  test('what was changed there is told and not overwritten', async () => {
    const [theirs] = await foreign.all('Goal');
    const [mineGoal] = await found(program, 'Goal');
    const token = { authorization: 'Bearer given', 'content-type': 'application/fhir+json' };
    const put = await fetch(`${foreign.base}/Goal/${theirs!.id}`, {
      method: 'PUT',
      headers: token,
      body: JSON.stringify({ ...theirs, description: { text: 'Theirs' } }),
    });
    expect(put.status).toBe(200);
    await program.put(`/fhir/Goal/${mineGoal!.id}`).send({ ...mineGoal, description: { text: 'Ours' } });
    const ran = await run();
    expect(ran.told.filter(one => one.outcome === 'conflict')).toMatchObject([
      { type: 'Goal', why: 'was changed there' },
    ]);
    expect((await foreign.all('Goal'))[0]!.description).toEqual({ text: 'Theirs' });
  });
});

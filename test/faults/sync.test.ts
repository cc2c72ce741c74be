// A sync of two servers that is killed again and again ends as one that nobody disturbed: everything there once.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterAll, expect, test } from '@jest/globals';
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import { type Kill, type KillingProxy, startKillingProxy } from '../support/killing-proxy.ts';
import { folderPlace } from '../support/place.ts';
import { launch } from '../support/process.ts';
import { startServer, type TestServer } from '../support/server.ts';
import {
  allergy,
  appointment,
  carePlan,
  entryFor,
  found,
  goal,
  made,
  NAME,
  permits,
  person,
  registerAt,
  screen,
} from '../support/sync-world.ts';

interface Pair {
  proxy: KillingProxy;
  ours: TestServer;
  theirs: TestServer;
  environment: Record<string, string>;
}

const pairs: Pair[] = [];
afterAll(() =>
  Promise.all(pairs.flatMap(({ proxy, ours, theirs }) => [proxy.close(), ours.close(), theirs.close()])),
);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise<void>(resolve => server.close(() => resolve()));
  return port;
}

const ALLERGIES = 20;

/** The same people and records every time. */
async function openPair(): Promise<Pair> {
  const proxy = await startKillingProxy();
  proxy.target = await freePort();
  const place = folderPlace();
  const environment = { PORT: String(proxy.target), BASE_URL: proxy.url };
  const theirs = await startServer({ listens: true, environment });
  const ours = await startServer({ store: { name: 'SQLite', place: () => place } });
  const pair = { proxy, ours, theirs, environment: place.environment };
  pairs.push(pair);
  const sync = await ours.app.sync();
  await registerAt(theirs, sync.keyFile(NAME));
  await sync.put(entryFor(theirs.base));
  const [program, hospital] = [await ours.as('program'), await theirs.as('program')];
  const mine = (await made(program, person('Moreno', '1'))).id;
  const there = (await made(hospital, person('Moreno', '1', { address: [{ city: 'Lakeside' }] }))).id;
  await permits(program, mine);
  const { id: goalId } = await made(program, goal(mine, 'Sleep'));
  await made(program, carePlan(mine, goalId));
  for (let at = 1; at <= 3; at += 1) await made(program, screen(mine));
  await made(program, appointment(mine, '2026-12-05T10:00:00Z'));
  for (let at = 0; at < ALLERGIES; at += 1) await made(hospital, allergy(there, `Allergy ${at}`));
  await made(hospital, appointment(there, '2026-12-06T10:00:00Z'));
  return pair;
}

/** A process of its own, as a user runs it; killed, or to its end. */
async function run({ proxy, environment }: Pair, kill?: Kill): Promise<number | null> {
  const running = launch(['sync', 'run', '--once', NAME], environment);
  if (kill !== undefined) proxy.arm(kill, running.child);
  const { code, error } = await running.finished;
  expect(error).toBe('');
  return code;
}

/** The same in this process, to its end: which is what a process is compared with. */
async function runHere({ ours }: Pair): Promise<string> {
  const sync = await ours.app.sync();
  return (await sync.run(NAME, { signal: new AbortController().signal })).outcome;
}

async function edit({ ours, theirs }: Pair): Promise<void> {
  const [program, hospital] = [await ours.as('program'), await theirs.as('program')];
  const [mine] = await found(program, 'Goal');
  await program.put(`/fhir/Goal/${mine!.id}`).send({ ...mine, description: { text: 'Sleep more' } });
  const [theirAllergy] = await found(hospital, 'AllergyIntolerance');
  await hospital
    .put(`/fhir/AllergyIntolerance/${theirAllergy!.id}`)
    .send({ ...theirAllergy, criticality: 'high' });
}

const TYPES = [
  'Patient',
  'AllergyIntolerance',
  'Appointment',
  'Goal',
  'CarePlan',
  'Observation',
  'Provenance',
];

/** Everything on both sides, without ids and times, which no two runs share. */
async function everything({ ours, theirs }: Pair): Promise<string[][]> {
  const sides = [await ours.as('program'), await theirs.as('program')];
  return Promise.all(
    sides.map(async side => {
      const all = await Promise.all(TYPES.map(type => found(side, `${type}?_count=1000`)));
      return all
        .flat()
        .map(resource => JSON.stringify(bare(resource)))
        .sort();
    }),
  );
}

function bare(resource: AnyResource): JsonObject {
  const { versionId, security } = resource.meta as JsonObject;
  const { id: _, meta: _m, recorded: _r, ...rest } = resource;
  const text = JSON.stringify(rest)
    .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, 'http://there')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'id');
  return { ...(JSON.parse(text) as JsonObject), meta: { versionId: versionId!, security: security ?? [] } };
}

const KILLS: readonly Kill[] = [
  { at: /^GET .*\/Patient\?/, when: 'after' },
  { at: /^GET .*\/AllergyIntolerance\?/, when: 'answered', later: 40 },
  { at: /^POST .*\/Goal/, when: 'after' },
  { at: /^POST .*\/CarePlan/, when: 'before' },
  { at: /^POST .*\/Observation/, when: 'after' },
];

test('a sync that is killed again and again ends as one that nobody disturbed', async () => {
  const quiet = await openPair();
  expect(await runHere(quiet)).toBe('done');
  const once = await everything(quiet);
  const disturbed = await openPair();
  for (const kill of KILLS) expect(await run(disturbed, kill)).toBeNull();
  expect(await run(disturbed)).toBe(0);
  expect(await everything(disturbed)).toEqual(once);
  // Both ways, and not back again.
  expect(once.map(side => side.filter(one => one.includes('"Appointment"')).length)).toEqual([2, 2]);
  for (const pair of [quiet, disturbed]) await edit(pair);
  expect(await runHere(quiet)).toBe('done');
  expect(await run(disturbed, { at: /^PUT .*\/Goal\//, when: 'after' })).toBeNull();
  expect(await run(disturbed)).toBe(0);
  const twice = await everything(quiet);
  expect(twice).not.toEqual(once);
  expect(await everything(disturbed)).toEqual(twice);
}, 180_000);

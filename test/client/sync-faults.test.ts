// What another server may answer, on purpose or not: nothing of it is believed, followed or waited for without end.

import { chmodSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { makeClientKey } from '../../src/access/oauth/client-key.ts';
import type { JsonObject } from '../../src/fhir/types.ts';
import type { Outcome } from '../../src/sync/outcome.ts';
import type { RemoteEntry } from '../../src/sync/state.ts';
import { createSync, type Sync } from '../../src/sync/sync.ts';
import { type BadEhr, bundleOf, startBadEhr } from '../support/bad-ehr.ts';
import { makeKey } from '../support/oauth-client.ts';
import { type Caller, startServer, type TestServer } from '../support/server.ts';
import { allergy, entryFor, found, goal, made, permits, person, SSN } from '../support/sync-world.ts';

let ours: TestServer;
let program: Caller;
let mine = '';
let ehr: BadEhr;
let elsewhere: BadEhr;
let sync: Sync;
let slept: number[] = [];
let number = 0;
/** ms. */
let later = 0;
let entry: RemoteEntry;

beforeAll(async () => {
  const surroundings = { clock: () => Date.now() + later };
  [ours, ehr, elsewhere] = await Promise.all([startServer({ surroundings }), startBadEhr(), startBadEhr()]);
  program = await ours.as('program');
  mine = (await made(program, person('Moreno', '1'))).id;
  const { context, principalOf, config } = ours.app;
  const sleep = async (ms: number) => {
    slept.push(ms);
  };
  sync = createSync({
    ...{ context, principalOf, keys: config.keys },
    surround: { sleep, random: () => 0, timeout: 2000 },
  });
});
afterAll(() => Promise.all([ours.close(), ehr.close(), elsewhere.close()]));

/** What it usually does. */
let usual: BadEhr['on'] = {};
beforeEach(async () => {
  usual = usual['POST /token'] === undefined ? { ...ehr.on } : usual;
  Object.assign(ehr, { on: { ...usual }, asked: [] });
  slept = [];
  number += 1;
  entry = entryFor(ehr.base, { name: `ehr-${number}` });
  await makeClientKey(sync.keyFile(entry.name));
  await sync.put(entry);
});

async function run(options: { full?: boolean; signal?: AbortSignal } = {}) {
  const told: Outcome[] = [];
  const signal = new AbortController().signal;
  const ran = await sync.run(entry.name, { signal, ...options, report: one => told.push(one) });
  expect(JSON.stringify([ran, told, await sync.status(entry.name)])).not.toContain('secret');
  return { ...ran, told };
}

const stamped = (resource: JsonObject, id: string, lastUpdated = '2026-11-01T10:00:00Z'): JsonObject => ({
  ...resource,
  id,
  meta: { versionId: '1', lastUpdated },
});
const them = stamped(person('Moreno', '1'), 'p1');
const wait = 'GET /fhir/Patient';

describe('a server that does not answer', () => {
  test('is asked again when it says so, in seconds', async () => {
    ehr.on[wait] = (_asked, times) =>
      times === 1 ? { status: 429, headers: { 'retry-after': '7' } } : { body: bundleOf([them]) };
    expect((await run()).counts).toMatchObject({ 'pull Patient linked': 1 });
    expect(slept.filter(ms => ms >= 7000)).toEqual([7000]);
  });

  test('is asked again with growing pauses, six times, and then the run ends and says so', async () => {
    ehr.on[wait] = () => ({ status: 503, body: '<html>Down for maintenance of patient Moreno</html>' });
    const ran = await run();
    expect(ran).toMatchObject({ outcome: 'partly', reason: 'It answers 503 (6 tries).' });
    expect(slept.filter(ms => ms >= 500)).toEqual([500, 1000, 2000, 4000, 8000]);
    expect(ehr.asked).toHaveLength(6);
    expect((await sync.status(entry.name)).places).toEqual({});
    // The next one goes on.
    ehr.on[wait] = () => ({ body: bundleOf([them]) });
    expect(await run()).toMatchObject({ outcome: 'done', counts: { 'pull Patient linked': 1 } });
  });

  test('where it asks for hours nobody waits', async () => {
    ehr.on[wait] = () => ({ status: 503, headers: { 'retry-after': '7200' } });
    expect(await run()).toMatchObject({ outcome: 'partly', reason: 'It answers 503.' });
    expect(ehr.asked).toHaveLength(1);
  });

  test('or that is not there', async () => {
    await sync.put({ ...entry, base: 'http://127.0.0.1:1/fhir' });
    expect(await run()).toMatchObject({ outcome: 'partly', reason: 'It cannot be reached (6 tries).' });
  });
});

describe('tokens', () => {
  test('the assertion is good for this endpoint and once; the token is used until it ends, and got anew where it is not taken', async () => {
    const assertions: string[] = [];
    ehr.on['POST /token'] = asked => {
      assertions.push(new URLSearchParams(asked.body).get('client_assertion')!);
      return { body: { access_token: `secret-${assertions.length}`, expires_in: 300 } };
    };
    ehr.on['GET /fhir/Condition'] = asked =>
      asked.headers.authorization === 'Bearer secret-1' ? { status: 401 } : {};
    expect((await run()).outcome).toBe('done');
    expect(assertions).toHaveLength(2);
    const [claims, others] = assertions.map(one => decodeJwt(one));
    expect(claims).toMatchObject({ iss: 'river', sub: 'river', aud: `${ehr.root}/token` });
    expect(claims!.jti).not.toBe(others!.jti);
    expect(decodeProtectedHeader(assertions[0]!)).toMatchObject({ alg: 'ES384', kid: expect.any(String) });
  });

  test.each<[string, () => ReturnType<BadEhr['on'][string]>, string]>([
    [
      'a refusal is told by its code and nothing else',
      () => ({ status: 400, body: { error: 'invalid_client', error_description: 'secret' } }),
      'The token endpoint refuses us: 400 (invalid_client).',
    ],
    ['no token', () => ({ body: {} }), 'The token endpoint refuses us: 200.'],
  ])('%s', async (_name, answer, reason) => {
    ehr.on['POST /token'] = answer;
    const ran = await run();
    expect(ran.outcome).toBe('partly');
    expect(ran.reason).toContain(reason);
    expect(ehr.asked).toEqual([]);
  });

  test('an RSA key signs RS384', async () => {
    const { privateJwk } = await makeKey('rsa', 'RS384');
    writeFileSync(sync.keyFile(entry.name), JSON.stringify(privateJwk));
    let assertion = '';
    ehr.on['POST /token'] = asked => {
      assertion = new URLSearchParams(asked.body).get('client_assertion')!;
      return { body: { access_token: 'secret', expires_in: 300 } };
    };
    expect((await run()).outcome).toBe('done');
    expect(decodeProtectedHeader(assertion)).toEqual({ alg: 'RS384', typ: 'JWT', kid: 'rsa' });
  });

  test('a key that others can read signs nothing', async () => {
    chmodSync(sync.keyFile(entry.name), 0o644);
    expect((await run()).reason).toContain('register another key there');
    expect(ehr.asked).toEqual([]);
  });

  test('an endpoint in clear somewhere else gets no assertion', async () => {
    ehr.on['GET /fhir/.well-known/smart-configuration'] = () => ({
      body: { token_endpoint: 'http://ehr.example/token' },
    });
    expect((await run()).reason).toContain('expected https, or http on this machine');
  });
});

describe('answers', () => {
  test.each<[string, ReturnType<BadEhr['on'][string]>, RegExp]>([
    ['no JSON', { body: '<html>secret</html>' }, /no FHIR JSON/],
    ['a JSON that is nothing', { body: 'null' }, /no FHIR JSON/],
    ['a list', { body: '[]' }, /no FHIR JSON/],
    ['no Bundle', { body: { resourceType: 'Patient', id: 'secret' } }, /no FHIR JSON/],
    ['a Bundle without a list', { body: { resourceType: 'Bundle', entry: 'secret' } }, /no FHIR JSON/],
    [
      'a refusal, of which codes are told and no text',
      {
        status: 403,
        body: {
          resourceType: 'OperationOutcome',
          issue: [{ code: 'forbidden', diagnostics: 'secret', expression: ['Condition.code'] }],
        },
      },
      /^Condition: 403 \(forbidden at Condition.code\)\.$/,
    ],
  ])('%s: that type is left, the others go over', async (_name, answer, reason) => {
    ehr.on[wait] = () => ({ body: bundleOf([them]) });
    ehr.on['GET /fhir/Condition'] = () => answer;
    ehr.on['GET /fhir/AllergyIntolerance'] = () => ({
      body: bundleOf([stamped(allergy('p1', 'Nuts'), 'a1')]),
    });
    const ran = await run();
    expect([ran.outcome, ran.reason]).toEqual(['partly', expect.stringMatching(reason)]);
    expect(ran.counts['pull Patient linked']).toBe(1);
    expect((await sync.status(entry.name)).pulled).toEqual({ AllergyIntolerance: 1 });
  });

  test('pages are followed to their end, and each resource is taken once', async () => {
    const patients = Array.from({ length: 5 }, (_, at) =>
      stamped(person(`Nobody${at}`, `x${at}`, { birthDate: '1911-01-01' }), `n${at}`),
    );
    ehr.on[wait] = asked => {
      const page = Number(/page=(\d)/.exec(asked.url)?.[1] ?? 0);
      const next = page < 4 ? `${ehr.base}/Patient?page=${page + 1}` : undefined;
      return { body: bundleOf(patients.slice(Math.max(0, page - 1), page + 1), next) };
    };
    expect((await run()).counts).toMatchObject({ 'pull Patient passed-over': 5 });
  });

  test('a server that does not sort is asked without', async () => {
    ehr.on[wait] = asked => (asked.url.includes('_sort') ? { status: 400 } : { body: bundleOf([them]) });
    expect(await run()).toMatchObject({ outcome: 'done', counts: { 'pull Patient linked': 1 } });
  });

  test.each<[string, (times: number) => JsonObject]>([
    ['the same page', () => bundleOf([them], `${ehr.base}/Patient?again`)],
    ['another address each time', times => bundleOf([them], `${ehr.base}/Patient?page=${times}`)],
    ['nothing on any', times => bundleOf([], `${ehr.base}/Patient?page=${times}`)],
  ])('pages without end: %s', async (_name, page) => {
    ehr.on[wait] = (_asked, times) => ({ body: page(times) });
    const ran = await run();
    expect(ran.reason).toContain('its pages have no end');
    expect(ehr.asked.filter(one => one.url.includes('Patient')).length).toBeLessThan(10);
  });

  test('neither a page nor a redirect leads to another host', async () => {
    ehr.on[wait] = () => ({ body: bundleOf([them], `${elsewhere.base}/Patient`) });
    ehr.on['GET /fhir/Condition'] = () => ({
      status: 302,
      headers: { location: `${elsewhere.base}/Condition` },
    });
    const ran = await run();
    expect(ran.reason).toContain('Patient: a page leads to another server');
    expect(ran.reason).toContain('It sends us to another address');
    expect(elsewhere.asked).toEqual([]);
  });

  test('the place moves with each page where they come in order, else only with the last', async () => {
    const page = (ids: readonly number[], next?: string) =>
      bundleOf(
        ids.map(at =>
          stamped(
            person('Nobody', `x${at}`, { birthDate: '1911-01-01' }),
            `n${at}`,
            `2026-11-0${at}T10:00:00Z`,
          ),
        ),
        next,
      );
    const broken = async (first: readonly number[]) => {
      ehr.on[wait] = asked =>
        asked.url.includes('page=2') ? { status: 400 } : { body: page(first, `${ehr.base}/Patient?page=2`) };
      // Not from the beginning: nobody new is here since.
      ehr.on['GET /fhir/Patient?_sort'] = () => ({});
      await run();
      await run();
      return (await sync.status(entry.name)).places['pull/Patient'];
    };
    ehr.on[wait] = () => ({ body: page([1]) });
    await run();
    expect(await broken([3, 2])).toBe('2026-11-01T10:00:00.000Z');
    expect(await broken([2, 3])).toBe('2026-11-03T10:00:00.000Z');
    const asked = ehr.asked.filter(one => one.url.startsWith('/fhir/Patient?')).at(-1)!;
    expect(new URLSearchParams(asked.url.split('?')[1]).get('_lastUpdated') ?? 'ge2026').toContain('ge2026');
  });

  test('a walk from the beginning that was ended goes on where it was, for the same people', async () => {
    const at = (day: number) =>
      stamped(
        person('Nobody', `x${day}`, { birthDate: '1911-01-01' }),
        `n${day}`,
        `2026-11-0${day}T10:00:00Z`,
      );
    let down = true;
    ehr.on[wait] = asked => {
      if (!asked.url.includes('page=2'))
        return { body: bundleOf([at(1), at(2)], `${ehr.base}/Patient?page=2`) };
      return down ? { status: 400 } : { body: bundleOf([at(3)]) };
    };
    await run();
    down = false;
    expect((await run()).outcome).toBe('done');
    const firsts = ehr.asked
      .map(one => one.url)
      .filter(url => url.includes('/Patient?') && !url.includes('page=2'));
    expect(firsts.map(url => new URLSearchParams(url.split('?')[1]).get('_lastUpdated'))).toEqual([
      null,
      'ge2026-11-02T09:59:00.000Z',
    ]);
    // Somebody new is here: who is there since long may be this one.
    await made(program, person('Newcomer', `new-${number}`));
    await run();
    expect(ehr.asked.map(one => one.url).filter(url => url.includes('/Patient?_sort'))).toHaveLength(2);
  });

  test('what is asked does not tell who became a client: all is read again the next day, or when somebody here decides', async () => {
    const old = '2020-01-01T10:00:00Z';
    ehr.on['GET /fhir/AllergyIntolerance'] = asked => ({
      body: bundleOf(
        asked.url.includes('_lastUpdated=') ? [] : [stamped(allergy('p1', 'Wasps'), 'wasps', old)],
      ),
    });
    ehr.on[wait] = () => ({
      body: bundleOf([stamped(person('Somebody', undefined, { birthDate: '1911-01-01' }), 'p1')]),
    });
    await run();
    const since = () => {
      const asked = ehr.asked.map(one => one.url).filter(url => !url.includes('/Patient'));
      ehr.asked = [];
      return new Set(asked.map(url => url.includes('_lastUpdated=')));
    };
    const nothing = () => ({ body: bundleOf([]) });
    const usualTypes = ['Condition', 'MedicationRequest', 'MedicationStatement', 'Appointment'];
    for (const type of usualTypes)
      ehr.on[`GET /fhir/${type}`] = asked =>
        asked.url.includes('_lastUpdated=')
          ? nothing()
          : { body: bundleOf([stamped({ resourceType: type }, 'x')]) };
    await run({ full: true });
    since();
    ehr.on[wait] = () => ({
      body: bundleOf([{ ...them, meta: { versionId: '2', lastUpdated: '2026-11-02T10:00:00Z' } }]),
    });
    expect((await run()).counts).toMatchObject({ 'pull Patient linked': 1 });
    expect(since()).toEqual(new Set([true]));
    later = 25 * 3_600_000;
    expect((await run()).counts).toMatchObject({ 'pull AllergyIntolerance created': 1 });
    expect(since()).toEqual(new Set([false]));
    await run();
    expect(since()).toEqual(new Set([true]));
    await sync.match(entry.name, 'p1', undefined);
    await sync.match(entry.name, 'p1', mine);
    await run();
    expect(since()).toEqual(new Set([false]));
    later = 0;
  });

  test('nobody is asked for by name, number or id', async () => {
    ehr.on[wait] = () => ({ body: bundleOf([them]) });
    ehr.on['GET /fhir/AllergyIntolerance'] = () => ({
      body: bundleOf([stamped(allergy('p1', 'Dust'), 'a9')]),
    });
    await run();
    await run();
    await run({ full: true });
    const names = ehr.asked.flatMap(one => [...new URLSearchParams(one.url.split('?')[1]).keys()]);
    expect(new Set(names)).toEqual(new Set(['_lastUpdated', '_sort', '_count']));
    expect(ehr.asked.every(one => one.method === 'GET' && /^\/fhir\/[A-Za-z]+\?/.test(one.url))).toBe(true);
  });
});

describe('resources', () => {
  test.each<[string, JsonObject, 'refused' | 'passed-over']>([
    ['of nobody', { ...allergy('p1', 'x'), patient: { display: 'Moreno' } }, 'passed-over'],
    [
      'of somebody by criteria',
      { ...allergy('p1', 'x'), patient: { reference: `Patient?identifier=${SSN}|1` } },
      'passed-over',
    ],
    [
      'of one of ours by our URL',
      { ...allergy('p1', 'x'), patient: { reference: `http://127.0.0.1:0/fhir/Patient/p1` } },
      'passed-over',
    ],
    ['that are not FHIR', { ...allergy('p1', 'x'), nonsense: true }, 'refused'],
    [
      'with a property that is none',
      JSON.parse(
        '{"resourceType":"AllergyIntolerance","patient":{"reference":"Patient/p1"},"note":[{"__proto__":{}}]}',
      ),
      'refused',
    ],
    ['that are nested without end', { ...allergy('p1', 'x'), extension: nested(200) }, 'refused'],
  ])('%s', async (_name, resource, outcome) => {
    ehr.on[wait] = () => ({ body: bundleOf([them]) });
    ehr.on['GET /fhir/AllergyIntolerance'] = () => ({
      body: JSON.stringify(bundleOf([{ ...resource, id: `b${number}` }])),
      headers: { 'content-type': 'application/json' },
    });
    const before = await found(program, 'AllergyIntolerance?_count=100');
    const ran = await run();
    expect(ran.told.filter(one => one.type === 'AllergyIntolerance')).toMatchObject([{ outcome }]);
    expect(await found(program, 'AllergyIntolerance?_count=100')).toHaveLength(before.length);
    // It does not stand in the way of what comes after.
    expect((await run()).reason).toBeUndefined();
  });

  test('two people there with the number of one client: neither is linked, until somebody says who it is', async () => {
    ehr.on[wait] = () => ({ body: bundleOf([them, { ...them, id: 'p2' }]) });
    expect((await run()).told.filter(one => one.type === 'Patient').map(one => one.outcome)).toEqual([
      'linked',
      'unchanged',
      'possible-match',
      'possible-match',
    ]);
    expect(await sync.status(entry.name)).toMatchObject({ linked: 0, possibleMatches: 2 });
    // Nor the next time, nor a third one.
    ehr.on[wait] = () => ({ body: bundleOf([them, { ...them, id: 'p2' }, { ...them, id: 'p3' }]) });
    const again = (await run({ full: true })).told.filter(one => one.type === 'Patient');
    expect(again.map(one => one.outcome)).toEqual(['possible-match', 'possible-match', 'possible-match']);
    await sync.match(entry.name, 'p3', undefined);
    const signal = new AbortController().signal;
    const matches = await sync.matches(entry.name, { show: true, signal });
    expect(matches.map(one => [one.person, one.candidates[0]!.id, one.theirs?.name])).toEqual([
      ['p1', mine, 'Alex Moreno'],
      ['p2', mine, 'Alex Moreno'],
    ]);
    await sync.match(entry.name, 'p2', mine);
    await sync.match(entry.name, 'p1', undefined);
    await run({ full: true });
    expect(await sync.status(entry.name)).toMatchObject({ linked: 1, possibleMatches: 0 });
    await expect(sync.match(entry.name, 'p4', mine)).rejects.toThrow('linked to p2 already');
  });

  test('a link that is undone forgets what went over it, and says how much that was', async () => {
    ehr.on[wait] = () => ({ body: bundleOf([them]) });
    ehr.on['GET /fhir/AllergyIntolerance'] = () => ({
      body: bundleOf([stamped(allergy('p1', 'Wool'), 'wool')]),
    });
    await run();
    expect(await sync.match(entry.name, 'p1', undefined)).toEqual({ pulled: 1, sent: 0 });
    expect((await run({ full: true })).counts).toMatchObject({ 'pull AllergyIntolerance passed-over': 1 });
    expect(await sync.status(entry.name)).toMatchObject({ linked: 0, pulled: {} });
  });
});

describe('what goes out', () => {
  let goalId = '';
  beforeAll(async () => {
    await permits(program, mine);
    goalId = (await made(program, goal(mine, 'Walk'))).id;
  });
  beforeEach(() => {
    ehr.on[wait] = () => ({ body: bundleOf([them]) });
  });
  const posts = () => ehr.asked.filter(one => one.method !== 'GET');

  test('carries the notice and the consent, and is created once', async () => {
    ehr.on['POST /fhir/Goal'] = asked => ({
      status: 201,
      body: { ...JSON.parse(asked.body), id: 'g1', meta: { versionId: '1' } },
    });
    expect((await run()).counts).toMatchObject({ 'push Goal sent': 1 });
    const [sent] = posts();
    expect(sent!.headers['redisclosure-notice']).toMatch(/42 CFR/);
    expect(sent!.headers['consent-reference']).toMatch(/^Consent\//);
    expect(sent!.headers['if-none-exist']).toContain(encodeURIComponent(`|Goal/${goalId}`));
    expect(JSON.parse(sent!.body).subject).toEqual({ reference: 'Patient/p1' });
    await run();
    expect(posts()).toHaveLength(1);
  });

  test('a consent that ends while the other server makes us wait ends the sending', async () => {
    const [consent] = await found(program, 'Consent');
    let revoked: Promise<unknown> = Promise.resolve();
    ehr.on['POST /fhir/Goal'] = () => {
      revoked = program
        .put(`/fhir/Consent/${consent!.id}`)
        .send({ ...consent, status: 'inactive' })
        .then(answer => answer);
      return { status: 503, headers: { 'retry-after': '1' } };
    };
    const { context, principalOf, config } = ours.app;
    const patient = createSync({
      ...{ context, principalOf, keys: config.keys },
      surround: { sleep: async () => void (await revoked), random: () => 0 },
    });
    const told: Outcome[] = [];
    const ran = await patient.run(entry.name, {
      signal: new AbortController().signal,
      report: one => told.push(one),
    });
    expect([ran.outcome, ran.counts['push Goal withheld']]).toEqual(['done', 1]);
    expect(posts()).toHaveLength(1);
    await program.put(`/fhir/Consent/${consent!.id}`).send({ ...consent, status: 'active' });
  });

  test('where a server does not know If-None-Exist, what was begun is sought before it is sent again', async () => {
    ehr.on['POST /fhir/Goal'] = () => ({ status: 504 });
    expect((await run()).reason).toContain('504');
    const before = posts().length;
    ehr.on['GET /fhir/Goal?identifier='] = () => ({
      body: bundleOf([stamped({ resourceType: 'Goal' }, 'g7')]),
    });
    ehr.on['PUT /fhir/Goal/g7'] = asked => ({
      body: { ...JSON.parse(asked.body), meta: { versionId: '2' } },
    });
    expect((await run()).counts).toMatchObject({ 'push Goal sent': 1 });
    expect(
      posts()
        .slice(before)
        .map(one => `${one.method} ${one.url}`),
    ).toEqual(['PUT /fhir/Goal/g7']);
  });

  test('a refusal is told by its code, and not repeated until something changes', async () => {
    ehr.on['POST /fhir/Goal'] = () => ({
      status: 422,
      body: {
        resourceType: 'OperationOutcome',
        issue: [{ code: 'invariant', diagnostics: 'Moreno', expression: ['Goal.target'] }],
      },
    });
    const ran = await run();
    expect(ran.told.filter(one => one.outcome === 'refused')).toMatchObject([
      { id: goalId, why: '422 (invariant at Goal.target)' },
    ]);
    await run();
    expect(posts()).toHaveLength(1);
    expect((await sync.status(entry.name)).problems).toMatchObject([{ side: 'push', type: 'Goal' }]);
    ehr.on['POST /fhir/Goal'] = asked => ({ status: 201, body: { ...JSON.parse(asked.body), id: 'g1' } });
    expect((await run({ full: true })).counts).toMatchObject({ 'push Goal sent': 1 });
    expect((await sync.status(entry.name)).problems).toEqual([]);
  });

  test('an interrupted run stops between two requests, and says so', async () => {
    const stop = new AbortController();
    ehr.on['GET /fhir/Condition'] = () => {
      stop.abort();
      return {};
    };
    expect(await run({ signal: stop.signal })).toMatchObject({ outcome: 'partly', reason: 'interrupted' });
    expect(ehr.asked.at(-1)!.url).toContain('Condition');
  });
});

function nested(levels: number): JsonObject[] {
  let extension: JsonObject[] = [{ url: 'urn:x', valueString: 'x' }];
  for (let level = 0; level < levels; level += 1) extension = [{ url: 'urn:x', extension }];
  return extension;
}

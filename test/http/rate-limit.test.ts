// How many requests a caller may make.
import { afterEach, describe, expect, test } from '@jest/globals';
import { MongoClient } from 'mongodb';
import supertest from 'supertest';
import { createApp, readConfig } from '../../src/app.ts';
import { type Caller, startServer, type TestServer } from '../support/server.ts';
import { describeOn, MONGODB, onEveryStore } from '../support/stores.ts';

let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** The clock stands still, so that no test depends on how long it takes. */
const now = Date.parse('2026-06-01T00:00:10Z');
const start = async (environment: Record<string, string>, store?: typeof MONGODB): Promise<TestServer> => {
  server = await startServer({
    environment,
    surroundings: { clock: () => now },
    ...(store === undefined ? {} : { store }),
  });
  return server;
};

const statuses = async (caller: Caller, path: string, count: number): Promise<number[]> => {
  const found: number[] = [];
  for (let left = count; left > 0; left -= 1) found.push((await caller.get(path)).status);
  return found;
};

onEveryStore(store => {
  test('a client over its limit is answered 429 with Retry-After, whatever it asks; others are served', async () => {
    const { as } = await start({ RATE_LIMIT: '3' }, store);
    const [ehr, payer] = [await as('ehr'), await as('payer')];
    expect(await statuses(ehr, '/fhir/Patient', 5)).toEqual([200, 200, 200, 429, 429]);
    for (const [verb, path] of [
      ['post', '/fhir/Patient'],
      ['get', '/iop/schema'],
      ['get', '/fhir/no/such/path/at/all'],
    ] as const) {
      const reply = await ehr[verb](path).expect(429);
      expect(reply.body.issue).toEqual([
        { severity: 'error', code: 'throttled', diagnostics: expect.stringMatching(/^Too many requests: /) },
      ]);
      expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect(await statuses(payer, '/fhir/Patient', 3)).toEqual([200, 200, 200]);
  });
});

test('it is the client that counts, not its tokens', async () => {
  const { as } = await start({ RATE_LIMIT: '2' });
  expect(await statuses(await as('ehr'), '/fhir/Patient', 2)).toEqual([200, 200]);
  expect(await statuses(await as('ehr', 'system/Patient.rs'), '/fhir/Patient', 1)).toEqual([429]);
});

describe('without a good token', () => {
  test('an address over its limit is answered 429 before anybody looks at its token', async () => {
    const { stranger, as } = await start({ RATE_LIMIT_ADDRESS: '3' });
    expect(await statuses(stranger, '/fhir/metadata', 1)).toEqual([200]);
    expect(await statuses(stranger, '/fhir/Patient', 2)).toEqual([401, 401]);
    const reply = await stranger.get('/fhir/Patient').expect(429);
    expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
    await stranger.get('/nowhere').expect(429);
    // Also one that would be good: a guess costs nothing then.
    await (await as('ehr')).get('/fhir/Patient').expect(429);
    expect(await statuses(stranger, '/health', 2)).toEqual([200, 200]);
  });

  test('a token that was good before is let in whoever else comes from its address', async () => {
    const { stranger, as } = await start({ RATE_LIMIT_ADDRESS: '2' });
    const ehr = await as('ehr');
    await ehr.get('/fhir/Patient').expect(200);
    expect(await statuses(stranger, '/fhir/Patient', 3)).toEqual([401, 401, 429]);
    expect(await statuses(ehr, '/fhir/Patient', 3)).toEqual([200, 200, 200]);
    // The end of its signature alone is no token, and each try counts.
    await stranger
      .get('/fhir/Patient')
      .set('Authorization', `Bearer x${ehr.token.slice(-100)}`)
      .expect(401);
  });

  test('requests with a good one do not count', async () => {
    const { stranger, as } = await start({ RATE_LIMIT_ADDRESS: '1' });
    expect(await statuses(await as('ehr'), '/fhir/Patient', 3)).toEqual([200, 200, 200]);
    expect(await statuses(stranger, '/fhir/Patient', 2)).toEqual([401, 429]);
  });
});

describe('X-Forwarded-For', () => {
  const from = ({ stranger }: TestServer, address: string) =>
    stranger.get('/fhir/Patient').set('X-Forwarded-For', address);

  test('means nothing unless a proxy is trusted', async () => {
    const running = await start({ RATE_LIMIT_ADDRESS: '1' });
    await from(running, '192.0.2.1').expect(401);
    await from(running, '192.0.2.2').expect(429);
  });

  test.each(['1', 'loopback', '127.0.0.0/8 ::1'])('names the address with TRUST_PROXY=%s', async proxies => {
    const running = await start({ RATE_LIMIT_ADDRESS: '1', TRUST_PROXY: proxies });
    await from(running, '192.0.2.1').expect(401);
    await from(running, '192.0.2.2').expect(401);
    await from(running, '192.0.2.1').expect(429);
    // What the caller itself wrote stands before what the proxy added.
    await from(running, '198.51.100.9, 192.0.2.1').expect(429);
  });

  test('and all that a proxy may say names nothing else: links stay those of the server', async () => {
    const running = await start({ TRUST_PROXY: '1' });
    const program = await running.as('program');
    const reply = await program
      .get('/fhir/Patient')
      .set({
        'X-Forwarded-For': '192.0.2.1',
        'X-Forwarded-Host': 'evil.example',
        'X-Forwarded-Proto': 'https',
      })
      .expect(200);
    expect(reply.body.link[0].url).toBe(`${running.base}/Patient`);
    expect(reply.text).not.toContain('evil.example');
    expect(reply.headers['strict-transport-security']).toBeUndefined();
  });
});

async function storedKeys(url: string): Promise<string[]> {
  const client = new MongoClient(url);
  try {
    return (await client.db().collection('rate').find().toArray()).map(one => String(one._id));
  } finally {
    await client.close();
  }
}

describeOn(MONGODB)('two servers on one MongoDB', () => {
  test('a client over its limit on one is over it on the other, and no stored key names anybody', async () => {
    const place = MONGODB.place();
    const environment = {
      ...place.environment,
      LOG_LEVEL: 'error',
      RATE_LIMIT: '20',
      RATE_LIMIT_ADDRESS: '20',
    };
    const apps = [await createApp(readConfig(environment)), await createApp(readConfig(environment))];
    const [one, other] = apps.map(app => supertest(app.http));
    const claims = { client: 'the-client', organization: 'ehr', role: 'ehr', scope: 'system/*.rs' } as const;
    const token = `Bearer ${await apps[0]!.sign(claims, 3600)}`;
    const ask = async (server: typeof one) =>
      (await server!.get('/fhir/Patient').set('Authorization', token)).status;
    try {
      for (let left = 20; left > 0; left -= 1) expect(await ask(one)).toBe(200);
      expect(await ask(one)).toBe(429);
      let sent = 0;
      while ((await ask(other)) === 200) {
        sent += 1;
        await new Promise(resolve => setTimeout(resolve, 100));
      }
      // It has a limit of its own, which it did not come to.
      expect(sent).toBeLessThan(20);
      const kept = await storedKeys(place.environment.STORE);
      expect(kept.length).toBeGreaterThan(0);
      for (const key of kept) expect(key).toMatch(/^[\w-]{43}$/);
    } finally {
      for (const app of apps) await app.close();
      await place.remove();
    }
  });
});

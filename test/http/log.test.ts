// The log is for those who run the server. Nothing in it is about people, even at its most talkative.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import supertest from 'supertest';
import { type Authenticate, createAuthenticate } from '../../src/access/authenticate.ts';
import type { Principal } from '../../src/access/grant.ts';
import { parseScopes } from '../../src/app.ts';
import { createHttp } from '../../src/http/server.ts';
import type { Context } from '../../src/interactions/context.ts';
import { createLog } from '../../src/observe/log.ts';
import { clientEntry } from '../support/client-entry.ts';
import { MARK, MARKED_ID, type MarkedRequest, markedRequests } from '../support/marked-requests.ts';
import { assertionOf, makeKey, tokenForm } from '../support/oauth-client.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
const lines: string[] = [];
const principal: Principal = {
  client: 'the-client',
  organization: 'program',
  role: 'program',
  scopes: parseScopes('system/*.cruds'),
  purposes: [],
  idSpace: { prefix: '', others: [] },
};

const agentAt = (
  level: string,
  changes: Partial<Context> = {},
  authenticate: Authenticate = async () => principal,
) => {
  const log = createLog(level, { write: line => lines.push(line) });
  const context = { ...server.app.context, log, ...changes };
  const { oauth } = server.app;
  return supertest(createHttp({ context, authenticate, oauth, maxBody: 10_000, log }));
};

beforeAll(async () => {
  server = await startServer();
});
beforeEach(() => {
  lines.length = 0;
});
afterAll(() => server.close());

test('what went well and fast is not logged unless asked for', async () => {
  await agentAt('info').get('/fhir/Patient').expect(200);
  expect(lines).toEqual([]);
  const reply = await agentAt('debug').get('/fhir/Patient').expect(200);
  expect(lines.map(line => JSON.parse(line))).toEqual([
    expect.objectContaining({
      request: reply.headers['x-request-id'],
      method: 'GET',
      route: '/fhir/:type',
      status: 200,
      ms: expect.any(Number),
    }),
  ]);
});

test('no line holds anything of an assertion or a token, whatever becomes of it', async () => {
  const agent = agentAt('trace');
  const key = await makeKey('k');
  const audience = `${server.app.oauth.root()}/oauth/token`;
  const keys = { jwks: { keys: [key.publicJwk as never] } };
  await server.app.registry.putClient(
    clientEntry('marlowe', { organization: 'program', role: 'program', keys }),
  );
  const assertion = await assertionOf({ now: Date.now, client: 'marlowe', audience }, key);
  const send = (path: string, form: URLSearchParams) => agent.post(path).type('form').send(form.toString());
  const { access_token: token } = (await send('/oauth/token', tokenForm(assertion)).expect(200)).body;
  await send('/oauth/token', tokenForm(assertion)).expect(401);
  await send('/oauth/token', tokenForm(assertion, { scope: 'marlowe' })).expect(401);
  await send('/oauth/revoke', tokenForm(assertion, { token })).expect(401);
  await agent.get(`/oauth/token?client_assertion=${assertion}`).expect(405);
  await agent.get('/fhir/.well-known/smart-configuration?marlowe').expect(200);
  expect(lines.length).toBe(6);
  for (const secret of ['marlowe', assertion, token]) expect(lines.join('')).not.toContain(secret);
});

test('no line holds a value of a URL, a header or a body', async () => {
  const agent = agentAt('trace');
  const secret = 'Marlowe';
  const patient = { resourceType: 'Patient', id: secret, name: [{ family: secret }] };
  await agent.get(`/fhir/Patient/${secret}`).set('X-Secret', secret).expect(404);
  await agent.get(`/fhir/Patient?family=${secret}`).expect(200);
  await agent.get(`/fhir/Patient?birthdate=${secret}`).expect(400);
  await agent.put(`/fhir/Patient/${secret}`).send(patient).expect(201);
  await agent
    .post('/fhir/Patient')
    .send({ ...patient, [secret]: secret })
    .expect(400);
  await agent.post('/fhir/Patient').type('json').send(`{"${secret}`).expect(400);
  await agent.post('/fhir').send({ resourceType: 'Bundle', type: 'batch', entry: [{ resource: patient }] });
  await agent.get(`/fhir/${secret}/${secret}/${secret}/%E0`);
  await agent.get(`/${secret}`).expect(404);
  expect(lines).toHaveLength(9);
  expect(lines.join('')).not.toContain(secret);
});

describe('what every route is given of a person or a search', () => {
  const fault = (): never => {
    throw new TypeError(`cannot read ${MARK} of ${MARKED_ID}`);
  };
  const faulty = new Proxy({}, { get: () => fault }) as never;
  const WAYS: [way: string, changes: Partial<Context>, statuses: number[]][] = [
    ['where it is served or refused', {}, [200, 201, 204, 400, 404, 406, 412, 413, 415]],
    ['where it is met without a good token', {}, [200, 401, 406]],
    ['where deciding fails', { decide: fault }, [200, 400, 404, 406, 415, 500]],
    // A refusal leaves a row too, so that it fails as well.
    ['where the store fails', { store: faulty, registry: faulty }, [200, 406, 500]],
  ];
  /** What is printed past the log. */
  const printed: string[] = [];
  beforeEach(() => {
    printed.length = 0;
    const keep = (...given: unknown[]) => void printed.push(given.map(String).join(' '));
    for (const name of ['log', 'info', 'warn', 'error'] as const)
      jest.spyOn(console, name).mockImplementation(keep);
  });
  afterEach(() => void jest.restoreAllMocks());

  const send = async (agent: ReturnType<typeof agentAt>, { method, path, headers, body }: MarkedRequest) => {
    const call = agent[method.toLowerCase() as 'get'](path).set(headers);
    return body === undefined ? call : call.serialize(text => text as unknown as string).send(body);
  };

  /** What failed inside of what went well: entries of a batch, records of an import. */
  const errorsWithin = (text: string): string => {
    if (!text.startsWith('{"')) return '';
    const { entry = [], records = [] } = JSON.parse(text);
    const failed = entry.filter((one: Answered) => !(one.response?.status ?? '2').startsWith('2'));
    return JSON.stringify([...failed, ...records.map((one: Answered) => one.issues)]);
  };
  type Answered = { response?: { status: string }; issues?: unknown };

  test.each(WAYS)(
    '%s is in no log line, no error and no link of ours',
    async (way, changes, statuses) => {
      const place = { ...server.app.oauth, verifyForeign: async () => undefined };
      const stranger = way.includes('token') ? createAuthenticate(place) : undefined;
      const { body: known } = await agentAt('silent').post('/fhir/Patient').send({ resourceType: 'Patient' });
      const agent = agentAt('trace', changes, stranger);
      const leaks: string[] = [];
      const met = new Set<number>();
      const requests = markedRequests(known.id);
      for (const request of requests) {
        const { status, text, headers } = await send(agent, request);
        met.add(status);
        const { location = '', link = '', 'content-location': content = '', ...others } = headers;
        const places = {
          error: status < 400 ? errorsWithin(text) : text,
          links: [location, link, content].join(' '),
          headers: JSON.stringify(others),
        };
        for (const [place, said] of Object.entries(places))
          if (said.includes(MARK))
            leaks.push(`${request.method} ${request.path} ${request.body}: ${place} ${said}`);
      }
      expect(leaks).toEqual([]);
      expect([...met]).toEqual(expect.arrayContaining(statuses));
      // Every request has its line, and by its route: nothing was logged elsewhere or not at all.
      expect(lines.length).toBeGreaterThanOrEqual(requests.length);
      const found = lines.filter(line => line.includes(MARK) || line.includes(MARKED_ID));
      expect([...found, ...printed]).toEqual([]);
    },
    120_000,
  );
});

describe('a bug', () => {
  const broken: Partial<Context> = {
    decide: () => {
      throw new TypeError('cannot read Marlowe');
    },
  };

  test('is answered with the request id alone and logged with its stack, without its message', async () => {
    const reply = await agentAt('warn', broken).get('/fhir/Patient/1').expect(500);
    const id = reply.headers['x-request-id'];
    expect(reply.body.issue).toEqual([
      { severity: 'fatal', code: 'exception', diagnostics: `Internal error; request ${id}.` },
    ]);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      level: 50,
      request: id,
      status: 500,
      code: 'internal',
      err: { type: 'TypeError', at: expect.arrayContaining([expect.stringContaining('log.test.ts')]) },
    });
    expect(lines[0]).not.toContain('Marlowe');
  });

  test('after the answer is out is logged, and printed nowhere else', async () => {
    const print = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    let tries = 0;
    const write = (line: string): void => {
      tries += 1;
      if (tries === 1) throw new Error('cannot write Marlowe');
      lines.push(line);
    };
    const log = createLog('debug', { write });
    const http = createHttp({
      context: server.app.context,
      authenticate: async () => principal,
      oauth: server.app.oauth,
      maxBody: 1000,
      log,
    });
    await supertest(http).get('/fhir/Patient').expect(200);
    expect(lines.map(line => JSON.parse(line))).toEqual([expect.objectContaining({ code: 'internal' })]);
    expect(lines.join('')).not.toContain('Marlowe');
    expect(print).not.toHaveBeenCalled();
    print.mockRestore();
  });

  test('in an entry of a batch fails that entry, and is logged', async () => {
    const entry = [{ request: { method: 'GET', url: 'Patient/1' } }];
    const reply = await agentAt('error', broken)
      .post('/fhir')
      .send({ resourceType: 'Bundle', type: 'batch', entry });
    expect(reply.body.entry[0].response.status).toBe('500 Internal Server Error');
    expect(reply.text).not.toContain('Marlowe');
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('Marlowe');
  });
});

test('where the audit cannot be written nothing goes out', async () => {
  const closing = await startServer();
  const { id } = (await (await closing.as('program')).post('/fhir/Patient').send({ resourceType: 'Patient' }))
    .body;
  const { context } = closing.app;
  const record: Context['store']['record'] = async draft => {
    await closing.app.context.store.close();
    return context.store.record(draft);
  };
  const store = new Proxy(context.store, {
    get: (target, name) => (name === 'record' ? record : bound(target, name)),
  });
  const log = createLog('silent');
  const http = createHttp({
    context: { ...context, store },
    authenticate: async () => principal,
    oauth: closing.app.oauth,
    maxBody: 1000,
    log,
  });
  const reply = await supertest(http).get(`/fhir/Patient/${id}`).expect(503);
  expect(reply.body.issue[0].code).toBe('transient');
  expect(reply.headers['retry-after']).toBeDefined();
  await closing.close();
});

function bound(target: object, name: string | symbol): unknown {
  const value = (target as Record<string | symbol, unknown>)[name];
  return typeof value === 'function' ? value.bind(target) : value;
}

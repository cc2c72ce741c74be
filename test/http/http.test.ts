// What is HTTP: who gets in, what is negotiated, how failures look.
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ROUTES, routesByPath } from '../../src/http/route.ts';
import { type Caller, startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let program: Caller;

beforeAll(async () => {
  server = await startServer({ environment: { MAX_BODY: '20000' } });
  program = await server.as('program');
});
afterAll(() => server.close());

/** A path of the table with its parts filled in. */
const pathOf = (route: string): string =>
  `/fhir${route}`.replace(':type', 'Patient').replace(':id', 'p').replace(':version', '1');

describe('without a token', () => {
  test.each(ROUTES.filter(route => !route.open).map(route => [route.method, pathOf(route.path)] as const))(
    '%s %s is refused',
    async (method, path) => {
      const verb = method.toLowerCase() as 'get';
      const reply = await server.stranger[verb](path).expect(401);
      expect(reply.headers['www-authenticate']).toMatch(/^Bearer/);
      expect(reply.body.issue[0].code).toBe('login');
      expect(reply.text).toContain('npm run -s iop -- token');
    },
  );

  test.each([
    ['get', '/fhir/Nothing/1'],
    ['get', '/fhir/no/such/path/at/all'],
    ['patch', '/fhir/Patient/p'],
    ['get', '/fhir/Patient?_format=xml'],
    ['post', '/fhir/Patient'],
    ['get', '/iop/schema'],
    ['post', '/iop/records'],
    ['get', '/iop/anything'],
  ] as const)('%s %s tells a stranger nothing but that', async (verb, path) => {
    const reply = await server.stranger[verb](path).type('text/plain').send('x').expect(401);
    const other = await server.stranger.get('/fhir/Patient/p');
    expect(reply.text).toBe(other.text);
  });

  test.each(['/fhir/metadata', '/health', '/'])('%s answers', async path => {
    await server.stranger.get(path).expect(200);
  });

  test.each(['', 'Bearer', 'Bearer x.y.z', 'Basic YTpi'])('Authorization %j is no token', async header => {
    await server.stranger.get('/fhir/Patient').set('Authorization', header).expect(401);
  });
});

describe('paths and methods', () => {
  test.each([...routesByPath()].map(([path, rows]) => [pathOf(path), rows] as const))(
    '%s with another method is answered 405 and says what is allowed',
    async (path, rows) => {
      const reply = await program.patch(path).expect(405);
      const allowed = rows.flatMap(row => (row.method === 'GET' ? ['GET', 'HEAD'] : [row.method]));
      expect(reply.headers.allow!.split(', ').toSorted()).toEqual(allowed.toSorted());
      expect(reply.body.resourceType).toBe('OperationOutcome');
    },
  );

  test.each(['/fhir/no/such/path/at/all', '/fhir/nothing', '/fhir/patient/p', '/nowhere', '/iop/nowhere'])(
    '%s is not found',
    async path => {
      const reply = await program.get(path).expect(404);
      expect(reply.body.issue[0].code).toBe('not-found');
    },
  );

  test('a type that does not exist has no methods', async () => {
    await program.patch('/fhir/Nothing').expect(404);
    await program.post('/fhir/Nothing').send({ resourceType: 'Nothing' }).expect(404);
  });

  test('a slash at the end makes no difference', async () => {
    await program.get('/fhir/Patient/').expect(200);
  });

  test('a path with a broken percent escape is refused without quoting it', async () => {
    const reply = await program.get('/fhir/Patient/%E0%A4%A').expect(400);
    expect(reply.text).not.toContain('%E0');
  });

  test('a search over all types is refused', async () => {
    await program.get('/fhir?_id=x').expect(400);
  });
});

describe('negotiation', () => {
  test.each([
    ['application/fhir+xml', '', 406],
    ['application/fhir+xml', '?_format=json', 200],
    ['application/fhir+json', '?_format=xml', 406],
    ['application/fhir+json', '?_format=application/fhir%2Bjson', 200],
    ['application/fhir+json', '?_format=application/fhir+json', 200],
    ['*/*', '', 200],
  ])('Accept %s with %j: %i', async (accept, query, status) => {
    const reply = await program.get(`/fhir/Patient${query}`).set('Accept', accept).expect(status);
    expect(reply.headers['content-type']).toBe('application/fhir+json; charset=utf-8');
  });

  test.each([
    ['text/plain', 415],
    ['application/fhir+xml', 415],
    ['application/json; charset=iso-8859-1', 415],
    ['application/json', 201],
    ['application/fhir+json; charset=utf-8', 201],
  ])('a body of type %s: %i', async (type, status) => {
    await program
      .post('/fhir/Patient')
      .set('Content-Type', type)
      .send('{"resourceType":"Patient"}')
      .expect(status);
  });

  test('a compressed body is refused', async () => {
    const send = program.post('/fhir/Patient').type('json').set('Content-Encoding', 'gzip');
    await send.send('{"resourceType":"Patient"}').expect(415);
  });

  test('a body that is not UTF-8 is refused', async () => {
    const bytes = Buffer.from('{"resourceType":"Patient","gender":"\xff"}', 'latin1');
    const send = program
      .post('/fhir/Patient')
      .type('json')
      .serialize(value => value as unknown as string);
    await send.send(bytes as unknown as object).expect(400);
  });

  test('no body at all is broken JSON', async () => {
    await program.post('/fhir/Patient').type('json').expect(400);
  });
});

describe('limits', () => {
  test('a body over the limit is refused, one below it is read', async () => {
    const patient = (length: number) => ({ resourceType: 'Patient', name: [{ text: 'x'.repeat(length) }] });
    const reply = await program.post('/fhir/Patient').send(patient(20_000)).expect(413);
    expect(reply.body.issue[0].code).toBe('too-long');
    await program.post('/fhir/Patient').send(patient(19_000)).expect(201);
  });

  test('a much larger body is refused too, and the next request is served', async () => {
    await program.post('/fhir/Patient').type('json').send('x'.repeat(2_000_000)).expect(413);
    await program.get('/fhir/Patient').expect(200);
  });

  test('a body that ends early leaves the server well', async () => {
    const address = (program.get('/') as unknown as { url: string }).url;
    const call = httpRequest(`${new URL(address).origin}/fhir/Patient`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${program.token}`,
        'Content-Type': 'application/json',
        'Content-Length': 100,
      },
    });
    call.on('error', () => undefined);
    call.write('{"resource');
    await new Promise(resolve => setTimeout(resolve, 50));
    call.destroy();
    await program.get('/fhir/Patient').expect(200);
  });
});

describe('headers', () => {
  test('every answer has a request id of the server, whatever the caller sends', async () => {
    const one = await program.get('/fhir/Patient').set('X-Request-Id', 'mine');
    const other = await server.stranger.get('/fhir/Patient');
    expect(one.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(other.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(one.headers['x-request-id']).not.toBe(other.headers['x-request-id']);
  });

  test.each([
    ['/fhir/Patient', 200],
    ['/fhir/Patient/nobody', 404],
  ])('%s is never cached, framed or sniffed', async (path, status) => {
    const { headers } = await program.get(path).expect(status);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
    });
  });

  test.each(['/', '/health', '/fhir/metadata', '/fhir/Patient', '/nowhere'])(
    '%s does not say what the server is made with, nor by plain http that browsers must come by https',
    async path => {
      const { headers } = await server.stranger.get(path);
      for (const name of ['x-powered-by', 'server', 'via', 'strict-transport-security'])
        expect(headers[name]).toBeUndefined();
    },
  );

  test('where the public URL is one of https, every answer says that browsers must come by it', async () => {
    const secure = await startServer({ environment: { BASE_URL: 'https://fhir.example.org' } });
    for (const path of ['/', '/health', '/fhir/metadata', '/fhir/Patient', '/nowhere']) {
      const { headers } = await secure.stranger.get(path);
      expect(headers['strict-transport-security']).toMatch(/^max-age=31536000/);
    }
    await secure.close();
  });

  test('the page for people says where to go and runs no script', async () => {
    const reply = await server.stranger.get('/').expect(200);
    expect(reply.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(reply.headers['content-security-policy']).toContain("default-src 'none'");
    expect(reply.text).toContain('/fhir/metadata');
  });
});

// Which web pages may call. https://fetch.spec.whatwg.org/#http-cors-protocol
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ROUTES } from '../../src/http/route.ts';
import { doorRoutes } from '../../src/interactions/door.ts';
import { type Caller, startServer, type TestServer } from '../support/server.ts';

const APP = 'https://app.example.org';
const OTHER = 'http://localhost:3000';
const SENT =
  'Authorization, Content-Type, Prefer, If-Match, If-None-Match, If-None-Exist, If-Modified-Since'.split(
    ', ',
  );
const SEEN = 'ETag, Location, Content-Location, Last-Modified, X-Request-Id, Retry-After'.split(', ');

let server: TestServer;
let program: Caller;
beforeAll(async () => {
  server = await startServer({ environment: { CORS_ORIGINS: `${APP} ${OTHER}` } });
  program = await server.as('program');
});
afterAll(() => server.close());

const paths = [
  ...ROUTES.map(({ method, path }) => [method, `/fhir${path}`] as const),
  ...doorRoutes.map(({ method, path }) => [method, path] as const),
].map(([method, path]) => [method, path.replace(':type', 'Patient').replace(/:(id|version|kind)/g, '1')]);

const words = (header: string | undefined): string[] => (header ?? '').split(', ');
const preflight = (path: string, method: string, origin: string) =>
  server.stranger
    .options(path)
    .set('Origin', origin)
    .set('Access-Control-Request-Method', method)
    .set('Access-Control-Request-Headers', 'authorization,if-match');

/** Headers that have to do with it. */
const corsOf = (headers: Record<string, string>): string[] =>
  Object.keys(headers).filter(name => name.startsWith('access-control-'));

describe('a page of a listed origin', () => {
  test.each(paths)('is told without a token that it may %s %s', async (method, path) => {
    const { headers, text } = await preflight(path!, method!, APP).expect(204);
    expect(words(headers['access-control-allow-methods'])).toContain(method);
    expect(words(headers['access-control-allow-headers'])).toEqual(SENT);
    expect(headers['access-control-allow-origin']).toBe(APP);
    expect(headers.vary).toBe('Origin');
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(text).toBe('');
  });

  test.each([APP, OTHER])('%s reads the answer, also where it is refused', async origin => {
    const { body } = await program.post('/fhir/Patient').send({ resourceType: 'Patient' });
    for (const [reply, status] of [
      [await program.get(`/fhir/Patient/${body.id}`).set('Origin', origin), 200],
      [await program.get('/fhir/Patient/nobody').set('Origin', origin), 404],
      [await server.stranger.get('/fhir/Patient').set('Origin', origin), 401],
      [await server.stranger.get('/fhir/metadata').set('Origin', origin), 200],
    ] as const) {
      expect(reply.status).toBe(status);
      expect(reply.headers['access-control-allow-origin']).toBe(origin);
      expect(words(reply.headers['access-control-expose-headers'])).toEqual(expect.arrayContaining(SEEN));
      expect(reply.headers.vary).toBe('Origin');
    }
  });

  test('never sends what it does not show itself, and is never told of another', async () => {
    const { headers } = await preflight('/fhir/Patient', 'GET', APP);
    expect(headers['access-control-allow-credentials']).toBeUndefined();
    expect(JSON.stringify(headers)).not.toContain('*');
    expect(JSON.stringify(headers)).not.toContain(OTHER);
  });
});

describe('anybody else', () => {
  test.each([
    'https://evil.example',
    'null',
    'https://app.example.org.evil.example',
    'HTTPS://APP.EXAMPLE.ORG',
    '*',
  ])('with origin %s is served as without one', async origin => {
    const plain = await program.get('/fhir/Patient/nobody');
    const reply = await program.get('/fhir/Patient/nobody').set('Origin', origin);
    expect(corsOf(reply.headers)).toEqual([]);
    const bare = ({ 'x-request-id': _, date: __, ...headers }: Record<string, string>) => headers;
    expect([reply.status, reply.text, bare(reply.headers)]).toEqual([
      plain.status,
      plain.text,
      bare(plain.headers),
    ]);
    const refused = await preflight('/fhir/Patient', 'GET', origin).expect(401);
    expect(corsOf(refused.headers)).toEqual([]);
  });

  test('who asks for OPTIONS without being a page is answered as ever', async () => {
    await server.stranger.options('/fhir/Patient').set('Origin', APP).expect(401);
    await program.options('/fhir/Patient').set('Origin', APP).expect(405);
  });
});

test('without a list there is nothing of all this', async () => {
  const closed = await startServer();
  const reply = await closed.stranger.get('/fhir/metadata').set('Origin', APP).expect(200);
  expect([corsOf(reply.headers), reply.headers.vary]).toEqual([[], undefined]);
  expect(reply.body.rest[0].security.cors).toBe(false);
  expect((await server.stranger.get('/fhir/metadata')).body.rest[0].security.cors).toBe(true);
  await closed.close();
});

// Every path that is served, from the tables themselves: answered or refused, in whatever way it can be
// refused, a request leaves exactly one row, and the row is there when the answer is.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Test } from 'supertest';
import { ROUTES, routesByPath } from '../../src/http/route.ts';
import { doorRoutes } from '../../src/interactions/door.ts';
import type { AuditRow } from '../../src/store/port/audit.ts';
import { auditRows, markAudit } from '../support/audit.ts';
import { type Caller, consentFor, startServer, type TestServer } from '../support/server.ts';
import { onEveryStore, type TestStore } from '../support/stores.ts';

const MAX_BODY = 10_000;
const LOCATION = { resourceType: 'Location', id: 'place' };
const TRANSACTION = { resourceType: 'Bundle', type: 'transaction' };
const RECORD = { kind: 'site', id: 's1', program: 'program', name: 'Main Street' };

const ACCOUNTING = { action: 'accounting', path: '/Patient/somebody/$accounting-of-disclosures' };
const DISCLOSURES = { action: 'disclosures', path: '/Patient/somebody/$disclosures' };
const VALIDATION = { action: 'validate-part2', path: '/Consent/one/$validate-part2' };
const CONSENT = { ...consentFor('somebody', 'ehr'), id: 'one' };

const OURS = { program: 'program', active: true };
const LETTER = [
  { ...OURS, kind: 'clinician', id: 'one', name: { family: 'Moss', given: ['Jory'] }, discipline: 'nurse' },
  {
    ...OURS,
    kind: 'client',
    id: 'one',
    name: { family: 'One', given: ['Any'] },
    birthDate: '1990-01-02',
    gender: 'other',
  },
  {
    ...{ kind: 'letter', id: 'one', program: 'program', client: 'one', clinician: 'one', status: 'draft' },
    ...{
      to: { kind: 'college', name: 'College' },
      subject: 'leave',
      at: '2026-09-10T11:00:00Z',
      text: 'Yes.',
    },
  },
];

/** How each path is asked so that it is answered, and what the row then calls it. */
const ANSWERED: Readonly<Record<string, { path?: string; body?: object; type?: string; action: string }>> = {
  'GET /metadata': { action: 'capabilities' },
  'GET /': { action: 'history' },
  'POST /': { action: 'transaction', body: TRANSACTION },
  'GET /_history': { action: 'history' },
  'GET /$breach-impact': { action: 'breach-impact', path: '/$breach-impact?client=somebody' },
  'POST /$breach-impact': { action: 'breach-impact', path: '/$breach-impact?client=somebody' },
  'GET /Consent/:id/$validate-part2': VALIDATION,
  'POST /Consent/:id/$validate-part2': VALIDATION,
  'POST /Consent/$validate-part2': { action: 'validate-part2', body: CONSENT },
  'GET /Patient/:id/$accounting-of-disclosures': ACCOUNTING,
  'POST /Patient/:id/$accounting-of-disclosures': ACCOUNTING,
  'GET /Patient/:id/$disclosures': DISCLOSURES,
  'POST /Patient/:id/$disclosures': DISCLOSURES,
  'GET /:type/:id/$explain-access': { action: 'explain-access' },
  'POST /:type/:id/$explain-access': { action: 'explain-access' },
  'GET /:type': { action: 'search' },
  'POST /:type': { action: 'create', body: LOCATION },
  'PUT /:type': { action: 'update', path: '/Location?_id=place', body: LOCATION },
  'POST /:type/_search': { action: 'search', type: 'form' },
  'GET /:type/_history': { action: 'history' },
  'GET /:type/:id': { action: 'read' },
  'PUT /:type/:id': { action: 'update', body: LOCATION },
  'DELETE /:type/:id': { action: 'delete', path: '/Location/fleeting' },
  'GET /:type/:id/_history': { action: 'history' },
  'GET /:type/:id/_history/:version': { action: 'vread' },
  'POST /iop/records': { action: 'import', body: RECORD },
  'GET /iop/clients/:id': { action: 'client-view', path: '/iop/clients/somebody' },
  'GET /iop/clients/:id/timeline': { action: 'client-timeline', path: '/iop/clients/somebody/timeline' },
  'GET /iop/clients/:id/progress': { action: 'client-progress', path: '/iop/clients/somebody/progress' },
  'GET /iop/clients/:id/summary': { action: 'client-summary', path: '/iop/clients/somebody/summary' },
  'GET /iop/census': { action: 'census' },
  'GET /iop/consents/:id/form': { action: 'consent-form', path: '/iop/consents/one/form' },
  'GET /iop/letters/:id': { action: 'letter', path: '/iop/letters/LETTER' },
  'GET /iop/records/:kind/:id': { action: 'record', path: '/iop/records/letter/one' },
  'GET /iop/schema': { action: 'schema' },
  'GET /iop/schema/:kind': { action: 'schema', path: '/iop/schema/client' },
};

interface Served {
  name: string;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  open: boolean;
  takesBody: boolean;
}
const BODIES = new Set(['bundle', 'create', 'update', 'conditional-update']);
const SERVED: readonly Served[] = [
  ...ROUTES.map(({ method, path, kind, open }) => ({
    name: `${method} ${path}`,
    method,
    path: `/fhir${path}`,
    open: open === true,
    takesBody: BODIES.has(kind),
  })),
  ...doorRoutes.map(({ method, path, accepts }) => ({
    name: `${method} ${path}`,
    method,
    path,
    open: false,
    takesBody: accepts.length > 0,
  })),
];

const filled = (path: string, type = 'Location'): string =>
  path.replace(':type', type).replace(':id', 'place').replace(':version', '1').replace(':kind', 'none');

onEveryStore(store => {
  let server: TestServer;
  let program: Caller;
  let scopeless: Caller;
  let next = '';
  let letter = '';
  beforeAll(async () => {
    server = await startServer({ store, environment: { MAX_BODY: String(MAX_BODY) } });
    program = await server.as('program');
    scopeless = await server.as('program', 'openid');
    await program.put('/fhir/Location/place').send(LOCATION);
    await program.put('/fhir/Location/fleeting').send({ ...LOCATION, id: 'fleeting' });
    await program.put('/fhir/Patient/somebody').send({ resourceType: 'Patient', id: 'somebody' });
    await program.put('/fhir/Consent/one').send(CONSENT);
    await program.post('/iop/records').type('application/json').send(LETTER).expect(200);
    const found = await program.get('/fhir/DocumentReference');
    letter = found.body.entry[0].resource.id;
    const page = await program.get('/fhir/_history?_count=1');
    const url = (page.body.link as { relation: string; url: string }[]).find(one => one.relation === 'next')!;
    next = url.url.replace(server.base, '/fhir');
  });
  afterAll(() => server.close());

  async function left(run: () => PromiseLike<{ status: number; headers: Record<string, string> }>) {
    const { store: audited } = server.app.context;
    const mark = await markAudit(audited);
    const reply = await run();
    const rows = await auditRows(audited, mark);
    for (const row of rows) expect(row.request).toBe(reply.headers['x-request-id']);
    return { status: reply.status, rows };
  }
  const expectOne = ({ rows }: { rows: AuditRow[] }, expected: object): void => {
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject(expected);
  };
  const start = (caller: Caller, { method }: Served, path: string): Test =>
    caller[method.toLowerCase() as 'get'](path);

  test('every path is among those asked below', () => {
    expect(Object.keys(ANSWERED)).toEqual(SERVED.map(one => one.name));
  });

  describe('answered', () => {
    test.each(SERVED)('$name', async served => {
      const { path, body, type, action } = ANSWERED[served.name]!;
      const asked =
        path === undefined
          ? filled(served.path)
          : path.startsWith('/iop')
            ? path.replace('LETTER', letter)
            : `/fhir${path}`;
      const request = start(program, served, served.name === 'GET /' ? next : asked);
      if (type !== undefined) request.type(type);
      const found = await left(() => (body === undefined ? request : request.send(body)));
      expect(found.status).toBeLessThan(300);
      expectOne(found, { action, outcome: 'ok', client: served.open ? '' : 'program-client' });
    });
  });

  describe('refused', () => {
    const guarded = SERVED.filter(one => !one.open);
    const taking = guarded.filter(one => one.takesBody);

    test.each(guarded)('$name without a token', async served => {
      const found = await left(() => start(server.stranger, served, filled(served.path)));
      expect(found.status).toBe(401);
      expectOne(found, { action: 'request', outcome: 'unauthenticated', client: '', organization: '' });
      expect(found.rows[0]).not.toHaveProperty('type');
    });

    const scoped = guarded.filter(one => one.path.includes(':type') || one.path === '/fhir/_history');
    test.each(scoped)('$name without the scope', async served => {
      const body = served.takesBody ? LOCATION : undefined;
      const found = await left(() => start(scopeless, served, filled(served.path)).send(body));
      expect(found.status).toBe(403);
      expectOne(found, { outcome: 'forbidden', client: 'program-client' });
    });

    test.each(guarded.filter(one => one.path.includes(':type')))('$name of no type', async served => {
      const body = served.takesBody ? LOCATION : undefined;
      const found = await left(() => start(program, served, filled(served.path, 'Nothing')).send(body));
      expect(found.status).toBe(404);
      expectOne(found, { outcome: 'not-found' });
    });

    test.each(SERVED.filter(one => one.path.startsWith('/fhir')))('$name as XML', async served => {
      const request = start(program, served, filled(served.path)).set('Accept', 'application/fhir+xml');
      const found = await left(() => (served.takesBody ? request.send(LOCATION) : request));
      expect(found.status).toBe(406);
      expectOne(found, { outcome: 'not-acceptable' });
    });

    test.each(taking)('$name with a body of another kind', async served => {
      const request = start(program, served, filled(served.path)).type('text/csv').send('a,b');
      const found = await left(() => request);
      expect(found.status).toBe(415);
      expectOne(found, { outcome: 'media-type', client: 'program-client' });
    });

    test.each(taking)('$name with too large a body', async served => {
      const request = start(program, served, filled(served.path))
        .type('json')
        .send(' '.repeat(MAX_BODY + 1));
      const found = await left(() => request);
      expect(found.status).toBe(413);
      expectOne(found, { outcome: 'too-large', client: 'program-client' });
    });

    test.each(taking)('$name with a broken body', async served => {
      const request = start(program, served, filled(served.path)).type('json').send('{');
      const found = await left(() => request);
      expect(found.status).toBe(400);
      expectOne(found, { outcome: 'invalid-structure', client: 'program-client' });
    });

    const others = [...routesByPath().keys()].map(path => `/fhir${path}`);
    test.each([...others, ...doorRoutes.map(one => one.path)])('%s with another method', async path => {
      const found = await left(() => program.patch(filled(path)).send({}));
      expect(found.status).toBe(405);
      expectOne(found, { action: 'request', outcome: 'method-not-allowed' });
    });

    test.each(['/fhir/a/b/c/d', '/iop/nothing', '/fhir/%zz'])('%s, which is no path', async path => {
      const found = await left(() => program.get(path));
      expect(found.status).toBeGreaterThanOrEqual(400);
      expect(found.rows.map(row => row.action)).toEqual(['request']);
    });

    test('what is none of ours leaves no row', async () => {
      for (const path of ['/', '/health', '/favicon.ico'])
        expect((await left(() => server.stranger.get(path))).rows).toEqual([]);
    });
  });

  test('an entry of a batch that is no request leaves a row as well', async () => {
    const entry = [
      { request: { method: 'GET', url: 'Location/place' } },
      { request: { method: 'PATCH', url: 'Location/place' } },
      { request: { method: 'GET', url: 'Nothing/1' } },
    ];
    const { rows } = await left(() =>
      program.post('/fhir').send({ resourceType: 'Bundle', type: 'batch', entry }),
    );
    const told = rows.map(row => `${row.action} ${row.outcome === 'ok' ? 'ok' : 'refused'}`);
    expect(told.sort()).toEqual(['batch ok', 'read ok', 'request refused', 'request refused']);
  });
});

/** A store that cannot be written any more: closed under a server that still answers. */
const CLOSED: [string, (caller: Caller, stranger: Caller) => Test][] = [
  ['a read', caller => caller.get('/fhir/Location/place')],
  ['a search', caller => caller.get('/fhir/Location')],
  ['a write', caller => caller.post('/fhir/Location').send({ resourceType: 'Location' })],
  ['a path that is none', caller => caller.get('/iop/nothing')],
  ['another method', caller => caller.patch('/fhir/Location/place')],
  ['a body that is none', caller => caller.post('/fhir/Location').type('text/csv').send('a')],
  ['a look at the schema', caller => caller.get('/iop/schema')],
  ['a stranger', (_caller, stranger) => stranger.get('/fhir/Location')],
  ['the CapabilityStatement', (_caller, stranger) => stranger.get('/fhir/metadata')],
];

onEveryStore((store: TestStore) => {
  test('without its row nothing is answered, nothing is refused: 503', async () => {
    const server = await startServer({ store, environment: { LOG_LEVEL: 'silent' } });
    const program = await server.as('program');
    await program.put('/fhir/Location/place').send(LOCATION);
    await server.app.context.store.close();
    for (const [what, ask] of CLOSED) {
      const { status, headers } = await ask(program, server.stranger);
      expect([what, status, headers['retry-after']]).toEqual([what, 503, '1']);
    }
    await server.close();
  });
});

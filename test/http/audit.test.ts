// Whatever is asked of a resource leaves one row, and the row says who, what and how it ended, but nothing
// of what was searched for.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AuditRow } from '../../src/store/port/audit.ts';
import { auditRows, markAudit } from '../support/audit.ts';
import { type Caller, startServer, type TestServer } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

let server: TestServer;
let program: Caller;
let ehr: Caller;
let id: string;

onEveryStore(store => {
  beforeAll(async () => {
    server = await startServer({ store });
    program = await server.as('program');
    ehr = await server.as('ehr');
    id = (await program.post('/fhir/Patient').send({ resourceType: 'Patient', name: [{ family: 'Fisher' }] }))
      .body.id;
  });
  afterAll(() => server.close());

  /** The rows that a request leaves. */
  async function left(run: () => PromiseLike<{ headers: Record<string, string> }>): Promise<AuditRow[]> {
    const { store } = server.app.context;
    const mark = await markAudit(store);
    const reply = await run();
    const after = await auditRows(store, mark);
    for (const row of after) expect(row.request).toBe(reply.headers['x-request-id']);
    return after;
  }

  describe('one row for each request', () => {
    test.each([
      ['read', () => program.get(`/fhir/Patient/${id}`), { action: 'read', type: 'Patient', outcome: 'ok' }],
      [
        'a hidden read',
        () => ehr.get(`/fhir/Patient/${id}`),
        { action: 'read', outcome: 'not-found', versions: [] },
      ],
      ['vread', () => program.get(`/fhir/Patient/${id}/_history/1`), { action: 'vread', outcome: 'ok' }],
      [
        'search',
        () => program.get('/fhir/Patient?family=Fisher'),
        { action: 'search', params: ['family'], outcome: 'ok' },
      ],
      [
        'a bad search',
        () => program.get('/fhir/Patient?birthdate=x'),
        { action: 'search', outcome: 'invalid-value' },
      ],
      ['history', () => program.get(`/fhir/Patient/${id}/_history`), { action: 'history', outcome: 'ok' }],
      ['system history', () => program.get('/fhir/_history'), { action: 'history', outcome: 'ok' }],
      [
        'create',
        () => program.post('/fhir/Location').send({ resourceType: 'Location' }),
        { action: 'create', type: 'Location' },
      ],
      [
        'a bad create',
        () => program.post('/fhir/Location').send({ resourceType: 'Location', x: 1 }),
        { outcome: 'invalid-structure' },
      ],
      [
        'a refused update',
        () => ehr.put(`/fhir/Patient/${id}`).send({ resourceType: 'Patient', id }),
        { action: 'update', outcome: 'not-found' },
      ],
      [
        'a delete of nothing',
        () => program.delete('/fhir/Patient/nobody'),
        { action: 'delete', outcome: 'not-found' },
      ],
      ['a page of another', () => program.get('/fhir?_page=x'), { action: 'page', outcome: 'invalid-value' }],
      [
        'a transaction',
        () => program.post('/fhir').send({ resourceType: 'Bundle', type: 'transaction' }),
        { action: 'transaction', outcome: 'ok' },
      ],
      [
        'a broken bundle',
        () => program.post('/fhir').type('json').send('{'),
        { action: 'bundle', outcome: 'invalid-structure' },
      ],
      ['an unknown type', () => program.get('/fhir/Nothing/1'), { action: 'read', outcome: 'not-found' }],
    ] as [string, () => ReturnType<Caller['get']>, object][])('%s', async (_what, run, expected) => {
      const found = await left(run);
      expect(found).toHaveLength(1);
      expect(found[0]).toMatchObject(expected);
      expect(found[0]!.client).toMatch(/-client$/);
    });

    test('the next page of a search leaves the row of a search', async () => {
      const first = await program.get('/fhir/_history?_count=1');
      const url: string = first.body.link.find((link: { relation: string }) => link.relation === 'next').url;
      const [row] = await left(() => program.get(url.replace(server.base, '/fhir')));
      expect(row).toMatchObject({ action: 'history', outcome: 'ok', versions: [expect.any(String)] });
    });

    test('a batch leaves its own and one for each entry', async () => {
      const entry = [
        { request: { method: 'GET', url: `Patient/${id}` } },
        { request: { method: 'GET', url: 'Patient/nobody' } },
      ];
      const found = await left(() =>
        program.post('/fhir').send({ resourceType: 'Bundle', type: 'batch', entry }),
      );
      // The entries are answered side by side.
      expect(found.map(row => `${row.action} ${row.outcome}`).sort()).toEqual([
        'batch ok',
        'read not-found',
        'read ok',
      ]);
    });
  });

  test('what went out is named: versions and people', async () => {
    const [row] = await left(() => program.get(`/fhir/Patient?family=Fisher`));
    expect(row).toMatchObject({
      versions: [`Patient/${id}/1`],
      patients: [id],
      reasons: expect.arrayContaining(['own']),
    });
  });

  test('a written version is named', async () => {
    const observation = {
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'x' },
      subject: { reference: `Patient/${id}` },
    };
    const [row] = await left(() => program.post('/fhir/Observation').send(observation));
    expect(row).toMatchObject({ patients: [id], versions: [expect.stringMatching(/^Observation\/.+\/1$/)] });
  });

  test('what a transaction wrote, read and found is named', async () => {
    const entry = [
      { resource: { resourceType: 'Location' }, request: { method: 'POST', url: 'Location' } },
      { request: { method: 'GET', url: `Patient/${id}` } },
      { request: { method: 'GET', url: 'Observation?status=final' } },
    ];
    const [row] = await left(() =>
      program.post('/fhir').send({ resourceType: 'Bundle', type: 'transaction', entry }),
    );
    expect(row!.patients).toEqual([id]);
    expect(row!.versions.map(name => name.split('/')[0]).toSorted()).toEqual([
      'Location',
      'Observation',
      'Patient',
    ]);
  });

  test('no row holds a value of a query or a record', async () => {
    await program.get('/fhir/Patient?family=Fisher&identifier=http://mrn|Zorkmid&Fisher=1');
    await program.get('/fhir/Fisher/Zorkmid-x%20y');
    await program.post('/fhir/Patient/_search').type('form').send('name=Fisher');
    const text = JSON.stringify(await auditRows(server.app.context.store));
    expect(text).not.toContain('Fisher');
    expect(text).not.toContain('Zorkmid');
  });
});

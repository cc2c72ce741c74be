// GET /fhir/AuditEvent: the trail and what clients wrote themselves, in one search.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import { type Caller, consentFor, startServer, type TestServer } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

/** What a client may write of its own. */
const WRITTEN = {
  resourceType: 'AuditEvent',
  type: { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' },
  action: 'D',
  recorded: '2026-01-01T00:00:00Z',
  agent: [{ requestor: true }],
  source: { observer: { display: 'a system of the clinic' } },
};

onEveryStore(store => {
  let server: TestServer;
  let program: Caller;
  let ehr: Caller;
  let written = '';
  beforeAll(async () => {
    server = await startServer({ store });
    program = await server.as('program');
    ehr = await server.as('ehr');
    await program.put('/fhir/Patient/a').send({ resourceType: 'Patient', id: 'a' });
    await program.put('/fhir/Patient/b').send({ resourceType: 'Patient', id: 'b' });
    await program.put('/fhir/Consent/c').send({ ...consentFor('a', 'ehr'), id: 'c' });
    await ehr.get('/fhir/Patient/a');
    await ehr.get('/fhir/Patient/b');
    await ehr.get('/fhir/Patient?_id=a,b');
    await ehr.get('/fhir/Patient/nobody');
    written = (await program.post('/fhir/AuditEvent').send(WRITTEN)).body.id;
    await ehr.post('/fhir/AuditEvent').send(WRITTEN);
  });
  afterAll(() => server.close());

  const resources = (body: JsonObject): AnyResource[] =>
    ((body.entry ?? []) as JsonObject[]).map(one => one.resource as AnyResource);
  async function found(query: string, caller = program): Promise<AnyResource[]> {
    const { body } = await caller.get(`/fhir/AuditEvent?${query}`).expect(200);
    return resources(body);
  }
  const isTrail = ({ id }: AnyResource): boolean => String(id).startsWith('trail.');
  const whatOf = (event: AnyResource): string =>
    [event.action, (event.agent as JsonObject[])[0]!.altId, event.outcomeDesc ?? 'ok'].join(' ');

  describe('searched', () => {
    test('the trail comes first, newest first, then what clients wrote that the caller may see', async () => {
      const events = await found('');
      const own = events.filter(event => !isTrail(event));
      expect(own.map(event => event.id)).toEqual([written]);
      expect(events.at(-1)!.id).toBe(written);
      const times = events.filter(isTrail).map(event => String(event.recorded));
      expect(times.length).toBeGreaterThan(5);
      expect(times).toEqual(times.toSorted().reverse());
    });

    test.each([
      ['patient=Patient/a&altid=ehr-client', ['E ehr-client ok', 'R ehr-client ok']],
      ['patient=a&altid=ehr-client&action=R', ['R ehr-client ok']],
      ['patient=b&altid=ehr-client', []],
      ['agent=Organization/ehr&subtype=disclose', ['E ehr-client ok', 'R ehr-client ok']],
      ['agent=Organization/ehr&type=rest&subtype=search', ['E ehr-client ok']],
      ['altid=ehr-client&outcome=4', []],
      ['entity=Patient/a&action=R&agent=Organization/ehr', ['R ehr-client ok']],
      ['altid=ehr-client&date=lt2020', []],
      ['altid=ehr-client&date=ge2020', ['E ehr-client ok', 'R ehr-client ok']],
      ['altid=ehr-client&_lastUpdated=gt2020&_lastUpdated=lt2021', []],
      ['altid=ehr-client&action:not=R', ['E ehr-client ok']],
    ])('by %s', async (query, expected) => {
      expect((await found(query)).map(whatOf)).toEqual(expected);
    });

    test('by id, both kinds', async () => {
      const [first, second] = await found('altid=ehr-client');
      const asked = `_id=${second!.id},${written},${first!.id},trail.nothing,nobody`;
      expect((await found(asked)).map(event => event.id)).toEqual([first!.id, second!.id, written]);
    });

    test('page by page the same, and counted', async () => {
      const query = 'date=lt2100&action=R,C,U,D,E';
      const until = encodeURIComponent(new Date(Date.now() + 1).toISOString());
      const whole = (await found(`${query}&date=lt${until}`)).map(event => event.id);
      const paged: unknown[] = [];
      let path = `/fhir/AuditEvent?${query}&date=lt${until}&_count=3&_total=accurate`;
      while (path !== '') {
        const { body } = await program.get(path).expect(200);
        expect(body.total).toBe(whole.length);
        expect(resources(body).length).toBeLessThanOrEqual(3);
        paged.push(...resources(body).map(event => event.id));
        const next = (body.link as { relation: string; url: string }[]).find(one => one.relation === 'next');
        path = next === undefined ? '' : next.url.replace(server.base, '/fhir');
      }
      expect(paged).toEqual(whole);
      const { body } = await program.get(`/fhir/AuditEvent?${query}&date=lt${until}&_summary=count`);
      expect([body.total, body.entry]).toEqual([whole.length, undefined]);
    });

    test('by an outside Organization: what it wrote itself, and no more', async () => {
      for (const query of ['', '_total=accurate', 'patient=a', 'altid=ehr-client', '_sort=date']) {
        const { body } = await ehr.get(`/fhir/AuditEvent?${query}`).expect(200);
        const events = resources(body);
        expect(events.filter(isTrail)).toEqual([]);
        expect(events.length).toBe(/patient|altid/.test(query) ? 0 : 1);
      }
    });

    test('it cannot be sorted by those who see the trail', async () => {
      await program.get('/fhir/AuditEvent?_sort=date').expect(400);
    });

    test('some elements alone', async () => {
      const [event] = await found('altid=ehr-client&_elements=action');
      expect(event).not.toHaveProperty('entity');
      expect(event!.meta).toMatchObject({ tag: [{ code: 'SUBSETTED' }] });
    });
  });

  describe('read', () => {
    test('by its id, with its one version, and that leaves a row that names the person', async () => {
      const [event] = await found('altid=ehr-client&action=R');
      const path = `/fhir/AuditEvent/${event!.id}`;
      const answer = await program.get(path).expect(200);
      expect(answer.body).toEqual(event);
      expect(answer.headers.etag).toBe('W/"1"');
      await program.get(path).set('If-None-Match', 'W/"1"').expect(304);
      const [row] = await found(`patient=a&altid=program-client&entity=AuditEvent/${event!.id}&action=R`);
      expect(whatOf(row!)).toBe('R program-client ok');
    });

    test('by others is as unknown as what does not exist, to the byte', async () => {
      const [event] = await found('altid=ehr-client&action=R');
      const unknown = `trail.${'0'.repeat(32)}-${'0'.repeat(12)}`;
      for (const caller of [ehr, await server.as('payer'), await server.as('neighbour')]) {
        const hidden = await caller.get(`/fhir/AuditEvent/${event!.id}`).expect(404);
        expect(hidden.text).toBe((await caller.get(`/fhir/AuditEvent/${unknown}`)).text);
      }
      await program.get(`/fhir/AuditEvent/${unknown}`).expect(404);
    });

    test('not without the scope', async () => {
      const [event] = await found('altid=ehr-client&action=R');
      const finder = await server.as('program', 'system/AuditEvent.s');
      await finder.get(`/fhir/AuditEvent/${event!.id}`).expect(403);
      const other = await server.as('program', 'system/Patient.rs');
      await other.get('/fhir/AuditEvent').expect(403);
    });
  });

  describe('written', () => {
    test('an id of the trail is for nobody to write, there or not', async () => {
      const [event] = await found('altid=ehr-client&action=R');
      for (const id of [String(event!.id), 'trail.mine']) {
        const put = await program.put(`/fhir/AuditEvent/${id}`).send({ ...WRITTEN, id });
        const foreign = await program
          .put('/fhir/AuditEvent/neighbour-1')
          .send({ ...WRITTEN, id: 'neighbour-1' });
        expect([put.status, put.text]).toEqual([404, foreign.text]);
        await program.delete(`/fhir/AuditEvent/${id}`).expect(404);
        const entry = [
          {
            resource: { ...WRITTEN, id },
            request: { method: 'PUT', url: `AuditEvent/${id}` },
          },
        ];
        await program.post('/fhir').send({ resourceType: 'Bundle', type: 'transaction', entry }).expect(404);
      }
      expect((await program.get(`/fhir/AuditEvent/${event!.id}`)).body).toEqual(event);
    });

    test('what a client writes is no part of the chain', async () => {
      const { store: audited } = server.app.context;
      for (const writer of await audited.auditWriters()) {
        const rows = await audited.auditRows(writer, 0, 1000);
        expect(JSON.stringify(rows)).not.toContain('a system of the clinic');
      }
    });
  });
});

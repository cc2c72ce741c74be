import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Caller, startServer, type TestServer } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

let server: TestServer;
let program: Caller;
let id: string;

interface Entry {
  fullUrl: string;
  resource?: { meta: { versionId: string } };
  request: { method: string; url: string };
  response: { status: string; etag: string; lastModified: string };
}
const pathOf = (body: { link: { relation: string; url: string }[] }, relation: string): string | undefined =>
  body.link.find(link => link.relation === relation)?.url.replace(server.base, '/fhir');

onEveryStore(store => {
  const stamps: string[] = [];
  beforeAll(async () => {
    server = await startServer({ store });
    program = await server.as('program');
    const patient = { resourceType: 'Patient', active: true };
    const first = await program.post('/fhir/Patient').send(patient);
    id = first.body.id;
    stamps.push(first.body.meta.lastUpdated);
    for (let i = 0; i < 3; i++) {
      const reply = await program.put(`/fhir/Patient/${id}`).send({ ...patient, id });
      stamps.push(reply.body.meta.lastUpdated);
    }
    await program.delete(`/fhir/Patient/${id}`).expect(204);
    await program.post('/fhir/Location').send({ resourceType: 'Location' }).expect(201);
  });
  afterAll(() => server.close());

  describe('the history of a resource', () => {
    test('is every version, newest first, with what was done', async () => {
      const { body } = await program.get(`/fhir/Patient/${id}/_history`).expect(200);
      expect(body).toMatchObject({ resourceType: 'Bundle', type: 'history', total: 5 });
      const entries = body.entry as Entry[];
      expect(entries.map(entry => [entry.request.method, entry.request.url, entry.response.etag])).toEqual([
        ['DELETE', `Patient/${id}`, 'W/"5"'],
        ['PUT', `Patient/${id}`, 'W/"4"'],
        ['PUT', `Patient/${id}`, 'W/"3"'],
        ['PUT', `Patient/${id}`, 'W/"2"'],
        ['POST', 'Patient', 'W/"1"'],
      ]);
      expect(entries[0]!.resource).toBeUndefined();
      expect(entries[4]!.response).toEqual({ status: '201 Created', etag: 'W/"1"', lastModified: stamps[0] });
      expect(entries.map(entry => entry.fullUrl)).toEqual(Array(5).fill(`${server.base}/Patient/${id}`));
    });

    test('since an instant takes in the version made at that instant', async () => {
      const { body } = await program.get(`/fhir/Patient/${id}/_history?_since=${stamps[2]}`).expect(200);
      expect((body.entry as Entry[]).map(entry => entry.response.etag)).toEqual(['W/"5"', 'W/"4"', 'W/"3"']);
    });

    test('since the future is empty, and not the same as no such resource', async () => {
      const { body } = await program.get(`/fhir/Patient/${id}/_history?_since=2999-01-01`).expect(200);
      expect(body.entry).toBeUndefined();
      await program.get('/fhir/Patient/nobody/_history?_since=2999-01-01').expect(404);
    });

    test.each([0, 1, 3])('at the instant of version %i + 1 is that version', async i => {
      const { body } = await program.get(`/fhir/Patient/${id}/_history?_at=${stamps[i]}`).expect(200);
      expect((body.entry as Entry[]).map(entry => entry.response.etag)).toEqual([`W/"${i + 1}"`]);
    });

    test('over a period is every version that was current in it', async () => {
      const day = stamps[0]!.slice(0, 10);
      const during = await program.get(`/fhir/Patient/${id}/_history?_at=${day}`).expect(200);
      expect(during.body.total).toBe(5);
      const before = await program.get(`/fhir/Patient/${id}/_history?_at=2001`).expect(200);
      expect(before.body.entry).toBeUndefined();
      const after = await program.get(`/fhir/Patient/${id}/_history?_at=2999`).expect(200);
      expect((after.body.entry as Entry[]).map(entry => entry.request.method)).toEqual(['DELETE']);
    });

    test('_at is refused where versions of several resources would be mixed', async () => {
      await program.get('/fhir/Patient/_history?_at=2026').expect(400);
      await program.get('/fhir/_history?_at=2026').expect(400);
    });

    test('is counted alone for _count=0', async () => {
      const { body } = await program.get(`/fhir/Patient/${id}/_history?_count=0`).expect(200);
      expect([body.total, body.entry, pathOf(body, 'next')]).toEqual([5, undefined, undefined]);
    });

    test('says the range it was asked for in its self link', async () => {
      const { body } = await program.get(`/fhir/Patient/${id}/_history?_since=${stamps[2]}`).expect(200);
      expect(pathOf(body, 'self')).toBe(`/fhir/Patient/${id}/_history?_since=${stamps[2]}`);
    });

    test('comes in pages', async () => {
      const seen: string[] = [];
      let path: string | undefined = `/fhir/Patient/${id}/_history?_count=2`;
      while (path !== undefined) {
        const reply: { body: Parameters<typeof pathOf>[0] & { entry?: Entry[] } } = await program.get(path);
        seen.push(...(reply.body.entry ?? []).map(entry => entry.response.etag));
        path = pathOf(reply.body, 'next');
      }
      expect(seen).toEqual(['W/"5"', 'W/"4"', 'W/"3"', 'W/"2"', 'W/"1"']);
    });

    test.each(['_count=x', '_since=yesterday', '_count=1&_count=2'])('%s is refused', async query => {
      await program.get(`/fhir/Patient/${id}/_history?${query}`).expect(400);
    });

    test('what is not known is left out, or refused under strict handling', async () => {
      await program.get(`/fhir/Patient/${id}/_history?name=x`).expect(200);
      await program.get(`/fhir/Patient/${id}/_history?name=x`).set('Prefer', 'handling=strict').expect(400);
    });
  });

  test('the history of a type holds that type, the history of the server everything', async () => {
    const types = async (path: string): Promise<string[]> => {
      const { body } = await program.get(path).expect(200);
      return (body.entry as Entry[]).map(
        entry => entry.fullUrl.replace(`${server.base}/`, '').split('/')[0]!,
      );
    };
    expect(await types('/fhir/Patient/_history')).toEqual(Array(5).fill('Patient'));
    expect(await types('/fhir/_history')).toEqual(['Location', ...Array(5).fill('Patient')]);
  });

  test('the history of another Organization shows none of it', async () => {
    const ehr = await server.as('ehr');
    await ehr.get(`/fhir/Patient/${id}/_history`).expect(404);
    const { body } = await ehr.get('/fhir/Patient/_history').expect(200);
    expect(body.entry).toBeUndefined();
  });
});

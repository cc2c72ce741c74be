// Requests that arrive together.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Caller, startServer, type TestServer } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

let server: TestServer;
let program: Caller;

onEveryStore(store => {
  beforeAll(async () => {
    server = await startServer({ store });
    program = await server.as('program');
  });
  afterAll(() => server.close());

  const AT_ONCE = 20;
  const together = <T>(run: (i: number) => PromiseLike<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: AT_ONCE }, (_, i) => run(i)));
  const counts = (statuses: number[]): Record<number, number> => {
    const found: Record<number, number> = {};
    for (const status of statuses) found[status] = (found[status] ?? 0) + 1;
    return found;
  };
  const patient = (more: object = {}) => ({ resourceType: 'Patient', active: true, ...more });

  test('of many conditional creates one creates, and all name the same resource', async () => {
    const resource = patient({ identifier: [{ system: 'http://mrn', value: 'race' }] });
    const replies = await together(() =>
      program.post('/fhir/Patient').set('If-None-Exist', 'identifier=http://mrn|race').send(resource),
    );
    expect(counts(replies.map(reply => reply.status))).toEqual({ 200: AT_ONCE - 1, 201: 1 });
    expect(new Set(replies.map(reply => reply.body.id)).size).toBe(1);
  });

  test('of many updates of one version one is stored', async () => {
    const { id } = (await program.post('/fhir/Patient').send(patient())).body;
    const replies = await together(i =>
      program
        .put(`/fhir/Patient/${id}`)
        .set('If-Match', 'W/"1"')
        .send(patient({ id, multipleBirthInteger: i + 1 })),
    );
    expect(counts(replies.map(reply => reply.status))).toEqual({ 200: 1, 412: AT_ONCE - 1 });
    const { body } = await program.get(`/fhir/Patient/${id}`);
    expect(body).toEqual(replies.find(reply => reply.status === 200)!.body);
  });

  test('versions of many updates are numbered without gaps, and lastUpdated orders as they do', async () => {
    const { id } = (await program.post('/fhir/Patient').send(patient())).body;
    await together(() => program.put(`/fhir/Patient/${id}`).send(patient({ id })));
    const { body } = await program.get(`/fhir/Patient/${id}/_history`);
    const metas: { versionId: string; lastUpdated: string }[] = body.entry.map(
      (entry: { resource: { meta: object } }) => entry.resource.meta,
    );
    expect(metas.map(meta => Number(meta.versionId))).toEqual(
      Array.from({ length: AT_ONCE + 1 }, (_, i) => AT_ONCE + 1 - i),
    );
    const times = metas.map(meta => meta.lastUpdated);
    expect(times).toEqual(times.toSorted().toReversed());
    expect(new Set(times).size).toBe(times.length);
  });

  test('of transactions that need each other one is done whole and the other not at all', async () => {
    const made = await together(() => program.post('/fhir/Patient').send(patient()));
    const [a, b] = made.map(reply => reply.body.id as string);
    const put = (id: string | undefined) => ({
      resource: patient({ id }),
      request: { method: 'PUT', url: `Patient/${id}`, ifMatch: 'W/"1"' },
    });
    const send = (entry: object[]) =>
      program.post('/fhir').send({ resourceType: 'Bundle', type: 'transaction', entry });
    const replies = await Promise.all([send([put(a), put(b)]), send([put(b), put(a)])]);
    expect(replies.map(reply => reply.status).toSorted()).toEqual([200, 412]);
    for (const id of [a, b]) {
      const { body } = await program.get(`/fhir/Patient/${id}`);
      expect(body.meta.versionId).toBe('2');
    }
  });
});

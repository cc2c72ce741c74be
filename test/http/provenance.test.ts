import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Caller, consentFor, startServer, type TestServer } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

onEveryStore(store => {
  describe("what another Organization writes into a program's record says who wrote it", () => {
    let server: TestServer;
    let program: Caller;
    let ehr: Caller;
    beforeAll(async () => {
      server = await startServer({ store });
      program = await server.as('program');
      ehr = await server.as('ehr');
      await program.put('/fhir/Patient/p1').send({ resourceType: 'Patient', id: 'p1' }).expect(201);
      await program.post('/fhir/Consent').send(consentFor('p1', 'ehr')).expect(201);
    });
    afterAll(() => server.close());

    const goal = (patient: string, text = 'Sleep') => ({
      resourceType: 'Goal',
      lifecycleStatus: 'active',
      description: { text },
      subject: { reference: `Patient/${patient}` },
    });
    const provenances = async (caller: Caller, target: string) => {
      const { body } = await caller.get(`/fhir/Provenance?target=${target}`).expect(200);
      return ((body.entry ?? []) as { resource: Record<string, unknown> & { id: string } }[]).map(
        entry => entry.resource,
      );
    };

    test('a create, an update and a conditional update each leave a Provenance that the program finds', async () => {
      const { body: made } = await ehr.post('/fhir/Goal').send(goal('p1')).expect(201);
      const first = await provenances(program, `Goal/${made.id}`);
      expect(first).toEqual([
        expect.objectContaining({
          target: [{ reference: `Goal/${made.id}` }],
          agent: [{ who: { reference: 'Organization/ehr' } }],
        }),
      ]);
      await ehr
        .put(`/fhir/Goal/${made.id}`)
        .send({ ...goal('p1', 'Sleep well'), id: made.id })
        .expect(200);
      expect(await provenances(program, `Goal/${made.id}`)).toHaveLength(2);
      await ehr.put(`/fhir/Goal?_id=${made.id}`).send(goal('p1', 'Sleep long')).expect(200);
      expect(await provenances(program, `Goal/${made.id}`)).toHaveLength(3);
    });

    test('the writer can neither see, change nor delete it', async () => {
      const { body: made } = await ehr.post('/fhir/Goal').send(goal('p1')).expect(201);
      const [provenance] = await provenances(program, `Goal/${made.id}`);
      expect(await provenances(ehr, `Goal/${made.id}`)).toEqual([]);
      await ehr.put(`/fhir/Provenance/${provenance!.id}`).send(provenance).expect(404);
      await ehr.delete(`/fhir/Provenance/${provenance!.id}`).expect(404);
    });

    test("within a transaction too, and nothing where the write stays the writer's own", async () => {
      const entry = (patient: string) => ({
        resource: goal(patient),
        request: { method: 'POST', url: 'Goal' },
      });
      const { body } = await ehr
        .post('/fhir')
        .send({ resourceType: 'Bundle', type: 'transaction', entry: [entry('p1'), entry('nobody')] })
        .expect(200);
      const ids = (body.entry as { response: { location: string } }[]).map(
        one => /Goal\/([^/]+)/.exec(one.response.location)![1]!,
      );
      expect(body.entry).toHaveLength(2);
      expect(await provenances(program, `Goal/${ids[0]}`)).toHaveLength(1);
      expect(await provenances(program, `Goal/${ids[1]}`)).toHaveLength(0);
      expect(await provenances(ehr, `Goal/${ids[1]}`)).toHaveLength(0);
      const { body: own } = await program.post('/fhir/Goal').send(goal('p1')).expect(201);
      expect(await provenances(program, `Goal/${own.id}`)).toHaveLength(0);
    });

    test('a scope without Provenance is no obstacle to it', async () => {
      const narrow = await server.as('ehr', 'system/Goal.c');
      const { body: made } = await narrow.post('/fhir/Goal').send(goal('p1')).expect(201);
      expect(await provenances(program, `Goal/${made.id}`)).toHaveLength(1);
    });
  });
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Caller, consentFor, startServer, type TestServer } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

let server: TestServer;
let program: Caller;
let ehr: Caller;

onEveryStore(store => {
  beforeAll(async () => {
    server = await startServer({ store });
    program = await server.as('program');
    ehr = await server.as('ehr');
  });
  afterAll(() => server.close());

  const patient = (more: object = {}) => ({ resourceType: 'Patient', name: [{ family: 'Fisher' }], ...more });
  const observation = (subject: string, more: object = {}) => ({
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'weight' },
    subject: { reference: subject },
    ...more,
  });
  const goal = (subject: string) => ({
    resourceType: 'Goal',
    lifecycleStatus: 'active',
    description: { text: 'sleep' },
    subject: { reference: subject },
  });
  async function created(caller: Caller, resource: { resourceType: string }): Promise<{ id: string }> {
    const reply = await caller.post(`/fhir/${resource.resourceType}`).send(resource).expect(201);
    return reply.body;
  }
  const NOT_FOUND = {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: 'not-found', diagnostics: 'No such resource.' }],
  };

  describe('create', () => {
    test('stores, numbers and answers with what was stored', async () => {
      const reply = await program
        .post('/fhir/Patient')
        .send(patient({ id: 'mine' }))
        .expect(201);
      const { id } = reply.body;
      const { security: _labels, ...meta } = reply.body.meta;
      expect(id).not.toBe('mine');
      expect(meta).toEqual({ versionId: '1', lastUpdated: expect.stringMatching(/\.\d{6}Z$/) });
      expect(reply.headers).toMatchObject({
        etag: 'W/"1"',
        location: `${server.base}/Patient/${id}/_history/1`,
        'content-type': 'application/fhir+json; charset=utf-8',
      });
      const read = await program.get(`/fhir/Patient/${id}`).expect(200);
      expect(read.text).toBe(reply.text);
      expect(read.headers['last-modified']).toBe(reply.headers['last-modified']);
    });

    test.each([
      ['minimal', undefined],
      ['representation', 'Patient'],
      ['OperationOutcome', 'OperationOutcome'],
    ])('Prefer: return=%s', async (prefer, type) => {
      const reply = await program
        .post('/fhir/Patient')
        .set('Prefer', `return=${prefer}`)
        .send(patient())
        .expect(201);
      expect(reply.text === '' ? undefined : reply.body.resourceType).toBe(type);
      expect(reply.headers.location).toBeDefined();
    });

    test('a body of another type than the URL is refused', async () => {
      const reply = await program.post('/fhir/Observation').send(patient()).expect(400);
      expect(reply.body.issue).toMatchObject([{ code: 'structure', expression: ['resourceType'] }]);
    });

    test('every structural issue is told at once', async () => {
      const reply = await program
        .post('/fhir/Patient')
        .send(patient({ nam: 1, birthDate: '2026-02-30' }))
        .expect(400);
      expect(reply.body.issue.length).toBe(2);
    });

    test('broken JSON is told with line and column', async () => {
      const reply = await program
        .post('/fhir/Patient')
        .type('application/fhir+json')
        .send('{"resourceType":\n "Patient",}')
        .expect(400);
      expect(reply.body.issue[0].diagnostics).toContain('line 2, column 12');
    });

    test('numbers keep their digits', async () => {
      const text = JSON.stringify(observation('Patient/x', { valueQuantity: { value: 8 } })).replace(
        ':8}',
        ':8.00}',
      );
      const reply = await program.post('/fhir/Observation').type('json').send(text).expect(201);
      const read = await program.get(`/fhir/Observation/${reply.body.id}`);
      expect(read.text).toContain('"value":8.00}');
    });

    test('If-None-Exist answers with the one match, and creates where there is none', async () => {
      const resource = patient({ identifier: [{ system: 'http://mrn', value: 'cond-1' }] });
      const send = () =>
        program.post('/fhir/Patient').set('If-None-Exist', 'identifier=http://mrn|cond-1').send(resource);
      const first = await send().expect(201);
      const second = await send().expect(200);
      expect(second.body.id).toBe(first.body.id);
      await created(program, resource);
      const third = await send().expect(412);
      expect(third.body.issue[0].code).toBe('multiple-matches');
    });

    test.each([
      ['', 'no criteria'],
      ['_count=1', 'no criterion'],
      ['unknown=1', 'an unknown parameter'],
    ])('If-None-Exist %j is refused: %s', async criteria => {
      await program.post('/fhir/Patient').set('If-None-Exist', criteria).send(patient()).expect(400);
    });
  });

  describe('read', () => {
    test('If-None-Match with the current version is answered 304 without a body', async () => {
      const { id } = await created(program, patient());
      const reply = await program.get(`/fhir/Patient/${id}`).set('If-None-Match', 'W/"1"').expect(304);
      expect(reply.text).toBe('');
      expect(reply.headers.etag).toBe('W/"1"');
      await program.get(`/fhir/Patient/${id}`).set('If-None-Match', 'W/"2"').expect(200);
    });

    test('HEAD has the headers of GET and no body', async () => {
      const { id } = await created(program, patient());
      const get = await program.get(`/fhir/Patient/${id}`);
      const head = await program.head(`/fhir/Patient/${id}`).expect(200);
      expect(head.text).toBeUndefined();
      for (const name of ['etag', 'content-length', 'last-modified'])
        expect(head.headers[name]).toBe(get.headers[name]);
    });

    test('_elements cuts and says so', async () => {
      const { id } = await created(program, patient({ gender: 'female' }));
      const reply = await program.get(`/fhir/Patient/${id}?_elements=gender`).expect(200);
      expect(reply.body).toEqual({
        resourceType: 'Patient',
        id,
        meta: expect.objectContaining({ tag: [expect.objectContaining({ code: 'SUBSETTED' })] }),
        gender: 'female',
      });
    });

    test.each([
      '/fhir/Patient/nobody',
      '/fhir/Patient/not_an_id',
      '/fhir/Nothing/1',
      '/fhir/Patient/nobody/_history/1',
    ])('%s is not found', async path => {
      const reply = await program.get(path).expect(404);
      expect(reply.body).toEqual(NOT_FOUND);
    });
  });

  describe('update', () => {
    test('makes a new version; the old one stays readable', async () => {
      const { id } = await created(program, patient());
      const reply = await program
        .put(`/fhir/Patient/${id}`)
        .send(patient({ id, active: true }))
        .expect(200);
      expect(reply.headers.etag).toBe('W/"2"');
      expect(reply.body).toMatchObject({ active: true, meta: { versionId: '2' } });
      const old = await program.get(`/fhir/Patient/${id}/_history/1`).expect(200);
      expect(old.body.active).toBeUndefined();
      expect(old.headers.etag).toBe('W/"1"');
    });

    test('If-Match holds off a lost update', async () => {
      const { id } = await created(program, patient());
      const send = (tag: string) =>
        program.put(`/fhir/Patient/${id}`).set('If-Match', tag).send(patient({ id }));
      await send('W/"1"').expect(200);
      await send('W/"1"').expect(412);
      await send('2').expect(200);
      await send('nonsense').expect(400);
    });

    test.each([
      ['another id', { id: 'other' }],
      ['no id', {}],
    ])('a body with %s is refused', async (_what, more) => {
      const { id } = await created(program, patient());
      await program.put(`/fhir/Patient/${id}`).send(patient(more)).expect(400);
    });

    test('creates in the own id space, and nowhere else', async () => {
      const reply = await ehr
        .put('/fhir/Patient/ehr-1')
        .send(patient({ id: 'ehr-1' }))
        .expect(201);
      expect(reply.headers.location).toBe(`${server.base}/Patient/ehr-1/_history/1`);
      const refused = await ehr
        .put('/fhir/Patient/p-1')
        .send(patient({ id: 'p-1' }))
        .expect(404);
      expect(refused.body).toEqual(NOT_FOUND);
    });

    test('conditional: updates the one match, creates where there is none, refuses several', async () => {
      const resource = patient({ identifier: [{ value: 'cond-2' }] });
      const send = (more: object = {}) =>
        program.put('/fhir/Patient?identifier=cond-2').send({ ...resource, ...more });
      const first = await send().expect(201);
      const second = await send({ active: true }).expect(200);
      expect(second.body).toMatchObject({ id: first.body.id, active: true, meta: { versionId: '2' } });
      await send({ id: 'another' }).expect(400);
      await created(program, resource);
      await send().expect(412);
    });
  });

  describe('delete', () => {
    test('leaves a tombstone: 204, then 410, and the versions before stay', async () => {
      const { id } = await created(program, patient());
      await program.delete(`/fhir/Patient/${id}`).expect(204);
      const reply = await program.get(`/fhir/Patient/${id}`).expect(410);
      expect(reply.body.issue[0].code).toBe('deleted');
      await program.get(`/fhir/Patient/${id}/_history/1`).expect(200);
      await program.get(`/fhir/Patient/${id}/_history/2`).expect(410);
      await program.delete(`/fhir/Patient/${id}`).expect(204);
    });

    test('a deleted resource can be written again', async () => {
      const { id } = await created(program, patient());
      await program.delete(`/fhir/Patient/${id}`).expect(204);
      const reply = await program.put(`/fhir/Patient/${id}`).send(patient({ id }));
      expect(reply.body.meta.versionId).toBe('3');
      await program.get(`/fhir/Patient/${id}`).expect(200);
    });

    test('If-Match holds off a delete', async () => {
      const { id } = await created(program, patient());
      await program.delete(`/fhir/Patient/${id}`).set('If-Match', 'W/"7"').expect(412);
      await program.delete(`/fhir/Patient/${id}`).set('If-Match', 'W/"1"').expect(204);
    });
  });

  describe('what a caller may not see', () => {
    test('is answered as what does not exist, byte for byte', async () => {
      const { id } = await created(program, patient());
      const answers = async (name: string) =>
        Promise.all([
          ehr.get(`/fhir/Patient/${name}`),
          ehr.get(`/fhir/Patient/${name}/_history/1`),
          ehr.get(`/fhir/Patient/${name}/_history`),
          ehr.put(`/fhir/Patient/${name}`).send(patient({ id: name })),
          ehr.delete(`/fhir/Patient/${name}`),
        ]);
      const [hidden, unknown] = [await answers(id), await answers('00000000-0000-4000-8000-000000000000')];
      for (const [i, reply] of hidden.entries()) {
        expect(reply.status).toBe(404);
        expect(reply.text).toBe(unknown[i]!.text);
      }
    });

    test('shows with a Consent and is hidden again without it', async () => {
      const { id } = await created(program, patient());
      const weight = await created(program, observation(`Patient/${id}`));
      const consent = await created(program, consentFor(id, 'ehr'));
      await ehr.get(`/fhir/Observation/${weight.id}`).expect(200);
      const found = async () => {
        const { body } = await ehr.get(`/fhir/Observation?subject=Patient/${id}`).expect(200);
        const entries = (body.entry ?? []) as { search: { mode: string } }[];
        return entries.filter(entry => entry.search.mode === 'match').length;
      };
      expect(await found()).toBe(1);
      await program.delete(`/fhir/Consent/${consent.id}`).expect(204);
      await ehr.get(`/fhir/Observation/${weight.id}`).expect(404);
      expect(await found()).toBe(0);
    });

    test('a scope that lacks the type or the interaction is refused as such', async () => {
      const narrow = await server.as('program', 'system/Patient.rs');
      await narrow.get('/fhir/Patient').expect(200);
      await narrow.get('/fhir/Observation').expect(403);
      await narrow.post('/fhir/Patient').send(patient()).expect(403);
      await narrow.delete('/fhir/Patient/x').expect(403);
      const conditional = await server.as('program', 'system/Patient.c');
      await conditional.post('/fhir/Patient').send(patient()).expect(201);
      await conditional.post('/fhir/Patient').set('If-None-Exist', 'name=x').send(patient()).expect(403);
    });
  });

  describe('what another Organization writes', () => {
    test('says where it came from in the record of another, whatever it says itself; of its own it may say anything', async () => {
      const { id } = await created(program, patient());
      await created(program, consentFor(id, 'ehr'));
      const claimed = { meta: { source: 'http://liar' } };
      const joined = await ehr
        .post('/fhir/Goal')
        .send({ ...goal(`Patient/${id}`), ...claimed })
        .expect(201);
      expect(joined.body.meta.source).toBe('Organization/ehr');
      const mine = await program
        .post('/fhir/Goal')
        .send({ ...goal(`Patient/${id}`), meta: { source: 'http://lab' } })
        .expect(201);
      const taken = await ehr
        .put(`/fhir/Goal/${mine.body.id}`)
        .send({ ...goal(`Patient/${id}`), ...claimed, id: mine.body.id })
        .expect(200);
      expect(taken.body.meta.source).toBe('http://lab');
      const own = await ehr.post('/fhir/Patient').send(patient(claimed)).expect(201);
      expect(own.body.meta.source).toBe('http://liar');
    });

    test('joins the record of a person that it may see', async () => {
      const { id } = await created(program, patient());
      await created(program, consentFor(id, 'ehr'));
      const joined = await created(ehr, observation(`Patient/${id}`));
      await program.get(`/fhir/Observation/${joined.id}`).expect(200);
    });
  });

  describe('rules of a program', () => {
    test('one person in a clinical resource', async () => {
      const performer = [{ reference: 'Patient/b' }];
      const reply = await program
        .post('/fhir/Observation')
        .send(observation('Patient/a', { performer }))
        .expect(422);
      expect(reply.body.issue).toMatchObject([{ code: 'business-rule', expression: ['Observation'] }]);
      await ehr.post('/fhir/Observation').send(observation('Patient/a', { performer })).expect(201);
    });

    test("one person too in what another Organization writes into a program's record", async () => {
      const a = await created(program, patient());
      await created(program, consentFor(a.id, 'ehr'));
      const performer = [{ reference: 'Patient/b' }];
      await ehr
        .post('/fhir/Observation')
        .send(observation(`Patient/${a.id}`, { performer }))
        .expect(422);
    });

    test('nobody stays overnight', async () => {
      const encounter = {
        resourceType: 'Encounter',
        status: 'finished',
        class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
        subject: { reference: 'Patient/a' },
      };
      const reply = await program.post('/fhir/Encounter').send(encounter).expect(422);
      expect(reply.body.issue).toMatchObject([{ expression: ['Encounter.class'] }]);
      await ehr.post('/fhir/Encounter').send(encounter).expect(201);
    });
  });
});

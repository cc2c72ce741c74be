import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/fhir/types.ts';
import { doorRoutes } from '../../src/interactions/door.ts';
import { CONCEPTS } from '../../src/iop/concepts.ts';
import { auditRows, markAudit } from '../support/audit.ts';
import { attendance, type Clinic, client, eveningTrack, session, startClinic } from '../support/clinic.ts';
import type { Caller, CallerName } from '../support/server.ts';
import { consentFor } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

let clinic: Clinic;
onEveryStore(store => {
  beforeAll(async () => {
    clinic = await startClinic(store);
  });
  afterAll(() => clinic.server.close());

  const as = (name: CallerName): Promise<Caller> => clinic.server.as(name);
  const post = (body: string, type = 'application/json', by = clinic.program) =>
    by.post('/iop/records').set('Content-Type', type).send(body);

  describe('POST /iop/records', () => {
    test('takes one record', async () => {
      const answer = await post(JSON.stringify(client('one')));
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(answer.body).toEqual({
        summary: { written: 1, unchanged: 0, conflicting: 0, bad: 0, resources: 1 },
        records: [{ index: 0, kind: 'client', id: 'one', outcome: 'written', resources: 1 }],
      });
    });

    test('takes a list, and answers for each', async () => {
      const answer = await post(JSON.stringify([client('two'), session('nobody'), 7]));
      expect(answer.status).toBe(200);
      expect(answer.body.summary).toMatchObject({ written: 1, bad: 2 });
      expect(answer.body.records.map((one: JsonObject) => [one.index, one.outcome])).toEqual([
        [0, 'written'],
        [1, 'bad'],
        [2, 'bad'],
      ]);
    });

    test.each(['application/x-ndjson', 'application/ndjson', 'application/x-ndjson; charset=utf-8'])(
      'takes lines as %s, and names them',
      async type => {
        const answer = await post(`${JSON.stringify(client('three'))}\n\n{"half\n`, type);
        expect(answer.status).toBe(200);
        expect(answer.body.records).toMatchObject([
          { line: 1, id: 'three' },
          { line: 3, outcome: 'bad' },
        ]);
      },
    );

    test('shows both sides of a conflict', async () => {
      await clinic.take([client('four'), session('four')]);
      await clinic.edit(await clinic.appointmentOf('four'), { end: '2026-08-03T20:00:00-05:00' });
      const later = session('four', { end: '2026-08-03T19:30:00-05:00' });
      const answer = await post(JSON.stringify(later));
      expect(answer.status).toBe(200);
      expect(answer.body.summary).toMatchObject({ conflicting: 1, resources: 0 });
      expect(answer.body.records[0].conflicts).toEqual([
        { path: 'end', record: '2026-08-03T19:30:00-05:00', fhir: '2026-08-03T20:00:00-05:00' },
      ]);
    });

    test.each([
      ['broken JSON', '{"kind":', 'application/json', 400],
      ['JSON that is no record', '"hello"', 'application/json', 400],
      ['another media type', '<record/>', 'application/xml', 415],
      ['FHIR', '{"resourceType":"Patient"}', 'application/fhir+json', 415],
    ])('refuses %s as a whole', async (_, body, type, status) => {
      const answer = await post(body, type);
      expect(answer.status).toBe(status);
      expect(answer.body.resourceType).toBe('OperationOutcome');
    });

    test.each(['ehr', 'payer', 'auditor'] as const)('is closed to %s', async name => {
      const answer = await post(JSON.stringify(client('five')), 'application/json', await as(name));
      expect(answer.status).toBe(403);
      expect(await clinic.made('client', 'five')).toBe('');
    });

    test('leaves a row also where nothing came of it', async () => {
      const { store } = clinic.server.app.context;
      const before = await markAudit(store);
      await post('7');
      await post('[7]');
      await post(JSON.stringify(client('five')), 'application/json', await as('ehr'));
      const rows = await auditRows(store, before);
      expect(rows.map(row => [row.action, row.organization, row.outcome])).toEqual([
        ['import', 'program', 'invalid-structure'],
        ['import', 'program', 'ok'],
        ['import', 'ehr', 'forbidden'],
      ]);
    });

    test('keeps the keys of two programs apart', async () => {
      const theirs = { ...client('six'), program: 'neighbour' };
      const answer = await post(JSON.stringify(theirs), 'application/json', await as('neighbour'));
      expect(answer.body.summary).toMatchObject({ written: 1 });
      expect(await clinic.made('client', 'six')).toBe('');
      const ours = await post(JSON.stringify(session('six')));
      expect(ours.body.records[0].issues[0].message).toBe(
        'refers to client six, which is not known: import it first',
      );
    });
  });

  describe('GET /iop/clients/{id}', () => {
    const idOf = async (of: string): Promise<string> => (await clinic.made('client', of)).split('/')[1] ?? '';
    const week = { start: '2026-08-10T18:00:00-05:00', end: '2026-08-10T19:30:00-05:00' };
    const missed = { start: '2026-08-12T18:00:00-05:00', end: '2026-08-12T19:00:00-05:00' };

    beforeAll(async () => {
      await clinic.take([
        ...eveningTrack,
        client('seven'),
        client('eight'),
        session('seven', { track: 'evening', clients: [{ client: 'seven' }, { client: 'eight' }] }),
        session('seven', { id: 's2', ...week }),
        session('seven', { id: 's3', ...missed }),
        attendance('seven'),
        attendance('seven', { id: 'a2', session: 's2', ...week, minutes: 75 }),
        attendance('seven', { id: 'a3', session: 's3', ...missed, status: 'no-show' }),
        {
          kind: 'goal',
          id: 'g1',
          program: 'program',
          client: 'seven',
          description: 'Sleep through the night',
          status: 'active',
        },
      ]);
    });

    test('shows the client in the words of the program', async () => {
      const answer = await clinic.program.get(`/iop/clients/${await idOf('seven')}`);
      expect(answer.status).toBe(200);
      const { kind: _k, program: _p, ...said } = client('seven');
      expect(answer.body.client).toEqual({ ...said, resource: await clinic.made('client', 'seven') });
      expect(answer.body.goals).toEqual([
        {
          id: 'g1',
          client: 'seven',
          description: 'Sleep through the night',
          status: 'active',
          resource: await clinic.made('goal', 'g1'),
        },
      ]);
    });

    test('shows the schedule in order, and nobody else on it', async () => {
      const answer = await clinic.program.get(`/iop/clients/${await idOf('seven')}`);
      expect(answer.body.schedule).toMatchObject([
        { id: 's-seven', start: session('seven').start, status: 'fulfilled' },
        { id: 's2', start: week.start, status: 'fulfilled' },
        { id: 's3', start: missed.start, status: 'noshow' },
      ]);
      expect(answer.text).not.toContain('eight');
      expect(answer.text).not.toContain(await idOf('eight'));
    });

    test('adds up attendance by ISO week', async () => {
      const answer = await clinic.program.get(`/iop/clients/${await idOf('seven')}`);
      expect(answer.body.attendance).toMatchObject([
        {
          week: '2026-W32',
          attended: 1,
          absent: 0,
          minutes: 60,
          sessions: [{ id: 'a-seven', status: 'present' }],
        },
        {
          week: '2026-W33',
          attended: 1,
          absent: 1,
          minutes: 75,
          sessions: [{ id: 'a2' }, { id: 'a3', minutes: 0 }],
        },
      ]);
    });

    test('shows what an EHR wrote into the record, beside the rest', async () => {
      const id = await idOf('seven');
      const ehr = await as('ehr');
      await clinic.program
        .post('/fhir/Consent')
        .set('Content-Type', 'application/fhir+json')
        .send(JSON.stringify(consentFor(id, 'ehr')))
        .expect(201);
      await ehr
        .post('/fhir/Goal')
        .set('Content-Type', 'application/fhir+json')
        .send(
          JSON.stringify({
            resourceType: 'Goal',
            lifecycleStatus: 'active',
            description: { text: 'Walk every day' },
            subject: { reference: `Patient/${id}` },
          }),
        )
        .expect(201);
      const answer = await clinic.program.get(`/iop/clients/${id}`);
      const found = answer.body.goals.find((goal: JsonObject) => goal.description === 'Walk every day');
      expect(found).toMatchObject({
        client: 'seven',
        status: 'active',
        resource: expect.stringMatching(/^Goal\//),
      });
      expect(found.id).toBeUndefined();
    });

    test('takes no visit elsewhere for an attendance', async () => {
      const id = await idOf('seven');
      const ehr = await as('ehr');
      const visit = {
        resourceType: 'Encounter',
        status: 'finished',
        class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'EMER' },
        subject: { reference: `Patient/${id}` },
        period: { start: '2026-08-11T18:00:00-05:00', end: '2026-08-11T23:00:00-05:00' },
      };
      const made = await ehr
        .post('/fhir/Encounter')
        .set('Content-Type', 'application/fhir+json')
        .send(JSON.stringify(visit))
        .expect(201);
      const own = await clinic.program.get(`/fhir/Encounter/${made.body.id}`);
      expect(own.status).toBe(200);
      const answer = await clinic.program.get(`/iop/clients/${id}`);
      expect(answer.body.attendance[1]).toMatchObject({ week: '2026-W33', attended: 1, minutes: 75 });
    });

    test('is one answer for a client that is unknown, another program’s, or no id at all', async () => {
      const theirs = { ...client('nine'), program: 'neighbour' };
      await post(JSON.stringify(theirs), 'application/json', await as('neighbour'));
      const hidden = (await clinic.server.app.registry.claims(['neighbour|client|nine|'])).values().next()
        .value!;
      const own = await (await as('neighbour')).get(`/iop/clients/${hidden.split('/')[1]}`);
      expect(own.status).toBe(200);
      const answers = await Promise.all(
        [hidden.split('/')[1]!, 'unknown', 'c%20c', 'seven'].map(id =>
          clinic.program.get(`/iop/clients/${id}`),
        ),
      );
      expect(answers.map(one => one.status)).toEqual([404, 404, 404, 404]);
      expect(new Set(answers.map(one => one.text)).size).toBe(1);
    });

    test('is not for another program, even by consent', async () => {
      const id = await idOf('eight');
      await clinic.program
        .post('/fhir/Consent')
        .set('Content-Type', 'application/fhir+json')
        .send(JSON.stringify(consentFor(id, 'neighbour')))
        .expect(201);
      const neighbour = await as('neighbour');
      expect((await neighbour.get(`/fhir/Patient/${id}`)).status).toBe(200);
      expect((await neighbour.get(`/iop/clients/${id}`)).status).toBe(404);
    });

    test.each(['ehr', 'payer', 'auditor'] as const)('is closed to %s, known client or not', async name => {
      const caller = await as(name);
      const [known, unknown] = [await idOf('seven'), 'unknown'].map(id => caller.get(`/iop/clients/${id}`));
      const answers = [await known!, await unknown!];
      expect(answers.map(one => one.status)).toEqual([403, 403]);
      expect(answers[0]?.text).toBe(answers[1]?.text);
    });

    test('needs the scope of what it shows', async () => {
      const narrow = await clinic.server.as('program', 'system/Patient.rs');
      expect((await narrow.get(`/iop/clients/${await idOf('seven')}`)).status).toBe(403);
    });

    test('leaves a row that names the client and what was shown', async () => {
      const { store } = clinic.server.app.context;
      const before = await markAudit(store);
      const id = await idOf('seven');
      await clinic.program.get(`/iop/clients/${id}`).expect(200);
      const [row, ...more] = await auditRows(store, before);
      expect(more).toEqual([]);
      expect(row).toMatchObject({
        action: 'client-view',
        outcome: 'ok',
        type: 'Patient',
        id,
        patients: [id],
      });
      expect(row?.versions).toEqual(expect.arrayContaining([`Patient/${id}/1`]));
    });
  });

  describe('GET /iop/schema', () => {
    test('lists every kind of record', async () => {
      const answer = await clinic.program.get('/iop/schema').expect(200);
      expect(answer.body.kinds.map((one: JsonObject) => one.kind)).toEqual(CONCEPTS.map(one => one.kind));
    });

    test('gives the schema of each, which the list links to', async () => {
      const list = await clinic.program.get('/iop/schema');
      for (const { kind, schema } of list.body.kinds) {
        const answer = await clinic.program.get(schema).expect(200);
        expect(answer.headers['content-type']).toBe('application/schema+json; charset=utf-8');
        expect(JSON.parse(answer.text).properties.kind.const).toBe(kind);
      }
    });

    test('is 404 for a kind that does not exist', async () => {
      await clinic.program.get('/iop/schema/pet').expect(404);
    });
  });

  describe('the door', () => {
    test.each(doorRoutes.map(({ method, path }) => [method, path] as const))(
      'is shut without a token: %s %s',
      async (method, path) => {
        const verb = method.toLowerCase() as 'get' | 'post';
        const answer = await clinic.server.stranger[verb](path.replace(/:\w+/, 'x'));
        expect(answer.status).toBe(401);
      },
    );
  });
});

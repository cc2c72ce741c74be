import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Caller, startServer, type TestServer } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

let server: TestServer;
let program: Caller;
let ehr: Caller;

onEveryStore(store => {
  beforeAll(async () => {
    server = await startServer({ store, environment: { MAX_ENTRIES: '20' } });
    program = await server.as('program');
    ehr = await server.as('ehr');
  });
  afterAll(() => server.close());

  const A = 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0';
  const patient = (more: object = {}) => ({ resourceType: 'Patient', active: true, ...more });
  const condition = (subject: string) => ({ resourceType: 'Condition', subject: { reference: subject } });
  type Type = 'batch' | 'transaction';
  const bundle = (type: Type, entry: unknown[]) => ({ resourceType: 'Bundle', type, entry });
  const post = (resource: { resourceType: string }, request: object = {}, more: object = {}) => ({
    resource,
    request: { method: 'POST', url: resource.resourceType, ...request },
    ...more,
  });
  const put = (resource: { resourceType: string; id?: string }, request: object = {}) => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}`, ...request },
  });
  const bare = (method: string, url: string, more: object = {}) => ({ request: { method, url, ...more } });
  const send = (type: Type, entry: unknown[], caller = program) =>
    caller.post('/fhir').send(bundle(type, entry));

  interface Answer {
    fullUrl?: string;
    resource?: { resourceType: string; id: string } & Record<string, unknown>;
    response: {
      status: string;
      location?: string;
      etag?: string;
      lastModified?: string;
      outcome?: { issue: object[] };
    };
  }
  const answersOf = (body: { entry?: Answer[] }): Answer[] => body.entry ?? [];
  const idOf = (answer: Answer | undefined): string => answer!.response.location!.split('/').at(-3)!;
  const countOf = async (query: string): Promise<number> =>
    (await program.get(`/fhir/${query}&_summary=count`).expect(200)).body.total;
  const mrn = (value: string) => ({ identifier: [{ system: 'http://mrn', value }] });

  describe('a transaction', () => {
    test('does all of it, and answers in the order of its entries', async () => {
      const old = (await program.post('/fhir/Patient').send(patient())).body.id;
      const reply = await send('transaction', [
        bare('GET', `Patient/${old}`),
        put(patient({ id: 'trans-1' })),
        post(condition(A)),
        post(patient(), {}, { fullUrl: A }),
        bare('GET', 'Patient?_id=trans-1'),
      ]).expect(200);
      expect(reply.body).toMatchObject({ resourceType: 'Bundle', type: 'transaction-response' });
      const answers = answersOf(reply.body);
      expect(answers.map(answer => answer.response.status)).toEqual([
        '200 OK',
        '201 Created',
        '201 Created',
        '201 Created',
        '200 OK',
      ]);
      expect(answers[0]!.resource).toMatchObject({ resourceType: 'Patient', id: old });
      expect(answers[1]!.response).toEqual({
        status: '201 Created',
        location: `${server.base}/Patient/trans-1/_history/1`,
        etag: 'W/"1"',
        lastModified: expect.stringMatching(/Z$/),
      });
      expect(answers[4]!.resource).toMatchObject({
        type: 'searchset',
        entry: [{ resource: { id: 'trans-1' } }],
      });
      const stored = await program.get(`/fhir/Condition/${idOf(answers[2])}`).expect(200);
      expect(stored.body.subject).toEqual({ reference: `Patient/${idOf(answers[3])}` });
    });

    test('sends the resources back where that is preferred', async () => {
      const reply = await send('transaction', [post(patient())])
        .set('Prefer', 'return=representation')
        .expect(200);
      expect(answersOf(reply.body)[0]!.resource).toMatchObject({ resourceType: 'Patient', active: true });
    });

    test('deletes first and reads last, whatever the order of its entries', async () => {
      const old = (await program.post('/fhir/Patient').send(patient(mrn('order-1')))).body.id;
      const reply = await send('transaction', [
        bare('GET', 'Patient?identifier=http://mrn|order-1'),
        post(patient(mrn('order-1'))),
        bare('DELETE', `Patient/${old}`),
      ]).expect(200);
      const [found, made, deleted] = answersOf(reply.body);
      expect(deleted!.response.status).toBe('204 No Content');
      expect(found!.resource!.entry).toEqual([
        expect.objectContaining({ resource: expect.objectContaining({ id: idOf(made) }) }),
      ]);
    });

    test('links to what If-None-Exist found, or made', async () => {
      const known = (await program.post('/fhir/Patient').send(patient(mrn('link-1')))).body.id;
      const entries = (value: string) => [
        post(condition(A)),
        post(patient(mrn(value)), { ifNoneExist: `identifier=http://mrn|${value}` }, { fullUrl: A }),
      ];
      for (const [value, status] of [
        ['link-1', '200 OK'],
        ['link-2', '201 Created'],
      ] as const) {
        const [made, person] = answersOf((await send('transaction', entries(value)).expect(200)).body);
        expect(person!.response.status).toBe(status);
        if (value === 'link-1') expect(idOf(person)).toBe(known);
        const { body } = await program.get(`/fhir/Condition/${idOf(made)}`);
        expect(body.subject.reference).toBe(`Patient/${idOf(person)}`);
      }
    });

    test('resolves a conditional reference to the one match', async () => {
      const known = (await program.post('/fhir/Patient').send(patient(mrn('ref-1')))).body.id;
      const [made] = answersOf(
        (await send('transaction', [post(condition('Patient?identifier=http://mrn|ref-1'))])).body,
      );
      const { body } = await program.get(`/fhir/Condition/${idOf(made)}`);
      expect(body.subject).toEqual({ reference: `Patient/${known}` });
      expect((await program.get(`/fhir/Condition?subject=Patient/${known}`)).body.total).toBe(1);
    });

    test('resolves a conditional reference to what the same transaction makes', async () => {
      const reply = await send('transaction', [
        post(condition('Patient?identifier=http://mrn|ref-2')),
        post(patient(mrn('ref-2'))),
      ]).expect(200);
      const [made, person] = answersOf(reply.body);
      const { body } = await program.get(`/fhir/Condition/${idOf(made)}`);
      expect(body.subject.reference).toBe(`Patient/${idOf(person)}`);
    });

    test.each([
      [
        'a conditional reference without a match',
        [post(condition('Patient?identifier=http://mrn|none'))],
        400,
      ],
      ['a reference that matches several', [post(condition('Patient?active=true'))], 412],
      ['a body that is not valid', [post({ resourceType: 'Patient', nam: 1 } as never)], 400],
      ['two writes of one resource', [put(patient({ id: 'all-2' })), bare('DELETE', 'Patient/all-2')], 400],
      ['a conditional reference with an unknown parameter', [post(condition('Patient?shoesize=1'))], 400],
      ['an If-None-Exist with an unknown parameter', [post(patient(), { ifNoneExist: 'shoesize=1' })], 400],
      ['an If-Match that names no version', [put(patient({ id: 'all-1' }), { ifMatch: 'latest' })], 400],
    ])('with %s writes nothing at all and names the entry', async (what, bad, status) => {
      const reply = await refused(what, bad, status);
      expect(reply.body.issue[0].expression[0]).toMatch(/^Bundle\.entry\[[12]\]/);
    });

    test.each([
      ['a stale If-Match', [put(patient({ id: 'all-1' }), { ifMatch: 'W/"9"' })], 412],
      ['a delete of what does not exist', [bare('DELETE', 'Patient/nobody')], 404],
      ['an If-None-Exist that matches several', [post(patient(), { ifNoneExist: 'active=true' })], 412],
    ])('with %s writes nothing at all', async (what, bad, status) => {
      await program.put('/fhir/Patient/all-1').send(patient({ id: 'all-1' }));
      await refused(what, bad, status);
    });

    async function refused(what: string, bad: unknown[], status: number) {
      const value = `nothing-${what.replaceAll(' ', '-')}`;
      const reply = await send('transaction', [post(patient(mrn(value))), ...bad]).expect(status);
      expect(reply.body.resourceType).toBe('OperationOutcome');
      expect(await countOf(`Patient?identifier=${encodeURIComponent(value)}`)).toBe(0);
      return reply;
    }

    test('tells the issues of all entries together', async () => {
      const reply = await send('transaction', [
        post({ resourceType: 'Patient', nam: 1 } as never),
        post(patient()),
        post({ resourceType: 'Observation' }),
      ]).expect(400);
      const places: string[] = reply.body.issue.map((issue: { expression: string[] }) => issue.expression[0]);
      expect(places.some(place => place.startsWith('Bundle.entry[0]'))).toBe(true);
      expect(places.some(place => place.startsWith('Bundle.entry[2]'))).toBe(true);
      expect(places.some(place => place.startsWith('Bundle.entry[1]'))).toBe(false);
    });

    test('holds the rules of a program for every entry', async () => {
      const inpatient = {
        resourceType: 'Encounter',
        status: 'finished',
        class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
      };
      const reply = await send('transaction', [post(patient()), post(inpatient)]).expect(422);
      expect(reply.body.issue[0].expression).toEqual(['Bundle.entry[1].resource.Encounter.class']);
    });

    test('of reads alone is answered, what is not there included', async () => {
      const gone = (await program.post('/fhir/Patient').send(patient())).body.id;
      await program.delete(`/fhir/Patient/${gone}`);
      const reply = await send('transaction', [
        bare('GET', 'Patient/nobody'),
        bare('GET', `Patient/${gone}`),
        bare('GET', `Patient/${gone}/_history/1`),
      ]).expect(200);
      const statuses = answersOf(reply.body).map(answer => answer.response.status);
      expect(statuses).toEqual(['404 Not Found', '410 Gone', '200 OK']);
    });

    test('that asks for too many matches at once is refused', async () => {
      const entry = Array(11).fill(bare('GET', 'Patient?_count=1000'));
      await send('transaction', entry).expect(413);
    });

    test('hands on the page links of its searches', async () => {
      const reply = await send('transaction', [bare('GET', 'Patient?_count=1&active=true')]).expect(200);
      const links = answersOf(reply.body)[0]!.resource!.link as { relation: string; url: string }[];
      const next = links.find(link => link.relation === 'next')!.url.replace(server.base, '/fhir');
      expect((await program.get(next).expect(200)).body.entry).toHaveLength(1);
    });

    test('without entries does nothing', async () => {
      const reply = await program
        .post('/fhir')
        .send({ resourceType: 'Bundle', type: 'transaction' })
        .expect(200);
      expect(reply.body.entry).toBeUndefined();
    });

    test('reaches nothing that its caller does not reach', async () => {
      const hidden = (await program.post('/fhir/Patient').send(patient(mrn('hidden-1')))).body.id;
      const reads = await send(
        'transaction',
        [bare('GET', `Patient/${hidden}`), bare('GET', 'Patient?_id=x')],
        ehr,
      );
      expect(answersOf(reads.body)[0]!.response.status).toBe('404 Not Found');
      await send('transaction', [bare('DELETE', `Patient/${hidden}`)], ehr).expect(404);
      await send('transaction', [post(condition('Patient?identifier=http://mrn|hidden-1'))], ehr).expect(400);
      const made = await send(
        'transaction',
        [post(patient(mrn('hidden-1')), { ifNoneExist: 'identifier=http://mrn|hidden-1' })],
        ehr,
      ).expect(200);
      expect(answersOf(made.body)[0]!.response.status).toBe('201 Created');
      const narrow = await server.as('program', 'system/Patient.cru');
      await send('transaction', [post(patient()), bare('DELETE', `Patient/${hidden}`)], narrow).expect(403);
      await program.get(`/fhir/Patient/${hidden}`).expect(200);
    });
  });

  describe('a batch', () => {
    test('does each entry by itself: a bad one fails alone', async () => {
      const reply = await send('batch', [
        post(patient()),
        post({ resourceType: 'Patient', nam: 1 } as never),
        bare('GET', 'Patient/nobody'),
        bare('GET', 'Patient?_count=1&active=true'),
        put(patient({ id: 'batch-1' }), { ifMatch: 'nonsense' }),
        bare('PATCH', 'Patient/1'),
        bare('GET', 'metadata'),
        post({ resourceType: 'Observation' }, { url: 'Patient' }),
      ]).expect(200);
      expect(reply.body.type).toBe('batch-response');
      const answers = answersOf(reply.body);
      expect(answers.map(answer => answer.response.status.slice(0, 3))).toEqual([
        '201',
        '400',
        '404',
        '200',
        '400',
        '400',
        '200',
        '400',
      ]);
      expect(answers[0]!.response).toMatchObject({ location: expect.any(String), etag: 'W/"1"' });
      expect(answers[0]!.resource).toBeUndefined();
      expect(answers[1]!.response.outcome!.issue).toHaveLength(1);
      expect(answers[3]!.resource).toMatchObject({ type: 'searchset' });
      await program.get(`/fhir/Patient/${idOf(answers[0])}`).expect(200);
    });

    test('keeps the digits of numbers', async () => {
      const observation = {
        resourceType: 'Observation',
        status: 'final',
        code: { text: 'x' },
        valueQuantity: { value: 7 },
      };
      const text = JSON.stringify(bundle('batch', [post(observation)])).replace('"value":7', '"value":7.10');
      const reply = await program.post('/fhir').type('json').send(text).expect(200);
      const read = await program.get(`/fhir/Observation/${idOf(answersOf(reply.body)[0])}`);
      expect(read.text).toContain('"value":7.10');
    });

    test('decides for each entry: what a scope does not hold fails alone', async () => {
      const narrow = await server.as('program', 'system/Patient.c');
      const reply = await send('batch', [post(patient()), bare('GET', 'Patient?_count=1')], narrow).expect(
        200,
      );
      expect(answersOf(reply.body).map(answer => answer.response.status)).toEqual([
        '201 Created',
        '403 Forbidden',
      ]);
    });

    test('may page on through its entries', async () => {
      const first = await program.get('/fhir/Patient?_count=1');
      const next = first.body.link.find((link: { relation: string }) => link.relation === 'next').url;
      const reply = await send('batch', [bare('GET', next)]).expect(200);
      expect(answersOf(reply.body)[0]!.resource).toMatchObject({ type: 'searchset' });
    });

    test('with an entry that says no request is refused as a whole', async () => {
      const reply = await send('batch', [{ resource: patient() }]).expect(400);
      expect(JSON.stringify(reply.body)).toContain('Bundle.entry[0]');
    });
  });

  describe('what is posted to the base', () => {
    test.each([
      ['another resource', patient(), 400],
      ['another kind of Bundle', { resourceType: 'Bundle', type: 'collection' }, 400],
      ['broken JSON', '{', 400],
      ['too many entries', bundle('batch', Array(21).fill(bare('GET', 'Patient/1'))), 413],
      [
        'too many entries of a transaction',
        bundle('transaction', Array(21).fill(bare('GET', 'Patient/1'))),
        413,
      ],
      ['entries that are no list', { resourceType: 'Bundle', type: 'batch', entry: {} }, 400],
      ['an entry that is no object', bundle('batch', [1]), 400],
      ['a null entry', bundle('batch', [null]), 400],
    ])('%s is refused', async (_what, body, status) => {
      const reply = await program.post('/fhir').type('json').send(body).expect(status);
      expect(reply.body.resourceType).toBe('OperationOutcome');
    });
  });
});

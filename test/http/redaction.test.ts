// A payer gets of a record what billing needs, an EHR that treats all of it, and nobody learns of the rest by asking.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Response } from 'supertest';
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import { bundle, consent, get, type Resource } from '../support/disclosing.ts';
import { type Caller, coverageFor, startServer, type TestServer } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

/** Stands wherever a payer is not to look. */
const SECRET = 'zwischen';
const told = `words of ${SECRET}`;
const unknown = [{ url: 'http://example.org/remark', valueString: told }];
const subject = { subject: { reference: 'Patient/p', display: told } };

const RECORDS: readonly Resource[] = [
  {
    resourceType: 'Patient',
    id: 'p',
    text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${told}</div>` },
    extension: unknown,
    identifier: [{ system: 'urn:member', value: 'M-1' }],
    name: [{ family: 'Invented' }],
    telecom: [{ system: 'phone', value: `555-${SECRET}` }],
    address: [{ city: SECRET }],
    contact: [{ name: { family: SECRET } }],
    birthDate: '1990-05-05',
  },
  consent('cp', 'p', 'payer', 'HPAYMT'),
  consent('ce', 'p', 'ehr'),
  consent('cn', 'p', 'neighbour'),
  { ...coverageFor('p', 'payer'), id: 'v' },
  {
    resourceType: 'Observation',
    id: 'o',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '44261-6', display: 'PHQ-9' }], text: told },
    valueQuantity: { value: 1, unit: '{score}' },
    note: [{ text: told }],
    ...subject,
  },
  {
    resourceType: 'Observation',
    id: 'o2',
    status: 'final',
    code: { text: told },
    valueString: told,
    ...subject,
  },
  {
    resourceType: 'Goal',
    id: 'g',
    lifecycleStatus: 'active',
    achievementStatus: { coding: [{ code: 'improving' }] },
    description: { text: told },
    target: [{ detailString: told, dueDate: '2026-10-01' }],
    ...subject,
  },
  {
    resourceType: 'Appointment',
    id: 'a',
    status: 'booked',
    description: told,
    comment: told,
    patientInstruction: told,
    participant: [{ actor: { reference: 'Patient/p', display: told }, status: 'accepted' }],
  },
  {
    resourceType: 'CarePlan',
    id: 'c',
    status: 'active',
    intent: 'plan',
    activity: [
      { detail: { status: 'in-progress', description: told, code: { coding: [{ code: 'group' }] } } },
    ],
    contained: [{ resourceType: 'Practitioner', id: 'k', name: [{ text: told }] }],
    author: { reference: '#k' },
    ...subject,
  },
  {
    resourceType: 'Slot',
    id: 's',
    status: 'free',
    schedule: { reference: 'Schedule/x' },
    start: '2026-09-03T18:00:00Z',
    end: '2026-09-03T21:00:00Z',
    comment: told,
  },
];

/** With a number as it is rarely written. */
const written = (record: Resource): string => JSON.stringify(record).replace('"value":1,', '"value":1.500,');

const TYPES = ['Patient', 'Observation', 'Goal', 'Appointment', 'CarePlan'];
const ASKED: readonly [string, (caller: Caller) => PromiseLike<Response>][] = [
  ...TYPES.flatMap(type => {
    const { id } = RECORDS.find(one => one.resourceType === type)!;
    return [
      [`a read of ${type}`, (caller: Caller) => caller.get(`/fhir/${type}/${id}`)],
      [`a version of ${type}`, (caller: Caller) => caller.get(`/fhir/${type}/${id}/_history/1`)],
      [`the history of ${type}`, (caller: Caller) => caller.get(`/fhir/${type}/${id}/_history`)],
      [`the history of all ${type}`, (caller: Caller) => caller.get(`/fhir/${type}/_history`)],
      [`a search for ${type}`, (caller: Caller) => caller.get(`/fhir/${type}`)],
    ] as [string, (caller: Caller) => PromiseLike<Response>][];
  }),
  ['the history of the server', caller => caller.get('/fhir/_history')],
  ['a search by POST', caller => caller.post('/fhir/Observation/_search').type('form').send('code=44261-6')],
  ['an include', caller => caller.get('/fhir/Observation?_id=o&_include=Observation:*')],
  [
    'a reverse include',
    caller => caller.get('/fhir/Patient?_revinclude=Goal:subject&_revinclude=Observation:*'),
  ],
  ['some elements', caller => caller.get('/fhir/Observation/o?_elements=note,code,valueQuantity')],
  ['a summary', caller => caller.get('/fhir/Goal?_summary=true')],
  ['the text alone', caller => caller.get('/fhir/Patient/p?_summary=text')],
  ['a batch', caller => caller.post('/fhir').send(bundle('batch', get('Goal/g'), get('Observation')))],
  [
    'a transaction',
    caller =>
      caller
        .post('/fhir')
        .send(bundle('transaction', get('Goal/g'), get('Observation'), get('Patient/p/_history/1'))),
  ],
  ['the form of a consent', caller => caller.get('/iop/consents/cp/form')],
];

onEveryStore(store => {
  let server: TestServer;
  let program: Caller;
  let payer: Caller;
  let ehr: Caller;
  let operations: Caller;
  beforeAll(async () => {
    server = await startServer({ store });
    program = await server.as('program');
    payer = await server.as('payer');
    ehr = await server.as('ehr');
    operations = await server.register({
      id: 'quality',
      organization: 'program',
      role: 'program',
      purposes: ['HOPERAT'],
    });
    for (const record of RECORDS)
      await program
        .put(`/fhir/${record.resourceType}/${record.id}`)
        .type('application/fhir+json')
        .send(written(record))
        .expect(201);
  });
  afterAll(() => server.close());

  describe('what a payer gets', () => {
    test.each(ASKED)('of %s has no word that it does not need', async (_name, ask) => {
      const answer = await ask(payer);
      expect(answer.status).toBe(200);
      expect(answer.text).not.toContain(SECRET);
      expect(answer.text).not.toContain('example.org/remark');
    });

    test('is what billing and utilization review ask for, marked as a part', async () => {
      const { body: patient } = await payer.get('/fhir/Patient/p');
      const { versionId: _v, lastUpdated: _l, security: _s, ...meta } = patient.meta;
      expect({ ...patient, meta }).toEqual({
        resourceType: 'Patient',
        id: 'p',
        meta: { tag: [SUBSETTED] },
        identifier: [{ system: 'urn:member', value: 'M-1' }],
        name: [{ family: 'Invented' }],
        birthDate: '1990-05-05',
      });
      const { body: goal } = await payer.get('/fhir/Goal/g');
      expect(goal).toMatchObject({
        lifecycleStatus: 'active',
        achievementStatus: { coding: [{ code: 'improving' }] },
        target: [{ dueDate: '2026-10-01' }],
        subject: { reference: 'Patient/p' },
      });
      const { text } = await payer.get('/fhir/Observation/o');
      expect(text).toContain('"value":1.500');
    });

    test('has as many rows as there are, and never fewer for what is dropped', async () => {
      for (const type of TYPES) {
        const [few, all] = await Promise.all(
          [payer, ehr].map(caller => caller.get(`/fhir/${type}?_total=accurate`)),
        );
        expect([type, few!.body.total]).toEqual([type, all!.body.total]);
      }
    });

    test('is marked once, whatever else is cut', async () => {
      for (const path of ['Goal/g', 'Goal/g?_elements=target', 'Appointment/a?_summary=true']) {
        const { body } = await payer.get(`/fhir/${path}`);
        expect([path, body.meta.tag]).toEqual([path, [SUBSETTED]]);
      }
    });
  });

  describe('who treats', () => {
    test.each(TYPES)('gets all of %s', async type => {
      const record = RECORDS.find(one => one.resourceType === type)!;
      const { body, text } = await ehr.get(`/fhir/${type}/${record.id}`);
      expect(text).toContain(SECRET);
      expect(body.meta.tag).toBeUndefined();
      expect(Object.keys(body).sort()).toEqual([...Object.keys(record), 'meta'].sort());
    });

    test('gets a free Slot without what the clinic wrote beside it, as everybody else outside', async () => {
      for (const caller of [ehr, payer, await server.as('neighbour')]) {
        const { text, body } = await caller.get('/fhir/Slot/s');
        expect(text).not.toContain(SECRET);
        expect(body.meta.tag).toEqual([SUBSETTED]);
      }
      expect((await program.get('/fhir/Slot/s')).body.comment).toBe(told);
    });
  });

  describe("a program's own", () => {
    test('is whole for whatever purpose, and its words may be asked for', async () => {
      const { body } = await operations.get(`/fhir/Patient?address-city=${SECRET}`);
      expect(body.entry).toHaveLength(1);
      expect(body.entry[0].resource.address).toEqual([{ city: SECRET }]);
    });

    test("is all that is found by what is dropped of others' records", async () => {
      const neighbour = await server.register({
        id: 'neighbours-quality',
        organization: 'neighbour',
        role: 'program',
        purposes: ['TREAT', 'HOPERAT'],
      });
      const find = async (query: string) =>
        (await neighbour.get(`/fhir/Patient?${query}&_total=accurate`)).body.total;
      expect(await find('_id=p')).toBe(1);
      expect(await find(`_id=p&address-city=${SECRET}`)).toBe(0);
      expect(await find('_id=p&address-city:missing=true')).toBe(0);
      expect((await neighbour.get('/fhir/Patient/p')).text).not.toContain(SECRET);
    });
  });

  /** Each is asked with what there is and with what there is not. */
  const REFUSED: readonly [string, string, (caller: Caller, word: string) => PromiseLike<Response>][] = [
    ['a criterion', 'Patient.phone', (caller, word) => caller.get(`/fhir/Patient?phone=555-${word}`)],
    [
      'a criterion by POST',
      'Patient.address',
      (caller, word) => caller.post('/fhir/Patient/_search').type('form').send({ address: word }),
    ],
    ['whether there is any', 'Patient.telecom', caller => caller.get('/fhir/Patient?telecom:missing=false')],
    ['what it is not', 'Patient.telecom', (caller, word) => caller.get(`/fhir/Patient?telecom:not=${word}`)],
    ['an order', 'Patient.address', caller => caller.get('/fhir/Patient?_sort=-address')],
    [
      'words of an Observation',
      'Observation.value-string',
      (caller, word) => caller.get(`/fhir/Observation?value-string=${word}`),
    ],
    [
      'an include',
      'QuestionnaireResponse.item-subject',
      caller => caller.get('/fhir/QuestionnaireResponse?_include=QuestionnaireResponse:item-subject'),
    ],
    [
      'an include that was among all before',
      'QuestionnaireResponse.item-subject',
      caller =>
        caller.get(
          '/fhir/QuestionnaireResponse?_include=QuestionnaireResponse:*&_include=QuestionnaireResponse:item-subject',
        ),
    ],
    [
      'a reverse include',
      'DiagnosticReport.assessed-condition',
      caller => caller.get('/fhir/Condition?_revinclude=DiagnosticReport:assessed-condition'),
    ],
    [
      'a count',
      'Patient.address',
      (caller, word) => caller.get(`/fhir/Patient?address=${word}&_summary=count`),
    ],
    [
      'If-None-Exist',
      'Patient.phone',
      (caller, word) =>
        caller
          .post('/fhir/Patient')
          .set('If-None-Exist', `phone=555-${word}`)
          .send({ resourceType: 'Patient' }),
    ],
    [
      'a conditional update',
      'Patient.phone',
      (caller, word) => caller.put(`/fhir/Patient?phone=555-${word}`).send({ resourceType: 'Patient' }),
    ],
    [
      'a transaction that creates',
      'Patient.phone',
      (caller, word) =>
        caller.post('/fhir').send(
          bundle('transaction', {
            resource: { resourceType: 'Patient' },
            request: { method: 'POST', url: 'Patient', ifNoneExist: `phone=555-${word}` },
          }),
        ),
    ],
    [
      'a transaction that updates',
      'Patient.phone',
      (caller, word) =>
        caller.post('/fhir').send(
          bundle('transaction', {
            resource: { resourceType: 'Patient' },
            request: { method: 'PUT', url: `Patient?phone=555-${word}` },
          }),
        ),
    ],
    [
      'a transaction that searches',
      'Patient.phone',
      (caller, word) => caller.post('/fhir').send(bundle('transaction', get(`Patient?phone=555-${word}`))),
    ],
    [
      'a conditional reference',
      'Patient.phone',
      (caller, word) =>
        caller.post('/fhir').send(
          bundle('transaction', {
            resource: {
              resourceType: 'Flag',
              status: 'active',
              code: { text: 'x' },
              subject: { reference: `Patient?phone=555-${word}` },
            },
            request: { method: 'POST', url: 'Flag' },
          }),
        ),
    ],
  ];

  describe('a payer that asks by what it does not get', () => {
    test.each(REFUSED)('is refused, whatever there is: %s', async (_what, named, ask) => {
      const answers = [];
      for (const word of [SECRET, 'nowhere']) {
        const { status, body, text } = await ask(payer, word);
        expect(status).toBe(403);
        expect(body.issue[0].code).toBe('forbidden');
        expect(body.issue[0].diagnostics ?? body.issue[0].details.text).toContain(named);
        expect(text).not.toContain(word);
        answers.push(text);
      }
      expect(answers[0]).toBe(answers[1]);
    });

    test('is refused in lenient and in strict handling alike', async () => {
      for (const handling of ['lenient', 'strict']) {
        const prefer = await payer.get('/fhir/Patient?address=x').set('Prefer', `handling=${handling}`);
        expect(prefer.status).toBe(403);
      }
    });

    test('is refused one entry of a batch, the others stand', async () => {
      const { body } = await payer
        .post('/fhir')
        .send(bundle('batch', get('Patient?phone=1'), get('Patient/p')));
      const statuses = body.entry.map((one: JsonObject) => (one.response as JsonObject).status);
      expect(statuses).toEqual(['403 Forbidden', '200 OK']);
    });

    test.each([
      'name=invented',
      'birthdate=1990-05-05',
      'identifier=urn:member|M-1',
      'gender:missing=true',
      '_tag:not=x',
    ])('finds by what it gets: %s', async query => {
      const { body } = await payer.get(`/fhir/Patient?${query}`);
      expect(body.entry.map((one: { resource: AnyResource }) => one.resource.id)).toContain('p');
    });

    test('is not refused where it asks for all includes that there are: those it may not follow are left out', async () => {
      await payer.get('/fhir/DiagnosticReport?_include=DiagnosticReport:*').expect(200);
    });
  });

  test.each(REFUSED)('who treats asks by all: %s', async (_what, _named, ask) => {
    expect((await ask(ehr, 'nowhere')).status).not.toBe(403);
  });

  describe('writing', () => {
    test('who gets but a part does not write the rest away: 403 for what it sees, 404 for all else', async () => {
      for (const type of ['Appointment', 'Goal', 'Observation']) {
        const { body } = await payer.get(
          `/fhir/${type}/${RECORDS.find(one => one.resourceType === type)!.id}`,
        );
        const answer = await payer.put(`/fhir/${type}/${body.id}`).send(body);
        expect([type, answer.status]).toEqual([type, 403]);
        await payer
          .put(`/fhir/${type}/elsewhere`)
          .send({ ...body, id: 'elsewhere' })
          .expect(404);
      }
      expect((await program.get('/fhir/Appointment/a')).body.comment).toBe(told);
      const { body } = await ehr.get('/fhir/Goal/g');
      await ehr.put('/fhir/Goal/g').send(body).expect(200);
    });

    test('what a payer wrote it gets back whole, until somebody else writes it', async () => {
      const { body: made } = await payer
        .post('/fhir/Communication')
        .send({
          resourceType: 'Communication',
          status: 'completed',
          payload: [{ contentString: 'asked' }],
          ...subject,
        })
        .expect(201);
      expect(made.payload).toEqual([{ contentString: 'asked' }]);
      const path = `/fhir/Communication/${made.id}`;
      const read = await payer.get(path);
      expect([read.body.payload, read.body.meta.tag]).toEqual([made.payload, undefined]);
      await payer.put(path).send(made).expect(200);
      await program
        .put(path)
        .send({ ...made, payload: [{ contentString: told }] })
        .expect(200);
      const after = await payer.get(path);
      expect([after.body.payload, after.body.meta.tag]).toEqual([undefined, [SUBSETTED]]);
      const { body: versions } = await payer.get(`${path}/_history`);
      const payloads = versions.entry.map((one: { resource: AnyResource }) => one.resource.payload);
      expect(payloads).toEqual([undefined, made.payload, made.payload]);
      await payer.put(path).send(made).expect(403);
    });
  });

  test('/metadata says so', async () => {
    const { body } = await server.stranger.get('/fhir/metadata');
    expect(body.rest[0].security.description).toMatch(/withheld/);
  });
});

const SUBSETTED = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'SUBSETTED',
};

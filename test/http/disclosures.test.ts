// $accounting-of-disclosures and $breach-impact: told from the audit trail, held against what was really asked.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/fhir/types.ts';
import { validateResource } from '../../src/validation/validate.ts';
import { plainOf } from '../support/parameters.ts';
import { type Caller, consentFor, startServer, type TestServer } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

const about = (id: string, patient: string) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'x' },
  subject: { reference: `Patient/${patient}` },
});
const EHR = {
  resourceType: 'Organization',
  id: 'ehr',
  name: '=Lakeside "Health", Inc.',
  address: [{ line: ['1 Shore Road'], city: 'Lakeside', state: 'OR', postalCode: '97449' }],
};
const DAY = 86_400_000;
const START = Date.UTC(2026, 8, 1, 12);
const ACCOUNTING = '/fhir/Patient/a/$accounting-of-disclosures';

onEveryStore(store => {
  let server: TestServer;
  let program: Caller;
  let neighbour: Caller;
  let ehr: Caller;
  let person: Caller;
  let auditor: Caller;
  /** ms since the epoch: four years before the rest, then day by day. */
  let now = START - 4 * 365 * DAY;
  beforeAll(async () => {
    server = await startServer({ store, surroundings: { clock: () => now } });
    [program, neighbour, ehr] = [
      await server.as('program'),
      await server.as('neighbour'),
      await server.as('ehr'),
    ];
    auditor = await server.register({ id: 'audit', organization: 'program', role: 'auditor' });
    person = await server.register({
      id: 'portal',
      organization: 'program',
      role: 'patient',
      patient: 'a',
      scope: 'patient/*.rs',
    });
    for (const id of ['a', 'b'])
      await program.put(`/fhir/Patient/${id}`).send({ resourceType: 'Patient', id }).expect(201);
    await ehr.put('/fhir/Organization/ehr-o').send({ ...EHR, id: 'ehr-o' });
    await program.put('/fhir/Organization/ehr').send(EHR).expect(201);
    for (const id of ['one', 'two'])
      await program.put(`/fhir/Observation/${id}`).send(about(id, 'a')).expect(201);
    await program
      .put('/fhir/Consent/c')
      .send({ ...consentFor('a', 'ehr'), dateTime: '2020-01-01', id: 'c' })
      .expect(201);
    await ehr.get('/fhir/Patient/a').expect(200);
    now = START;
    // Internal, refused, and of nobody: none of them is a disclosure.
    await program.get('/fhir/Patient/a').expect(200);
    await person.get('/fhir/Patient/a').expect(200);
    await neighbour.get('/fhir/Patient/a').expect(404);
    await ehr.get('/fhir/Patient/b').expect(404);
    await ehr.get('/fhir/Organization/ehr').expect(200);
    // What the EHR writes into the record tells it nothing.
    const goal = { resourceType: 'Goal', lifecycleStatus: 'active', description: { text: 'x' } };
    await ehr.post('/fhir/Goal').send({ ...goal, subject: { reference: 'Patient/a' } });
    // Disclosures: two on the first day, one of which twice; one a day later, within a transaction.
    await ehr.get('/fhir/Observation?subject=Patient/a').expect(200);
    now += 1000;
    await ehr.get('/fhir/Observation/one').expect(200);
    now += DAY;
    const entry = [
      { request: { method: 'GET', url: 'Patient/a' } },
      {
        resource: { ...goal, subject: { reference: 'Patient/a' } },
        request: { method: 'POST', url: 'Goal' },
      },
    ];
    await ehr.post('/fhir').send({ resourceType: 'Bundle', type: 'transaction', entry }).expect(200);
    now += DAY;
  });
  afterAll(() => server.close());

  const parametersOf = async (caller: Caller, path: string) => {
    const { body } = await caller.get(path).expect(200);
    expect(validateResource(body)).toEqual([]);
    return plainOf((body as JsonObject).parameter);
  };

  describe('$accounting-of-disclosures', () => {
    test('tells the program and the patient what went to whom, when and why, newest first', async () => {
      for (const caller of [program, person]) {
        const { disclosure, patient } = await parametersOf(caller, ACCOUNTING);
        expect(patient).toEqual(['Patient/a']);
        expect(disclosure).toEqual([
          {
            date: ['2026-09-02T12:00:01.000000Z'],
            recipient: ['Organization/ehr'],
            address: [JSON.stringify(EHR.address[0])],
            purpose: ['TREAT'],
            what: [{ type: ['Patient'], count: [1] }],
            requests: [1],
          },
          {
            date: ['2026-09-01T12:00:00.000000Z'],
            recipient: ['Organization/ehr'],
            address: [JSON.stringify(EHR.address[0])],
            purpose: ['TREAT'],
            what: [{ type: ['Observation'], count: [2] }],
            requests: [2],
          },
        ]);
      }
    });

    test('goes back three years, or as far as is asked', async () => {
      const all = await parametersOf(program, `${ACCOUNTING}?start=2020`);
      expect(all.disclosure).toHaveLength(3);
      const day = await parametersOf(program, `${ACCOUNTING}?start=2026-09-01&end=2026-09-01`);
      expect(day.disclosure).toHaveLength(1);
      expect((await parametersOf(program, `${ACCOUNTING}?end=2025`)).disclosure).toBeUndefined();
    });

    test('says the same to a POST of Parameters', async () => {
      const parameter = [
        { name: 'start', valueDate: '2026-09-01' },
        { name: 'end', valueDate: '2026-09-01' },
      ];
      const { body } = await program
        .post(ACCOUNTING)
        .send({ resourceType: 'Parameters', parameter })
        .expect(200);
      expect(plainOf(body.parameter).disclosure).toHaveLength(1);
      await program.post(ACCOUNTING).expect(200);
    });

    test.each(['?_format=text/csv', ''])('as CSV, in which nothing is a formula: %s', async query => {
      const { text, headers } = await program
        .get(`${ACCOUNTING}${query}`)
        .set('Accept', 'text/csv')
        .expect(200);
      expect(headers['content-type']).toBe('text/csv; charset=utf-8');
      const lines = text.split('\r\n');
      expect(lines[0]).toBe('from,to,recipient,recipient_id,address,what,purpose,requests');
      expect(lines[2]).toBe(
        `2026-09-01T12:00:00.000000Z,2026-09-01T12:00:01.000000Z,"'=Lakeside ""Health"", Inc.",ehr,` +
          '"1 Shore Road, Lakeside, OR, 97449",2 Observation,TREAT,2',
      );
      expect(lines.slice(3)).toEqual(['']);
    });

    test('tells of letters that were sent, with what they rest on, and of no draft', async () => {
      const coded = (system: string, code: string) => ({
        coding: [{ system: `https://iop-fhir.example/fhir/CodeSystem/${system}`, code }],
      });
      const letter = (more: object) => ({
        ...{ resourceType: 'Communication', status: 'completed', subject: { reference: 'Patient/a' } },
        category: [coded('contact-kind', 'letter')],
        topic: coded('letter-subject', 'accommodation'),
        recipient: [{ type: 'Organization', display: 'Invented College' }],
        basedOn: [{ reference: 'Consent/c' }],
        payload: [{ contentString: 'Is not to be examined after six.' }],
        ...more,
      });
      for (const body of [
        letter({ sent: '2026-09-01T23:00:00Z' }),
        letter({ sent: '2026-08-30T09:00:00Z', recipient: [{ reference: 'Organization/ehr' }] }),
        letter({ status: 'preparation', sent: '2026-09-01T23:00:00Z' }),
        letter({ sent: '2026-09-01T23:00:00Z', recipient: [{ reference: 'Patient/a' }] }),
        letter({ sent: '2026-09-01T23:00:00Z', recipient: [{ reference: 'Organization/program' }] }),
        letter({ category: [coded('contact-kind', 'enquiry')], sent: '2026-09-01T23:00:00Z' }),
      ])
        await program.post('/fhir/Communication').send(body).expect(201);
      for (const caller of [program, person]) {
        const { disclosure } = await parametersOf(caller, ACCOUNTING);
        expect((disclosure as { date: string[] }[]).map(one => one.date[0]!.slice(0, 16))).toEqual([
          ...['2026-09-02T12:00', '2026-09-01T23:00', '2026-09-01T12:00', '2026-08-30T09:00'],
        ]);
        expect(disclosure![1]).toEqual({
          date: ['2026-09-01T23:00:00.000000Z'],
          recipient: [expect.stringContaining('Invented College')],
          purpose: ['accommodation'],
          what: [{ type: ['DocumentReference'], count: [1] }],
          consent: ['Consent/c'],
        });
        expect(disclosure![3]).toMatchObject({
          recipient: ['Organization/ehr'],
          address: [JSON.stringify(EHR.address[0])],
        });
      }
      const { text } = await program.get(`${ACCOUNTING}?_format=csv&start=2026-09-01&end=2026-09-01`);
      expect(text.split('\r\n')[1]).toBe(
        '2026-09-01T23:00:00.000000Z,2026-09-01T23:00:00.000000Z,Invented College,,,1 DocumentReference,accommodation,',
      );
      const narrow = await server.as('program', 'system/Patient.rs system/AuditEvent.rs');
      await narrow.get(ACCOUNTING).expect(403);
    });

    test('is for nobody else', async () => {
      await ehr.get(ACCOUNTING).expect(403);
      await auditor.get(ACCOUNTING).expect(403);
      await neighbour.get(ACCOUNTING).expect(404);
      await person.get('/fhir/Patient/b/$accounting-of-disclosures').expect(404);
      await program.get('/fhir/Patient/nobody/$accounting-of-disclosures').expect(404);
      const blind = await server.as('program', 'system/Patient.rs');
      await blind.get(ACCOUNTING).expect(403);
      await program.get('/fhir/Goal/a/$accounting-of-disclosures').expect(404);
    });
  });

  describe('$breach-impact', () => {
    const whole = 'client=ehr-client&start=2026-09-01&discovered=2026-09-05';

    test('tells whom a client saw and wrote about, which resources, and when', async () => {
      for (const caller of [program, auditor]) {
        const { patients, patient, ...more } = await parametersOf(caller, `/fhir/$breach-impact?${whole}`);
        expect(patients).toEqual([1]);
        expect(more['notify-by']).toEqual(['2026-11-04']);
        const [a] = patient as [{ patient: string[]; resource: { reference: string[]; how: string[] }[] }];
        expect(a.patient).toEqual(['Patient/a']);
        const seen = a.resource.map(
          one => `${one.reference[0]!.replace(/Goal.*/, 'Goal')} ${one.how.join(' ')}`,
        );
        expect([...new Set(seen)].sort()).toEqual([
          'Goal written',
          'Observation/one read',
          'Observation/two read',
          'Patient/a read',
        ]);
      }
    });

    test('tells of a user what the user did, whatever the client', async () => {
      const staff = await server.register({
        id: 'staff',
        organization: 'program',
        role: 'program',
        practitioner: 'dr',
      });
      await staff.get('/fhir/Observation/two').expect(200);
      const found = await parametersOf(program, '/fhir/$breach-impact?user=Practitioner/dr');
      expect(found.patients).toEqual([1]);
      expect(
        (found.patient![0] as { resource: { reference: string[] }[] }).resource.map(one => one.reference[0]),
      ).toEqual(['Observation/two']);
      const none = await parametersOf(program, '/fhir/$breach-impact?user=Practitioner/dr&client=ehr-client');
      expect(none.patients).toEqual([0]);
    });

    test('as CSV', async () => {
      const { text } = await program.get(`/fhir/$breach-impact?${whole}&_format=csv`).expect(200);
      const lines = text.split('\r\n');
      expect(lines[0]).toBe('patient,resource,how,from,to');
      expect(lines).toContain(
        'a,Observation/one,read,2026-09-01T12:00:00.000000Z,2026-09-01T12:00:01.000000Z',
      );
    });

    test.each([
      ['', 400],
      ['client=ehr-client&client=payer-client', 400],
      ['client=ehr-client&user=dr', 400],
      ['client=ehr-client&start=soon', 400],
      ['client=ehr-client&start=2026&end=2025', 400],
      ['client=ehr-client&until=2026', 400],
    ])('?%s is %d, and says where', async (query, status) => {
      const { body } = await program.get(`/fhir/$breach-impact?${query}`).expect(status);
      expect(body.resourceType).toBe('OperationOutcome');
    });

    test('is for the program and its auditor, and each sees its own part', async () => {
      await ehr.get(`/fhir/$breach-impact?${whole}`).expect(403);
      await person.get(`/fhir/$breach-impact?${whole}`).expect(403);
      const other = await parametersOf(neighbour, `/fhir/$breach-impact?${whole}`);
      expect(other.patients).toEqual([0]);
    });
  });
});

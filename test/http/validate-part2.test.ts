// Consent/$validate-part2, and that a Consent which lacks something permits nothing until it has it.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { validateResource } from '../../src/validation/validate.ts';
import { type Caller, consentFor, startServer, type TestServer } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

const PATH = '/fhir/Consent/$validate-part2';

onEveryStore(store => {
  let server: TestServer;
  let program: Caller;
  let ehr: Caller;
  beforeAll(async () => {
    server = await startServer({ store });
    [program, ehr] = [await server.as('program'), await server.as('ehr')];
    await program.put('/fhir/Patient/a').send({ resourceType: 'Patient', id: 'a' }).expect(201);
  });
  afterAll(() => server.close());

  test('an unfinished consent is kept, says what is missing, and permits only when nothing is', async () => {
    const { dateTime, ...undated } = { ...consentFor('a', 'ehr'), id: 'c' };
    await program.put('/fhir/Consent/c').send(undated).expect(201);
    await ehr.get('/fhir/Patient/a').expect(404);
    const { body } = await program.get('/fhir/Consent/c/$validate-part2').expect(200);
    expect(validateResource(body)).toEqual([]);
    expect(body.issue).toEqual([
      {
        severity: 'error',
        code: 'required',
        details: { text: '42 CFR 2.31(a)(9)' },
        diagnostics: 'The date of the signature is missing.',
        expression: ['Consent.dateTime'],
      },
    ]);
    await program
      .put('/fhir/Consent/c')
      .send({ ...undated, dateTime })
      .expect(200);
    await ehr.get('/fhir/Patient/a').expect(200);
    const { body: whole } = await ehr.post('/fhir/Consent/c/$validate-part2').expect(200);
    expect(whole.issue).toMatchObject([{ severity: 'information' }]);
  });

  test('one that is sent is looked at and not kept', async () => {
    const sent = { ...consentFor('a', 'payer'), policyRule: undefined };
    const parameters = { resourceType: 'Parameters', parameter: [{ name: 'resource', resource: sent }] };
    for (const body of [sent, parameters]) {
      const { body: outcome } = await program.post(PATH).send(body).expect(200);
      expect(outcome.issue.map((one: { expression: string[] }) => one.expression)).toEqual([
        ['Consent.policyRule'],
      ]);
    }
    expect((await program.get('/fhir/Consent?_summary=count').expect(200)).body.total).toBe(1);
  });

  test.each<[string, object | undefined, number]>([
    ['nothing', undefined, 400],
    ['another resource', { resourceType: 'Goal' }, 400],
    ['Parameters without it', { resourceType: 'Parameters' }, 400],
    ['a Consent that is none', { resourceType: 'Consent', status: 7 }, 400],
  ])('%s is refused', async (_name, body, status) => {
    await program.post(PATH).send(body).expect(status);
  });

  test('a Consent that one may not see is not there', async () => {
    const { body } = await program
      .post('/fhir/Consent')
      .send(consentFor('a', 'payer', 'HPAYMT'))
      .expect(201);
    await ehr.get(`/fhir/Consent/${body.id}/$validate-part2`).expect(404);
    await ehr.get('/fhir/Consent/nobody/$validate-part2').expect(404);
    const blind = await server.as('program', 'system/Patient.rs');
    await blind.post(PATH).send(consentFor('a', 'ehr')).expect(403);
  });
});

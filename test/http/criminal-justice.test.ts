// Consents of a criminal justice referral (42 CFR 2.35): to officials by name, and where the program says so not to be
// revoked before their event, by whatever way.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { extensionUrl } from '../../src/fhir/canonical.ts';
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import { client } from '../support/clinic.ts';
import { type Caller, consentFor, startServer, type TestServer } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

const mark = (name: string): JsonObject => ({ url: extensionUrl(`part2-${name}`), valueBoolean: true });
const HAPPENED: JsonObject = { url: extensionUrl('part2-event-on'), valueDate: '2026-11-02' };
const REFUSED = expect.stringContaining('42 CFR 2.35(c)');

onEveryStore(store => {
  let server: TestServer;
  let program: Caller;
  let ehr: Caller;
  const referral = (id: string, ...more: JsonObject[]): JsonObject & { extension: JsonObject[] } => {
    const consent = consentFor('a', 'ehr');
    const extension = [...consent.extension, mark('criminal-justice'), ...more];
    return { ...consent, id, extension } as JsonObject & { extension: JsonObject[] };
  };
  const put = (consent: JsonObject) => program.put(`/fhir/Consent/${String(consent.id)}`).send(consent);
  const transact = (method: string, url: string, resource?: JsonObject) =>
    program.post('/fhir').send({
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [{ request: { method, url }, ...(resource === undefined ? {} : { resource }) }],
    });
  beforeAll(async () => {
    server = await startServer({ store });
    [program, ehr] = [await server.as('program'), await server.as('ehr')];
    await program.put('/fhir/Patient/a').send({ resourceType: 'Patient', id: 'a' }).expect(201);
  });
  afterAll(() => server.close());

  test('one that names a class beside the office says what it lacks, and permits nothing', async () => {
    const sound = referral('c');
    const { provision } = sound as unknown as { provision: JsonObject & { extension: JsonObject[] } };
    const group = { url: extensionUrl('part2-recipient-class'), valueCode: 'treating-providers' };
    await put({ ...sound, provision: { ...provision, extension: [...provision.extension, group] } }).expect(
      201,
    );
    const { body } = await program.get('/fhir/Consent/c/$validate-part2').expect(200);
    expect(body.issue.map((one: { details: JsonObject }) => one.details.text)).toEqual(['42 CFR 2.35(a)(1)']);
    await ehr.get('/fhir/Patient/a').expect(404);
    await put(sound).expect(200);
    await ehr.get('/fhir/Patient/a').expect(200);
    await put({ ...sound, status: 'inactive' }).expect(200);
    await ehr.get('/fhir/Patient/a').expect(404);
  });

  test('one that may not be revoked stands until its event has happened', async () => {
    const standing = referral('d', mark('irrevocable'));
    await put(standing).expect(201);
    const revoked = { ...standing, status: 'inactive' };
    const unmarked = { ...referral('d'), status: 'inactive' };
    const attempts = [
      put(revoked),
      put(unmarked),
      // In two steps: the mark first.
      put(referral('d')),
      put({ ...standing, status: 'rejected' }),
      program.put('/fhir/Consent?patient=a&status=active').send(referral('d')),
      program.delete('/fhir/Consent/d'),
      program.put('/fhir/Consent?patient=a&status=active').send(revoked),
      program.put('/fhir/Consent?patient=a&status=active').send(unmarked),
      transact('PUT', 'Consent?patient=a&status=active', unmarked),
      transact('PUT', 'Consent/d', revoked),
      transact('PUT', 'Consent/d', unmarked),
      transact('DELETE', 'Consent/d'),
    ];
    for (const attempt of attempts) {
      const { body } = await attempt.expect(422);
      expect((body as AnyResource).issue).toEqual([expect.objectContaining({ diagnostics: REFUSED })]);
    }
    await ehr.get('/fhir/Patient/a').expect(200);
    await put({ ...revoked, extension: [...standing.extension, HAPPENED] }).expect(200);
    await ehr.get('/fhir/Patient/a').expect(404);
    await program.delete('/fhir/Consent/d').expect(204);
  });

  test('what was entered in error is ended at once, and the mark on another consent holds nothing up', async () => {
    const standing = referral('e', mark('irrevocable'));
    await put(standing).expect(201);
    await put({ ...standing, status: 'entered-in-error' }).expect(200);
    const consent = consentFor('a', 'ehr');
    const plain = { ...consent, id: 'f', extension: [...consent.extension, mark('irrevocable')] };
    await put(plain).expect(201);
    await put({ ...plain, status: 'inactive' }).expect(200);
  });

  test('a record that is sent anew does not end it either', async () => {
    const record = (more: JsonObject) => ({
      ...{ kind: 'consent', id: 'k', program: 'program', client: 'c-1', status: 'active', effect: 'permit' },
      ...{ recipient: 'ehr', purposes: ['TREAT'], allRecords: true, statements: ['revocation'] },
      ...{ signedOn: '2026-08-01', verifiedOn: '2026-08-01T10:00:00Z', expiresUpon: 'The end of probation' },
      ...more,
    });
    const marked = { criminalJustice: true, irrevocable: true };
    const outcomeOf = async (sent: JsonObject): Promise<JsonObject> => {
      const { body } = await program.post('/iop/records').send(sent);
      return body.records[0];
    };
    expect(await outcomeOf(client('c-1'))).toMatchObject({ outcome: 'written' });
    expect(await outcomeOf(record(marked))).toMatchObject({ outcome: 'written' });
    for (const more of [marked, {}]) {
      const { outcome, issues } = await outcomeOf(record({ ...more, status: 'revoked' }));
      expect([more === marked ? 'bad' : 'conflict', JSON.stringify(issues)]).toEqual([outcome, REFUSED]);
    }
    const ended = record({ ...marked, status: 'revoked', eventOn: '2026-11-02' });
    expect(await outcomeOf(ended)).toMatchObject({ outcome: 'written' });
  });

  test('a caller who may not see it gets the answer of an unknown one', async () => {
    await put(referral('g', mark('irrevocable'))).expect(201);
    const payer = await server.as('payer');
    const answers = [await payer.delete('/fhir/Consent/g'), await payer.delete('/fhir/Consent/nothing')];
    expect(answers.map(one => one.status)).toEqual([404, 404]);
  });
});

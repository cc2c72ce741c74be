// `audit accounting` and `audit breach-impact` as an operator runs them, beside nothing but the store.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { plainOf } from '../support/parameters.ts';
import type { Place } from '../support/place.ts';
import { runHere } from '../support/run-here.ts';
import { consentFor, startServer } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

const OF = ['--program', 'program'];

onEveryStore(store => {
  let place: Place;
  beforeAll(async () => {
    place = store.place();
    const server = await startServer({
      store: { ...store, place: () => ({ ...place, remove: async () => {} }) },
    });
    const [program, ehr] = [await server.as('program'), await server.as('ehr')];
    await program.put('/fhir/Patient/a').send({ resourceType: 'Patient', id: 'a' }).expect(201);
    await program.post('/fhir/Consent').send(consentFor('a', 'ehr')).expect(201);
    await ehr.get('/fhir/Patient/a').expect(200);
    await server.close();
  });
  afterAll(() => place.remove());

  test('audit accounting prints a line for each disclosure', async () => {
    const { code, out } = await runHere(['audit', 'accounting', ...OF, '--patient', 'a'], place.environment);
    const [head, ...lines] = out.trim().split(/\r?\n/);
    expect([code, head]).toEqual([0, 'from,to,recipient,recipient_id,address,what,purpose,requests']);
    expect(lines).toEqual([expect.stringMatching(/,ehr,,1 Patient,TREAT,1$/)]);
  });

  test('audit breach-impact prints a line for each resource, or the Parameters', async () => {
    const args = ['audit', 'breach-impact', ...OF, '--client', 'ehr-client', '--start', '2026'];
    const { code, out } = await runHere(args, place.environment);
    expect([code, out.trim().split(/\r?\n/)]).toEqual([
      0,
      ['patient,resource,how,from,to', expect.stringMatching(/^a,Patient\/a,read,/)],
    ]);
    const json = await runHere([...args, '--json', '--discovered', '2026-01-01'], place.environment);
    const told = plainOf(JSON.parse(json.out).parameter);
    expect([told.patients, told['notify-by']]).toEqual([[1], ['2026-03-02']]);
  });

  test.each([
    [['accounting', ...OF], 2, '--patient'],
    [['accounting', '--program', 'nobody', '--patient', 'a'], 1, 'no program nobody'],
    [['accounting', ...OF, '--patient', 'unknown'], 1, ''],
    [['accounting', ...OF, '--patient', 'a', '--start', 'soon'], 1, 'dateTime'],
    [['breach-impact', ...OF], 1, 'which client'],
  ])('audit %j ends with %d', async (args, expected, said) => {
    const { code, error } = await runHere(['audit', ...args], place.environment);
    expect([code, error]).toEqual([expected, expect.stringContaining(said)]);
    expect(error).not.toBe('');
  });
});

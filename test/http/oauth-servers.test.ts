// Two servers on one store: what is done to a client or a token at one of them holds at the other at once.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import supertest from 'supertest';
import { type App, createApp, readConfig } from '../../src/app.ts';
import { clientEntry } from '../support/client-entry.ts';
import { assertionOf, type ClientKey, makeKey, tokenForm } from '../support/oauth-client.ts';
import type { Place } from '../support/place.ts';
import { describeOn, MONGODB } from '../support/stores.ts';

describeOn(MONGODB)('two servers on one MongoDB', () => {
  let place: Place;
  let key: ClientKey;
  let apps: App[];
  const entry = () =>
    clientEntry('ehr-1', { organization: 'ehr', keys: { jwks: { keys: [key.publicJwk as never] } } });
  const assertion = () =>
    assertionOf({ now: Date.now, client: 'ehr-1', audience: 'http://127.0.0.1:8080/oauth/token' }, key);
  const post = (at: number, path: string, form: URLSearchParams) =>
    supertest(apps[at]!.http).post(path).type('form').send(form.toString());
  const token = async (at: number) =>
    (await post(at, '/oauth/token', tokenForm(await assertion())).expect(200)).body.access_token as string;
  const search = async (at: number, bearer: string) =>
    (await supertest(apps[at]!.http).get('/fhir/Patient').set('Authorization', `Bearer ${bearer}`)).status;

  beforeAll(async () => {
    place = MONGODB.place();
    key = await makeKey('k');
    const config = readConfig({ ...place.environment, LOG_LEVEL: 'error' });
    apps = await Promise.all([createApp(config), createApp(config)]);
    await apps[0]!.registry.putClient(entry());
  });
  afterAll(async () => {
    for (const app of apps) await app.close();
    await place.remove();
  });

  test('an assertion that is sent to both at once is taken by one', async () => {
    for (let round = 0; round < 5; round += 1) {
      const form = tokenForm(await assertion());
      const answers = await Promise.all([0, 1, 0, 1].map(at => post(at, '/oauth/token', form)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401]);
    }
  });

  test('a token of one is good at the other until it is revoked at either', async () => {
    for (const at of [0, 1]) {
      const bearer = await token(at);
      expect([await search(0, bearer), await search(1, bearer)]).toEqual([200, 200]);
      await post(at, '/oauth/revoke', tokenForm(await assertion(), { token: bearer })).expect(200);
      expect([await search(1, bearer), await search(0, bearer)]).toEqual([401, 401]);
    }
  });

  test('a client that one disables is refused by both', async () => {
    const bearer = await token(0);
    expect(await search(1, bearer)).toBe(200);
    await apps[0]!.registry.putClient({ ...entry(), disabled: true });
    expect([await search(1, bearer), await search(0, bearer)]).toEqual([401, 401]);
    await post(1, '/oauth/token', tokenForm(await assertion())).expect(401);
    await apps[1]!.registry.putClient(entry());
    expect(await search(0, bearer)).toBe(200);
  });
});

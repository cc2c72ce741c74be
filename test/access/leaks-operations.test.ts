// The same two worlds as in leaks.test.ts, asked by what stands beside reads and searches: operations, forms, tokens for
// emergencies, the audit trail, and the headers that go with an answer.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/fhir/types.ts';
import { ROUTES } from '../../src/http/route.ts';
import { OPERATIONS } from '../../src/interactions/operation/operations.ts';
import { wholeAnswer } from '../support/leaks.ts';
import {
  type Asked,
  ask,
  type CallerName,
  closeWorld,
  EXCEPTED,
  expectSame as expectSameOf,
  hiddenRecords,
  NOW,
  openWorld,
  READERS,
  WITHIN,
  type World,
} from '../support/leaks-world.ts';
import { assertionOf, tokenForm } from '../support/oauth-client.ts';
import { onEveryStore, shareOf } from '../support/stores.ts';

const EVERYBODY: readonly CallerName[] = ['payer', 'ehr', 'stranger', ...WITHIN, ...EXCEPTED, ...READERS];
/** Those whom operations answer at all. */
const ASKED: readonly CallerName[] = ['staff', 'person'];
const NOTICE = /"redisclosure-notice","/;

/** Ids of events and requests, and moments, are of one world. */
const plain = (answer: string): string =>
  answer
    .replaceAll(/trail\.[\w.-]+/g, 'trail.')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '')
    .replaceAll(/made-\d+/g, '');
/** Events of one moment are in no order, so that any of them may be the last. */
const inAnyOrder = (answer: string): string =>
  plain(answer)
    .split('{"fullUrl"')
    .map(event => event.replace(/(?:,|\]\})$/, ''))
    .sort()
    .join('\n');

onEveryStore(store => {
  describe('what a caller may not see does not exist for it', () => {
    // A busy Slot is about nobody: staff see it.
    const records = hiddenRecords().filter(one => one.resourceType !== 'Slot');
    let full: World;
    let bare: World;
    beforeAll(async () => {
      full = await openWorld(store, records);
      bare = await openWorld(store, []);
      for (const world of [full, bare]) await disclose(world);
    }, 60_000);
    afterAll(async () => {
      for (const world of [full, bare]) await closeWorld(world);
    });

    const expectSame = (asked: Asked, who = EVERYBODY) => expectSameOf({ full, bare }, asked, who, plain);
    const get = (path: string, who = EVERYBODY, headers = {}) =>
      expectSame({ method: 'GET', path, headers }, who);
    const names = records.map(({ resourceType, id }) => `${resourceType}/${id as string}`);
    const consents = [...names.filter(name => name.startsWith('Consent/')), 'Consent/nobody'];
    const people = ['Patient/hidden', 'Patient/hidden-no-member', 'Patient/nobody'];

    test('in no header of an answer that shows something else', async () => {
      const [payer, ehr, , ...others] = await get('/Observation?_total=accurate');
      expect(payer).toMatch(NOTICE);
      expect(ehr).toMatch(/"consent-reference","Consent\/seen-ehr"/);
      expect(others.at(-1)).toMatch(/"audit-agreement","agreed"/);
      for (const path of [
        '/Observation?_summary=count',
        '/Consent',
        '/Consent?_include=*',
        '/_history?_count=9',
      ])
        await get(path);
      for (const path of ['/Observation/seen-obs-2', '/Consent/seen-ehr', '/Observation/beside-o'])
        for (const headers of [
          { 'if-none-match': 'W/"1"' },
          { 'if-modified-since': 'Sat, 29 Nov 2036 00:00:00 GMT' },
        ])
          await get(path, EVERYBODY, headers);
      for (const kind of ['batch', 'transaction'])
        await expectSame(
          bundle(kind, 'Observation/seen-obs-2', ...names.slice(0, 9), 'Observation?_total=accurate'),
        );
    });

    test('in none of an answer without a body or in another form', async () => {
      for (const name of shareOf(store, [...names, ...people], 1))
        for (const headers of [
          { 'if-none-match': 'W/"1"' },
          { accept: 'text/csv' },
          { accept: 'application/xml' },
        ])
          await get(`/${name}`, ['ehr', 'kin', 'auditor'], headers);
      for (const name of names)
        await expectSame({ method: 'HEAD', path: `/${name}` }, ['ehr', 'staff', 'person']);
      for (const prefer of [
        'return=minimal',
        'return=representation',
        'return=OperationOutcome',
        'handling=strict',
      ])
        for (const body of records.slice(0, 4)) {
          const path = `/${body.resourceType}/${body.id as string}`;
          await expectSame({ method: 'PUT', path, body, headers: { prefer } }, ['ehr', 'staff', 'court']);
        }
    });

    test('by no operation', async () => {
      const served = ROUTES.filter(one => one.kind === 'operation').map(one => one.operation);
      expect([...new Set(served)].sort()).toEqual(OPERATIONS.map(one => one.name).sort());
      for (const name of shareOf(store, [...names, ...people], 0)) {
        await get(`/${name}/$explain-access`);
        for (const query of ['?client=ehr-ehr', '?interaction=search', '?client=nobody', '?x=y'])
          await get(`/${name}/$explain-access${query}`, ASKED);
        const body = parameters({ client: 'ehr-ehr' });
        await expectSame({ method: 'POST', path: `/${name}/$explain-access`, body }, ASKED);
      }
      for (const name of people) {
        await get(`/${name}/$explain-access?everything=true`);
        await get(`/${name}/$accounting-of-disclosures`);
        for (const query of ['?start=2026-01-01', '?end=2026-01-01', '?start=x'])
          await get(`/${name}/$accounting-of-disclosures${query}`, ASKED);
        await get(`/${name}/$accounting-of-disclosures`, EVERYBODY, { accept: 'text/csv' });
        await expectSame({
          method: 'POST',
          path: `/${name}/$accounting-of-disclosures`,
          body: parameters({}),
        });
      }
      for (const name of consents) {
        await get(`/${name}/$validate-part2`);
        await expectSame({ method: 'POST', path: `/${name}/$validate-part2`, body: parameters({}) });
      }
      for (const body of records.filter(one => one.resourceType === 'Consent'))
        for (const answer of await expectSame({ method: 'POST', path: '/Consent/$validate-part2', body }, [
          'ehr',
          'kin',
        ]))
          expect(answer).toMatch(/^200 /);
      for (const query of ['client=audit', 'client=knower-ehr', 'user=Practitioner/one-of-the-staff'])
        await get(`/$breach-impact?${query}`);
    }, 120_000);

    test('by no operation about what may be seen', async () => {
      const [answer] = await get('/Patient/seen/$explain-access?client=ehr-ehr&everything=true', ['person']);
      expect(answer).toMatch(/^200 .*Consent\/seen-ehr/);
      for (const client of ['ehr-ehr', 'payer-payer', 'knower-ehr'])
        for (const name of [
          'Patient/seen',
          'Observation/seen-obs-2',
          'Consent/seen-ehr',
          'Observation/seen-obs',
        ])
          await get(`/${name}/$explain-access?client=${client}`);
      const [accounting] = await get('/Patient/seen/$accounting-of-disclosures', ['person']);
      expect(accounting).toMatch(/^200 .*Organization\/knower/);
      await get('/Patient/seen/$accounting-of-disclosures', ['person'], { accept: 'text/csv' });
      await get('/Patient/beside-a/$accounting-of-disclosures');
    });

    test('in no form of a Consent, nor in the view of a client', async () => {
      for (const name of consents) await get(`/iop/consents/${name.slice('Consent/'.length)}/form`);
      const [form] = await get('/iop/consents/seen-ehr/form', ['ehr', 'person', 'kin', 'tagged']);
      expect(form).toMatch(/^200 .*text\/html/);
      expect(form).not.toContain('A hidden name');
      for (const name of [...people, 'Patient/seen'])
        await get(`/iop/clients/${name.slice('Patient/'.length)}`);
    });

    test('by no token for an emergency, nor by what is asked with it', async () => {
      const answers = [];
      for (const person of ['hidden', 'nobody', 'seen']) {
        const there = await askToken(full, person);
        const not = await askToken(bare, person);
        expect(there.answer).toBe(not.answer);
        answers.push(there.answer);
        for (const path of [
          '/Patient/hidden',
          '/Observation?_total=accurate',
          '/Patient?_summary=count',
          '/AuditEvent',
        ])
          expect(plain(await ask(full, there.token, { method: 'GET', path }))).toBe(
            plain(await ask(bare, not.token, { method: 'GET', path })),
          );
      }
      expect(new Set(answers).size).toBe(1);
      expect(answers[0]).toMatch(/^200 /);
    });

    test('in no event of the audit trail that tells of somebody else', async () => {
      const trail = (query: string, who = EVERYBODY) => {
        const asked = { method: 'GET', path: `/AuditEvent?${query}&_total=accurate` };
        return expectSameOf({ full, bare }, asked, who, inAnyOrder);
      };
      // That something was written which names somebody else besides is told to whom it names.
      const [events] = await trail('action=R,E&_count=200', READERS);
      expect(events).toMatch(/Patient\/seen/);
      for (const query of [
        'patient=hidden',
        'entity=Observation/hidden-obs',
        'entity=Patient/hidden',
        'agent=x',
      ])
        await trail(query);
    });
  });
});

const parameters = (given: Record<string, string>): JsonObject => ({
  resourceType: 'Parameters',
  parameter: Object.entries(given).map(([name, valueString]) => ({ name, valueString })),
});

const bundle = (type: string, ...urls: string[]): Asked => ({
  method: 'POST',
  path: '/',
  body: { resourceType: 'Bundle', type, entry: urls.map(url => ({ request: { method: 'GET', url } })) },
});

/** Somebody whom both persons permit asks for both at once. */
async function disclose(world: World): Promise<void> {
  const knower = await world.app.token('knower', 'ehr');
  const asked: Asked[] = [
    { method: 'GET', path: '/Patient' },
    { method: 'GET', path: '/Observation?_id=seen-obs-2,hidden-obs' },
    { method: 'GET', path: '/Patient/hidden' },
    bundle('batch', 'Patient/seen', 'Patient/hidden', 'Observation/hidden-obs'),
  ];
  for (const one of asked) await ask(world, knower, one);
}

/** The whole answer, without the token, and the token. */
async function askToken(world: World, person: string): Promise<{ answer: string; token: string }> {
  const audience = `${world.app.app.oauth.root()}/oauth/token`;
  const assertion = await assertionOf({ now: () => NOW, client: 'er', audience }, world.key);
  const form = tokenForm(assertion, {
    purpose_of_use: 'BTG',
    emergency_patient: person,
    emergency_recipient: 'Dr. R. Ward',
    emergency_affiliation: 'Lakeside Emergency Department',
    emergency_nature: 'Unconscious after a fall',
  });
  const answer = await fetch(`${world.url}/oauth/token`, { method: 'POST', body: form });
  const { access_token: token, ...rest } = (await answer.json()) as { access_token: string };
  return { answer: wholeAnswer(answer.status, answer.headers, JSON.stringify(rest)), token };
}

// 42 CFR 2.51: what medical personnel see in an emergency, what has to be stated before, and what stays behind.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import supertest from 'supertest';
import { type App, createApp } from '../../src/app.ts';
import type { JsonObject } from '../../src/fhir/types.ts';
import type { ClientEntry } from '../../src/store/registry.ts';
import { validateResource } from '../../src/validation/validate.ts';
import { auditRows, markAudit } from '../support/audit.ts';
import { clientEntry } from '../support/client-entry.ts';
import { emergency } from '../support/exceptions.ts';
import { assertionOf, type ClientKey, makeKey, tokenForm } from '../support/oauth-client.ts';
import { plainOf } from '../support/parameters.ts';
import { type Caller, consentFor, startServer, type TestServer } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

const STATED = {
  purpose_of_use: 'BTG',
  emergency_patient: 'a',
  emergency_recipient: 'Dr. R. Ward',
  emergency_affiliation: 'Lakeside Emergency Department',
  emergency_nature: 'Unconscious after a fall',
};
type Parts = Record<string, string | string[]>;

const about = (id: string, ...patients: string[]) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'x' },
  subject: { reference: `Patient/${patients[0]}` },
  ...(patients.length < 2 ? {} : { focus: patients.slice(1).map(one => ({ reference: `Patient/${one}` })) }),
});

onEveryStore(store => {
  let server: TestServer;
  let second: App;
  let key: ClientKey;
  let program: Caller;
  let person: Caller;
  let now = Date.parse('2026-09-01T12:00:00Z');
  const put = (parts: Partial<ClientEntry> = {}, id = 'er') =>
    server.app.registry.putClient(
      clientEntry(id, {
        organization: 'ehr',
        scope: 'system/*.cruds',
        purposes: ['TREAT', 'BTG', 'ETREAT'],
        keys: { jwks: { keys: [key.publicJwk as never] } },
        ...parts,
      }),
    );
  const ask = async (parts: Parts, client = 'er') => {
    const audience = `${server.app.oauth.root()}/oauth/token`;
    const assertion = await assertionOf({ now: () => now, client, audience }, key);
    return server.stranger
      .post('/oauth/token')
      .type('form')
      .send(tokenForm(assertion, { scope: 'system/*.cruds', ...parts }).toString());
  };
  const stated = async (parts: Parts = {}): Promise<string> => {
    const { status, body } = await ask({ ...STATED, ...parts });
    expect(status).toBe(200);
    return body.access_token as string;
  };
  const by = (token: string) => (path: string) =>
    server.stranger.get(path).set('Authorization', `Bearer ${token}`);
  const records = async () =>
    (await program.get('/fhir/Communication?subject=Patient/a').expect(200)).body.entry ?? [];

  beforeAll(async () => {
    key = await makeKey('k');
    server = await startServer({ store, surroundings: { clock: () => now } });
    second = await createApp(server.app.config, { clock: () => now });
    program = await server.as('program');
    const neighbour = await server.as('neighbour');
    person = await server.register({
      id: 'portal',
      organization: 'program',
      role: 'patient',
      patient: 'a',
      scope: 'patient/*.rs',
    });
    await put();
    for (const id of ['a', 'b'])
      await program.put(`/fhir/Patient/${id}`).send({ resourceType: 'Patient', id }).expect(201);
    for (const one of [about('of-a', 'a'), about('of-b', 'b')])
      await program.put(`/fhir/Observation/${one.id}`).send(one).expect(201);
    await program
      .put('/fhir/List/of-both')
      .send({
        resourceType: 'List',
        id: 'of-both',
        status: 'current',
        mode: 'working',
        subject: { reference: 'Patient/a' },
        source: { reference: 'Patient/b' },
      })
      .expect(201);
    await program.put('/fhir/Consent/c').send({ ...consentFor('b', 'ehr'), id: 'c' });
    await program.put('/fhir/Consent/of-a').send({ ...consentFor('a', 'payer'), id: 'of-a' });
    await neighbour.put('/fhir/Patient/neighbour-p').send({ resourceType: 'Patient', id: 'neighbour-p' });
    await neighbour
      .put('/fhir/Observation/neighbour-of-a')
      .send({ ...about('neighbour-of-a', 'a') })
      .expect(201);
    const ehr = await server.as('ehr');
    await ehr.put('/fhir/Observation/ehr-own').send(about('ehr-own', 'nobody')).expect(201);
  });
  afterAll(async () => {
    await second.close();
    await server.close();
  });
  beforeEach(() => put());

  describe('2.51: a token for an emergency', () => {
    test.each(['patient', 'recipient', 'affiliation', 'nature'])(
      '2.51(c): without emergency_%s is refused, and it is said what is missing',
      async field => {
        for (const value of ['', '   ']) {
          const { status, body } = await ask({ ...STATED, [`emergency_${field}`]: value });
          expect([status, body.error]).toEqual([400, 'invalid_request']);
          expect(body.error_description).toContain(`emergency_${field}`);
        }
      },
    );

    test('2.51(c): names everything that is missing at once', async () => {
      const { body } = await ask({ purpose_of_use: 'BTG' });
      for (const name of Object.keys(STATED).slice(1)) expect(body.error_description).toContain(name);
    });

    test.each([
      ['emergency_patient', 'Patient/a'],
      ['emergency_recipient', 'x'.repeat(201)],
      ['emergency_affiliation', 'two\nlines'],
      ['emergency_nature', 'x'.repeat(501)],
      ['emergency_nature', 'bell \u0007'],
      ['purpose_of_use', 'TREAT'],
      ['purpose_of_use', ['BTG', 'TREAT']],
      ['purpose_of_use', ['BTG', 'ETREAT']],
    ])('2.51: with a wrong %s is refused, and nothing of it is repeated', async (name, value) => {
      const { status, body } = await ask({ ...STATED, [name]: value });
      expect([status, body.error]).toEqual([400, 'invalid_request']);
      if (name !== 'purpose_of_use') {
        expect(body.error_description).toContain(name);
        expect(body.error_description).not.toContain(value);
      }
    });

    test('2.51(a): is given to nobody who is not registered for it, nor to another role', async () => {
      await put({ purposes: ['TREAT'] });
      expect((await ask(STATED)).body.error).toBe('invalid_request');
      for (const role of ['payer', 'program', 'auditor'] as const) {
        await put({ role, purposes: ['BTG'] });
        expect((await ask(STATED)).body.error).toBe('invalid_request');
      }
    });

    test('2.51: is never given unasked', async () => {
      await put({ purposes: ['BTG'] });
      const { body } = await ask({});
      const { purposes } = JSON.parse(Buffer.from(body.access_token.split('.')[1], 'base64url').toString());
      expect(purposes).toEqual([]);
    });

    test('2.51: holds fifteen minutes, for BTG and ETREAT alike, and says nothing of what was stated', async () => {
      for (const purpose of ['BTG', 'ETREAT']) {
        const { body } = await ask({ ...STATED, purpose_of_use: purpose });
        expect(body.expires_in).toBe(900);
        const claims = Buffer.from(body.access_token.split('.')[1], 'base64url').toString();
        expect(claims).not.toMatch(/Ward|Lakeside|fall|program/);
        await by(body.access_token)('/fhir/Observation/of-a').expect(200);
        now += 899_000;
        await by(body.access_token)('/fhir/Observation/of-a').expect(200);
        now += 1000;
        await by(body.access_token)('/fhir/Observation/of-a').expect(401);
      }
    });

    test('2.51: is given for an unknown person just as for a known one', async () => {
      const shape = async (patient: string) => {
        const { status, body } = await ask({ ...STATED, emergency_patient: patient });
        const claims = JSON.parse(Buffer.from(body.access_token.split('.')[1], 'base64url').toString());
        return { status, members: Object.keys(body), claims: Object.keys(claims) };
      };
      expect(await shape('nobody')).toEqual(await shape('a'));
      const token = await stated({ emergency_patient: 'nobody' });
      await by(token)('/fhir/Patient/nobody').expect(404);
      await by(token)('/fhir/Patient/a').expect(404);
      expect((await by(token)('/fhir/Observation').expect(200)).body.total ?? 0).toBe(0);
    });

    test('2.51: without what was stated behind it is good for nothing', async () => {
      const claims = { client: 'er', organization: 'ehr', role: 'ehr', scope: 'system/*.rs' } as const;
      for (const id of ['none', 'another']) {
        await server.app.registry.putException(emergency('another', { client: 'somebody' }));
        const token = await server.app.sign(
          { ...claims, purposes: ['BTG'], emergency: { id, patient: 'a' } },
          900,
        );
        await by(token)('/fhir/Observation/of-a').expect(401);
      }
    });
  });

  describe('2.51: what it opens', () => {
    test('what names that person and nobody else, in the record of the program that registered it', async () => {
      const get = by(await stated());
      for (const path of ['Patient/a', 'Observation/of-a', 'Observation/of-a/_history/1'])
        await get(`/fhir/${path}`).expect(200);
      for (const path of [
        'Patient/b',
        'Observation/of-b',
        'List/of-both',
        'Consent/of-a',
        'Consent/c',
        'Observation/neighbour-of-a',
        'Observation/ehr-own',
        'Patient/neighbour-p',
      ])
        await get(`/fhir/${path}`).expect(404);
      const { body } = await get('/fhir/Observation?_total=accurate').expect(200);
      expect(body.total).toBe(1);
      const found = (body.entry as { resource: JsonObject }[]).map(one => one.resource.id);
      expect(found.filter(id => id !== undefined)).toEqual(['of-a']);
      expect((await get('/fhir/AuditEvent').expect(200)).body.entry ?? []).toEqual([]);
    });

    test('to read and not to write', async () => {
      const token = await stated();
      const send = (verb: 'put' | 'post' | 'delete', path: string) =>
        server.stranger[verb](path).set('Authorization', `Bearer ${token}`);
      await send('put', '/fhir/Observation/of-a').send(about('of-a', 'a')).expect(403);
      await send('delete', '/fhir/Observation/of-a').expect(403);
      await send('delete', '/fhir/Observation/ehr-own').expect(404);
      const { id: _, ...goal } = {
        resourceType: 'Goal',
        id: '',
        lifecycleStatus: 'active',
        description: { text: 'x' },
        subject: { reference: 'Patient/a' },
      };
      expect((await send('post', '/fhir/Goal').send(goal)).status).toBeGreaterThanOrEqual(400);
      expect((await program.get('/fhir/Goal').expect(200)).body.entry ?? []).toEqual([]);
    });

    test('with the notice of 2.32, and with no Consent named', async () => {
      const { headers } = await by(await stated())('/fhir/Observation/of-a').expect(200);
      expect(headers['redisclosure-notice']).toMatch(/42 CFR part 2/);
      expect(headers['consent-reference']).toBeUndefined();
    });

    test('on another server as well; until the client is no longer registered for it, on both', async () => {
      const token = await stated();
      const there = () =>
        supertest(second.http).get('/fhir/Observation/of-a').set('Authorization', `Bearer ${token}`);
      const here = () => by(token)('/fhir/Observation/of-a');
      await Promise.all([here().expect(200), there().expect(200)]);
      await put({ purposes: ['TREAT'] });
      await Promise.all([here().expect(404), there().expect(404)]);
      await put({ disabled: true });
      await Promise.all([here().expect(401), there().expect(401)]);
    });
  });

  describe('2.51(c): what stays behind', () => {
    test('one record for each token, which the program and the person can read', async () => {
      const before = (await records()).length;
      const token = await stated();
      const get = by(token);
      expect(await records()).toHaveLength(before);
      await get('/fhir/Observation/of-b').expect(404);
      await get('/fhir/Organization').expect(200);
      expect(await records()).toHaveLength(before);
      await Promise.all(Array.from({ length: 5 }, () => get('/fhir/Observation/of-a').expect(200)));
      await get('/fhir/Patient/a').expect(200);
      const all = await records();
      expect(all).toHaveLength(before + 1);
      const { resource } = all.at(-1);
      expect(validateResource(resource)).toEqual([]);
      expect(resource).toMatchObject({
        status: 'completed',
        subject: { reference: 'Patient/a' },
        sent: '2026-09-01T12:30:00.000000Z',
        recipient: [
          { type: 'Practitioner', display: STATED.emergency_recipient },
          { reference: 'Organization/ehr', display: STATED.emergency_affiliation },
        ],
        sender: { reference: 'Organization/program' },
        reasonCode: [{ coding: [{ code: 'BTG' }], text: STATED.emergency_nature }],
      });
      await person.get(`/fhir/Communication/${resource.id}`).expect(200);
      const changed = await by(await stated())(`/fhir/Communication/${resource.id}/_history`);
      expect(changed.body.entry ?? []).toHaveLength(1);
    });

    test.each([
      ['a count', '/fhir/Observation?_summary=count', ''],
      ['an answer that nothing has changed', '/fhir/Patient/a', 'W/"1"'],
      ['a page of a history', '/fhir/Patient/a/_history', ''],
      ['an include', '/fhir/Observation?_include=Observation:subject', ''],
    ])('also where only %s was given', async (_name, path, tag) => {
      const before = (await records()).length;
      const get = by(await stated())(path);
      await (tag === '' ? get : get.set('If-None-Match', tag));
      expect(await records()).toHaveLength(before + 1);
    });

    test.each(['batch', 'transaction'])('also of what a %s reads', async type => {
      for (const url of ['Patient/a', 'Observation?_summary=count']) {
        const before = (await records()).length;
        await server.stranger
          .post('/fhir')
          .set('Authorization', `Bearer ${await stated()}`)
          .send({ resourceType: 'Bundle', type, entry: [{ request: { method: 'GET', url } }] })
          .expect(200);
        expect(await records()).toHaveLength(before + 1);
      }
    });

    test('where it cannot be written the answer is 503, and nothing goes out', async () => {
      const neighbour = await server.as('neighbour');
      const taken = { resourceType: 'Communication', id: 'neighbour-taken', status: 'completed' };
      await neighbour.put('/fhir/Communication/neighbour-taken').send(taken);
      await server.app.registry.putException(emergency('stuck', { record: 'neighbour-taken' }));
      const claims = { client: 'er', organization: 'ehr', role: 'ehr', scope: 'system/*.rs' } as const;
      const token = await server.app.sign(
        { ...claims, purposes: ['BTG'], emergency: { id: 'stuck', patient: 'a' } },
        900,
      );
      const { body } = await by(token)('/fhir/Observation/of-a').expect(503);
      expect(body.resourceType).toBe('OperationOutcome');
      await by(token)('/fhir/Observation/of-b').expect(404);
    });

    test('a row of the trail says by which rule, for which purpose', async () => {
      const get = by(await stated());
      const mark = await markAudit(server.app.context.store);
      await get('/fhir/Observation/of-a').expect(200);
      const rows = await auditRows(server.app.context.store, mark);
      expect(rows).toContainEqual(
        expect.objectContaining({
          action: 'read',
          organization: 'ehr',
          reasons: ['emergency', 'directory'],
          purpose: ['BTG'],
          patients: ['a'],
        }),
      );
      expect(rows).toContainEqual(
        expect.objectContaining({
          action: 'create',
          type: 'Communication',
          organization: 'program',
          reasons: ['emergency'],
        }),
      );
    });

    test('2.25: it is among the disclosures that are accounted for', async () => {
      await by(await stated())('/fhir/Observation/of-a').expect(200);
      for (const caller of [program, person]) {
        const { body } = await caller.get('/fhir/Patient/a/$accounting-of-disclosures').expect(200);
        expect(plainOf(body.parameter).disclosure).toContainEqual(
          expect.objectContaining({ recipient: ['Organization/ehr'], purpose: ['BTG'] }),
        );
      }
    });
  });
});

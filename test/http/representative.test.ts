// 42 CFR 2.14 and 2.15: what a representative sees, from when and until when, on every server.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import supertest from 'supertest';
import { type App, createApp } from '../../src/app.ts';
import type { JsonObject } from '../../src/fhir/types.ts';
import { plainOf } from '../support/parameters.ts';
import { type Caller, consentFor, startServer, type TestServer } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

const ROLE = 'http://terminology.hl7.org/CodeSystem/v3-RoleCode';
const START = Date.parse('2026-09-01T12:00:00Z');
const child = { resourceType: 'Patient', id: 'child', birthDate: '2014-09-02' };
const adult = { resourceType: 'Patient', id: 'adult', birthDate: '1950-01-01' };
const related = (id: string, patient: string, code: string, more: JsonObject = {}) => ({
  resourceType: 'RelatedPerson',
  id,
  active: true,
  patient: { reference: `Patient/${patient}` },
  relationship: [{ coding: [{ system: ROLE, code }] }],
  ...more,
});
const about = (id: string, patient: string) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'x' },
  subject: { reference: `Patient/${patient}` },
});

onEveryStore(store => {
  let server: TestServer;
  let second: App;
  let program: Caller;
  let parent: Caller;
  let attorney: Caller;
  let now = START;
  const put = (resource: JsonObject & { resourceType: string; id: string }, by = program) =>
    by.put(`/fhir/${resource.resourceType}/${resource.id}`).send(resource);
  const representative = (id: string, parts: object) =>
    server.register({ id, organization: 'program', role: 'representative', scope: 'patient/*.rs', ...parts });
  const seen = async (caller: Caller): Promise<string[]> => {
    const { body } = await caller.get('/fhir/Observation?_total=accurate').expect(200);
    const found = ((body.entry ?? []) as { resource: { id: string } }[]).map(one => one.resource.id);
    expect(body.total).toBe(found.length);
    return found;
  };

  beforeAll(async () => {
    server = await startServer({
      store,
      surroundings: { clock: () => now },
      environment: { MINOR_CONSENT_AGES: 'program=12' },
    });
    second = await createApp(server.app.config, { clock: () => now });
    program = await server.as('program');
    for (const one of [child, adult]) {
      await put(one).expect(201);
      await put(about(`of-${one.id}`, one.id)).expect(201);
    }
    parent = await representative('parent', { patient: 'child', relatedPerson: 'r-parent' });
    attorney = await representative('attorney', { patient: 'adult', relatedPerson: 'r-attorney' });
  });
  afterAll(async () => {
    await second.close();
    await server.close();
  });
  beforeEach(async () => {
    now = START;
    await put(child);
    await put(related('r-parent', 'child', 'PRN'));
    await put(related('r-attorney', 'adult', 'HPOWATT'));
  });

  describe('2.14: a parent of a minor', () => {
    test('2.14: sees what the minor would, and of nobody else; writes nothing', async () => {
      expect(await seen(parent)).toEqual(['of-child']);
      await parent.get('/fhir/Patient/child').expect(200);
      await parent.get('/fhir/Patient/child/_history/1').expect(200);
      await parent.get('/fhir/Patient/adult').expect(404);
      await parent.get('/fhir/Observation/of-adult').expect(404);
      const wide = await representative('wide', {
        patient: 'child',
        relatedPerson: 'r-parent',
        scope: 'system/*.cruds',
      });
      await put({ ...child, birthDate: '2015-01-01' }, wide).expect(403);
      await wide.delete('/fhir/Observation/of-child').expect(403);
      expect((await parent.get('/fhir/AuditEvent').expect(200)).body.entry ?? []).toEqual([]);
    });

    test('2.14(b): until the day on which the minor alone may consent', async () => {
      now = Date.parse('2026-09-01T23:59:59.999Z');
      expect(await seen(parent)).toEqual(['of-child']);
      now = Date.parse('2026-09-02T00:00:00Z');
      expect(await seen(parent)).toEqual([]);
      await parent.get('/fhir/Patient/child').expect(404);
    });

    test('2.14: a corrected birth date counts with the next request', async () => {
      await put({ ...child, birthDate: '2014-08-31' }).expect(200);
      expect(await seen(parent)).toEqual([]);
      await put({ resourceType: 'Patient', id: 'child' }).expect(200);
      expect(await seen(parent)).toEqual([]);
    });

    test('2.14: once the RelatedPerson is inactive, over or gone, sees nothing with the next request, on every server', async () => {
      const there = async () => {
        const { status } = await supertest(second.http)
          .get('/fhir/Observation/of-child')
          .set('Authorization', `Bearer ${parent.token}`);
        return status;
      };
      expect([await there(), await seen(parent)]).toEqual([200, ['of-child']]);
      for (const more of [
        { active: false },
        { period: { end: '2026-08-31' } },
        { patient: { reference: 'Patient/adult' } },
      ]) {
        await put(related('r-parent', 'child', 'PRN', more)).expect(200);
        expect([await there(), await seen(parent)]).toEqual([404, []]);
        await put(related('r-parent', 'child', 'PRN')).expect(200);
        expect([await there(), await seen(parent)]).toEqual([200, ['of-child']]);
      }
      await program.delete('/fhir/RelatedPerson/r-parent').expect(204);
      expect([await there(), await seen(parent)]).toEqual([404, []]);
    });

    test('2.14: nobody but the program makes a representative', async () => {
      const stranger = await representative('stranger', { patient: 'child', relatedPerson: 'ehr-r' });
      const ehr = await server.as('ehr');
      await put(related('ehr-r', 'child', 'PRN'), ehr).expect(201);
      expect(await seen(stranger)).toEqual([]);
      const neighbour = await server.as('neighbour');
      await put(related('neighbour-r', 'child', 'PRN'), neighbour).expect(201);
      const elsewhere = await representative('elsewhere', { patient: 'child', relatedPerson: 'neighbour-r' });
      expect(await seen(elsewhere)).toEqual([]);
      const nobody = await representative('nobody', { patient: 'child' });
      expect(await seen(nobody)).toEqual([]);
    });

    test('2.14: without a configured age a guardian sees nothing', async () => {
      const { config } = server.app;
      const closed = await createApp({ ...config, minorConsentAges: {} }, { clock: () => now });
      const { status } = await supertest(closed.http)
        .get('/fhir/Observation/of-child')
        .set('Authorization', `Bearer ${parent.token}`);
      await closed.close();
      expect(status).toBe(404);
    });
  });

  describe('2.15: who acts for an adult', () => {
    test('2.15(a): by a power of attorney, while the program says that it is in force', async () => {
      expect(await seen(attorney)).toEqual(['of-adult']);
      await put(related('r-attorney', 'adult', 'HPOWATT', { period: { start: '2026-09-02' } })).expect(200);
      expect(await seen(attorney)).toEqual([]);
      now += 24 * 3_600_000;
      expect(await seen(attorney)).toEqual(['of-adult']);
    });

    test('2.15(a): as a guardian only of somebody who cannot decide', async () => {
      await put(related('r-attorney', 'adult', 'GUARD')).expect(200);
      expect(await seen(attorney)).toEqual([]);
      const extension = [
        { url: 'https://iop-fhir.example/fhir/StructureDefinition/part2-incapacity', valueBoolean: true },
      ];
      await put(related('r-attorney', 'adult', 'GUARD', { extension })).expect(200);
      expect(await seen(attorney)).toEqual(['of-adult']);
    });

    test('2.15(b): not of somebody who has died', async () => {
      await put({ ...adult, deceasedBoolean: true } as never).expect(200);
      expect(await seen(attorney)).toEqual([]);
      await put(adult).expect(200);
      expect(await seen(attorney)).toEqual(['of-adult']);
    });

    test('2.23: what goes out is no disclosure, and is explained to the program', async () => {
      const { headers } = await attorney.get('/fhir/Observation/of-adult').expect(200);
      expect(headers['redisclosure-notice']).toBeUndefined();
      const path = '/fhir/Observation/of-adult/$explain-access?client=attorney';
      const { body } = await program.get(path).expect(200);
      const { decision, reason } = plainOf(body.parameter) as Record<
        string,
        { name: string[]; because?: unknown[] }[]
      >;
      expect(decision).toEqual(['permit']);
      const names = reason!.map(one => one.name[0]);
      expect(names).toContain('representative');
      expect(JSON.stringify(reason)).toContain('RelatedPerson/r-attorney/_history/');
    });
  });

  test('2.31: somebody whom the person lets see: a Consent that names the RelatedPerson, until it is revoked', async () => {
    const aunt = await representative('aunt', {
      patient: 'adult',
      relatedPerson: 'r-aunt',
      purposes: ['FAMRQT'],
    });
    await put(related('r-aunt', 'adult', 'FAMMEMB')).expect(201);
    expect(await seen(aunt)).toEqual([]);
    const { provision, ...rest } = consentFor('adult', 'nobody');
    const actor = [{ ...provision.actor[0]!, reference: { reference: 'RelatedPerson/r-aunt' } }];
    const purpose = [{ ...provision.purpose[0]!, code: 'FAMRQT' }];
    const consent = { ...rest, id: 'for-aunt', provision: { ...provision, actor, purpose } };
    await put(consent).expect(201);
    expect(await seen(aunt)).toEqual(['of-adult']);
    expect(await seen(await representative('uncle', { patient: 'adult', relatedPerson: 'r-uncle' }))).toEqual(
      [],
    );
    await aunt.get('/fhir/Consent/for-aunt').expect(200);
    await aunt.get('/fhir/Observation/of-child').expect(404);
    await aunt.post('/fhir/Observation').send(about('', 'adult')).expect(403);
    await put({ ...consent, status: 'inactive' }).expect(200);
    expect(await seen(aunt)).toEqual([]);
  });
});

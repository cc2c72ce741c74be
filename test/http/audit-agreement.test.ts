// 42 CFR 2.53: what an auditor sees of a program's records while both have agreed on it, and before and after.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import supertest from 'supertest';
import { type App, createApp } from '../../src/app.ts';
import type { AgreementEntry } from '../../src/store/registry.ts';
import { auditRows, markAudit } from '../support/audit.ts';
import { agreement } from '../support/exceptions.ts';
import { plainOf } from '../support/parameters.ts';
import { type Caller, startServer, type TestServer } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

const START = Date.parse('2026-09-01T12:00:00Z');
const DAY = 86_400_000;
const AUDITOR = { organization: 'auditors', role: 'auditor', scope: 'system/*.cruds' } as const;

onEveryStore(store => {
  let server: TestServer;
  let second: App;
  let program: Caller;
  let auditor: Caller;
  let inside: Caller;
  let now = START;
  const put = (parts: Partial<AgreementEntry> = {}) =>
    server.app.registry.putException(agreement('agreed', parts));
  const seen = async (caller: Caller, path = '/fhir/Observation/o') => (await caller.get(path)).status;

  beforeAll(async () => {
    server = await startServer({ store, surroundings: { clock: () => now } });
    second = await createApp(server.app.config, { clock: () => now });
    program = await server.as('program');
    const neighbour = await server.as('neighbour');
    auditor = await server.register({ id: 'audit', ...AUDITOR, purposes: ['HACCRED'] });
    inside = await server.register({
      id: 'inside',
      ...AUDITOR,
      organization: 'program',
      purposes: ['HACCRED'],
    });
    for (const [caller, prefix] of [
      [program, ''],
      [neighbour, 'neighbour-'],
    ] as const) {
      const subject = { reference: `Patient/${prefix}p` };
      await caller
        .put(`/fhir/Patient/${prefix}p`)
        .send({ resourceType: 'Patient', id: `${prefix}p` })
        .expect(201);
      await caller
        .put(`/fhir/Observation/${prefix}o`)
        .send({
          resourceType: 'Observation',
          id: `${prefix}o`,
          status: 'final',
          code: { text: 'x' },
          subject,
        })
        .expect(201);
    }
  });
  afterAll(async () => {
    await second.close();
    await server.close();
  });
  beforeEach(async () => {
    now = START;
    await put();
  });

  describe('2.53: an auditor', () => {
    test('2.53: reads the records of the program that it agreed with, and of no other', async () => {
      for (const path of ['/fhir/Patient/p', '/fhir/Observation/o', '/fhir/Observation/o/_history/1'])
        expect(await seen(auditor, path)).toBe(200);
      expect(await seen(auditor, '/fhir/Observation/neighbour-o')).toBe(404);
      const { body } = await auditor.get('/fhir/Observation?_total=accurate').expect(200);
      expect(body.total).toBe(1);
    });

    test('2.53: writes nothing', async () => {
      const changed = { resourceType: 'Patient', id: 'p', active: true };
      await auditor.put('/fhir/Patient/p').send(changed).expect(403);
      await auditor.delete('/fhir/Patient/p').expect(403);
      const goal = { resourceType: 'Goal', lifecycleStatus: 'active', description: { text: 'x' } };
      const sent = await auditor.post('/fhir/Goal').send({ ...goal, subject: { reference: 'Patient/p' } });
      expect(sent.status).toBeGreaterThanOrEqual(400);
    });

    test.each<[string, Partial<AgreementEntry>]>([
      ['with another client', { client: 'another' }],
      ['with another program', { program: 'neighbour' }],
      ['for another purpose', { purpose: 'HCOMPL' }],
      ['for a purpose that is no audit', { purpose: 'TREAT' }],
      ['that is not in force yet', { from: START + 1 }],
      ['that is over', { until: START }],
      ['that was ended', { ended: START }],
    ])('2.53: sees nothing by an agreement %s', async (_name, parts) => {
      await put(parts);
      expect(await seen(auditor)).toBe(404);
      expect((await auditor.get('/fhir/Observation?_total=accurate')).body.total).toBe(
        'program' in parts ? 1 : 0,
      );
    });

    test('2.53: sees until the last moment of the agreement', async () => {
      const until = START + DAY;
      await put({ until });
      now = until - 1;
      expect(await seen(auditor)).toBe(200);
      now = until;
      expect(await seen(auditor)).toBe(404);
    });

    test('2.53: once it is ended, sees nothing with the next request, on every server', async () => {
      const there = () =>
        supertest(second.http).get('/fhir/Observation/o').set('Authorization', `Bearer ${auditor.token}`);
      expect([await seen(auditor), (await there()).status]).toEqual([200, 200]);
      await put({ ended: now });
      expect([await seen(auditor), (await there()).status]).toEqual([404, 404]);
      await second.registry.putException(agreement('agreed'));
      expect([await seen(auditor), (await there()).status]).toEqual([200, 200]);
    });

    test('2.53: an agreement with an Organization is one with all its auditors, and with nobody else', async () => {
      const { client: _, ...rest } = agreement('agreed');
      await server.app.registry.putException({ ...rest, organization: 'auditors' });
      expect([await seen(auditor), await seen(inside)]).toEqual([200, 404]);
      const ehr = await server.register({
        id: 'not-audit',
        organization: 'auditors',
        role: 'ehr',
        purposes: ['HACCRED'],
      });
      expect(await seen(ehr)).toBe(404);
    });

    test('2.53: what it is given names the agreement and what was undertaken', async () => {
      for (const caller of [auditor, inside]) {
        await put(caller === inside ? { client: 'inside' } : {});
        for (const path of ['/fhir/Observation/o', '/fhir/Observation']) {
          const { headers } = await caller.get(path).expect(200);
          expect(headers['audit-agreement']).toBe('agreed');
          expect(headers['redisclosure-notice']).toMatch(/2\.53.*nobody but the program.*No copies/);
        }
      }
      await put({ copying: true });
      const { headers } = await auditor.get('/fhir/Observation/o').expect(200);
      expect(headers['redisclosure-notice']).not.toMatch(/copies/);
      const none = await auditor.get('/fhir/Organization').expect(200);
      expect(none.headers['audit-agreement']).toBeUndefined();
    });

    test('2.53: leaves a row in the trail that says by which rule', async () => {
      const mark = await markAudit(server.app.context.store);
      await auditor.get('/fhir/Observation/o').expect(200);
      expect(await auditRows(server.app.context.store, mark)).toEqual([
        expect.objectContaining({
          action: 'read',
          reasons: ['audit-agreement', 'directory'],
          purpose: ['HACCRED'],
          owners: ['program'],
        }),
      ]);
    });

    test('2.53: is explained to the program', async () => {
      const why = async () => {
        const path = '/fhir/Observation/o/$explain-access?client=audit&purpose=HACCRED';
        const { body } = await program.get(path).expect(200);
        const { decision, reason } = plainOf(body.parameter) as Record<string, unknown[]>;
        return [
          decision,
          (reason as { name: string[]; holds: boolean[] }[]).map(one => [one.name, one.holds]),
        ];
      };
      expect(await why()).toEqual([
        ['permit'],
        [
          [['client'], [true]],
          [['scope'], [true]],
          [['audit-agreement'], [true]],
        ],
      ]);
      await put({ ended: now });
      expect(await why()).toEqual([
        ['deny'],
        [
          [['client'], [true]],
          [['scope'], [true]],
        ],
      ]);
    });
  });
});

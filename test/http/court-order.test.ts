// 42 CFR 2.61-2.67: what goes out by a court order with a subpoena: what it names, to whom it names, while it is in force.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import supertest from 'supertest';
import { type App, createApp } from '../../src/app.ts';
import type { CourtOrderEntry } from '../../src/store/registry.ts';
import { auditRows, markAudit } from '../support/audit.ts';
import { courtOrder } from '../support/exceptions.ts';
import { plainOf } from '../support/parameters.ts';
import { type Caller, consentFor, startServer, type TestServer } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

const START = Date.parse('2026-09-01T12:00:00Z');
const AUGUST = { from: Date.UTC(2026, 7, 1), to: Date.UTC(2026, 8, 1) };

const meeting = (id: string, patient: string, period: { start: string; end?: string }) => ({
  resourceType: 'Encounter',
  id,
  status: 'finished',
  class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
  subject: { reference: `Patient/${patient}` },
  period,
});
const MEETINGS = [
  meeting('july', 'a', { start: '2026-07-31T18:00:00Z', end: '2026-07-31T21:00:00Z' }),
  meeting('over-midnight', 'a', { start: '2026-07-31T22:00:00Z', end: '2026-08-01T01:00:00Z' }),
  meeting('first', 'a', { start: '2026-08-01T00:00:00Z', end: '2026-08-01T03:00:00Z' }),
  meeting('last', 'a', { start: '2026-08-31T18:00:00Z', end: '2026-08-31T21:00:00Z' }),
  meeting('open', 'a', { start: '2026-08-31T18:00:00Z' }),
  meeting('other', 'b', { start: '2026-08-10T18:00:00Z', end: '2026-08-10T21:00:00Z' }),
];

const document = (date: string, period: object) => ({
  resourceType: 'DocumentReference',
  status: 'current',
  content: [{ attachment: { title: 'Letter' } }],
  date,
  context: { period },
});
const composition = (...periods: object[]) => ({
  resourceType: 'Composition',
  status: 'final',
  type: { text: 'Summary' },
  author: [{ reference: 'Practitioner/anna' }],
  title: 'Summary',
  date: '2026-08-06',
  event: periods.map(period => ({ period })),
});

onEveryStore(store => {
  let server: TestServer;
  let second: App;
  let program: Caller;
  let lawyers: Caller;
  let now = START;
  const put = (parts: Partial<CourtOrderEntry> = {}) =>
    server.app.registry.putException(courtOrder('order', parts));
  const seen = async (caller: Caller = lawyers): Promise<string[]> => {
    const { body } = await caller.get('/fhir/Encounter').expect(200);
    const entries = (body.entry ?? []) as { resource: { resourceType: string; id: string } }[];
    return entries.filter(one => one.resource.resourceType === 'Encounter').map(one => one.resource.id);
  };

  beforeAll(async () => {
    server = await startServer({ store, surroundings: { clock: () => now } });
    second = await createApp(server.app.config, { clock: () => now });
    program = await server.as('program');
    lawyers = await server.register({
      id: 'law',
      organization: 'lawyers',
      role: 'ehr',
      purposes: ['HLEGAL'],
    });
    for (const id of ['a', 'b'])
      await program.put(`/fhir/Patient/${id}`).send({ resourceType: 'Patient', id }).expect(201);
    for (const one of MEETINGS) await program.put(`/fhir/Encounter/${one.id}`).send(one).expect(201);
  });
  afterAll(async () => {
    await second.close();
    await server.close();
  });
  beforeEach(async () => {
    now = START;
    await put();
  });

  describe('2.61-2.67: a court order with a subpoena', () => {
    test('2.61: opens what it names of that person, and nothing else', async () => {
      expect(await seen()).toEqual(['july', 'over-midnight', 'first', 'last', 'open']);
      await lawyers.get('/fhir/Encounter/first').expect(200);
      await lawyers.get('/fhir/Encounter/other').expect(404);
      await lawyers.get('/fhir/Patient/a').expect(404);
    });

    test('2.64(e): opens of the dates that it names what lies in them, and not what has no end', async () => {
      await put({ dates: AUGUST });
      expect(await seen()).toEqual(['first', 'last']);
      await put({ dates: AUGUST, types: ['Patient', 'Encounter'] });
      await lawyers.get('/fhir/Patient/a').expect(200);
    });

    test('2.64(e): opens nothing of a type that has no date where it names dates', async () => {
      await program
        .put('/fhir/Account/acc')
        .send({ resourceType: 'Account', id: 'acc', status: 'active', subject: [{ reference: 'Patient/a' }] })
        .expect(201);
      await put({ types: ['Account', 'Basic'] });
      await lawyers.get('/fhir/Account/acc').expect(200);
      await put({ types: ['Flag', 'Consent', 'AuditEvent', 'Group'], dates: AUGUST });
      await lawyers.get('/fhir/Account/acc').expect(404);
    });

    const july = { start: '2026-07-01', end: '2026-07-31' };
    const august = { start: '2026-08-03', end: '2026-08-05' };
    test.each<[string, object, boolean]>([
      ['recorded then, no onset known', { resourceType: 'Condition', recordedDate: '2026-08-02' }, true],
      [
        'recorded then, begun before',
        { resourceType: 'Condition', recordedDate: '2026-08-02', onsetDateTime: '2026-07-30' },
        false,
      ],
      ['without any date', { resourceType: 'Condition' }, false],
      ['written then, about then', document('2026-08-02T10:00:00Z', august), true],
      ['written then, about before', document('2026-08-02T10:00:00Z', july), false],
      ['written later, about then', document('2026-09-01T10:00:00Z', august), false],
      ['of several periods all then', composition(august, august), true],
      ['of several periods one before', composition(august, july), false],
    ])('2.64(e): of dates is what has all its clinical dates there: %s', async (_name, body, open) => {
      const { resourceType: type } = body as { resourceType: string };
      const subject = { reference: 'Patient/a' };
      await program.put(`/fhir/${type}/dated`).send({ ...body, id: 'dated', subject });
      await put({ dates: AUGUST, types: [type] });
      await lawyers.get(`/fhir/${type}/dated`).expect(open ? 200 : 404);
      const { body: found } = await lawyers.get(`/fhir/${type}?_total=accurate`).expect(200);
      expect(found.total).toBe(open ? 1 : 0);
    });

    test.each<[string, Partial<CourtOrderEntry>]>([
      ['to another Organization', { organization: 'ehr' }],
      ['to another program', { program: 'neighbour' }],
      ['about another person', { patient: 'nobody' }],
      ['of other types', { types: ['Observation'] }],
      ['that is not in force yet', { from: START + 1 }],
      ['that is over', { until: START }],
      ['that was ended', { ended: START }],
    ])('2.61: one %s opens nothing', async (_name, parts) => {
      await put(parts);
      expect(await seen()).toEqual([]);
    });

    test('2.61: it is for legal proceedings and for no other purpose', async () => {
      for (const purpose of ['TREAT', 'HPAYMT', 'HOPERAT', 'HRESCH']) {
        const other = await server.register({
          id: `law-${purpose}`,
          organization: 'lawyers',
          role: 'ehr',
          purposes: [purpose],
        });
        expect(await seen(other)).toEqual([]);
      }
    });

    test('2.61: lets nobody write', async () => {
      const body = { ...MEETINGS[2]!, status: 'cancelled' };
      await lawyers.put('/fhir/Encounter/first').send(body).expect(403);
      await lawyers.delete('/fhir/Encounter/first').expect(403);
    });

    test('2.61: once it is ended, nothing is open with the next request, on every server', async () => {
      const there = async () => {
        const { status } = await supertest(second.http)
          .get('/fhir/Encounter/first')
          .set('Authorization', `Bearer ${lawyers.token}`);
        return status;
      };
      expect(await there()).toBe(200);
      await put({ ended: now });
      expect(await there()).toBe(404);
      await lawyers.get('/fhir/Encounter/first').expect(404);
    });

    test('2.12(d): without an order, or a Consent for it alone, nothing goes out, and that was asked is in the trail', async () => {
      await put({ ended: now });
      await program
        .put('/fhir/Consent/tpo')
        .send({ ...consentFor('a', 'lawyers'), id: 'tpo' })
        .expect(201);
      const mark = await markAudit(server.app.context.store);
      await lawyers.get('/fhir/Encounter/first').expect(404);
      expect(await seen()).toEqual([]);
      const rows = await auditRows(server.app.context.store, mark);
      expect(rows.map(({ action, outcome, purpose }) => [action, outcome, purpose])).toEqual([
        ['read', 'not-found', ['HLEGAL']],
        ['search', 'ok', ['HLEGAL']],
      ]);
    });

    test('2.32: what goes out carries the notice, the trail says by which rule, and it is accounted for', async () => {
      const mark = await markAudit(server.app.context.store);
      const { headers } = await lawyers.get('/fhir/Encounter/first').expect(200);
      expect(headers['redisclosure-notice']).toMatch(/42 CFR part 2/);
      const [row] = await auditRows(server.app.context.store, mark);
      expect(row).toMatchObject({ purpose: ['HLEGAL'], owners: ['program'] });
      expect(row!.reasons).toContain('court-order');
      const { body } = await program.get('/fhir/Patient/a/$accounting-of-disclosures').expect(200);
      expect(plainOf(body.parameter).disclosure).toContainEqual(
        expect.objectContaining({ recipient: ['Organization/lawyers'], purpose: ['HLEGAL'] }),
      );
    });
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { auditRows, markAudit } from '../../support/audit.ts';
import {
  attendance,
  type Clinic,
  client,
  outcomesOf,
  session,
  startClinic,
  versionOf,
} from '../../support/clinic.ts';
import { consentFor } from '../../support/server.ts';
import { onEveryStore } from '../../support/stores.ts';

let clinic: Clinic;
let n = 0;
/** A client of its own for every test, so that none sees another's. */
let c: string;

onEveryStore(store => {
  beforeAll(async () => {
    clinic = await startClinic(store);
  });
  afterAll(() => clinic.server.close());
  beforeEach(() => {
    n += 1;
    c = `c${n}`;
  });

  describe('what others changed through FHIR', () => {
    test('stays where the record has not changed, and is told with both values', async () => {
      await clinic.take([client(c), session(c)]);
      await clinic.edit(await clinic.appointmentOf(c), { status: 'cancelled' });
      const before = await clinic.read(await clinic.appointmentOf(c));
      const [outcome] = await clinic.take([session(c)]);
      expect(outcome).toEqual({
        index: 0,
        kind: 'session',
        id: `s-${c}`,
        outcome: 'unchanged',
        resources: 0,
        kept: [{ path: 'clients[0].cancelled', fhir: { by: 'other' } }],
      });
      expect(await clinic.read(await clinic.appointmentOf(c))).toEqual(before);
    });

    test('is shown as an EHR made it', async () => {
      await clinic.take([client(c), session(c)]);
      const [, patient] = (await clinic.made('client', c)).split('/') as [string, string];
      const consent = await clinic.program
        .post('/fhir/Consent')
        .set('Content-Type', 'application/fhir+json')
        .send(JSON.stringify(consentFor(patient, 'ehr')));
      expect(consent.status).toBe(201);
      const start = '2026-08-03T17:00:00-05:00';
      await clinic.edit(await clinic.appointmentOf(c), { start }, await clinic.server.as('ehr'));
      const [outcome] = await clinic.take([session(c)]);
      expect(outcome?.kept).toEqual([{ path: 'start', record: session(c).start, fhir: start }]);
    });

    test('is no conflict where the record says the same now', async () => {
      await clinic.take([client(c), session(c)]);
      await clinic.edit(await clinic.appointmentOf(c), { start: '2026-08-03T17:00:00-05:00' });
      const same = session(c, { start: '2026-08-03T17:00:00-05:00' });
      expect(outcomesOf(await clinic.take([same]))).toEqual(['unchanged']);
      expect(versionOf(await clinic.read(await clinic.appointmentOf(c)))).toBe('2');
      // Both sides agree from here on: the next change of the record is a plain one.
      expect(outcomesOf(await clinic.take([session(c)]))).toEqual(['written']);
    });

    test('beside the record is kept while the record changes', async () => {
      await clinic.take([client(c), session(c)]);
      await clinic.edit(await clinic.appointmentOf(c), { comment: 'Bring the form.', priority: 5 });
      expect(outcomesOf(await clinic.take([session(c)]))).toEqual(['unchanged']);
      const [outcome] = await clinic.take([session(c, { topic: 'Sleep' })]);
      expect(outcome).toMatchObject({ outcome: 'written', resources: 1 });
      const appointment = await clinic.read(await clinic.appointmentOf(c));
      expect(appointment).toMatchObject({ comment: 'Bring the form.', priority: 5 });
      expect(JSON.stringify(appointment.serviceType)).toContain('Sleep');
    });

    test('with digits of its own keeps every one of them', async () => {
      await clinic.take([client(c), session(c)]);
      const reference = await clinic.appointmentOf(c);
      const current = (await clinic.program.get(`/fhir/${reference}`)).text;
      const extension = '"extension":[{"url":"http://example.org/weight","valueDecimal":1.00},';
      // Behind meta, whose labels have extensions of their own.
      const body = current.replace(/"extension":\[(?=\{"url":"https:\/\/iop-fhir)/, extension);
      await clinic.program
        .put(`/fhir/${reference}`)
        .set('Content-Type', 'application/fhir+json')
        .send(body)
        .expect(200);
      expect(outcomesOf(await clinic.take([session(c, { topic: 'Sleep' })]))).toEqual(['written']);
      expect((await clinic.program.get(`/fhir/${reference}`)).text).toContain('"valueDecimal":1.00');
    });

    test('is told of the session, not of the attendance that is imported after it', async () => {
      await clinic.take([client(c), session(c)]);
      await clinic.edit(await clinic.appointmentOf(c), { start: '2026-08-03T17:00:00-05:00' });
      expect(outcomesOf(await clinic.take([attendance(c)]))).toEqual(['written']);
      expect(await clinic.read(await clinic.appointmentOf(c))).toMatchObject({
        status: 'fulfilled',
        start: '2026-08-03T17:00:00-05:00',
      });
      const outcomes = await clinic.take([session(c), attendance(c)]);
      expect(outcomes.map(one => [one.outcome, one.kept?.map(kept => kept.path)])).toEqual([
        ['unchanged', ['start']],
        ['unchanged', undefined],
      ]);
    });

    test('contradicts the attendance: cancelled there, attended here', async () => {
      await clinic.take([client(c), session(c)]);
      await clinic.edit(await clinic.appointmentOf(c), { status: 'cancelled' });
      const [outcome] = await clinic.take([attendance(c)]);
      expect(outcome).toMatchObject({ outcome: 'conflict', issues: [{ path: 'status' }] });
      expect(await clinic.made('attendance', `a-${c}`)).toBe('');
    });

    test('after the attendance is told of the attendance', async () => {
      await clinic.take([client(c), session(c), attendance(c)]);
      await clinic.edit(await clinic.appointmentOf(c), { status: 'noshow' });
      const [outcome] = await clinic.take([attendance(c)]);
      expect(outcome?.kept).toEqual([{ path: 'status', record: 'present', fhir: 'no-show' }]);
    });

    test('away is told, and nothing is made again', async () => {
      await clinic.take([client(c), session(c)]);
      const reference = await clinic.appointmentOf(c);
      await clinic.program.delete(`/fhir/${reference}`).expect(204);
      const [outcome] = await clinic.take([session(c, { topic: 'Sleep' })]);
      expect(outcome).toMatchObject({
        outcome: 'conflict',
        issues: [{ path: '', message: `its Appointment (appointment/${c}) was deleted through FHIR` }],
      });
      const [attended] = await clinic.take([attendance(c)]);
      expect(attended).toMatchObject({ outcome: 'conflict' });
      expect((await clinic.program.get(`/fhir/${reference}`)).status).toBe(410);
    });

    test('in one client does not hold up the others', async () => {
      await clinic.take([client(c), session(c)]);
      await clinic.edit(await clinic.appointmentOf(c), { status: 'cancelled' });
      const moved = session(c, { clients: [{ client: c, cancelled: { by: 'patient' } }] });
      expect(outcomesOf(await clinic.take([moved, client(`${c}-b`)]))).toEqual(['conflict', 'written']);
    });
  });

  describe('two imports at once', () => {
    test('of the same records write them once', async () => {
      const records = [client(c), session(c)];
      const [first, second] = await Promise.all([clinic.take(records), clinic.take(records)]);
      for (const i of [0, 1]) {
        expect([first[i]!.outcome, second[i]!.outcome].sort()).toEqual(['unchanged', 'written']);
      }
      expect(versionOf(await clinic.read(await clinic.made('client', c)))).toBe('1');
    });

    test('of different versions end with one of them, wholly', async () => {
      await clinic.take([client(c), session(c)]);
      const versions = ['A', 'B', 'C'].map(topic => session(c, { topic }));
      const outcomes = (await Promise.all(versions.map(one => clinic.take([one])))).flat();
      expect(outcomesOf(outcomes)).toContain('written');
      const last = outcomes.filter(one => one.outcome === 'written').length;
      expect(versionOf(await clinic.read(await clinic.appointmentOf(c)))).toBe(String(1 + last));
    });
  });

  describe('the trail of an import', () => {
    test('has one row for each record written and one for what was compared', async () => {
      const { store } = clinic.server.app.context;
      await clinic.take([client(c), session(c)]);
      const before = await markAudit(store);
      await clinic.take([client(c), session(c), client(`${c}-b`)]);
      const added = await auditRows(store, before);
      expect(added.map(row => [row.action, row.outcome])).toEqual([
        ['import', 'ok'],
        ['import', 'ok'],
      ]);
      const versions = added.flatMap(row => row.versions);
      expect(versions).toEqual(
        expect.arrayContaining([
          `${await clinic.made('client', c)}/1`,
          `${await clinic.appointmentOf(c)}/1`,
          `${await clinic.made('client', `${c}-b`)}/1`,
        ]),
      );
    });
  });
});

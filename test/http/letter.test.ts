// What the staff take in hand: a letter to print, and a record as FHIR says it now.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/fhir/types.ts';
import { auditRows, markAudit } from '../support/audit.ts';
import { attendance, type Clinic, client, session, startClinic } from '../support/clinic.ts';
import { consentFor } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

const CLINICIAN = {
  ...{ kind: 'clinician', id: 'moss', program: 'program', name: { family: 'Moss', given: ['Jory'] } },
  ...{ active: true, discipline: 'case-manager' },
};
const letter = (id: string, more: JsonObject): JsonObject => ({
  ...{ kind: 'letter', id, program: 'program', client: 'c', clinician: 'moss', subject: 'attendance' },
  ...{ at: '2026-09-10T11:00:00-04:00', to: { kind: 'employer', name: 'Foundry <& Sons>' } },
  text: 'He comes three times a week.\n\nUntil "November".',
  ...more,
});
const CONSENT = {
  ...{ kind: 'consent', id: 'k', program: 'program', client: 'c', status: 'active', effect: 'permit' },
  ...{ recipient: 'ehr', purposes: ['TREAT'], allRecords: true, statements: ['revocation'] },
  ...{
    signedOn: '2026-09-01',
    verifiedOn: '2026-09-01T10:00:00-04:00',
    expiresUpon: 'The end',
    paper: 'Folder',
  },
};
const RECORDS: JsonObject[] = [
  CLINICIAN,
  client('c'),
  CONSENT,
  session('c', { clinician: 'moss' }),
  attendance('c', { status: 'late', start: '2026-08-03T18:20:00-05:00' }),
  letter('draft', { status: 'draft' }),
  letter('sent', { status: 'sent', sentAt: '2026-09-11T09:00:00-04:00', consent: 'k' }),
];

const NAMED = RECORDS.filter(one => one.kind !== 'consent').map(
  one => [`${one.kind} ${one.id}`, one] as const,
);

onEveryStore(store => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await startClinic(store);
    const outcomes = await clinic.take(RECORDS);
    expect(outcomes.filter(one => one.outcome !== 'written')).toEqual([]);
  });
  afterAll(() => clinic.server.close());
  const pageOf = async (id: string) =>
    `/iop/letters/${(await clinic.made('letter', id)).slice('DocumentReference/'.length)}`;

  describe('GET /iop/letters/{id}', () => {
    test('prints to whom, about whom, what and by whom, as text and without scripts', async () => {
      const answer = await clinic.program.get(await pageOf('sent')).expect(200);
      expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
      for (const text of [
        'Foundry &lt;&amp; Sons&gt;',
        'Nobody Invented',
        'Jory Moss',
        '2026-09-11',
        'He comes three times a week.',
        '&quot;November&quot;',
        '42 CFR part 2',
        'the consent signed on 2026-09-01',
      ])
        expect(answer.text).toContain(text);
      expect(answer.text).not.toContain('class="mark"');
    });

    test('of one that may not go out says so', async () => {
      expect((await clinic.program.get(await pageOf('draft')).expect(200)).text).toContain('>Draft.');
      const consent = await clinic.made('consent', 'k');
      await clinic.edit(consent, { status: 'inactive' });
      const sent = (await clinic.program.get(await pageOf('sent')).expect(200)).text;
      expect(sent).toContain('not to be sent again');
    });

    test('is for the program alone, also where the client permits more', async () => {
      const patient = (await clinic.made('client', 'c')).slice('Patient/'.length);
      await clinic.program.post('/fhir/Consent').send(consentFor(patient, 'ehr')).expect(201);
      const path = await pageOf('sent');
      for (const role of ['ehr', 'payer'] as const) {
        const caller = await clinic.server.as(role);
        const [here, nowhere] = await Promise.all([caller.get(path), caller.get('/iop/letters/none')]);
        expect([here.status, nowhere.status]).toEqual([403, 403]);
      }
    });

    test.each(['none', 'a b', '%00'])('%s is no letter', async id => {
      await clinic.program.get(`/iop/letters/${encodeURIComponent(id)}`).expect(404);
    });

    test('leaves a row with what was read', async () => {
      const mark = await markAudit(clinic.server.app.context.store);
      await clinic.program.get(await pageOf('draft')).expect(200);
      const [row, ...more] = await auditRows(clinic.server.app.context.store, mark);
      expect(more).toEqual([]);
      expect(row).toMatchObject({ action: 'letter', outcome: 'ok' });
      expect(row!.versions).toContain(`${await clinic.made('letter', 'draft')}/1`);
      expect(row!.versions).toContain(`${await clinic.made('client', 'c')}/1`);
    });
  });

  describe('GET /iop/records/{kind}/{id}', () => {
    test.each(NAMED)('%s comes back as it was imported', async (_name, record) => {
      const { body } = await clinic.program.get(`/iop/records/${record.kind}/${record.id}`).expect(200);
      expect(body).toEqual(record);
    });

    test('says what others changed since, and is imported again without a change', async () => {
      await clinic.edit(await clinic.appointmentOf('c'), { end: '2026-08-03T19:30:00-05:00' });
      const { body } = await clinic.program.get('/iop/records/session/s-c').expect(200);
      expect(body.end).toBe('2026-08-03T19:30:00-05:00');
      expect(await clinic.take([body])).toMatchObject([{ outcome: 'unchanged' }]);
    });

    test.each(['/iop/records/client/none', '/iop/records/nothing/c', '/iop/records/client/c%7C'])(
      '%s is not there',
      async path => {
        await clinic.program.get(path).expect(404);
      },
    );

    test('is for the program alone', async () => {
      const ehr = await clinic.server.as('ehr');
      await ehr.get('/iop/records/client/c').expect(403);
    });
  });
});

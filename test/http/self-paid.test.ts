// A session that the client paid for alone (42 CFR 2.26): to the payer it does not exist, whatever it asks and whatever
// else is permitted; for everybody else nothing changes.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/fhir/types.ts';
import { attendance, type Clinic, client, outcomesOf, session, startClinic } from '../support/clinic.ts';
import { type Caller, consentFor, coverageFor } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

const hour = (day: string): JsonObject => ({
  start: `2026-08-${day}T18:00:00-05:00`,
  end: `2026-08-${day}T19:00:00-05:00`,
});
const restriction: JsonObject = {
  kind: 'consent',
  id: 'self-paid',
  program: 'program',
  client: 'c-1',
  status: 'active',
  effect: 'deny',
  recipient: 'payer',
  purposes: ['HPAYMT', 'HOPERAT'],
  selfPaid: [{ session: 's-c-1', attendance: 'a-c-1' }],
  signedOn: '2026-08-01',
};

onEveryStore(store => {
  let clinic: Clinic;
  let id = '';
  let encounter = '';
  let hidden: string[] = [];
  const callers: Record<string, Caller> = {};
  beforeAll(async () => {
    clinic = await startClinic(store);
    const procedures = ['cbt'];
    const outcomes = await clinic.take([
      client('c-1'),
      session('c-1', hour('03')),
      session('c-1', { id: 's-2', ...hour('05') }),
      attendance('c-1', { ...hour('03'), procedures }),
      attendance('c-1', { id: 'a-2', session: 's-2', ...hour('05'), procedures }),
      restriction,
    ]);
    expect(new Set(outcomesOf(outcomes))).toEqual(new Set(['written']));
    id = (await clinic.made('client', 'c-1')).slice('Patient/'.length);
    encounter = await clinic.made('attendance', 'a-c-1');
    hidden = [
      encounter,
      await clinic.made('session', 's-c-1', 'appointment/c-1'),
      await clinic.made('attendance', 'a-c-1', 'procedure/cbt'),
    ];
    const { program, server } = clinic;
    // For operations as well: the restriction is for both.
    const payments = consentFor(id, 'payer', 'HPAYMT');
    const { system } = payments.provision.purpose[0]!;
    const purpose = ['HPAYMT', 'HOPERAT'].map(code => ({ system, code }));
    const provision = { ...payments.provision, purpose };
    for (const body of [{ ...payments, provision }, coverageFor(id, 'payer'), consentFor(id, 'ehr')])
      await program.post(`/fhir/${body.resourceType}`).send(body).expect(201);
    callers.program = program;
    callers.ehr = await server.as('ehr');
    callers.payer = await server.as('payer');
    const operations = { organization: 'payer', role: 'payer', purposes: ['HOPERAT'] } as const;
    callers.operations = await server.register({ id: 'operations', ...operations });
    callers.patient = await server.register({
      id: 'me',
      organization: 'program',
      role: 'patient',
      patient: id,
    });
  });
  afterAll(() => clinic.server.close());

  const idsOf = async (caller: Caller, query: string): Promise<string[]> => {
    const { body } = await caller.get(`/fhir/${query}`).expect(200);
    const found = ((body.entry ?? []) as { resource: { resourceType: string; id: string } }[]).map(
      ({ resource }) => `${resource.resourceType}/${resource.id}`,
    );
    return found.filter(one => !one.startsWith('OperationOutcome/'));
  };

  describe('the payer', () => {
    test('reads none of its resources, nor their history, and the answer is that of an unknown id', async () => {
      for (const reference of hidden) {
        const type = reference.split('/')[0]!;
        for (const path of [reference, `${reference}/_history`, `${reference}/_history/1`]) {
          const unknown = path.replace(reference, `${type}/nothing`);
          const [got, none] = [
            await callers.payer!.get(`/fhir/${path}`).expect(404),
            await callers.payer!.get(`/fhir/${unknown}`).expect(404),
          ];
          expect(got.body.issue).toEqual(none.body.issue);
        }
      }
    });

    test.each(['Encounter', 'Appointment', 'Procedure'])('counts one %s, the other one', async type => {
      const found = await idsOf(callers.payer!, `${type}?patient=${id}`);
      expect(found).toHaveLength(1);
      expect(hidden).not.toContain(found[0]);
      const { body } = await callers.payer!.get(`/fhir/${type}?patient=${id}&_summary=count`).expect(200);
      expect(body.total).toBe(1);
    });

    test.each([
      'Patient?_revinclude=Encounter:patient&_revinclude=Appointment:patient&_revinclude=Procedure:patient',
      'Encounter?_include=Encounter:appointment&_revinclude=Procedure:encounter',
      'Procedure?_include=Procedure:encounter',
      'Encounter/_history',
      'Appointment/_history',
      '_history',
    ])('finds none of it by %s', async query => {
      const found = await idsOf(callers.payer!, query);
      expect(found.length).toBeGreaterThan(0);
      expect(found.filter(one => hidden.includes(one))).toEqual([]);
    });

    test('finds nobody by it', async () => {
      const queries = [`Procedure?encounter=${encounter}`, 'Encounter?date=2026-08-03'];
      for (const query of queries) expect(await idsOf(callers.payer!, query)).toEqual([]);
    });
  });

  test('the payer for its operations finds the other session and no more', async () => {
    for (const type of ['Encounter', 'Appointment', 'Procedure']) {
      const found = await idsOf(callers.operations!, `${type}?patient=${id}`);
      expect(found).toHaveLength(1);
      expect(hidden).not.toContain(found[0]);
    }
  });

  test.each(['program', 'ehr', 'patient'])('%s sees it as before', async name => {
    for (const reference of hidden) await callers[name]!.get(`/fhir/${reference}`).expect(200);
    expect(await idsOf(callers[name]!, 'Encounter')).toHaveLength(2);
  });

  test("the program's own view of the client holds both sessions and all their minutes", async () => {
    const { body } = await callers.program!.get(`/iop/clients/${id}`).expect(200);
    expect(body.attendance).toMatchObject([{ week: '2026-W32', attended: 2, absent: 0, minutes: 120 }]);
  });

  test('is over when the restriction is taken back', async () => {
    await clinic.take([{ ...restriction, status: 'revoked' }]);
    for (const reference of hidden) await callers.payer!.get(`/fhir/${reference}`).expect(200);
  });

  test('names sessions that there are', async () => {
    const selfPaid = [{ session: 's-c-1', attendance: 'a-9' }];
    const [outcome] = await clinic.take([{ ...restriction, id: 'other', selfPaid }]);
    expect(outcome!.outcome).not.toBe('written');
  });
});

// Of which records a consent is, in the words of the program, and what an EHR gets by it.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/fhir/types.ts';
import { attendance, type Clinic, client, outcomesOf, session, startClinic } from '../support/clinic.ts';
import type { Caller } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

const consent = (more: JsonObject): JsonObject => ({
  kind: 'consent',
  id: 'k',
  program: 'program',
  client: 'c-1',
  status: 'active',
  effect: 'permit',
  recipient: 'ehr',
  purposes: ['TREAT'],
  statements: ['revocation'],
  signedOn: '2026-08-01',
  verifiedOn: '2026-08-01T10:00:00Z',
  expiresUpon: 'The end of treatment',
  ...more,
});
const later: JsonObject = { start: '2026-08-10T18:00:00-05:00', end: '2026-08-10T19:00:00-05:00' };

onEveryStore(store => {
  let clinic: Clinic;
  let ehr: Caller;
  beforeAll(async () => {
    clinic = await startClinic(store);
    ehr = await clinic.server.as('ehr');
    const standing = { category: 'encounter-diagnosis', status: 'active', verification: 'confirmed' };
    const diagnosis = { kind: 'diagnosis', program: 'program', client: 'c-1', ...standing };
    const outcomes = await clinic.take([
      client('c-1'),
      session('c-1'),
      session('c-1', { id: 's-2', ...later }),
      attendance('c-1'),
      attendance('c-1', { id: 'a-2', session: 's-2', ...later }),
      { ...diagnosis, id: 'd-1', code: 'F11.20' },
      { ...diagnosis, id: 'd-2', code: 'I10' },
    ]);
    expect(new Set(outcomesOf(outcomes))).toEqual(new Set(['written']));
  });
  afterAll(() => clinic.server.close());

  test.each<[string, JsonObject, Record<string, number>]>([
    ['all records', { allRecords: true }, { Patient: 1, Encounter: 2, Appointment: 2, Condition: 2 }],
    [
      'only sessions and diagnoses',
      { only: ['sessions', 'diagnoses'] },
      { Patient: 0, Encounter: 2, Appointment: 0, Condition: 2 },
    ],
    [
      'all but sessions',
      { allRecords: true, except: ['sessions'] },
      { Patient: 1, Encounter: 0, Appointment: 2, Condition: 2 },
    ],
    [
      'all but what reveals opioid use',
      { allRecords: true, exceptSensitive: ['OPIOIDUD'] },
      { Patient: 1, Encounter: 2, Appointment: 2, Condition: 1 },
    ],
    [
      'of one week, and nothing that says no day',
      { allRecords: true, dataFrom: '2026-08-03', dataUntil: '2026-08-09' },
      { Patient: 0, Encounter: 1, Appointment: 1, Condition: 0 },
    ],
  ])('%s', async (_name, scope, counts) => {
    const [outcome] = await clinic.take([consent(scope)]);
    expect(['written', 'unchanged']).toContain(outcome!.outcome);
    const seen: Record<string, number> = {};
    for (const type of Object.keys(counts)) {
      const { body } = await ehr.get(`/fhir/${type}?_summary=count`).expect(200);
      seen[type] = body.total;
    }
    expect(seen).toEqual(counts);
  });
});

import { describe, expect, test } from '@jest/globals';
import type { AnyResource } from '../../../src/fhir/types.ts';
import type { AttendanceRecord } from '../../../src/iop/attendance.ts';
import { linksOf, transactionOf, transactionsOf } from '../../../src/iop/bundle.ts';
import type { ClientRecord } from '../../../src/iop/client.ts';
import type { RecordEnvelope } from '../../../src/iop/concept.ts';
import { generateClinic } from '../../../src/iop/generate/clinic-records.ts';
import type { SessionRecord } from '../../../src/iop/session.ts';
import { validateResource } from '../../../src/validation/validate.ts';

const program = 'riverbend';
const client: ClientRecord = {
  kind: 'client',
  id: 'c-1',
  program,
  name: { family: 'Farrow', given: ['Ines'] },
  active: true,
  birthDate: '1990-01-01',
  gender: 'female',
};
const session: SessionRecord = {
  kind: 'session',
  id: 's-1',
  program,
  type: 'individual',
  mode: 'on-site',
  start: '2026-08-03T14:00:00-04:00',
  end: '2026-08-03T15:00:00-04:00',
  clients: [{ client: 'c-1' }],
};
const attendance: AttendanceRecord = {
  kind: 'attendance',
  id: 'a-1',
  program,
  session: 's-1',
  client: 'c-1',
  status: 'no-show',
  type: 'individual',
  mode: 'on-site',
  start: session.start,
  end: session.end,
};

const types = (records: readonly RecordEnvelope[]) =>
  transactionOf(records).entry?.map(one => one.resource?.resourceType);

describe('a transaction of records', () => {
  test('has one conditional create for each resource', () => {
    const { entry = [] } = transactionOf([client]);
    expect(entry).toHaveLength(1);
    expect(entry[0]?.request).toEqual({
      method: 'POST',
      url: 'Patient',
      ifNoneExist: 'identifier=https%3A%2F%2Fiop-fhir.example%2Ffhir%2Fidentifier%2Friverbend%2Fclient%7Cc-1',
    });
  });

  test('links what is in it by urn:uuid, the same in every run', () => {
    const { entry = [] } = transactionOf([client, session]);
    expect(entry[0]?.fullUrl).toBe(linksOf(program).to('client', 'c-1'));
    expect(JSON.stringify(entry[1]?.resource)).toContain(`"reference":"${entry[0]?.fullUrl}"`);
    expect(entry[0]?.fullUrl).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  test('refers to what was sent before by its business identifier', () => {
    const { entry = [] } = transactionOf([session]);
    expect(JSON.stringify(entry[0]?.resource)).toContain(
      '"reference":"Patient?identifier=https%3A%2F%2Fiop-fhir.example%2Ffhir%2Fidentifier%2Friverbend%2Fclient%7Cc-1"',
    );
  });

  test('tells programs apart that use the same key', () => {
    const [ours, theirs] = [program, 'hillside'].map(
      one => transactionOf([{ ...client, program: one } as RecordEnvelope]).entry?.[0],
    );
    expect(ours?.fullUrl).not.toBe(theirs?.fullUrl);
    expect(ours?.request?.ifNoneExist).not.toBe(theirs?.request?.ifNoneExist);
  });

  test('carries an amendment in the resource that it amends', () => {
    const appointment = transactionOf([client, session, attendance]).entry?.[1]?.resource;
    expect(appointment).toMatchObject({ resourceType: 'Appointment', status: 'noshow' });
    expect(types([client, session, attendance])).toEqual(['Patient', 'Appointment', 'Encounter']);
  });

  test('is refused where the amended resource is missing, or says the opposite', () => {
    expect(() => transactionOf([client, attendance])).toThrow(/amends session s-1/);
    const cancelled = {
      ...session,
      clients: [{ client: 'c-1', cancelled: { by: 'provider' } }],
    } as SessionRecord;
    const present = { ...attendance, status: 'present' } as AttendanceRecord;
    expect(() => transactionOf([client, cancelled, present])).toThrow(/session s-1/);
  });

  test('is refused for a kind of record that does not exist', () => {
    expect(() => transactionOf([{ kind: 'invoice', id: 'x', program }])).toThrow(/invoice/);
  });
});

describe('transactions of a whole clinic', () => {
  const records = [...generateClinic({ clients: 24, weeks: 5, seed: 5, program })];
  const bundles = [...transactionsOf(records, 120)];

  test('hold together what one transaction of everything holds', () => {
    const whole = (transactionOf(records).entry ?? []).map(one => one.fullUrl);
    const pieces = bundles.flatMap(one => one.entry ?? []).map(one => one.fullUrl);
    expect(pieces.toSorted()).toEqual(whole.toSorted());
  });

  test('are about as large as was asked for', () => {
    expect(bundles.length).toBeGreaterThan(10);
    const sizes = bundles.slice(0, -1).map(one => one.entry?.length ?? 0);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(120);
    expect(Math.max(...sizes)).toBeLessThan(200);
  });

  test('settle every appointment in the Bundle that creates it', () => {
    const resources = bundles
      .flatMap(one => one.entry ?? [])
      .map(one => one.resource as unknown as AnyResource);
    const statuses = resources.filter(one => one.resourceType === 'Appointment').map(one => one.status);
    expect(statuses.length).toBeGreaterThan(100);
    expect(statuses).not.toContain('booked');
  });

  test('are valid R4', () => {
    expect(bundles.slice(0, 4).flatMap(one => validateResource(one as unknown as AnyResource))).toEqual([]);
  });
});

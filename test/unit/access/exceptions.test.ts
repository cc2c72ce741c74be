// The exceptions of 42 CFR Part 2 as decide has them: what each reaches, and that nothing is reached beside it.
import { describe, expect, test } from '@jest/globals';
import { agreementsOf, isInForce } from '../../../src/access/audit-agreement.ts';
import { isDated, isOrderable, ordersOf } from '../../../src/access/court-order.ts';
import { decide } from '../../../src/access/decide.ts';
import type { Principal, Role, Use } from '../../../src/access/grant.ts';
import { parseScopes } from '../../../src/access/scope.ts';
import { RESOURCE_TYPES } from '../../../src/fhir/resource-types.ts';
import { agreement, courtOrder } from '../../support/exceptions.ts';

const AT = Date.parse('2026-09-01T12:00:00Z');
const caller = (role: Role, parts: Partial<Principal> = {}): Principal => ({
  client: 'c',
  organization: 'acme',
  role,
  scopes: parseScopes('system/*.cruds'),
  purposes: [],
  idSpace: { prefix: 'acme-', others: [] },
  ...parts,
});
const grantOf = (principal: Principal) => decide(principal, [], AT, 'program');
const READING: Use[] = ['read', 'search', 'history'];
const WRITING: Use[] = ['create', 'update', 'delete'];
const ofPerson = {
  kind: 'and',
  of: [
    { kind: 'owner', organization: 'program' },
    { kind: 'person', patient: 'a' },
  ],
};

describe('2.51: an emergency', () => {
  const stated = { id: 'e', patient: 'a', program: 'program' };
  const inEmergency = (parts: Partial<Principal> = {}) =>
    caller('ehr', { purposes: ['BTG'], emergency: stated, ...parts });

  test('reaches what names that person in the record of that program, and nothing else but the directory', () => {
    const grant = grantOf(inEmergency());
    expect(grant.reasons).toEqual(['emergency', 'directory']);
    for (const use of READING) {
      expect(grant.narrow('Observation', use)).toEqual(ofPerson);
      for (const type of ['Consent', 'AuditEvent']) expect(grant.narrow(type, use)).toEqual({ kind: 'none' });
      expect(JSON.stringify(grant.narrow('Organization', use))).toContain('no-person');
    }
    for (const type of RESOURCE_TYPES)
      expect(JSON.stringify(grant.narrow(type, 'search'))).not.toMatch(/consent|source|acme/);
    expect(grant.audit).toEqual({ kind: 'none' });
  });

  test('writes nothing, adopts nothing, and names nothing', () => {
    const grant = grantOf(inEmergency());
    for (const type of RESOURCE_TYPES)
      for (const use of WRITING) expect(grant.narrow(type, use)).toEqual({ kind: 'none' });
    expect(grant.adopt).toEqual({ kind: 'none' });
    expect(grant.mayName('Observation', 'acme-1')).toBe(false);
  });

  test.each<[string, Partial<Principal>]>([
    ['for a person whom nobody has registered', { emergency: { id: 'e', patient: 'a' } }],
    ['for what is no id', { emergency: { ...stated, patient: 'a b' } }],
    ['once its client is not registered for it any more', { purposes: [] }],
    ['for another purpose', { purposes: ['TREAT'] }],
    ...(['program', 'payer', 'patient', 'representative', 'auditor', 'admin'] as const).map(
      (role): [string, Partial<Principal>] => [`for the role ${role}`, { role }],
    ),
  ])('reaches nothing of a person %s', (_name, parts) => {
    const grant = grantOf(inEmergency(parts));
    for (const use of [...READING, ...WRITING])
      expect(grant.narrow('Observation', use)).toEqual({ kind: 'none' });
  });
});

describe('what is recorded is in force', () => {
  test.each([
    [{ from: 10, until: 20 }, [false, true, true, false]],
    [{ from: 10, until: 20, ended: 15 }, [false, true, false, false]],
    [{ from: 10, until: 20, ended: 5 }, [false, false, false, false]],
    [{ from: 10, until: 20, ended: 30 }, [false, true, true, false]],
  ])('%j at 9, 10, 19 and 20: %j', (entry, expected) => {
    expect([9, 10, 19, 20].map(at => isInForce(entry, at))).toEqual(expected);
  });
});

describe('2.53: an audit agreement', () => {
  const auditor = (parts: Partial<Principal> = {}) =>
    caller('auditor', { client: 'audit', purposes: ['HACCRED'], ...parts });

  test('reaches the record of the program to read it, and nothing by Consent', () => {
    const agreements = [agreement('x'), agreement('y', { program: 'second' })];
    const grant = grantOf(auditor({ agreements }));
    const owners = ['program', 'second'].map(organization => ({ kind: 'owner', organization }));
    for (const use of READING) expect(grant.narrow('Observation', use)).toEqual({ kind: 'or', of: owners });
    for (const use of WRITING) expect(grant.narrow('Observation', use)).toEqual({ kind: 'none' });
    expect(grant.reasons).toEqual(['audit-agreement', 'directory']);
    expect(grant.mayName('Observation', 'acme-1')).toBe(false);
  });

  test('without one an auditor sees the directory alone', () => {
    const grant = grantOf(auditor());
    expect(grant.narrow('Observation', 'read')).toEqual({ kind: 'none' });
    expect(grant.reasons).toEqual(['directory']);
  });

  test.each<[string, Partial<Principal>, number]>([
    ['for its client', {}, 1],
    ['for no other client', { client: 'other' }, 0],
    ['for no other role', { role: 'ehr' }, 0],
    ['for no purpose but that it names', { purposes: ['HCOMPL', 'HOPERAT'] }, 0],
  ])('stands %s', (_name, parts, count) => {
    expect(agreementsOf(auditor(parts), [agreement('x')], AT)).toHaveLength(count);
  });
});

describe('2.61: a court order', () => {
  const lawyers = (parts: Partial<Principal> = {}) =>
    caller('ehr', { organization: 'lawyers', purposes: ['HLEGAL'], ...parts });

  test('reaches the types that it names of the person, to read them', () => {
    const orders = [courtOrder('x', { types: ['Observation', 'Consent', 'AuditEvent', 'Group'] })];
    const grant = grantOf(lawyers({ orders }));
    const reached = (type: string, use: Use) =>
      grant
        .because(type, use)
        .rules.filter(({ reason }) => reason === 'court-order')
        .map(({ where }) => where);
    expect(reached('Observation', 'read')).toEqual([ofPerson]);
    expect(reached('Encounter', 'read')).toEqual([]);
    for (const type of ['Consent', 'AuditEvent', 'Group']) expect(reached(type, 'read')).toEqual([]);
    for (const use of WRITING) expect(reached('Observation', use)).toEqual([]);
    expect(grant.reasons).toContain('court-order');
    expect(grantOf(lawyers()).reasons).not.toContain('court-order');
  });

  test.each<[string, Partial<Principal>, number]>([
    ['for its Organization', {}, 1],
    ['for no other', { organization: 'acme' }, 0],
    ['for no other purpose', { purposes: ['TREAT', 'HOPERAT'] }, 0],
  ])('stands %s', (_name, parts, count) => {
    expect(ordersOf(lawyers(parts), [courtOrder('x')], AT)).toHaveLength(count);
  });

  test('names by dates what has one', () => {
    for (const type of ['Encounter', 'Observation', 'MedicationRequest', 'Goal', 'Condition', 'Patient'])
      expect([type, isDated(type)]).toEqual([type, true]);
    for (const type of ['Binary', 'Device', 'Coverage', 'RelatedPerson'])
      expect([type, isDated(type)]).toEqual([type, false]);
    expect(['Consent', 'AuditEvent', 'Group'].some(isOrderable)).toBe(false);
  });
});

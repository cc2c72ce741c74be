import { describe, expect, test } from '@jest/globals';
import { decide, restrict } from '../../../src/access/decide.ts';
import type { Grant, Principal, Role, Use } from '../../../src/access/grant.ts';
import { ROLES } from '../../../src/access/grant.ts';
import { parseScopes } from '../../../src/access/scope.ts';
import { RESOURCE_TYPES } from '../../../src/fhir/resource-types.ts';

const AT = Date.UTC(2026, 8, 1);
const caller = (
  role: Role,
  scope = 'system/*.cruds',
  prefix = 'acme-',
  others: string[] = [],
): Principal => ({
  client: 'c',
  organization: 'acme',
  role,
  scopes: parseScopes(scope),
  purposes: [role === 'payer' ? 'HPAYMT' : 'TREAT'],
  idSpace: { prefix, others },
});
const USES: Use[] = ['read', 'search', 'history', 'create', 'update', 'delete'];
const own = { kind: 'owner', organization: 'acme' };
const source = { kind: 'source', organization: 'acme' };
const line = { kind: 'consent', at: AT };
const named = (...purposes: string[]) => ({ ...line, actor: 'acme', also: ['Practitioner/?'], purposes });
const and = (...of: object[]) => ({ kind: 'and', of });
const or = (...of: object[]) => ({ kind: 'or', of });
const onRoster = { ...line, actor: 'acme', purposes: ['roster'], roster: true };
const treating = { ...line, actor: 'acme', purposes: ['treats', 'care-team'], roster: true };
const asProvider = (...purposes: string[]) => ({
  ...line,
  actor: 'class:treating-providers',
  also: ['class:tpo', 'acme', 'Practitioner/?'],
  purposes,
});
const asPlan = (...purposes: string[]) => ({
  ...line,
  actor: 'acme',
  also: ['Practitioner/?', 'class:health-plans', 'class:tpo'],
  purposes,
});
/** By name, or as one of a class where it treats. */
const consent = (...purposes: string[]) => or(named(...purposes), and(asProvider(...purposes), treating));
const rostered = and(asPlan('HPAYMT'), onRoster);
/** The same asked of what may be written. */
const writing = (predicate: object): object =>
  JSON.parse(
    JSON.stringify(predicate, (_, value) =>
      value?.kind === 'consent' && value.roster === undefined ? { ...value, action: 'write' } : value,
    ),
  );

describe('what each role reaches', () => {
  test.each<[Role, string, Use, object]>([
    ['program', 'Observation', 'search', or(own, source, consent('TREAT'))],
    ['ehr', 'Observation', 'read', or(own, source, consent('TREAT'))],
    ['payer', 'Observation', 'history', or(own, source, rostered)],
    ['payer', 'Observation', 'create', or(own, source, writing(rostered))],
    ['ehr', 'Patient', 'search', or(own, source, consent('TREAT'))],
    ['ehr', 'Observation', 'create', or(own, source, writing(consent('TREAT')))],
    ['ehr', 'Observation', 'update', or(own, source)],
    ['ehr', 'Appointment', 'update', or(own, source, writing(consent('TREAT')))],
    ['ehr', 'Goal', 'update', or(own, source, writing(consent('TREAT')))],
    // A payer gets but a part of it, and would write the rest away.
    ['payer', 'Goal', 'update', or(own, source)],
    ['payer', 'Appointment', 'update', or(own, source)],
    ['ehr', 'Goal', 'delete', or(own, source)],
    ['ehr', 'Group', 'search', or(own, source)],
    ['ehr', 'AuditEvent', 'search', or(own, source)],
    [
      'ehr',
      'Consent',
      'search',
      or(own, source, {
        kind: 'and',
        of: [consent('TREAT'), { kind: 'names', actor: 'acme' }],
      }),
    ],
    ['ehr', 'Organization', 'search', or(own, source, { kind: 'no-person' })],
    ['ehr', 'Organization', 'update', or(own, source)],
    ['auditor', 'Organization', 'read', { kind: 'no-person' }],
    ['auditor', 'Patient', 'read', { kind: 'none' }],
    ['admin', 'Encounter', 'search', { kind: 'none' }],
    ['admin', 'Organization', 'update', { kind: 'none' }],
    ['patient', 'Patient', 'read', { kind: 'none' }],
    ['representative', 'Patient', 'read', { kind: 'none' }],
  ])('%s %s %s', (role, type, use, predicate) => {
    expect(decide(caller(role), [{ type, use }], AT, 'program').narrow(type, use)).toEqual(predicate);
  });

  const person = { kind: 'and', of: [own, { kind: 'person', patient: 'p' }] };
  const nobody = { kind: 'no-person' };
  test.each<[Role, string, Use, object]>([
    ['patient', 'Observation', 'read', person],
    ['patient', 'Patient', 'search', person],
    ['patient', 'AuditEvent', 'history', person],
    ['patient', 'Organization', 'search', or(person, nobody)],
    ['patient', 'Observation', 'create', { kind: 'none' }],
    ['patient', 'Patient', 'update', { kind: 'none' }],
    ['patient', 'Goal', 'delete', { kind: 'none' }],
    ['representative', 'Observation', 'read', { kind: 'none' }],
    ['representative', 'Organization', 'read', nobody],
    ['admin', 'Patient', 'read', { kind: 'none' }],
    ['auditor', 'Patient', 'read', { kind: 'none' }],
    ['program', 'Observation', 'read', or(own, source, consent('TREAT'))],
  ])('%s with a patient, %s %s', (role, type, use, predicate) => {
    const grant = decide({ ...caller(role), patient: 'p' }, [], AT, 'program');
    expect(grant.narrow(type, use)).toEqual(predicate);
    expect(grant.reasons.includes('patient')).toBe(role === 'patient');
  });

  test.each<[Role, string[], object]>([
    [
      'ehr',
      ['TREAT', 'HRESCH'],
      or(
        own,
        source,
        or(or(named('TREAT'), named('HRESCH')), and(or(asProvider('TREAT'), asProvider('HRESCH')), treating)),
      ),
    ],
    ['ehr', ['HPAYMT'], or(own, source, consent('HPAYMT'))],
    ['ehr', ['COC'], or(own, source, consent('COC', 'TREAT'))],
    ['ehr', ['ELIGVER'], or(own, source, consent('ELIGVER', 'COVERAGE', 'HPAYMT'))],
    ['ehr', ['HLEGAL'], or(own, source, consent('HLEGAL'))],
    ['ehr', [], or(own, source)],
    ['payer', ['TREAT'], or(own, source, and(asPlan('TREAT'), onRoster))],
    ['payer', ['HPAYMT'], or(own, source, rostered)],
    ['payer', [], or(own, source)],
    ['program', ['HPAYMT'], or(own, source, consent('HPAYMT'))],
  ])('%s for %j: a Consent opens what it is called for and nothing else', (role, purposes, predicate) => {
    const grant = decide({ ...caller(role), purposes }, [], AT, 'program');
    expect(grant.narrow('Observation', 'search')).toEqual(predicate);
  });

  test.each<[Role, string, object]>([
    ['program', 'system/AuditEvent.rs', { kind: 'organization', organization: 'acme' }],
    ['auditor', 'user/*.r', { kind: 'organization', organization: 'acme', withoutNotes: true }],
    ['program', 'system/AuditEvent.rs?type=rest', { kind: 'none' }],
    ['program', 'patient/AuditEvent.rs', { kind: 'none' }],
    ['program', 'system/AuditEvent.cud', { kind: 'none' }],
    ['program', 'system/Observation.rs', { kind: 'none' }],
    ['patient', 'patient/AuditEvent.rs', { kind: 'patient', patient: 'p1' }],
    ['patient', 'user/AuditEvent.rs', { kind: 'patient', patient: 'p1' }],
    ['patient', 'patient/AuditEvent.rs?type=rest', { kind: 'none' }],
    ['representative', 'patient/AuditEvent.rs', { kind: 'none' }],
    ['ehr', 'system/AuditEvent.rs', { kind: 'through', organization: 'acme' }],
    ['ehr', 'system/AuditEvent.rs?type=rest', { kind: 'none' }],
    ['ehr', 'system/Observation.rs', { kind: 'none' }],
    ['payer', 'system/*.rs', { kind: 'none' }],
    ['admin', 'system/*.rs', { kind: 'none' }],
  ])('%s with %s reads of the audit trail %j', (role, scope, reach) => {
    expect(decide({ ...caller(role, scope), patient: 'p1' }, [], AT, 'program').audit).toEqual(reach);
  });

  test('nobody reaches every resource of any type: no role, use or type is open', () => {
    for (const role of ROLES) {
      const grant = decide(caller(role), [], AT, 'program');
      for (const type of RESOURCE_TYPES)
        for (const use of USES) expect(JSON.stringify(grant.narrow(type, use))).not.toContain('"all"');
    }
  });

  test('a Slot is directory only while it is free', () => {
    expect(JSON.stringify(decide(caller('payer'), [], AT, 'program').narrow('Slot', 'search'))).toContain(
      '"code":"free"',
    );
  });
});

describe('scope', () => {
  test('a type or use outside the scope is forbidden as such', () => {
    const reader = caller('program', 'system/Patient.rs');
    expect(() => decide(reader, [{ type: 'Patient', use: 'search' }], AT, 'program')).not.toThrow();
    for (const asked of [
      { type: 'Patient', use: 'update' as const },
      { type: 'Goal', use: 'read' as const },
    ]) {
      expect(() => decide(reader, [asked], AT, 'program')).toThrow(
        expect.objectContaining({ code: 'forbidden' }),
      );
    }
    expect(() => decide(caller('program', ''), [{ use: 'history' }], AT, 'program')).toThrow(
      expect.objectContaining({ code: 'forbidden' }),
    );
  });

  test('a type outside the scope is out of reach for includes and system history', () => {
    const grant = decide(
      caller('program', 'system/Patient.rs'),
      [{ type: 'Patient', use: 'search' }],
      AT,
      'program',
    );
    expect(grant.narrow('Encounter', 'search')).toEqual({ kind: 'none' });
  });
});

describe('what a scope says further', () => {
  const of = (role: Role, scope: string, type: string, use: Use, patient?: string) =>
    decide(
      { ...caller(role, scope), ...(patient === undefined ? {} : { patient }) },
      [],
      AT,
      'program',
    ).narrow(type, use);
  const rules = or(own, source, consent('TREAT'));
  const lab = { kind: 'clause', clause: { kind: 'id', ids: ['lab'] } };
  const person = { kind: 'person', patient: 'p' };
  const and = (...all: object[]) => ({ kind: 'and', of: all });

  test.each<[string, Role, string, string, Use, object]>([
    [
      'holds beside the rules',
      'ehr',
      'system/Observation.rs?_id=lab',
      'Observation',
      'read',
      and(lab, rules),
    ],
    [
      'holds for what is written',
      'ehr',
      'user/Observation.c?_id=lab',
      'Observation',
      'create',
      and(lab, writing(rules)),
    ],
    ['holds for its type alone', 'ehr', 'system/*.rs system/Goal.rs?_id=lab', 'Observation', 'read', rules],
    ['is an alternative', 'ehr', 'system/Goal.rs?_id=lab system/*.rs', 'Goal', 'read', rules],
    ['binds to one person', 'ehr', 'patient/*.rs', 'Observation', 'search', and(person, rules)],
    [
      'binds writes to one person',
      'ehr',
      'patient/*.cud',
      'Observation',
      'delete',
      and(person, or(own, source)),
    ],
    ['opens nothing', 'admin', 'patient/*.cruds', 'Observation', 'search', { kind: 'none' }],
    [
      'narrows what a person sees of itself',
      'patient',
      'patient/Observation.rs?_id=lab',
      'Observation',
      'read',
      and(person, lab, own),
    ],
  ])('%s', (_name, role, scope, type, use, predicate) => {
    expect(of(role, scope, type, use, 'p')).toEqual(predicate);
  });

  test('leaves alone whose record is joined: the image after a write is judged by it', () => {
    const bound = decide(caller('ehr', 'system/*.cruds?_tag=a'), [], AT, 'program');
    expect(bound.adopt).toEqual(decide(caller('ehr'), [], AT, 'program').adopt);
  });
});

describe('ids a caller may choose', () => {
  test.each<[string, string, string[], boolean]>([
    ['acme-1', 'acme-', [], true],
    ['other-1', 'acme-', [], false],
    ['anything', '', [], true],
    ['other-1', '', ['other-'], false],
    ['acme', 'acme-', [], false],
    ['trail.0', '', [], false],
    ['trail.0', 'trail.', [], false],
  ])('%s with prefix "%s" beside %j: %s', (id, prefix, others, may) => {
    expect(
      decide(caller('ehr', 'system/*.cruds', prefix, others), [], AT, 'program').mayName('Goal', id),
    ).toBe(may);
  });

  test.each<[Role, string, boolean]>([
    ['program', 'system/*.cruds', true],
    ['program', 'system/Goal.cu', true],
    ['program', 'system/Goal.cu?_tag=a system/*.r', true],
    ['program', 'system/Goal.cu system/*.r?_tag=a', true],
    ['program', 'system/Goal.cu?_tag=a', false],
    ['program', 'system/Goal.cu?_tag=a system/*.r?_tag=a', false],
    ['program', 'patient/*.cruds', false],
    ['auditor', 'system/*.cruds', false],
    ['patient', 'system/*.cruds', false],
  ])('%s with %s: %s, for nothing of its Organization may be hidden from it', (role, scope, may) => {
    const principal = { ...caller(role, scope), patient: 'p' };
    expect(decide(principal, [], AT, 'program').mayName('Goal', 'acme-1')).toBe(may);
  });
});

describe('staff who see the people on whose CareTeam they are', () => {
  type Named = Partial<Pick<Principal, 'practitioner'>>;
  const staff = (scope = 'user/*.cruds', named: Named = { practitioner: 'anna' }): Principal => ({
    ...caller('program', scope),
    ...named,
  });
  const grantFor = (principal: Principal) => decide(principal, [], AT, 'careteam');
  const treated = { ...line, purposes: ['care-team'], actor: 'Practitioner/anna', roster: true };
  const nobody = { kind: 'no-person' };
  const none = { kind: 'none' };
  const and = (...of: object[]) => ({ kind: 'and', of });

  test.each<[string, Use, object]>([
    ['Observation', 'search', and(treated, own)],
    ['Patient', 'read', and(treated, own)],
    ['Consent', 'history', and(treated, own)],
    ['CareTeam', 'read', and(treated, own)],
    ['Group', 'search', and(treated, own)],
    ['Provenance', 'search', and(treated, own)],
    ['AuditEvent', 'search', and(treated, own)],
    ['Binary', 'read', and(treated, own)],
    ['Bundle', 'read', and(treated, own)],
    ['Questionnaire', 'read', and(or(treated, nobody), own)],
    ['Location', 'read', or(and(or(treated, nobody), own), nobody)],
    ['Observation', 'create', and(treated, own)],
    ['Goal', 'update', and(treated, own)],
    ['Observation', 'delete', and(treated, own)],
    ['Location', 'update', and(or(treated, nobody), own)],
    ['CareTeam', 'create', none],
    ['CareTeam', 'update', none],
    ['CareTeam', 'delete', none],
  ])('%s %s', (type, use, predicate) => {
    expect(grantFor(staff()).narrow(type, use)).toEqual(predicate);
  });

  test('write no CareTeam, whatever their scopes, and choose no id', () => {
    for (const principal of [staff(), staff('system/*.cruds'), staff('user/*.cruds', {})]) {
      for (const use of ['create', 'update', 'delete'] as const)
        expect(() => decide(principal, [{ type: 'CareTeam', use }], AT, 'careteam')).toThrow(
          expect.objectContaining({ code: 'forbidden' }),
        );
      expect(() => decide(principal, [{ type: 'CareTeam', use: 'read' }], AT, 'careteam')).not.toThrow();
      const grant = grantFor(principal);
      for (const type of ['CareTeam', 'Goal', 'Location']) expect(grant.mayName(type, 'acme-1')).toBe(false);
      expect([grant.whole, grant.audit, grant.reasons]).toEqual([
        false,
        none,
        ['own', 'care-team', 'directory'],
      ]);
    }
  });

  test.each<[string, Principal, object]>([
    ['whoever is a Practitioner, whatever the scopes', staff('system/*.cruds'), and(treated, own)],
    ['of nobody whom somebody unknown treats', staff('user/*.cruds', {}), none],
    ['of nobody where one scope is for somebody', staff('system/*.cruds user/Slot.r', {}), none],
    ['of nobody where the Practitioner cannot be told', staff('user/*.cruds', { practitioner: 'a/b' }), none],
  ])('%s', (_name, principal, predicate) => {
    const grant = grantFor(principal);
    expect([grant.narrow('Observation', 'search'), grant.adopt]).toEqual([predicate, predicate]);
  });

  test.each<[string, Principal]>([
    ["the program's own systems", caller('program')],
    ['an EHR', caller('ehr', 'user/*.cruds')],
    ['a payer', { ...caller('payer', 'user/*.cruds'), practitioner: 'anna' }],
    ['an auditor', caller('auditor', 'user/*.cruds')],
    ['a person', { ...caller('patient', 'patient/*.cruds'), patient: 'p' }],
  ])('are not %s', (_name, principal) => {
    const told = (grant: Grant) => [
      ...['Observation', 'CareTeam', 'Location'].flatMap(type => USES.map(use => grant.narrow(type, use))),
      grant.adopt,
      grant.audit,
      grant.whole,
      grant.mayName('Goal', 'acme-1'),
      grant.reasons,
    ];
    expect(told(grantFor(principal))).toEqual(told(decide(principal, [], AT, 'program')));
  });

  test('see everything where the program does not want it so', () => {
    expect(decide(staff(), [], AT, 'program').narrow('Observation', 'read')).toEqual(
      JSON.parse(
        JSON.stringify(or(own, source, consent('TREAT')), (_, value) =>
          value === 'Practitioner/?'
            ? 'Practitioner/anna'
            : value?.purposes?.includes('treats')
              ? { ...value, also: ['Practitioner/anna'] }
              : value,
        ),
      ),
    );
  });
});

describe('rows of the audit trail', () => {
  const organization = { kind: 'organization', organization: 'acme' };
  const none = { kind: 'none' };
  test.each<[Role, string, object]>([
    ['program', 'system/*.cruds', organization],
    ['program', 'system/AuditEvent.r', organization],
    ['program', 'system/AuditEvent.s', organization],
    ['program', 'system/AuditEvent.cud', none],
    ['program', 'system/Patient.rs', none],
    ['auditor', 'system/*.rs', { ...organization, withoutNotes: true }],
    ['patient', 'system/*.rs', { kind: 'patient', patient: 'me' }],
    ['patient', 'system/Patient.rs', none],
    ['ehr', 'system/*.cruds', { kind: 'through', organization: 'acme' }],
    ['ehr', 'system/Patient.rs', none],
    ['payer', 'system/*.cruds', none],
    ['representative', 'system/*.cruds', none],
    ['admin', 'system/*.cruds', none],
  ])('%s with %s', (role, scope, reach) => {
    expect(decide({ ...caller(role, scope), patient: 'me' }, [], AT, 'program').audit).toEqual(reach);
  });

  test('a patient who is nobody in particular reaches none', () => {
    expect(decide(caller('patient'), [], AT, 'program').audit).toEqual(none);
  });
});

test('what a Grant drops of a type goes along where it is restricted', () => {
  const grant = decide(caller('payer'), [], AT, 'program');
  const less = restrict(grant, () => ({ kind: 'all' }));
  for (const type of ['Goal', 'Organization', 'Slot']) expect(less.redact(type)).toBe(grant.redact(type));
  expect(less.redact('Goal')).toBeDefined();
  expect(less.unredacted).toEqual({ kind: 'none' });
});

test('every Grant has an id of its own', () => {
  expect(decide(caller('ehr'), [], AT, 'program').id).not.toBe(decide(caller('ehr'), [], AT, 'program').id);
});

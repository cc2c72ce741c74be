import { describe, expect, test } from '@jest/globals';
import type { Use } from '../../../src/access/grant.ts';
import { parseScopes, scopesAllow, scopesAllowAny, scopesReach } from '../../../src/access/scope.ts';
import { FhirError } from '../../../src/fhir/error.ts';
import { RESOURCE_TYPES } from '../../../src/fhir/resource-types.ts';
import type { Clause, Predicate } from '../../../src/search/ast.ts';
import { parseSearch } from '../../../src/search/parse.ts';
import { paramOf } from '../../../src/search/registry.ts';

const USES: Use[] = ['create', 'read', 'history', 'update', 'delete', 'search'];

describe('a scope gives', () => {
  test.each<[string, string, Use[]]>([
    ['system/*.cruds', 'Patient', USES],
    ['system/Patient.cruds', 'Patient', USES],
    ['user/Patient.rs', 'Patient', ['read', 'history', 'search']],
    ['system/Patient.r', 'Patient', ['read', 'history']],
    ['system/Patient.s', 'Patient', ['search']],
    ['system/Patient.cu', 'Patient', ['create', 'update']],
    ['system/Patient.d', 'Patient', ['delete']],
    ['system/Patient.read', 'Patient', ['read', 'history', 'search']],
    ['system/Patient.write', 'Patient', ['create', 'update', 'delete']],
    ['user/Patient.read', 'Patient', ['read', 'history', 'search']],
    ['system/*.*', 'Patient', USES],
    ['system/Patient.rs', 'Observation', []],
    ['system/Patient.rs?gender=female', 'Patient', ['read', 'history', 'search']],
    ['system/Patient.read?gender=female', 'Patient', ['read', 'history', 'search']],
    ['patient/Patient.cruds', 'Patient', []],
    ['openid fhirUser launch launch/patient offline_access', 'Patient', []],
    ['', 'Patient', []],
    ['system/Patient.r system/Patient.s', 'Patient', ['read', 'history', 'search']],
  ])('%s of %s: %j', (text, type, uses) => {
    const scopes = parseScopes(text);
    expect(USES.filter(use => scopesAllow({ scopes }, type, use))).toEqual(uses);
  });

  test('with a patient what patient/ scopes say, and nothing where that is no logical id', () => {
    const scopes = parseScopes('patient/Observation.rs');
    for (const [patient, allowed] of [
      ['p', true],
      ['?', false],
      ['', false],
    ] as const) {
      expect(scopesAllow({ scopes, patient }, 'Observation', 'read')).toBe(allowed);
      expect(scopesAllowAny({ scopes, patient }, 'read')).toBe(allowed);
      expect(scopesReach({ scopes, patient }, 'Observation', 'read').kind === 'none').toBe(!allowed);
    }
    expect(scopesAllow({ scopes, patient: 'p' }, 'Observation', 'create')).toBe(false);
    expect(scopesAllow({ scopes, patient: 'p' }, 'Goal', 'read')).toBe(false);
  });
});

/** The examples of SMART App Launch 2.2, and what they are as searches. */
describe('the query of a scope is a search of its type', () => {
  test.each<[string, string, string]>([
    [
      'patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory',
      'Observation',
      'category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory',
    ],
    [
      'user/Observation.cruds?category=http://terminology.hl7.org/CodeSystem/observation-category%7Cvital-signs',
      'Observation',
      'category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs',
    ],
    [
      'patient/Condition.rs?category=http://hl7.org/fhir/us/core/CodeSystem/condition-category|health-concern',
      'Condition',
      'category=http://hl7.org/fhir/us/core/CodeSystem/condition-category|health-concern',
    ],
    ['system/Encounter.rs?class=AMB&status:not=cancelled', 'Encounter', 'class=AMB&status:not=cancelled'],
    ['system/Encounter.rs?date=ge2026-01-01', 'Encounter', 'date=ge2026-01-01'],
    ['system/Goal.rus?subject:Patient=1,2', 'Goal', 'subject=Patient/1,Patient/2'],
    ['system/Patient.rs?_id=a,b', 'Patient', '_id=a,b'],
    ['system/Patient.rs?_lastUpdated=gt2026-01-01', 'Patient', '_lastUpdated=gt2026-01-01'],
    ['system/Patient.rs?birthdate:missing=true', 'Patient', 'birthdate:missing=true'],
    ['system/Patient.rs?name:exact=Invented+Person', 'Patient', 'name:exact=Invented%20Person'],
    ['system/Observation.read?code=1', 'Observation', 'code=1'],
    ['system/Observation.rs?value-quantity=ap5', 'Observation', 'value-quantity=ap5'],
    ['system/*.rs?_security=R', 'Basic', '_security=R'],
  ])('%s', (text, type, query) => {
    const [scope] = parseScopes(text);
    const options = { strict: true, maxCount: 1, defaultCount: 1, now: 0 };
    expect(scope!.where).toEqual(parseSearch(type, query, options).clauses);
    expect(scope!.where!.length).toBeGreaterThan(0);
  });

  test('in which a reference in full to this server is one to its resource', () => {
    const base = 'https://here.example/fhir';
    const [full] = parseScopes(`system/Goal.rs?subject=${base}/Patient/1`, base);
    expect(full!.where).toEqual(parseScopes('system/Goal.rs?subject=Patient/1')[0]!.where);
  });

  test('and of any type one on the parameter of each', () => {
    const scopes = parseScopes('system/*.rs?_tag=a&_profile:missing=true');
    for (const type of RESOURCE_TYPES)
      expect(scopesReach({ scopes }, type, 'read')).toEqual({
        kind: 'and',
        of: [
          {
            kind: 'clause',
            clause: {
              kind: 'param',
              param: paramOf(type, '_tag'),
              values: [{ kind: 'token', code: 'a' }],
            },
          },
          { kind: 'clause', clause: { kind: 'missing', param: paramOf(type, '_profile'), missing: true } },
        ],
      });
  });
});

const EXPECTED = 'expected system|user|patient/Type.cruds, and after a ? what it is bound to';
const CRITERIA = 'its query holds criteria alone: no _sort, _count, _include, _format, ...';
const ANY = 'of any type (*) only parameters of every resource can be asked: _tag, _security, ...';

describe('a scope is refused, with the reason and no value of it', () => {
  test.each<[string, string]>([
    ['system/Patient.sr', 'its permissions are letters of "cruds" in that order'],
    ['system/Patient.x', 'its permissions are letters of "cruds" in that order'],
    ['system/Nothing.r', 'names no R4 resource type'],
    ['system/Patient.', EXPECTED],
    ['system/Patient', EXPECTED],
    ['other/Patient.r', EXPECTED],
    ['system/patient.r', 'names no R4 resource type'],
    ['system/Patient?gender=female.rs', EXPECTED],
    ['system/Patient.rs?', 'after the ? there is no query'],
    ['system/Patient.rs?&', 'after the ? there is no query'],
    ['system/Patient.rs?=x', 'A parameter of the query has no name.'],
    ['system/Patient.rs?gender=%FF', 'The query is not percent-encoded UTF-8.'],
    ['system/Patient.rs?code=x', 'code is not a search parameter of Patient here.'],
    ['system/Patient.rs?gender=female&code=x', 'code is not a search parameter of Patient here.'],
    ['system/Patient.rs?birthdate=yesterday', 'birthdate: expected a value of type date.'],
    ['system/Patient.rs?gender=', 'gender: expected a value of type token.'],
    ['system/Patient.rs?_id=%3F', '_id: expected logical ids.'],
    ['system/Observation.rs?code:in=http://x', 'The modifier in on code is not supported.'],
    ['system/Observation.rs?code:text=x', 'The modifier text on code is not supported.'],
    ['system/Observation.rs?subject.name=x', 'A chained parameter is not supported.'],
    ['system/Patient.rs?_has:Goal:patient:status=x', 'The parameter _has is not supported.'],
    ['system/Observation.rs?code-value-quantity=x', 'The parameter code-value-quantity is not supported.'],
    ['system/Patient.rs?_include=Patient:link', CRITERIA],
    ['system/Patient.rs?gender=female&_revinclude=Goal:subject', CRITERIA],
    ['system/Patient.rs?_sort=name', CRITERIA],
    ['system/Patient.rs?_count=5', CRITERIA],
    ['system/Patient.rs?_summary=true', CRITERIA],
    ['system/Patient.rs?_elements=name', CRITERIA],
    ['system/Patient.rs?_total=none', CRITERIA],
    ['system/Patient.rs?_format=json', CRITERIA],
    ['system/Encounter.rs?date=ap2026-01-01', 'ap depends on when it is asked'],
    ['system/Encounter.rs?date=2025,ap2026-01-01', 'ap depends on when it is asked'],
    ['system/Patient.rs?_lastUpdated=ap2026-01-01', 'ap depends on when it is asked'],
    ['system/*.rs?gender=female', ANY],
    ['system/*.rs?_tag=a&identifier=x', ANY],
    ['system/*.rs?_nothing=a', '_nothing is not a search parameter of Basic here.'],
  ])('%s: %s', (text, why) => {
    const refused = { code: 'invalid-value', message: `scope: ${why}` };
    expect(() => parseScopes(text)).toThrow(FhirError);
    expect(() => parseScopes(`openid system/*.rs ${text}`)).toThrow(expect.objectContaining(refused));
  });

  test('more queries than can be asked every time', () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, at) => `system/Goal.rs?_id=${at}`).join(' ');
    expect(parseScopes(many(50))).toHaveLength(50);
    expect(() => parseScopes(many(51))).toThrow('scope: more than 50 scopes have a query');
  });
});

describe('what scopes reach of a type', () => {
  const clauseOf = (query: string): Predicate => {
    const { clauses } = parseSearch('Goal', query, { strict: true, maxCount: 1, defaultCount: 1, now: 0 });
    return { kind: 'clause', clause: clauses[0] as Clause };
  };
  const [a, b] = [clauseOf('_id=a'), clauseOf('_tag=b')];
  const p: Predicate = { kind: 'person', patient: 'p' };
  const and = (...of: Predicate[]): Predicate => ({ kind: 'and', of });
  const or = (...of: Predicate[]): Predicate => ({ kind: 'or', of });
  const all: Predicate = { kind: 'all' };
  const none: Predicate = { kind: 'none' };

  test.each<[string, Use, Predicate]>([
    ['', 'read', none],
    ['system/Patient.rs', 'read', none],
    ['system/Goal.rs', 'read', all],
    ['system/Goal.rs', 'update', none],
    ['system/Goal.rs?_id=a', 'read', a],
    ['system/Goal.rs?_id=a&_tag=b', 'read', and(a, b)],
    ['system/Goal.rs?_id=a user/Goal.rs?_tag=b', 'search', or(a, b)],
    ['system/Goal.rs?_id=a system/Goal.cu?_tag=b', 'read', a],
    ['system/Goal.rs?_id=a system/Goal.cu?_tag=b', 'create', b],
    ['system/Goal.rs?_id=a system/*.rs', 'read', all],
    ['patient/Goal.rs', 'read', p],
    ['patient/*.rs', 'history', p],
    ['patient/Goal.rs?_id=a', 'read', and(p, a)],
    ['patient/Goal.rs?_id=a patient/Goal.rs?_tag=b', 'read', and(p, or(a, b))],
    ['patient/Goal.rs?_id=a patient/*.rs', 'read', p],
    ['patient/Goal.rs system/Goal.rs?_id=a', 'read', or(p, a)],
    ['patient/Goal.rs system/Goal.rs', 'read', all],
    ['patient/Goal.cu', 'create', p],
  ])('%s, to %s', (text, use, reached) => {
    expect(scopesReach({ scopes: parseScopes(text), patient: 'p' }, 'Goal', use)).toEqual(reached);
  });

  test('the directory is in nobody’s compartment: a patient/ scope of its types reads it, and writes none of it', () => {
    const scoped = { scopes: parseScopes('patient/*.cruds'), patient: 'p' };
    expect(scopesReach(scoped, 'Organization', 'search')).toEqual(or(p, { kind: 'no-person' }));
    expect(scopesReach(scoped, 'Organization', 'update')).toEqual(p);
  });
});

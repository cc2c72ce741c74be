import { describe, expect, test } from '@jest/globals';
import type { Use } from '../../../src/access/grant.ts';
import { parseScopes, scopesAllow } from '../../../src/access/scope.ts';
import { FhirError } from '../../../src/fhir/error.ts';

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
    ['system/*.*', 'Patient', USES],
    ['system/Patient.rs', 'Observation', []],
    ['patient/Patient.cruds', 'Patient', []],
    ['openid fhirUser launch', 'Patient', []],
    ['', 'Patient', []],
    ['system/Patient.r system/Patient.s', 'Patient', ['read', 'history', 'search']],
  ])('%s of %s: %j', (text, type, uses) => {
    const scopes = parseScopes(text);
    expect(USES.filter(use => scopesAllow(scopes, type, use))).toEqual(uses);
  });
});

test.each([
  'system/Patient.sr',
  'system/Nothing.r',
  'system/Patient.',
  'system/Patient',
  'other/Patient.r',
  'system/Patient.rs?code=x',
  'system/Patient.x',
])('the scope %s is refused', text => {
  expect(() => parseScopes(text)).toThrow(FhirError);
});

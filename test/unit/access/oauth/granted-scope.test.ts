import { describe, expect, test } from '@jest/globals';
import { OAuthError } from '../../../../src/access/oauth/error.ts';
import { cutScope } from '../../../../src/access/oauth/granted-scope.ts';

describe('what is asked for is cut to what the client has', () => {
  test.each([
    ['system/*.cruds', 'system/*.rs', 'system/*.rs'],
    ['system/*.rs', 'system/Observation.rs system/Patient.r', 'system/Observation.rs system/Patient.r'],
    ['system/Observation.cruds', 'system/*.rs', 'system/Observation.rs'],
    ['system/Observation.rs system/Patient.rs', 'system/*.cruds', 'system/Observation.rs system/Patient.rs'],
    ['system/Observation.read', 'system/*.*', 'system/Observation.rs'],
    ['system/*.*', 'system/*.read', 'system/*.rs'],
    ['system/Goal.write', 'system/Goal.cud', 'system/Goal.cud'],
    ['openid fhirUser system/*.rs launch', 'system/*.rs', 'system/*.rs'],
    ['system/*.rs system/*.rs', 'system/*.rs', 'system/*.rs'],
    ['patient/*.rs', 'patient/*.rs system/*.cruds', 'patient/*.rs'],
    ['system/*.crs', 'system/*.rs system/Goal.cu', 'system/*.rs system/Goal.c'],
  ])('%s of %s is %s', (asked, own, granted) => {
    expect(cutScope(asked, own)).toBe(granted);
  });
});

describe('a word that nothing is left of refuses all', () => {
  test.each([
    ['', 'system/*.cruds'],
    ['openid offline_access', 'system/*.cruds'],
    ['system/Patient.rs', 'system/Observation.rs'],
    ['system/Observation.rs system/Patient.rs', 'system/Observation.rs'],
    ['system/*.d', 'system/*.rs'],
    ['user/*.rs', 'system/*.rs'],
    ['patient/*.rs', 'system/*.rs'],
    ['system/Nothing.rs', 'system/*.cruds'],
    ['system/*.sr', 'system/*.cruds'],
    ['system/*', 'system/*.cruds'],
    [`system/*.rs ${'x'.repeat(4000)}`, 'system/*.cruds'],
  ])('%.40s of %s', (asked, own) => {
    expect(() => cutScope(asked, own)).toThrow(expect.objectContaining({ code: 'invalid_scope' }));
    expect(() => cutScope(asked, own)).toThrow(OAuthError);
  });
});

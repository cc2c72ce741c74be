import { expect, test } from '@jest/globals';
import { canonicalSystem } from '../../../src/fhir/code-system.ts';

const HCPCS = 'https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets';

test.each([
  ['http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets', HCPCS],
  ['http://www.nlm.nih.gov/research/umls/hcpcs', HCPCS],
  [HCPCS, HCPCS],
  ['http://loinc.org/', 'http://loinc.org'],
  ['http://loinc.org', 'http://loinc.org'],
  ['http://local.example/codes/', 'http://local.example/codes/'],
  ['', ''],
])('%s is known as %s', (alias, canonical) => {
  expect(canonicalSystem(alias)).toBe(canonical);
  expect(canonicalSystem(canonicalSystem(alias))).toBe(canonical);
});

// The items of 42 CFR 2.31(a), one by one: the table is the section.
import { describe, expect, test } from '@jest/globals';
import { missingItems } from '../../../src/access/part2.ts';
import { extensionUrl } from '../../../src/fhir/canonical.ts';
import type { Consent, JsonObject } from '../../../src/fhir/types.ts';
import { consentFor } from '../../support/server.ts';

const complete = consentFor('p1', 'ehr') as JsonObject;
const provision = complete.provision as JsonObject;
const missing = (consent: JsonObject): string[] =>
  missingItems(consent as unknown as Consent).map(one => `${one.section} ${one.path}`);
const having = (more: JsonObject): JsonObject => ({ ...complete, provision: { ...provision, ...more } });
const stating = (...codes: string[]) =>
  codes.map(valueCode => ({ url: extensionUrl('part2-statement'), valueCode }));
const reasons = (...codes: string[]) =>
  codes.map(code => ({ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code }));
const TPO = reasons('TREAT', 'HPAYMT', 'HOPERAT');
const SCOPE = provision.extension as JsonObject[];
const [ALL_RECORDS, EXPIRY] = SCOPE as [JsonObject, JsonObject];

test('a written consent lacks nothing', () => {
  expect(missing(complete)).toEqual([]);
});

describe('missing', () => {
  test.each<[string, JsonObject, string[]]>([
    ['its kind', { ...complete, policyRule: undefined }, ['2.31(a) Consent.policyRule']],
    ['(1) the patient', { ...complete, patient: { display: 'x' } }, ['2.31(a)(1) Consent.patient']],
    [
      '(1) a patient elsewhere',
      { ...complete, patient: { reference: 'https://x.example/fhir/Patient/1' } },
      ['2.31(a)(1) Consent.patient'],
    ],
    ['(2) who discloses', { ...complete, organization: [] }, ['2.31(a)(2) Consent.organization']],
    ['(3) what', having({ extension: [EXPIRY] }), ['2.31(a)(3) Consent.provision']],
    [
      '(3) not all records',
      having({ extension: [{ ...ALL_RECORDS, valueBoolean: false }, EXPIRY] }),
      ['2.31(a)(3) Consent.provision'],
    ],
    ['(4) to whom', having({ actor: [] }), ['2.31(a)(4) Consent.provision.actor']],
    ['(5) what for', having({ purpose: undefined }), ['2.31(a)(5) Consent.provision.purpose']],
    ['(6) the right to revoke', { ...complete, extension: [] }, ['2.31(a)(6) Consent.extension']],
    ['(7) its end', having({ extension: [ALL_RECORDS] }), ['2.31(a)(7) Consent.provision.period.end']],
    ['(8) the signature', { ...complete, verification: undefined }, ['2.31(a)(8) Consent.verification']],
    [
      '(8) the day of the signature',
      { ...complete, verification: [{ verified: true }] },
      ['2.31(a)(8) Consent.verification'],
    ],
    ['(9) the date', { ...complete, dateTime: undefined }, ['2.31(a)(9) Consent.dateTime']],
    [
      'what one is told where it is for treatment, payment and operations',
      having({ purpose: TPO }),
      ['2.31(a)(4)(iii) Consent.extension', '2.31(a) Consent.extension'],
    ],
    [
      'everything',
      { resourceType: 'Consent' },
      [
        '2.31(a) Consent.policyRule',
        '2.31(a)(1) Consent.patient',
        '2.31(a)(2) Consent.organization',
        '2.31(a)(3) Consent.provision',
        '2.31(a)(4) Consent.provision.actor',
        '2.31(a)(5) Consent.provision.purpose',
        '2.31(a)(6) Consent.extension',
        '2.31(a)(7) Consent.provision.period.end',
        '2.31(a)(8) Consent.verification',
        '2.31(a)(9) Consent.dateTime',
      ],
    ],
  ])('%s', (_name, consent, expected) => {
    expect(missing(consent)).toEqual(expected);
  });
});

describe('not missing', () => {
  const label = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'SUD' }];
  test.each<[string, JsonObject]>([
    ['(3) what, by a label', having({ extension: [EXPIRY], securityLabel: label })],
    [
      '(3) what, in a nested provision',
      having({ extension: [EXPIRY], provision: [{ securityLabel: label }] }),
    ],
    [
      '(4) to whom, by a class of recipients',
      having({
        actor: [],
        extension: [
          ...SCOPE,
          { url: extensionUrl('part2-recipient-class'), valueCode: 'treating-providers' },
        ],
      }),
    ],
    ['(7) its end, as a date', having({ extension: [ALL_RECORDS], period: { end: '2027-01-01' } })],
    [
      '(7) an end, where it is for treatment, payment and operations',
      {
        ...having({ extension: [ALL_RECORDS], purpose: TPO }),
        extension: stating('revocation', 'redisclosure', 'refusal'),
      },
    ],
  ])('%s', (_name, consent) => {
    expect(missing(consent)).toEqual([]);
  });
});

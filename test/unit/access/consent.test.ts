import { describe, expect, test } from '@jest/globals';
import { compileConsent } from '../../../src/access/consent.ts';
import { ALWAYS } from '../../../src/access/period.ts';
import { CANONICAL_BASE } from '../../../src/fhir/canonical.ts';
import type { AnyResource, JsonObject } from '../../../src/fhir/types.ts';
import { PART2_SCOPE, part2Items } from '../../support/part2.ts';

const code = (system: string, value: string) => ({
  coding: [{ system: `http://terminology.hl7.org/CodeSystem/${system}`, code: value }],
});
const reason = (value: string) => ({
  system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason',
  code: value,
});
const recipient = (id: string, role = 'IRCP', type = 'Organization') => ({
  role: code('v3-ParticipationType', role),
  reference: { reference: `${type}/${id}` },
});
const extension = (name: string, value: JsonObject) => ({
  url: `${CANONICAL_BASE}/StructureDefinition/${name}`,
  ...value,
});

const consent = (provision: JsonObject, more: JsonObject = {}): AnyResource => ({
  resourceType: 'Consent',
  status: 'active',
  scope: code('consentscope', 'patient-privacy'),
  patient: { reference: 'Patient/p1' },
  ...part2Items('prog'),
  provision: { extension: PART2_SCOPE, ...provision },
  ...more,
});
const plain = {
  type: 'permit',
  actor: [recipient('ehr')],
  purpose: [reason('TREAT')],
};
const permit = {
  patient: 'p1',
  effect: 'permit',
  actor: 'ehr',
  purpose: 'TREAT',
  disclosers: ['prog'],
  ...ALWAYS,
};
const deny = (actor: string, purpose: string) => ({
  patient: 'p1',
  effect: 'deny',
  actor,
  purpose,
  ...ALWAYS,
});

describe('a plain Consent permits', () => {
  const cases: [string, AnyResource, object[]][] = [
    ['at the root', consent(plain), [permit]],
    ['in one nested provision under a base that is not stated', consent({ provision: [plain] }), [permit]],
    [
      'in several nested provisions, each for itself',
      consent({
        provision: [plain, { ...plain, actor: [recipient('payer')] }, { ...plain, code: [{ text: 'x' }] }],
      }),
      [permit, { ...permit, actor: 'payer' }],
    ],
    [
      'with a nested permit, which says no more',
      consent({ ...plain, provision: [{ type: 'permit' }] }),
      [permit],
    ],
    ['in one nested provision under a bare deny', consent({ type: 'deny', provision: [plain] }), [permit]],
    [
      'each of its recipients for each of its purposes',
      consent({
        type: 'permit',
        actor: [recipient('ehr'), recipient('payer')],
        purpose: [reason('TREAT'), reason('HPAYMT')],
      }),
      [
        permit,
        { ...permit, purpose: 'HPAYMT' },
        { ...permit, actor: 'payer' },
        { ...permit, actor: 'payer', purpose: 'HPAYMT' },
      ],
    ],
    [
      'within its period, the last day included',
      consent({ ...plain, period: { start: '2026-08-01', end: '2026-08-31' } }),
      [{ ...permit, from: Date.UTC(2026, 7, 1), to: Date.UTC(2026, 8, 1) }],
    ],
    [
      'with opt-in as its policy besides',
      consent(
        { actor: plain.actor, purpose: plain.purpose },
        {
          policyRule: {
            coding: ['42CFRPart2CD', 'OPTIN'].flatMap(one => code('v3-ActCode', one).coding),
          },
        },
      ),
      [permit],
    ],
  ];
  test.each(cases)('%s', (_, given, rules) => {
    expect(compileConsent(given)).toEqual(rules);
  });
});

describe('a Consent permits nothing', () => {
  const criteria: [string, JsonObject][] = [
    ['action', { action: [code('consentaction', 'access')] }],
    ['securityLabel', { securityLabel: [{ system: 'x', code: 'N' }] }],
    ['class', { class: [{ system: 'x', code: 'Patient' }] }],
    ['code', { code: [{ text: 'x' }] }],
    ['dataPeriod', { dataPeriod: { start: '2026-01-01' } }],
    ['data', { data: [{ meaning: 'instance', reference: { reference: 'Goal/1' } }] }],
    [
      'a modifierExtension',
      {
        modifierExtension: [{ url: 'http://example.org/x', valueBoolean: true }],
      },
    ],
    [
      'an extension of others',
      { extension: [...PART2_SCOPE, { url: 'http://example.org/x', valueBoolean: true }] },
    ],
    ['an unreadable period', { period: { end: 'soon' } }],
    ['no purpose', { purpose: undefined }],
    ['no recipient', { actor: undefined }],
    ['a purpose of another system', { purpose: [{ system: 'http://example.org/x', code: 'TREAT' }] }],
    ['an actor that is no recipient', { actor: [recipient('ehr', 'CST')] }],
    ['a recipient that is no Organization', { actor: [recipient('ehr', 'IRCP', 'Practitioner')] }],
  ];
  test.each(criteria)('whose provision holds %s', (_, more) => {
    expect(compileConsent(consent({ ...plain, ...more }))).toEqual([]);
    expect(compileConsent(consent({ provision: [{ ...plain, ...more }] }))).toEqual([]);
  });

  const wholes: [string, AnyResource][] = [
    ['that is not active', consent(plain, { status: 'inactive' })],
    ['of another scope', consent(plain, { scope: code('consentscope', 'research') })],
    [
      'of a patient elsewhere',
      consent(plain, {
        patient: { reference: 'http://example.org/fhir/Patient/p1' },
      }),
    ],
    ['that is not verified', consent(plain, { verification: [{ verified: false }] })],
    ['with a modifierExtension', consent(plain, { modifierExtension: [{ url: 'x' }] })],
    [
      'for counselling notes',
      consent(plain, {
        extension: [...part2Items().extension, extension('part2-counselling-notes', { valueBoolean: true })],
      }),
    ],
    [
      'with a criterion at the root and a nested permit',
      consent({ actor: [recipient('ehr')], provision: [plain] }),
    ],
    ['that is no Consent', { ...consent(plain), resourceType: 'Contract' }],
  ];
  test.each(wholes)('%s', (_, given) => {
    expect(compileConsent(given)).toEqual([]);
  });
});

describe('a deny', () => {
  const cases: [string, AnyResource, object[]][] = [
    ['without criteria denies everybody', consent({ type: 'deny' }), [deny('', '')]],
    [
      'of one recipient denies it for every purpose',
      consent({ type: 'deny', actor: [recipient('payer')] }),
      [deny('payer', '')],
    ],
    [
      'for one purpose denies everybody that purpose',
      consent({ type: 'deny', purpose: [reason('HPAYMT')] }),
      [deny('', 'HPAYMT')],
    ],
    [
      'with a criterion that cannot be judged is total',
      consent({ type: 'deny', class: [{ code: 'Goal' }] }),
      [deny('', '')],
    ],
    [
      'of a Practitioner, whose Organization cannot be told, denies everybody',
      consent({
        type: 'deny',
        actor: [recipient('x', 'IRCP', 'Practitioner')],
      }),
      [deny('', '')],
    ],
    [
      'of a relative denies no Organization',
      consent({
        type: 'deny',
        actor: [recipient('x', 'IRCP', 'RelatedPerson')],
      }),
      [],
    ],
    [
      'for an unknown purpose denies every purpose',
      consent({ type: 'deny', purpose: [{ code: 'x' }] }),
      [deny('', '')],
    ],
    [
      'nested in a permit holds beside it',
      consent({
        ...plain,
        provision: [{ type: 'deny', actor: [recipient('payer')] }],
      }),
      [permit, deny('payer', '')],
    ],
    [
      'at any depth is found',
      consent({
        provision: [
          {
            type: 'permit',
            provision: [{ type: 'deny', actor: [recipient('payer')] }],
          },
        ],
      }),
      [deny('payer', '')],
    ],
    [
      'by opt-out denies everybody',
      consent({}, { policyRule: code('v3-ActCode', 'OPTOUT') }),
      [deny('', '')],
    ],
    [
      'with an unreadable period is always in force',
      consent({ type: 'deny', period: { start: 'soon' } }),
      [deny('', '')],
    ],
    [
      'that is not verified still denies',
      consent({ type: 'deny' }, { verification: [{ verified: false }] }),
      [deny('', '')],
    ],
  ];
  test.each(cases)('%s', (_, given, rules) => {
    expect(compileConsent(given)).toEqual(rules);
  });
});

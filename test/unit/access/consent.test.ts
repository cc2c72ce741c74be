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
const THO = 'http://terminology.hl7.org/CodeSystem/';
const TYPES = 'http://hl7.org/fhir/resource-types';
const recipients = (of: string) => ({
  extension: [...PART2_SCOPE, extension('part2-recipient-class', { valueCode: of })],
});
const recipient = (id: string, role = 'IRCP', type = 'Organization') => ({
  role: code('v3-ParticipationType', role),
  reference: { reference: `${type}/${id}` },
});
const extension = (name: string, value: JsonObject) => ({
  url: `${CANONICAL_BASE}/StructureDefinition/${name}`,
  ...value,
});

/** Of `part2Items`. */
const SIGNED = Date.UTC(2026, 7, 1);

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
  from: SIGNED,
  to: ALWAYS.to,
  rank: SIGNED,
};
const deny = (actor: string, purpose: string, more: object = {}) => ({
  patient: 'p1',
  effect: 'deny',
  actor,
  purpose,
  ...ALWAYS,
  ...more,
});
/** For a purpose, of notes too. */
const denies = (actor: string, purpose: string, more: object = {}) => [
  deny(actor, purpose, more),
  deny(actor, `note:${purpose}`, more),
];
/** In a Consent that permits something: of the day of its signature, to the end. */
const RANK = { rank: SIGNED + 86_400_000 };

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
      'with a nested permit, which says it again',
      consent({ ...plain, provision: [{ type: 'permit' }] }),
      [permit, permit],
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
      [{ ...permit, to: Date.UTC(2026, 8, 1) }],
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
    ['an action that is none', { action: [code('consentaction', 'use')] }],
    ['a confidentiality', { securityLabel: [{ system: `${THO}v3-Confidentiality`, code: 'N' }] }],
    ['a label of another system', { securityLabel: [{ system: 'x', code: 'SUD' }] }],
    ['a class without a system', { class: [{ code: 'Patient' }] }],
    ['a type that there is not', { class: [{ system: TYPES, code: 'Patients' }] }],
    ['a code in words alone', { code: [{ text: 'x' }] }],
    ['an unreadable dataPeriod', { dataPeriod: { start: 'soon' } }],
    ['data elsewhere', { data: [{ meaning: 'instance', reference: { reference: 'http://x.org/Goal/1' } }] }],
    [
      'data by an author elsewhere',
      { data: [{ meaning: 'authoredby', reference: { reference: 'http://x.org/Practitioner/1' } }] },
    ],
    ['a class of recipients that there is not', { actor: undefined, ...recipients('everybody') }],
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
    ['a recipient that never calls', { actor: [recipient('ehr', 'IRCP', 'Location')] }],
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
    ['that is signed after it ends', consent({ ...plain, period: { end: '2026-07-31' } })],
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
      denies('', 'HPAYMT'),
    ],
    [
      'with a criterion that cannot be judged is total',
      consent({ type: 'deny', class: [{ code: 'Goal' }] }),
      [deny('', '')],
    ],
    [
      'of a Practitioner denies that one, and whoever may be that one',
      consent({
        type: 'deny',
        actor: [recipient('x', 'IRCP', 'Practitioner')],
      }),
      [deny('Practitioner/x', ''), deny('Practitioner/?', '')],
    ],
    [
      'of a relative denies no Organization',
      consent({
        type: 'deny',
        actor: [recipient('x', 'IRCP', 'RelatedPerson')],
      }),
      [deny('RelatedPerson/x', '')],
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
      [permit, deny('payer', '', RANK)],
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

describe('a criterion becomes a term', () => {
  const label = (value: string) => ({ system: `${THO}v3-ActCode`, code: value });
  const sets: [string, JsonObject, string[], string[]?][] = [
    ['action', { action: [code('consentaction', 'access')] }, ['action|read']],
    ['an action that writes', { action: [code('consentaction', 'correct')] }, ['action|write']],
    [
      'securityLabel, with what it covers',
      { securityLabel: [label('SUD')] },
      ['label|eth', 'label|ethud', 'label|opioidud', 'label|sud'],
    ],
    [
      'an alias',
      { securityLabel: [label('ETH')] },
      ['label|eth', 'label|ethud', 'label|opioidud', 'label|sud'],
    ],
    ['of alcohol alone', { securityLabel: [label('ETHUD')] }, ['label|eth', 'label|ethud']],
    ['several labels', { securityLabel: [label('SDV'), label('HIV')] }, ['label|sdv', 'label|hiv']],
    ['class, a type', { class: [{ system: TYPES, code: 'Goal' }] }, ['type|Goal']],
    [
      'class, a kind of document, its system by another name',
      { class: [{ system: 'http://loinc.org/', code: '34904-3' }] },
      ['code|http://loinc.org|34904-3'],
    ],
    [
      'code',
      { code: [{ coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'F11.20' }] }] },
      ['code|http://hl7.org/fhir/sid/icd-10-cm|f11.20'],
    ],
    ['an instance', { data: [{ meaning: 'instance', reference: { reference: 'Goal/1' } }] }, ['is|Goal/1']],
    [
      'what depends on an instance',
      { data: [{ meaning: 'dependents', reference: { reference: 'Encounter/1' } }] },
      ['is|Encounter/1', 'ref|Encounter/1'],
    ],
  ];
  test.each(sets)('%s', (_, criterion, set) => {
    const terms = { all: [set] };
    expect(compileConsent(consent({ ...plain, ...criterion }))).toEqual([{ ...permit, terms }]);
    expect(compileConsent(consent({ type: 'deny', ...criterion }))).toEqual([deny('', '', { terms })]);
  });

  test('authoredby: its author for a permit, whoever may have written of it for a deny', () => {
    const data = [{ meaning: 'authoredby', reference: { reference: 'Patient/p1/_history/2' } }];
    const terms = (...set: string[]) => ({ terms: { all: [set] } });
    expect(compileConsent(consent({ ...plain, data }))).toEqual([
      { ...permit, ...terms('author|Patient/p1') },
    ]);
    const wrote = ['wrote|Patient/p1', 'wrote|?', 'wrote|CareTeam'];
    expect(compileConsent(consent({ type: 'deny', data }))).toEqual([
      deny('', '', terms('author|Patient/p1', ...wrote)),
    ]);
  });

  test('dataPeriod: all of it for a permit, any of it for a deny', () => {
    const dataPeriod = { start: '2026-01-01', end: '2026-01-31' };
    const range = { low: Date.UTC(2026, 0, 1), high: Date.UTC(2026, 1, 1) };
    const made = (how: string) => ({ terms: { made: [{ how, ...range }] } });
    expect(compileConsent(consent({ ...plain, dataPeriod }))).toEqual([{ ...permit, ...made('within') }]);
    expect(compileConsent(consent({ type: 'deny', dataPeriod }))).toEqual([deny('', '', made('touches'))]);
  });

  test.each<[string, JsonObject]>([
    ['a confidentiality', { securityLabel: [{ system: `${THO}v3-Confidentiality`, code: 'R' }] }],
    ['a code in words alone', { code: [{ text: 'x' }] }],
    ['what something refers to', { data: [{ meaning: 'related', reference: { reference: 'Encounter/1' } }] }],
    [
      'what one wrote who writes nothing',
      { data: [{ meaning: 'authoredby', reference: { reference: 'Location/1' } }] },
    ],
    ['a class of recipients that there is not', recipients('everybody')],
    ['a modifierExtension', { modifierExtension: [{ url: 'x', valueBoolean: true }] }],
    ['one that can be judged beside one that cannot', { code: [{ text: 'x' }, code('x', 'y')] }],
  ])('a deny of %s is total', (_, criterion) => {
    expect(compileConsent(consent({ type: 'deny', ...criterion }))).toEqual([deny('', '')]);
  });

  test('42CFRPart2: all there is of a program', () => {
    const securityLabel = [label('42CFRPart2')];
    expect(compileConsent(consent({ ...plain, securityLabel }))).toEqual([permit]);
  });
});

describe('a tree of provisions', () => {
  const goals = { class: [{ system: TYPES, code: 'Goal' }] };
  const forGoals = { terms: { all: [['type|Goal']] } };

  test('what is nested holds only where all around it does, of recipient and purpose the innermost leading', () => {
    const [, inner] = compileConsent(
      consent({ ...plain, provision: [{ type: 'permit', purpose: [reason('COC')], ...goals }] }),
    );
    expect(inner).toEqual({
      ...permit,
      purpose: 'COC',
      terms: { all: [['type|Goal'], ['purpose|TREAT']] },
    });
  });

  test('a permit in a deny is taken out of it, a deny in a permit stands beside it', () => {
    const rules = compileConsent(
      consent({
        ...plain,
        provision: [{ type: 'deny', ...goals, provision: [{ type: 'permit', actor: [recipient('ehr2')] }] }],
      }),
    );
    expect(rules).toEqual([
      permit,
      { ...permit, actor: 'ehr2', terms: { all: [['type|Goal'], ['actor|ehr']] } },
      ...denies('ehr', 'TREAT', {
        ...RANK,
        terms: { ...forGoals.terms, unless: [{ all: [['actor|ehr2']], ...ALWAYS }] },
      }),
    ]);
  });

  test('a permit that cannot be judged holds for nothing, what is denied in it for all it may be about', () => {
    const rules = compileConsent(
      consent({
        ...plain,
        code: [{ text: 'x' }],
        provision: [{ type: 'deny', actor: [recipient('payer')] }],
      }),
    );
    expect(rules).toEqual([deny('payer', '')]);
  });

  test('of a Consent that is not whole nothing is taken out of what it denies', () => {
    const tree = { type: 'deny', ...goals, provision: [plain] };
    expect(compileConsent(consent(tree, { verification: [] }))).toEqual([deny('', '', forGoals)]);
    expect(compileConsent(consent(tree))).toContainEqual({ ...permit, ...forGoals });
  });

  test('opting out with an exception denies all others; a mere base denies nobody', () => {
    const optOut = { coding: ['42CFRPart2CD', 'OPTOUT'].flatMap(one => code('v3-ActCode', one).coding) };
    const unless = [{ all: [['actor|ehr'], ['purpose|TREAT']], ...ALWAYS }];
    expect(compileConsent(consent({ provision: [plain] }, { policyRule: optOut }))).toEqual([
      permit,
      deny('', '', { ...RANK, terms: { unless } }),
    ]);
    expect(compileConsent(consent({ provision: [plain] }))).toEqual([permit]);
  });

  test('what permits nothing is a restriction and outranks every permit', () => {
    expect(compileConsent(consent({ type: 'deny' }))).toEqual([deny('', '')]);
    expect(compileConsent(consent({ ...plain, provision: [{ type: 'deny' }] }))).toContainEqual(
      deny('ehr', 'TREAT', RANK),
    );
  });
});

describe('recipients', () => {
  test.each<[string, JsonObject, string[]]>([
    ['a Practitioner', { actor: [recipient('x', 'IRCP', 'Practitioner')] }, ['Practitioner/x']],
    [
      'those who treat',
      { actor: undefined, ...recipients('treating-providers') },
      ['class:treating-providers'],
    ],
    ['a class beside an Organization', recipients('health-plans'), ['ehr', 'class:health-plans']],
  ])('%s', (_, more, actors) => {
    expect(compileConsent(consent({ ...plain, ...more }))).toEqual(
      actors.map(actor => ({ ...permit, actor })),
    );
  });

  test('a consent for counselling notes releases these alone', () => {
    const notes = {
      extension: [...part2Items().extension, extension('part2-counselling-notes', { valueBoolean: true })],
    };
    const alone = PART2_SCOPE.filter(({ url }) => !url.endsWith('all-records'));
    expect(compileConsent(consent({ ...plain, extension: alone }, notes))).toEqual([
      { ...permit, purpose: 'note:TREAT' },
    ]);
    // 2.31(b): combined with nothing else.
    expect(compileConsent(consent(plain, notes))).toEqual([]);
  });
});

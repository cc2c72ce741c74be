import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { CODES } from '../../../../src/access/label/codes.ts';
import { saidBy, sensitivitiesOf } from '../../../../src/access/label/labeller.ts';
import type { AnyResource } from '../../../../src/fhir/types.ts';

const ICD = 'http://hl7.org/fhir/sid/icd-10-cm';
const SNOMED = 'http://snomed.info/sct';
const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm';
const LOINC = 'http://loinc.org';
const HCPCS = 'https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets';
const CPT = 'http://www.ama-assn.org/go/cpt';
const NUCC = 'http://nucc.org/provider-taxonomy';
const hl7 = (name: string): string => `http://terminology.hl7.org/CodeSystem/${name}`;
const local = (name: string): string => `https://iop-fhir.example/fhir/CodeSystem/${name}`;

/** Every row of the tables, written down a second time: system, codes, what they say. */
const SAID: readonly [system: string, codes: string, says: string][] = [
  [ICD, 'F10 F10.10 F10.20 F10.21 F10.90 F10.239', 'SUD ETHUD'],
  [ICD, 'F11.10 F11.20 F11.21 f11.20 F1120', 'SUD OPIOIDUD'],
  [ICD, 'F12.20 F13.20 F14.20 F15.20 F16.20 F17.210 F18.20 F19.20', 'SUD'],
  [ICD, 'F31.9 F32.1 F32.2 F33.1 F33.2 F41.1 F41.9 F43.10', 'PSY'],
  [SNOMED, '7200002 720176005', 'SUD ETHUD'],
  [SNOMED, '75544000', 'SUD OPIOIDUD'],
  [SNOMED, '66214007 371422002 228366006 60112009 313071005 385989002 720177001', 'SUD'],
  [SNOMED, '76168009 18512000 108313002 228557008 405780009 461481000124109', 'BH'],
  [RXNORM, '1010600 1307056 1010604 1307061 351266 351267 351264 351265', 'SUD OPIOIDUD'],
  [RXNORM, '1996184 1996192 2639021 2639043 1797650', 'SUD OPIOIDUD'],
  [RXNORM, '864718 864706 864761 864769 991147 864978', 'SUD OPIOIDUD'],
  [RXNORM, '835726 197623 197624', 'SUD ETHUD'],
  [RXNORM, '1483744 637213 7243', 'SUD'],
  [LOINC, '65750-2 69739-1 51782-1 87428-9', 'SUD'],
  [LOINC, '19261-7 3349-8 16369-1 19554-5 19568-5 19270-8', 'SUD'],
  [LOINC, '14316-4 3377-9 3390-2 16195-0 18282-4 3427-2 19289-8', 'SUD'],
  [LOINC, '14314-9 19359-9 3393-6 3397-7 14315-6 19360-7', 'SUD'],
  [LOINC, '19295-5 70151-6 21431-2 19321-9 3879-4 18390-5', 'SUD'],
  [LOINC, '59673-4 58379-9 95797-7 11235-9 43199-9 40839-3 43200-5', 'SUD'],
  [LOINC, '19642-8 58430-0 10998-3 19643-6 19550-3 93495-0 3773-9 16199-2 58428-4', 'SUD'],
  [LOINC, '93494-3 58359-1 3414-0 16208-1 19659-2 3936-2 18392-1', 'SUD'],
  [LOINC, '42242-8 58375-7 5644-0 55349-5 34180-0 58377-3', 'SUD'],
  [LOINC, '19710-3 96058-3 101809-2 19702-0 19591-7 82665-1 82667-7', 'SUD'],
  [LOINC, '72109-2 75626-2 72110-0 75624-7', 'SUD ETHUD'],
  [LOINC, '44249-1 44261-6 69737-5 70274-6 93246-7 93249-1 34904-3', 'PSY'],
  [HCPCS, 'H0001 H0003 H0005 H0006 H0007 H0015 H0047 H0048 H0049 H2035 H2036 J2315', 'SUD'],
  [HCPCS, 'H0020 G2067', 'SUD OPIOIDUD'],
  [HCPCS, 'H0031 H0032 H0035 S9480', 'PSY'],
  [HCPCS, 'H0002 H0004 H0018 H0033 H0034 H0038 H2010 H2014 H2019 H2027 H2032', 'BH'],
  [CPT, '80307', 'SUD'],
  [CPT, '90791 90792 90832 90834 90837 90846 90847 90849 90853', 'BH'],
  [NUCC, '324500000X 276400000X', 'SUD'],
  [hl7('episodeofcare-type'), 'da', 'SUD'],
  [hl7('service-category'), '12', 'SUD'],
  [hl7('service-category'), '22', 'PSY'],
  [local('episode-focus'), 'mental-health', 'PSY'],
  [local('episode-focus'), 'co-occurring', 'SUD PSY'],
  [local('level-of-care'), '0.5 1 2.1 2.5 3.1 3.5 3.7 4', 'SUD'],
  [local('level-of-care'), 'iop-mh', 'PSY'],
  [local('asam-dimension'), '1 2 3 4 5 6', 'SUD'],
  [local('assessment-item'), 'home-safe', 'SDV'],
  [local('check-in-item'), 'craving trigger trigger-words', 'SUD'],
  [local('slip-item'), 'slip substance', 'SUD'],
  [local('substance-class'), 'alcohol', 'SUD ETHUD'],
  [local('substance-class'), 'opioids', 'SUD OPIOIDUD'],
  [local('substance-class'), 'stimulants cannabis sedatives other', 'SUD'],
  [local('risk'), 'relapse high-risk-period', 'SUD'],
  [local('risk'), 'symptoms self-harm', 'PSY'],
  [local('social-aspect'), 'housing conflict', 'SDV'],
  [local('social-aspect'), 'use-at-home', 'SUD'],
  [local('agreement-rule'), 'sober screening', 'SUD'],
  [local('benefit-category'), 'urine-screening', 'SUD'],
  [local('plan-activity'), 'urine-screening sponsor', 'SUD'],
  [local('instrument'), 'c-ssrs', 'PSY'],
  [local('referral-service'), 'detox', 'SUD'],
  [local('referral-source'), 'detox', 'SUD'],
  [local('drug-panel'), 'custom', 'SUD'],
  [local('drug'), 'amphetamines methamphetamine mdma barbiturates benzodiazepines cannabinoids', 'SUD'],
  [local('drug'), 'benzoylecgonine cocaine opiates 6-mam fentanyl norfentanyl oxycodone', 'SUD'],
  [local('drug'), 'methadone eddp buprenorphine phencyclidine ethanol ethyl-glucuronide', 'SUD'],
  [local('drug'), 'tramadol mitragynine xylazine', 'SUD'],
];

/** Known codes that say nothing of the kind. */
const SILENT: readonly [system: string, codes: string][] = [
  [ICD, 'F1 F1X.10 F20.9 F09 E11.9 XF10.20 F10.20.1 F10-'],
  [LOINC, '2161-8 2756-5 5810-7 58714-7 2657-5 78263-1 34785-6 78306-8 78472-8 59284-6'],
  [CPT, '99213 99214'],
  [NUCC, '101Y00000X 104100000X 106H00000X 103T00000X 171M00000X 175T00000X'],
  [SNOMED, '310190000'],
  [local('assessment-item'), 'level readiness'],
  [
    local('check-in-item'),
    'check-in sleep exhaustion stressor progress patience arguments good-mornings readiness',
  ],
  [
    local('social-aspect'),
    'occupation education parenting caregiving transport childcare finances legal support',
  ],
  [local('agreement-rule'), 'attend tell-ahead be-on-time privacy respect phones'],
];

const cells = SAID.flatMap(([system, codes, says]) =>
  codes.split(' ').map(code => [system, code, says.split(' ')] as const),
);
const observation = (coding: object): AnyResource => ({
  resourceType: 'Observation',
  code: { coding: [coding as never] },
});

describe('a code says', () => {
  test.each(cells)('%s %s: %j', (system, code, says) => {
    expect(saidBy(system, code)).toEqual(says);
    expect(sensitivitiesOf(observation({ system, code }))).toEqual(says);
    // A code means something in its own system alone.
    expect(saidBy('http://example.org/other', code)).toEqual([]);
    expect(sensitivitiesOf(observation({ code }))).toEqual([]);
  });

  test.each(SILENT)('%s %s: nothing', (system, codes) => {
    for (const code of codes.split(' ')) expect([code, saidBy(system, code)]).toEqual([code, []]);
  });

  test('no row of the tables is left out above', () => {
    const known = new Set(cells.map(([system, code]) => `${system} ${code}`));
    const rows = [...CODES].flatMap(([system, codes]) => [...codes.keys()].map(code => `${system} ${code}`));
    expect(rows.filter(row => !known.has(row))).toEqual([]);
  });

  test('every verified code is in one list or the other', () => {
    const verified = JSON.parse(
      readFileSync(new URL('../../../support/verified-codes.json', import.meta.url), 'utf8'),
    ) as Record<string, string[]>;
    const known = new Set(
      [...SAID, ...SILENT].flatMap(([system, codes]) => codes.split(' ').map(code => `${system} ${code}`)),
    );
    const missing = [ICD, SNOMED, RXNORM, LOINC, HCPCS, CPT, NUCC].flatMap(system =>
      verified[system]!.filter(code => !known.has(`${system} ${code}`)),
    );
    expect(missing).toEqual([]);
  });
});

describe('a code is found', () => {
  const alcohol = { system: ICD, code: 'F10.20' };
  const FOUND: readonly [where: string, resource: AnyResource][] = [
    ['under an alias of its system', observation({ ...alcohol, system: 'urn:oid:2.16.840.1.113883.6.90' })],
    ['beside others', { resourceType: 'Condition', code: { coding: [{ system: 'x', code: 'y' }, alcohol] } }],
    [
      'as a plain Coding',
      { resourceType: 'QuestionnaireResponse', item: [{ answer: [{ valueCoding: alcohol }] }] },
    ],
    ['as a reason', { resourceType: 'MedicationRequest', reasonCode: [{ coding: [alcohol] }] }],
    [
      'in a contained resource',
      { resourceType: 'Encounter', contained: [{ resourceType: 'Condition', code: { coding: [alcohol] } }] },
    ],
    ['in an extension', { resourceType: 'Patient', extension: [{ url: 'u', valueCoding: alcohol }] }],
  ];
  test.each(FOUND)('%s', (_where, resource) => {
    expect(sensitivitiesOf(resource)).toEqual(['SUD', 'ETHUD']);
  });

  const NOT: readonly [where: string, resource: AnyResource][] = [
    [
      'in a display or a text',
      observation({ system: ICD, display: 'F10.20', code: 'Z00.0', text: 'alcohol' }),
    ],
    ['in meta', { resourceType: 'Patient', meta: { tag: [alcohol] } }],
    [
      'in what a Consent lays down for others',
      { resourceType: 'Consent', provision: { code: [{ coding: [alcohol] }] } },
    ],
    ['in a definition', { resourceType: 'ValueSet', compose: { include: [{ concept: [alcohol] }] } }],
    ['in the directory', { resourceType: 'HealthcareService', category: [{ coding: [alcohol] }] }],
    ['in an identifier', { resourceType: 'Patient', identifier: [{ system: ICD, value: 'F10.20' }] }],
  ];
  test.each(NOT)('not %s', (_where, resource) => {
    expect(sensitivitiesOf(resource)).toEqual([]);
  });
});

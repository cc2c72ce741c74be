// What a code says about how sensitive its resource is, as data. Only codes that were looked up in a published
// source, and the program's own. Sensitivities are codes of v3-ActCode: SUD substance use, with ETHUD (alcohol) and
// OPIOIDUD (opioids) where the code itself says so; PSY mental health; BH behavioural health of a kind not said;
// SDV violence at home.
// A test for a substance says that use is looked into, not which disorder there is: SUD alone.
import { CANONICAL_BASE } from '../../fhir/canonical.ts';

export type Sensitivity = 'SUD' | 'ETHUD' | 'OPIOIDUD' | 'PSY' | 'BH' | 'SDV';

type Said = readonly Sensitivity[];
const SUD: Said = ['SUD'];
const ALCOHOL: Said = ['SUD', 'ETHUD'];
const OPIOID: Said = ['SUD', 'OPIOIDUD'];
const PSY: Said = ['PSY'];
const BH: Said = ['BH'];
/** Whether a home is safe speaks of violence there. */
const SDV: Said = ['SDV'];
const CO_OCCURRING: Said = ['SUD', 'PSY'];

export const ICD_10_CM = 'http://hl7.org/fhir/sid/icd-10-cm';

/** By the first three characters: mental and behavioural disorders due to substance use are F10 to F19. */
export const ICD_BLOCKS: ReadonlyMap<string, Said> = new Map([
  ['F10', ALCOHOL],
  ['F11', OPIOID],
  ...['F12', 'F13', 'F14', 'F15', 'F16', 'F17', 'F18', 'F19'].map((block): [string, Said] => [block, SUD]),
]);

type Row = readonly [says: Said, codes: string];

const ROWS: Readonly<Record<string, readonly Row[]>> = {
  [ICD_10_CM]: [[PSY, 'F31.9 F32.1 F32.2 F33.1 F33.2 F41.1 F41.9 F43.10']],
  'http://snomed.info/sct': [
    // Alcoholism; program for alcohol use.
    [ALCOHOL, '7200002 720176005'],
    // Opioid dependence.
    [OPIOID, '75544000'],
    // Substance abuse and its history, drug misuse; addiction and substance use counselling, program for drug use.
    [SUD, '66214007 371422002 228366006 60112009 313071005 385989002 720177001'],
    // Group, individual and family therapy; cognitive and dialectical behaviour therapy.
    [BH, '76168009 18512000 108313002 228557008 405780009'],
    // Referral to peer support.
    [BH, '461481000124109'],
  ],
  'http://www.nlm.nih.gov/research/umls/rxnorm': [
    // Buprenorphine, with naloxone and alone; methadone.
    [
      OPIOID,
      '1010600 1307056 1010604 1307061 351266 351267 351264 351265 1996184 1996192 2639021 2639043 1797650 ' +
        '864718 864706 864761 864769 991147 864978',
    ],
    // Acamprosate, disulfiram.
    [ALCOHOL, '835726 197623 197624'],
    // Naltrexone is for either.
    [SUD, '1483744 637213 7243'],
  ],
  'http://loinc.org': [
    // Urine drug screens: panels, then one line for each group of analytes.
    [
      SUD,
      '65750-2 69739-1 51782-1 87428-9 ' +
        '19261-7 3349-8 16369-1 19554-5 19568-5 19270-8 14316-4 3377-9 3390-2 16195-0 18282-4 3427-2 19289-8 ' +
        '14314-9 19359-9 3393-6 3397-7 14315-6 19360-7 19295-5 70151-6 21431-2 19321-9 3879-4 18390-5 ' +
        '59673-4 58379-9 95797-7 11235-9 43199-9 40839-3 43200-5 19642-8 58430-0 10998-3 19643-6 ' +
        '19550-3 93495-0 3773-9 16199-2 58428-4 93494-3 58359-1 3414-0 16208-1 19659-2 3936-2 18392-1 ' +
        '42242-8 58375-7 5644-0 55349-5 34180-0 58377-3 19710-3 96058-3 101809-2 ' +
        // Deprecated ones, of older data: cannabinoids, 6-monoacetylmorphine.
        '19702-0 19591-7 ' +
        // DAST and DAST-10.
        '82665-1 82667-7',
    ],
    // AUDIT and AUDIT-C.
    [ALCOHOL, '72109-2 75626-2 72110-0 75624-7'],
    // PHQ-9; GAD-7; C-SSRS; a mental health progress note.
    [PSY, '44249-1 44261-6 69737-5 70274-6 93246-7 93249-1 34904-3'],
  ],
  'https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets': [
    [SUD, 'H0001 H0003 H0005 H0006 H0007 H0015 H0047 H0048 H0049 H2035 H2036 J2315'],
    // Methadone services.
    [OPIOID, 'H0020 G2067'],
    [PSY, 'H0031 H0032 H0035 S9480'],
    [BH, 'H0002 H0004 H0018 H0033 H0034 H0038 H2010 H2014 H2019 H2027 H2032'],
  ],
  'http://www.ama-assn.org/go/cpt': [
    // Presumptive drug test.
    [SUD, '80307'],
    // Diagnostic evaluation; individual, family and group therapy.
    [BH, '90791 90792 90832 90834 90837 90846 90847 90849 90853'],
  ],
  'http://nucc.org/provider-taxonomy': [[SUD, '324500000X 276400000X']],
  'http://terminology.hl7.org/CodeSystem/episodeofcare-type': [[SUD, 'da']],
  'http://terminology.hl7.org/CodeSystem/service-category': [
    [SUD, '12'],
    [PSY, '22'],
  ],
  [`${CANONICAL_BASE}/CodeSystem/episode-focus`]: [
    [PSY, 'mental-health'],
    [CO_OCCURRING, 'co-occurring'],
  ],
  [`${CANONICAL_BASE}/CodeSystem/level-of-care`]: [
    // The levels of ASAM are of the treatment of substance use.
    [SUD, '0.5 1 2.1 2.5 3.1 3.5 3.7 4'],
    [PSY, 'iop-mh'],
  ],
  [`${CANONICAL_BASE}/CodeSystem/asam-dimension`]: [[SUD, '1 2 3 4 5 6']],
  [`${CANONICAL_BASE}/CodeSystem/assessment-item`]: [[SDV, 'home-safe']],
  [`${CANONICAL_BASE}/CodeSystem/check-in-item`]: [[SUD, 'craving trigger trigger-words']],
  [`${CANONICAL_BASE}/CodeSystem/slip-item`]: [[SUD, 'slip substance']],
  [`${CANONICAL_BASE}/CodeSystem/substance-class`]: [
    [ALCOHOL, 'alcohol'],
    [OPIOID, 'opioids'],
    [SUD, 'stimulants cannabis sedatives other'],
  ],
  [`${CANONICAL_BASE}/CodeSystem/risk`]: [
    [SUD, 'relapse high-risk-period'],
    [PSY, 'symptoms self-harm'],
  ],
  [`${CANONICAL_BASE}/CodeSystem/social-aspect`]: [
    [SDV, 'housing conflict'],
    [SUD, 'use-at-home'],
  ],
  [`${CANONICAL_BASE}/CodeSystem/agreement-rule`]: [[SUD, 'sober screening']],
  [`${CANONICAL_BASE}/CodeSystem/benefit-category`]: [[SUD, 'urine-screening']],
  [`${CANONICAL_BASE}/CodeSystem/plan-activity`]: [[SUD, 'urine-screening sponsor']],
  [`${CANONICAL_BASE}/CodeSystem/instrument`]: [[PSY, 'c-ssrs']],
  // Withdrawal management.
  [`${CANONICAL_BASE}/CodeSystem/referral-service`]: [[SUD, 'detox']],
  [`${CANONICAL_BASE}/CodeSystem/referral-source`]: [[SUD, 'detox']],
  [`${CANONICAL_BASE}/CodeSystem/drug-panel`]: [[SUD, 'custom']],
  [`${CANONICAL_BASE}/CodeSystem/drug`]: [
    [
      SUD,
      'amphetamines methamphetamine mdma barbiturates benzodiazepines cannabinoids benzoylecgonine cocaine opiates ' +
        '6-mam fentanyl norfentanyl oxycodone methadone eddp buprenorphine phencyclidine ethanol ethyl-glucuronide ' +
        'tramadol mitragynine xylazine',
    ],
  ],
};

/** Canonical system -> code -> what it says. */
export const CODES: ReadonlyMap<string, ReadonlyMap<string, Said>> = new Map(
  Object.entries(ROWS).map(([system, rows]) => [
    system,
    new Map(rows.flatMap(([says, codes]) => codes.split(' ').map(code => [code, says] as const))),
  ]),
);

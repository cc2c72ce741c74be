// A urine screen: from its order to its results.
//
// Glossary. panel: what was ordered. collection: what came of it: pending, collected, refused by the
// client, or not collected for another reason. observed: staff watched the collection. analytes: one entry
// per drug, with the presumptive screen and, where it was done, the confirmation, which supersedes it.
// expectedFrom: the medication order that explains a positive. level and cutoff: concentrations. validity:
// whether the specimen can be judged by at all; a negative of a diluted, substituted or adulterated
// specimen is no negative, and does not become one in FHIR. accession: the laboratory's number.
import { unless } from './check.ts';
import { SPECIMEN_VALIDITY } from './codes-care.ts';
import type { Concept, Problem, RecordEnvelope } from './concept.ts';
import { DRUGS, type Drug, type DrugTest, loincProblem, PANEL_NAMES, type Panel } from './drug-screen.ts';
import { type Amount, amount } from './quantity.ts';
import {
  choice,
  decimal,
  flag,
  instant,
  keyOfA,
  line,
  list,
  matching,
  object,
  recordSchema,
} from './schema.ts';
import { isJudgeable, type Validity, verdictOf } from './specimen-validity.ts';
import { urineScreenFromFhir } from './urine-screen-from-fhir.ts';
import { urineScreenToFhir } from './urine-screen-to-fhir.ts';
import { codesOf } from './vocabulary.ts';

export const COLLECTIONS = ['pending', 'collected', 'refused', 'not-collected'] as const;
export const RESULTS = ['positive', 'negative', 'indeterminate'] as const;
export type Collection = (typeof COLLECTIONS)[number];
export type DrugResult = (typeof RESULTS)[number];

export interface UrineScreenRecord extends RecordEnvelope {
  kind: 'urine-screen';
  client: string;
  panel: Panel;
  collection: Collection;
  /** Instants. */
  orderedAt: string;
  orderedBy?: string;
  collectedAt?: string;
  collectedBy?: string;
  observed?: boolean;
  accession?: string;
  /** The laboratory's name. */
  lab?: string;
  /** When the results were final. */
  reportedAt?: string;
  analytes?: Analyte[];
  validity?: Validity;
  conclusion?: string;
}

export interface Analyte {
  drug: Drug;
  screen?: DrugFinding;
  confirm?: DrugFinding;
  /** A medication order. */
  expectedFrom?: string;
}

export interface DrugFinding {
  result: DrugResult;
  /** Where the laboratory uses another code than the usual one of this drug and test. */
  loinc?: string;
  level?: Amount;
  cutoff?: Amount;
}

/** What a drug came to: its confirmation supersedes its screen. */
export const resultOf = (analyte: Analyte): DrugResult | undefined =>
  (analyte.confirm ?? analyte.screen)?.result;

/** Is it a screen that can be counted: collected, final, and of a specimen that can be judged by? */
export const isValidScreen = (record: UrineScreenRecord): boolean =>
  record.collection === 'collected' &&
  record.reportedAt !== undefined &&
  isJudgeable(verdictOf(record.validity));

const finding = (description: string) =>
  object(
    {
      result: choice(RESULTS, 'What it showed.'),
      loinc: matching(
        '^[0-9]{1,7}-[0-9]$',
        'LOINC code, where it is not the usual one of this drug and test.',
      ),
      level: amount('Concentration that was measured.'),
      cutoff: amount('Concentration from which on it is positive.'),
    },
    ['result'],
    description,
  );

const schema = recordSchema(
  'urine-screen',
  'A urine screen of a client',
  {
    client: keyOfA('client', 'Whose screen it is.'),
    panel: choice(PANEL_NAMES, 'What was ordered.'),
    collection: choice(COLLECTIONS, 'What came of it.'),
    orderedAt: instant('When it was ordered or due.'),
    orderedBy: keyOfA('clinician', 'Who ordered it.'),
    collectedAt: instant('When it was collected.'),
    collectedBy: keyOfA('clinician', 'Who took it.'),
    observed: flag('Staff watched the collection.'),
    accession: line("The laboratory's number.", 64),
    lab: line("The laboratory's name."),
    reportedAt: instant('When the results were final.'),
    analytes: list(
      object(
        {
          drug: choice(DRUGS, 'What was looked for.'),
          screen: finding('Presumptive test.'),
          confirm: finding('Confirmation.'),
          expectedFrom: keyOfA('medication', 'The order that explains a positive result.'),
        },
        ['drug'],
      ),
      'One entry per drug.',
      40,
    ),
    validity: object(
      {
        verdict: choice(codesOf(SPECIMEN_VALIDITY), "The laboratory's verdict on the specimen."),
        creatinine: decimal('mg/dL.', 0, 2000),
        ph: decimal('pH.', 0, 14),
        specificGravity: decimal('Ratio to water.', 0.9, 1.2),
        oxidants: decimal('ug/mL.', 0, 100_000),
        nitrite: decimal('ug/mL.', 0, 100_000),
        temperature: decimal('Degrees Celsius, at collection.', 0, 60),
      },
      [],
      'Whether the specimen can be judged by.',
    ),
    conclusion: line('Summary of the results.', 1000),
  },
  ['client', 'panel', 'collection', 'orderedAt'],
);

function check(record: UrineScreenRecord): Problem[] {
  const collected = record.collection === 'collected';
  const specimen = ['collectedAt', 'collectedBy', 'observed', 'analytes', 'validity', 'reportedAt'] as const;
  const misplaced = specimen.filter(field => !collected && record[field] !== undefined);
  return [
    ...misplaced.flatMap(field => unless(false, field, 'is for a specimen that was collected')),
    ...unless(!collected || record.collectedAt !== undefined, 'collectedAt', 'is missing'),
    ...unless(record.collection !== 'pending' || record.accession === undefined, 'accession', 'is too early'),
    ...unless(inOrder(record.collectedAt, record.reportedAt), 'reportedAt', 'is before the collection'),
    ...(record.analytes ?? []).flatMap((one, index) => checkAnalyte(record, one, index)),
    ...unless(
      record.validity === undefined || Object.keys(record.validity).length > 0,
      'validity',
      'says nothing: leave it out',
    ),
  ];
}

function checkAnalyte(record: UrineScreenRecord, one: Analyte, index: number): Problem[] {
  const path = `analytes[${index}]`;
  const first = record.analytes?.findIndex(other => other.drug === one.drug);
  return [
    ...unless(first === index, `${path}.drug`, 'stands twice'),
    ...unless(one.screen !== undefined || one.confirm !== undefined, path, 'has no result'),
    ...checkFinding(record, one.drug, 'screen', { at: `${path}.screen`, found: one.screen }),
    ...checkFinding(record, one.drug, 'confirm', { at: `${path}.confirm`, found: one.confirm }),
  ];
}

function checkFinding(
  record: UrineScreenRecord,
  drug: Drug,
  test: DrugTest,
  { at, found }: { at: string; found: DrugFinding | undefined },
): Problem[] {
  if (found === undefined) return [];
  const wrong = found.loinc === undefined ? undefined : loincProblem(drug, test, found.loinc);
  const judged = isJudgeable(verdictOf(record.validity)) || found.result !== 'negative';
  return [
    ...unless(wrong === undefined, `${at}.loinc`, wrong ?? ''),
    ...unless(
      judged || found.level === undefined,
      `${at}.level`,
      'belongs to a negative of a specimen that was not valid: leave it out',
    ),
  ];
}

const inOrder = (from: string | undefined, until: string | undefined): boolean =>
  from === undefined || until === undefined || Date.parse(from) <= Date.parse(until);

export const urineScreen: Concept<UrineScreenRecord> = {
  kind: 'urine-screen',
  title: 'A urine screen from its order to its results',
  schema,
  makes: ['DiagnosticReport', 'ServiceRequest', 'Specimen', 'Observation'],
  check,
  toFhir: urineScreenToFhir,
  fromFhir: urineScreenFromFhir,
};

// Codes that both directions of a urine screen share, and the roles of its resources.
import type { CodeableConcept } from '../fhir/types.ts';
import type { Drug, DrugTest } from './drug-screen.ts';
import { businessSystem, codingsIn, concept } from './element.ts';
import type { DrugResult } from './urine-screen.ts';

const hl7 = (name: string): string => `http://terminology.hl7.org/CodeSystem/${name}`;
export const DIAGNOSTIC_SERVICE = hl7('v2-0074');
export const SPECIMEN_TYPE = hl7('v2-0487');
export const SPECIMEN_CONDITION = hl7('v2-0493');
export const ABSENT_REASON = hl7('data-absent-reason');
export const INTERPRETATION = hl7('v3-ObservationInterpretation');

export const ORDER = 'order';
export const SPECIMEN = 'specimen';
export const VERDICT = 'validity/verdict';
export const testRole = (test: DrugTest, drug: Drug): string => `${test}/${drug}`;
export const measureRole = (measure: string): string => `validity/${measure}`;

/** The namespace of the laboratory numbers of a program. */
export const accessionSystem = (program: string): string => businessSystem(program, 'accession');

const RESULT_CODES: Readonly<Record<DrugResult, readonly [code: string, display: string]>> = {
  positive: ['POS', 'Positive'],
  negative: ['NEG', 'Negative'],
  indeterminate: ['IND', 'Indeterminate'],
};
export const resultConcept = (result: DrugResult): CodeableConcept =>
  concept(INTERPRETATION, ...RESULT_CODES[result]);

/** Detected and abnormal are under positive, not detected and normal under negative. */
const READ: Readonly<Record<string, DrugResult>> = {
  POS: 'positive',
  DET: 'positive',
  A: 'positive',
  NEG: 'negative',
  ND: 'negative',
  N: 'negative',
  IND: 'indeterminate',
};
export function resultIn(
  from: CodeableConcept | readonly CodeableConcept[] | undefined,
): DrugResult | undefined {
  return codingsIn(INTERPRETATION, from)
    .map(one => READ[one.code ?? ''])
    .find(one => one !== undefined);
}

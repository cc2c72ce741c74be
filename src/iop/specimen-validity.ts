// Whether a urine specimen can be judged by at all: what is measured, with which code and unit, and the
// usual rule for dilution. Cut-offs differ between laboratories, so the rule takes them as an argument.
import type { CodeableConcept } from '../fhir/types.ts';
import { type SPECIMEN_VALIDITY, URINE_MEASURE } from './codes-care.ts';
import { concept } from './element.ts';
import { LOINC } from './systems.ts';
import { type CodeOf, localConcept } from './vocabulary.ts';

export type Verdict = CodeOf<typeof SPECIMEN_VALIDITY>;

export interface Validity {
  /** The laboratory's verdict. */
  verdict?: Verdict;
  /** mg/dL. */
  creatinine?: number;
  ph?: number;
  specificGravity?: number;
  /** ug/mL. */
  oxidants?: number;
  /** ug/mL. */
  nitrite?: number;
  /** Degrees Celsius, at collection. */
  temperature?: number;
}

export type Measure = Exclude<keyof Validity, 'verdict'>;

/** Code and UCUM unit of each measure. */
export const MEASURES: Readonly<Record<Measure, { code: CodeableConcept; unit: string }>> = {
  creatinine: { code: concept(LOINC, '2161-8', 'Creatinine in urine'), unit: 'mg/dL' },
  ph: { code: concept(LOINC, '2756-5', 'pH of urine'), unit: '[pH]' },
  specificGravity: { code: concept(LOINC, '5810-7', 'Specific gravity of urine'), unit: '1' },
  oxidants: { code: concept(LOINC, '58714-7', 'Oxidants in urine'), unit: 'ug/mL' },
  nitrite: { code: concept(LOINC, '2657-5', 'Nitrite in urine'), unit: 'ug/mL' },
  temperature: { code: localConcept(URINE_MEASURE, 'temperature'), unit: 'Cel' },
};
export const MEASURE_NAMES = Object.keys(MEASURES) as Measure[];

export interface DilutionLimits {
  /** mg/dL and ratio: below both, a specimen is dilute. */
  creatinine: number;
  specificGravity: number;
}
export const USUAL_DILUTION: DilutionLimits = { creatinine: 20, specificGravity: 1.003 };

/** The verdict: the laboratory's where it gave one, else dilute by its measures, else unknown. */
export function verdictOf(validity: Validity | undefined, limits = USUAL_DILUTION): Verdict | undefined {
  if (validity?.verdict !== undefined) return validity.verdict;
  const { creatinine, specificGravity } = validity ?? {};
  if (creatinine === undefined || specificGravity === undefined) return undefined;
  const dilute = creatinine < limits.creatinine && specificGravity < limits.specificGravity;
  return dilute ? 'dilute' : undefined;
}

/** May a negative result of this specimen be called negative? */
export const isJudgeable = (verdict: Verdict | undefined): boolean =>
  verdict === undefined || verdict === 'valid';

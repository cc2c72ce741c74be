// What a urine screen came to, in one letter that is read without colour. Pure.
import type { Drug } from '../../iop/drug-screen.ts';
import { prune } from '../../iop/element.ts';
import { type MedicationRecord, medication } from '../../iop/medication.ts';
import { expectedDrugs } from '../../iop/rxnorm.ts';
import { isJudgeable, verdictOf } from '../../iop/specimen-validity.ts';
import {
  type Analyte,
  isValidScreen,
  resultOf,
  type UrineScreenRecord,
  urineScreen,
} from '../../iop/urine-screen.ts';
import type { Chart } from './load.ts';
import { byStart, readKind } from './read.ts';

export const SCREEN_MARKS = {
  N: 'Negative',
  E: 'Positive, as expected from medication',
  P: 'Positive',
  A: 'Prescribed drug absent',
  U: 'Indeterminate',
  V: 'Specimen not valid',
  R: 'Refused',
  M: 'Not collected',
  O: 'Open: not collected yet, or no result yet',
} as const;
export type ScreenMark = keyof typeof SCREEN_MARKS;

export interface Screen {
  id?: string;
  /** The DiagnosticReport, or what else there is of it. */
  resource: string;
  /** An instant: collected, else ordered; and its local day. */
  at: string;
  date: string;
  mark: ScreenMark;
  /** Drugs that no medication order explains, and those that one does. */
  positive?: Drug[];
  expected?: Drug[];
  /** Drugs that a medication explains and that were not found. */
  absent?: Drug[];
  /** The laboratory's verdict on the specimen, where it is not valid. */
  verdict?: string;
}

export type Measured = Pick<Chart, 'found' | 'calendar'>;

/** In order of time. */
export const screensOf = (chart: Measured): Screen[] =>
  judged(chart).map(({ id, resource, at, date, record, ...drugs }) => {
    const verdict = verdictOf(record.validity);
    return prune<Screen>({
      id,
      resource,
      at,
      date,
      mark: markOf(record, drugs),
      ...drugs,
      verdict: isJudgeable(verdict) ? undefined : verdict,
    });
  });

interface Drugs {
  positive: Drug[];
  expected: Drug[];
  absent: Drug[];
}

/** A positive is explained by the order that the screen names, or by one that was in force at collection. */
function judged({ found, calendar }: Measured) {
  const orders = readKind(medication, found).map(one => one.record);
  return readKind(urineScreen, found)
    .map(one => ({ ...one, at: one.record.collectedAt ?? one.record.orderedAt }))
    .filter(({ at }) => at !== undefined)
    .sort((a, b) => byStart(a.at, b.at))
    .map(({ id, resource, record, at }) => {
      const date = calendar.dayOf(at);
      const prescribed = orders
        .filter(order => isInForce(order, date, calendar))
        .flatMap(order => expectedDrugs(order.rxnorm));
      return { id, resource, record, at, date, ...drugsOf(record, new Set(prescribed)) };
    });
}

function drugsOf(record: UrineScreenRecord, prescribed: ReadonlySet<Drug>): Drugs {
  const analytes = record.analytes ?? [];
  const positives = analytes.filter(one => resultOf(one) === 'positive');
  const isExplained = ({ drug, expectedFrom }: Analyte) => expectedFrom !== undefined || prescribed.has(drug);
  const absent = analytes.filter(one => prescribed.has(one.drug) && resultOf(one) === 'negative');
  return {
    positive: positives.filter(one => !isExplained(one)).map(one => one.drug),
    expected: positives.filter(isExplained).map(one => one.drug),
    absent: isValidScreen(record) ? absent.map(one => one.drug) : [],
  };
}

const TAKEN: readonly (string | undefined)[] = ['active', 'completed', 'stopped'];

/** An order that has ended says until when, or it explains nothing. */
function isInForce(
  { status, from, until, orderedAt }: MedicationRecord,
  day: string,
  { dayOf }: Chart['calendar'],
): boolean {
  const begin = from ?? orderedAt;
  if (begin === undefined || dayOf(begin) > day || !TAKEN.includes(status)) return false;
  return until === undefined ? status === 'active' : day <= dayOf(until);
}

/** A positive stays one whatever the specimen; a negative of one that is not valid is none. */
function markOf(record: UrineScreenRecord, { positive, absent }: Drugs): ScreenMark {
  if (record.collection === 'refused') return 'R';
  if (record.collection === 'not-collected') return 'M';
  if (record.collection !== 'collected') return 'O';
  if (positive.length > 0) return 'P';
  if (!isJudgeable(verdictOf(record.validity))) return 'V';
  const results = (record.analytes ?? []).map(resultOf);
  if (!isValidScreen(record) || results.length === 0) return 'O';
  if (absent.length > 0) return 'A';
  if (results.includes('positive')) return 'E';
  return results.includes('indeterminate') ? 'U' : 'N';
}

export interface ScreenTotals {
  /** Collected, final, and of a specimen that can be judged by. */
  valid: number;
  /** Of these, with a positive; and with one that no medication order explains. */
  positive: number;
  unexpected: number;
  /** Of these, without a drug that is prescribed. */
  prescribedAbsent: number;
  notValid: number;
  refused: number;
  notCollected: number;
  open: number;
  /** Longest run of screens without a positive that no medication order explains, by time of collection. */
  longestRunWithoutUnexpected: number;
}

export function totalsOf(chart: Measured): ScreenTotals {
  const screens = judged(chart);
  const marks = screensOf(chart).map(one => one.mark);
  const count = (mark: ScreenMark): number => marks.filter(one => one === mark).length;
  const valid = screens.filter(({ record }) => isValidScreen(record));
  const notValid = ({ record }: (typeof screens)[number]): boolean =>
    record.collection === 'collected' && !isJudgeable(verdictOf(record.validity));
  return {
    valid: valid.length,
    positive: valid.filter(one => one.positive.length + one.expected.length > 0).length,
    unexpected: valid.filter(one => one.positive.length > 0).length,
    prescribedAbsent: valid.filter(one => one.absent.length > 0).length,
    notValid: screens.filter(notValid).length,
    refused: count('R'),
    notCollected: count('M'),
    open: count('O'),
    longestRunWithoutUnexpected: longestRun(marks),
  };
}

/** An unexplained positive or an indeterminate result ends a run; what cannot be judged by says nothing. */
function longestRun(marks: readonly ScreenMark[]): number {
  let [longest, run] = [0, 0];
  for (const mark of marks) {
    if (mark === 'N' || mark === 'E' || mark === 'A') run += 1;
    else if (mark === 'P' || mark === 'U') run = 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

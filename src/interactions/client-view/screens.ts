// What a urine screen came to, in one letter that is read without colour. Pure.
import type { Drug } from '../../iop/drug-screen.ts';
import { prune } from '../../iop/element.ts';
import { isJudgeable, verdictOf } from '../../iop/specimen-validity.ts';
import { isValidScreen, resultOf, type UrineScreenRecord, urineScreen } from '../../iop/urine-screen.ts';
import type { Chart } from './load.ts';
import { byStart, readKind } from './read.ts';

export const SCREEN_MARKS = {
  N: 'Negative',
  E: 'Positive, as expected from medication',
  P: 'Positive',
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
  /** The laboratory's verdict on the specimen, where it is not valid. */
  verdict?: string;
}

export type Measured = Pick<Chart, 'found' | 'calendar'>;

/** In order of time. */
export const screensOf = ({ found, calendar }: Measured): Screen[] =>
  readKind(urineScreen, found)
    .filter(({ record }) => (record.collectedAt ?? record.orderedAt) !== undefined)
    .map(({ id, resource, record }) => screenOf(id, resource, record, calendar))
    .sort((a, b) => byStart(a.at, b.at));

function screenOf(
  id: string | undefined,
  resource: string,
  record: UrineScreenRecord,
  calendar: Chart['calendar'],
): Screen {
  const positives = (record.analytes ?? []).filter(one => resultOf(one) === 'positive');
  const drugs = (explained: boolean): Drug[] =>
    positives.filter(one => (one.expectedFrom !== undefined) === explained).map(one => one.drug);
  const verdict = verdictOf(record.validity);
  const at = record.collectedAt ?? record.orderedAt;
  return prune<Screen>({
    id,
    resource,
    at,
    date: calendar.dayOf(at),
    mark: markOf(record, drugs(false).length > 0),
    positive: drugs(false),
    expected: drugs(true),
    verdict: isJudgeable(verdict) ? undefined : verdict,
  });
}

/** A positive stays one whatever the specimen; a negative of one that is not valid is none. */
function markOf(record: UrineScreenRecord, unexpected: boolean): ScreenMark {
  if (record.collection === 'refused') return 'R';
  if (record.collection === 'not-collected') return 'M';
  if (record.collection !== 'collected') return 'O';
  if (unexpected) return 'P';
  if (!isJudgeable(verdictOf(record.validity))) return 'V';
  const results = (record.analytes ?? []).map(resultOf);
  if (!isValidScreen(record) || results.length === 0) return 'O';
  if (results.includes('positive')) return 'E';
  return results.includes('indeterminate') ? 'U' : 'N';
}

export interface ScreenTotals {
  /** Collected, final, and of a specimen that can be judged by. */
  valid: number;
  /** Of these, with a positive; and with one that no medication order explains. */
  positive: number;
  unexpected: number;
  notValid: number;
  refused: number;
  notCollected: number;
  open: number;
  /** Longest run of screens without a positive that no medication order explains, by time of collection. */
  longestNegativeRun: number;
}

export function totalsOf(chart: Measured): ScreenTotals {
  const records = readKind(urineScreen, chart.found).map(one => one.record);
  const screens = screensOf(chart);
  const valid = records.filter(isValidScreen);
  const count = (mark: ScreenMark): number => screens.filter(one => one.mark === mark).length;
  const positives = (one: UrineScreenRecord) =>
    (one.analytes ?? []).filter(analyte => resultOf(analyte) === 'positive');
  return {
    valid: valid.length,
    positive: valid.filter(one => positives(one).length > 0).length,
    unexpected: valid.filter(one => positives(one).some(({ expectedFrom }) => expectedFrom === undefined))
      .length,
    notValid: records.filter(one => one.collection === 'collected' && !isJudgeable(verdictOf(one.validity)))
      .length,
    refused: count('R'),
    notCollected: count('M'),
    open: count('O'),
    longestNegativeRun: longestRun(screens.map(({ mark }) => mark)),
  };
}

/** An unexplained positive or an indeterminate result ends a run; what cannot be judged by says nothing. */
function longestRun(marks: readonly ScreenMark[]): number {
  let [longest, run] = [0, 0];
  for (const mark of marks) {
    if (mark === 'N' || mark === 'E') run += 1;
    else if (mark === 'P' || mark === 'U') run = 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

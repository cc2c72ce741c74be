// Urine screens of a clinic: when they are due, and what a laboratory reports of one.
import type { Drug, Panel } from '../drug-screen.ts';
import type { Validity } from '../specimen-validity.ts';
import type { Analyte, UrineScreenRecord } from '../urine-screen.ts';
import { addDays, instantAt, weekdayOf } from './calendar.ts';
import type { Stay } from './week.ts';

/** What one screen came to. `positive` are presumptive results; the unexplained ones are confirmed. */
export interface Screened {
  collection: 'collected' | 'refused' | 'not-collected';
  positive?: readonly Drug[];
  validity?: Validity;
  observed?: boolean;
  conclusion?: string;
}

/** What one screen of a client comes to; undefined: none is due that day. */
export type Screen = (stay: Stay, date: string) => Screened | undefined;

const FIVE: readonly Drug[] = ['amphetamines', 'cannabinoids', 'benzoylecgonine', 'opiates', 'phencyclidine'];
const VALID: Validity = { verdict: 'valid', creatinine: 104, ph: 6.2, specificGravity: 1.018 };

/** Drugs looked for beside the five, for this client. */
export interface Watch {
  /** Prescribed, hence expected, with the medication record that explains it. */
  expected?: { drug: Drug; medication: string };
  also?: readonly Drug[];
}

/** The screens of the week that starts on this Monday, each on a day on which the client's track meets. */
export function screensOfWeek(
  program: string,
  stays: readonly Stay[],
  monday: string,
  { screen, watch }: { screen: Screen; watch: (stay: Stay) => Watch },
): UrineScreenRecord[] {
  const dates = Array.from({ length: 7 }, (_, day) => addDays(monday, day));
  return dates.flatMap(date =>
    stays.flatMap(stay => {
      const meets = stay.track.days.includes(weekdayOf(date)) && stay.from <= date && date <= stay.until;
      const screened = meets ? screen(stay, date) : undefined;
      return screened === undefined ? [] : [screenOf(program, stay, date, { screened, watch: watch(stay) })];
    }),
  );
}

function screenOf(
  program: string,
  stay: Stay,
  date: string,
  { screened, watch }: { screened: Screened; watch: Watch },
): UrineScreenRecord {
  const zone = stay.track.timeZone;
  const { start } = stay.track;
  const collected = screened.collection === 'collected';
  const others = watch.expected !== undefined || watch.also !== undefined;
  const panel: Panel = others ? 'custom' : 'five-drug';
  const key = `screen-${stay.client}-${date}`;
  const result = {
    collectedAt: instantAt(date, start, zone),
    collectedBy: 'tran',
    observed: screened.observed ?? false,
    accession: `RB-${date.slice(2).replaceAll('-', '')}-${stay.client}`,
    reportedAt: instantAt(addDays(date, 1), '12:00', zone),
    analytes: analytesOf(screened, watch),
    validity: screened.validity ?? VALID,
  };
  return {
    kind: 'urine-screen',
    id: key,
    program,
    client: stay.client,
    panel,
    collection: screened.collection,
    orderedAt: instantAt(date, start, zone),
    orderedBy: stay.counselor,
    ...(collected ? result : {}),
    ...(screened.conclusion === undefined ? {} : { conclusion: screened.conclusion }),
  };
}

function analytesOf({ positive = [] }: Screened, { expected, also = [] }: Watch): Analyte[] {
  const drugs = [...FIVE, ...also, ...(expected === undefined ? [] : [expected.drug])];
  return drugs.map(drug => analyteOf(drug, positive.includes(drug), expected));
}

function analyteOf(drug: Drug, positive: boolean, expected: Watch['expected']): Analyte {
  const result = positive ? ('positive' as const) : ('negative' as const);
  if (drug === expected?.drug) return { drug, screen: { result }, expectedFrom: expected.medication };
  return positive ? { drug, screen: { result }, confirm: { result } } : { drug, screen: { result } };
}

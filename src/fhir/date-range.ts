// Dates of any precision as the stretch of time they stand for: `2026-03` is all of March. Search and
// period rules compare stretches, never texts. https://hl7.org/fhir/R4/datatypes.html#dateTime

/** Milliseconds (or microseconds, where said so) since the epoch, half open: low <= t < high. */
export interface DateRange {
  low: number;
  high: number;
}

const DATE =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,12}))?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/;
const MINUTE = 60_000;
const DAY = 86_400_000;

/**
 * Reads a date, dateTime or instant; also a time without seconds, which a search may use. Without a zone
 * it is UTC. Undefined for anything else, also for dates that do not exist (2026-02-30).
 * Fractions finer than a millisecond widen the range to whole milliseconds.
 */
export function parseDateRange(text: string): DateRange | undefined {
  const exact = parse(text);
  if (exact === undefined) return undefined;
  const { start, width, micros } = exact;
  if (micros === undefined) return { low: start, high: start + width };
  return { low: start + Math.floor(micros.low / 1000), high: start + Math.ceil(micros.high / 1000) };
}

/** The same in microseconds, respecting up to six digits of a fraction. Exact for the years 1685 to 2255. */
export function parseDateRangeMicros(text: string): DateRange | undefined {
  const exact = parse(text);
  if (exact === undefined) return undefined;
  const { start, width, micros } = exact;
  const low = start * 1000;
  if (micros === undefined) return { low, high: low + width * 1000 };
  return { low: low + micros.low, high: low + micros.high };
}

interface Exact {
  /** Start of the whole unit, ms. */
  start: number;
  /** ms. */
  width: number;
  /** Place of the fraction within its second, microseconds. */
  micros?: DateRange;
}

function parse(text: string): Exact | undefined {
  const parts = DATE.exec(text);
  if (parts === null) return undefined;
  const year = Number(parts[1]);
  const month = parts[2] === undefined ? undefined : Number(parts[2]);
  const day = parts[3] === undefined ? undefined : Number(parts[3]);
  if (year === 0) return undefined;
  if (month === undefined) return span(startOf(year, 1, 1), startOf(year + 1, 1, 1));
  if (month < 1 || month > 12) return undefined;
  if (day === undefined) return span(startOf(year, month, 1), startOf(year, month + 1, 1));
  const date = startOf(year, month, day);
  if (day < 1 || date >= startOf(year, month + 1, 1)) return undefined;
  if (parts[4] === undefined) return { start: date, width: DAY };
  return timeOf(date, parts);
}

function timeOf(date: number, parts: RegExpExecArray): Exact | undefined {
  const hour = Number(parts[4]);
  const minute = Number(parts[5]);
  const offset = zoneMinutes(parts[8]);
  if (hour > 23 || minute > 59 || offset === undefined) return undefined;
  const start = date + (hour * 60 + minute - offset) * MINUTE;
  if (parts[6] === undefined) return { start, width: MINUTE };
  const second = Number(parts[6]);
  if (second > 60) return undefined;
  const from = start + second * 1000;
  return parts[7] === undefined
    ? { start: from, width: 1000 }
    : { start: from, width: 0, micros: fraction(parts[7]) };
}

/** `.5` is a tenth of a second wide, `.500` a thousandth; beyond six digits one microsecond. */
function fraction(digits: string): DateRange {
  const low = Number(digits.slice(0, 6).padEnd(6, '0'));
  return { low, high: low + 10 ** (6 - Math.min(digits.length, 6)) };
}

function zoneMinutes(zone: string | undefined): number | undefined {
  if (zone === undefined || zone === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4));
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

const span = (low: number, high: number): Exact => ({ start: low, width: high - low });

/** Date.UTC takes the years 0 to 99 for 1900 to 1999. */
const startOf = (year: number, month: number, day: number): number =>
  new Date(0).setUTCFullYear(year, month - 1, day);

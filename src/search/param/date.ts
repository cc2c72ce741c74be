// https://hl7.org/fhir/R4/search.html#date
import { type DateRange, parseDateRange } from '../../fhir/date-range.ts';
import type { Prefix } from '../ast.ts';
import { type Found, listOf, objectOf, type ParamKind, takePrefix, textOf } from './kind.ts';

/** Where a Period is open: the first and last moment that a Date can hold, ms. */
export const BEGINNING = -8.64e15;
export const END = 8.64e15;
const DAY = 86_400_000;

export const date: ParamKind = {
  modifiers: [],
  parse(text, _param, context) {
    const { prefix, rest } = takePrefix(text);
    const range = parseDateRange(plusZone(rest));
    if (range === undefined) return undefined;
    return { kind: 'date', prefix, ...(prefix === 'ap' ? widen(range, context.now) : range) };
  },
  index(found, key) {
    const range = rangeOf(found);
    return range === undefined || range.low >= range.high ? [] : [{ type: 'date', key, ...range }];
  },
  matches: (value, index) =>
    value.kind === 'date' && index.type === 'date' && compareRanges(value.prefix, value, index),
};

/** `+02:00` that was not percent-encoded arrives with a blank. */
export const plusZone = (text: string): string => text.replace(/ (?=\d\d:\d\d$)/, '+');

/** "Approximately": a tenth of the gap between now and the date, but a day at least. */
function widen({ low, high }: DateRange, now: number): DateRange {
  const gap = now < low ? low - now : now >= high ? now - high : 0;
  const more = Math.max(DAY, Math.round(gap / 10));
  return { low: low - more, high: high + more };
}

/** What the prefixes mean for half-open stretches of time. */
export function compareRanges(prefix: Prefix, search: DateRange, target: DateRange): boolean {
  const contained = search.low <= target.low && target.high <= search.high;
  switch (prefix) {
    case 'eq':
      return contained;
    case 'ne':
      return !contained;
    case 'gt':
      return target.high > search.high;
    case 'lt':
      return target.low < search.low;
    case 'ge':
      return target.high > search.high || contained;
    case 'le':
      return target.low < search.low || contained;
    case 'sa':
      return target.low >= search.high;
    case 'eb':
      return target.high <= search.low;
    case 'ap':
      return target.low < search.high && target.high > search.low;
  }
}

function rangeOf({ type, value }: Found): DateRange | undefined {
  if (type === 'Period') return periodOf(value);
  if (type === 'Timing') return timingOf(value);
  if (type !== 'date' && type !== 'dateTime' && type !== 'instant') return undefined;
  return dateOf(value);
}

function dateOf(value: unknown): DateRange | undefined {
  const text = textOf(value);
  return text === undefined ? undefined : parseDateRange(text);
}

/** A missing end is open; an end that cannot be read makes the Period unreadable. */
function periodOf(value: unknown): DateRange | undefined {
  const { start, end } = objectOf(value) ?? {};
  const low = dateOf(start);
  const high = dateOf(end);
  if (low === undefined && (high === undefined || start !== undefined)) return undefined;
  if (high === undefined && end !== undefined) return undefined;
  return { low: low?.low ?? BEGINNING, high: high?.high ?? END };
}

/** "Only the outer limits matter", not the schedule between them. */
function timingOf(value: unknown): DateRange | undefined {
  const timing = objectOf(value);
  const bounds = periodOf(objectOf(timing?.repeat)?.boundsPeriod);
  const ranges = [...listOf(timing?.event).map(dateOf), bounds].filter(range => range !== undefined);
  if (ranges.length === 0) return undefined;
  return {
    low: Math.min(...ranges.map(range => range.low)),
    high: Math.max(...ranges.map(range => range.high)),
  };
}

// The wall clock of a program: on which local day something was, and which day it is there now. Days are
// `YYYY-MM-DD`; between them one counts in days, so that a change of the clock moves nothing.

export interface Calendar {
  /** IANA zone. */
  zone: string;
  /** The local day of now. */
  today: string;
  /** ms since the epoch. */
  now: number;
  /** Local day of an instant; a date without a time is that day, a month or year its first. */
  dayOf(at: string): string;
}

/** A zone that this runtime does not know counts as UTC: a Schedule may say anything. */
export function calendarOf(zone: string | undefined, now: number): Calendar {
  const format = formatIn(zone) ?? formatIn('UTC')!;
  const day = (at: number | Date): string => format.format(at);
  return {
    zone: format.resolvedOptions().timeZone,
    today: day(now),
    now,
    dayOf: at => (at.includes('T') ? day(new Date(at)) : `${at}-01-01`.slice(0, 10)),
  };
}

/** Swedish writes days as ISO 8601 does. */
function formatIn(zone: string | undefined): Intl.DateTimeFormat | undefined {
  if (zone === undefined) return undefined;
  try {
    return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' });
  } catch {
    return undefined;
  }
}

const DAY = 86_400_000;
const at = (day: string): number => Date.parse(`${day}T00:00:00Z`);

export const addDays = (day: string, days: number): string =>
  new Date(at(day) + days * DAY).toISOString().slice(0, 10);

export const daysBetween = (from: string, until: string): number => (at(until) - at(from)) / DAY;

export const mondayOf = (day: string): string => addDays(day, -((new Date(at(day)).getUTCDay() + 6) % 7));

/** ISO weeks are counted: the week of admission is the first, however few of its days are left. */
export const weekNumber = (from: string, day: string): number =>
  daysBetween(mondayOf(from), mondayOf(day)) / 7 + 1;

/** Mondays of the weeks from one day to another. */
export function weeksFrom(from: string, until: string): string[] {
  const weeks: string[] = [];
  for (let monday = mondayOf(from); monday <= until; monday = addDays(monday, 7)) weeks.push(monday);
  return weeks;
}

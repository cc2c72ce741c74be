// Dates as YYYY-MM-DD and wall-clock instants. The clock of the machine and its zone play no part.
import { DAYS, type Day } from '../hours.ts';

const DAY_MS = 86_400_000;

const noonOf = (date: string): number => Date.parse(`${date}T12:00:00Z`);

export const addDays = (date: string, days: number): string =>
  new Date(noonOf(date) + days * DAY_MS).toISOString().slice(0, 10);

export const daysBetween = (from: string, until: string): number => (noonOf(until) - noonOf(from)) / DAY_MS;

/** Monday is the first of DAYS, Sunday the seventh day of Date. */
export const weekdayOf = (date: string): Day => DAYS[(new Date(noonOf(date)).getUTCDay() + 6) % 7] as Day;

/** The Monday of the week that a date is in. */
export const mondayOf = (date: string): string => addDays(date, -DAYS.indexOf(weekdayOf(date)));

const offsets = new Map<string, string>();

/** `2026-08-03T18:00:00-04:00`: what the wall clock of a zone shows, with its offset at noon of that day. */
export function instantAt(date: string, time: string, zone: string): string {
  const key = `${date} ${zone}`;
  let offset = offsets.get(key);
  if (offset === undefined) {
    offset = offsetOf(date, zone);
    offsets.set(key, offset);
  }
  return `${date}T${time}:00${offset}`;
}

function offsetOf(date: string, zone: string): string {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  const name = format.formatToParts(noonOf(date)).find(one => one.type === 'timeZoneName')?.value ?? 'GMT';
  return name === 'GMT' ? 'Z' : name.slice('GMT'.length);
}

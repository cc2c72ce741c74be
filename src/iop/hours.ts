// Weekly hours as clinics write them: days, a local start and a local end on the same day.
import type { HealthcareServiceAvailableTime } from '../fhir/types.ts';
import { minutesOf, timeOf, unless } from './check.ts';
import type { Problem } from './concept.ts';
import { prune } from './element.ts';
import { choice, object, type Schema, set, time } from './schema.ts';

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof DAYS)[number];

export interface Hours {
  days: Day[];
  /** HH:MM, local. */
  start: string;
  end: string;
}

export const daysSchema: Schema = set(choice(DAYS, 'Day of the week.'), 'Days of the week.', 7);
export const hoursSchema: Schema = object(
  { days: daysSchema, start: time('Opens.'), end: time('Closes.') },
  ['days', 'start', 'end'],
  'Hours on some days of the week.',
);

export const checkHours = ({ start, end }: { start: string; end: string }, path: string): Problem[] =>
  unless(minutesOf(start) < minutesOf(end), path, 'is not after the start');

export const availableTime = ({ days, start, end }: Hours): HealthcareServiceAvailableTime => ({
  daysOfWeek: days,
  availableStartTime: `${start}:00`,
  availableEndTime: `${end}:00`,
});

export const hoursOf = (time: HealthcareServiceAvailableTime): Hours =>
  prune<Hours>({
    days: time.daysOfWeek,
    start: time.availableStartTime?.slice(0, 5),
    end: time.availableEndTime?.slice(0, 5),
  });

/** Start and length of a session on a day, as Timing.repeat says them. */
export const minutesBetween = (start: string, end: string): number => minutesOf(end) - minutesOf(start);
export const timeAfter = (start: string, minutes: number): string => timeOf(minutesOf(start) + minutes);

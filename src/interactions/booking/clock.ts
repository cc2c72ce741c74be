// The wall clock of a track. A session is at the same hour before and after a change of the clock; what changes is
// the offset, and with it the instant.
import { DateTime } from 'luxon';
import { FhirError } from '../../fhir/error.ts';
import type { Day } from '../../iop/hours.ts';
import type { SessionMode, SessionRecord, SessionType } from '../../iop/session.ts';
import type { TrackRecord } from '../../iop/track.ts';

const DAYS: readonly Day[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const LONGEST = 366;

/** Local days from one to another, both included. Throws `invalid-value` for what are no days, or too many. */
export function daysBetween(from: string, until: string): string[] {
  const [first, last] = [dayOf(from), dayOf(until)];
  const count = last.diff(first, 'days').days + 1;
  if (count < 1) throw new FhirError('invalid-value', 'The last day is before the first.');
  if (count > LONGEST) throw new FhirError('invalid-value', `At most ${LONGEST} days go in one go.`);
  return Array.from({ length: count }, (_, at) => first.plus({ days: at }).toISODate()!);
}

function dayOf(text: string): DateTime {
  const day = DateTime.fromFormat(text, 'yyyy-MM-dd', { zone: 'utc' });
  if (day.isValid) return day;
  throw new FhirError('invalid-value', 'A day is written YYYY-MM-DD.');
}

/** From the first moment of a local day to the first after another: instants with their offsets. */
export function spanOf(from: string, until: string, zone: string): { from: string; until: string } {
  const days = daysBetween(from, until);
  const start = (day: string) => DateTime.fromISO(day, { zone }).startOf('day');
  return { from: instant(start(days[0]!)), until: instant(start(days.at(-1)!).plus({ days: 1 })) };
}

const instant = (at: DateTime): string => at.toFormat("yyyy-MM-dd'T'HH:mm:ssZZ");

/** An instant as the clock on the wall says it, with its offset. */
export const local = (at: string, zone: string): string => instant(DateTime.fromISO(at, { zone }));

/** `Mon 2026-03-09 18:00-21:00 EDT`. */
export function inWords(start: string, end: string, zone: string): string {
  const [from, until] = [start, end].map(at => DateTime.fromISO(at, { zone, locale: 'en-US' })) as [
    DateTime,
    DateTime,
  ];
  return `${from.toFormat('ccc yyyy-MM-dd HH:mm')}-${until.toFormat('HH:mm ZZZZ')}`;
}

export interface Planned {
  from: string;
  until: string;
  type: SessionType;
  mode: SessionMode;
}

/**
 * The sessions of a track on its days between two, as records `<track>-<day>`. Throws `invalid-value` where a change
 * of the clock leaves out the hour, or has it twice: then nobody can tell when it begins.
 */
export function sessionsOf(track: TrackRecord, { from, until, type, mode }: Planned): SessionRecord[] {
  const { id, program, timeZone: zone, seats, site } = track;
  const planned = daysBetween(from, until).filter(
    day => day >= (track.from ?? day) && day <= (track.until ?? day) && track.days.includes(weekday(day)),
  );
  return planned.map(day => ({
    kind: 'session',
    id: `${id}-${day}`,
    program,
    type,
    mode,
    start: at(day, track.start, zone),
    end: at(day, track.end, zone),
    track: id,
    ...(site === undefined ? {} : { site }),
    ...(seats === undefined ? {} : { capacity: seats }),
  }));
}

const weekday = (day: string): Day => DAYS[DateTime.fromISO(day, { zone: 'utc' }).weekday - 1]!;

/** The instant of a local time, `2027-03-16T18:00`. Throws `invalid-value` where that is none, or two. */
export function clockTime(text: string, zone: string): string {
  const [day, time, ...more] = text.split('T') as [string, string?];
  if (more.length > 0 || !/^\d\d:\d\d$/.test(time ?? ''))
    throw new FhirError('invalid-value', 'A local time is written YYYY-MM-DDTHH:MM.');
  return at(dayOf(day).toISODate()!, time!, zone);
}

/** When what begins then ends, if it lasts as long as this. */
export const later = (
  start: string,
  { start: from, end }: { start: string; end: string },
  zone: string,
): string => instant(DateTime.fromISO(start, { zone }).plus(Date.parse(end) - Date.parse(from)));

function at(day: string, time: string, zone: string): string {
  const moment = DateTime.fromISO(`${day}T${time}`, { zone });
  if (moment.toFormat('HH:mm') === time && moment.getPossibleOffsets().length === 1) return instant(moment);
  const message = `On ${day} the change of the clock leaves ${time} out, or has it twice: that session needs a record of its own.`;
  throw new FhirError('invalid-value', message);
}

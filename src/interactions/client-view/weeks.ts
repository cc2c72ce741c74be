// What was attended against what was planned, week by week. Weeks are ISO weeks of the local calendar; those
// of which only a part lies within the stay, or of which not all is over, are marked. Pure.
import type { SessionType } from '../../iop/session.ts';
import { addDays, type Calendar, weekNumber, weeksFrom } from './calendar.ts';
import { isoWeek } from './iso-week.ts';
import { isMissed, type Meeting } from './sessions.ts';
import { type Agreed, agreedOn, plannedOf } from './stays.ts';

export interface Span {
  /** Local days, both of them within. */
  from: string;
  until: string;
}

export interface StayWeek {
  /** `2026-W44`, and its Monday. */
  week: string;
  from: string;
  /** The week of admission is the first. */
  stayWeek: number;
  /** The stay begins or ends within it, or it is not over. */
  partial: boolean;
  /** Hours and sessions that the plan in force agreed; absent without a plan. */
  plannedHours?: number;
  plannedSessions?: number;
  attendedHours: number;
  /** Of these by video. */
  telehealthHours: number;
  hoursByType: Partial<Record<SessionType, number>>;
  /** Booked, kept or missed without notice; a session that was called off is none. */
  scheduled: number;
  attended: number;
  missed: number;
}

const SCHEDULED: readonly string[] = ['booked', 'arrived', 'checked-in', 'fulfilled', 'noshow'];

/** Every week from the first day of the span to its last. */
export function weeksOf(
  span: Span,
  meetings: readonly Meeting[],
  agreed: readonly Agreed[],
  calendar: Calendar,
): StayWeek[] {
  const byWeek = Map.groupBy(meetings, one => isoWeek(calendar.dayOf(one.start)));
  return weeksFrom(span.from, span.until).map(monday => {
    const sunday = addDays(monday, 6);
    const week = isoWeek(monday);
    const held = (byWeek.get(week) ?? []).filter(one => isWithin(span, calendar.dayOf(one.start)));
    const plan = planIn(monday, span, agreed);
    return {
      week,
      from: monday,
      stayWeek: weekNumber(span.from, monday),
      partial: monday < span.from || sunday > span.until || sunday >= calendar.today,
      ...(plan === undefined ? {} : { plannedHours: plannedOf(plan), plannedSessions: plan.sessionsPerWeek }),
      ...attendedIn(held),
      scheduled: held.filter(one => SCHEDULED.includes(one.status)).length,
      attended: held.filter(one => one.status === 'fulfilled').length,
      missed: held.filter(isMissed).length,
    };
  });
}

export const isWithin = ({ from, until }: Span, day: string): boolean => from <= day && day <= until;

/** The plan in force on the last day of the week that has one. */
function planIn(monday: string, span: Span, agreed: readonly Agreed[]): Agreed | undefined {
  const days = [6, 5, 4, 3, 2, 1, 0].map(after => addDays(monday, after)).filter(day => isWithin(span, day));
  return days.map(day => agreedOn(agreed, day)).find(plan => plan !== undefined);
}

function attendedIn(
  meetings: readonly Meeting[],
): Pick<StayWeek, 'attendedHours' | 'telehealthHours' | 'hoursByType'> {
  const there = countedMinutes(meetings);
  const sum = (wanted: (one: Meeting) => boolean): number =>
    there.reduce((total, { meeting, minutes }) => total + (wanted(meeting) ? minutes : 0), 0) / 60;
  const types = new Set(there.map(({ meeting }) => meeting.type).filter(type => type !== undefined));
  return {
    attendedHours: sum(() => true),
    telehealthHours: sum(one => one.mode === 'telehealth'),
    hoursByType: Object.fromEntries([...types].map(type => [type, sum(one => one.type === type)])),
  };
}

/** Time in two sessions at once counts once: for the one that began first. Meetings are in order of time. */
function countedMinutes(meetings: readonly Meeting[]): { meeting: Meeting; minutes: number }[] {
  let taken = Number.NEGATIVE_INFINITY;
  return meetings
    .filter(one => (one.minutes ?? 0) > 0)
    .map(meeting => {
      const [start, end] = [Date.parse(meeting.start), Date.parse(meeting.end ?? meeting.start)];
      const free = (end - Math.max(start, taken)) / 60_000;
      const overlaps = start < taken;
      taken = Math.max(taken, end);
      const minutes = meeting.minutes ?? 0;
      return { meeting, minutes: overlaps ? Math.max(0, Math.min(minutes, free)) : minutes };
    });
}

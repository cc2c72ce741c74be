// A client's stays, and where in them a day is: which week it is of the stay, which phase, how much was
// agreed. Pure.
import type { EpisodePhase } from '../../iop/codes.ts';
import { type EpisodeRecord, episode } from '../../iop/episode.ts';
import { plan } from '../../iop/plan.ts';
import { addDays, type Calendar, weekNumber } from './calendar.ts';
import { byStart, type Read, readKind } from './read.ts';
import type { FoundRecords } from './records.ts';
import { type Past, type Said, saidOver } from './said.ts';

export interface Stay extends Read<EpisodeRecord> {
  /** Local days; without `from` it has not begun. */
  from: string | undefined;
  until: string | undefined;
  said: readonly Said<EpisodeRecord>[];
}

/** By admission; those that have not begun come last. */
export function staysOf(found: FoundRecords, past: Past, calendar: Calendar): Stay[] {
  return readKind(episode, found)
    .filter(({ record }) => record.status !== 'entered-in-error' && record.status !== 'cancelled')
    .sort((a, b) => byStart(a.record.from, b.record.from))
    .map(one => ({
      ...one,
      from: beginOf(one.record, calendar),
      until: one.record.until === undefined ? undefined : calendar.dayOf(one.record.until),
      said: saidOver(episode, one, past, found),
    }));
}

/** A day of admission that is still to come, or of a stay that is only planned, is none. */
function beginOf({ from, status }: EpisodeRecord, calendar: Calendar): string | undefined {
  if (from === undefined || status === 'planned' || status === 'waitlist') return undefined;
  const day = calendar.dayOf(from);
  return day > calendar.today ? undefined : day;
}

const covers = ({ from, until }: { from?: string | undefined; until?: string | undefined }, day: string) =>
  from !== undefined && from <= day && (until === undefined || day <= until);

/** The stay on a day, the latest where several are. */
export const stayOn = (stays: readonly Stay[], day: string): Stay | undefined =>
  stays.findLast(one => covers(one, day));

/** What is spoken of as the stay: the one that goes on, else the last that ended, else the one to come. */
export const theStay = (stays: readonly Stay[], { today }: Calendar): Stay | undefined =>
  stayOn(stays, today) ?? stays.findLast(one => one.from !== undefined) ?? stays[0];

export const stayWeek = ({ from }: Stay, day: string): number | undefined =>
  from === undefined || day < from ? undefined : weekNumber(from, day);

/** The phase by the last word on that day; undefined before anybody said one. */
export const phaseOn = ({ said }: Stay, day: string, { dayOf }: Calendar): EpisodePhase | undefined =>
  said.findLast(one => dayOf(one.at) <= day)?.record.phase;

/** How much was agreed, from day to day. */
export interface Agreed {
  from: string;
  until: string | undefined;
  sessionsPerWeek: number;
  minutesPerSession: number;
  /** The CarePlan. */
  resource: string;
}

const IN_FORCE: readonly (string | undefined)[] = ['active', 'completed'];

/**
 * What the treatment plans agreed. The first version of a plan that was in force counts from the plan's
 * first day, each later one from when it was said; a draft, and what was held or revoked, agrees nothing.
 */
export function agreedOver(found: FoundRecords, past: Past, calendar: Calendar): Agreed[] {
  const plans = readKind(plan, found).filter(({ record }) => record.status !== 'entered-in-error');
  return plans.flatMap(one => {
    const said = saidOver(plan, one, past, found);
    const first = said.findIndex(({ record }) => IN_FORCE.includes(record.status));
    return said.flatMap(({ record, at }, index): Agreed[] => {
      const { intensity, from, until, status } = record;
      const { sessionsPerWeek, minutesPerSession } = intensity ?? {};
      if (!IN_FORCE.includes(status) || from === undefined) return [];
      if (sessionsPerWeek === undefined || minutesPerSession === undefined) return [];
      const next = said[index + 1];
      const ends = [
        ...(until === undefined ? [] : [calendar.dayOf(until)]),
        ...(one.record.until === undefined ? [] : [calendar.dayOf(one.record.until)]),
        ...(next === undefined ? [] : [addDays(calendar.dayOf(next.at), -1)]),
      ];
      const begin = index === first ? calendar.dayOf(from) : calendar.dayOf(at);
      const agreed = { from: begin, until: ends.sort()[0], sessionsPerWeek, minutesPerSession };
      return [{ ...agreed, resource: one.resource }];
    });
  });
}

/** What was agreed for a day; where several plans do, the one that began last. */
export const agreedOn = (agreed: readonly Agreed[], day: string): Agreed | undefined =>
  agreed
    .filter(one => covers(one, day))
    .sort((a, b) => a.from.localeCompare(b.from))
    .at(-1);

export const plannedOf = ({ sessionsPerWeek, minutesPerSession }: Agreed): number =>
  (sessionsPerWeek * minutesPerSession) / 60;

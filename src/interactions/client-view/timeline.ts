// What happened in a client's stays, in order of time, each with where in the stay it was. Pure.
import type { EpisodePhase } from '../../iop/codes.ts';
import { prune } from '../../iop/element.ts';
import { type Head, headOf, type StayHead, stayHead } from './client.ts';
import type { EventDraft } from './events.ts';
import { careEvents, consentEvents, measureEvents, sessionEvents, stayEvents } from './events.ts';
import { isoWeek } from './iso-week.ts';
import type { Chart } from './load.ts';
import { agreedOn, agreedOver, phaseOn, plannedOf, stayOn, staysOf, stayWeek } from './stays.ts';

export interface TimelineEvent extends EventDraft {
  /** Local day, and its ISO week. */
  date: string;
  week: string;
  /** Of the stay: which, its week (the week of admission is the first), and the phase it was in. */
  stay?: string;
  stayWeek?: number;
  phase?: EpisodePhase;
  /** Hours a week that the plan in force agreed. */
  plannedHours?: number;
}

export interface Timeline extends Head {
  stays: readonly StayHead[];
  events: readonly TimelineEvent[];
}

export function timelineOf(chart: Chart): Timeline {
  const { found, past, calendar } = chart;
  const stays = staysOf(found, past, calendar);
  const agreed = agreedOver(found, past, calendar);
  const events = [
    ...stayEvents(stays, chart),
    ...sessionEvents(chart),
    ...measureEvents(chart),
    ...careEvents(chart),
    ...consentEvents(chart),
  ];
  const placed = events.map((event): TimelineEvent => {
    const date = calendar.dayOf(event.at);
    const stay = stayOn(stays, date);
    const plan = agreedOn(agreed, date);
    return prune<TimelineEvent>({
      ...event,
      date,
      week: isoWeek(date),
      stay: stay?.resource,
      stayWeek: stay && stayWeek(stay, date),
      phase: stay && phaseOn(stay, date, calendar),
      plannedHours: plan && plannedOf(plan),
    });
  });
  return { ...headOf(chart), stays: stays.map(one => stayHead(one, chart)), events: placed.sort(inTime) };
}

/** What has a day and no time comes before what happened at a time of that day. */
const inTime = (a: TimelineEvent, b: TimelineEvent): number =>
  a.date.localeCompare(b.date) || momentOf(a) - momentOf(b);
const momentOf = ({ at }: TimelineEvent): number => (at.includes('T') ? Date.parse(at) : 0);

// How a client gets on in a stay: hours against the plan, goals, scores, screens, and what was missed. Pure.
import { type Head, headOf, type StayHead, stayHead } from './client.ts';
import { type Figures, figuresOf } from './figures.ts';
import { type GoalHistory, goalHistory } from './goals.ts';
import type { Chart } from './load.ts';
import { type ScoreTrend, trendsOf } from './scores.ts';
import { type Screen, type ScreenTotals, screensOf, totalsOf } from './screens.ts';
import { isMissed, type Meeting, meetingsOf } from './sessions.ts';
import { agreedOver, type Stay, staysOf, theStay } from './stays.ts';
import { isWithin, type Span, type StayWeek, weeksOf } from './weeks.ts';

export interface Progress extends Head {
  /** The stay that goes on, else the last one; absent where there is none. */
  stay?: StayHead;
  weeks: readonly StayWeek[];
  figures: Figures;
  /** Sessions that were missed or called off, with local day and reason. */
  missed: readonly (Meeting & { date: string })[];
  /** All of the client's, whatever the stay. */
  goals: readonly GoalHistory[];
  scores: readonly ScoreTrend[];
  screens: readonly Screen[];
  screenTotals: ScreenTotals;
}

export function progressOf(chart: Chart): Progress {
  const { found, past, calendar } = chart;
  const stay = theStay(staysOf(found, past, calendar), calendar);
  const { weeks, meetings } = attendanceIn(chart, stay);
  return {
    ...headOf(chart),
    ...(stay === undefined ? {} : { stay: stayHead(stay, chart) }),
    weeks,
    figures: figuresOf(meetings, weeks),
    missed: meetings.filter(isMissed).map(one => ({ ...one, date: calendar.dayOf(one.start) })),
    goals: goalHistory(chart),
    scores: trendsOf(chart),
    screens: screensOf(chart),
    screenTotals: totalsOf(chart),
  };
}

/** Weeks and sessions of the stay so far; where there is no stay, of all that was attended. */
export function attendanceIn(
  { found, past, calendar }: Chart,
  stay: Stay | undefined,
): { weeks: readonly StayWeek[]; meetings: readonly Meeting[] } {
  const all = meetingsOf(found);
  const span = stay === undefined ? spanOf(all, calendar) : spanOfStay(stay, calendar);
  if (span === undefined) return { weeks: [], meetings: [] };
  const meetings = all.filter(one => isWithin(span, calendar.dayOf(one.start)));
  return { weeks: weeksOf(span, meetings, agreedOver(found, past, calendar), calendar), meetings };
}

function spanOfStay({ from, until }: Stay, { today }: Chart['calendar']): Span | undefined {
  if (from === undefined) return undefined;
  return { from, until: until !== undefined && until < today ? until : today };
}

function spanOf(meetings: readonly Meeting[], { dayOf, today }: Chart['calendar']): Span | undefined {
  const days = meetings.map(one => dayOf(one.start)).filter(day => day <= today);
  const [first] = days;
  return first === undefined ? undefined : { from: first, until: days.at(-1)! };
}

// What is open and needs somebody's eye, each with the resource that says so. It judges nothing: a list of
// facts of the record, not an assessment. Pure.
import type { Flag } from '../../fhir/types.ts';
import { diagnosis } from '../../iop/diagnosis.ts';
import { addDays } from './calendar.ts';
import { wordOf } from './events.ts';
import { goalHistory } from './goals.ts';
import type { Chart } from './load.ts';
import { readKind } from './read.ts';
import { SCREEN_MARKS, type ScreenMark, screensOf } from './screens.ts';
import { meetingsOf } from './sessions.ts';

export interface Risk {
  what: 'flag' | 'diagnosis' | 'screen' | 'goal' | 'absence';
  text: string;
  /** Local day since or on which, where the record says so. */
  date?: string;
  resource: string;
}

/** Absences of so many days back are open; older ones are attendance. */
const RECENT = 14;
const OPEN_SCREENS: readonly ScreenMark[] = ['P', 'A', 'U', 'V', 'R', 'M'];

export function risksOf(chart: Chart): Risk[] {
  return [...flags(chart), ...relapses(chart), ...lastScreen(chart), ...worsening(chart), ...absences(chart)];
}

function flags({ found, calendar }: Chart): Risk[] {
  return [...found.resources].flatMap(([resource, one]): Risk[] => {
    if (one.resourceType !== 'Flag') return [];
    const { status, code, period } = one as unknown as Flag;
    const until = period?.end === undefined ? undefined : calendar.dayOf(period.end);
    if (status !== 'active' || (until !== undefined && until < calendar.today)) return [];
    const text = code?.text ?? code?.coding?.[0]?.display ?? code?.coding?.[0]?.code ?? 'Flag';
    const date = period?.start === undefined ? undefined : calendar.dayOf(period.start);
    return [{ what: 'flag', text, ...(date === undefined ? {} : { date }), resource }];
  });
}

function relapses({ found }: Chart): Risk[] {
  return readKind(diagnosis, found)
    .filter(({ record }) => record.status === 'relapse' || record.status === 'recurrence')
    .map(({ record, resource }) => ({
      what: 'diagnosis',
      text: `${record.text ?? record.code}: ${record.status}`,
      resource,
    }));
}

/** One that was collected after it settles what was open. */
function lastScreen(chart: Chart): Risk[] {
  const last = screensOf(chart).findLast(one => one.mark !== 'O');
  if (last === undefined || !OPEN_SCREENS.includes(last.mark)) return [];
  const { date, resource, mark } = last;
  return [{ what: 'screen', text: `Last urine screen: ${SCREEN_MARKS[mark].toLowerCase()}`, date, resource }];
}

const BACKWARDS: readonly (string | undefined)[] = [
  'worsening',
  'no-progress',
  'not-achieved',
  'not-attainable',
];

function worsening(chart: Chart): Risk[] {
  return goalHistory(chart)
    .filter(one => one.status === 'active' && BACKWARDS.includes(one.achievement))
    .map(({ description, achievement = '', steps, resource }) => ({
      what: 'goal',
      text: `${description}: ${wordOf(achievement)}`,
      ...(steps.length === 0 ? {} : { date: steps.at(-1)!.date }),
      resource,
    }));
}

function absences({ found, calendar }: Chart): Risk[] {
  const since = addDays(calendar.today, -RECENT);
  return meetingsOf(found)
    .filter(one => one.status === 'noshow')
    .map(one => ({ one, date: calendar.dayOf(one.start) }))
    .filter(({ date }) => since <= date && date <= calendar.today)
    .map(({ one, date }) => ({
      what: 'absence',
      text: `Did not come${one.reason === undefined ? '' : `: ${one.reason}`}`,
      date,
      resource: one.appointment ?? one.encounter ?? '',
    }));
}

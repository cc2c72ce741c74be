// The timeline of a client to read and print. Pure.
import { EPISODE_PHASE } from '../../iop/codes.ts';
import { EVENT_KINDS } from '../client-view/events.ts';
import type { Timeline, TimelineEvent } from '../client-view/timeline.ts';
import { type Column, hours, page, section, subtitleOf, table } from './document.ts';
import { STAY_COLUMNS } from './stay.ts';

const COLUMNS: readonly Column<TimelineEvent>[] = [
  { title: 'Day', kind: 'day', of: one => one.date },
  { title: 'ISO week', kind: 'day', of: one => one.week },
  { title: 'Week of stay', kind: 'number', of: one => one.stayWeek },
  { title: 'Phase', of: one => one.phase && EPISODE_PHASE.codes[one.phase] },
  { title: 'Planned h/week', kind: 'number', of: one => one.plannedHours && hours(one.plannedHours) },
  { title: 'What', of: one => EVENT_KINDS[one.kind] },
  { title: 'How', of: one => `${one.text}${one.minutes ? ` (${one.minutes} min)` : ''}` },
];

export const timelinePage = (timeline: Timeline): string =>
  page(
    'Timeline',
    subtitleOf(timeline),
    section('Stays', table('Stays', STAY_COLUMNS, timeline.stays, 'There is no stay.')),
    section('Events', table('Events in order of time', COLUMNS, timeline.events, 'Nothing has happened.')),
  );

// The timeline of a client to read and print. Pure.
import { EVENT_KINDS } from '../client-view/events.ts';
import type { Timeline, TimelineEvent } from '../client-view/timeline.ts';
import { type Column, hours, page, section, subtitleOf, table } from './document.ts';
import { phaseWords, STAY_COLUMNS } from './stay.ts';

const COLUMNS: readonly Column<TimelineEvent>[] = [
  { title: 'Day', kind: 'day', of: one => one.date },
  { title: 'Week', kind: 'day', of: one => one.week },
  { title: 'of stay', kind: 'number', of: one => one.stayWeek },
  { title: 'Phase', of: one => phaseWords(one.phase) },
  { title: 'Hours/week', kind: 'number', of: one => one.plannedHours && hours(one.plannedHours) },
  { title: 'What', of: one => EVENT_KINDS[one.kind] },
  { title: 'How', kind: 'text', of: one => `${one.text}${one.minutes ? ` (${one.minutes} min)` : ''}` },
];

export const timelinePage = (timeline: Timeline): string =>
  page(
    'Timeline',
    subtitleOf(timeline),
    section(
      'Stays',
      table(
        'Each stay, and in which week of it the client is',
        STAY_COLUMNS,
        timeline.stays,
        'There is no stay.',
      ),
    ),
    section(
      'Events',
      table(
        'In order of time; week and hours a week by the stay and the plan in force on that day',
        COLUMNS,
        timeline.events,
        'Nothing has happened.',
      ),
    ),
  );

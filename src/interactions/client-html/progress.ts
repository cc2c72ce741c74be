// The progress of a client to read and print: charts, and the figures of each in a table beside. Pure.
import { DRUG } from '../../iop/codes-care.ts';
import { SESSION_TYPE } from '../../iop/codes-sessions.ts';
import { type Html, html } from '../../iop/html.ts';
import { daysBetween } from '../client-view/calendar.ts';
import { STATUS_WORDS, wordOf } from '../client-view/events.ts';
import type { GoalHistory } from '../client-view/goals.ts';
import type { Progress } from '../client-view/progress.ts';
import type { ScoreTrend } from '../client-view/scores.ts';
import { SCREEN_MARKS, type Screen } from '../client-view/screens.ts';
import type { StayWeek } from '../client-view/weeks.ts';
import { barChart, lineChart, markChart } from './charts.ts';
import { type Column, hours, none, page, section, subtitleOf, table, terms } from './document.ts';
import { figureRows } from './figures.ts';
import { STAY_COLUMNS } from './stay.ts';

export const progressPage = (progress: Progress): string =>
  page(
    'Progress',
    subtitleOf(progress),
    section('Stay', table('The stay this is about', STAY_COLUMNS, stayRows(progress), 'There is no stay.')),
    section('Hours a week', ...hoursPart(progress.weeks)),
    section('Attendance', terms(figureRows(progress.figures)), missedTable(progress)),
    section('Goals', ...goalsPart(progress.goals)),
    section('Scores', ...scoresPart(progress.scores)),
    section('Urine screens', ...screensPart(progress)),
  );

const stayRows = ({ stay }: Progress) => (stay === undefined ? [] : [stay]);

const WEEKS: readonly Column<StayWeek>[] = [
  { title: 'Week', kind: 'number', of: one => one.stayWeek },
  { title: 'ISO week', kind: 'day', of: one => one.week },
  { title: 'From Monday', kind: 'day', of: one => one.from },
  { title: 'Attended h', kind: 'number', of: one => hours(one.attendedHours) },
  { title: 'By video h', kind: 'number', of: one => hours(one.telehealthHours) },
  {
    title: 'Planned h',
    kind: 'number',
    of: one => (one.plannedHours === undefined ? 'no plan' : hours(one.plannedHours)),
  },
  { title: 'Sessions', kind: 'number', of: one => `${one.attended} of ${one.scheduled}` },
  { title: 'Missed', kind: 'number', of: one => one.missed },
  { title: '', of: one => (one.partial ? 'part of a week' : '') },
];

function hoursPart(weeks: readonly StayWeek[]): Html[] {
  if (weeks.length === 0) return [none('No week has begun.')];
  const bars = weeks.map(one => ({
    label: String(one.stayWeek),
    value: one.attendedHours,
    aim: one.plannedHours,
    partial: one.partial,
  }));
  const text = weeks
    .map(
      one =>
        `week ${one.stayWeek}: ${hours(one.attendedHours)} of ${one.plannedHours === undefined ? 'no plan' : hours(one.plannedHours)}`,
    )
    .join('; ');
  return [
    html`<figure>${barChart('hours', 'Attended and planned hours by week of the stay', text, bars)}
<figcaption>Bars: attended hours, hollow for a part of a week. Lines across: planned hours. Below: week of the stay.</figcaption></figure>`,
    table('Attended and planned hours', WEEKS, weeks, ''),
  ];
}

function missedTable({ missed }: Progress): Html {
  const columns: readonly Column<Progress['missed'][number]>[] = [
    { title: 'Day', kind: 'day', of: one => one.date },
    { title: 'Session', of: one => one.type && SESSION_TYPE.codes[one.type] },
    { title: 'How', of: one => STATUS_WORDS[one.status] ?? one.status },
    { title: 'By', of: one => one.by },
    { title: 'Reason', kind: 'text', of: one => one.reason ?? 'none given' },
  ];
  return table('Sessions that were missed or cancelled', columns, missed, 'No session was missed.');
}

function goalsPart(goals: readonly GoalHistory[]): Html[] {
  if (goals.length === 0) return [none('There are no goals.')];
  return goals.map(({ description, status, achievement, steps, progress, outcome }) => {
    const stands = [status, achievement].filter(one => one !== undefined).map(wordOf);
    const dated = [
      ...steps.map(one => [one.date, wordOf(one.achievement ?? one.status)] as const),
      ...progress.map(one => [one.date, one.text] as const),
    ].sort(([a], [b]) => a.localeCompare(b));
    return html`<p><strong>${description}</strong> (${stands.join(', ')})</p><ul>${dated.map(
      ([date, text]) => html`<li>${date}: ${text}</li>`,
    )}${outcome === undefined ? undefined : html`<li>Outcome: ${outcome}</li>`}</ul>`;
  });
}

function scoresPart(scores: readonly ScoreTrend[]): Html[] {
  if (scores.length === 0) return [none('There are no scores.')];
  return scores.flatMap(({ instrument, name, most, points, change }) => {
    const first = points[0]!.date;
    const drawn = points.map(one => ({
      day: daysBetween(first, one.date),
      value: one.total,
      label: one.date,
    }));
    const text = points.map(one => `${one.date}: ${one.total}`).join('; ');
    const columns: readonly Column<(typeof points)[number]>[] = [
      { title: 'Day', kind: 'day', of: one => one.date },
      { title: `${name}, of ${most}`, kind: 'number', of: one => one.total },
    ];
    const caption = `${name}${change === undefined ? '' : `, ${change > 0 ? '+' : ''}${change} since the first`}; higher is worse`;
    return [
      html`<figure><figcaption>${name} over time</figcaption>${lineChart(`score-${instrument}`, name, text, drawn, most)}</figure>`,
      table(caption, columns, points, ''),
    ];
  });
}

const STRONG: readonly string[] = ['P', 'A', 'V', 'R', 'M'];

function screensPart({ screens, screenTotals }: Progress): Html[] {
  if (screens.length === 0) return [none('There are no urine screens.')];
  const marks = screens.map(one => ({
    letter: one.mark,
    strong: STRONG.includes(one.mark),
    label: one.date.slice(5),
  }));
  const text = screens.map(one => `${one.date}: ${SCREEN_MARKS[one.mark]}`).join('; ');
  const used = [...new Set(screens.map(one => one.mark))].sort();
  const columns: readonly Column<Progress['screens'][number]>[] = [
    { title: 'Day', kind: 'day', of: one => one.date },
    { title: 'Mark', of: one => one.mark },
    { title: 'Result', of: one => SCREEN_MARKS[one.mark] },
    { title: 'Drugs, specimen', of: drugsOf },
  ];
  const { valid, unexpected, positive, notValid, refused, notCollected, longestRunWithoutUnexpected } =
    screenTotals;
  return [
    html`<figure>${markChart('screens', 'Urine screens in order of time', text, marks)}
<figcaption>${used.map(mark => `${mark}: ${SCREEN_MARKS[mark]}`).join('. ')}.</figcaption></figure>`,
    terms([
      [
        'Positive',
        `${positive} of ${valid} valid screens, ${unexpected} of them not expected from medication`,
      ],
      ['Without a prescribed drug', screenTotals.prescribedAbsent],
      ['Not valid, refused, not collected', `${notValid}, ${refused}, ${notCollected}`],
      ['Longest run without an unexpected positive', longestRunWithoutUnexpected],
    ]),
    table('Urine screens', columns, screens, ''),
  ];
}

export const drugsOf = ({ positive = [], expected = [], absent = [], verdict }: Screen): string =>
  [
    ...positive.map(drug => DRUG.codes[drug]),
    ...expected.map(drug => `${DRUG.codes[drug]} (expected)`),
    ...absent.map(drug => `no ${DRUG.codes[drug].toLowerCase()}`),
    ...(verdict === undefined ? [] : [verdict]),
  ].join(', ');

// The handover of a client to read and print. Pure.
import { EPISODE_FOCUS, REFERRAL_SOURCE } from '../../iop/codes.ts';
import { PLAN_PURPOSE } from '../../iop/codes-care.ts';
import type { PersonName, PostalAddress, Telecom } from '../../iop/element.ts';
import { type Html, html, type Shown } from '../../iop/html.ts';
import { wordOf } from '../client-view/events.ts';
import { nameOf } from '../client-view/name.ts';
import { SCREEN_MARKS } from '../client-view/screens.ts';
import type { DiagnosisSummary, MedicationSummary, PlanSummary, Summary } from '../client-view/summary.ts';
import { type Column, hours, none, page, section, subtitleOf, table, terms } from './document.ts';
import { figureRows } from './figures.ts';
import { drugsOf } from './progress.ts';
import { completionWords, levelWords, phaseWords } from './stay.ts';

export const summaryPage = (summary: Summary): string =>
  page(
    'Summary',
    subtitleOf(summary),
    section('Open risks', risksPart(summary)),
    section('Client', terms(personRows(summary)), contactsPart(summary)),
    section('Stay', stayPart(summary), teamPart(summary)),
    section('Diagnoses', table('By ICD-10-CM', DIAGNOSES, summary.diagnoses, 'There are no diagnoses.')),
    section('Plans', ...plansPart(summary)),
    section('Goals', goalsPart(summary)),
    section(
      'Medication',
      table('Orders that are active or on hold', MEDICATIONS, summary.medications, 'There is no medication.'),
    ),
    section('Attendance', terms(figureRows(summary.figures))),
    section('Scores and urine screens', scoresPart(summary), screensPart(summary)),
  );

const lines = (items: readonly Shown[]): Html => html`<ul>${items.map(one => html`<li>${one}</li>`)}</ul>`;

function risksPart({ risks }: Summary): Html {
  if (risks.length === 0) return none('Nothing in the record is open.');
  return lines(risks.map(({ text, date }) => (date === undefined ? text : `${text} (${date})`)));
}

const telecomText = (telecom: readonly Telecom[] | undefined): string =>
  (telecom ?? []).map(({ value, use }) => `${value}${use === undefined ? '' : ` (${use})`}`).join(', ');

const addressText = (address: PostalAddress | undefined): string =>
  [...(address?.lines ?? []), address?.city, address?.state, address?.postalCode]
    .filter(one => one !== undefined)
    .join(', ');

function personRows({ person }: Summary): (readonly [string, Shown])[] {
  return [
    ['Record number', person.recordNumber],
    ['Goes by', person.preferred],
    ['Gender', person.gender],
    ['Language', person.language],
    ['Interpreter', person.interpreter === true ? 'needed' : undefined],
    ['Reached by', telecomText(person.telecom)],
    ['Address', addressText(person.address)],
    ['Died', person.deceasedOn],
  ];
}

function contactsPart({ contacts }: Summary): Html {
  const columns: readonly Column<Summary['contacts'][number]>[] = [
    { title: 'Name', kind: 'text', of: one => nameOf(one.name as PersonName | undefined) },
    { title: 'Is', of: one => one.relationship && wordOf(one.relationship) },
    { title: 'Reached by', kind: 'text', of: one => telecomText(one.telecom) },
  ];
  const caption = 'Whom to call; being named here permits nobody to be told anything';
  return table(caption, columns, contacts, 'Nobody is named to be called.');
}

function stayPart({ stay }: Summary): Html {
  if (stay === undefined) return none('There is no stay.');
  const { referral } = stay;
  const source = referral && REFERRAL_SOURCE.codes[referral.source];
  return terms([
    ['Status', wordOf(stay.status)],
    ['Level of care', levelWords(stay.level)],
    [
      'Treats',
      stay.focus && ((EPISODE_FOCUS.codes as Record<string, string>)[stay.focus] ?? wordOf(stay.focus)),
    ],
    ['Track', stay.track],
    ['Phase', phaseWords(stay.phase)],
    ['From', stay.from],
    ['Until', stay.until],
    ['Week of the stay', stay.week],
    ['Came from', [source, referral?.facility].filter(one => one !== undefined).join(', ')],
    ['Ended', completionWords(stay.completion)],
    ['Responsible', stay.careManager],
  ]);
}

function teamPart({ team }: Summary): Html {
  const columns: readonly Column<Summary['team'][number]>[] = [
    { title: 'Duty', of: one => one.duty },
    { title: 'Name', of: one => one.name },
  ];
  return table('Care team', columns, team, 'There is no care team.');
}

const DIAGNOSES: readonly Column<DiagnosisSummary>[] = [
  { title: 'Code', kind: 'day', of: one => one.code },
  { title: 'Diagnosis', kind: 'text', of: one => one.text },
  { title: 'Status', of: one => one.status },
  { title: 'Certainty', of: one => one.verification },
  { title: 'Since', kind: 'day', of: one => one.onset },
];

function plansPart({ plans }: Summary): Html[] {
  if (plans.length === 0) return [none('There is no plan.')];
  return plans.map(planPart);
}

function planPart({
  title,
  purpose,
  status,
  from,
  until,
  intensity,
  activities = [],
  note,
}: PlanSummary): Html {
  const weekly =
    intensity &&
    `${intensity.sessionsPerWeek} sessions of ${intensity.minutesPerSession} minutes a week (${hours((intensity.sessionsPerWeek * intensity.minutesPerSession) / 60)} hours)`;
  const does = activities.map(({ what, text, status: stands }) =>
    [what && wordOf(what), text, stands && wordOf(stands)].filter(one => one !== undefined).join(': '),
  );
  return html`<p><strong>${title ?? 'Plan'}</strong></p>${terms([
    ['For', purpose && PLAN_PURPOSE.codes[purpose]],
    ['Status', status && wordOf(status)],
    ['From, until', [from, until].filter(one => one !== undefined).join(' to ')],
    ['Agreed', weekly],
    ['Note', note],
  ])}${does.length === 0 ? undefined : lines(does)}`;
}

function goalsPart({ goals }: Summary): Html {
  if (goals.length === 0) return none('There are no goals.');
  const columns: readonly Column<Summary['goals'][number]>[] = [
    { title: 'Goal', kind: 'text', of: one => one.description },
    { title: 'Status', of: one => wordOf(one.status) },
    { title: 'Comes along', of: one => one.achievement && wordOf(one.achievement) },
    { title: 'Since', kind: 'day', of: one => one.steps.at(-1)?.date },
    { title: 'Last said', kind: 'text', of: one => one.outcome ?? one.progress.at(-1)?.text },
  ];
  return table('Goals as they stand', columns, goals, '');
}

const MEDICATIONS: readonly Column<MedicationSummary>[] = [
  { title: 'Medication', kind: 'text', of: one => one.name },
  { title: 'How', kind: 'text', of: one => one.dosage },
  { title: 'Observed', of: one => (one.observed === true ? 'yes' : '') },
  { title: 'Status', of: one => one.status && wordOf(one.status) },
  { title: 'From', kind: 'day', of: one => one.from },
  { title: 'Until', kind: 'day', of: one => one.until },
  { title: 'Ordered by', of: one => one.orderedBy },
];

function scoresPart({ scores }: Summary): Html {
  const columns: readonly Column<Summary['scores'][number]>[] = [
    { title: 'Questionnaire', of: one => one.name },
    { title: 'Day', kind: 'day', of: one => one.last.date },
    { title: 'Last', kind: 'number', of: one => `${one.last.total} of ${one.most}` },
    { title: 'Before', kind: 'number', of: one => one.before?.total },
  ];
  return table('Scores; higher is worse', columns, scores, 'There are no scores.');
}

function screensPart({ screens }: Summary): Html {
  const columns: readonly Column<Summary['screens'][number]>[] = [
    { title: 'Day', kind: 'day', of: one => one.date },
    { title: 'Result', of: one => SCREEN_MARKS[one.mark] },
    { title: 'Drugs, specimen', of: drugsOf },
  ];
  return table('The last urine screens', columns, screens, 'There are no urine screens.');
}

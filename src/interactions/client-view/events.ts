// The events of a timeline, by where they come from. Pure; where in a stay they are is timeline.ts's.
import { EPISODE_PHASE } from '../../iop/codes.ts';
import { DRUG } from '../../iop/codes-care.ts';
import { PLAN_CHANGE } from '../../iop/codes-life.ts';
import { ATTENDANCE_STATUS, SESSION_TYPE } from '../../iop/codes-sessions.ts';
import { consent } from '../../iop/consent.ts';
import { medication } from '../../iop/medication.ts';
import { type PlanRecord, plan, plannedHours } from '../../iop/plan.ts';
import { medicationName } from '../../iop/rxnorm.ts';
import { score } from '../../iop/score.ts';
import { goalHistory } from './goals.ts';
import type { Chart } from './load.ts';
import { readKind } from './read.ts';
import { saidOver } from './said.ts';
import { SCREEN_MARKS, screensOf } from './screens.ts';
import { meetingsOf } from './sessions.ts';
import type { Stay } from './stays.ts';

export const EVENT_KINDS = {
  stay: 'Stay',
  session: 'Session',
  screen: 'Urine screen',
  score: 'Score',
  goal: 'Goal',
  plan: 'Plan',
  medication: 'Medication',
  consent: 'Consent',
} as const;
export type EventKind = keyof typeof EVENT_KINDS;

export interface EventDraft {
  /** As the record has it: an instant or a date. */
  at: string;
  kind: EventKind;
  /** What happened, one word for programs: `begun`, `noshow`, `achieved`. */
  what: string;
  /** The same for people. */
  text: string;
  /** `Type/id`; of a session's attendance besides. */
  resource: string;
  encounter?: string;
  minutes?: number;
}

export const wordOf = (code: string): string => code.replaceAll('-', ' ');
const drop = (text: string | undefined): string => (text === undefined ? '' : `: ${text}`);

export function stayEvents(stays: readonly Stay[], { calendar }: Chart): EventDraft[] {
  return stays.flatMap(({ record, resource, from, until, said }) => {
    const event = (at: string, what: string, text: string): EventDraft => ({
      at,
      kind: 'stay',
      what,
      text,
      resource,
    });
    const phases = said.filter(
      (one, at) =>
        one.record.phase !== undefined && at > 0 && said[at - 1]!.record.phase !== one.record.phase,
    );
    const coming = record.from !== undefined && from === undefined;
    const over = until !== undefined && until <= calendar.today;
    return [
      ...(coming ? [event(record.from!, record.status, `Stay ${wordOf(record.status)}`)] : []),
      ...(from === undefined ? [] : [event(record.from!, 'begun', 'Stay begun')]),
      ...(record.history ?? [])
        .slice(1)
        .map(one => event(one.from, one.status, `Stay ${wordOf(one.status)}`)),
      ...phases.map(one =>
        event(one.at, one.record.phase!, `Phase: ${EPISODE_PHASE.codes[one.record.phase!]}`),
      ),
      ...(over
        ? [event(record.until!, record.completion ?? 'ended', `Stay ended${drop(record.completion)}`)]
        : []),
    ];
  });
}

export function sessionEvents({ found }: Chart): EventDraft[] {
  return meetingsOf(found).map(one => {
    const name = one.type === undefined ? 'Session' : SESSION_TYPE.codes[one.type];
    const ended =
      one.attendance === undefined ? STATUS_WORDS[one.status] : ATTENDANCE_STATUS.codes[one.attendance];
    const online = one.mode === 'telehealth' ? ', online' : '';
    const topic = one.topic === undefined ? '' : ` (${wordOf(one.topic)})`;
    return {
      at: one.start,
      kind: 'session',
      what: one.attendance ?? one.status,
      text: `${name}${online}${topic}: ${ended ?? wordOf(one.status)}${one.reason === undefined ? '' : `, ${one.reason}`}`,
      resource: one.appointment ?? one.encounter ?? '',
      ...(one.encounter === undefined ? {} : { encounter: one.encounter }),
      ...(one.minutes === undefined ? {} : { minutes: one.minutes }),
    };
  });
}

export const STATUS_WORDS: Readonly<Record<string, string>> = {
  fulfilled: 'Present',
  noshow: 'Absent, not excused',
  cancelled: 'Cancelled',
  booked: 'Booked',
};

export function measureEvents(chart: Chart): EventDraft[] {
  const screens = screensOf(chart).map((one): EventDraft => {
    const drugs = (one.positive ?? one.absent ?? one.expected ?? []).map(drug => DRUG.codes[drug]).join(', ');
    const detail = one.verdict === undefined ? drugs : one.verdict;
    return {
      at: one.at,
      kind: 'screen',
      what: one.mark,
      text: `Urine screen: ${SCREEN_MARKS[one.mark]}${detail === '' ? '' : ` (${detail})`}`,
      resource: one.resource,
    };
  });
  const scores = readKind(score, chart.found)
    .filter(({ record }) => record.at !== undefined)
    .map(
      ({ record, resource }): EventDraft => ({
        at: record.at,
        kind: 'score',
        what: record.instrument,
        text: `${record.instrument.toUpperCase()}: ${record.total}`,
        resource,
      }),
    );
  return [...screens, ...scores];
}

/** Goals, plans and medication: what was agreed and how it changed. */
export function careEvents(chart: Chart): EventDraft[] {
  const goals = goalHistory(chart).flatMap(({ description, resource, steps, progress }) => [
    ...steps.map(
      (step, index): EventDraft => ({
        at: step.at,
        kind: 'goal',
        what: index === 0 ? 'set' : (step.achievement ?? step.status),
        text: `Goal ${index === 0 ? 'set' : wordOf(step.achievement ?? step.status)}: ${description}`,
        resource,
      }),
    ),
    ...progress.map(
      ({ at, text }): EventDraft => ({
        at,
        kind: 'goal',
        what: 'progress',
        text: `${description}: ${text}`,
        resource,
      }),
    ),
  ]);
  return [...goals, ...planEvents(chart), ...medicationEvents(chart)];
}

const changeIn = ({ change }: PlanRecord): string =>
  change === undefined
    ? ''
    : `, ${PLAN_CHANGE.codes[change.what].toLowerCase()}${change.text === undefined ? '' : `: ${change.text}`}`;

function planEvents({ found, past, calendar }: Chart): EventDraft[] {
  return readKind(plan, found)
    .filter(({ record }) => record.from !== undefined && record.status !== 'entered-in-error')
    .flatMap(one => {
      const { record, resource } = one;
      const said = saidOver(plan, one, past, found);
      const hours = (of: typeof record): string => {
        const weekly = of.intensity === undefined ? undefined : plannedHours(of);
        return weekly === undefined || Number.isNaN(weekly) ? '' : `, ${weekly} hours a week`;
      };
      const whatOf = (of: typeof record): string => `${hours(of)}${changeIn(of)}`;
      const event = (at: string, what: string, text: string): EventDraft => ({
        at,
        kind: 'plan',
        what,
        text: `${record.title ?? 'Plan'} ${text}`,
        resource,
      });
      const changes = said.filter(({ record: then }, at) => {
        const before = said[at - 1]?.record;
        return before !== undefined && (before.status !== then.status || whatOf(before) !== whatOf(then));
      });
      const begun = record.status !== 'draft' && calendar.dayOf(record.from) <= calendar.today;
      const over =
        record.until !== undefined &&
        record.status !== 'active' &&
        calendar.dayOf(record.until) <= calendar.today;
      return [
        ...(begun ? [event(record.from, 'begun', `begun${hours(said[0]?.record ?? record)}`)] : []),
        ...changes.map(({ at, record: then }) =>
          event(at, then.status, `${wordOf(then.status)}${whatOf(then)}`),
        ),
        ...(over ? [event(record.until!, 'ended', `ended: ${wordOf(record.status)}`)] : []),
      ];
    });
}

function medicationEvents({ found, calendar }: Chart): EventDraft[] {
  return readKind(medication, found)
    .filter(({ record }) => record.orderedAt !== undefined && record.status !== 'entered-in-error')
    .flatMap(({ record, resource }) => {
      const name = nameOfMedication(record);
      const event = (at: string, what: string, text: string): EventDraft => ({
        at,
        kind: 'medication',
        what,
        text: `${name} ${text}`,
        resource,
      });
      const over = record.until !== undefined && calendar.dayOf(record.until) <= calendar.today;
      return [
        event(record.orderedAt, 'ordered', `ordered${drop(record.dosage?.text)}`),
        ...(over ? [event(record.until!, 'ended', `ended: ${wordOf(record.status)}`)] : []),
      ];
    });
}

export const nameOfMedication = ({ name, rxnorm }: { name?: string; rxnorm?: string }): string =>
  name ?? (rxnorm === undefined ? undefined : medicationName(rxnorm)) ?? 'Medication';

/** As far as the caller reads Consents. Of a revocation it is known when it was written down. */
export function consentEvents({ found, past }: Chart): EventDraft[] {
  return readKind(consent, found).flatMap(one => {
    const { record, resource } = one;
    if (record.signedOn === undefined || WITHOUT_SIGNATURE.includes(record.status)) return [];
    const to = record.recipient ?? (record.recipientClass && wordOf(record.recipientClass)) ?? 'others';
    const what = `${record.effect === 'deny' ? 'Restriction towards' : 'Consent to'} ${to}`;
    const revoked = saidOver(consent, one, past, found).find(({ record: then }) => then.status === 'revoked');
    const event = (at: string, how: string): EventDraft => ({
      at,
      kind: 'consent',
      what: how,
      text: `${what} ${how}`,
      resource,
    });
    const signed = event(record.signedOn, record.status === 'refused' ? 'refused' : 'signed');
    return [signed, ...(revoked === undefined ? [] : [event(revoked.at, 'revoked')])];
  });
}
const WITHOUT_SIGNATURE: readonly (string | undefined)[] = ['draft', 'proposed', 'entered-in-error'];

// How a plan becomes a CarePlan, and how this becomes the plan again.
import type {
  AnyResource,
  CarePlan,
  CarePlanActivity,
  CarePlanActivityDetail,
  CodeableConcept,
  Timing,
} from '../fhir/types.ts';
import { PLAN_ACTIVITY, PLAN_PURPOSE } from './codes-care.ts';
import { PLAN_CHANGE, PLAN_CHANGED } from './codes-life.ts';
import type { Links, Names, Part } from './concept.ts';
import {
  businessIdentifier,
  concept,
  keyOf,
  keysOf,
  part,
  partOf,
  period,
  prune,
  reference,
} from './element.ts';
import { MODALITIES, type Modality, modalityConcept, modalityOf } from './modality.ts';
import type {
  ActivityStatus,
  PlanMatter,
  PlannedActivity,
  PlanRecord,
  PlanStatus,
  PlanSubstance,
} from './plan.ts';
import { extend, extensionValue, localCode, localConcept } from './vocabulary.ts';

/** http://hl7.org/fhir/R4/valueset-request-status.html and valueset-care-plan-activity-status.html */
export const PLAN_STATUSES = [
  'draft',
  'active',
  'on-hold',
  'revoked',
  'completed',
  'entered-in-error',
] as const;
export const ACTIVITY_STATUSES = [
  'not-started',
  'scheduled',
  'in-progress',
  'on-hold',
  'completed',
  'cancelled',
  'stopped',
] as const;

/** https://hl7.org/fhir/us/core/CodeSystem-careplan-category.html */
const CARE_PLAN_CATEGORY = 'http://hl7.org/fhir/us/core/CodeSystem/careplan-category';

/** The method that a relapse prevention plan is of, by what it is to keep away from. */
export const SUBSTANCES = {
  alcohol: 'relapse-prevention-alcohol',
  drugs: 'relapse-prevention-drug',
} as const satisfies Record<string, Modality>;
const KINDS = Object.keys(SUBSTANCES) as PlanSubstance[];

export function planToFhir(record: PlanRecord, links: Links): Part[] {
  const to = (kind: string, id: string | undefined) => reference(id && links.to(kind, id));
  const all = (kind: string, ids: readonly string[] | undefined) =>
    ids?.map(id => ({ reference: links.to(kind, id) }));
  const one = (kind: string, id: string | undefined) => (id === undefined ? undefined : all(kind, [id]));
  const plan: CarePlan = {
    resourceType: 'CarePlan',
    extension: extend(PLAN_CHANGED, changed(record)),
    identifier: [businessIdentifier(record)],
    partOf: one('plan', record.partOf),
    status: record.status,
    intent: 'plan',
    category: [
      concept(CARE_PLAN_CATEGORY, 'assess-plan'),
      localConcept(PLAN_PURPOSE, record.purpose),
      ...(record.substances ?? []).map(one => modalityConcept(SUBSTANCES[one])),
    ],
    title: record.title,
    subject: { reference: links.to('client', record.client) },
    period: period(record.from, record.until),
    created: record.recordedAt,
    author: to('clinician', record.author),
    careTeam: one('care-team', record.careTeam),
    addresses: all('diagnosis', record.diagnoses),
    supportingInfo: [
      ...(one('episode', record.episode) ?? []),
      ...(one('consent', record.contactConsent) ?? []),
    ],
    goal: all('goal', record.goals),
    activity: [...intensityActivity(record), ...(record.activities ?? []).map(one => activityOf(one, links))],
    note: record.note === undefined ? undefined : [{ text: record.note }],
  };
  return [part('', plan)];
}

const changed = ({ change }: PlanRecord): CodeableConcept | undefined =>
  change && {
    ...localConcept(PLAN_CHANGE, change.what),
    ...(change.text === undefined ? {} : { text: change.text }),
  };

function changeIn(plan: Partial<CarePlan>): PlanRecord['change'] {
  const said = extensionValue(PLAN_CHANGED, plan);
  const what = localCode(PLAN_CHANGE, said);
  return what === undefined ? undefined : prune({ what, text: said?.text });
}

interface Rhythm {
  perWeek?: number | undefined;
  perMonth?: number | undefined;
  minutes?: number | undefined;
}

function timingOf({ perWeek, perMonth, minutes }: Rhythm): Timing | undefined {
  const times = perWeek ?? perMonth;
  if (times === undefined && minutes === undefined) return undefined;
  const every = perWeek === undefined ? ('mo' as const) : ('wk' as const);
  return {
    repeat: {
      duration: minutes,
      durationUnit: minutes === undefined ? undefined : 'min',
      frequency: times,
      period: times === undefined ? undefined : 1,
      periodUnit: times === undefined ? undefined : every,
    },
  };
}

/** What a plan's own status means for the sessions that were agreed. */
const SESSIONS: Readonly<Record<PlanStatus, CarePlanActivityDetail['status']>> = {
  draft: 'not-started',
  active: 'in-progress',
  'on-hold': 'on-hold',
  revoked: 'stopped',
  completed: 'completed',
  'entered-in-error': 'entered-in-error',
};

function intensityActivity({ intensity, status }: PlanRecord): CarePlanActivity[] {
  if (intensity === undefined) return [];
  const detail: CarePlanActivityDetail = {
    kind: 'Appointment',
    code: localConcept(PLAN_ACTIVITY, 'intensity'),
    status: SESSIONS[status],
    scheduledTiming: timingOf({ perWeek: intensity.sessionsPerWeek, minutes: intensity.minutesPerSession }),
  };
  return [{ detail }];
}

const isModality = (what: PlanMatter): what is Modality => MODALITIES.some(one => one === what);

function activityOf(
  { what, status, text, timesPerWeek, timesPerMonth, minutes, who }: PlannedActivity,
  links: Links,
): CarePlanActivity {
  const detail: CarePlanActivityDetail = {
    kind: what === 'home-practice' || what === 'own-check-in' ? 'Task' : undefined,
    code: isModality(what) ? modalityConcept(what) : localConcept(PLAN_ACTIVITY, what),
    status,
    scheduledTiming: timingOf({ perWeek: timesPerWeek, perMonth: timesPerMonth, minutes }),
    performer: who === undefined ? undefined : [{ reference: links.to('family-member', who) }],
    description: text,
  };
  return { detail };
}

/** Times and minutes of a Timing; one that is neither by the week nor by the month says no times. */
function rhythmOf(timing: Timing | undefined): Rhythm {
  const { frequency, period: every, periodUnit, duration, durationUnit } = timing?.repeat ?? {};
  const times = {
    perWeek: every === 1 && periodUnit === 'wk' ? frequency : undefined,
    perMonth: every === 1 && periodUnit === 'mo' ? frequency : undefined,
  };
  if (duration === undefined) return times;
  if (durationUnit === 'h') return { ...times, minutes: duration * 60 };
  return { ...times, minutes: durationUnit === 'min' ? duration : undefined };
}

const matterOf = ({ code }: CarePlanActivityDetail) => localCode(PLAN_ACTIVITY, code) ?? modalityOf(code);

function plannedOf(detail: CarePlanActivityDetail, names: Names): PlannedActivity {
  const { perWeek, perMonth, minutes } = rhythmOf(detail.scheduledTiming);
  return prune<PlannedActivity>({
    what: matterOf(detail) as PlanMatter,
    status: ACTIVITY_STATUSES.find(one => one === detail.status) as ActivityStatus,
    text: detail.description,
    timesPerWeek: perWeek,
    timesPerMonth: perMonth,
    minutes,
    who: keysOf(names, 'family-member', detail.performer)?.[0],
  });
}

export function planFromFhir(parts: ReadonlyMap<string, AnyResource>, names: Names, id: string): PlanRecord {
  const plan = partOf<CarePlan>(parts);
  const methods = plan.category?.map(modalityOf);
  const details = (plan.activity ?? []).map(one => one.detail).filter(one => one !== undefined);
  const sessions = details.find(one => matterOf(one) === 'intensity');
  const { perWeek: sessionsPerWeek, minutes: minutesPerSession } = rhythmOf(sessions?.scheduledTiming);
  return prune<PlanRecord>({
    kind: 'plan',
    id,
    program: names.program,
    recordedAt: plan.created,
    client: keyOf(names, 'client', plan.subject),
    purpose: localCode(PLAN_PURPOSE, plan.category),
    status: PLAN_STATUSES.find(one => one === plan.status),
    title: plan.title,
    from: plan.period?.start,
    until: plan.period?.end,
    episode: keysOf(names, 'episode', plan.supportingInfo)?.[0],
    author: keyOf(names, 'clinician', plan.author),
    careTeam: keysOf(names, 'care-team', plan.careTeam)?.[0],
    partOf: keysOf(names, 'plan', plan.partOf)?.[0],
    diagnoses: keysOf(names, 'diagnosis', plan.addresses),
    goals: keysOf(names, 'goal', plan.goal),
    substances: methods
      ?.map(method => KINDS.find(one => SUBSTANCES[one] === method))
      .filter(one => one !== undefined),
    intensity: { sessionsPerWeek, minutesPerSession } as PlanRecord['intensity'],
    change: changeIn(plan),
    contactConsent: keysOf(names, 'consent', plan.supportingInfo)?.[0],
    activities: details.filter(one => one !== sessions).map(one => plannedOf(one, names)),
    note: plan.note?.[0]?.text,
  });
}

// A plan: what the program and the client have agreed to do. Its versions are the versions of its CarePlan.
//
// Glossary. purpose: treatment (the plan of the stay), relapse prevention (triggers, warning signs, steps,
// contacts: may be shared by itself) or aftercare. substances: what a relapse prevention plan is to keep
// away from. who: of a supportive contact, which of the client's family or friends it is. intensity: the sessions a week that were agreed; times
// the minutes of one, the planned hours of a week. activities: methods of treatment, and what else
// is to be done or kept in mind. change: why this version differs from the one before: hours taper, the stay is
// extended. contactConsent: alumni are asked back by one alone.
import { endAfterStart, unless } from './check.ts';
import { PLAN_ACTIVITY, PLAN_PURPOSE } from './codes-care.ts';
import { PLAN_CHANGE, type PlanChange } from './codes-life.ts';
import type { Concept, Problem, RecordEnvelope } from './concept.ts';
import { MODALITIES, type Modality } from './modality.ts';
import { ACTIVITY_STATUSES, PLAN_STATUSES, planFromFhir, planToFhir, SUBSTANCES } from './plan-fhir.ts';
import { choice, date, keyOfA, line, list, object, recordSchema, set, whole } from './schema.ts';
import { type CodeOf, codesOf } from './vocabulary.ts';

export type PlanStatus = (typeof PLAN_STATUSES)[number];
export type PlanPurpose = CodeOf<typeof PLAN_PURPOSE>;
export type PlanSubstance = keyof typeof SUBSTANCES;
export type ActivityStatus = (typeof ACTIVITY_STATUSES)[number];
export type PlanMatter = Modality | Exclude<CodeOf<typeof PLAN_ACTIVITY>, 'intensity'>;

const MATTERS: readonly PlanMatter[] = [
  ...MODALITIES,
  ...codesOf(PLAN_ACTIVITY).filter(one => one !== 'intensity'),
];

export interface PlanRecord extends RecordEnvelope {
  kind: 'plan';
  client: string;
  purpose: PlanPurpose;
  status: PlanStatus;
  title: string;
  /** Dates. */
  from: string;
  until?: string;
  episode?: string;
  author?: string;
  careTeam?: string;
  /** The plan that this one is a part of. */
  partOf?: string;
  diagnoses?: string[];
  goals?: string[];
  /** Of a relapse prevention plan. */
  substances?: PlanSubstance[];
  intensity?: { sessionsPerWeek: number; minutesPerSession: number };
  /** Why it differs from its version before. */
  change?: { what: PlanChange; text?: string };
  /** The consent by which the program may get in touch after the stay. */
  contactConsent?: string;
  activities?: PlannedActivity[];
  note?: string;
}

export interface PlannedActivity {
  what: PlanMatter;
  status: ActivityStatus;
  text?: string;
  timesPerWeek?: number;
  timesPerMonth?: number;
  minutes?: number;
  /** Family member record, of a supportive contact or a sponsor. */
  who?: string;
}

/** Planned hours of a week; undefined where the plan names no intensity. */
export const plannedHours = ({ intensity }: PlanRecord): number | undefined =>
  intensity && (intensity.sessionsPerWeek * intensity.minutesPerSession) / 60;

const schema = recordSchema(
  'plan',
  'A plan of a client',
  {
    client: keyOfA('client', 'Whose plan it is.'),
    purpose: choice(codesOf(PLAN_PURPOSE), 'What the plan is for.'),
    status: choice(PLAN_STATUSES, 'Where it stands.'),
    title: line('Title.'),
    from: date('First day.'),
    until: date('Last day.'),
    episode: keyOfA('episode', 'The stay it belongs to.'),
    author: keyOfA('clinician', 'Who answers for it.'),
    careTeam: keyOfA('care-team', 'Who carries it out.'),
    partOf: keyOfA('plan', 'The plan that this one is a part of.'),
    diagnoses: set(keyOfA('diagnosis', 'What it addresses.'), 'What it addresses.', 20),
    goals: set(keyOfA('goal', 'What it is for.'), 'What is to be reached.', 50),
    substances: set(
      choice(Object.keys(SUBSTANCES), 'A kind of substance.'),
      'What a relapse prevention plan is to keep away from.',
    ),
    intensity: object(
      {
        sessionsPerWeek: whole('Sessions a week.', 1, 21),
        minutesPerSession: whole('Minutes of one session.', 15, 720),
      },
      ['sessionsPerWeek', 'minutesPerSession'],
      'How much was agreed.',
    ),
    change: object(
      { what: choice(codesOf(PLAN_CHANGE), 'What changed.'), text: line('Why, in words.', 500) },
      ['what'],
      'Why this version differs from the one before.',
    ),
    contactConsent: keyOfA('consent', 'By which the program may get in touch after the stay.'),
    activities: list(
      object(
        {
          what: choice(MATTERS, 'A method, or what else is to be done or kept in mind.'),
          status: choice(ACTIVITY_STATUSES, 'Where it stands.'),
          text: line('In words.', 1000),
          timesPerWeek: whole('Times a week.', 1, 50),
          timesPerMonth: whole('Times a month.', 1, 31),
          minutes: whole('Minutes each time.', 1, 1440),
          who: keyOfA('family-member', 'Who a supportive contact or the sponsor is.'),
        },
        ['what', 'status'],
      ),
      'What is to be done or kept in mind.',
      100,
    ),
    note: line('Note.', 2000),
  },
  ['client', 'purpose', 'status', 'title', 'from'],
);

/** Somebody to turn to, who is a person of their own. */
const CONTACTS: readonly PlanMatter[] = ['support-contact', 'sponsor'];

function checkActivity({ what, who, ...rhythm }: PlannedActivity, index: number): Problem[] {
  const path = `activities[${index}]`;
  return [
    ...unless(who === undefined || CONTACTS.includes(what), `${path}.who`, 'is for supportive contacts'),
    ...unless(
      rhythm.timesPerWeek === undefined || rhythm.timesPerMonth === undefined,
      `${path}.timesPerMonth`,
      'stands beside times a week',
    ),
  ];
}

function check(record: PlanRecord): Problem[] {
  return [
    ...endAfterStart(record.from, record.until, 'until'),
    ...unless(record.partOf !== record.id, 'partOf', 'is the plan itself'),
    ...unless(
      record.partOf === undefined || record.purpose !== 'treatment',
      'partOf',
      'is for plans that go with a treatment plan',
    ),
    ...unless(
      record.substances === undefined || record.purpose === 'relapse-prevention',
      'substances',
      'are for relapse prevention plans',
    ),
    ...unless(
      record.contactConsent !== undefined || !record.activities?.some(one => one.what === 'alumni-group'),
      'contactConsent',
      'is missing: alumni are contacted by consent',
    ),
    ...(record.activities ?? []).flatMap(checkActivity),
  ];
}

export const plan: Concept<PlanRecord> = {
  kind: 'plan',
  title: 'What the program and the client have agreed to do',
  schema,
  makes: ['CarePlan'],
  check,
  toFhir: planToFhir,
  fromFhir: planFromFhir,
};

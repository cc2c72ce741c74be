// Local vocabulary of a client's life around treatment: work and home, money, what was agreed, what staff watch.
// Data: see vocabulary.ts.
import { type CodeOf, defineExtension, defineSystem } from './vocabulary.ts';

export const SOCIAL_ASPECT = defineSystem(
  'social-aspect',
  {
    title: 'Aspect of social history',
    description:
      'What of the life of a client is told: what fills the day, home, and what makes attending hard.',
  },
  {
    occupation: 'Work',
    education: 'School or college',
    parenting: 'Children in care',
    caregiving: 'Care for another adult',
    housing: 'Home',
    conflict: 'Conflict or violence at home',
    'use-at-home': 'Substance use by others at home',
    transport: 'Way to sessions',
    childcare: 'Childcare during sessions',
    finances: 'Money',
    legal: 'Courts and probation',
    support: 'People who help',
  },
);
export type SocialAspect = CodeOf<typeof SOCIAL_ASPECT>;

export const SOCIAL_FINDING = defineSystem(
  'social-finding',
  { title: 'Finding of social history', description: 'How it stands with an aspect of social history.' },
  {
    'full-time': 'Full time',
    'part-time': 'Part time',
    shifts: 'In shifts',
    leave: 'On leave',
    seeking: 'Looking for it',
    retired: 'Retired',
    none: 'None',
    yes: 'Yes',
    no: 'No',
    safe: 'Safe and stable',
    unstable: 'Not stable',
    unsafe: 'Not safe',
    past: 'In the past',
    present: 'At present',
    arranged: 'Arranged',
    gap: 'A gap that keeps the client away',
    enough: 'Enough',
    strained: 'Strained',
  },
);
export type SocialFinding = CodeOf<typeof SOCIAL_FINDING>;

export const SOCIAL_ITEM = defineSystem(
  'social-item',
  { title: 'Item of social history', description: 'What is noted beside a finding.' },
  { words: 'In words' },
);

export const MEANS = defineSystem(
  'means',
  { title: 'Means', description: 'How a gap that keeps a client away is closed.' },
  {
    shuttle: 'Shuttle of the program',
    'rideshare-credit': 'Rideshare credit',
    transit: 'Transit pass',
    carpool: 'Carpool with family or a friend',
    telehealth: 'Sessions by video',
    'on-site-care': 'Childcare on site',
    'family-care': 'Childcare by family or a friend',
    'paid-care': 'Childcare that is paid for',
    'other-track': 'Another track',
  },
);
export type Means = CodeOf<typeof MEANS>;

export const WORKSHEET_FORM = defineSystem(
  'worksheet-form',
  { title: 'Worksheet', description: 'Which worksheet a client filled in.' },
  {
    goal: 'Goal worksheet',
    triggers: 'Triggers and coping steps',
    review: 'Review of the week',
    aftercare: 'After treatment',
  },
);

export const WORKSHEET_ITEM = defineSystem(
  'worksheet-item',
  { title: 'Item of a worksheet', description: 'What a worksheet asks.' },
  {
    want: 'What I want',
    why: 'Why it matters',
    step: 'A step',
    obstacle: 'What may come in the way',
    help: 'Who or what helps',
    learned: 'What I learned',
  },
);

export const AGREEMENT_KIND = defineSystem(
  'agreement-kind',
  {
    title: 'Kind of agreement',
    description: 'What program and client agree on at intake. None of it is a consent to any disclosure.',
  },
  { attendance: 'Attendance and rules', fees: 'Fees', telehealth: 'Sessions by video' },
);

export const AGREEMENT_RULE = defineSystem(
  'agreement-rule',
  { title: 'Rule of an agreement', description: 'What is agreed.' },
  {
    attend: 'Come to every session agreed in the plan',
    'tell-ahead': 'Tell the program before missing one',
    'be-on-time': 'Be there when a session begins',
    'make-up': 'Make up for missed sessions',
    sober: 'Come without having used',
    screening: 'Give urine screens when asked',
    privacy: 'Who is in a group, and what is said there, stays there',
    respect: 'No violence, threats or weapons',
    phones: 'No phones or recordings in groups',
    'private-place': 'Join from a place where nobody else hears',
    'pay-on-time': 'Pay the agreed fee',
  },
);

export const FEE = defineSystem(
  'fee',
  { title: 'Fee', description: 'What a client pays.' },
  { 'sliding-scale': 'Share of the full fee, by income' },
);

export const BENEFIT_CATEGORY = defineSystem(
  'benefit-category',
  { title: 'Benefit', description: 'What a payer was asked about.' },
  {
    iop: 'Intensive outpatient program',
    outpatient: 'Outpatient sessions',
    'urine-screening': 'Urine screening',
    medication: 'Medication',
    telehealth: 'Sessions by video',
  },
);

export const BENEFIT_LIMIT = defineSystem(
  'benefit-limit',
  { title: 'Limit of a benefit', description: 'What of a benefit is limited, or borne by the client.' },
  {
    sessions: 'Sessions',
    days: 'Days',
    copay: 'Copayment for each visit',
    deductible: 'Deductible',
    'out-of-pocket': 'Out-of-pocket maximum',
  },
);

export const INSTRUMENT = defineSystem(
  'instrument',
  { title: 'Instrument', description: 'Scores of questionnaires for which no standard code is used.' },
  { 'c-ssrs': 'C-SSRS screener: questions answered yes' },
);

export const PLAN_CHANGE = defineSystem(
  'plan-change',
  { title: 'Change of a plan', description: 'Why a version of a plan differs from the one before.' },
  {
    taper: 'Fewer hours a week',
    intensified: 'More hours a week',
    extended: 'The stay goes on for longer',
    shortened: 'The stay ends earlier',
    revised: 'What is done was revised',
  },
);
export type PlanChange = CodeOf<typeof PLAN_CHANGE>;

export const PLAN_CHANGED = defineExtension('plan-change', 'CodeableConcept', {
  title: 'Change of the plan',
  description: 'Why this version of the plan differs from the one before; text tells it in words.',
  contexts: ['CarePlan'],
});

export const LABELLED_INBOUND = defineExtension('part2-inbound', 'Boolean', {
  title: 'Came with Part 2 records',
  description:
    'Records of another Part 2 program came with it: they are and stay protected by 42 CFR Part 2 whatever is done here.',
  contexts: ['ServiceRequest'],
});

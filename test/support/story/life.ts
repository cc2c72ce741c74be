// The lives of the story's people around treatment, what was agreed and paid, and their plans for afterwards: written
// down at intake, behind goals and plans. What is dated later stands in happenings.ts.
import type { AgreementRecord } from '../../../src/iop/agreement.ts';
import type { BenefitRecord } from '../../../src/iop/benefit.ts';
import type { RecordEnvelope } from '../../../src/iop/concept.ts';
import { instantAt } from '../../../src/iop/generate/calendar.ts';
import { ZONE } from '../../../src/iop/generate/clinic.ts';
import type { PlanRecord } from '../../../src/iop/plan.ts';
import type { SocialHistoryRecord } from '../../../src/iop/social-history.ts';
import type { Base } from './keys.ts';
import type { StoryPerson } from './people.ts';

type Told = Pick<SocialHistoryRecord, 'aspect' | 'finding' | 'text'> & { own?: true };

/** What was told at intake, by client number. */
const TOLD: Readonly<Record<string, readonly Told[]>> = {
  '101': [
    { aspect: 'parenting', finding: 'yes', text: 'Two children, five and eight.' },
    { aspect: 'occupation', finding: 'part-time' },
    { aspect: 'childcare', finding: 'arranged' },
  ],
  '102': [{ aspect: 'housing', finding: 'unstable', text: 'At his mother’s until spring.' }],
  '103': [{ aspect: 'transport', finding: 'gap', text: 'One car in the house, and it is old.', own: true }],
  '104': [{ aspect: 'occupation', finding: 'shifts' }],
  '105': [
    { aspect: 'legal', finding: 'present' },
    { aspect: 'finances', finding: 'strained', own: true },
  ],
  '106': [{ aspect: 'education', finding: 'full-time' }],
  '107': [{ aspect: 'conflict', finding: 'past', text: 'Left that house in 2019.' }],
  '108': [
    { aspect: 'housing', finding: 'unsafe' },
    { aspect: 'use-at-home', finding: 'yes', text: 'His brother.' },
  ],
  '109': [{ aspect: 'caregiving', finding: 'yes', text: 'Her father, in the evenings.' }],
  '110': [{ aspect: 'finances', finding: 'strained' }],
};

/** What the payer answered, by client number. */
const BENEFITS: Readonly<Record<string, Pick<BenefitRecord, 'answer' | 'benefits'>>> = {
  '101': {
    answer: 'GM-E-101733',
    benefits: [
      {
        ...{ category: 'iop', authorization: true },
        limits: [
          { what: 'sessions', allowed: 36, used: 0 },
          { what: 'copay', allowed: 20 },
        ],
      },
      { category: 'urine-screening', limits: [{ what: 'deductible', allowed: 500, used: 212.5 }] },
    ],
  },
  '103': { benefits: [{ category: 'iop', authorization: true }, { category: 'medication' }] },
  '107': { benefits: [{ category: 'iop', limits: [{ what: 'days', allowed: 30, used: 4 }] }] },
};

/** The plans for afterwards, by client number. */
const AFTERCARE: Readonly<
  Record<string, Pick<PlanRecord, 'from' | 'activities' | 'contactConsent' | 'note'>>
> = {
  '101': {
    from: '2026-10-10',
    contactConsent: 'consent-101-1',
    activities: [
      { what: 'follow-up', status: 'scheduled', text: 'Weekly outpatient session', timesPerWeek: 1 },
      { what: 'continuing-care-group', status: 'scheduled', timesPerMonth: 1, minutes: 90 },
      { what: 'alumni-group', status: 'not-started', timesPerMonth: 1 },
      { what: 'support-contact', status: 'in-progress', text: 'Piet', who: 'family-101-piet' },
      { what: 'own-check-in', status: 'in-progress', timesPerWeek: 2 },
    ],
    note: 'Recovery goes on: looked at again in January.',
  },
  '102': {
    from: '2026-10-17',
    activities: [
      { what: 'sponsor', status: 'in-progress', text: 'Found at the Tuesday meeting' },
      { what: 'community-support', status: 'in-progress', timesPerWeek: 2 },
      { what: 'wellness', status: 'in-progress', text: 'Up at six, in bed by ten' },
    ],
  },
};

/** In the order of their references; goals, plans and consents stand before. */
export const lifeOf = (person: StoryPerson, base: Base): RecordEnvelope[] => [
  ...benefitOf(person, base),
  ...toldBy(person, base),
  ...agreementsOf(person, base),
  ...aftercareOf(person, base),
];

const toldBy = ({ number, counselor, from }: StoryPerson, base: Base): SocialHistoryRecord[] =>
  (TOLD[number] ?? []).map(({ own, ...said }) => ({
    kind: 'social-history',
    id: `${said.aspect}-${number}`,
    ...base,
    at: instantAt(from, '09:00', ZONE),
    by: own === true ? 'client' : 'clinician',
    clinician: counselor,
    ...said,
  }));

function benefitOf({ number, from }: StoryPerson, base: Base): BenefitRecord[] {
  const answered = BENEFITS[number];
  if (answered === undefined) return [];
  const year = from.slice(0, 4);
  return [
    {
      ...{ kind: 'benefit', id: `benefit-${number}`, ...base, coverage: `coverage-${number}` },
      ...{ payer: 'granite-mutual', at: base.recordedAt, outcome: 'complete', inForce: true },
      ...{ from: `${year}-01-01`, until: `${year}-12-31` },
      ...answered,
    },
  ];
}

function agreementsOf(person: StoryPerson, base: Base): AgreementRecord[] {
  const { number, counselor, from, episode, telehealth, coverage } = person;
  const common = { ...base, status: 'signed' as const, signedOn: from, from, clinician: counselor };
  const sober = episode.mentalHealthOnly === true ? [] : (['sober', 'screening'] as const);
  const attendance: AgreementRecord = {
    ...{ kind: 'agreement', id: `agreement-${number}`, ...common, agreement: 'attendance' },
    rules: ['attend', 'tell-ahead', 'be-on-time', 'privacy', 'respect', 'phones', ...sober],
    plan: `plan-${number}`,
  };
  const video: AgreementRecord = {
    ...{ kind: 'agreement', id: `agreement-${number}-video`, ...common, agreement: 'telehealth' },
    rules: ['private-place', 'phones'],
  };
  const fees: AgreementRecord = {
    ...{ kind: 'agreement', id: `agreement-${number}-fees`, ...common, agreement: 'fees' },
    ...{ rules: ['pay-on-time'], text: 'Sixty of a hundred, from month to month.' },
  };
  return [
    attendance,
    ...(telehealth === true ? [video] : []),
    ...(coverage.type === 'self-pay' ? [fees] : []),
  ];
}

function aftercareOf({ number, counselor }: StoryPerson, base: Base): PlanRecord[] {
  const planned = AFTERCARE[number];
  if (planned === undefined) return [];
  return [
    {
      ...{ kind: 'plan', id: `aftercare-${number}`, ...base, purpose: 'aftercare', status: 'active' },
      ...{ title: 'After treatment', author: counselor, partOf: `plan-${number}` },
      ...planned,
    },
  ];
}

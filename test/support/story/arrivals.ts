// How the people of the story came, beside what intake.ts says of everybody: written down before the first session.

import type { AssessmentRecord } from '../../../src/iop/assessment.ts';
import type { RecordEnvelope } from '../../../src/iop/concept.ts';
import type { EnquiryRecord } from '../../../src/iop/enquiry.ts';
import type { FamilyMemberRecord } from '../../../src/iop/family-member.ts';
import type { ReferralRecord } from '../../../src/iop/referral.ts';
import { PROGRAM } from './keys.ts';

const of = (number: string) => ({ program: PROGRAM, client: `c-${number}` });

export function referredHere(
  number: string,
  said: Pick<
    ReferralRecord,
    'at' | 'source' | 'facility' | 'organization' | 'level' | 'note' | 'part2Records'
  >,
): ReferralRecord {
  return {
    ...{ kind: 'referral', id: `referral-${number}-in`, ...of(number), recordedAt: said.at },
    ...{ direction: 'in', service: 'iop', status: 'completed', level: '2.1' },
    clinician: 'moss',
    episode: `stay-${number}`,
    ...said,
  };
}

/** The offered time is at ten, for an hour; all of them came. */
export function enquired(
  number: string,
  said: Pick<EnquiryRecord, 'at' | 'way' | 'track' | 'wish' | 'note'>,
  assessed: { day: string; clinician: string },
): EnquiryRecord {
  const { day, clinician } = assessed;
  return {
    ...{ kind: 'enquiry', id: `enquiry-${number}`, ...of(number), recordedAt: said.at },
    ...{ outcome: 'assessment-offered', clinician: 'moss' },
    ...said,
    assessment: {
      ...{ status: 'fulfilled', clinician },
      ...{ start: `${day}T10:00:00-04:00`, end: `${day}T11:00:00-04:00` },
    },
  };
}

export function family(
  number: string,
  name: string,
  said: Pick<FamilyMemberRecord, 'name' | 'relationship' | 'telecom' | 'from' | 'support'>,
): FamilyMemberRecord {
  return {
    ...{ kind: 'family-member', id: `family-${number}-${name}`, ...of(number), active: true },
    ...(said.from === undefined ? {} : { recordedAt: `${said.from}T09:30:00-04:00` }),
    ...said,
  };
}

/** An hour from ten on. */
export function assessed(
  number: string,
  day: string,
  said: Pick<
    AssessmentRecord,
    'clinician' | 'dimensions' | 'homeSafe' | 'readiness' | 'summary' | 'referral' | 'recommended' | 'service'
  >,
): AssessmentRecord {
  const [start, end] = [`${day}T10:00:00-04:00`, `${day}T11:00:00-04:00`];
  return {
    ...{ kind: 'assessment', id: `assessment-${number}`, ...of(number), recordedAt: end, start, end },
    ...said,
  };
}

const outpatient = { recommended: '2.1', service: 'H0001', homeSafe: true } as const;

export const ARRIVALS: readonly (RecordEnvelope & { client: string })[] = [
  family('101', 'piet', {
    name: { family: 'Halloran', given: ['Piet'] },
    relationship: 'spouse',
    telecom: [{ system: 'phone', value: '+1-555-0141', use: 'mobile' }],
    from: '2026-08-03',
    support:
      'Bedtime on group nights is mine. No bottle comes into the house. On a bad day I ask once and then walk with her.',
  }),
  family('102', 'lorna', {
    name: { family: 'Whitcomb', given: ['Lorna'] },
    relationship: 'parent',
    from: '2026-08-17',
  }),
  family('104', 'luis', {
    name: { family: 'Alvarado', given: ['Luis'] },
    relationship: 'family',
    from: '2026-08-10',
    support: 'Keeps the card from Friday evening to Monday morning.',
  }),
  family('106', 'sun-hee', {
    name: { family: 'Park', given: ['Sun-hee'] },
    relationship: 'parent',
    from: '2026-08-31',
  }),
  enquired(
    '101',
    {
      at: '2026-07-27T12:15:00-04:00',
      way: 'phone',
      track: 'evening',
      wish: 'After the children are in bed',
    },
    { day: '2026-07-29', clinician: 'okafor' },
  ),
  enquired(
    '109',
    {
      at: '2026-08-11T08:05:00-04:00',
      way: 'web',
      track: 'morning',
      wish: 'Before a shift that starts at noon',
    },
    { day: '2026-08-13', clinician: 'lindqvist' },
  ),
  enquired(
    '110',
    {
      at: '2026-08-31T17:45:00-04:00',
      way: 'phone',
      track: 'weekend',
      note: 'Asked what it costs without insurance.',
    },
    { day: '2026-09-03', clinician: 'bellweather' },
  ),
  referredHere('102', {
    at: '2026-08-12T10:20:00-04:00',
    source: 'residential',
    facility: 'Cedar Hollow House',
    part2Records: true,
    note: 'Twenty-eight days there; discharge papers came with him.',
  }),
  referredHere('103', {
    at: '2026-08-05T14:05:00-04:00',
    source: 'primary-care',
    organization: 'lakeside-health',
    facility: 'Lakeside Health',
  }),
  referredHere('107', {
    at: '2026-07-30T09:40:00-04:00',
    source: 'outpatient',
    facility: 'Garden Way Counseling',
    level: 'iop-mh',
    note: 'One hour a week was no longer enough.',
  }),
  referredHere('108', {
    at: '2026-07-31T16:00:00-04:00',
    source: 'detox',
    facility: 'County Withdrawal Unit',
  }),
  assessed('101', '2026-07-29', {
    ...outpatient,
    clinician: 'okafor',
    dimensions: { '1': 0, '2': 0, '3': 1, '4': 1, '5': 3, '6': 1 },
    readiness: 8,
    summary:
      'Drinks in the evenings since 2021. Wants to stay at home with the children. Husband knows and helps.',
  }),
  assessed('102', '2026-08-14', {
    ...outpatient,
    clinician: 'okafor',
    referral: 'referral-102-in',
    dimensions: { '1': 0, '2': 1, '3': 1, '4': 0, '5': 3, '6': 2 },
    readiness: 9,
    summary:
      'Four weeks at Cedar Hollow behind him. Lives with his mother; the old street is two blocks away.',
  }),
  assessed('107', '2026-08-03', {
    ...{ recommended: 'iop-mh', service: 'H0031', homeSafe: true },
    clinician: 'harlow',
    referral: 'referral-107-in',
    readiness: 6,
    summary: 'Depressed since spring, leaves the house for work alone. No alcohol, no drugs.',
  }),
  assessed('108', '2026-08-01', {
    ...outpatient,
    clinician: 'okafor',
    referral: 'referral-108-in',
    homeSafe: false,
    dimensions: { '1': 2, '2': 1, '3': 1, '4': 3, '5': 4, '6': 3 },
    readiness: 3,
    summary:
      'Six days of withdrawal management. His brother drinks in the same house. Told that residential care would be safer.',
  }),
  assessed('109', '2026-08-13', {
    ...outpatient,
    clinician: 'lindqvist',
    dimensions: { '1': 0, '2': 0, '3': 0, '4': 0, '5': 2, '6': 1 },
    readiness: 9,
  }),
];

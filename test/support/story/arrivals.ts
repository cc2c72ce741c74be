// How the people of the story came, beside what intake.ts says of everybody: written down before the first session.
import type { RecordEnvelope } from '../../../src/iop/concept.ts';
import type { EnquiryRecord } from '../../../src/iop/enquiry.ts';
import type { ReferralRecord } from '../../../src/iop/referral.ts';
import { PROGRAM } from './keys.ts';

const of = (number: string) => ({ program: PROGRAM, client: `c-${number}` });

function referredHere(
  number: string,
  said: Pick<ReferralRecord, 'at' | 'source' | 'facility' | 'organization' | 'level' | 'note'>,
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
function enquired(
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

export const ARRIVALS: readonly (RecordEnvelope & { client: string })[] = [
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
];

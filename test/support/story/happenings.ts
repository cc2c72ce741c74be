// What happened to the people of the story besides sessions and screens, each with its day: it stands in the file
// of its week.
import type { RecordEnvelope } from '../../../src/iop/concept.ts';
import { addDays } from '../../../src/iop/generate/calendar.ts';
import type { ReferralRecord } from '../../../src/iop/referral.ts';
import { PROGRAM } from './keys.ts';

type Happening = readonly [day: string, record: RecordEnvelope];

const of = (number: string) => ({ program: PROGRAM, client: `c-${number}` });

function referredOn(
  number: string,
  said: Pick<
    ReferralRecord,
    'at' | 'service' | 'reason' | 'status' | 'withdrawal' | 'facility' | 'organization' | 'level' | 'note'
  >,
): Happening {
  const record: ReferralRecord = {
    ...{ kind: 'referral', id: `referral-${number}-out`, ...of(number), recordedAt: said.at },
    ...{ direction: 'out', clinician: 'moss', episode: `stay-${number}` },
    ...said,
  };
  return [said.at.slice(0, 10), record];
}

const HAPPENINGS: readonly Happening[] = [
  referredOn('108', {
    at: '2026-08-18T11:30:00-04:00',
    service: 'inpatient',
    reason: 'not-suitable',
    facility: 'Hillcrest Hospital',
    level: '3.7',
    status: 'revoked',
    withdrawal: { reason: 'declined', text: 'Would not hear of a hospital.' },
  }),
  referredOn('106', {
    at: '2026-09-03T12:00:00-04:00',
    service: 'community-resource',
    reason: 'practical',
    facility: 'Campus Bus Pass Office',
    status: 'completed',
  }),
  referredOn('101', {
    at: '2026-10-07T15:10:00-04:00',
    service: 'outpatient',
    reason: 'step-down',
    organization: 'lakeside-health',
    facility: 'Lakeside Health',
    level: '1',
    status: 'active',
    note: 'One session a week from the middle of October.',
  }),
  referredOn('109', {
    at: '2026-10-14T15:30:00-04:00',
    service: 'peer-support',
    reason: 'support',
    facility: 'Willow Street Recovery Cafe',
    status: 'active',
  }),
];

/** In the order in which they happened. */
export function happeningsOfWeek(monday: string): RecordEnvelope[] {
  const next = addDays(monday, 7);
  return HAPPENINGS.filter(([day]) => day >= monday && day < next)
    .toSorted(([a], [b]) => (a === b ? 0 : a < b ? -1 : 1))
    .map(([, record]) => record);
}

// Arbitrary records of how clients come, get on and leave: whatever their schemas allow, brought into the
// relations that their `check` asks for.
import type { Arbitrary } from 'fast-check';
import { type AssessmentRecord, assessment } from '../../src/iop/assessment.ts';
import { type CheckInRecord, checkIn } from '../../src/iop/check-in.ts';
import { type DischargeRecord, discharge } from '../../src/iop/discharge.ts';
import { type EnquiryRecord, enquiry } from '../../src/iop/enquiry.ts';
import { type FamilyMemberRecord, familyMember } from '../../src/iop/family-member.ts';
import { type HomePracticeRecord, homePractice } from '../../src/iop/home-practice.ts';
import { type LetterRecord, letter } from '../../src/iop/letter.ts';
import { type ReferralRecord, referral } from '../../src/iop/referral.ts';
import { type SlipRecord, slip } from '../../src/iop/slip.ts';
import { type TaskRecord, task } from '../../src/iop/task.ts';
import { inOrder, recordArbitrary } from './record-arbitrary.ts';

export const referrals: Arbitrary<ReferralRecord> = recordArbitrary<ReferralRecord>(referral.schema).map(
  record => {
    const {
      withdrawal = { reason: 'declined' },
      source = 'detox',
      reason,
      part2Records,
      consent,
      ...rest
    } = record;
    const taken = rest.status === 'revoked' ? { withdrawal } : {};
    const inbound = part2Records === undefined ? {} : { part2Records };
    if (rest.direction === 'in')
      return { ...rest, ...taken, ...inbound, source, service: 'iop' } as ReferralRecord;
    const service = rest.service === 'iop' ? 'peer-support' : rest.service;
    const outbound = {
      ...(reason === undefined ? {} : { reason }),
      ...(consent === undefined ? {} : { consent }),
    };
    return { ...rest, ...taken, service, ...outbound } as ReferralRecord;
  },
);

const OFFERED = 'assessment-offered';

export const enquiries: Arbitrary<EnquiryRecord> = recordArbitrary<EnquiryRecord>(enquiry.schema)
  .map(record => {
    const { assessment, ...rest } = record;
    if (assessment === undefined)
      return { ...rest, outcome: rest.outcome === OFFERED ? 'declined' : rest.outcome } as EnquiryRecord;
    const { start, end } = assessment;
    const turned =
      Date.parse(start) <= Date.parse(end) ? assessment : { ...assessment, start: end, end: start };
    return { ...rest, outcome: OFFERED, assessment: turned } as EnquiryRecord;
  })
  .filter(record => enquiry.check(record).length === 0);

export const assessments: Arbitrary<AssessmentRecord> = recordArbitrary<AssessmentRecord>(assessment.schema)
  .map(record => {
    const { start, end, dimensions, ...rest } = record;
    const rated = Object.keys(dimensions ?? {}).length > 0 ? { dimensions } : {};
    const [first, last] = Date.parse(start) <= Date.parse(end) ? [start, end] : [end, start];
    return { ...rest, ...rated, start: first, end: last } as AssessmentRecord;
  })
  .filter(record => assessment.check(record).length === 0);

export const checkIns: Arbitrary<CheckInRecord> = recordArbitrary<CheckInRecord>(checkIn.schema).map(
  record => {
    const said = checkIn.check({ ...record, clinician: 'dr-a' }).length === 0 ? {} : { craving: 4 };
    return {
      ...record,
      ...said,
      ...(record.by === 'clinician' ? { clinician: record.clinician ?? 'dr-a' } : {}),
    };
  },
);

export const slips: Arbitrary<SlipRecord> = recordArbitrary<SlipRecord>(slip.schema).map(
  ({ on, risk, ...rest }) => {
    if (risk === undefined) return { on, ...rest };
    const { status, from, until = from } = risk;
    const [day, first, last] = [on, from, until].toSorted() as [string, string, string];
    const marked = status === 'inactive' ? { status, from: first, until: last } : { status, from: first };
    return { on: day, risk: marked, ...rest };
  },
);

export const familyMembers: Arbitrary<FamilyMemberRecord> = recordArbitrary<FamilyMemberRecord>(
  familyMember.schema,
).map(inOrder);

export const discharges: Arbitrary<DischargeRecord> = recordArbitrary<DischargeRecord>(discharge.schema);

export const letters: Arbitrary<LetterRecord> = recordArbitrary<LetterRecord>(letter.schema).map(
  ({ sentAt, ...record }) => {
    if (record.status !== 'sent') return record;
    const [at, sent] = [record.at, sentAt ?? record.at].toSorted((a, b) => Date.parse(a) - Date.parse(b));
    return { ...record, at: at!, sentAt: sent!, consent: record.consent ?? 'form-1' };
  },
);

/** Whatever it is, it is one that closes such a gap. */
function meansOf(
  { matter }: Pick<TaskRecord, 'matter'>,
  means: TaskRecord['means'],
  who: string | undefined,
): Pick<TaskRecord, 'means' | 'who'> {
  if (means === undefined || (matter !== 'transport' && matter !== 'childcare')) return {};
  const driven = matter === 'transport' ? ('carpool' as const) : ('family-care' as const);
  if (who !== undefined) return { means: driven, who };
  return { means: matter === 'transport' ? 'shuttle' : 'paid-care' };
}

export const tasks: Arbitrary<TaskRecord> = recordArbitrary<TaskRecord>(task.schema).map(
  ({ due, means: _means, who: _who, ...rest }) => {
    const record = { ...rest, ...meansOf(rest, _means, _who) };
    if (due === undefined) return record;
    const day = record.at.slice(0, 10);
    return due < day ? { ...record, due: day } : { ...record, due };
  },
);

export const homePractices: Arbitrary<HomePracticeRecord> = recordArbitrary<HomePracticeRecord>(
  homePractice.schema,
);

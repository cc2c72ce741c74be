// How invented clients come, and what their lives are like beside that.
import type { AssessmentRecord } from '../assessment.ts';
import type { BenefitRecord } from '../benefit.ts';
import type { RecordEnvelope } from '../concept.ts';
import type { CoverageRecord } from '../coverage.ts';
import type { EnquiryRecord } from '../enquiry.ts';
import type { EpisodeRecord } from '../episode.ts';
import type { FamilyMemberRecord } from '../family-member.ts';
import type { ReferralRecord } from '../referral.ts';
import type { SocialHistoryRecord } from '../social-history.ts';
import { addDays, instantAt } from './calendar.ts';
import { ZONE } from './clinic.ts';
import { FAMILY, GIVEN } from './names.ts';
import type { Base, Person } from './person.ts';
import type { Random } from './random.ts';

export const familyKey = (number: string): string => `family-${number}`;

/** Whoever brings family to sessions has somebody; half of them have a plan of their own. */
export function familyRecords(
  base: Base,
  { client, number, stay }: Person,
  random: Random,
): FamilyMemberRecord[] {
  if (!stay.family) return [];
  const support = 'Is at home on group evenings, and asks once a day how it goes.';
  return [
    {
      ...{ kind: 'family-member', id: familyKey(number), ...base, client, active: true },
      name: { family: random.pick(FAMILY), given: [random.pick(GIVEN)] },
      relationship: random.pick(['spouse', 'parent', 'family', 'friend'] as const),
      from: stay.from,
      ...(random.chance(0.5) ? { support } : {}),
    },
  ];
}

/** What the payer answered; nobody is asked of those who pay themselves. */
export function benefitRecords(
  base: Base,
  { id, client, payer }: CoverageRecord,
  random: Random,
): BenefitRecord[] {
  if (payer === undefined) return [];
  const year = base.recordedAt.slice(0, 4);
  const used = random.whole(0, 300);
  return [
    {
      ...{ kind: 'benefit', id: id.replace('coverage', 'benefit'), ...base, client, coverage: id, payer },
      ...{ at: base.recordedAt, outcome: 'complete', inForce: true },
      ...{ from: `${year}-01-01`, until: `${year}-12-31` },
      benefits: [
        {
          ...{ category: 'iop', authorization: random.chance(0.7) },
          limits: [
            { what: 'sessions', allowed: random.pick([24, 30, 36, 60]), used: 0 },
            { what: 'deductible', allowed: 500, used },
          ],
        },
      ],
    },
  ];
}

const DAYS_BEFORE = 5;

/** Who came alone enquired first, everybody else was referred; all were assessed. */
export function comingRecords(
  base: Base,
  person: Person,
  { referral }: Pick<EpisodeRecord, 'referral'>,
  random: Random,
): RecordEnvelope[] {
  const source = referral?.source ?? 'self';
  const day = addDays(person.stay.from, -DAYS_BEFORE);
  return [
    source === 'self' ? enquiry(base, person, day) : referredHere(base, person, { source, day }),
    assessment(base, person, { referred: source !== 'self', day: addDays(day, 2) }, random),
  ];
}

function enquiry(base: Base, { client, number, stay }: Person, day: string): EnquiryRecord {
  const assessed = addDays(day, 2);
  return {
    ...{ kind: 'enquiry', id: `enquiry-${number}`, ...base, client },
    ...{ at: instantAt(day, '12:15', ZONE), way: 'phone', track: stay.track.id },
    ...{ outcome: 'assessment-offered', clinician: 'moss' },
    assessment: {
      ...{ status: 'fulfilled', clinician: stay.counselor },
      ...{ start: instantAt(assessed, '10:00', ZONE), end: instantAt(assessed, '11:00', ZONE) },
    },
  };
}

const inboundKey = (number: string): string => `referral-${number}-in`;
/** Whence records of another Part 2 program may come along. */
const PROGRAMS: readonly ReferralRecord['source'][] = ['residential', 'detox'];

function referredHere(
  base: Base,
  { client, number, stay }: Person,
  { source, day }: { source: NonNullable<ReferralRecord['source']>; day: string },
): ReferralRecord {
  return {
    ...{ kind: 'referral', id: inboundKey(number), ...base, client, direction: 'in', service: 'iop' },
    ...{ status: 'completed', at: instantAt(day, '10:20', ZONE), source },
    ...{ level: stay.mentalHealth ? 'iop-mh' : '2.1', clinician: 'moss', episode: stay.episode },
    ...(PROGRAMS.includes(source) ? { part2Records: true as const } : {}),
  };
}

function assessment(
  base: Base,
  { client, number, stay }: Person,
  { referred, day }: { referred: boolean; day: string },
  random: Random,
): AssessmentRecord {
  const dimensions = {
    ...{ '1': random.whole(0, 1), '2': random.whole(0, 2), '3': random.whole(0, 2) },
    ...{ '4': random.whole(0, 3), '5': random.whole(1, 3), '6': random.whole(0, 3) },
  };
  return {
    ...{ kind: 'assessment', id: `assessment-${number}`, ...base, client, clinician: stay.counselor },
    ...{ start: instantAt(day, '10:00', ZONE), end: instantAt(day, '11:00', ZONE) },
    service: stay.mentalHealth ? 'H0031' : 'H0001',
    ...(referred ? { referral: inboundKey(number) } : {}),
    ...(stay.mentalHealth ? {} : { dimensions }),
    recommended: stay.mentalHealth ? 'iop-mh' : '2.1',
    readiness: random.whole(3, 10),
  };
}

/** Work, money, home, and what keeps somebody away. */
export function socialRecords(base: Base, { client, number, stay, story }: Person): SocialHistoryRecord[] {
  const at = instantAt(stay.from, '09:00', ZONE);
  return story.told.map(one => ({
    ...{ kind: 'social-history', id: `${one.aspect}-${number}`, ...base, client, at },
    ...{ by: 'clinician', clinician: stay.counselor },
    ...one,
  }));
}

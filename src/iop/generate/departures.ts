// How invented clients leave: a summary, a plan for afterwards, and where they go from here.
import type { RecordEnvelope } from '../concept.ts';
import type { DischargeRecord } from '../discharge.ts';
import type { PlanRecord } from '../plan.ts';
import type { ReferralRecord } from '../referral.ts';
import { addDays, instantAt } from './calendar.ts';
import { ZONE } from './clinic.ts';
import type { Person } from './person.ts';

const DISPOSITIONS = {
  completed: 'home',
  ama: 'aadvice',
  'step-up': 'rehab',
  administrative: 'oth',
} as const satisfies Record<NonNullable<Person['completion']>, DischargeRecord['disposition']>;

/** Of a stay that has ended; in the order of their references. */
export function departureRecords(program: string, person: Person): RecordEnvelope[] {
  const { client, number, stay, completion, story } = person;
  if (completion === undefined) return [];
  const at = instantAt(stay.until, '17:00', ZONE);
  const base = { program, recordedAt: at };
  const summary: DischargeRecord = {
    ...{ kind: 'discharge', id: `discharge-${number}`, ...base, client, episode: stay.episode, at },
    ...{ clinician: stay.counselor, stage: 'final', disposition: DISPOSITIONS[completion] },
    summary: completion === 'completed' ? 'Completed; goes on once a week.' : 'Ended before its time.',
  };
  return [
    summary,
    ...(story.aftercare ? [aftercare(base, person)] : []),
    ...(completion === 'completed' || completion === 'step-up' ? [referredOn(base, person)] : []),
  ];
}

function aftercare(
  base: { program: string; recordedAt: string },
  { client, number, stay, story }: Person,
): PlanRecord {
  const consent = story.ehrConsent;
  return {
    ...{ kind: 'plan', id: `aftercare-${number}`, ...base, client, purpose: 'aftercare', status: 'active' },
    ...{ title: 'After treatment', from: addDays(stay.until, 1), author: stay.counselor },
    partOf: `plan-${number}`,
    ...(consent === undefined ? {} : { contactConsent: consent }),
    activities: [
      { what: 'continuing-care-group', status: 'scheduled', timesPerMonth: 1, minutes: 90 },
      { what: 'own-check-in', status: 'in-progress', timesPerWeek: 1 },
      ...(consent === undefined ? [] : [{ what: 'alumni-group' as const, status: 'not-started' as const }]),
    ],
  };
}

function referredOn(
  base: { program: string; recordedAt: string },
  { client, number, stay, completion }: Person,
): ReferralRecord {
  const up = completion === 'step-up';
  return {
    ...{
      kind: 'referral',
      id: `referral-${number}-out`,
      ...base,
      client,
      direction: 'out',
      status: 'active',
    },
    ...{ service: up ? 'residential' : 'outpatient', reason: up ? 'step-up' : 'step-down' },
    ...{ at: base.recordedAt, clinician: 'moss', episode: stay.episode },
  };
}

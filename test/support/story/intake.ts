// What stands in the program's books about a person of the story before the first session: who they are,
// what they signed, who pays, what they have and who treats them.
import type { CareTeamMember, CareTeamRecord } from '../../../src/iop/care-team.ts';
import type { ClientRecord } from '../../../src/iop/client.ts';
import type { RecordEnvelope } from '../../../src/iop/concept.ts';
import type { ConsentRecord } from '../../../src/iop/consent.ts';
import type { CoverageRecord } from '../../../src/iop/coverage.ts';
import type { DiagnosisRecord } from '../../../src/iop/diagnosis.ts';
import type { EpisodeRecord } from '../../../src/iop/episode.ts';
import { instantAt } from '../../../src/iop/generate/calendar.ts';
import { ZONE } from '../../../src/iop/generate/clinic.ts';
import { agreementsOf } from './agreements.ts';
import { ARRIVALS } from './arrivals.ts';
import { EARLIER_ARRIVALS } from './earlier.ts';
import { type Base, clientKey, diagnosisKeys, PROGRAM } from './keys.ts';
import { lifeOf } from './life.ts';
import type { StoryConsent, StoryPerson } from './people.ts';

const OUTSIDE = { ehr: 'lakeside-health', payer: 'granite-mutual' };

/** In the order of their references. */
export function intakeOf(person: StoryPerson): RecordEnvelope[] {
  const base = {
    program: PROGRAM,
    client: clientKey(person),
    recordedAt: instantAt(person.from, '09:30', ZONE),
  };
  const arrivals = [...ARRIVALS, ...EARLIER_ARRIVALS].filter(one => one.client === base.client);
  return [
    clientOf(person, base.recordedAt),
    ...arrivals.filter(one => one.kind === 'family-member'),
    ...person.consents.map((one, index) =>
      consentOf(person, one, { id: `consent-${person.number}-${index + 1}`, ...base }),
    ),
    coverageOf(person, base),
    ...diagnosesOf(person, base),
    teamOf(person, base),
    episodeOf(person, base),
    ...agreementsOf(person, base),
    ...arrivals.filter(one => one.kind !== 'family-member'),
    ...lifeOf(person, base),
  ];
}

/** Last day of a stay that has ended. */
const endOf = ({ episode, until }: StoryPerson): { until?: string } =>
  episode.status === 'finished' ? { until } : {};

function clientOf(person: StoryPerson, recordedAt: string): ClientRecord {
  const { number } = person;
  return {
    kind: 'client',
    id: clientKey(person),
    program: PROGRAM,
    recordedAt,
    recordNumber: `RB-000${number}`,
    active: true,
    telecom: [
      { system: 'phone', value: `+1-555-0${number}`, use: 'mobile' },
      { system: 'email', value: `client.${number}@mail.example`, use: 'home' },
    ],
    ...person.client,
  };
}

const FORMS: Readonly<
  Record<
    StoryConsent['form'],
    Pick<ConsentRecord, 'effect' | 'purposes' | 'statements' | 'expiresUpon' | 'allRecords'>
  >
> = {
  treatment: {
    effect: 'permit',
    allRecords: true,
    purposes: ['TREAT'],
    statements: ['revocation'],
    expiresUpon: 'One year after discharge',
  },
  payment: {
    effect: 'permit',
    allRecords: true,
    purposes: ['HPAYMT'],
    statements: ['revocation'],
    expiresUpon: 'The last claim of this stay is settled',
  },
  tpo: {
    effect: 'permit',
    allRecords: true,
    purposes: ['TREAT', 'HPAYMT', 'HOPERAT'],
    statements: ['revocation', 'redisclosure', 'refusal'],
  },
  'no-payment': { effect: 'deny', purposes: ['HPAYMT'] },
};

function consentOf(
  person: StoryPerson,
  { to, form, status = 'active' }: StoryConsent,
  base: Base & { id: string },
): ConsentRecord {
  return {
    kind: 'consent',
    ...base,
    status,
    recipient: OUTSIDE[to],
    signedOn: person.from,
    verifiedOn: base.recordedAt,
    paper: `Records room, folder ${person.number}`,
    ...FORMS[form],
  };
}

function coverageOf({ number, coverage, from }: StoryPerson, base: Base): CoverageRecord {
  return {
    kind: 'coverage',
    id: `coverage-${number}`,
    ...base,
    status: 'active',
    ...coverage,
    ...(coverage.type === 'self-pay' ? {} : { payer: OUTSIDE.payer, rank: 1 }),
    from: `${from.slice(0, 4)}-01-01`,
  };
}

function diagnosesOf(person: StoryPerson, base: Base): DiagnosisRecord[] {
  const keys = diagnosisKeys(person);
  return person.diagnoses.map((one, index) => ({
    kind: 'diagnosis',
    id: keys[index] as string,
    ...base,
    category: 'encounter-diagnosis',
    verification: 'confirmed',
    diagnosedBy: person.counselor,
    ...one,
  }));
}

function teamOf(person: StoryPerson, base: Base): CareTeamRecord {
  const { number, counselor, order, family, from, episode } = person;
  const prescriber: CareTeamMember[] =
    order === undefined ? [] : [{ clinician: 'castellan', duty: 'prescriber' }];
  const therapist: CareTeamMember[] =
    family === undefined ? [] : [{ clinician: 'abara', duty: 'family-therapist' }];
  return {
    kind: 'care-team',
    id: `team-${number}`,
    ...base,
    status: episode.status === 'finished' ? 'inactive' : 'active',
    members: [
      { clinician: counselor, duty: 'primary-counselor' },
      { clinician: 'moss', duty: 'case-manager' },
      ...prescriber,
      ...therapist,
    ],
    from,
    ...endOf(person),
  };
}

function episodeOf(person: StoryPerson, base: Base): EpisodeRecord {
  const { number, counselor, track, from, episode } = person;
  const mental = episode.mentalHealthOnly === true;
  return {
    kind: 'episode',
    id: `stay-${number}`,
    ...base,
    focus: mental ? 'mental-health' : 'substance-use',
    level: mental ? 'iop-mh' : '2.1',
    track,
    from,
    ...endOf(person),
    diagnoses: diagnosisKeys(person),
    careManager: counselor,
    teams: [`team-${number}`],
    ...episode,
  };
}

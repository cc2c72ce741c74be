// Invented clients: who they are, what they came for, what was agreed.
import type { CareTeamRecord } from '../care-team.ts';
import type { ClientRecord } from '../client.ts';
import type { RecordEnvelope } from '../concept.ts';
import type { ConsentRecord } from '../consent.ts';
import type { CoverageRecord } from '../coverage.ts';
import type { DiagnosisRecord } from '../diagnosis.ts';
import type { EpisodeRecord } from '../episode.ts';
import { agreementRecords } from './agreements.ts';
import { benefitRecords, comingRecords, familyRecords, socialRecords } from './arrivals.ts';
import { addDays, instantAt } from './calendar.ts';
import { DUTIES, ZONE } from './clinic.ts';
import { FAMILY, GIVEN, STREETS } from './names.ts';
import type { Base, Outside, Person } from './person.ts';
import type { Random } from './random.ts';
import { share } from './shares.ts';

/** Everything about a client that stands before the first session, in the order of its references. */
export function intakeRecords(
  program: string,
  person: Person,
  outside: Outside,
  random: Random,
): RecordEnvelope[] {
  const base = { program, recordedAt: instantAt(person.stay.from, '09:30', ZONE) };
  const who = clientRecord(base, person, random);
  const consents = consentRecords(base, person, outside);
  const coverage = coverageRecord(base, person, outside, random);
  const diagnosis = diagnosisRecord(base, person, random);
  const episode = episodeRecord(base, person, random);
  const agreed = agreementRecords(base, person, random);
  return [
    who,
    ...familyRecords(base, person, random),
    ...consents,
    coverage,
    ...benefitRecords(base, coverage, random),
    diagnosis,
    careTeamRecord(base, person),
    episode,
    ...comingRecords(base, person, episode, random),
    ...socialRecords(base, person),
    ...agreed,
  ];
}

const REASONS = ['self', 'outpatient', 'residential', 'detox', 'primary-care', 'employer', 'court'] as const;
const two = (value: number): string => String(value).padStart(2, '0');

function clientRecord(base: Base, { client, number }: Person, random: Random): ClientRecord {
  const given = random.pick(GIVEN);
  const family = random.pick(FAMILY);
  return {
    kind: 'client',
    id: client,
    ...base,
    recordNumber: `RB-${number.padStart(6, '0')}`,
    name: { family, given: [given] },
    active: true,
    birthDate: `${random.whole(1958, 2006)}-${two(random.whole(1, 12))}-${two(random.whole(1, 28))}`,
    gender: random.pick(['female', 'male', 'male', 'female', 'other']),
    telecom: [
      { system: 'phone', value: `+1-555-${String(random.whole(1000, 9999))}`, use: 'mobile' },
      { system: 'email', value: `${given}.${family}.${number}@mail.example`.toLowerCase(), use: 'home' },
    ],
    address: {
      lines: [`${random.whole(1, 240)} ${random.pick(STREETS)}`],
      city: 'Riverbend',
      state: 'OH',
      postalCode: `430${two(random.whole(0, 99))}`,
    },
    language: random.chance(0.9) ? 'en' : 'es',
    contacts: [
      {
        name: { family, given: [random.pick(GIVEN)] },
        relationship: random.pick(['family', 'spouse', 'parent', 'friend']),
        telecom: [{ system: 'phone', value: `+1-555-${String(random.whole(1000, 9999))}`, use: 'mobile' }],
      },
    ],
  };
}

/** As the story says: to the EHR, to the payer, to both or to nobody. */
function consentRecords(base: Base, { client, stay, story }: Person, outside: Outside): ConsentRecord[] {
  const signed = {
    kind: 'consent' as const,
    ...base,
    client,
    status: 'active' as const,
    effect: 'permit' as const,
    allRecords: true as const,
    statements: ['revocation' as const],
    signedOn: stay.from,
    expiresUpon: 'One year after discharge',
    verifiedOn: base.recordedAt,
  };
  const { ehrConsent, payerConsent } = story;
  return [
    ...(ehrConsent === undefined
      ? []
      : [{ ...signed, id: ehrConsent, recipient: outside.ehr, purposes: ['TREAT' as const] }]),
    ...(payerConsent === undefined
      ? []
      : [{ ...signed, id: payerConsent, recipient: outside.payer, purposes: ['HPAYMT' as const] }]),
  ];
}

function coverageRecord(
  base: Base,
  { client, number, stay }: Person,
  { payer }: Outside,
  random: Random,
): CoverageRecord {
  const common = {
    kind: 'coverage' as const,
    id: `coverage-${number}`,
    ...base,
    client,
    status: 'active' as const,
    from: `${stay.from.slice(0, 4)}-01-01`,
  };
  if (random.chance(share('self-pay')))
    return { ...common, type: 'self-pay', slidingScale: random.pick([40, 60, 80, 100]) };
  return {
    ...common,
    type: random.pick(['commercial', 'commercial', 'medicaid']),
    payer,
    memberId: `GM${String(random.whole(10_000_000, 99_999_999))}`,
    relationship: random.pick(['self', 'self', 'spouse', 'child']),
    plan: { value: 'GM-PPO-2', name: 'Granite Choice' },
    rank: 1,
  };
}

function diagnosisRecord(
  base: Base,
  { client, number, stay, problem }: Person,
  random: Random,
): DiagnosisRecord {
  return {
    kind: 'diagnosis',
    id: `dx-${number}`,
    ...base,
    client,
    code: problem.code,
    text: problem.text,
    category: 'encounter-diagnosis',
    status: 'active',
    verification: 'confirmed',
    onset: addDays(stay.from, -random.whole(60, 2400)),
    diagnosedBy: stay.counselor,
  };
}

function careTeamRecord(base: Base, { client, number, stay }: Person): CareTeamRecord {
  const duties = (['case-manager', 'nurse', 'peer'] as const).flatMap(duty => {
    const clinician = DUTIES[duty];
    return clinician === undefined ? [] : [{ clinician, duty }];
  });
  return {
    kind: 'care-team',
    id: `team-${number}`,
    ...base,
    client,
    status: 'active',
    members: [{ clinician: stay.counselor, duty: 'primary-counselor' }, ...duties],
    from: stay.from,
  };
}

function episodeRecord(base: Base, person: Person, random: Random): EpisodeRecord {
  const { client, number, stay, completion } = person;
  const mental = stay.mentalHealth;
  const ended = completion === undefined ? {} : { completion, until: stay.until };
  return {
    kind: 'episode',
    id: stay.episode,
    ...base,
    client,
    status: completion === undefined ? 'active' : 'finished',
    focus: mental ? 'mental-health' : 'substance-use',
    level: mental ? 'iop-mh' : '2.1',
    phase: completion === undefined ? 'active-treatment' : 'transition',
    track: stay.track.id,
    from: stay.from,
    ...ended,
    diagnoses: [`dx-${number}`],
    careManager: stay.counselor,
    teams: [`team-${number}`],
    referral: { source: random.pick(mental ? REASONS.slice(0, 2) : REASONS) },
    ...(mental ? { mentalHealthOnly: true as const } : {}),
  };
}

// An episode: one stay of a client in the program, from admission to discharge (EpisodeOfCare).
//
// Glossary. Level of care: how intensive it is, by ASAM's numbers (2.1 = intensive outpatient), or iop-mh.
// Phase: how far the stay has come; intensity tapers. Referral: where the client came from (step-down,
// step-up, self). Completion: why the stay ended (completed, ama = against advice, step-up,
// administrative). Mental health only: no substance use treatment at all, hence outside of Part 2.
import type { AnyResource, CodeableConcept, EpisodeOfCare } from '../fhir/types.ts';
import { endAfterStart, unless } from './check.ts';
import {
  COMPLETION,
  type Completion,
  EPISODE_FOCUS,
  EPISODE_PHASE,
  type EpisodePhase,
  LEVEL_OF_CARE,
  type LevelOfCare,
  REFERRAL_SOURCE,
  type ReferralSource,
} from './codes.ts';
import type { Concept, Links, Names, Part, Problem, RecordEnvelope } from './concept.ts';
import {
  businessIdentifier,
  codingsIn,
  concept,
  keyOf,
  keysOf,
  organizationReference,
  part,
  partOf,
  period,
  prune,
  recordedAtOf,
  recordedExtension,
  reference,
} from './element.ts';
import {
  COMPLETION_REASON,
  EPISODE_PHASE_NOW,
  EPISODE_TRACK,
  MENTAL_HEALTH_ONLY,
  REFERRED_FROM,
} from './extensions.ts';
import { choice, date, keyOfA, line, list, mark, object, recordSchema, set } from './schema.ts';
import { EPISODE_TYPE } from './systems.ts';
import { codesOf, extend, extensionValue, localCode, localConcept } from './vocabulary.ts';

export interface EpisodeSpan {
  status: Status;
  from: string;
  until?: string;
}

export interface EpisodeRecord extends RecordEnvelope {
  kind: 'episode';
  client: string;
  status: Status;
  focus: Focus;
  level: LevelOfCare;
  phase?: EpisodePhase;
  track?: string;
  from?: string;
  until?: string;
  /** Diagnosis records, the main one first. */
  diagnoses?: string[];
  careManager?: string;
  teams?: string[];
  referral?: { source: ReferralSource; facility?: string };
  completion?: Completion;
  mentalHealthOnly?: true;
  /** Statuses it had before, oldest first. */
  history?: EpisodeSpan[];
}

type Status = (typeof STATUSES)[number];
const STATUSES = [
  'planned',
  'waitlist',
  'active',
  'onhold',
  'finished',
  'cancelled',
  'entered-in-error',
] as const;

/** A stay with one of these has a day of admission. */
const BEGUN: readonly Status[] = ['active', 'onhold', 'finished'];

type Focus = (typeof FOCUSES)[number];
const FOCUSES = ['substance-use', 'mental-health', 'co-occurring'] as const;

const schema = recordSchema(
  'episode',
  'One stay of a client in the program',
  {
    client: keyOfA('client', 'Who stays.'),
    status: choice(STATUSES, 'Where the stay stands.'),
    focus: choice(FOCUSES, 'What it treats.'),
    level: choice(codesOf(LEVEL_OF_CARE), 'Level of care.'),
    phase: choice(codesOf(EPISODE_PHASE), 'How far it has come.'),
    track: keyOfA('track', 'When the client attends.'),
    from: date('Day of admission.'),
    until: date('Last day.'),
    diagnoses: set(keyOfA('diagnosis', 'What is treated.'), 'What is treated, the main one first.', 20),
    careManager: keyOfA('clinician', 'Who is responsible.'),
    teams: set(keyOfA('care-team', 'Who treats.'), 'Who treats.', 5),
    referral: object(
      {
        source: choice(codesOf(REFERRAL_SOURCE), 'Where the client came from.'),
        facility: line('Which facility or person, in words.'),
      },
      ['source'],
      'How the client came here.',
    ),
    completion: choice(codesOf(COMPLETION), 'Why it ended.'),
    mentalHealthOnly: mark('No substance use treatment at all.'),
    history: list(
      object({ status: choice(STATUSES, 'Status.'), from: date('First day.'), until: date('Last day.') }, [
        'status',
        'from',
      ]),
      'Statuses it had before, oldest first.',
    ),
  },
  ['client', 'status', 'focus', 'level'],
);

function check(record: EpisodeRecord): Problem[] {
  const { status, from, until, focus, level } = record;
  const history = (record.history ?? []).flatMap((one, index) =>
    endAfterStart(one.from, one.until, `history[${index}].until`),
  );
  return [
    ...endAfterStart(from, until, 'until'),
    ...unless(!BEGUN.includes(status) || from !== undefined, 'from', 'is missing: the stay has begun'),
    ...unless(status !== 'finished' || until !== undefined, 'until', 'is missing: the stay is finished'),
    ...unless(
      record.completion === undefined || status === 'finished',
      'completion',
      'is there, but the stay is not finished',
    ),
    ...unless(
      record.mentalHealthOnly === undefined || focus === 'mental-health',
      'mentalHealthOnly',
      'does not fit the focus',
    ),
    ...unless(level !== 'iop-mh' || focus === 'mental-health', 'level', 'is for mental health alone'),
    ...history,
  ];
}

function types({ focus, level }: EpisodeRecord): CodeableConcept[] {
  const substance =
    focus === 'mental-health' ? [] : [concept(EPISODE_TYPE, 'da', 'Drug and alcohol rehabilitation')];
  const local = focus === 'substance-use' ? [] : [localConcept(EPISODE_FOCUS, focus)];
  return [...substance, ...local, localConcept(LEVEL_OF_CARE, level)];
}

function focusOf(from: readonly CodeableConcept[] | undefined): Focus | undefined {
  const local = localCode(EPISODE_FOCUS, from);
  if (local !== undefined) return local;
  return codingsIn(EPISODE_TYPE, from).some(one => one.code === 'da') ? 'substance-use' : undefined;
}

function referral(record: EpisodeRecord): CodeableConcept | undefined {
  if (record.referral === undefined) return undefined;
  const { source, facility } = record.referral;
  return { ...localConcept(REFERRAL_SOURCE, source), text: facility };
}

function referralOf(from: CodeableConcept | undefined): EpisodeRecord['referral'] {
  const source = localCode(REFERRAL_SOURCE, from);
  return source === undefined ? undefined : prune({ source, facility: from?.text });
}

function toFhir(record: EpisodeRecord, links: Links): Part[] {
  const { phase, track, completion, diagnoses, careManager } = record;
  const episode: EpisodeOfCare = {
    resourceType: 'EpisodeOfCare',
    extension: [
      ...recordedExtension(record),
      ...extend(EPISODE_PHASE_NOW, phase && localConcept(EPISODE_PHASE, phase)),
      ...extend(EPISODE_TRACK, reference(track && links.to('track', track))),
      ...extend(REFERRED_FROM, referral(record)),
      ...extend(COMPLETION_REASON, completion && localConcept(COMPLETION, completion)),
      ...extend(MENTAL_HEALTH_ONLY, record.mentalHealthOnly),
    ],
    identifier: [businessIdentifier(record)],
    status: record.status,
    statusHistory: record.history?.map(one => ({
      status: one.status,
      period: { start: one.from, end: one.until },
    })),
    type: types(record),
    diagnosis: diagnoses?.map((one, index) => ({
      condition: { reference: links.to('diagnosis', one) },
      rank: index + 1,
    })),
    patient: { reference: links.to('client', record.client) },
    managingOrganization: organizationReference(record.program),
    period: period(record.from, record.until),
    careManager: reference(careManager && links.to('clinician', careManager)),
    team: record.teams?.map(one => ({ reference: links.to('care-team', one) })),
  };
  return [part('', episode)];
}

function fromFhir(parts: ReadonlyMap<string, AnyResource>, names: Names, id: string): EpisodeRecord {
  const episode = partOf<EpisodeOfCare>(parts);
  const ranked = episode.diagnosis?.toSorted((a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity));
  const history = episode.statusHistory?.map(({ status, period }) =>
    prune<EpisodeSpan>({ status, from: period?.start, until: period?.end }),
  );
  return prune<EpisodeRecord>({
    kind: 'episode',
    id,
    program: names.program,
    recordedAt: recordedAtOf(episode),
    client: keyOf(names, 'client', episode.patient),
    status: episode.status,
    focus: focusOf(episode.type),
    level: localCode(LEVEL_OF_CARE, episode.type),
    phase: localCode(EPISODE_PHASE, extensionValue(EPISODE_PHASE_NOW, episode)),
    track: keyOf(names, 'track', extensionValue(EPISODE_TRACK, episode)),
    from: episode.period?.start,
    until: episode.period?.end,
    diagnoses: keysOf(
      names,
      'diagnosis',
      ranked?.map(one => one.condition),
    ),
    careManager: keyOf(names, 'clinician', episode.careManager),
    teams: keysOf(names, 'care-team', episode.team),
    referral: referralOf(extensionValue(REFERRED_FROM, episode)),
    completion: localCode(COMPLETION, extensionValue(COMPLETION_REASON, episode)),
    mentalHealthOnly: extensionValue(MENTAL_HEALTH_ONLY, episode) === true ? true : undefined,
    history,
  });
}

export const episode: Concept<EpisodeRecord> = {
  kind: 'episode',
  title: 'One stay of a client in the program',
  schema,
  makes: ['EpisodeOfCare'],
  check,
  toFhir,
  fromFhir,
};

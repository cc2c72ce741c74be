// A client as the program's staff speaks of one: schedule, attendance by week, screens, goals, stays,
// medication. Pure. What was written through FHIR stands among the rest, with its resource and no key.
import { attendedMinutes } from '../../iop/attendance.ts';
import type { RecordEnvelope } from '../../iop/concept.ts';
import { conceptOf } from '../../iop/concepts.ts';
import { isoWeek } from './iso-week.ts';
import { byStart, type Read, readAppointments, readAttendance, readKind } from './read.ts';
import type { FoundRecords } from './records.ts';

/** Searched by `patient`; without scope for one of them there is no view. */
export const DEMANDED_TYPES: readonly string[] = [
  'EpisodeOfCare',
  'Appointment',
  'Encounter',
  'Procedure',
  'DiagnosticReport',
  'Specimen',
  'ServiceRequest',
  'Observation',
  'Goal',
  'CarePlan',
  'MedicationRequest',
];
/** All that is searched; of the others there is what the scopes reach. */
export const VIEWED_TYPES: readonly string[] = [
  ...DEMANDED_TYPES,
  'Communication',
  'Flag',
  'RelatedPerson',
  'DocumentReference',
  'Task',
  'QuestionnaireResponse',
  'Contract',
  'CoverageEligibilityResponse',
];

/** A record without its envelope, and the FHIR resource that is its main part. */
export type Viewed = { id?: string; resource: string } & Readonly<Record<string, unknown>>;

export interface Week {
  /** ISO week of the local calendar: `2026-W34`. */
  week: string;
  attended: number;
  absent: number;
  minutes: number;
  sessions: readonly Viewed[];
}

export interface ClientView {
  client: Viewed;
  episodes: readonly Viewed[];
  schedule: readonly Viewed[];
  attendance: readonly Week[];
  screens: readonly Viewed[];
  goals: readonly Viewed[];
  plans: readonly Viewed[];
  medications: readonly Viewed[];
  family: readonly Viewed[];
  enquiries: readonly Viewed[];
  referrals: readonly Viewed[];
  assessments: readonly Viewed[];
  checkIns: readonly Viewed[];
  homePractice: readonly Viewed[];
  slips: readonly Viewed[];
  discharges: readonly Viewed[];
  letters: readonly Viewed[];
  tasks: readonly Viewed[];
  scores: readonly Viewed[];
  socialHistory: readonly Viewed[];
  worksheets: readonly Viewed[];
  agreements: readonly Viewed[];
  benefits: readonly Viewed[];
  risks: readonly Viewed[];
}

/** `id`: the Patient's logical id, which is among the records. */
export function viewOf(id: string, found: FoundRecords): ClientView {
  const all = (kind: string): Viewed[] => viewed(kind, found);
  const [client] = all('client');
  return {
    client: client ?? { resource: `Patient/${id}` },
    episodes: all('episode'),
    schedule: scheduleOf(found),
    attendance: weeksOf(found),
    screens: all('urine-screen').sort((a, b) =>
      byStart(a.collectedAt ?? a.orderedAt, b.collectedAt ?? b.orderedAt),
    ),
    goals: all('goal'),
    plans: all('plan'),
    medications: all('medication'),
    family: all('family-member'),
    enquiries: byTime(all('enquiry')),
    referrals: byTime(all('referral')),
    assessments: byTime(all('assessment')),
    checkIns: byTime(all('check-in')),
    homePractice: byTime(all('home-practice')),
    slips: byTime(all('slip')),
    discharges: byTime(all('discharge')),
    letters: byTime(all('letter')),
    tasks: byTime(all('task')),
    scores: byTime(all('score')),
    socialHistory: byTime(all('social-history')),
    worksheets: byTime(all('worksheet')),
    agreements: byTime(all('agreement')),
    benefits: byTime(all('benefit')),
    risks: byTime(all('risk')),
  };
}

function viewed(kind: string, found: FoundRecords): Viewed[] {
  const concept = conceptOf(kind);
  return concept === undefined ? [] : readKind(concept, found).map(one => view(one, one.record));
}

function view({ id, resource }: Read<object>, record: object): Viewed {
  const { kind: _kind, program: _program, id: _id, ...said } = record as RecordEnvelope;
  return { ...(id === undefined ? {} : { id }), ...said, resource };
}

/** Every Appointment, with the status it has in FHIR: an EHR may have moved or cancelled this one alone. */
function scheduleOf(found: FoundRecords): Viewed[] {
  return readAppointments(found).map(one => {
    const { clients, ...said } = one.record;
    const cancelled = clients?.[0]?.cancelled;
    return view(one, { ...said, status: one.status, ...(cancelled === undefined ? {} : { cancelled }) });
  });
}

function weeksOf(found: FoundRecords): Week[] {
  const weeks = Map.groupBy(readAttendance(found), ({ record }) => isoWeek(record.start));
  return [...weeks].map(([week, list]) => {
    const attended = list.filter(({ record }) => attendedMinutes(record) > 0).length;
    return {
      week,
      attended,
      absent: list.length - attended,
      minutes: list.reduce((sum, { record }) => sum + attendedMinutes(record), 0),
      sessions: list.map(one => view(one, { ...one.record, minutes: attendedMinutes(one.record) })),
    };
  });
}

const byTime = (all: Viewed[]): Viewed[] => all.sort((a, b) => byStart(momentOf(a), momentOf(b)));
const momentOf = (one: Viewed): unknown => one.at ?? one.start ?? one.on ?? one.from;

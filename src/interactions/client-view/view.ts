// A client as the program's staff speaks of one: schedule, attendance by week, screens, goals, stays,
// medication. Pure. What was written through FHIR stands among the rest, with its resource and no key.
import type { AnyResource } from '../../fhir/types.ts';
import { type AttendanceRecord, attendance, attendedMinutes } from '../../iop/attendance.ts';
import type { Concept, RecordEnvelope } from '../../iop/concept.ts';
import { conceptOf } from '../../iop/concepts.ts';
import { session } from '../../iop/session.ts';
import { isoWeek } from './iso-week.ts';
import type { FoundRecord, FoundRecords } from './records.ts';

/** Searched by `patient`. */
export const VIEWED_TYPES: readonly string[] = [
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
  'Communication',
  'Flag',
  'RelatedPerson',
  'DocumentReference',
  'Task',
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
  };
}

function viewed(kind: string, found: FoundRecords): Viewed[] {
  const concept = conceptOf(kind);
  if (concept === undefined) return [];
  return found.records
    .filter(one => one.kind === kind)
    .map(one => ({ one, record: readAs(concept, one, found) }))
    .filter(({ one, record }) => isOurs(one, record))
    .map(({ one, record }) => view(one, record));
}

/**
 * A hospital's visit is no attendance, its blood count no screen, its stay none of the program's: what was
 * written through FHIR counts as such only where it says so in the program's codes.
 */
const MUST_SAY: Readonly<Record<string, string>> = {
  attendance: 'type',
  episode: 'level',
  'urine-screen': 'panel',
};

function isOurs({ id, kind }: FoundRecord, record: RecordEnvelope): boolean {
  const field = MUST_SAY[kind];
  return id !== undefined || field === undefined || Object.hasOwn(record, field);
}

const readAs = <R extends RecordEnvelope>(concept: Concept<R>, one: FoundRecord, found: FoundRecords): R =>
  concept.fromFhir(one.parts, found.names, one.id ?? '');

function view(one: FoundRecord, record: object): Viewed {
  const { kind: _kind, program: _program, id: _id, ...said } = record as RecordEnvelope;
  const resource = one.references.get('') ?? one.references.values().next().value ?? '';
  return { ...(one.id === undefined ? {} : { id: one.id }), ...said, resource };
}

/** Every Appointment, with the status it has in FHIR: an EHR may have moved or cancelled this one alone. */
function scheduleOf(found: FoundRecords): Viewed[] {
  const rows = found.records
    .filter(one => one.kind === 'session')
    .flatMap(one => [...one.parts].map(([role, resource]) => appointmentRow(one, role, resource, found)));
  return rows.sort((a, b) => byStart(a.start, b.start));
}

function appointmentRow(one: FoundRecord, role: string, resource: AnyResource, found: FoundRecords): Viewed {
  const alone = {
    ...one,
    parts: new Map([[role, resource]]),
    references: new Map([[role, one.references.get(role) ?? '']]),
  };
  const { clients, ...said } = readAs(session, alone, found);
  const cancelled = clients?.[0]?.cancelled;
  const status = resource.status;
  return view(alone, { ...said, status, ...(cancelled === undefined ? {} : { cancelled }) });
}

function weeksOf(found: FoundRecords): Week[] {
  const rows = found.records
    .filter(one => one.kind === 'attendance' && one.parts.has(''))
    .map(one => ({ one, record: attendanceOf(one, found) }))
    .filter(({ one, record }) => isOurs(one, record))
    .filter(({ record }) => record.start !== undefined && record.status !== undefined)
    .sort((a, b) => byStart(a.record.start, b.record.start));
  const weeks = Map.groupBy(rows, ({ record }) => isoWeek(record.start));
  return [...weeks].map(([week, list]) => {
    const attended = list.filter(({ record }) => attendedMinutes(record) > 0).length;
    return {
      week,
      attended,
      absent: list.length - attended,
      minutes: list.reduce((sum, { record }) => sum + attendedMinutes(record), 0),
      sessions: list.map(({ one, record }) => view(one, { ...record, minutes: attendedMinutes(record) })),
    };
  });
}

/** The Appointment says how it ended, where somebody changed that through FHIR. */
function attendanceOf(one: FoundRecord, found: FoundRecords): AttendanceRecord {
  const [planned] = (one.parts.get('')?.appointment ?? []) as { reference?: string }[];
  const appointment = found.resources.get(planned?.reference ?? '');
  if (appointment === undefined) return readAs(attendance, one, found);
  return readAs(
    attendance,
    { ...one, parts: new Map([...one.parts, ['amended/appointment', appointment]]) },
    found,
  );
}

const byTime = (all: Viewed[]): Viewed[] =>
  all.sort((a, b) => byStart(a.at ?? a.start ?? a.on, b.at ?? b.start ?? b.on));

/** By instant, whatever the offsets; what has none comes last. */
function byStart(a: unknown, b: unknown): number {
  const at = (value: unknown): number =>
    typeof value === 'string' ? Date.parse(value) : Number.POSITIVE_INFINITY;
  const [left, right] = [at(a), at(b)];
  return left === right ? 0 : left - right;
}

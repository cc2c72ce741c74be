// A client's records, read back from FHIR by kind: what the view and the pages are made of. Pure.
import { localId } from '../../fhir/reference.ts';
import type { AnyResource } from '../../fhir/types.ts';
import { type AttendanceRecord, attendance } from '../../iop/attendance.ts';
import type { Concept, RecordEnvelope } from '../../iop/concept.ts';
import { type SessionRecord, session } from '../../iop/session.ts';
import type { FoundRecord, FoundRecords } from './records.ts';

export interface Read<R> {
  /** The record's key; undefined for what was written through FHIR. */
  id: string | undefined;
  /** `Type/id` of its main part. */
  resource: string;
  record: R;
  source: FoundRecord;
}

export function readKind<R extends RecordEnvelope>(concept: Concept<R>, found: FoundRecords): Read<R>[] {
  return found.records
    .filter(one => one.kind === concept.kind)
    .map(one => read(one, readAs(concept, one, found)))
    .filter(isOurs);
}

const read = <R>(source: FoundRecord, record: R): Read<R> => ({
  id: source.id,
  resource: source.references.get('') ?? source.references.values().next().value ?? '',
  record,
  source,
});

/**
 * A hospital's visit is no attendance, its blood count no screen, its stay none of the program's: what was
 * written through FHIR counts as such only where it says one of these in the program's codes.
 */
const MUST_SAY: Readonly<Record<string, readonly string[]>> = {
  agreement: ['agreement'],
  assessment: ['recommended', 'dimensions', 'readiness', 'homeSafe'],
  attendance: ['type'],
  benefit: ['benefits', 'inForce'],
  'check-in': ['at'],
  discharge: ['summary', 'disposition'],
  enquiry: ['at'],
  episode: ['level'],
  'family-member': ['name', 'relationship'],
  letter: ['subject'],
  referral: ['service'],
  risk: ['risk', 'text'],
  score: ['instrument'],
  slip: ['severity'],
  'social-history': ['finding'],
  task: ['matter', 'text'],
  'urine-screen': ['panel'],
  worksheet: ['answers'],
};

function isOurs({ id, record, source }: Read<object>): boolean {
  const fields = MUST_SAY[source.kind];
  return id !== undefined || fields === undefined || fields.some(field => Object.hasOwn(record, field));
}

const readAs = <R extends RecordEnvelope>(concept: Concept<R>, one: FoundRecord, found: FoundRecords): R =>
  concept.fromFhir(one.parts, found.names, one.id ?? '');

/** One Appointment of a client, as a session with this client alone. */
export interface ReadAppointment extends Read<SessionRecord> {
  /** Appointment.status: an EHR may have moved or cancelled this one alone. */
  status: string;
}

/** Every Appointment, in order of time. */
export function readAppointments(found: FoundRecords): ReadAppointment[] {
  return found.records
    .filter(one => one.kind === 'session')
    .flatMap(one => [...one.parts].map(([role, resource]) => appointmentOf(one, role, resource, found)))
    .sort((a, b) => byStart(a.record.start, b.record.start));
}

function appointmentOf(
  one: FoundRecord,
  role: string,
  resource: AnyResource,
  found: FoundRecords,
): ReadAppointment {
  const alone = {
    ...one,
    parts: new Map([[role, resource]]),
    references: new Map([[role, one.references.get(role) ?? '']]),
  };
  return { ...read(alone, readAs(session, alone, found)), status: String(resource.status) };
}

export interface ReadAttendance extends Read<AttendanceRecord> {
  /** `Appointment/id` of what it is the attendance of. */
  appointment: string | undefined;
}

/** Attendance that says when and how it was, in order of time. */
export function readAttendance(found: FoundRecords): ReadAttendance[] {
  return found.records
    .filter(one => one.kind === 'attendance' && one.parts.has(''))
    .map(one => ({ ...read(one, attendanceOf(one, found)), appointment: appointmentIn(one) }))
    .filter(isOurs)
    .filter(({ record }) => record.start !== undefined && record.status !== undefined)
    .sort((a, b) => byStart(a.record.start, b.record.start));
}

function appointmentIn(one: FoundRecord): string | undefined {
  const [planned] = (one.parts.get('')?.appointment ?? []) as { reference?: string }[];
  const id = localId(planned?.reference, 'Appointment');
  return id === undefined ? undefined : `Appointment/${id}`;
}

/** The Appointment says how it ended, where somebody changed that through FHIR. */
function attendanceOf(one: FoundRecord, found: FoundRecords): AttendanceRecord {
  const appointment = found.resources.get(appointmentIn(one) ?? '');
  if (appointment === undefined) return readAs(attendance, one, found);
  return readAs(
    attendance,
    { ...one, parts: new Map([...one.parts, ['amended/appointment', appointment]]) },
    found,
  );
}

/** By instant, whatever the offsets; what has none comes last. */
export function byStart(a: unknown, b: unknown): number {
  const at = (value: unknown): number =>
    typeof value === 'string' ? Date.parse(value) : Number.POSITIVE_INFINITY;
  const [left, right] = [at(a), at(b)];
  return left === right ? 0 : left - right;
}

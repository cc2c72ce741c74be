// What became of a client's sessions: each Appointment with the Encounter that settled it. Pure.
import { type AttendanceStatus, attendedMinutes } from '../../iop/attendance.ts';
import { APPOINTMENT_STATUS } from '../../iop/attendance-fhir.ts';
import { prune } from '../../iop/element.ts';
import type { Cancellation, SessionMode, SessionType } from '../../iop/session.ts';
import {
  byStart,
  type ReadAppointment,
  type ReadAttendance,
  readAppointments,
  readAttendance,
} from './read.ts';
import type { FoundRecords } from './records.ts';

export interface Meeting {
  /** The session's key. */
  session?: string;
  /** `Appointment/id`, and `Encounter/id` of the attendance; an Encounter may stand alone. */
  appointment?: string;
  encounter?: string;
  /** Instants: of the Encounter where there is one. */
  start: string;
  end?: string;
  type?: SessionType;
  mode?: SessionMode;
  topic?: string;
  /** Appointment.status; what it would be where there is an Encounter alone. */
  status: string;
  attendance?: AttendanceStatus;
  minutes?: number;
  /** Whose side cancelled. */
  by?: Cancellation['by'];
  /** When that became known. */
  noticeAt?: string;
  /** Why it was missed. */
  reason?: string;
}

/** In order of time. What was entered in error took no place. */
export function meetingsOf(found: FoundRecords): Meeting[] {
  const attended = readAttendance(found);
  const settled = new Map(attended.map(one => [one.appointment, one]));
  const appointments = readAppointments(found).filter(
    ({ record, status }) => record.start !== undefined && status !== 'entered-in-error',
  );
  const planned = new Set<string | undefined>(appointments.map(one => one.resource));
  return [
    ...appointments.map(one => meetingOf(one, settled.get(one.resource))),
    ...attended.filter(one => !planned.has(one.appointment)).map(one => meetingOf(undefined, one)),
  ].sort((a, b) => byStart(a.start, b.start));
}

/** Of an Appointment, an Encounter or both: what took place is told by the Encounter. */
function meetingOf(planned: ReadAppointment | undefined, settled: ReadAttendance | undefined): Meeting {
  const { type, mode, topic, start, end } = { ...planned?.record, ...settled?.record };
  const status = statusOf(planned, settled);
  const cancelled = planned?.record.clients?.[0]?.cancelled;
  return prune<Meeting>({
    session: planned?.id ?? settled?.record.session,
    appointment: planned?.resource ?? settled?.appointment,
    encounter: settled?.resource,
    start: start ?? '',
    end,
    type,
    mode,
    topic,
    status,
    attendance: settled?.record.status,
    minutes: settled && attendedMinutes(settled.record),
    by: status === 'cancelled' ? (cancelled?.by ?? 'patient') : undefined,
    noticeAt: cancelled?.at ?? settled?.record.noticeAt,
    reason: settled?.record.reason ?? cancelled?.reason,
  });
}

const OPEN: readonly string[] = ['proposed', 'pending', 'booked', 'arrived', 'checked-in', 'waitlist'];

function statusOf(planned: ReadAppointment | undefined, settled: ReadAttendance | undefined): string {
  if (planned !== undefined && (settled === undefined || !OPEN.includes(planned.status)))
    return planned.status;
  return settled === undefined ? 'booked' : APPOINTMENT_STATUS[settled.record.status];
}

/** What was missed: nobody came, or it was called off. */
export const isMissed = ({ status }: Meeting): boolean => status === 'noshow' || status === 'cancelled';

/** Called off so late that it counts against the no-show rate. */
const LATE = 24 * 3600_000;
export const isLateCancel = ({ status, start, noticeAt }: Meeting): boolean =>
  status === 'cancelled' && noticeAt !== undefined && Date.parse(start) - Date.parse(noticeAt) < LATE;

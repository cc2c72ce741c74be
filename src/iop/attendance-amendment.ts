// What an attendance does to the session's Appointment: it settles its status. The mark that tells so
// stands on the status itself, so that a later import of the session, which says nothing of `_status`,
// leaves it alone.
import { type AnyResource, asAny } from '../fhir/types.ts';
import type { AttendanceRecord, AttendanceStatus } from './attendance.ts';
import { APPOINTMENT_STATUS } from './attendance-fhir.ts';
import { ATTENDANCE_STATUS_EXTENSION, CANCELLED_AT_EXTENSION } from './codes-sessions.ts';
import type { Amendment, Links, Problem } from './concept.ts';
import { appointmentRole, cancelationReason, type MarkedAppointment } from './session-fhir.ts';
import { extend, extensionValue } from './vocabulary.ts';

export function attendanceAmendments(record: AttendanceRecord, links: Links): Amendment[] {
  const client = links.to('client', record.client);
  return [
    {
      kind: 'session',
      id: record.session,
      role: appointmentRole(record.client),
      apply: current => settle(current as unknown as MarkedAppointment, record, client),
    },
  ];
}

/** What an Appointment says once it is settled; other statuses leave open what will happen. */
const SETTLED: Readonly<Record<string, string>> = {
  fulfilled: 'kept',
  noshow: 'missed',
  cancelled: 'cancelled',
  'entered-in-error': 'entered in error',
};
const RECORDED: Readonly<Record<AttendanceStatus, string>> = {
  present: 'was there',
  late: 'was there',
  'left-early': 'was there',
  excused: 'was excused',
  'no-show': 'did not come',
};

function settle(current: MarkedAppointment, record: AttendanceRecord, client: string): AnyResource | Problem {
  const word = SETTLED[current.status];
  const status = APPOINTMENT_STATUS[record.status];
  if (word === undefined || isOurs(current)) return settled(current, record, client);
  if (current.status !== status)
    return {
      path: 'status',
      message: `the appointment is marked as ${word}, but the record says that the client ${RECORDED[record.status]}`,
    };
  // Cancelled before anybody was excused: that stays what the session or the EHR said.
  return current.status === 'cancelled' ? asAny(current) : settled(current, record, client);
}

/** Did an attendance set this very status? */
function isOurs({ status, _status }: MarkedAppointment): boolean {
  const mark = extensionValue(ATTENDANCE_STATUS_EXTENSION, _status);
  return mark !== undefined && APPOINTMENT_STATUS[mark as AttendanceStatus] === status;
}

function settled(current: MarkedAppointment, record: AttendanceRecord, client: string): AnyResource {
  const { _status, cancelationReason: _reason, ...rest } = current;
  const excused = record.status === 'excused';
  const others = (_status?.extension ?? []).filter(one => !MARKS.includes(one.url));
  return asAny({
    ...rest,
    status: APPOINTMENT_STATUS[record.status],
    _status: {
      ..._status,
      extension: [
        ...others,
        ...extend(ATTENDANCE_STATUS_EXTENSION, record.status),
        ...extend(CANCELLED_AT_EXTENSION, excused ? record.noticeAt : undefined),
      ],
    },
    ...(excused ? { cancelationReason: cancelationReason('patient', record.reason) } : {}),
    participant: current.participant?.map(one =>
      isClient(one.actor?.reference, client) ? { ...one, status: excused ? 'declined' : 'accepted' } : one,
    ),
  } as MarkedAppointment);
}

const MARKS: readonly string[] = [ATTENDANCE_STATUS_EXTENSION.url, CANCELLED_AT_EXTENSION.url];
/** What stands there may already be the client's own reference, or still the link to it. */
const isClient = (reference: string | undefined, client: string): boolean =>
  reference === client || /(?:^|\/)Patient\//.test(reference ?? '');

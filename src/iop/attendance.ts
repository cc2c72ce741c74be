// Attendance: whether and how long one client was at one session.
//
// Glossary. present, late, left-early: the client was there, from `start` to `end`; minutes: what counts
// of that time, where breaks are taken off. excused: absent with the program's agreement; no-show: absent
// without; then `start` to `end` is the time that was missed. noticeAt: when the client let the program
// know. procedures: what was done, for measures that count treatments and not billing codes. family: who of the
// client's family or friends took part. checkIns: what the client brought to the session, a stressor for instance.
//
// The record stands alone: it repeats type, mode, clinician and site of the session, because what took
// place may differ from what was planned, and because it is what is billed. It has no room for what was
// said in the session: notes have rules of their own.
//
// It becomes an Encounter, `cancelled` for somebody who was absent, so that every session a client was
// expected at leaves exactly one; and it settles the status of the session's Appointment.
import { attendanceAmendments } from './attendance-amendment.ts';
import { attendanceFromFhir, attendanceToFhir, attended } from './attendance-fhir.ts';
import { endAfterStart, unless } from './check.ts';
import { ATTENDANCE_STATUS } from './codes-sessions.ts';
import type { Concept, Problem, RecordEnvelope } from './concept.ts';
import { MODALITIES, type Modality } from './modality.ts';
import { choice, instant, keyOfA, line, recordSchema, set, whole } from './schema.ts';
import { serviceCode } from './service.ts';
import { SESSION_MODES, SESSION_TYPES, type SessionMode, type SessionType } from './session.ts';
import { minutesBetween } from './time.ts';
import { type CodeOf, codesOf } from './vocabulary.ts';

export type AttendanceStatus = CodeOf<typeof ATTENDANCE_STATUS>;

export interface AttendanceRecord extends RecordEnvelope {
  kind: 'attendance';
  session: string;
  client: string;
  status: AttendanceStatus;
  type: SessionType;
  mode: SessionMode;
  /** Instants: arrival and leaving, or the time that was missed. */
  start: string;
  end: string;
  /** Attended minutes, where they are not all of the time from start to end. */
  minutes?: number;
  episode?: string;
  clinician?: string;
  site?: string;
  topic?: string;
  /** HCPCS or CPT codes of what was delivered. */
  serviceCodes?: string[];
  procedures?: Modality[];
  diagnoses?: string[];
  /** Family member records, of a family session. */
  family?: string[];
  /** Check-in records: what the client brought to it. */
  checkIns?: string[];
  /** Why the client was absent, in a few words. */
  reason?: string;
  /** When the client let the program know. */
  noticeAt?: string;
}

/** Attended minutes of a record: 0 for somebody who was absent, or where FHIR no longer says until when. */
export function attendedMinutes(record: AttendanceRecord): number {
  if (!attended(record.status)) return 0;
  const span = minutesBetween(record.start, record.end);
  return record.minutes ?? (Number.isNaN(span) ? 0 : Math.max(span, 0));
}

const schema = recordSchema(
  'attendance',
  'Attendance',
  {
    session: keyOfA('session', 'The session.'),
    client: keyOfA('client', 'Whose attendance it is.'),
    status: choice(codesOf(ATTENDANCE_STATUS), 'How the client attended.'),
    type: choice(SESSION_TYPES, 'What kind of meeting it was.'),
    mode: choice(SESSION_MODES, 'Where the client took part.'),
    start: instant('Arrival, or begin of the time that was missed.'),
    end: instant('Leaving, or end of the time that was missed.'),
    minutes: whole('Attended minutes, where breaks are taken off.', 1, 1440),
    episode: keyOfA('episode', 'The stay it belongs to.'),
    clinician: keyOfA('clinician', 'Who led it.'),
    site: keyOfA('site', 'Where it was held.'),
    topic: line('What it was about: a code of session-topic, or plain words that name nobody.'),
    serviceCodes: set(serviceCode('A service that was delivered.'), 'What was delivered.', 10),
    procedures: set(choice(MODALITIES, 'A method.'), 'What was done.', 10),
    diagnoses: set(keyOfA('diagnosis', 'What was treated.'), 'What was treated.', 20),
    family: set(keyOfA('family-member', 'Who took part.'), 'Who of the family took part.', 10),
    checkIns: set(keyOfA('check-in', 'What was brought.'), 'What the client brought to it.', 5),
    reason: line('Why the client was absent, in a few words.'),
    noticeAt: instant('When the client let the program know.'),
  },
  ['session', 'client', 'status', 'type', 'mode', 'start', 'end'],
);

/** What family and friends come to; a group is the clients' own. */
const FAMILY_TYPES: readonly SessionType[] = ['family', 'education'];

function check(record: AttendanceRecord): Problem[] {
  const span = minutesBetween(record.start, record.end);
  const there = attended(record.status);
  const absent = 'is for a client who was absent';
  const present = 'is for a client who was there';
  return [
    ...endAfterStart(record.start, record.end, 'end'),
    ...unless(span < 24 * 60, 'end', 'is a day or more after the start'),
    ...unless(
      (record.minutes ?? 0) <= Math.max(span, 0),
      'minutes',
      'are more than the time from start to end',
    ),
    ...unless(there || record.minutes === undefined, 'minutes', present),
    ...unless(there || record.serviceCodes === undefined, 'serviceCodes', present),
    ...unless(there || record.procedures === undefined, 'procedures', present),
    ...unless(there || record.diagnoses === undefined, 'diagnoses', present),
    ...unless(there || record.family === undefined, 'family', present),
    ...unless(there || record.checkIns === undefined, 'checkIns', present),
    ...unless(
      record.family === undefined || FAMILY_TYPES.includes(record.type),
      'family',
      'is for family sessions and education',
    ),
    ...unless(!there || record.reason === undefined, 'reason', absent),
    ...unless(!there || record.noticeAt === undefined, 'noticeAt', absent),
  ];
}

export const attendance: Concept<AttendanceRecord> = {
  kind: 'attendance',
  title: 'Whether and how long a client was at a session',
  schema,
  makes: ['Encounter', 'Procedure'],
  check,
  toFhir: attendanceToFhir,
  amend: attendanceAmendments,
  fromFhir: attendanceFromFhir,
};

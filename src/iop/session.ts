// A session: one meeting of clients with a clinician.
//
// Glossary. track: the daily block the session belongs to. topic: what it is about, a code of
// session-topic or the program's own words. mode: on site or by video. capacity: how many it has room
// for. A client's own start, end or cancellation is what differs for this person alone: somebody who
// comes an hour later, or whose appointment an EHR moved. waiting: there was no seat left, and the client takes
// the next one. movedTo: the client goes to another session instead, whose time is then the client's own.
// makesUpFor: the session that the client missed, and for which this one stands in.
//
// A group session is no shared resource, or each reader would learn who else came: it is a Slot of the
// track's Schedule, which names nobody, and one Appointment per client. All share the session's
// identifier. A session without a track has no Slot and one client, whose Appointment is all there is.
import { endAfterStart, unless } from './check.ts';
import { SESSION_TYPE } from './codes-sessions.ts';
import type { Concept, Problem, RecordEnvelope } from './concept.ts';
import { choice, instant, keyOfA, line, list, mark, object, recordSchema, whole } from './schema.ts';
import { serviceCode } from './service.ts';
import { isSeated, sessionFromFhir, sessionToFhir } from './session-fhir.ts';
import { sameInstant } from './time.ts';
import { type CodeOf, codesOf } from './vocabulary.ts';

export type SessionType = CodeOf<typeof SESSION_TYPE>;
export type SessionMode = 'on-site' | 'telehealth';
export const SESSION_TYPES: readonly SessionType[] = codesOf(SESSION_TYPE);
export const SESSION_MODES: readonly SessionMode[] = ['on-site', 'telehealth'];

export interface SessionClient {
  client: string;
  /** Where this client's time differs from the session's. */
  start?: string;
  end?: string;
  /** On the waiting list, in the order in which they came to wait. */
  waiting?: true;
  movedTo?: string;
  makesUpFor?: string;
  cancelled?: Cancellation;
}

export interface Cancellation {
  /** Whose side it was; `other` also where an EHR cancelled without saying. */
  by: 'patient' | 'provider' | 'other';
  /** A few words. */
  reason?: string;
  /** When it became known. */
  at?: string;
}

export interface SessionRecord extends RecordEnvelope {
  kind: 'session';
  type: SessionType;
  mode: SessionMode;
  /** Instants with the offset of the wall clock they were planned by. */
  start: string;
  end: string;
  track?: string;
  site?: string;
  clinician?: string;
  topic?: string;
  capacity?: number;
  /** HCPCS or CPT code the session is planned as. What is billed stands in the attendance. */
  serviceCode?: string;
  clients?: SessionClient[];
}

const cancellation = object(
  {
    by: choice(['patient', 'provider', 'other'], 'Whose side cancelled.'),
    reason: line('Why, in a few words.'),
    at: instant('When it became known.'),
  },
  ['by'],
  'Present where this client will not come.',
);

const schema = recordSchema(
  'session',
  'Session',
  {
    type: choice(SESSION_TYPES, 'What kind of meeting it is.'),
    mode: choice(SESSION_MODES, 'Where it takes place.'),
    start: instant('Begin.'),
    end: instant('End.'),
    track: keyOfA('track', 'The daily block it belongs to.'),
    site: keyOfA('site', 'Where it is held.'),
    clinician: keyOfA('clinician', 'Who leads it.'),
    topic: line('What it is about: a code of session-topic, or plain words that name nobody.'),
    capacity: whole('How many clients it has room for.', 1, 100),
    serviceCode: serviceCode('The service it is planned as.'),
    clients: list(
      object(
        {
          client: keyOfA('client', 'Who is expected.'),
          start: instant("This client's own begin, where it differs."),
          end: instant("This client's own end, where it differs."),
          waiting: mark('Waits for a seat.'),
          movedTo: keyOfA('session', 'The session to which the client was moved.'),
          makesUpFor: keyOfA('session', 'The missed session that this one makes up for.'),
          cancelled: cancellation,
        },
        ['client'],
      ),
      'Who is expected.',
      100,
    ),
  },
  ['type', 'mode', 'start', 'end'],
);

function check(record: SessionRecord): Problem[] {
  const clients = record.clients ?? [];
  const problems = [
    ...endAfterStart(record.start, record.end, 'end'),
    ...unless(!sameInstant(record.start, record.end), 'end', 'is the start: a session has a length'),
    ...clients.flatMap((one, index) => checkClient(record, one, index)),
    ...unless(
      clients.filter(isSeated).length <= (record.capacity ?? Number.POSITIVE_INFINITY),
      'clients',
      'are more than the capacity: mark those as waiting who have no seat',
    ),
  ];
  if (record.track !== undefined) return problems;
  const alone = clients.length === 1 && !hasOwnTime(clients[0]);
  return [
    ...problems,
    ...unless(alone, 'clients', "without a track there is one client, whose time is the session's"),
    ...unless(record.capacity === undefined, 'capacity', 'is for sessions of a track'),
  ];
}

const hasOwnTime = (client: SessionClient | undefined): boolean =>
  client?.start !== undefined || client?.end !== undefined;

function checkClient(record: SessionRecord, one: SessionClient, index: number): Problem[] {
  const path = `clients[${index}]`;
  const first = record.clients?.findIndex(other => other.client === one.client);
  const { start = record.start, end = record.end } = one;
  const own = "is the session's own: leave it out";
  return [
    ...unless(first === index, `${path}.client`, 'stands twice'),
    ...unless(!sameInstant(one.start, record.start), `${path}.start`, own),
    ...unless(!sameInstant(one.end, record.end), `${path}.end`, own),
    ...(hasOwnTime(one) ? endAfterStart(start, end, `${path}.end`) : []),
    ...unless(!(one.waiting && one.cancelled), `${path}.waiting`, 'is not for somebody who cancelled'),
    ...unless(!one.waiting || record.track !== undefined, `${path}.waiting`, 'is for sessions of a track'),
    ...unless(one.movedTo !== record.id, `${path}.movedTo`, 'is this very session'),
    ...unless(one.makesUpFor !== record.id, `${path}.makesUpFor`, 'is this very session'),
  ];
}

export const session: Concept<SessionRecord> = {
  kind: 'session',
  title: 'A meeting of clients with a clinician',
  schema,
  makes: ['Slot', 'Appointment'],
  check,
  toFhir: sessionToFhir,
  fromFhir: sessionFromFhir,
};

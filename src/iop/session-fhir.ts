// How a session becomes a Slot and Appointments, and how these become the session again.
import type { AnyResource, Appointment, CodeableConcept, Extension, Reference, Slot } from '../fhir/types.ts';
import {
  ATTENDANCE_STATUS_EXTENSION,
  CANCELLED_AT_EXTENSION,
  MAKES_UP_EXTENSION,
  SESSION_CLINICIAN_EXTENSION,
  SESSION_MODE_EXTENSION,
  SESSION_SITE_EXTENSION,
  SESSION_TOPIC,
  SESSION_TYPE,
} from './codes-sessions.ts';
import type { Links, Names, Part } from './concept.ts';
import {
  businessIdentifier,
  businessSystem,
  codeIn,
  concept,
  keyOf,
  part,
  partOf,
  prune,
  recordedAtOf,
  recordedExtension,
  reference,
} from './element.ts';
import { SEATS } from './extensions.ts';
import { serviceCodesIn, serviceCoding } from './service.ts';
import type { Cancellation, SessionClient, SessionMode, SessionRecord } from './session.ts';
import { sameInstant } from './time.ts';
import { type CodeOf, extend, extensionValue, localCode, localCoding } from './vocabulary.ts';

/** An Appointment whose status carries extensions of its own. */
export type MarkedAppointment = Appointment & { _status?: { extension?: Extension[] } };

/** The role of the Appointment that a session makes for a client. */
export const appointmentRole = (client: string): string => `${APPOINTMENT}${client}`;
const APPOINTMENT = 'appointment/';

export function sessionToFhir(record: SessionRecord, links: Links): Part[] {
  const appointments = (record.clients ?? []).map(client => appointmentOf(record, client, links));
  return record.track === undefined ? appointments : [slotOf(record, record.track, links), ...appointments];
}

/** Who waits, will not come or went to another session leaves the seat to others. */
export const isSeated = ({ cancelled, waiting, movedTo }: SessionClient): boolean =>
  cancelled === undefined && waiting !== true && movedTo === undefined;

/** Seats that are left make a Slot free; where nobody says how many there are, it is busy. */
function slotOf(record: SessionRecord, track: string, links: Links): Part {
  const taken = (record.clients ?? []).filter(isSeated).length;
  return part('', {
    resourceType: 'Slot',
    extension: [
      ...extend(SESSION_MODE_EXTENSION, record.mode),
      ...extend(SEATS, record.capacity),
      ...extend(SESSION_CLINICIAN_EXTENSION, reference(linkTo(links, 'clinician', record.clinician))),
      ...extend(SESSION_SITE_EXTENSION, reference(linkTo(links, 'site', record.site))),
      ...recordedExtension(record),
    ],
    identifier: [businessIdentifier(record)],
    serviceType: serviceTypes(record),
    schedule: { reference: links.to('track', track) },
    status: taken < (record.capacity ?? 0) ? 'free' : 'busy',
    start: record.start,
    end: record.end,
  });
}

function appointmentOf(record: SessionRecord, client: SessionClient, links: Links): Part {
  const role = appointmentRole(client.client);
  const { cancelled, makesUpFor } = client;
  const missed = makesUpFor && links.to('session', makesUpFor, role);
  const appointment: MarkedAppointment = {
    resourceType: 'Appointment',
    extension: [
      ...extend(SESSION_MODE_EXTENSION, record.mode),
      ...extend(MAKES_UP_EXTENSION, reference(missed)),
    ],
    identifier: [businessIdentifier(record, role), businessIdentifier(record)],
    status: cancelled === undefined ? (client.waiting === true ? 'waitlist' : 'booked') : 'cancelled',
    _status: { extension: extend(CANCELLED_AT_EXTENSION, cancelled?.at) },
    cancelationReason: cancelled && cancelationReason(cancelled.by, cancelled.reason),
    serviceType: serviceTypes(record),
    slot: slotsOf(record, client, links),
    start: client.start ?? record.start,
    end: client.end ?? record.end,
    created: record.recordedAt,
    participant: [
      {
        actor: { reference: links.to('client', client.client) },
        status: cancelled?.by === 'patient' ? 'declined' : 'accepted',
      },
      ...actor(linkTo(links, 'clinician', record.clinician)),
      ...actor(linkTo(links, 'site', record.site)),
    ],
  };
  return part(role, appointment);
}

/** Of which session it takes a seat. */
function slotsOf({ id, track }: SessionRecord, { movedTo }: SessionClient, links: Links): Reference[] {
  if (track === undefined && movedTo === undefined) return [];
  return [{ reference: links.to('session', movedTo ?? id) }];
}

const linkTo = (links: Links, kind: string, id: string | undefined): string | undefined =>
  id === undefined ? undefined : links.to(kind, id);

const actor = (text: string | undefined) =>
  text === undefined ? [] : [{ actor: { reference: text }, status: 'accepted' as const }];

/** http://hl7.org/fhir/R4/valueset-appointment-cancellation-reason.html */
export const CANCELLATION_REASON = 'http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason';
const SIDES = { patient: 'pat', provider: 'prov', other: 'other' } as const;

/** Why an Appointment is cancelled: whose side it was, and a few words. */
export function cancelationReason(by: Cancellation['by'], reason: string | undefined): CodeableConcept {
  const side = concept(CANCELLATION_REASON, SIDES[by]);
  return reason === undefined ? side : { ...side, text: reason };
}

/** The finer codes say the side by how they start: `pat-lt`, `prov-pers`. */
function sideOf(reason: CodeableConcept | undefined): Cancellation['by'] {
  const code = codeIn(CANCELLATION_REASON, reason) ?? '';
  if (/^pat(?:-|$)/.test(code)) return 'patient';
  return /^prov(?:-|$)/.test(code) ? 'provider' : 'other';
}

function serviceTypes(record: SessionRecord): CodeableConcept[] {
  const codings = [localCoding(SESSION_TYPE, record.type)];
  if (record.serviceCode !== undefined) codings.push(serviceCoding(record.serviceCode));
  return [{ coding: codings }, ...topicConcepts(record.topic)];
}

/** A topic of the CodeSystem is coded, another one is text. */
export function topicConcepts(topic: string | undefined): CodeableConcept[] {
  if (topic === undefined) return [];
  return isTopic(topic) ? [{ coding: [localCoding(SESSION_TOPIC, topic)] }] : [{ text: topic }];
}
const isTopic = (topic: string): topic is CodeOf<typeof SESSION_TOPIC> =>
  Object.hasOwn(SESSION_TOPIC.codes, topic);

export const topicOf = (concepts: readonly CodeableConcept[] | undefined): string | undefined =>
  localCode(SESSION_TOPIC, concepts) ?? concepts?.find(one => one.coding === undefined)?.text;

export function sessionFromFhir(
  parts: ReadonlyMap<string, AnyResource>,
  names: Names,
  id: string,
): SessionRecord {
  const slot = parts.has('') ? partOf<Slot>(parts) : undefined;
  const appointments = [...parts.keys()]
    .filter(role => role.startsWith(APPOINTMENT))
    .map(role => ({ client: role.slice(APPOINTMENT.length), one: partOf<MarkedAppointment>(parts, role) }))
    .filter(({ one }) => one.status !== 'entered-in-error');
  const first = appointments[0]?.one;
  const own = slot === undefined ? appointments : appointments.filter(({ one }) => isOwn(one, names, id));
  const start = slot?.start ?? first?.start;
  const end = slot?.end ?? first?.end;
  return prune<SessionRecord>({
    kind: 'session',
    id,
    program: names.program,
    recordedAt: (slot && recordedAtOf(slot)) ?? first?.created,
    ...settle(
      slot && slotSays(slot, names),
      own.map(({ one }) => appointmentSays(one, names)),
    ),
    start,
    end,
    track: keyOf(names, 'track', slot?.schedule),
    capacity: slot && extensionValue(SEATS, slot),
    clients: appointments.map(({ client, one }) => clientOf(client, one, { id, start, end, names })),
  } as SessionRecord);
}

/** Not one that was booked through FHIR, nor one that went elsewhere: of the session these say nothing. */
const isOwn = (one: Partial<Appointment>, names: Names, id: string): boolean =>
  movedTo(one, names, id) === undefined &&
  (id === '' ||
    one.identifier === undefined ||
    one.identifier.some(({ system }) => system === businessSystem(names.program, 'session')));

/** The session whose Slot it names, where that is another one. */
function movedTo(one: Partial<Appointment>, names: Names, id: string): string | undefined {
  const session = keyOf(names, 'session', one.slot?.[0]);
  return id === '' || session === id ? undefined : session;
}

/** What Slot and Appointments say alike. */
interface Common {
  type?: SessionRecord['type'] | undefined;
  serviceCode?: string | undefined;
  topic?: string | undefined;
  mode?: SessionMode | undefined;
  clinician?: string | undefined;
  site?: string | undefined;
}

const says = (one: Partial<Slot> | Partial<Appointment>): Common => ({
  type: localCode(SESSION_TYPE, one.serviceType),
  serviceCode: serviceCodesIn(one.serviceType)[0],
  topic: topicOf(one.serviceType),
  mode: extensionValue(SESSION_MODE_EXTENSION, one) as SessionMode | undefined,
});

const slotSays = (slot: Partial<Slot>, names: Names): Common => ({
  ...says(slot),
  clinician: keyOf(names, 'clinician', extensionValue(SESSION_CLINICIAN_EXTENSION, slot)),
  site: keyOf(names, 'site', extensionValue(SESSION_SITE_EXTENSION, slot)),
});

function appointmentSays(one: Partial<Appointment>, names: Names): Common {
  const actors = (one.participant ?? []).map(participant => participant.actor);
  const first = (kind: string) => actors.map(to => keyOf(names, kind, to)).find(key => key !== undefined);
  return { ...says(one), clinician: first('clinician'), site: first('site') };
}

/**
 * Where all Appointments agree they speak for the session, so that a change made to them shows; where
 * they differ the Slot decides.
 */
function settle(slot: Common | undefined, appointments: readonly Common[]): Common {
  const [first, ...others] = appointments;
  if (first === undefined) return slot ?? {};
  const pick = <K extends keyof Common>(key: K): Common[K] =>
    others.every(one => one[key] === first[key]) ? first[key] : (slot?.[key] ?? first[key]);
  return {
    type: pick('type'),
    serviceCode: pick('serviceCode'),
    topic: pick('topic'),
    mode: pick('mode'),
    clinician: pick('clinician'),
    site: pick('site'),
  };
}

function clientOf(
  client: string,
  one: Partial<MarkedAppointment>,
  session: { id: string; start: string | undefined; end: string | undefined; names: Names },
): SessionClient {
  return prune<SessionClient>({
    client,
    start: sameInstant(one.start, session.start) ? undefined : one.start,
    end: sameInstant(one.end, session.end) ? undefined : one.end,
    waiting: one.status === 'waitlist' ? true : undefined,
    movedTo: movedTo(one, session.names, session.id),
    makesUpFor: keyOf(session.names, 'session', extensionValue(MAKES_UP_EXTENSION, one)),
    cancelled: cancellationOf(one),
  } as SessionClient);
}

/** That somebody was excused, as an attendance tells, is no cancellation of the session's. */
function cancellationOf(one: Partial<MarkedAppointment>): Cancellation | undefined {
  if (one.status !== 'cancelled') return undefined;
  if (extensionValue(ATTENDANCE_STATUS_EXTENSION, one._status) === 'excused') return undefined;
  return {
    by: sideOf(one.cancelationReason),
    reason: one.cancelationReason?.text,
    at: extensionValue(CANCELLED_AT_EXTENSION, one._status),
  } as Cancellation;
}

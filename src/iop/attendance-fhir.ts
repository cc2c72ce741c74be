// How an attendance becomes an Encounter (and Procedures), and how these become the attendance again.
import type { AnyResource, Appointment, Duration, Encounter, Extension, Procedure } from '../fhir/types.ts';
import type { AttendanceRecord, AttendanceStatus } from './attendance.ts';
import {
  ABSENCE_REASON_EXTENSION,
  ATTENDANCE_STATUS,
  ATTENDANCE_STATUS_EXTENSION,
  CANCELLED_AT_EXTENSION,
  SESSION_TYPE,
} from './codes-sessions.ts';
import type { Links, Names, Part } from './concept.ts';
import {
  businessIdentifier,
  businessSystem,
  coding,
  identifierOf,
  keyOf,
  keysOf,
  organizationReference,
  part,
  partOf,
  prune,
  recordedAtOf,
  recordedExtension,
} from './element.ts';
import { type Modality, modalityConcept, modalityOf } from './modality.ts';
import { UCUM } from './quantity.ts';
import { serviceCodesIn, serviceConcept } from './service.ts';
import type { SessionMode } from './session.ts';
import { appointmentRole, topicConcepts, topicOf } from './session-fhir.ts';
import { ACT_CODE } from './systems.ts';
import { extend, extensionValue, localCode, localConcept } from './vocabulary.ts';

type MarkedEncounter = Encounter & { _status?: { extension?: Extension[] } };

/** Never IMP: a client of an Intensive Outpatient Program sleeps at home. */
const CLASSES: Readonly<Record<SessionMode, readonly [code: string, display: string]>> = {
  'on-site': ['AMB', 'ambulatory'],
  telehealth: ['VR', 'virtual'],
};
const PROCEDURE = 'procedure/';

export function attendanceToFhir(record: AttendanceRecord, links: Links): Part[] {
  return [
    encounterOf(record, links),
    ...(record.procedures ?? []).map(one => procedureOf(record, one, links)),
  ];
}

/** Was the client there at all? */
export const attended = (status: AttendanceStatus): boolean => status !== 'excused' && status !== 'no-show';

function encounterOf(record: AttendanceRecord, links: Links): Part {
  const to = (kind: string, id: string | undefined, role = '') =>
    id === undefined ? undefined : { reference: links.to(kind, id, role) };
  const clinician = to('clinician', record.clinician);
  const site = to('site', record.site);
  const episode = to('episode', record.episode);
  const appointment = to('session', record.session, appointmentRole(record.client));
  const encounter: MarkedEncounter = {
    resourceType: 'Encounter',
    extension: recordedExtension(record),
    identifier: [
      businessIdentifier(record),
      { system: businessSystem(record.program, 'session'), value: record.session },
    ],
    status: attended(record.status) ? 'finished' : 'cancelled',
    _status: {
      extension: [
        ...extend(ATTENDANCE_STATUS_EXTENSION, record.status),
        ...extend(ABSENCE_REASON_EXTENSION, record.reason),
        ...extend(CANCELLED_AT_EXTENSION, record.noticeAt),
      ],
    },
    class: coding(ACT_CODE, ...CLASSES[record.mode]),
    type: [localConcept(SESSION_TYPE, record.type), ...(record.serviceCodes ?? []).map(serviceConcept)],
    subject: { reference: links.to('client', record.client) },
    episodeOfCare: episode && [episode],
    participant: [
      ...(clinician === undefined ? [] : [{ individual: clinician }]),
      ...(record.family ?? []).map(id => ({ individual: { reference: links.to('family-member', id) } })),
    ],
    appointment: appointment && [appointment],
    period: { start: record.start, end: record.end },
    length:
      record.minutes === undefined
        ? undefined
        : { value: record.minutes, unit: 'min', system: UCUM, code: 'min' },
    reasonCode: topicConcepts(record.topic),
    reasonReference: record.checkIns?.map(id => ({ reference: links.to('check-in', id) })),
    diagnosis: record.diagnoses?.map(id => ({ condition: { reference: links.to('diagnosis', id) } })),
    location: site && [{ location: site }],
    serviceProvider: organizationReference(record.program),
  };
  return part('', encounter);
}

/**
 * Measures of treatment (CMS137) do not count H0015 or 90853: what was done is said a second time, as a
 * Procedure with a code of treatment.
 */
function procedureOf(record: AttendanceRecord, modality: Modality, links: Links): Part {
  const role = `${PROCEDURE}${modality}`;
  return part(role, {
    resourceType: 'Procedure',
    identifier: [businessIdentifier(record, role)],
    status: 'completed',
    code: modalityConcept(modality),
    subject: { reference: links.to('client', record.client) },
    encounter: { reference: links.to('attendance', record.id) },
    performedPeriod: { start: record.start, end: record.end },
    performer: record.clinician
      ? [{ actor: { reference: links.to('clinician', record.clinician) } }]
      : undefined,
  });
}

export function attendanceFromFhir(
  parts: ReadonlyMap<string, AnyResource>,
  names: Names,
  id: string,
): AttendanceRecord {
  const encounter = partOf<MarkedEncounter>(parts);
  const amended = [...parts].find(([role]) => role.startsWith('amended/'))?.[1] as
    | Partial<Appointment>
    | undefined;
  const who = encounter.participant?.map(one => one.individual ?? {});
  return prune<AttendanceRecord>({
    kind: 'attendance',
    id,
    program: names.program,
    recordedAt: recordedAtOf(encounter),
    session: sessionOf(encounter, names),
    client: keyOf(names, 'client', encounter.subject),
    status: statusOf(encounter, amended?.status),
    type: localCode(SESSION_TYPE, encounter.type),
    mode: modeOf(encounter),
    start: encounter.period?.start,
    end: encounter.period?.end,
    minutes: minutesOf(encounter.length),
    episode: keyOf(names, 'episode', encounter.episodeOfCare?.[0]),
    clinician: keysOf(names, 'clinician', who)?.[0],
    site: keyOf(names, 'site', encounter.location?.[0]?.location),
    topic: topicOf(encounter.reasonCode),
    serviceCodes: serviceCodesIn(encounter.type),
    procedures: proceduresOf(parts),
    diagnoses: keysOf(
      names,
      'diagnosis',
      encounter.diagnosis?.map(one => one.condition),
    ),
    family: keysOf(names, 'family-member', who),
    checkIns: keysOf(names, 'check-in', encounter.reasonReference),
    reason: extensionValue(ABSENCE_REASON_EXTENSION, encounter._status),
    noticeAt: extensionValue(CANCELLED_AT_EXTENSION, encounter._status),
  } as AttendanceRecord);
}

/** The one whose Appointment it names: of several, to which the client was moved, the one that it says itself. */
function sessionOf(encounter: Partial<Encounter>, names: Names): string | undefined {
  const said = identifierOf(encounter.identifier, businessSystem(names.program, 'session'));
  const reference = encounter.appointment?.[0]?.reference ?? '';
  const [first] = [names.of(reference)].filter(one => one?.kind === 'session');
  if (first === undefined) return said;
  const others = names.all?.(reference) ?? [];
  return others.some(one => one.kind === 'session' && one.id === said) ? said : first.id;
}

/** Whole minutes of a Duration in minutes or hours. */
function minutesOf(length: Duration | undefined): number | undefined {
  if (length?.value === undefined || length.system !== UCUM) return undefined;
  if (length.code === 'h') return Math.round(length.value * 60);
  return length.code === 'min' ? length.value : undefined;
}

function modeOf(encounter: Partial<Encounter>): SessionMode | undefined {
  const code = encounter.class?.system === ACT_CODE ? encounter.class.code : undefined;
  if (code === CLASSES.telehealth[0]) return 'telehealth';
  return code === CLASSES['on-site'][0] ? 'on-site' : undefined;
}

function proceduresOf(parts: ReadonlyMap<string, AnyResource>): Modality[] {
  return [...parts.keys()]
    .filter(role => role.startsWith(PROCEDURE))
    .map(role => partOf<Procedure>(parts, role))
    .filter(one => one.status === 'completed')
    .map(one => modalityOf(one.code))
    .filter(one => one !== undefined);
}

/** What an Appointment settled by somebody else says of the attendance. */
const BY_APPOINTMENT: Readonly<Record<string, AttendanceStatus>> = {
  fulfilled: 'present',
  noshow: 'no-show',
  cancelled: 'excused',
};

/** The status an attendance gives the Appointment. */
export const APPOINTMENT_STATUS: Readonly<Record<AttendanceStatus, Appointment['status']>> = {
  present: 'fulfilled',
  late: 'fulfilled',
  'left-early': 'fulfilled',
  excused: 'cancelled',
  'no-show': 'noshow',
};

/**
 * The finer status stands in an extension; where Encounter.status or the Appointment was changed through
 * FHIR and contradicts it, these win, so that the change shows.
 */
function statusOf(
  encounter: Partial<MarkedEncounter>,
  appointment: Appointment['status'] | undefined,
): AttendanceStatus | undefined {
  const own = ownStatus(encounter, appointment);
  const theirs = BY_APPOINTMENT[appointment ?? ''];
  if (own === undefined || theirs === undefined) return own;
  return APPOINTMENT_STATUS[own] === appointment ? own : theirs;
}

function ownStatus(
  encounter: Partial<MarkedEncounter>,
  appointment: Appointment['status'] | undefined,
): AttendanceStatus | undefined {
  const said = extensionValue(ATTENDANCE_STATUS_EXTENSION, encounter._status);
  const fine = said !== undefined && said in ATTENDANCE_STATUS.codes ? (said as AttendanceStatus) : undefined;
  if (encounter.status === 'finished') return fine !== undefined && attended(fine) ? fine : 'present';
  if (encounter.status !== 'cancelled') return undefined;
  if (fine !== undefined && !attended(fine)) return fine;
  return appointment === 'noshow' ? 'no-show' : 'excused';
}

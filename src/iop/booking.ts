// Booking, in the words of FHIR: which Appointments take a seat of a Slot, and how one is made, moved and cancelled.
// Pure. Who gets a seat is decided in the commit (store/unit/seating.ts).
//
// Glossary. Seat: one of the places of a session. Waiting list: those with status `waitlist`, in the order in which
// they came to wait. Make-up: a session that stands in for one that the same client missed or cancelled.
import { localId } from '../fhir/reference.ts';
import type { Appointment, CodeableConcept, Extension, Identifier, Reference, Slot } from '../fhir/types.ts';
import {
  ATTENDANCE_STATUS_EXTENSION,
  CANCELLED_AT_EXTENSION,
  MAKES_UP_EXTENSION,
  MOVE_REASON_EXTENSION,
  SESSION_CLINICIAN_EXTENSION,
  SESSION_MODE_EXTENSION,
  SESSION_SITE_EXTENSION,
} from './codes-sessions.ts';
import { businessSystem, codingsIn } from './element.ts';
import { SEATS } from './extensions.ts';
import { appointmentRole, CANCELLATION_REASON, type MarkedAppointment } from './session-fhir.ts';
import { extend, extensionValue } from './vocabulary.ts';

type Status = Appointment['status'];

/**
 * Who has come, or did not come without a word, had the seat. What is only proposed or asked for (pending) takes
 * none yet. http://hl7.org/fhir/R4/valueset-appointmentstatus.html
 */
const SEATED: ReadonlySet<Status> = new Set<Status>([
  'booked',
  'arrived',
  'checked-in',
  'fulfilled',
  'noshow',
]);

/** See SeatAsk in store/port/seating.ts. */
export interface Ask {
  slots: string[];
  sessions: string[];
  wants?: 'seat' | 'turn';
  settled?: true;
  makesUpFor?: string;
}

const NOTHING: Ask = { slots: [], sessions: [] };

/** `body`: as it is stored; `base`: the server's own FHIR base URL. */
export function askOf(body: string, base: string): Ask {
  // Most Appointments are of no session: those need not be parsed.
  if (![SLOT, SESSION, MAKES_UP_EXTENSION.url].some(text => body.includes(text))) return NOTHING;
  const appointment = JSON.parse(body) as MarkedAppointment;
  const local = (to: Reference | undefined, type: string): string[] => {
    const id = localId(to?.reference, type, base);
    return id === undefined ? [] : [id];
  };
  const slots = [...new Set((appointment.slot ?? []).flatMap(one => local(one, 'Slot')))];
  const wants = wantsOf(appointment);
  const [madeUp] = stands(appointment)
    ? local(extensionValue(MAKES_UP_EXTENSION, appointment), 'Appointment')
    : [];
  return {
    slots,
    sessions: slots.length === 0 ? (appointment.identifier ?? []).flatMap(sessionKey) : [],
    ...(wants === undefined ? {} : { wants }),
    ...(wants === 'seat' && appointment.status !== 'booked' ? { settled: true } : {}),
    ...(madeUp === undefined ? {} : { makesUpFor: madeUp }),
  };
}

const SLOT = '"slot":';
const SESSION = '/session"';

function wantsOf(appointment: MarkedAppointment): 'seat' | 'turn' | undefined {
  const { status, _status } = appointment;
  if (status === 'waitlist') return 'turn';
  if (SEATED.has(status)) return 'seat';
  // Excused, as an attendance tells: the session took place, and the seat was his.
  const excused =
    status === 'cancelled' && extensionValue(ATTENDANCE_STATUS_EXTENSION, _status) === 'excused';
  return excused ? 'seat' : undefined;
}

const stands = ({ status }: Appointment): boolean => status !== 'cancelled' && status !== 'entered-in-error';

/** Was it missed or cancelled, so that another may make up for it? */
export function isMissed(body: string): boolean {
  const { status } = JSON.parse(body) as Partial<Appointment>;
  return status === 'noshow' || status === 'cancelled';
}

const SYSTEM = new RegExp(`^${businessSystem('([^/]+)', 'session')}$`);

/** The business key of the session whose identifier it is: `program|session|id|`. */
function sessionKey({ system, value }: Identifier): string[] {
  const program = SYSTEM.exec(system ?? '')?.[1];
  if (program === undefined || value === undefined || value.includes(`/${appointmentRole('')}`)) return [];
  return [`${program}|session|${value.replace(/[%|]/g, char => (char === '%' ? '%25' : '%7C'))}|`];
}

/** The way back: identifiers of the sessions that business keys name. */
export const sessionIdentifiers = (keys: readonly string[]): { system: string; value: string }[] =>
  keys.flatMap(key => {
    const [program, kind, id, role] = key.split('|');
    if (program === undefined || kind !== 'session' || id === undefined || role !== '') return [];
    const value = id.replace(/%7C|%25/g, code => (code === '%25' ? '%' : '|'));
    return [{ system: businessSystem(program, 'session'), value }];
  });

const WRITTEN = new RegExp(`"system":"(${businessSystem('[^"/]+', 'session')})","value":"([^"\\\\]+)"`, 'g');

/** The same of a body as the import writes it, without parsing it. */
export const keysIn = (body: string): string[] =>
  body.includes(SESSION)
    ? [...body.matchAll(WRITTEN)].flatMap(([, system, value]) =>
        sessionKey({ system: system!, value: value! }),
      )
    : [];

/** See SeatOffer in store/port/seating.ts. */
export interface Offer {
  seats?: number;
  open: boolean;
  begins: number;
  status?: 'free' | 'busy';
}

/** A Slot that is busy-unavailable, busy-tentative or entered in error is blocked by whoever wrote that. */
export function offerOf(body: string): Offer {
  const slot = JSON.parse(body) as Slot;
  const seats = extensionValue(SEATS, slot);
  const { status } = slot;
  const open = status === 'free' || status === 'busy';
  return {
    ...(seats === undefined ? {} : { seats }),
    open,
    begins: Date.parse(slot.start),
    ...(open ? { status } : {}),
  };
}

/** An Appointment of a person in a Slot: what the Slot says of the session it says as well. */
export function bookedInto(
  slot: Slot,
  { patient, status, makesUpFor, at }: { patient: string; status: Status; makesUpFor?: string; at: string },
): Appointment {
  return {
    resourceType: 'Appointment',
    status,
    created: at,
    ...timesOf(slot),
    extension: [
      ...modeOf(slot),
      ...extend(MAKES_UP_EXTENSION, makesUpFor === undefined ? undefined : { reference: makesUpFor }),
    ],
    participant: [{ actor: { reference: patient }, status: 'accepted' }, ...staffOf(slot)],
  };
}

/** The same Appointment in another Slot: moved, not cancelled. */
export function movedInto(slot: Slot, appointment: Appointment, reason: CodeableConcept): Appointment {
  const people = (appointment.participant ?? []).filter(({ actor }) => !isStaff(actor));
  const own: readonly string[] = [SESSION_MODE_EXTENSION.url, MOVE_REASON_EXTENSION.url];
  const others = (appointment.extension ?? []).filter(one => !own.includes(one.url));
  return {
    ...appointment,
    ...timesOf(slot),
    extension: [...others, ...modeOf(slot), ...extend(MOVE_REASON_EXTENSION, reason)],
    participant: [...people, ...staffOf(slot)],
  };
}

const timesOf = (slot: Slot): Pick<Appointment, 'slot' | 'serviceType' | 'start' | 'end'> => ({
  slot: [{ reference: `Slot/${slot.id}` }],
  ...(slot.serviceType === undefined ? {} : { serviceType: slot.serviceType }),
  start: slot.start,
  end: slot.end,
});

const modeOf = (slot: Slot): Extension[] =>
  extend(SESSION_MODE_EXTENSION, extensionValue(SESSION_MODE_EXTENSION, slot));

const staffOf = (slot: Slot): Appointment['participant'] =>
  [extensionValue(SESSION_CLINICIAN_EXTENSION, slot), extensionValue(SESSION_SITE_EXTENSION, slot)].flatMap(
    actor => (actor === undefined ? [] : [{ actor, status: 'accepted' as const }]),
  );

const isStaff = (actor: Reference | undefined): boolean =>
  /(?:^|\/)(?:Practitioner|PractitionerRole|Location)\//.test(actor?.reference ?? '');

/** `at`: when it became known. */
export function cancelled(
  appointment: MarkedAppointment,
  { reason, at }: { reason: CodeableConcept; at: string },
): MarkedAppointment {
  const others = (appointment._status?.extension ?? []).filter(
    one => one.url !== CANCELLED_AT_EXTENSION.url && one.url !== ATTENDANCE_STATUS_EXTENSION.url,
  );
  const byPatient = codingsIn(CANCELLATION_REASON, reason).some(({ code }) => /^pat(?:-|$)/.test(code ?? ''));
  return {
    ...appointment,
    status: 'cancelled',
    _status: { ...appointment._status, extension: [...others, ...extend(CANCELLED_AT_EXTENSION, at)] },
    cancelationReason: reason,
    participant: (appointment.participant ?? []).map(one =>
      byPatient && /(?:^|\/)Patient\//.test(one.actor?.reference ?? '')
        ? { ...one, status: 'declined' }
        : one,
    ),
  };
}

/**
 * Why an Appointment is cancelled or moved.
 * http://hl7.org/fhir/R4/valueset-appointment-cancellation-reason.html
 */
export const CANCELLATION_CODES: readonly string[] = [
  'pat',
  'pat-crs',
  'pat-cpp',
  'pat-dec',
  'pat-fb',
  'pat-lt',
  'pat-mt',
  'pat-mv',
  'pat-preg',
  'pat-swl',
  'pat-ucp',
  'prov',
  'prov-pers',
  'prov-dch',
  'prov-edu',
  'prov-hosp',
  'prov-labs',
  'prov-mri',
  'prov-onc',
  'maint',
  'meds-inc',
  'other',
  'oth-cms',
  'oth-err',
  'oth-fin',
  'oth-iv',
  'oth-int',
  'oth-mu',
  'oth-room',
  'oth-oerr',
  'oth-swie',
  'oth-weath',
];

/** The turn in the waiting list of a Slot, by the claims of an Appointment (store/unit/seating.ts); microseconds. */
export function placeOf(slot: string, claims: readonly string[]): number | undefined {
  const turns = claims.map(key => key.split('|')).filter(([name]) => name === `#${slot}`);
  const turn = turns.map(([, , at]) => at).find(at => at !== undefined);
  return turn === undefined ? undefined : Number(turn);
}

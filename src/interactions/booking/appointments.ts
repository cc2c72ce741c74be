// What the desk of a program does with a client's Appointment: books, cancels, moves and makes up for.
// Each is one write through the FHIR API; who gets a seat is decided in its commit (store/unit/seating.ts).
import { FhirError } from '../../fhir/error.ts';
import { localId } from '../../fhir/reference.ts';
import { type Appointment, asAny, type CodeableConcept, type Slot } from '../../fhir/types.ts';
import { bookedInto, CANCELLATION_CODES, cancelled, movedInto } from '../../iop/booking.ts';
import { CANCELLATION_REASON, type MarkedAppointment } from '../../iop/session-fhir.ts';
import { type Booker, createOne, madeBy, readOne, updateOne } from './ask.ts';
import { inWords } from './clock.ts';
import { zoneOf } from './slots.ts';

/** A session: by the key of its record, or by the logical id of its Slot. */
export type SlotNamed = { session: string } | { slot: string };

export interface Booked {
  appointment: string;
  status: string;
  slot: string;
  /** By the wall clock of the track. */
  when: string;
}

export interface Booking {
  /** The program's own key. */
  client: string;
  in: SlotNamed;
  /** Where there is no seat: wait for one. */
  wait: boolean;
}

export async function book(booker: Booker, booking: Booking): Promise<Booked> {
  const patient = `Patient/${await madeBy(booker, 'client', booking.client)}`;
  return place(booker, { ...booking, patient });
}

/** A session that makes up for a missed one of the same client. `missed`: logical id of its Appointment. */
export async function makeUp(
  booker: Booker,
  { missed, ...booking }: Omit<Booking, 'client'> & { missed: string },
): Promise<Booked> {
  const { resource } = await readOne<Appointment>(booker, 'Appointment', missed);
  const { base } = booker.context;
  const [person] = (resource.participant ?? []).flatMap(
    one => localId(one.actor?.reference, 'Patient', base) ?? [],
  );
  if (person === undefined) throw new FhirError('invalid-value', 'That Appointment is of no client here.');
  return place(booker, { ...booking, patient: `Patient/${person}`, makesUpFor: `Appointment/${missed}` });
}

async function place(
  booker: Booker,
  { in: named, wait, ...of }: Omit<Booking, 'client'> & { patient: string; makesUpFor?: string },
): Promise<Booked> {
  const { resource: slot } = await slotNamed(booker, named);
  const at = now(booker);
  const make = (status: 'booked' | 'waitlist') =>
    createOne(booker, asAny(bookedInto(slot, { ...of, status, at })));
  const made = await make('booked').catch(error => {
    if (wait && error instanceof FhirError && error.code === 'no-seat') return make('waitlist');
    throw error;
  });
  return told(booker, String(made.id), slot);
}

/** As it stands: who came to wait may have moved up by now. */
async function told(booker: Booker, id: string, slot: Slot): Promise<Booked> {
  const { resource } = await readOne<Appointment>(booker, 'Appointment', id);
  const when = inWords(resource.start ?? slot.start, resource.end ?? slot.end, await zoneOf(booker, slot));
  return { appointment: id, status: resource.status, slot: slot.id ?? '', when };
}

export interface Reason {
  /** A code of appointment-cancellation-reason. */
  code: string;
  text?: string;
}

export async function cancel(booker: Booker, id: string, reason: Reason): Promise<void> {
  const { resource, ifMatch } = await readOne<MarkedAppointment>(booker, 'Appointment', id);
  demandOpen(resource, 'cancelled');
  const at = now(booker);
  await updateOne(booker, asAny(cancelled(resource, { reason: conceptOf(reason), at })), ifMatch);
}

/** Into another session, in one step: a seat there, or it stays where it is. */
export async function move(booker: Booker, id: string, to: SlotNamed, reason: Reason): Promise<Booked> {
  const { resource, ifMatch } = await readOne<Appointment>(booker, 'Appointment', id);
  demandOpen(resource, 'moved');
  const { resource: slot } = await slotNamed(booker, to);
  await updateOne(booker, asAny(movedInto(slot, resource, conceptOf(reason))), ifMatch);
  return told(booker, id, slot);
}

const OPEN: ReadonlySet<string> = new Set(['proposed', 'pending', 'booked', 'waitlist']);

/** Nothing took place yet, and nobody called it off. */
export const isOpen = ({ status }: Appointment): boolean => OPEN.has(status);

function demandOpen(appointment: Appointment, what: string): void {
  if (isOpen(appointment)) return;
  throw new FhirError('conflict', `An Appointment with the status ${appointment.status} cannot be ${what}.`);
}

export function conceptOf({ code, text }: Reason): CodeableConcept {
  if (!CANCELLATION_CODES.includes(code))
    throw new FhirError('invalid-value', `The reason is one of ${CANCELLATION_CODES.join(', ')}.`);
  return {
    coding: [{ system: CANCELLATION_REASON, code }],
    ...(text === undefined ? {} : { text }),
  };
}

export async function slotNamed(booker: Booker, named: SlotNamed) {
  const id = 'slot' in named ? named.slot : await madeBy(booker, 'session', named.session);
  return readOne<Slot>(booker, 'Slot', id);
}

const now = ({ context }: Booker): string => new Date(context.clock()).toISOString();

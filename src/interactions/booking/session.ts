// A whole session: who is in it, and moved to another time with everybody.
import { instantOf } from '../../fhir/body.ts';
import { localId } from '../../fhir/reference.ts';
import { type Appointment, asAny, type JsonObject, type Slot } from '../../fhir/types.ts';
import { askOf, movedInto, placeOf } from '../../iop/booking.ts';
import { sameInstant } from '../../iop/time.ts';
import { conceptOf, isOpen, type Reason, type SlotNamed, slotNamed } from './appointments.ts';
import { type Booker, keysOf, searchAll, transact } from './ask.ts';
import { clockTime, inWords, later } from './clock.ts';
import { zoneOf } from './slots.ts';

export interface Attendee {
  appointment: string;
  /** The program's own key. */
  client?: string;
  status: string;
  /** Of who waits: from 1, in the order in which they will get a seat; and since when. */
  place?: number;
  since?: string;
}

/** Who has a place in a session: seats first, then who waits, in order. */
export async function roster(booker: Booker, named: SlotNamed): Promise<Attendee[]> {
  const { resource: slot } = await slotNamed(booker, named);
  const { base, registry } = booker.context;
  const found = (await inSlot(booker, slot)).filter(
    one => askOf(JSON.stringify(one), base).wants !== undefined,
  );
  const claims = await registry.claimsOf(found.map(one => `Appointment/${one.id}`));
  const people = found.map(one =>
    (one.participant ?? []).flatMap(({ actor }) => localId(actor?.reference, 'Patient', base) ?? []).at(0),
  );
  const keys = await keysOf(
    booker,
    'client',
    people.flatMap(id => (id === undefined ? [] : [`Patient/${id}`])),
  );
  const turnOf = (id: string) => placeOf(slot.id ?? '', claims.get(`Appointment/${id}`) ?? []);
  const all = found.map(({ id = '', status }, at) => {
    const client = keys.get(`Patient/${people[at]}`);
    return { appointment: id, ...(client === undefined ? {} : { client }), status, turn: turnOf(id) ?? 0 };
  });
  const waiting = all.filter(one => one.status === 'waitlist').toSorted((a, b) => a.turn - b.turn);
  return [
    ...all.filter(one => one.status !== 'waitlist').map(({ turn: _, ...one }) => one),
    ...waiting.map(({ turn, ...one }, at) => ({ ...one, place: at + 1, since: instantOf(turn) })),
  ];
}

const inSlot = (booker: Booker, { id }: Slot): Promise<Appointment[]> =>
  searchAll<Appointment>(booker, 'Appointment', `slot=Slot/${id}`);

export interface Rescheduled {
  slot: string;
  when: string;
  /** Appointments that went along. */
  moved: number;
}

/**
 * The Slot and every Appointment in it that is open, in one transaction; who has a time of his own keeps it. `start`:
 * local, `2027-03-16T18:00`; the session lasts as long as before.
 */
export async function reschedule(
  booker: Booker,
  named: SlotNamed,
  { start: at, reason }: { start: string; reason: Reason },
): Promise<Rescheduled> {
  const { resource: slot } = await slotNamed(booker, named);
  const zone = await zoneOf(booker, slot);
  const start = clockTime(at, zone);
  const moved: Slot = { ...slot, start, end: later(start, slot, zone) };
  const open = (await inSlot(booker, slot)).filter(isOpen);
  await transact(
    booker,
    [moved, ...open.map(one => along(one, { slot, moved, reason }))].map(one => asAny(one) as JsonObject),
  );
  return { slot: slot.id ?? '', when: inWords(start, moved.end, zone), moved: open.length };
}

function along(
  appointment: Appointment,
  { slot, moved, reason }: { slot: Slot; moved: Slot; reason: Reason },
): Appointment {
  const { start, end } = appointment;
  const own = !sameInstant(start, slot.start) || !sameInstant(end, slot.end);
  const next = movedInto(moved, appointment, conceptOf(reason));
  if (!own) return next;
  const { start: _, end: __, ...others } = next;
  return { ...others, ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
}

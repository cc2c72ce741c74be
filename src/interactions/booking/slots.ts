// Which sessions there are, by track or site: when by the wall clock, and how many seats are left.
import { FhirError } from '../../fhir/error.ts';
import { localId } from '../../fhir/reference.ts';
import type { Appointment, Schedule, Slot } from '../../fhir/types.ts';
import { askOf } from '../../iop/booking.ts';
import { SESSION_TYPE } from '../../iop/codes-sessions.ts';
import { SEATS, TIME_ZONE } from '../../iop/extensions.ts';
import { extensionValue, localCode } from '../../iop/vocabulary.ts';
import { type Booker, keysOf, madeBy, searchAll } from './ask.ts';
import { inWords, local, spanOf } from './clock.ts';

export interface SlotsAsked {
  /** Keys of the program's records; one of the two. */
  track?: string;
  site?: string;
  /** Local days, both included. */
  from: string;
  until: string;
}

export interface SlotLine {
  slot: string;
  /** Key of the session record; absent where none made it. */
  session?: string;
  /** With the offset of the wall clock. */
  start: string;
  end: string;
  /** `Mon 2026-03-09 18:00-21:00 EDT`. */
  when: string;
  timeZone: string;
  type?: string;
  /** Absent: not limited. */
  seats?: number;
  taken: number;
  waiting: number;
  status: string;
}

export async function listSlots(booker: Booker, asked: SlotsAsked): Promise<SlotLine[]> {
  const lines: SlotLine[] = [];
  for (const schedule of await schedulesOf(booker, asked)) {
    const zone = extensionValue(TIME_ZONE, schedule) ?? 'UTC';
    const { from, until } = spanOf(asked.from, asked.until, zone);
    const times = `start=ge${encodeURIComponent(from)}&start=lt${encodeURIComponent(until)}`;
    const slots = await searchAll<Slot>(booker, 'Slot', `schedule=Schedule/${schedule.id}&${times}`);
    lines.push(...(await linesOf(booker, slots, zone)));
  }
  return lines.toSorted((a, b) => Date.parse(a.start) - Date.parse(b.start));
}

async function schedulesOf(booker: Booker, { track, site }: SlotsAsked): Promise<Schedule[]> {
  if (track !== undefined)
    return searchAll<Schedule>(booker, 'Schedule', `_id=${await madeBy(booker, 'track', track)}`);
  if (site === undefined)
    throw new FhirError('invalid-value', 'Say whose sessions: of a track or of a site.');
  return searchAll<Schedule>(booker, 'Schedule', `actor=Location/${await madeBy(booker, 'site', site)}`);
}

/** Slots in one search of Appointments. */
const AT_ONCE = 50;

async function linesOf(booker: Booker, slots: readonly Slot[], zone: string): Promise<SlotLine[]> {
  const sessions = await keysOf(
    booker,
    'session',
    slots.map(({ id }) => `Slot/${id}`),
  );
  const asks = new Map<string, ('seat' | 'turn')[]>();
  for (let at = 0; at < slots.length; at += AT_ONCE) {
    const named = slots.slice(at, at + AT_ONCE).map(({ id }) => `Slot/${id}`);
    for (const one of await searchAll<Appointment>(booker, 'Appointment', `slot=${named.join(',')}`)) {
      const { slots: places, wants } = askOf(JSON.stringify(one), booker.context.base);
      if (wants !== undefined) for (const id of places) asks.set(id, [...(asks.get(id) ?? []), wants]);
    }
  }
  return slots.map(slot => {
    const { id = '', start, end, status } = slot;
    const session = sessions.get(`Slot/${id}`);
    const type = localCode(SESSION_TYPE, slot.serviceType);
    const seats = extensionValue(SEATS, slot);
    const places = asks.get(id) ?? [];
    return {
      slot: id,
      ...(session === undefined ? {} : { session }),
      start: local(start, zone),
      end: local(end, zone),
      when: inWords(start, end, zone),
      timeZone: zone,
      ...(type === undefined ? {} : { type }),
      ...(seats === undefined ? {} : { seats }),
      taken: places.filter(one => one === 'seat').length,
      waiting: places.filter(one => one === 'turn').length,
      status,
    };
  });
}

/** The zone of the track of a Slot. */
export async function zoneOf(booker: Booker, slot: Slot): Promise<string> {
  const id = localId(slot.schedule.reference, 'Schedule', booker.context.base);
  const [schedule] = id === undefined ? [] : await searchAll<Schedule>(booker, 'Schedule', `_id=${id}`);
  return (schedule && extensionValue(TIME_ZONE, schedule)) ?? 'UTC';
}

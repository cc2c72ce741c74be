// A track: the part of the day or week in which a group of clients attends, as one Schedule. The single
// sessions of a track are Slots of it, made by session records.
//
// Glossary. Slot: morning (07-10), midday (11-14), evening (18-21) or weekend. Seats: how many clients fit
// into one session. Hours are wall clock in the track's zone: a week with a clock change keeps them.
import type { AnyResource, Schedule, Timing } from '../fhir/types.ts';
import { endAfterStart, unless } from './check.ts';
import { TRACK, type TrackSlot } from './codes.ts';
import type { Concept, Links, Names, Part, Problem, RecordEnvelope } from './concept.ts';
import {
  businessIdentifier,
  keyOf,
  part,
  partOf,
  period,
  prune,
  recordedAtOf,
  recordedExtension,
} from './element.ts';
import { SEATS, TIME_ZONE, TRACK_TIMING } from './extensions.ts';
import { checkHours, type Day, daysSchema, minutesBetween, timeAfter } from './hours.ts';
import { checkZone, ZONE } from './program.ts';
import { choice, date, flag, keyOfA, line, matching, recordSchema, time, whole } from './schema.ts';
import { codesOf, extend, extensionValue, localCode, localConcept } from './vocabulary.ts';

export interface TrackRecord extends RecordEnvelope {
  kind: 'track';
  name: string;
  slot: TrackSlot;
  active: boolean;
  /** The program record that offers it. */
  service: string;
  site?: string;
  days: Day[];
  /** HH:MM, local. */
  start: string;
  end: string;
  timeZone: string;
  seats?: number;
  /** First and last day of the planning horizon. */
  from?: string;
  until?: string;
}

const schema = recordSchema(
  'track',
  'A track: when a group of clients attends',
  {
    name: line('Name.'),
    slot: choice(codesOf(TRACK), 'Part of the day or week.'),
    active: flag('Clients attend it now.'),
    service: keyOfA('program', 'The program that offers it.'),
    site: keyOfA('site', 'Where it meets.'),
    days: daysSchema,
    start: time('Sessions start.'),
    end: time('Sessions end.'),
    timeZone: matching(ZONE, 'IANA time zone of its wall clock.'),
    seats: whole('Clients who fit into one session.', 1, 100),
    from: date('First day it is planned for.'),
    until: date('Last day it is planned for.'),
  },
  ['name', 'slot', 'active', 'service', 'days', 'start', 'end', 'timeZone'],
);

function check(record: TrackRecord): Problem[] {
  const weekend = record.days.every(day => day === 'sat' || day === 'sun');
  return [
    ...checkHours(record, 'end'),
    ...checkZone(record.timeZone),
    ...endAfterStart(record.from, record.until, 'until'),
    ...unless(record.slot !== 'weekend' || weekend, 'days', 'hold a weekday in a weekend track'),
  ];
}

/** Days, start and length: https://hl7.org/fhir/R4/datatypes.html#Timing */
function timing({ days, start, end }: TrackRecord): Timing {
  return {
    repeat: {
      duration: minutesBetween(start, end),
      durationUnit: 'min',
      frequency: 1,
      period: 1,
      periodUnit: 'wk',
      dayOfWeek: days,
      timeOfDay: [`${start}:00`],
    },
  };
}

function hoursFrom({ repeat }: Timing): { days?: Day[] | undefined; start?: string; end?: string } {
  const start = repeat?.timeOfDay?.[0]?.slice(0, 5);
  if (start === undefined) return { days: repeat?.dayOfWeek };
  return { days: repeat?.dayOfWeek, start, end: timeAfter(start, repeat?.duration ?? 0) };
}

function toFhir(record: TrackRecord, links: Links): Part[] {
  const service = links.to('program', record.service);
  const schedule: Schedule = {
    resourceType: 'Schedule',
    extension: [
      ...recordedExtension(record),
      ...extend(TRACK_TIMING, timing(record)),
      ...extend(TIME_ZONE, record.timeZone),
      ...extend(SEATS, record.seats),
    ],
    identifier: [businessIdentifier(record)],
    active: record.active,
    serviceType: [localConcept(TRACK, record.slot)],
    actor: [
      { reference: service },
      ...(record.site === undefined ? [] : [{ reference: links.to('site', record.site) }]),
    ],
    planningHorizon: period(record.from, record.until),
    comment: record.name,
  };
  return [part('', schedule)];
}

function fromFhir(parts: ReadonlyMap<string, AnyResource>, names: Names, id: string): TrackRecord {
  const schedule = partOf<Schedule>(parts);
  const actors = schedule.actor ?? [];
  const actor = (kind: string) => actors.map(one => keyOf(names, kind, one)).find(key => key !== undefined);
  const { days, start, end } = hoursFrom(extensionValue(TRACK_TIMING, schedule) ?? {});
  return prune<TrackRecord>({
    kind: 'track',
    id,
    program: names.program,
    recordedAt: recordedAtOf(schedule),
    name: schedule.comment,
    slot: localCode(TRACK, schedule.serviceType),
    active: schedule.active,
    service: actor('program'),
    site: actor('site'),
    days,
    start,
    end,
    timeZone: extensionValue(TIME_ZONE, schedule),
    seats: extensionValue(SEATS, schedule),
    from: schedule.planningHorizon?.start,
    until: schedule.planningHorizon?.end,
  });
}

export const track: Concept<TrackRecord> = {
  kind: 'track',
  title: 'A track: when a group of clients attends',
  schema,
  makes: ['Schedule'],
  check,
  toFhir,
  fromFhir,
};

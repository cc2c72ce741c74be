// A whole invented clinic as program records, for load tests and demonstrations: the same for the same
// seed, on every machine. Records come in the order of their references: directory, clients, then week by
// week the sessions, the attendance, the screens and what else happened. Streaming: memory grows with clients, not with weeks.
import type { AttendanceRecord } from '../attendance.ts';
import { attended } from '../attendance-fhir.ts';
import type { CheckInRecord } from '../check-in.ts';
import type { RecordEnvelope } from '../concept.ts';
import type { SessionRecord } from '../session.ts';
import { minutesBetween } from '../time.ts';
import { familyKey } from './arrivals.ts';
import { addDays, daysBetween, instantAt, mondayOf } from './calendar.ts';
import { clinicianRecord, directory, FIRST_DAY, ZONE } from './clinic.ts';
import { departureRecords } from './departures.ts';
import {
  attendedBy,
  cancelsAhead,
  counselorKey,
  GROUP,
  GROUPS_PER_COUNSELOR,
  personOf,
  screenedOf,
  watchOf,
} from './draws.ts';
import { checkInsOfWeek, happeningsOfWeek, type LivedWeek } from './happenings.ts';
import { FAMILY, GIVEN } from './names.ts';
import { intakeRecords } from './people.ts';
import type { Outside, Person } from './person.ts';
import { randomFor } from './random.ts';
import { screensOfWeek } from './screens.ts';
import { attendanceOfWeek, sessionsOfWeek } from './week.ts';

export interface ClinicSize {
  /** How many clients, 1 or more. */
  clients: number;
  /** How many weeks of sessions, 1 or more. */
  weeks: number;
  /** Any whole number. */
  seed: number;
  /** Logical id of the program's Organization. */
  program: string;
  /** A day of the first week. */
  firstDay?: string;
  /** What is dated before this day has happened, and from it on is planned; all has, where it is not told. */
  today?: string;
  outside?: Outside;
}

const OUTSIDE: Outside = { ehr: 'lakeside-health', payer: 'granite-mutual' };

/** The first day of so many weeks, of which the day is in the last one. */
export const weeksUntil = (day: string, weeks: number): string => addDays(mondayOf(day), (1 - weeks) * 7);

export function* generateClinic(size: ClinicSize): Generator<RecordEnvelope, void, undefined> {
  const { program, seed, weeks, outside = OUTSIDE } = size;
  const firstMonday = mondayOf(size.firstDay ?? FIRST_DAY);
  const { today = addDays(firstMonday, weeks * 7) } = size;
  yield* directory(program);
  yield* counselors(program, Math.ceil(size.clients / GROUP / GROUPS_PER_COUNSELOR), seed);
  const people: Person[] = [];
  for (let index = 0; index < size.clients; index++) {
    const random = randomFor(seed, `client ${index}`);
    const person = personOf(
      { program, firstMonday, weeks, today },
      index,
      random,
      randomFor(seed, `story ${index}`),
    );
    people.push(person);
    yield* intakeRecords(program, person, outside, random);
  }
  for (let week = 0; week < weeks; week++) {
    const monday = addDays(firstMonday, week * 7);
    yield* weekRecords({ program, seed, outside, today }, people, monday, week);
  }
}

type Setting = Required<Pick<ClinicSize, 'program' | 'seed' | 'outside' | 'today'>>;

function* weekRecords(
  setting: Setting,
  people: readonly Person[],
  monday: string,
  week: number,
): Generator<RecordEnvelope> {
  const { program, seed, today } = setting;
  const sunday = addDays(monday, 6);
  const here = people.filter(({ stay }) => stay.from <= sunday && monday <= stay.until);
  const stays = here.map(person => person.stay);
  const byClient = new Map(here.map(person => [person.client, person]));
  const sessions = sessionsOfWeek(program, stays, monday, week).map(one => withCancellations(one, setting));
  const lived = here.map(person => livedWeek(setting, person, monday));
  const checkIns = lived.flatMap(checkInsOfWeek).filter(one => one.at < today);
  // What is amended stands right before what amends it.
  yield* checkIns;
  yield* sessions;
  const staysByClient = new Map(stays.map(stay => [stay.client, stay]));
  const over = sessions.filter(one => one.start < today);
  const attendance = attendanceOfWeek(staysByClient, over, (stay, session) =>
    attendedBy(randomFor(seed, `${session.id} ${stay.client}`), minutesBetween(session.start, session.end)),
  );
  yield* attendance.map(one => withWhatCame(one, byClient.get(one.client), checkIns));
  yield* screensOfWeek(program, stays, monday, {
    screen: (stay, date) =>
      addDays(date, 1) < today
        ? screenedOf(byClient.get(stay.client), date, randomFor(seed, `screen ${stay.client} ${date}`))
        : undefined,
    watch: stay => watchOf(byClient.get(stay.client)),
  });
  yield* lived.flatMap(happeningsOfWeek).filter(one => (one.recordedAt ?? '') < today);
  yield* here.filter(({ stay }) => stay.until <= sunday).flatMap(person => departureRecords(program, person));
}

function livedWeek({ program, seed, outside, today }: Setting, person: Person, monday: string): LivedWeek {
  const week = daysBetween(person.stay.from, monday) / 7;
  const random = randomFor(seed, `week ${person.client} ${monday}`);
  return { program, person, monday, week, today, outside, random };
}

/** Family comes to family sessions; what a client noted alone in a week is brought to the session alone of that week. */
function withWhatCame(
  one: AttendanceRecord,
  person: Person | undefined,
  checkIns: readonly CheckInRecord[],
): AttendanceRecord {
  if (person === undefined || !attended(one.status)) return one;
  if (one.type === 'family') return { ...one, family: [familyKey(person.number)] };
  if (one.type !== 'individual') return one;
  const brought = checkIns.filter(
    checkIn => checkIn.client === one.client && checkIn.by === 'client' && checkIn.at < one.start,
  );
  return brought.length === 0 ? one : { ...one, checkIns: brought.map(checkIn => checkIn.id) };
}

/** Some say a day before that they will not come. */
function withCancellations(session: SessionRecord, { seed, today }: Setting): SessionRecord {
  const clients = (session.clients ?? []).map(one => {
    if (!cancelsAhead(randomFor(seed, `cancels ${session.id} ${one.client}`))) return one;
    const at = instantAt(addDays(session.start.slice(0, 10), -1), '10:00', ZONE);
    return at < today ? { ...one, cancelled: { by: 'patient' as const, reason: 'cannot come', at } } : one;
  });
  return { ...session, clients };
}

function* counselors(program: string, count: number, seed: number): Generator<RecordEnvelope> {
  for (let index = 0; index < count; index++) {
    const random = randomFor(seed, `counselor ${index}`);
    const facts = {
      given: random.pick(GIVEN),
      family: random.pick(FAMILY),
      letters: 'LICDC',
      discipline: 'counselor' as const,
    };
    yield clinicianRecord(program, { id: counselorKey(index), ...facts });
  }
}

// A whole invented clinic as program records, for load tests and demonstrations: the same for the same
// seed, on every machine. Records come in the order of their references: directory, clients, then week by
// week the sessions, the attendance and the screens. Streaming: memory grows with clients, not with weeks.
import type { RecordEnvelope } from '../concept.ts';
import type { SessionRecord } from '../session.ts';
import { minutesBetween } from '../time.ts';
import { addDays, instantAt, mondayOf } from './calendar.ts';
import { clinicianRecord, directory, FIRST_DAY, ZONE } from './clinic.ts';
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
  outside?: Outside;
}

const OUTSIDE: Outside = { ehr: 'lakeside-health', payer: 'granite-mutual' };

export function* generateClinic(size: ClinicSize): Generator<RecordEnvelope, void, undefined> {
  const { program, seed, weeks, outside = OUTSIDE } = size;
  const firstMonday = mondayOf(size.firstDay ?? FIRST_DAY);
  yield* directory(program);
  yield* counselors(program, Math.ceil(size.clients / GROUP / GROUPS_PER_COUNSELOR), seed);
  const people: Person[] = [];
  for (let index = 0; index < size.clients; index++) {
    const random = randomFor(seed, `client ${index}`);
    const person = personOf({ program, firstMonday, weeks }, index, random);
    people.push(person);
    yield* intakeRecords(program, person, outside, random);
  }
  for (let week = 0; week < weeks; week++)
    yield* weekRecords(size, people, addDays(firstMonday, week * 7), week);
}

function* weekRecords(
  { program, seed }: ClinicSize,
  people: readonly Person[],
  monday: string,
  week: number,
): Generator<RecordEnvelope> {
  const sunday = addDays(monday, 6);
  const here = people.filter(({ stay }) => stay.from <= sunday && monday <= stay.until);
  const stays = here.map(person => person.stay);
  const byClient = new Map(here.map(person => [person.client, person]));
  const sessions = sessionsOfWeek(program, stays, monday, week).map(one => withCancellations(one, seed));
  yield* sessions;
  const staysByClient = new Map(stays.map(stay => [stay.client, stay]));
  yield* attendanceOfWeek(staysByClient, sessions, (stay, session) =>
    attendedBy(randomFor(seed, `${session.id} ${stay.client}`), minutesBetween(session.start, session.end)),
  );
  yield* screensOfWeek(program, stays, monday, {
    screen: (stay, date) =>
      screenedOf(byClient.get(stay.client), date, randomFor(seed, `screen ${stay.client} ${date}`)),
    watch: stay => watchOf(byClient.get(stay.client)),
  });
}

/** Some say a day before that they will not come. */
function withCancellations(session: SessionRecord, seed: number): SessionRecord {
  const clients = (session.clients ?? []).map(one => {
    if (!cancelsAhead(randomFor(seed, `cancels ${session.id} ${one.client}`))) return one;
    const at = instantAt(addDays(session.start.slice(0, 10), -1), '10:00', ZONE);
    return { ...one, cancelled: { by: 'patient' as const, reason: 'cannot come', at } };
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

// The fixtures' clinic, told week by week: people and events become program records.
import type { AttendanceRecord } from '../../../src/iop/attendance.ts';
import type { RecordEnvelope } from '../../../src/iop/concept.ts';
import { addDays, instantAt } from '../../../src/iop/generate/calendar.ts';
import { directory, FIRST_DAY, ZONE } from '../../../src/iop/generate/clinic.ts';
import { screensOfWeek } from '../../../src/iop/generate/screens.ts';
import { attendanceOfWeek, type Stay, sessionsOfWeek } from '../../../src/iop/generate/week.ts';
import type { SessionRecord } from '../../../src/iop/session.ts';
import type { TrackRecord } from '../../../src/iop/track.ts';
import type { UrineScreenRecord } from '../../../src/iop/urine-screen.ts';
import { ATTENDED, BROUGHT, CANCELLED, MOVED, RELATIVES, SCREENED } from './events.ts';
import { happeningsOfWeek } from './happenings.ts';
import { intakeOf } from './intake.ts';
import { clientKey, PROGRAM } from './keys.ts';
import { PEOPLE, type StoryPerson } from './people.ts';

const WEEKS = 12;
/** From this day on nothing has happened yet: sessions are booked, no more. */
const TODAY = '2026-10-19';

/** Three seats in the evening, so that some of its sessions are full: a full Slot is nobody else's business. */
const DIRECTORY = directory(PROGRAM).map(one =>
  one.kind === 'track' && one.id === 'evening' ? { ...one, seats: 3 } : one,
);

/** The records of fixtures/, by file: the directory, the clients, and what happened week by week. */
export function storyFiles(): ReadonlyMap<string, readonly RecordEnvelope[]> {
  const stays = PEOPLE.map(stayOf);
  const weeks = Array.from({ length: WEEKS }, (_, week) => week);
  const months = Map.groupBy(weeks, week => addDays(FIRST_DAY, week * 7).slice(5, 7));
  const care = [...months].map(([month, inMonth]) => {
    const name = FILES[month];
    if (name === undefined) throw new Error(`No file is named for month ${month}.`);
    return [name, inMonth.flatMap(week => weekOf(stays, week))] as const;
  });
  return new Map([['1-directory', DIRECTORY], ['2-clients', PEOPLE.flatMap(intakeOf)], ...care]);
}

/** A week belongs to the month of its Monday. */
const FILES: Readonly<Record<string, string>> = {
  '08': '3-care-august',
  '09': '4-care-september',
  '10': '5-care-october',
};

function stayOf(person: StoryPerson): Stay {
  const track = DIRECTORY.find(one => one.kind === 'track' && one.id === person.track) as TrackRecord;
  return {
    client: clientKey(person),
    episode: `stay-${person.number}`,
    cohort: person.track,
    track,
    counselor: person.counselor,
    from: person.from,
    until: person.until,
    mentalHealth: person.episode.mentalHealthOnly === true,
    telehealth: person.telehealth === true,
    medicated: person.order !== undefined,
    individual: person.individual,
    family: person.family === true,
  };
}

function weekOf(stays: readonly Stay[], week: number): RecordEnvelope[] {
  const monday = addDays(FIRST_DAY, week * 7);
  const sessions = sessionsOfWeek(PROGRAM, stays, monday, week).map(withChanges);
  const past = sessions.filter(session => session.start < TODAY);
  const attendance = attendanceOfWeek(
    new Map(stays.map(stay => [stay.client, stay])),
    past,
    (stay, session) => ATTENDED[eventKey(stay.client, session)] ?? { status: 'present' },
  ).map(withWhatCame);
  return [...sessions, ...attendance, ...screens(stays, monday), ...happeningsOfWeek(monday)];
}

/** `101 2026-08-12`, of sessions of a track only: single sessions all took place. */
const eventKey = (client: string, session: SessionRecord): string =>
  session.track === undefined ? '' : `${client.slice(2)} ${session.start.slice(0, 10)}`;

/** Who of the family took part, and what a client brought along. */
function withWhatCame(one: AttendanceRecord): AttendanceRecord {
  const relatives = one.type === 'family' ? RELATIVES[one.client] : undefined;
  const checkIns = BROUGHT[one.id];
  return {
    ...one,
    ...(relatives === undefined ? {} : { family: [...relatives] }),
    ...(checkIns === undefined ? {} : { checkIns: [...checkIns] }),
  };
}

function withChanges(session: SessionRecord): SessionRecord {
  const clients = (session.clients ?? []).map(one => {
    const event = eventKey(one.client, session);
    const cancelled = CANCELLED[event];
    const moved = MOVED[event];
    return {
      ...one,
      ...(moved === undefined ? {} : { start: instantAt(session.start.slice(0, 10), moved.start, ZONE) }),
      ...(cancelled === undefined ? {} : { cancelled }),
    };
  });
  return { ...session, clients };
}

/** Every Monday's clients of substance use tracks are screened on the first day of their week. */
function screens(stays: readonly Stay[], monday: string): UrineScreenRecord[] {
  const screened = stays.filter(stay => !stay.mentalHealth && !stay.telehealth && monday < TODAY);
  return screensOfWeek(PROGRAM, screened, monday, {
    screen: (stay, date) => {
      const scripted = SCREENED[`${stay.client.slice(2)} ${date}`];
      if (scripted !== undefined) return scripted;
      const { expected } = personOf(stay.client);
      const first = date === monday || (stay.track.id === 'weekend' && date === addDays(monday, 5));
      return first
        ? { collection: 'collected', positive: expected === undefined ? [] : [expected] }
        : undefined;
    },
    watch: stay => {
      const { expected, number } = personOf(stay.client);
      return expected === undefined ? {} : { expected: { drug: expected, medication: `rx-${number}` } };
    },
  });
}

const personOf = (client: string): StoryPerson =>
  PEOPLE.find(one => clientKey(one) === client) as StoryPerson;

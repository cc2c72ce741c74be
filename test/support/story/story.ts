// The fixtures' clinic, told week by week: people and events become program records.
import type { AttendanceRecord } from '../../../src/iop/attendance.ts';
import type { RecordEnvelope } from '../../../src/iop/concept.ts';
import { addDays, daysBetween, instantAt } from '../../../src/iop/generate/calendar.ts';
import { directory, FIRST_DAY, ZONE } from '../../../src/iop/generate/clinic.ts';
import { screensOfWeek } from '../../../src/iop/generate/screens.ts';
import { attendanceOfWeek, type Stay, sessionsOfWeek } from '../../../src/iop/generate/week.ts';
import type { SessionRecord } from '../../../src/iop/session.ts';
import type { TrackRecord } from '../../../src/iop/track.ts';
import type { UrineScreenRecord } from '../../../src/iop/urine-screen.ts';
import { EARLIER, EARLIER_ATTENDED, EARLIER_HAPPENINGS, EARLIER_SCREENED, SECOND_STAYS } from './earlier.ts';
import { ATTENDED, BROUGHT, CANCELLED, MOVED, RELATIVES, SCREENED } from './events.ts';
import { happeningsOfWeek } from './happenings.ts';
import { intakeOf } from './intake.ts';
import { clientKey, PROGRAM } from './keys.ts';
import { PEOPLE, type StoryPerson } from './people.ts';

/** From the first Monday to the last; the weeks before FIRST_DAY are told of a few people alone. */
const FIRST_MONDAY = '2025-11-03';
const LAST_MONDAY = '2026-10-19';
/** From this day on nothing has happened yet: sessions are booked, no more. */
const TODAY = '2026-10-19';

/** Three seats in the evening, so that some of its sessions are full: a full Slot is nobody else's business. */
const DIRECTORY = directory(PROGRAM).map(one =>
  one.kind === 'track' && one.id === 'evening' ? { ...one, seats: 3 } : one,
);

/** The records of fixtures/, by file: the directory, the clients, and what happened week by week. */
export function storyFiles(): ReadonlyMap<string, readonly RecordEnvelope[]> {
  const stays = [...ALL.map(stayOf), ...SECOND_STAYS.map(secondStayOf)];
  const weeks = daysBetween(FIRST_MONDAY, LAST_MONDAY) / 7 + 1;
  const mondays = Array.from({ length: weeks }, (_, week) => addDays(FIRST_MONDAY, week * 7));
  const files = Map.groupBy(mondays, monday => FILES.findLast(([from]) => from <= monday)![1]);
  const care = [...files].map(([name, those]) => {
    const records = those.flatMap(monday => weekOf(stays, monday));
    return [name, name === FILES[0]![1] ? [...EARLIER.flatMap(intakeOf), ...records] : records] as const;
  });
  return new Map([['1-directory', DIRECTORY], ['2-clients', PEOPLE.flatMap(intakeOf)], ...care]);
}

/** From which Monday on a week stands in which file. They are read in the order of their names. */
const FILES: readonly (readonly [from: string, file: string])[] = [
  [FIRST_MONDAY, '2-earlier-1-winter'],
  ['2026-03-02', '2-earlier-2-spring'],
  [FIRST_DAY, '3-care-august'],
  ['2026-09-07', '4-care-september'],
  ['2026-10-05', '5-care-october'],
];

const ALL: readonly StoryPerson[] = [...PEOPLE, ...EARLIER];
const ATTENDED_OF_ALL = { ...ATTENDED, ...EARLIER_ATTENDED };
const SCREENED_OF_ALL = { ...SCREENED, ...EARLIER_SCREENED };

const secondStayOf = ({ number, ...stay }: (typeof SECOND_STAYS)[number]): Stay => ({
  ...stayOf(ALL.find(one => one.number === number)!),
  ...stay,
});

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

/** Topics and what comes every fourth week go round, so that a year of weeks may be added. */
const ROUND = 48;

function weekOf(all: readonly Stay[], monday: string): RecordEnvelope[] {
  const sunday = addDays(monday, 6);
  const stays = all.filter(stay => stay.from <= sunday && stay.until >= monday);
  const week = daysBetween(FIRST_DAY, monday) / 7 + ROUND;
  const sessions = sessionsOfWeek(PROGRAM, stays, monday, week).map(withChanges);
  const past = sessions.filter(session => session.start < TODAY);
  const attendance = attendanceOfWeek(
    new Map(stays.map(stay => [stay.client, stay])),
    past,
    (stay, session) => ATTENDED_OF_ALL[eventKey(stay.client, session)] ?? { status: 'present' },
  ).map(withWhatCame);
  return [
    ...sessions,
    ...attendance,
    ...screens(stays, monday),
    ...happeningsOfWeek(monday, EARLIER_HAPPENINGS),
  ];
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
      const scripted = SCREENED_OF_ALL[`${stay.client.slice(2)} ${date}`];
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

const personOf = (client: string): StoryPerson => ALL.find(one => clientKey(one) === client) as StoryPerson;

// One week of a clinic: who was to come when, and who came. What varies is asked of `Choices`, so that the
// fixtures' scripted people and the generator's drawn ones live through the same weeks.
import type { AttendanceRecord } from '../attendance.ts';
import { minutesOf, timeOf } from '../check.ts';
import type { Modality } from '../modality.ts';
import type { SessionRecord, SessionType } from '../session.ts';
import type { TrackRecord } from '../track.ts';
import { addDays, instantAt, weekdayOf } from './calendar.ts';

/** One client's stay, as far as a week needs to know. */
export interface Stay {
  client: string;
  episode: string;
  /** Which group of the track: sessions of one cohort are held together. */
  cohort: string;
  track: TrackRecord;
  counselor: string;
  /** First and last day of sessions. */
  from: string;
  until: string;
  mentalHealth: boolean;
  telehealth: boolean;
  /** Has a prescriber's visit every fourth week. */
  medicated: boolean;
  /** Day of the week (0 = Monday) and time of the individual session. */
  individual: { day: number; time: string };
  /** A family session every fourth week. */
  family: boolean;
}

export interface Attended {
  status: AttendanceRecord['status'];
  /** Minutes after the start, or before the end, where late or gone early. */
  minutes?: number;
  reason?: string;
}

/** How one client attends one session. */
export type Attend = (stay: Stay, session: SessionRecord) => Attended;

const GROUP_TYPES: readonly SessionType[] = ['group', 'skills', 'education'];
const TOPICS = [
  'coping-skills',
  'triggers',
  'grounding',
  'relapse-prevention',
  'stress-management',
  'sleep',
  'emotional-regulation',
  'communication',
  'nutrition',
  'problem-solving',
  'boundaries',
  'wellness',
];

const isThere = (stay: Stay, date: string): boolean => stay.from <= date && date <= stay.until;

/** Sessions of the week that starts on this Monday, in order of time; `week` counts from 0. */
export function sessionsOfWeek(
  program: string,
  stays: readonly Stay[],
  monday: string,
  week: number,
): SessionRecord[] {
  const cohorts = Map.groupBy(stays, stay => stay.cohort);
  const groups = [...cohorts.values()].flatMap(cohort => groupSessions(program, cohort, monday, week));
  const single = stays.flatMap(stay => singleSessions(program, stay, monday, week));
  return [...groups, ...single].toSorted((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
}

function groupSessions(
  program: string,
  cohort: readonly Stay[],
  monday: string,
  week: number,
): SessionRecord[] {
  const [first] = cohort;
  if (first === undefined) return [];
  const { track } = first;
  const dates = Array.from({ length: 7 }, (_, day) => addDays(monday, day));
  return dates
    .filter(date => track.days.includes(weekdayOf(date)))
    .flatMap((date, index) => {
      const clients = cohort.filter(stay => isThere(stay, date)).map(stay => ({ client: stay.client }));
      if (clients.length === 0) return [];
      const topic = TOPICS[(week * track.days.length + index) % TOPICS.length] as string;
      return [groupSession(program, first, { date, index, topic, clients })];
    });
}

function groupSession(
  program: string,
  { cohort, track, counselor, mentalHealth }: Stay,
  day: { date: string; index: number; topic: string; clients: { client: string }[] },
): SessionRecord {
  return {
    kind: 'session',
    id: `${cohort}-${day.date}`,
    program,
    type: GROUP_TYPES[day.index % GROUP_TYPES.length] as SessionType,
    mode: track.site === 'online' ? 'telehealth' : 'on-site',
    start: instantAt(day.date, track.start, track.timeZone),
    end: instantAt(day.date, track.end, track.timeZone),
    track: track.id,
    ...(track.site === undefined ? {} : { site: track.site }),
    clinician: counselor,
    topic: day.topic,
    ...(track.seats === undefined ? {} : { capacity: track.seats }),
    serviceCode: mentalHealth ? 'S9480' : 'H0015',
    clients: day.clients,
  };
}

interface Single {
  type: SessionType;
  minutes: number;
  clinician: string;
  serviceCode: string;
  topic?: string;
  day: number;
}

/** Sessions of one client alone: counseling every week, family and medication visits every fourth. */
function singleSessions(program: string, stay: Stay, monday: string, week: number): SessionRecord[] {
  const { day } = stay.individual;
  const planned: Single[] = [
    { type: 'individual', minutes: 60, clinician: stay.counselor, serviceCode: '90837', day },
  ];
  if (stay.family && week % 4 === 2)
    planned.push({
      type: 'family',
      minutes: 60,
      clinician: 'abara',
      serviceCode: '90847',
      topic: 'boundaries',
      day: (day + 1) % 5,
    });
  if (stay.medicated && week % 4 === 1)
    planned.push({
      type: 'medication',
      minutes: 30,
      clinician: 'castellan',
      serviceCode: '99213',
      day: (day + 2) % 5,
    });
  return planned
    .filter(one => isThere(stay, addDays(monday, one.day)))
    .map(one => singleSession(program, stay, one, addDays(monday, one.day)));
}

function singleSession(program: string, stay: Stay, one: Single, date: string): SessionRecord {
  const { time } = stay.individual;
  const end = timeOf(minutesOf(time) + one.minutes);
  return {
    kind: 'session',
    id: `${one.type}-${stay.client}-${date}`,
    program,
    type: one.type,
    mode: stay.telehealth ? 'telehealth' : 'on-site',
    start: instantAt(date, time, stay.track.timeZone),
    end: instantAt(date, end, stay.track.timeZone),
    site: stay.telehealth ? 'online' : 'mill-street-2',
    clinician: one.clinician,
    ...(one.topic === undefined ? {} : { topic: one.topic }),
    serviceCode: one.serviceCode,
    clients: [{ client: stay.client }],
  };
}

/** Who came, in the order of the sessions. */
export function attendanceOfWeek(
  stays: ReadonlyMap<string, Stay>,
  sessions: readonly SessionRecord[],
  attend: Attend,
): AttendanceRecord[] {
  return sessions.flatMap(session =>
    (session.clients ?? []).flatMap(({ client, cancelled }) => {
      const stay = stays.get(client);
      if (stay === undefined || cancelled !== undefined) return [];
      return [attendanceOf(stay, session, attend(stay, session))];
    }),
  );
}

const PROCEDURES: Readonly<Partial<Record<SessionType, Modality[]>>> = {
  group: ['group-therapy'],
  individual: ['individual-therapy'],
  family: ['family-therapy'],
};

/** What was done: individual sessions of a substance use stay count as addiction counseling. */
function proceduresOf(stay: Stay, type: SessionType): Modality[] | undefined {
  if (type === 'individual' && !stay.mentalHealth) return ['addiction-counseling'];
  return PROCEDURES[type];
}

function attendanceOf(stay: Stay, session: SessionRecord, attended: Attended): AttendanceRecord {
  const { status, reason, minutes = 0 } = attended;
  const there = status !== 'excused' && status !== 'no-show';
  const procedures = there ? proceduresOf(stay, session.type) : undefined;
  return {
    kind: 'attendance',
    id: `${session.id}-${stay.client}`,
    program: session.program,
    session: session.id,
    client: stay.client,
    status,
    type: session.type,
    mode: stay.telehealth ? 'telehealth' : session.mode,
    start: status === 'late' ? shift(session.start, minutes) : session.start,
    end: status === 'left-early' ? shift(session.end, -minutes) : session.end,
    episode: stay.episode,
    ...(session.clinician === undefined ? {} : { clinician: session.clinician }),
    ...(session.site === undefined ? {} : { site: session.site }),
    ...(session.topic === undefined ? {} : { topic: session.topic }),
    ...(there && session.serviceCode !== undefined ? { serviceCodes: [session.serviceCode] } : {}),
    ...(procedures === undefined ? {} : { procedures }),
    ...(reason === undefined || there ? {} : { reason }),
  };
}

/** The same wall clock some minutes later; not across midnight. */
function shift(instant: string, minutes: number): string {
  const time = timeOf(minutesOf(instant.slice(11, 16)) + minutes);
  return `${instant.slice(0, 11)}${time}${instant.slice(16)}`;
}

// Who is in the program today: in which track, phase and week of the stay; free seats, and who did not come.
// Pure.
import { type ClientRecord, client } from '../../iop/client.ts';
import { prune } from '../../iop/element.ts';
import { type EpisodeRecord, episode } from '../../iop/episode.ts';
import { type TrackRecord, track } from '../../iop/track.ts';
import { type Calendar, calendarOf, weekNumber } from './calendar.ts';
import { nameOf } from './name.ts';
import { byStart, type Read, readAppointments, readKind } from './read.ts';
import type { FoundRecords } from './records.ts';

export interface CensusFacts {
  found: FoundRecords;
  /** ms since the epoch. */
  now: number;
  /** Of the program; a track may have one of its own. */
  zone: string | undefined;
  /** The caller sees every stay of the program, so that what is left over is free. */
  whole: boolean;
  /** `Patient/id` of a stay or an Appointment, by its own reference. */
  personOf: ReadonlyMap<string, string>;
  /** `Schedule/id` of a stay that names one. */
  trackOf: ReadonlyMap<string, string>;
}

export interface CensusClient {
  client: { id?: string; resource: string; name: string };
  /** The EpisodeOfCare. */
  stay: string;
  status: 'active' | 'onhold';
  level?: string;
  phase?: string;
  from?: string;
  /** Which week of the stay it is; the week of admission is the first. */
  week?: number;
}

export interface CensusTrack {
  id?: string;
  /** The Schedule; absent for those whose stay names no track. */
  resource?: string;
  name?: string;
  /** The local day that it is there. */
  today: string;
  seats?: number;
  /** Clients whose stay is active: those of them that the caller sees. */
  active: number;
  /** Seats less active; absent where the caller does not see all of the stays, or seats are not limited. */
  free?: number;
  clients: readonly CensusClient[];
}

export interface NoShow {
  client: CensusClient['client'];
  /** The Appointment. */
  resource: string;
  start: string;
  type?: string;
}

export interface Census {
  timeZone: string;
  today: string;
  tracks: readonly CensusTrack[];
  noShows: readonly NoShow[];
}

type People = (reference: string | undefined) => CensusClient['client'] | undefined;

export function censusOf(facts: CensusFacts): Census {
  const { found, now, zone } = facts;
  const calendar = calendarOf(zone, now);
  const people = peopleIn(found);
  const tracks = readKind(track, found).sort((a, b) => wordsOf(a).localeCompare(wordsOf(b)));
  const stays = readKind(episode, found).filter(({ record }) => isHere(record));
  const known = new Set(tracks.map(one => one.resource));
  const byTrack = Map.groupBy(stays, one => {
    const named = facts.trackOf.get(one.resource);
    return named !== undefined && known.has(named) ? named : undefined;
  });
  const rows = tracks
    .map(one => rowOf(one, byTrack.get(one.resource) ?? [], people, facts, calendar))
    .filter((row, at) => tracks[at]!.record.active !== false || row.clients.length > 0);
  const homeless = byTrack.get(undefined) ?? [];
  const rest = homeless.length === 0 ? [] : [rowOf(undefined, homeless, people, facts, calendar)];
  return {
    timeZone: calendar.zone,
    today: calendar.today,
    tracks: [...rows, ...rest],
    noShows: noShowsOf(facts, people, calendar),
  };
}

const wordsOf = ({ record, resource }: Read<TrackRecord>): string => record.name ?? resource;
const isHere = ({ status }: EpisodeRecord): boolean => status === 'active' || status === 'onhold';

function peopleIn(found: FoundRecords): People {
  const people = new Map(
    readKind(client, found).map((one: Read<ClientRecord>) => [
      one.resource,
      prune<CensusClient['client']>({
        id: one.id,
        resource: one.resource,
        name: nameOf(one.record.name) ?? one.resource,
      }),
    ]),
  );
  return reference => people.get(reference ?? '');
}

function rowOf(
  one: Read<TrackRecord> | undefined,
  stays: readonly Read<EpisodeRecord>[],
  people: People,
  { personOf, now, whole }: CensusFacts,
  programs: Calendar,
): CensusTrack {
  const zone = one?.record.timeZone;
  const calendar = zone === undefined ? programs : calendarOf(zone, now);
  const clients = stays
    .map(stay => clientOf(stay, people(personOf.get(stay.resource)), calendar))
    .filter(row => row !== undefined)
    .sort((a, b) => a.client.name.localeCompare(b.client.name));
  const active = clients.filter(row => row.status === 'active').length;
  const seats = one?.record.seats;
  const head = prune<Partial<CensusTrack>>({
    id: one?.id,
    resource: one?.resource,
    name: one?.record.name,
    seats,
    free: seats !== undefined && whole ? Math.max(0, seats - active) : undefined,
  } as CensusTrack);
  return { ...head, today: calendar.today, active, clients };
}

/** A day of admission that is still to come is none. */
function clientOf(
  { record, resource }: Read<EpisodeRecord>,
  person: CensusClient['client'] | undefined,
  { dayOf, today }: Calendar,
): CensusClient | undefined {
  if (person === undefined) return undefined;
  const from = record.from === undefined ? undefined : dayOf(record.from);
  if (from !== undefined && from > today) return undefined;
  const { level, phase } = record;
  return prune<CensusClient>({
    client: person,
    stay: resource,
    status: record.status as CensusClient['status'],
    level,
    phase,
    from: record.from,
    week: from === undefined ? undefined : weekNumber(from, today),
  });
}

/** By the day of the program: an Appointment does not say in which zone it is. */
function noShowsOf({ found, personOf }: CensusFacts, people: People, { dayOf, today }: Calendar): NoShow[] {
  return readAppointments(found)
    .filter(
      ({ record, status }) =>
        status === 'noshow' && record.start !== undefined && dayOf(record.start) === today,
    )
    .sort((a, b) => byStart(a.record.start, b.record.start))
    .flatMap(({ record, resource }): NoShow[] => {
      const person = people(personOf.get(resource));
      if (person === undefined) return [];
      const { start, type } = record;
      return [{ client: person, resource, start, ...(type === undefined ? {} : { type }) }];
    });
}

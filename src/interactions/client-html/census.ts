// The census of a program to read and print. Pure.
import { SESSION_TYPE } from '../../iop/codes-sessions.ts';
import { type Html, html } from '../../iop/html.ts';
import type { Census, CensusClient, CensusTrack, NoShow } from '../client-view/census.ts';
import { wordOf } from '../client-view/events.ts';
import { type Column, none, page, section, table } from './document.ts';
import { levelWords, phaseWords } from './stay.ts';

export const censusPage = (census: Census): string =>
  page(
    'Census',
    html`<p class="told">As of ${census.today} by the clock of ${census.timeZone}. Protected health information.</p>`,
    section(
      'Tracks',
      table('Seats, and clients whose stay is active', TRACKS, census.tracks, 'There are no tracks.'),
    ),
    section('Did not come today', table('By time', NO_SHOWS, census.noShows, 'Nobody is marked as absent.')),
    census.tracks.map(trackPart),
  );

const nameOfTrack = ({ name, resource }: CensusTrack): string => name ?? resource ?? 'Without a track';

const TRACKS: readonly Column<CensusTrack>[] = [
  { title: 'Track', kind: 'text', of: nameOfTrack },
  { title: 'Seats', kind: 'number', of: one => one.seats ?? 'not limited' },
  { title: 'Active', kind: 'number', of: one => one.active },
  { title: 'On hold', kind: 'number', of: one => one.clients.length - one.active },
  { title: 'Free', kind: 'number', of: one => one.free ?? 'not known' },
];

const NO_SHOWS: readonly Column<NoShow>[] = [
  { title: 'Begin', kind: 'day', of: one => one.start },
  { title: 'Client', kind: 'text', of: one => one.client.name },
  {
    title: 'Session',
    of: one => one.type && ((SESSION_TYPE.codes as Record<string, string>)[one.type] ?? one.type),
  },
];

const CLIENTS: readonly Column<CensusClient>[] = [
  { title: 'Client', kind: 'text', of: one => one.client.name },
  { title: 'Status', of: one => wordOf(one.status) },
  { title: 'Level of care', of: one => levelWords(one.level) },
  { title: 'Phase', of: one => phaseWords(one.phase) },
  { title: 'From', kind: 'day', of: one => one.from },
  { title: 'Week', kind: 'number', of: one => one.week },
];

function trackPart(track: CensusTrack): Html {
  const { clients, today } = track;
  if (clients.length === 0) return section(nameOfTrack(track), none('Nobody is in it.'));
  return section(nameOfTrack(track), table(`Clients on ${today}`, CLIENTS, clients, ''));
}

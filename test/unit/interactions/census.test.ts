// The census as a pure function of the records.
import { describe, expect, test } from '@jest/globals';
import { censusPage } from '../../../src/interactions/client-html/census.ts';
import { type CensusFacts, censusOf } from '../../../src/interactions/client-view/census.ts';
import { chartOf, type LooseRecord, stay } from '../../support/chart.ts';

const person = (id: string, family: string): LooseRecord => ({
  kind: 'client',
  id,
  active: true,
  name: { family, given: ['A'] },
  birthDate: '1990-01-02',
  gender: 'female',
});
const track = (id: string, more: object = {}): LooseRecord => ({
  kind: 'track',
  id,
  name: id,
  slot: 'evening',
  active: true,
  service: 'iop',
  days: ['mon'],
  start: '18:00',
  end: '21:00',
  timeZone: 'America/New_York',
  seats: 3,
  ...more,
});
const stayOf = (client: string, more: object = {}): LooseRecord =>
  stay({ id: `stay-${client}`, client, track: 'evening', ...more });
const missed = (client: string, start: string, more: object = {}): LooseRecord => ({
  kind: 'session',
  id: `s-${client}`,
  type: 'group',
  mode: 'on-site',
  start,
  end: start.replace('T18', 'T21'),
  clients: [{ client }],
  ...more,
});

/** As they are found in a store. Every Appointment is one where nobody came. */
function factsOf(records: readonly LooseRecord[], more: Partial<CensusFacts> = {}): CensusFacts {
  const { found, calendar } = chartOf(records);
  const entries = [...found.resources];
  const personOf = new Map<string, string>();
  const trackOf = new Map<string, string>();
  for (const [reference, resource] of entries) {
    const text = JSON.stringify(resource);
    const whose = /Patient\/[\w-]+/.exec(text);
    if (whose !== null) personOf.set(reference, whose[0]);
    const where = /Schedule\/[\w-]+/.exec(text);
    if (where !== null) trackOf.set(reference, where[0]);
    if (resource.resourceType === 'Appointment') resource.status = 'noshow';
  }
  return { found, now: calendar.now, zone: 'America/New_York', whole: true, personOf, trackOf, ...more };
}

const RECORDS = [
  person('a', 'Aard'),
  person('b', 'Bree'),
  person('c', 'Cole'),
  person('d', 'Dunn'),
  track('evening'),
  track('closed', { active: false }),
  stayOf('b', { from: '2026-10-30', phase: 'taper' }),
  stayOf('a', { from: '2026-11-30' }),
  stayOf('c', { status: 'onhold' }),
  stayOf('d', { status: 'finished', until: '2026-11-20' }),
];

test('who is in which track, phase and week, and which seats are free', () => {
  const { tracks, today } = censusOf(factsOf(RECORDS));
  expect(today).toBe('2026-11-30');
  expect(tracks).toHaveLength(1);
  const [evening] = tracks;
  expect(evening).toMatchObject({ id: 'evening', seats: 3, active: 2, free: 1 });
  expect(evening!.clients.map(one => [one.client.name, one.status, one.phase, one.week])).toEqual([
    ['A Aard', 'active', 'intake', 1],
    ['A Bree', 'active', 'taper', 6],
    ['A Cole', 'onhold', 'intake', 7],
  ]);
});

test('who sees a part of the stays is not told what is free', () => {
  const [evening] = censusOf(factsOf(RECORDS, { whole: false })).tracks;
  expect(evening).toMatchObject({ seats: 3, active: 2 });
  expect(evening).not.toHaveProperty('free');
  expect(censusPage(censusOf(factsOf(RECORDS, { whole: false })))).toContain('not known');
});

test('a track without a limit has no free seats to tell of, one that is full none', () => {
  const free = (seats: number | undefined) =>
    censusOf(factsOf([person('a', 'A'), track('evening', { seats }), stayOf('a')])).tracks[0]!.free;
  expect([free(undefined), free(1), free(2)]).toEqual([undefined, 0, 1]);
});

test('each by the clock of the track', () => {
  const now = Date.parse('2026-11-30T05:30:00Z');
  const records = [
    person('a', 'A'),
    person('b', 'B'),
    track('evening'),
    track('west', { timeZone: 'America/Los_Angeles' }),
    stayOf('a', { from: '2026-11-23' }),
    stayOf('b', { from: '2026-11-23', track: 'west' }),
  ];
  const { tracks } = censusOf(factsOf(records, { now }));
  expect(tracks.map(one => [one.id, one.today, one.clients[0]!.week])).toEqual([
    ['evening', '2026-11-30', 2],
    ['west', '2026-11-29', 1],
  ]);
});

describe('a stay', () => {
  const clients = (more: object) =>
    censusOf(factsOf([person('a', 'A'), track('evening'), stayOf('a', more)])).tracks.flatMap(
      one => one.clients,
    );
  test('that has not begun is none', () => {
    expect(clients({ status: 'planned', from: '2026-12-14' })).toEqual([]);
    expect(clients({ from: '2026-12-14' })).toEqual([]);
  });
  test('without a day of admission has no week', () => {
    expect(clients({ from: undefined })).toHaveLength(1);
    expect(clients({ from: undefined })[0]).not.toHaveProperty('week');
  });
  test('of somebody whom the caller does not see is left out', () => {
    const { tracks } = censusOf(factsOf([track('evening'), stayOf('a')]));
    expect(tracks).toMatchObject([{ active: 0, clients: [] }]);
  });
  test('without a track, or in one that is not there, is told of as well', () => {
    const records = [person('a', 'A'), stayOf('a', { track: undefined })];
    const census = censusOf(factsOf(records));
    expect(census.tracks).toMatchObject([{ active: 1, clients: [{ client: { id: 'a' } }] }]);
    expect(censusPage(census)).toContain('Without a track');
    const gone = [person('a', 'A'), stayOf('a', { track: 'gone' })];
    expect(censusOf(factsOf(gone)).tracks).toMatchObject([{ active: 1 }]);
  });
});

test('absences of the local day of today', () => {
  const records = [
    person('a', 'Aard'),
    person('b', 'Bree'),
    person('c', 'Cole'),
    missed('a', '2026-11-30T18:00:00-05:00'),
    // The same day in UTC is the day before here.
    missed('b', '2026-11-30T03:00:00Z', { end: '2026-11-30T04:00:00Z' }),
    missed('c', '2026-12-01T03:00:00Z', { end: '2026-12-01T04:00:00Z' }),
  ];
  expect(censusOf(factsOf(records)).noShows).toEqual([
    expect.objectContaining({ client: expect.objectContaining({ id: 'a' }), type: 'group' }),
    expect.objectContaining({ client: expect.objectContaining({ id: 'c' }) }),
  ]);
});

test('a program without anything has a page, and names are text on it', () => {
  expect(censusPage(censusOf(factsOf([])))).toContain('There are no tracks.');
  const x = '<script>x</script>';
  const page = censusPage(
    censusOf(
      factsOf([
        person('a', x),
        track('evening', { name: x }),
        stayOf('a'),
        missed('a', '2026-11-30T18:00:00-05:00'),
      ]),
    ),
  );
  expect(page).not.toContain('<script');
  expect(page.match(/&lt;script&gt;/g)!.length).toBeGreaterThanOrEqual(4);
});

// Sessions of a track for weeks in which the clock changes.
import { describe, expect, test } from '@jest/globals';
import { daysBetween, inWords, local, sessionsOf, spanOf } from '../../../src/interactions/booking/clock.ts';
import type { TrackRecord } from '../../../src/iop/track.ts';

const NEW_YORK = 'America/New_York';
const track = (more: Partial<TrackRecord> = {}): TrackRecord => ({
  kind: 'track',
  id: 'evening',
  program: 'program',
  name: 'Evening',
  slot: 'evening',
  active: true,
  service: 'iop',
  days: ['mon', 'wed', 'thu'],
  start: '18:00',
  end: '21:00',
  timeZone: NEW_YORK,
  seats: 12,
  ...more,
});
const plan = (from: string, until: string, more: Partial<TrackRecord> = {}) =>
  sessionsOf(track(more), { from, until, type: 'group', mode: 'on-site' }).map(({ start, end }) => [
    start,
    end,
  ]);

describe('sessions of a track', () => {
  test('are at the same hour of the clock before and after it goes forward', () => {
    expect(plan('2026-03-05', '2026-03-11')).toEqual([
      ['2026-03-05T18:00:00-05:00', '2026-03-05T21:00:00-05:00'],
      ['2026-03-09T18:00:00-04:00', '2026-03-09T21:00:00-04:00'],
      ['2026-03-11T18:00:00-04:00', '2026-03-11T21:00:00-04:00'],
    ]);
  });

  test('and before and after it goes back', () => {
    expect(plan('2026-10-29', '2026-11-02')).toEqual([
      ['2026-10-29T18:00:00-04:00', '2026-10-29T21:00:00-04:00'],
      ['2026-11-02T18:00:00-05:00', '2026-11-02T21:00:00-05:00'],
    ]);
  });

  test('on the day itself last as long as the clock says', () => {
    const early = { days: ['sun' as const], start: '01:00', end: '03:30' };
    expect(plan('2026-03-08', '2026-03-08', early)).toEqual([
      ['2026-03-08T01:00:00-05:00', '2026-03-08T03:30:00-04:00'],
    ]);
  });

  test.each([
    ['leaves out', '2026-03-08', '02:30'],
    ['has twice', '2026-11-01', '01:30'],
  ])('at an hour that the change %s are not guessed', (_what, day, start) => {
    const odd = { days: ['sun' as const], start, end: '06:00' };
    expect(() => plan(day, day, odd)).toThrow(/leaves .* out, or has it twice/);
  });

  test('have their day in their ids, the seats and the horizon of the track', () => {
    const of = { from: '2026-08-01', until: '2026-08-31', type: 'group', mode: 'telehealth' } as const;
    const horizon = { from: '2026-08-10', until: '2026-08-13', site: 'riverside' };
    expect(sessionsOf(track(horizon), of)).toEqual(
      ['2026-08-10', '2026-08-12', '2026-08-13'].map(day => ({
        ...{ kind: 'session', id: `evening-${day}`, program: 'program', type: 'group', mode: 'telehealth' },
        ...{ start: `${day}T18:00:00-04:00`, end: `${day}T21:00:00-04:00` },
        ...{ track: 'evening', site: 'riverside', capacity: 12 },
      })),
    );
  });
});

test('a local day is 23, 24 or 25 hours long', () => {
  const hours = (day: string) => {
    const { from, until } = spanOf(day, day, NEW_YORK);
    return (Date.parse(until) - Date.parse(from)) / 3600_000;
  };
  expect(['2026-03-08', '2026-03-09', '2026-11-01'].map(hours)).toEqual([23, 24, 25]);
});

test('an instant is shown by the clock on the wall, whatever offset it came with', () => {
  const [start, end] = ['2026-11-02T23:00:00Z', '2026-11-03T02:00:00Z'] as const;
  expect(local(start, NEW_YORK)).toBe('2026-11-02T18:00:00-05:00');
  expect(inWords(start, end, NEW_YORK)).toBe('Mon 2026-11-02 18:00-21:00 EST');
  expect(inWords('2026-10-29T22:00:00Z', '2026-10-30T01:00:00Z', NEW_YORK)).toBe(
    'Thu 2026-10-29 18:00-21:00 EDT',
  );
});

test('days are counted, not guessed', () => {
  expect(daysBetween('2026-02-27', '2026-03-01')).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
  expect(() => daysBetween('2026-02-30', '2026-03-01')).toThrow('YYYY-MM-DD');
  expect(() => daysBetween('2026-03-02', '2026-03-01')).toThrow('before');
  expect(() => daysBetween('2026-01-01', '2027-03-01')).toThrow('At most');
});

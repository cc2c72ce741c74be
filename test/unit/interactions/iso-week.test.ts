import { describe, expect, test } from '@jest/globals';
import { isoWeek } from '../../../src/interactions/client-view/iso-week.ts';

describe('the ISO week of an instant', () => {
  test.each([
    ['a Monday', '2026-08-03T18:00:00-05:00', '2026-W32'],
    ['the Sunday of the same week', '2026-08-09T23:59:59-05:00', '2026-W32'],
    ['the first days of a year may belong to the year before', '2027-01-01T09:00:00Z', '2026-W53'],
    ['the last days of a year may belong to the next', '2024-12-30T09:00:00Z', '2025-W01'],
    ['a leap day', '2028-02-29T09:00:00Z', '2028-W09'],
    ['by the day of the wall clock, not of UTC', '2026-08-09T22:00:00-05:00', '2026-W32'],
    ['on the night the clocks go back', '2026-11-01T23:30:00-06:00', '2026-W44'],
  ])('%s', (_, instant, week) => {
    expect(isoWeek(instant)).toBe(week);
  });
});

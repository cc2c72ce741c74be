/**
 * ISO 8601 week of the local day on which something began, as written: `2026-11-01T18:00:00-05:00` ->
 * `2026-W44`. The offset is the wall clock's, so no time zone is needed and none can move a day.
 */
export function isoWeek(instant: string): string {
  const day = new Date(`${instant.slice(0, 10)}T00:00:00Z`);
  const weekday = (day.getUTCDay() + 6) % 7;
  // The week's Thursday decides to which year it belongs.
  day.setUTCDate(day.getUTCDate() - weekday + 3);
  const year = day.getUTCFullYear();
  const first = Date.UTC(year, 0, 1);
  const week = 1 + Math.floor((day.getTime() - first) / (7 * 86_400_000));
  return `${year}-W${String(week).padStart(2, '0')}`;
}

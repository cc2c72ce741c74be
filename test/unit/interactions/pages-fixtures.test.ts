// The pages of every client of the fixtures: their figures add up to what the records say, and every element is closed.
import { describe, expect, test } from '@jest/globals';
import { progressPage } from '../../../src/interactions/client-html/progress.ts';
import { summaryPage } from '../../../src/interactions/client-html/summary.ts';
import { timelinePage } from '../../../src/interactions/client-html/timeline.ts';
import { progressOf } from '../../../src/interactions/client-view/progress.ts';
import { summaryOf } from '../../../src/interactions/client-view/summary.ts';
import { timelineOf } from '../../../src/interactions/client-view/timeline.ts';
import { type AttendanceRecord, attendedMinutes } from '../../../src/iop/attendance.ts';
import type { EpisodeRecord } from '../../../src/iop/episode.ts';
import type { SessionClient } from '../../../src/iop/session.ts';
import { chartOf, type LooseRecord } from '../../support/chart.ts';
import { storyFiles } from '../../support/story/story.ts';

const RECORDS = [...storyFiles().values()].flat() as unknown as LooseRecord[];
const CLIENTS = RECORDS.filter(one => one.kind === 'client').map(one => one.id);
/** The day after all that the fixtures tell. */
const NOW = '2026-10-19T08:00:00-04:00';

function recordsOf(id: string): LooseRecord[] {
  return RECORDS.flatMap(one => {
    if (one.kind === 'session') {
      const own = ((one.clients ?? []) as SessionClient[]).filter(({ client }) => client === id);
      return own.length === 0 ? [] : [{ ...one, clients: own }];
    }
    return one.client === id || (one.kind === 'client' && one.id === id) ? [one] : [];
  });
}

describe.each(CLIENTS)('%s', id => {
  const records = recordsOf(id);
  const chart = chartOf(records, { now: NOW });
  // Who came twice is shown the stay that goes on, else the last.
  const stays = records.filter(one => one.kind === 'episode') as unknown as EpisodeRecord[];
  const shown = stays.find(one => one.status === 'active') ?? stays.at(-1);
  const attended = records.filter(
    one => one.kind === 'attendance' && one.episode === shown?.id,
  ) as unknown as AttendanceRecord[];
  const progress = progressOf(chart);

  test('hours are those of the attendance, over weeks and over types', () => {
    const hours = attended.reduce((sum, one) => sum + attendedMinutes(one), 0) / 60;
    expect(hours > 0).toBe(shown !== undefined);
    const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);
    expect(sum(progress.weeks.map(one => one.attendedHours))).toBeCloseTo(hours, 6);
    expect(progress.figures.attendedHours).toBeCloseTo(hours, 6);
    for (const week of progress.weeks)
      expect(sum(Object.values(week.hoursByType))).toBeCloseTo(week.attendedHours, 6);
    expect(summaryOf(chart).figures).toEqual(progress.figures);
  });

  test('absences are those of the attendance, with their reasons', () => {
    const { figures, missed } = progress;
    const count = (status: string) => attended.filter(one => one.status === status).length;
    expect(figures.noShow).toBe(count('no-show'));
    expect(figures.fulfilled).toBe(attended.length - count('no-show') - count('excused'));
    for (const { reason } of attended)
      if (reason !== undefined) expect(missed.map(one => one.reason)).toContain(reason);
  });

  test('every session, screen and goal is on the timeline once', () => {
    const { events } = timelineOf(chart);
    const count = (kind: string) => events.filter(one => one.kind === kind).length;
    expect(count('session')).toBe(records.filter(one => one.kind === 'session').length);
    expect(count('screen')).toBe(records.filter(one => one.kind === 'urine-screen').length);
    expect(events.map(one => one.date)).toEqual(events.map(one => one.date).toSorted());
    expect(events.filter(one => one.what === 'set')).toHaveLength(progress.goals.length);
  });

  test('pages close what they open, and say nothing that is no value', () => {
    for (const page of [
      timelinePage(timelineOf(chart)),
      progressPage(progress),
      summaryPage(summaryOf(chart)),
    ]) {
      expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/);
      expect(unclosed(page)).toEqual([]);
    }
  });
});

const EMPTY = new Set(['meta', '!doctype']);

/** Elements that are open at the end, or closed out of turn. */
function unclosed(page: string): string[] {
  const open: string[] = [];
  for (const [, slash, name, attributes] of page.matchAll(
    /<(\/?)([!a-z][a-z0-9]*)((?:\s+[\w:-]+(?:="[^"<]*")?)*)\s*\/?>/g,
  )) {
    if (slash === '/') {
      if (open.pop() !== name) return [...open, `/${name}`];
    } else if (!EMPTY.has(name!) && !isEmpty(page, name!, attributes!)) open.push(name!);
  }
  return open;
}
const isEmpty = (page: string, name: string, attributes: string): boolean =>
  page.includes(`<${name}${attributes}/>`);

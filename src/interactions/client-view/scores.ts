// The scores of questionnaires over time, an instrument at a time. Pure.
import { prune } from '../../iop/element.ts';
import { INSTRUMENTS, type Instrument, score } from '../../iop/score.ts';
import { byStart, readKind } from './read.ts';
import type { Measured } from './screens.ts';

export interface ScorePoint {
  id?: string;
  resource: string;
  at: string;
  /** Local day. */
  date: string;
  total: number;
}

export interface ScoreTrend {
  instrument: Instrument;
  name: string;
  /** Greatest value it can have; a higher one means more distress or use. */
  most: number;
  points: readonly ScorePoint[];
  /** Last less first; absent with one alone. */
  change?: number;
}

export function trendsOf({ found, calendar }: Measured): ScoreTrend[] {
  const all = readKind(score, found)
    .filter(({ record }) => record.at !== undefined && record.total !== undefined)
    .sort((a, b) => byStart(a.record.at, b.record.at));
  return [...Map.groupBy(all, one => one.record.instrument)].map(([instrument, list]) => {
    const points = list.map(({ id, resource, record }) =>
      prune<ScorePoint>({
        id,
        resource,
        at: record.at,
        date: calendar.dayOf(record.at),
        total: record.total,
      }),
    );
    const { name, most } = INSTRUMENTS[instrument];
    const change = points.length < 2 ? undefined : points.at(-1)!.total - points[0]!.total;
    return { instrument, name, most, points, ...(change === undefined ? {} : { change }) };
  });
}

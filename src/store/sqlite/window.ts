// Two criteria on one date parameter, `date=ge2026-01-01&date=lt2026-02-01`, each leave half of the
// store; together they are a window. One value need not answer both, so a window alone is no superset of
// the matches; but it is for resources with one value, and those with several are marked (`odd` = 2).
// By its start a value can be sought where it is not much longer than a day; longer ones are marked 1.
import type { Clause, Param, SortKey } from '../../search/ast.ts';
import { clampDate } from './clamp.ts';
import type { Driver } from './driver.ts';
import type { Reading } from './reading.ts';
import { and, type Fragment, raw, sql, TRUE, word } from './sql.ts';

/** ms: a day and an hour. */
export const ORDINARY_SPAN = 90_000_000;

/** What criteria ask of `low` of an ordinary value; both ends included. */
interface Window {
  from: number | undefined;
  to: number | undefined;
}

type DateClause = Extract<Clause, { kind: 'param' }>;

const isDate = (clause: Clause): clause is DateClause =>
  clause.kind === 'param' && clause.param.type === 'date' && clause.values.length === 1;

/** One driver for each date parameter that several criteria bound on both sides. */
export function windowDrivers(clauses: readonly Clause[]): Driver[] {
  const params = new Map(clauses.filter(isDate).map(clause => [clause.param.key, clause.param]));
  return [...params.values()].flatMap(param => {
    const { from, to } = windowOf(clauses, param);
    const several = clauses.filter(clause => isDate(clause) && clause.param.key === param.key).length > 1;
    return several && from !== undefined && to !== undefined ? [windowDriver(param, from, to)] : [];
  });
}

function windowDriver(param: Param, from: number, to: number): Driver {
  const key = word(param.key);
  const ordinary = {
    from: raw('date x NOT INDEXED'),
    where: sql`x.param = ${key} AND x.low >= ${from} AND x.low <= ${to}`,
    ordered: false,
  };
  const where = sql`x.param = ${key} AND x.odd > 0`;
  return { arms: [ordinary, { from: raw('date x INDEXED BY date_odd'), where, ordered: false }] };
}

function windowOf(clauses: readonly Clause[], param: Param): Window {
  const window: Window = { from: undefined, to: undefined };
  for (const clause of clauses) {
    if (!isDate(clause) || clause.param.key !== param.key) continue;
    const { from, to } = boundsOf(clause);
    if (from !== undefined) window.from = Math.max(from, window.from ?? from);
    if (to !== undefined) window.to = Math.min(to, window.to ?? to);
  }
  return window;
}

function boundsOf(clause: DateClause): Window {
  const [value] = clause.values;
  if (value?.kind !== 'date') return { from: undefined, to: undefined };
  const low = clampDate(value.low);
  const high = clampDate(value.high);
  switch (value.prefix) {
    case 'eq':
      return { from: low, to: high };
    case 'ge':
      return { from: low - ORDINARY_SPAN, to: undefined };
    case 'gt':
      return { from: high - ORDINARY_SPAN, to: undefined };
    case 'sa':
      return { from: high, to: undefined };
    case 'lt':
      return { from: undefined, to: low };
    case 'le':
      return { from: undefined, to: high };
    case 'eb':
      return { from: undefined, to: low };
    default:
      return { from: undefined, to: undefined };
  }
}

/** Where a walk along a date that the criteria bound may begin and end, on alias x. */
export function walkBounds(reading: Reading, clauses: readonly Clause[], key: SortKey): Fragment {
  if (key.by !== 'param' || key.param.type !== 'date') return TRUE;
  const { from, to } = windowOf(clauses, key.param);
  if (from === undefined && to === undefined) return TRUE;
  const odd = (least: number): boolean =>
    reading.get(
      sql`SELECT 1 FROM date x INDEXED BY date_odd WHERE x.param = ${word(key.param.key)} AND x.odd > 0 AND x.odd >= ${least} LIMIT 1`,
    ) !== undefined;
  const several = odd(2);
  return and([
    to === undefined || several ? TRUE : sql`x.low <= ${to}`,
    from === undefined || several || odd(1) ? TRUE : sql`x.low >= ${from}`,
  ]);
}

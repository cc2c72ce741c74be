// Versions newest first: the current ones and the past ones are two logs by seq, merged. Of types of which a
// caller may reach little, its own few resources are taken instead of the log, so that who sees little
// does not have everything looked through.
import type { Grant } from '../../access/grant.ts';
import type { HistoryPage, HistoryQuery } from '../port.ts';
import { estimate } from './choose.ts';
import { type Arm, merged, predicateDriver } from './driver.ts';
import { type Image, predicateCondition } from './predicate.ts';
import type { Reading } from './reading.ts';
import { CURRENT_COLUMNS, currentRow, PAST_COLUMNS, type ResourceRow, toVersion } from './rows.ts';
import { among, and, type Fragment, or, raw, sql, TRUE, word } from './sql.ts';

/** Where one of the two logs is read, and which types of it. */
interface Log {
  image: Image;
  types: readonly string[];
  columns: string;
  from: Fragment;
  seq: Fragment;
  where: Fragment;
}

export function historyPage(reading: Reading, query: HistoryQuery, grant: Grant): HistoryPage {
  const logs = logsOf(reading, query, grant);
  const rows = logs
    .flatMap(log => rowsOf(reading, log, conditionOf(log, query, grant, query.before), query.limit + 1))
    .sort((a, b) => b.seq - a.seq);
  const page = rows.slice(0, query.limit);
  const versions = page.map(row => toVersion(reading.connection, reading.words, row));
  const whole = query.before === undefined && rows.length <= query.limit ? rows.length : undefined;
  const total = whole ?? (query.total ? countOf(reading, logs, query, grant) : undefined);
  const last = page.at(-1);
  return {
    versions,
    ...(total === undefined ? {} : { total }),
    ...(rows.length > query.limit && last !== undefined ? { next: last.seq } : {}),
  };
}

function logsOf(reading: Reading, { type, id }: HistoryQuery, grant: Grant): Log[] {
  if (type !== undefined && id !== undefined) {
    const row = currentRow(reading, type, id);
    return row === undefined ? [] : instanceLogs(row.rid, type);
  }
  const { arms, few, many } = splitTypes(reading, type === undefined ? storedTypes(reading) : [type], grant);
  const own = few.length === 0 ? [] : driverLogs(arms, few);
  if (type === undefined && few.length === 0) return logsBy('seq', many);
  return [...own, ...many.flatMap(one => logsBy('type_seq', [one]))];
}

/** SQLite takes 500 SELECTs in one; a caller whom several rules let see something has several arms for each type. */
const MOST_ARMS = 400;

/** Types of which so little can be reached that it may be collected, with the ways to it, and the others. */
function splitTypes(reading: Reading, types: readonly string[], grant: Grant) {
  const arms: Arm[] = [];
  const few: string[] = [];
  const many: string[] = [];
  let left = reading.bounds.bounded;
  for (const type of types) {
    const driver = predicateDriver(type, grant.narrow(type, 'history'));
    const count = driver === undefined ? left : estimate(reading, driver.arms, 0, reading.bounds.bounded);
    if (driver === undefined || count >= left || arms.length + driver.arms.length > MOST_ARMS) {
      many.push(type);
      continue;
    }
    left -= count;
    few.push(type);
    arms.push(...driver.arms);
  }
  return { arms, few, many };
}

function driverLogs(arms: readonly Arm[], types: readonly string[]): Log[] {
  if (arms.length === 0) return [];
  const driver = merged({ arms }, { after: 0 });
  const current = sql`${driver} CROSS JOIN resource r ON r.rid = x.rid`;
  const past = sql`${current} CROSS JOIN history h INDEXED BY history_version ON h.rid = r.rid`;
  return [currentLog(current, TRUE, types), pastLog(past, TRUE, types)];
}

function logsBy(index: 'seq' | 'type_seq', types: readonly string[]): Log[] {
  const of = (alias: string): Fragment =>
    index === 'seq' ? TRUE : sql`${raw(alias)}.type = ${word(types[0]!)}`;
  const past = `history h INDEXED BY history_${index} CROSS JOIN resource r ON r.rid = h.rid`;
  return [
    currentLog(raw(`resource r INDEXED BY resource_${index}`), of('r'), types),
    pastLog(raw(past), of('h'), types),
  ];
}

function instanceLogs(rid: number, type: string): Log[] {
  const past = 'history h INDEXED BY history_version CROSS JOIN resource r ON r.rid = h.rid';
  return [
    currentLog(raw('resource r'), sql`r.rid = ${rid}`, [type]),
    pastLog(raw(past), sql`h.rid = ${rid}`, [type]),
  ];
}

const currentLog = (from: Fragment, where: Fragment, types: readonly string[]): Log => ({
  image: 'current',
  types,
  columns: CURRENT_COLUMNS,
  from,
  seq: raw('r.seq'),
  where,
});

const pastLog = (from: Fragment, where: Fragment, types: readonly string[]): Log => ({
  image: 'past',
  types,
  columns: PAST_COLUMNS,
  from,
  seq: raw('h.seq'),
  where,
});

function conditionOf(log: Log, query: HistoryQuery, grant: Grant, before: number | undefined): Fragment {
  return and([
    log.where,
    ...(query.since === undefined ? [] : [sql`${log.seq} > ${query.since}`]),
    ...(query.until === undefined ? [] : [sql`${log.seq} <= ${query.until}`]),
    ...(before === undefined ? [] : [sql`${log.seq} < ${before}`]),
    visible(log, grant),
  ]);
}

/** Types that are reached alike share one condition. */
function visible({ image, types }: Log, grant: Grant): Fragment {
  const groups = new Map<string, string[]>();
  for (const one of types) {
    const key = JSON.stringify(grant.narrow(one, 'history'));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  const conditions = [...groups.values()].map(group => {
    const condition = predicateCondition(grant.narrow(group[0]!, 'history'), image);
    return and([among(raw('r.type'), group.map(word)), condition]);
  });
  return or(conditions);
}

/** Types that have resources, found by leaps along the index. */
function storedTypes(reading: Reading): string[] {
  const types: string[] = [];
  let last = 0;
  for (;;) {
    const row = reading.connection.get<{ type: number | null }>(
      'SELECT min(type) AS type FROM resource INDEXED BY resource_type WHERE type > ?',
      last,
    );
    if (row === undefined || row.type === null) return types;
    types.push(reading.text(row.type));
    last = row.type;
  }
}

function rowsOf(reading: Reading, log: Log, condition: Fragment, limit: number): ResourceRow[] {
  return reading.all<ResourceRow>(
    sql`SELECT ${raw(log.columns)} FROM ${log.from} WHERE ${condition} ORDER BY ${log.seq} DESC LIMIT ${limit}`,
  );
}

function countOf(reading: Reading, logs: readonly Log[], query: HistoryQuery, grant: Grant): number {
  const counts = logs.map(log => {
    const condition = conditionOf(log, query, grant, undefined);
    return reading.get<{ n: number }>(sql`SELECT count(*) AS n FROM ${log.from} WHERE ${condition}`)?.n ?? 0;
  });
  return counts.reduce((sum, n) => sum + n, 0);
}

// Versions newest first: the current ones and the past ones are two logs by seq, merged.
import type { Grant } from '../../access/grant.ts';
import type { HistoryPage, HistoryQuery } from '../port.ts';
import { type Image, predicateCondition } from './predicate.ts';
import type { Reading } from './reading.ts';
import { CURRENT_COLUMNS, PAST_COLUMNS, type ResourceRow, toVersion } from './rows.ts';
import { and, type Fragment, or, raw, sql, word } from './sql.ts';
import { currentRow } from './unit.ts';

/** Where one of the two logs is read. */
interface Log {
  image: Image;
  columns: string;
  from: Fragment;
  seq: Fragment;
  where: Fragment;
}

export function historyPage(reading: Reading, query: HistoryQuery, grant: Grant): HistoryPage {
  const logs = logsOf(reading, query);
  const rows = logs
    .flatMap(log =>
      rowsOf(reading, log, conditionOf(reading, log, query, grant, query.before), query.limit + 1),
    )
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

function logsOf(reading: Reading, { type, id }: HistoryQuery): Log[] {
  if (type !== undefined && id !== undefined) {
    const row = currentRow(reading, type, id);
    return row === undefined ? [] : instanceLogs(row.rid);
  }
  const index = type === undefined ? 'seq' : 'type_seq';
  const past = `history h INDEXED BY history_${index} CROSS JOIN resource r ON r.rid = h.rid`;
  return [
    currentLog(raw(`resource r INDEXED BY resource_${index}`), typeCondition('r', type)),
    pastLog(raw(past), typeCondition('h', type)),
  ];
}

const typeCondition = (alias: string, type: string | undefined): Fragment =>
  type === undefined ? raw('1') : sql`${raw(alias)}.type = ${word(type)}`;

function instanceLogs(rid: number): Log[] {
  const past = 'history h INDEXED BY history_version CROSS JOIN resource r ON r.rid = h.rid';
  return [currentLog(raw('resource r'), sql`r.rid = ${rid}`), pastLog(raw(past), sql`h.rid = ${rid}`)];
}

const currentLog = (from: Fragment, where: Fragment): Log => ({
  image: 'current',
  columns: CURRENT_COLUMNS,
  from,
  seq: raw('r.seq'),
  where,
});

const pastLog = (from: Fragment, where: Fragment): Log => ({
  image: 'past',
  columns: PAST_COLUMNS,
  from,
  seq: raw('h.seq'),
  where,
});

function conditionOf(
  reading: Reading,
  log: Log,
  query: HistoryQuery,
  grant: Grant,
  before: number | undefined,
): Fragment {
  return and([
    log.where,
    ...(query.since === undefined ? [] : [sql`${log.seq} > ${query.since}`]),
    ...(query.until === undefined ? [] : [sql`${log.seq} <= ${query.until}`]),
    ...(before === undefined ? [] : [sql`${log.seq} < ${before}`]),
    visible(reading, log.image, query.type, grant),
  ]);
}

/** Over the whole server: types that are reached alike share one condition. */
function visible(reading: Reading, image: Image, type: string | undefined, grant: Grant): Fragment {
  if (type !== undefined) return predicateCondition(grant.narrow(type, 'history'), image);
  const groups = new Map<string, string[]>();
  for (const one of storedTypes(reading)) {
    const key = JSON.stringify(grant.narrow(one, 'history'));
    const types = groups.get(key);
    if (types === undefined) groups.set(key, [one]);
    else types.push(one);
  }
  const conditions = [...groups.values()].map(types => {
    const condition = predicateCondition(grant.narrow(types[0]!, 'history'), image);
    return and([or(types.map(one => sql`r.type = ${word(one)}`)), condition]);
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
    const condition = conditionOf(reading, log, query, grant, undefined);
    return reading.get<{ n: number }>(sql`SELECT count(*) AS n FROM ${log.from} WHERE ${condition}`)?.n ?? 0;
  });
  return counts.reduce((sum, n) => sum + n, 0);
}

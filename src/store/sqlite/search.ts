// Runs a Plan: picks a driver, reads one page, counts where asked. The caller holds the read transaction,
// so that matches, includes and total are of one moment.
import type { Cursor, Plan } from '../../search/ast.ts';
import type { Page } from '../port.ts';
import { clauseCondition } from './clause.ts';
import { clauseDriver, countUpTo, type Driver, merged, predicateDriver, typeDriver } from './driver.ts';
import { includedOf } from './include.ts';
import { predicateCondition } from './predicate.ts';
import type { Reading } from './reading.ts';
import { CURRENT_COLUMNS, type ResourceRow, toVersion } from './rows.ts';
import { afterRow, sortExpression, sortOrder, sortWalk } from './sort.ts';
import { and, type Fragment, list, raw, sql, TRUE, word } from './sql.ts';

/** A match with its sort values. */
interface Hit {
  rid: number;
  values: (string | number | null)[];
}

/** Where a page starts, in the store's own terms. */
interface Start {
  after: number;
  values: readonly (string | number | null)[];
  condition: Fragment;
}

export function searchPage(reading: Reading, plan: Plan): Page {
  const condition = planCondition(plan);
  if (plan.limit === 0)
    return {
      matches: [],
      included: [],
      ...(plan.total ? { total: countAll(reading, plan, condition) } : {}),
    };
  const start = startOf(reading, plan);
  const hits = findHits(reading, plan, and([condition, start.condition]), start);
  const more = hits.length > plan.limit;
  const page = more ? hits.slice(0, plan.limit) : hits;
  const rows = rowsOf(reading, page);
  const matches = rows.map(row => toVersion(reading.connection, reading.words, row));
  const included = includedOf(reading, plan, rows);
  const total = totalOf(reading, plan, condition, more ? undefined : page.length);
  return {
    matches,
    included,
    ...(total === undefined ? {} : { total }),
    ...(more ? { next: cursorOf(reading, plan, page.at(-1)!, rows.at(-1)!) } : {}),
  };
}

/** Everything that makes a current resource a match for this caller, on alias r. */
export function planCondition(plan: Plan): Fragment {
  return and([
    sql`r.type = ${word(plan.type)}`,
    raw('r.deleted = 0'),
    ...plan.where.map(clauseCondition),
    predicateCondition(plan.narrow),
  ]);
}

function totalOf(
  reading: Reading,
  plan: Plan,
  condition: Fragment,
  whole: number | undefined,
): number | undefined {
  if (plan.cursor === undefined && whole !== undefined) return whole;
  return plan.total ? countAll(reading, plan, condition) : undefined;
}

function countAll(reading: Reading, plan: Plan, condition: Fragment): number {
  const { driver } = chooseDriver(reading, plan, 0);
  if (driver.length === 0) return 0;
  const query = sql`SELECT count(*) AS n FROM ${merged(driver, 0)} CROSS JOIN resource r ON r.rid = x.rid WHERE ${condition}`;
  return reading.get<{ n: number }>(query)?.n ?? 0;
}

/**
 * Unsorted pages go on after the last rid and never past what was there at page 1. Sorted pages leave
 * out what was written since, for it may have moved.
 */
function startOf(reading: Reading, plan: Plan): Start {
  const { cursor } = plan;
  if (cursor === undefined) return { after: 0, values: [], condition: TRUE };
  const after = reading.ridAt(cursor.after);
  if (plan.sort.length > 0)
    return { after, values: cursor.values, condition: sql`r.seq <= ${cursor.snapshot}` };
  return {
    after,
    values: [],
    condition: sql`(r.rid > ${after} AND r.rid <= ${reading.ridAt(cursor.snapshot)})`,
  };
}

function cursorOf(reading: Reading, plan: Plan, last: Hit, row: ResourceRow): Cursor {
  return {
    snapshot: plan.cursor?.snapshot ?? reading.lastSeq(),
    values: last.values,
    after: row.created,
  };
}

interface Choice {
  driver: Driver;
  /** Few enough to be collected and sorted. */
  bounded: boolean;
}

/**
 * The driver with the fewest rows: of the criteria, of what the caller may reach at most, or the whole
 * type. Only drivers that come out in rid order, or are bounded, are taken.
 */
export function chooseDriver(reading: Reading, plan: Plan, after: number): Choice {
  const drivers = [
    ...plan.where.map(clause => clauseDriver(plan.type, clause)),
    predicateDriver(plan.type, plan.narrow),
  ].filter(driver => driver !== undefined);
  const { few, bounded } = reading.bounds;
  for (const most of [few, bounded]) {
    const counts = drivers.map(driver => countDriver(reading, driver, after, most));
    const least = Math.min(most, ...counts);
    if (least < most) return { driver: drivers[counts.indexOf(least)]!, bounded: true };
  }
  const ordered = drivers.find(driver => isOrdered(reading, driver));
  return { driver: ordered ?? typeDriver(plan.type), bounded: false };
}

function countDriver(reading: Reading, driver: Driver, after: number, most: number): number {
  if (driver.length === 0) return 0;
  return reading.get<{ n: number }>(countUpTo(driver, after, most))?.n ?? 0;
}

/** Unordered arms are sorted as they are merged: they must be bounded, whatever the others are. */
function isOrdered(reading: Reading, driver: Driver): boolean {
  const loose = driver.filter(arm => !arm.ordered);
  return (
    loose.length === 0 || countDriver(reading, loose, 0, reading.bounds.bounded) < reading.bounds.bounded
  );
}

function findHits(reading: Reading, plan: Plan, condition: Fragment, start: Start): Hit[] {
  const sorted = plan.sort.length > 0;
  const { driver, bounded } = chooseDriver(reading, plan, sorted ? 0 : start.after);
  if (driver.length === 0) return [];
  if (!sorted) return inOrder(reading, driver, condition, start.after, plan.limit + 1);
  const walk = bounded ? undefined : sortWalk(plan.type, plan.sort[0]!);
  if (walk === undefined) return bySorting(reading, plan, driver, condition, start);
  return byWalking(reading, plan, driver, condition, start);
}

/** Reads along a driver until the page is full. */
function inOrder(reading: Reading, driver: Driver, condition: Fragment, after: number, most: number): Hit[] {
  const query = sql`SELECT r.rid FROM ${merged(driver, after)} CROSS JOIN resource r ON r.rid = x.rid WHERE ${condition}`;
  const hits: Hit[] = [];
  let last = 0;
  for (const { rid } of reading.iterate<{ rid: number }>(query)) {
    // The order of the inner query is what paging rests on; SQLite keeps it but does not promise it.
    if (rid <= last) throw new Error('A search came out of order.');
    last = rid;
    hits.push({ rid, values: [] });
    if (hits.length === most) break;
  }
  return hits;
}

function bySorting(reading: Reading, plan: Plan, driver: Driver, condition: Fragment, start: Start): Hit[] {
  const keys = list([
    raw('r.rid'),
    ...plan.sort.map((key, at) => sql`${sortExpression(key)} AS ${raw(`k${at}`)}`),
  ]);
  const inner = sql`SELECT ${keys} FROM ${merged(driver, 0)} CROSS JOIN resource r ON r.rid = x.rid WHERE ${condition}`;
  const query = sql`SELECT * FROM (${inner}) WHERE ${keyset(plan, start)} ORDER BY ${sortOrder(plan.sort)} LIMIT ${plan.limit + 1}`;
  return reading.all<Record<string, string | number | null>>(query).map(row => hitOf(row, plan.sort.length));
}

const keyset = (plan: Plan, start: Start): Fragment =>
  plan.cursor === undefined ? TRUE : afterRow(plan.sort, start.values, start.after);

function hitOf(row: Record<string, string | number | null>, keys: number): Hit {
  return { rid: row.rid as number, values: Array.from({ length: keys }, (_, at) => row[`k${at}`] ?? null) };
}

/** Reads along the index of the first sort key, then those without a value. */
function byWalking(reading: Reading, plan: Plan, driver: Driver, condition: Fragment, start: Start): Hit[] {
  const most = plan.limit + 1;
  const [first] = plan.sort;
  const valued = plan.cursor === undefined || start.values[0] !== null;
  const hits = valued ? walkValues(reading, plan, condition, start) : [];
  if (hits.length === most || first!.by !== 'param') return hits;
  const without = and([condition, sql`${sortExpression(first!)} IS NULL`]);
  if (plan.sort.length > 1) {
    const rest = bySorting(reading, plan, driver, without, start);
    return [...hits, ...rest].slice(0, most);
  }
  const after = valued ? 0 : start.after;
  const rest = inOrder(reading, driver, and([without, sql`r.rid > ${after}`]), after, most - hits.length);
  return [...hits, ...rest.map(hit => ({ rid: hit.rid, values: [null] }))];
}

function walkValues(reading: Reading, plan: Plan, condition: Fragment, start: Start): Hit[] {
  const [first, ...others] = plan.sort;
  const walk = sortWalk(plan.type, first!)!;
  const column = raw(walk.column);
  const keys = list([
    sql`r.rid, ${column} AS k0`,
    ...others.map((key, at) => sql`${sortExpression(key)} AS ${raw(`k${at + 1}`)}`),
  ]);
  const bound =
    plan.cursor === undefined
      ? TRUE
      : sql`${column} ${raw(first!.descending ? '<=' : '>=')} ${start.values[0] ?? null}`;
  const where = and([walk.where, bound, condition]);
  const order = list([
    raw(`${walk.column} ${first!.descending ? 'DESC' : 'ASC'}`),
    ...others.map((key, at) => raw(`k${at + 1} ${key.descending ? 'DESC' : 'ASC'} NULLS LAST`)),
    raw('x.rid'),
  ]);
  const query = sql`SELECT ${keys} FROM ${walk.from} CROSS JOIN resource r ON r.rid = x.rid WHERE ${where} ORDER BY ${order}`;
  const hits: Hit[] = [];
  const behind = behindStart(plan, start);
  for (const row of reading.iterate<Record<string, string | number | null>>(query)) {
    const hit = hitOf(row, plan.sort.length);
    // The same value may stand twice for one resource (two systems, two upper ends): neighbours here.
    if (hit.rid === hits.at(-1)?.rid || !behind(hit)) continue;
    hits.push(hit);
    if (hits.length > plan.limit) break;
  }
  return hits;
}

/** Tells whether a hit comes after the last one of the page before; the index range left only ties. */
function behindStart(plan: Plan, start: Start): (hit: Hit) => boolean {
  if (plan.cursor === undefined) return () => true;
  return hit => {
    for (const [at, key] of plan.sort.entries()) {
      const before = start.values[at] ?? null;
      const value = hit.values[at] ?? null;
      if (value === before) continue;
      if (value === null || before === null) return value === null;
      return compareTexts(value, before) > 0 !== key.descending;
    }
    return hit.rid > start.after;
  };
}

/** As SQLite compares: numbers before texts, texts by code point. */
function compareTexts(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}

function rowsOf(reading: Reading, hits: readonly Hit[]): ResourceRow[] {
  const text = `SELECT ${CURRENT_COLUMNS} FROM resource r WHERE r.rid = ?`;
  return hits.map(hit => reading.connection.get<ResourceRow>(text, hit.rid)!);
}

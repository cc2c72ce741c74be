// Finds the rows of one page, one more than it holds: along a driver in the order of rid, along an index
// in the order of the first sort key, or by sorting what a bounded driver gives.
import type { Plan, SortKey } from '../../search/ast.ts';
import { type Choice, chooseDriver } from './choose.ts';
import { clauseCondition } from './clause.ts';
import { type Driver, merged, type Part } from './driver.ts';
import { predicateCondition } from './predicate.ts';
import type { Reading } from './reading.ts';
import { CURRENT_COLUMNS, type ResourceRow } from './rows.ts';
import { afterRow, sortExpression, sortOrder, sortWalk, tieOrder } from './sort.ts';
import { and, type Fragment, list, raw, sql, TRUE, word } from './sql.ts';
import type { Steps } from './steps.ts';
import { walkBounds } from './window.ts';

/** A match with its sort values. */
export interface Hit {
  rid: number;
  /** Read already where the page was found in its order. */
  row?: ResourceRow;
  values: (string | number | null)[];
}

/** Where a page starts, in the store's own terms. */
export interface Start {
  after: number;
  values: readonly (string | number | null)[];
  condition: Fragment;
}

/** Everything that makes a current resource a match for this caller, on alias r, but for what a driver answers. */
export function planCondition(plan: Plan, driver?: Driver): Fragment {
  const rest = plan.where.filter(clause => clause !== driver?.answers);
  return and([
    sql`r.type = ${word(plan.type)}`,
    raw('r.deleted = 0'),
    ...rest.map(clauseCondition),
    predicateCondition(plan.narrow),
  ]);
}

export function* findHits(reading: Reading, plan: Plan, start: Start): Steps<Hit[]> {
  const sorted = plan.sort.length > 0;
  const choice = chooseDriver(reading, plan, sorted ? 0 : start.after);
  if (choice.driver.arms.length === 0) return [];
  if (!sorted) return yield* alongDriver(reading, plan, choice, start);
  const walk = sortWalk(plan.type, plan.sort[0]!);
  if (walk !== undefined && !choice.bounded) return yield* byWalking(reading, plan, choice.driver, start);
  const glance = walk === undefined ? undefined : glanceAlong(reading, plan, choice, start);
  return glance ?? bySorting(reading, plan, choice.driver, start);
}

/**
 * Sorting some thousand rows for a page of twenty is work that a look along the sort index often saves.
 * It goes no further than there are rows to sort, so that in vain it costs no more than the sorting.
 */
function glanceAlong(reading: Reading, plan: Plan, { count }: Choice, start: Start): Hit[] | undefined {
  // Within a value the index is in the order of rid: with a second key a cut could fall at a wrong place.
  const worth = count >= reading.bounds.few * 8 && plan.sort.length === 1 && start.values[0] !== null;
  if (!worth) return undefined;
  const hits = walkValues(reading, plan, start, count);
  return hits.length > plan.limit ? hits : undefined;
}

/**
 * Reads along a driver until the page is full. Where a first stride does not fill it and a spare driver is
 * there, the matches are far off (a month of many years, say): the spare one is collected from there on.
 */
function* alongDriver(reading: Reading, plan: Plan, choice: Choice, start: Start): Steps<Hit[]> {
  const { driver, spare, bounded } = choice;
  const most = plan.limit + 1;
  const condition = conditionOf(plan, start, driver);
  if (bounded) return inOrder(reading, driver, condition, { after: start.after, most });
  if (spare === undefined) return yield* inStrides(reading, driver, condition, { after: start.after, most });
  const upTo = start.after + reading.bounds.stride;
  const near = inOrder(reading, driver, condition, { after: start.after, upTo, most });
  if (near.length === most) return near;
  yield;
  const left = { after: upTo, most: most - near.length };
  return [...near, ...inOrder(reading, spare, conditionOf(plan, start, spare), left)];
}

const conditionOf = (plan: Plan, start: Start, driver?: Driver): Fragment =>
  and([planCondition(plan, driver), start.condition]);

/** A part of a driver, and how many hits are asked for. */
interface Place extends Part {
  most: number;
}

function* inStrides(reading: Reading, driver: Driver, condition: Fragment, place: Place): Steps<Hit[]> {
  const upTo = Math.min(place.upTo ?? Number.MAX_SAFE_INTEGER, reading.lastRid());
  const hits: Hit[] = [];
  for (const part of stridesOf({ ...place, upTo }, reading.bounds.stride)) {
    hits.push(...inOrder(reading, driver, condition, { ...part, most: place.most - hits.length }));
    if (hits.length === place.most) break;
    yield;
  }
  return hits;
}

function* stridesOf({ after, upTo, backwards }: Part & { upTo: number }, stride: number): Iterable<Part> {
  if (backwards)
    for (let top = upTo; top > after; top -= stride)
      yield { after: Math.max(after, top - stride), upTo: top, backwards };
  else for (let from = after; from < upTo; from += stride) yield { after: from, upTo: from + stride };
}

function inOrder(reading: Reading, driver: Driver, condition: Fragment, place: Place): Hit[] {
  const query = sql`SELECT ${raw(CURRENT_COLUMNS)} FROM ${merged(driver, place)} CROSS JOIN resource r ON r.rid = x.rid WHERE ${condition}`;
  const hits: Hit[] = [];
  let last = place.backwards ? Number.MAX_SAFE_INTEGER : place.after;
  for (const row of reading.iterate<ResourceRow>(query)) {
    // The order of the inner query is what paging rests on; SQLite keeps it but does not promise it.
    if (place.backwards ? row.rid >= last : row.rid <= last) throw new Error('A search came out of order.');
    last = row.rid;
    hits.push({ rid: row.rid, row, values: [] });
    if (hits.length === place.most) break;
  }
  return hits;
}

/** All matches. */
export function* countHits(reading: Reading, plan: Plan): Steps<number> {
  const { driver, bounded } = chooseDriver(reading, plan, 0);
  if (driver.arms.length === 0) return 0;
  const condition = planCondition(plan, driver);
  if (bounded) return countPart(reading, driver, condition, { after: 0 });
  const last = reading.lastRid();
  const { stride } = reading.bounds;
  let count = 0;
  for (let after = 0; after < last; after += stride) {
    count += countPart(reading, driver, condition, { after, upTo: after + stride });
    yield;
  }
  return count;
}

function countPart(reading: Reading, driver: Driver, condition: Fragment, part: Part): number {
  const query = sql`SELECT count(*) AS n FROM ${merged(driver, part)} CROSS JOIN resource r ON r.rid = x.rid WHERE ${condition}`;
  return reading.get<{ n: number }>(query)?.n ?? 0;
}

function bySorting(
  reading: Reading,
  plan: Plan,
  driver: Driver,
  start: Start,
  extra: Fragment = TRUE,
): Hit[] {
  const keys = list([
    raw('r.rid'),
    ...plan.sort.map((key, at) => sql`${sortExpression(key)} AS ${raw(`k${at}`)}`),
  ]);
  const where = and([conditionOf(plan, start, driver), extra]);
  const inner = sql`SELECT ${keys} FROM ${merged(driver, { after: 0 })} CROSS JOIN resource r ON r.rid = x.rid WHERE ${where}`;
  const after = plan.cursor === undefined ? TRUE : afterRow(plan.sort, start.values, start.after);
  const query = sql`SELECT * FROM (${inner}) WHERE ${after} ORDER BY ${sortOrder(plan.sort)} LIMIT ${plan.limit + 1}`;
  return reading.all<Record<string, string | number | null>>(query).map(row => hitOf(row, plan.sort.length));
}

function hitOf(row: Record<string, string | number | null>, keys: number): Hit {
  return { rid: row.rid as number, values: Array.from({ length: keys }, (_, at) => row[`k${at}`] ?? null) };
}

/** Reads along the index of the first sort key, then those without a value. */
function* byWalking(reading: Reading, plan: Plan, driver: Driver, start: Start): Steps<Hit[]> {
  const most = plan.limit + 1;
  const [first] = plan.sort;
  const valued = plan.cursor === undefined || start.values[0] !== null;
  const hits = valued ? walkValues(reading, plan, start) : [];
  if (hits.length === most || first!.by !== 'param') return hits;
  const none = sql`${sortExpression(first!)} IS NULL`;
  if (plan.sort.length > 1) {
    const rest = bySorting(reading, plan, driver, start, none);
    return [...hits, ...rest].slice(0, most);
  }
  const place = { ...withoutValue(first!, valued ? undefined : start.after), most: most - hits.length };
  const rest = yield* inStrides(reading, driver, and([conditionOf(plan, start, driver), none]), place);
  return [
    ...hits,
    ...rest.map(({ rid, row }) => ({ rid, values: [null], ...(row === undefined ? {} : { row }) })),
  ];
}

/** The resources after all that have a value; `after`: the last one that was seen of them. */
function withoutValue({ descending }: SortKey, after: number | undefined): Part {
  if (!descending) return { after: after ?? 0 };
  return { after: 0, backwards: true, ...(after === undefined ? {} : { upTo: after - 1 }) };
}

/** `entries`: look at so many entries of the index at most. */
function walkValues(reading: Reading, plan: Plan, start: Start, entries = -1): Hit[] {
  const [first, ...others] = plan.sort;
  const { from, where, once, column } = sortWalk(plan.type, first!)!;
  const bound =
    plan.cursor === undefined
      ? TRUE
      : sql`${raw(column)} ${raw(first!.descending ? '<=' : '>=')} ${start.values[0] ?? null}`;
  const along = first!.descending ? 'DESC' : 'ASC';
  const walked = sql`SELECT x.rid, ${raw(column)} AS k0 FROM ${from} WHERE ${and([where, bound, walkBounds(reading, plan.where, first!)])} ORDER BY k0 ${raw(along)}, x.rid ${raw(along)} LIMIT ${entries}`;
  const keys = list([
    raw('r.rid, x.k0 AS k0'),
    ...others.map((key, at) => sql`${sortExpression(key)} AS ${raw(`k${at + 1}`)}`),
  ]);
  const order = list([
    raw(`k0 ${along}`),
    ...others.map((key, at) => raw(`k${at + 1} ${key.descending ? 'DESC' : 'ASC'} NULLS LAST`)),
    raw(`r.rid ${along}`),
  ]);
  const query = sql`SELECT ${keys} FROM (${walked}) x CROSS JOIN resource r ON r.rid = x.rid WHERE ${and([once, conditionOf(plan, start)])} ORDER BY ${order}`;
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
    return tieOrder(plan.sort) === 'DESC' ? hit.rid < start.after : hit.rid > start.after;
  };
}

/** As SQLite compares: numbers before texts, texts by code point. */
function compareTexts(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}

export function rowsOf(reading: Reading, hits: readonly Hit[]): ResourceRow[] {
  const missing = hits.flatMap(hit => (hit.row === undefined ? [hit.rid] : []));
  if (missing.length === 0) return hits.map(hit => hit.row!);
  const text = `SELECT ${CURRENT_COLUMNS} FROM json_each(?) j CROSS JOIN resource r ON r.rid = j.value`;
  const rows = reading.connection.all<ResourceRow>(text, JSON.stringify(missing));
  const byRid = new Map(rows.map(row => [row.rid, row]));
  return hits.map(hit => hit.row ?? byRid.get(hit.rid)!);
}

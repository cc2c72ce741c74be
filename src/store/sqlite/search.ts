// Runs a Plan: picks a driver, reads one page, counts where asked. The caller holds the read transaction,
// so that matches, includes and total are of one moment.
import type { Cursor, Plan } from '../../search/ast.ts';
import type { Page } from '../port.ts';
import { countHits, findHits, type Hit, rowsOf, type Start } from './hits.ts';
import { includedOf } from './include.ts';
import type { Reading } from './reading.ts';
import { type ResourceRow, toVersion } from './rows.ts';
import { and, sql, TRUE } from './sql.ts';
import { finish, type Steps } from './steps.ts';

/** One page, at once. */
export const searchPage = (reading: Reading, plan: Plan): Page => finish(searchSteps(reading, plan));

/** One page; where much has to be looked at, in steps. */
export function* searchSteps(reading: Reading, plan: Plan): Steps<Page> {
  if (plan.limit === 0) {
    const count = plan.total ? { total: yield* countHits(reading, plan) } : {};
    return { matches: [], included: [], ...count };
  }
  const start = startOf(reading, plan);
  const hits = yield* findHits(reading, plan, start);
  const more = hits.length > plan.limit;
  const page = more ? hits.slice(0, plan.limit) : hits;
  const rows = rowsOf(reading, page);
  const matches = rows.map(row => toVersion(reading.connection, reading.words, row));
  const included = includedOf(reading, plan, rows);
  const total = yield* totalOf(reading, plan, more ? undefined : page.length);
  return {
    matches,
    included,
    ...(total === undefined ? {} : { total }),
    ...(more ? { next: cursorOf(reading, plan, page.at(-1)!, rows.at(-1)!) } : {}),
  };
}

function* totalOf(reading: Reading, plan: Plan, whole: number | undefined): Steps<number | undefined> {
  if (plan.cursor === undefined && whole !== undefined) return whole;
  return plan.total ? yield* countHits(reading, plan) : undefined;
}

/**
 * Unsorted pages go on after the last rid and never past what was there at page 1. Sorted pages, and
 * those of a criterion on lastUpdated, leave out what was written since, for it may have moved.
 */
function startOf(reading: Reading, plan: Plan): Start {
  const { cursor } = plan;
  if (cursor === undefined) return { after: 0, values: [], condition: TRUE };
  const after = reading.ridAt(cursor.after);
  const unmoved = sql`r.seq <= ${cursor.snapshot}`;
  if (plan.sort.length > 0) return { after, values: cursor.values, condition: unmoved };
  const there = sql`(r.rid > ${after} AND r.rid <= ${reading.ridAt(cursor.snapshot)})`;
  const moves = plan.where.some(clause => clause.kind === 'updated');
  return { after, values: [], condition: moves ? and([there, unmoved]) : there };
}

function cursorOf(reading: Reading, plan: Plan, last: Hit, row: ResourceRow): Cursor {
  return {
    snapshot: plan.cursor?.snapshot ?? reading.lastSeq(),
    values: last.values,
    after: row.created,
  };
}

// The audit trail as AuditEvents. A rendered event is made to look like any version of a resource, so that
// what is done with those (shapes, tags, matching by every search parameter, its own audit row) is done with
// it by the same code. It is matched as its reader sees it, never as the row is.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { reachesEvents } from '../access/audit-reach.ts';
import type { Grant } from '../access/grant.ts';
import { eventOf } from '../audit/event.ts';
import { partsOf } from '../audit/part.ts';
import { FhirError } from '../fhir/error.ts';
import type { Clause, Cursor, Search, TrailCursor } from '../search/ast.ts';
import { extract } from '../search/extract.ts';
import { match } from '../search/match.ts';
import { planSearch } from '../search/plan.ts';
import type { AuditEntry, AuditPlace, AuditQuery } from '../store/port/audit.ts';
import type { Page, Version } from '../store/port.ts';
import type { Context } from './context.ts';
import { trailQuery } from './trail-query.ts';

/** Rows asked for at once; rows that a page looks through; rows that are counted. */
const CHUNK = 200;
const MOST_LOOKED = 4000;
const MOST_COUNTED = 20_000;

/** The event of this id, if the Grant reaches it. */
export async function readEvent(id: string, context: Context, grant: Grant): Promise<Version | undefined> {
  const place = context.trail.placeOf(id);
  if (place === undefined || !reachesEvents(grant.audit)) return undefined;
  const writers = await context.store.auditWriters();
  const writer = writers.find(one => context.trail.tagOf(one) === place.tag);
  if (writer === undefined) return undefined;
  const query = { row: { writer, number: place.number }, limit: 1 };
  const { entries } = await context.store.audit(query, grant);
  return entries.flatMap(row => versionsOf(row, context, grant)).find(event => event.id === id);
}

/** The events of a row that the Grant's reader may see. */
function versionsOf(row: AuditEntry, context: Context, grant: Grant): Version[] {
  const { organization } = grant.principal;
  return partsOf(row, grant.audit).map(part => {
    const id = context.trail.idOf(row, part.patient);
    return {
      type: 'AuditEvent',
      id,
      version: 1,
      seq: row.at,
      created: row.at,
      owner: organization,
      source: organization,
      writer: organization,
      patients: part.patient === undefined ? [] : [part.patient],
      deleted: false,
      body: JSON.stringify(eventOf(row, part, id, context.base)),
    };
  });
}

/**
 * One page: the trail's events first, newest first, then AuditEvents that clients have written, as every
 * search gives them. Both are narrowed by the same Grant before anything is counted or cut into pages, so that
 * neither a total nor a page link tells of what the reader may not see.
 */
export async function searchTrail(
  search: Search,
  cursor: Cursor | undefined,
  context: Context,
  grant: Grant,
): Promise<Page> {
  if (search.sort.length > 0)
    throw new FhirError(
      'invalid-search',
      '_sort: the audit trail comes newest first, and what clients wrote after it: it cannot be sorted.',
    );
  const stored = (limit: number, from?: Cursor): Promise<Page> =>
    context.store.search(
      planSearch(search, grant, 'search', { limit, ...(from === undefined ? {} : { cursor: from }) }),
      grant,
    );
  const asks = search.total !== 'none' || search.count === 0;
  const counted = asks ? await countEvents(search, context, grant) : 0;
  const whole = (page: Page): Page => (page.total === undefined ? page : totalled(page, asks, counted));
  if (cursor !== undefined && cursor.trail === undefined) return whole(await stored(search.count, cursor));
  const start = cursor?.trail === 'end' ? undefined : cursor?.trail;
  const events =
    search.count === 0 || cursor?.trail === 'end'
      ? { found: [] }
      : await eventsFrom(start, search, context, grant);
  const left = search.count - events.found.length;
  if (events.next !== undefined || (left === 0 && search.count > 0)) {
    const next: Cursor = { snapshot: 0, values: [], after: 0, trail: events.next ?? 'end' };
    const total = asks ? counted + ((await stored(0)).total ?? 0) : undefined;
    return { matches: events.found, included: [], next, ...(total === undefined ? {} : { total }) };
  }
  const page = whole(await stored(left));
  return { ...page, matches: [...events.found, ...page.matches] };
}

/** A total that a store gives unasked is of what it holds alone. */
function totalled(page: Page, asked: boolean, counted: number): Page {
  const { total = 0, ...rest } = page;
  return asked ? { ...rest, total: total + counted } : rest;
}

interface Events {
  found: Version[];
  next?: TrailCursor;
}

/** Events from a place on, as many as a page takes. */
async function eventsFrom(
  start: TrailCursor | undefined,
  search: Search,
  context: Context,
  grant: Grant,
): Promise<Events> {
  const found: Version[] = [];
  let looked = 0;
  for await (const row of rowsFrom(start, search.clauses, context, grant)) {
    const isFirst = start?.writer === row.writer && start.number === row.number;
    const { at, writer, number } = row;
    if (looked === MOST_LOOKED) return { found, next: { at, writer, number, events: 0 } };
    looked += 1;
    const events = matching(row, search.clauses, context, grant);
    for (const [place, event] of events.entries()) {
      if (isFirst && place < start.events) continue;
      if (found.length === search.count) return { found, next: { at, writer, number, events: place } };
      found.push(event);
    }
  }
  return { found };
}

/** Throws `too-large` rather than give a number that is none. */
async function countEvents(search: Search, context: Context, grant: Grant): Promise<number> {
  let [count, looked] = [0, 0];
  for await (const row of rowsFrom(undefined, search.clauses, context, grant)) {
    looked += 1;
    if (looked > MOST_COUNTED)
      throw new FhirError(
        'too-large',
        'There is too much in the audit trail to be counted: narrow the search by date or patient, or ask for no total.',
      );
    count += matching(row, search.clauses, context, grant).length;
  }
  return count;
}

async function* rowsFrom(
  start: AuditPlace | undefined,
  clauses: readonly Clause[],
  context: Context,
  grant: Grant,
): AsyncGenerator<AuditEntry> {
  const { query, ids } = trailQuery(clauses);
  yield* ids === undefined ? trailRows(query, context, grant, start) : rowsOf(ids, start, context, grant);
}

/** All rows that answer a query and that the Grant reaches, newest first, from a place on. */
export async function* trailRows(
  query: Omit<AuditQuery, 'limit' | 'from'>,
  context: Context,
  grant: Grant,
  start?: AuditPlace,
): AsyncGenerator<AuditEntry> {
  let from = start;
  do {
    const page = await context.store.audit(
      { ...query, limit: CHUNK, ...(from === undefined ? {} : { from }) },
      grant,
    );
    yield* page.entries;
    from = page.next;
    // A long look through the trail lets others have their turn.
    await nextTurn();
  } while (from !== undefined);
}

/** The rows that some ids are of, in the order of the trail. */
async function* rowsOf(
  ids: readonly string[],
  start: AuditPlace | undefined,
  context: Context,
  grant: Grant,
): AsyncGenerator<AuditEntry> {
  const writers = new Map((await context.store.auditWriters()).map(one => [context.trail.tagOf(one), one]));
  const rows = new Map<string, AuditEntry>();
  for (const id of ids) {
    const place = context.trail.placeOf(id);
    const writer = place === undefined ? undefined : writers.get(place.tag);
    if (writer === undefined) continue;
    const query = { row: { writer, number: place!.number }, limit: 1 };
    for (const row of (await context.store.audit(query, grant)).entries)
      rows.set(`${row.writer}/${row.number}`, row);
  }
  const ordered = [...rows.values()].sort(compareRows);
  yield* ordered.filter(row => start === undefined || compareRows(row, start) >= 0);
}

function compareRows(a: AuditPlace, b: AuditPlace): number {
  if (a.at !== b.at) return b.at - a.at;
  if (a.writer !== b.writer) return a.writer < b.writer ? 1 : -1;
  return b.number - a.number;
}

function matching(row: AuditEntry, clauses: readonly Clause[], context: Context, grant: Grant): Version[] {
  return versionsOf(row, context, grant).filter(version => {
    const { values } = extract(JSON.parse(version.body), context.base);
    return match(clauses, { kind: 'all' }, { version, values, rules: [], pure: true });
  });
}

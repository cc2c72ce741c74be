// https://hl7.org/fhir/R4/http.html#history
import type { Grant, Principal } from '../access/grant.ts';
import { instantOf } from '../fhir/body.ts';
import { type DateRange, parseDateRangeMicros } from '../fhir/date-range.ts';
import { FhirError, notFound } from '../fhir/error.ts';
import { isId } from '../fhir/id.ts';
import type { HistoryQuery, Version } from '../store/port.ts';
import { type Attempt, attempt } from './attempt.ts';
import type { Context, Limits } from './context.ts';
import { present } from './present.ts';
import { knownPairs } from './query.ts';
import type { Answer, CarryingEntry, FhirRequest } from './request.ts';
import { etagOf } from './version-reply.ts';

type History = Extract<FhirRequest, { kind: 'history' }>;

/** History of one resource, of a type, or of the whole server. */
export async function history(request: History, context: Context, principal: Principal): Promise<Answer> {
  return attempt({ ...request, action: 'history' }, context, principal, async audit => {
    if (request.id !== undefined && !isId(request.id)) throw notFound();
    const { at, ...query } = parseHistory(request, context.limits);
    const bounds = at === undefined ? {} : await boundsAt(at, query, audit, context);
    return historyPage({ ...query, ...bounds }, audit, context, principal);
  });
}

/** One page, newest first, within an attempt. */
export async function historyPage(
  query: HistoryQuery,
  audit: Attempt,
  context: Context,
  principal: Principal,
): Promise<Answer> {
  const grant = audit.decide([{ ...(query.type === undefined ? {} : { type: query.type }), use: 'history' }]);
  const page = await context.store.history(query, grant);
  if (query.id !== undefined && page.versions.length === 0) await demandKnown(query, context, grant);
  await audit.record(page.versions);
  const next = page.next;
  const links = [{ relation: 'self' as const, url: `${context.base}/${pathOf(query)}` }];
  const more = (before: number) =>
    `${context.base}?_page=${context.pages.seal({ kind: 'history', query: { ...query, before } }, principal)}`;
  const bundle = {
    type: 'history' as const,
    total: page.total,
    links: next === undefined ? links : [...links, { relation: 'next' as const, url: more(next) }],
    entries: page.versions.map(version => entryOf(version, context.base, grant)),
  };
  return { bundle };
}

/** An empty page of one resource: nothing in the range asked for, or no such resource. */
async function demandKnown(
  query: HistoryQuery,
  context: Context,
  grant: Parameters<Context['store']['history']>[1],
): Promise<void> {
  const { type, id } = query;
  const any = await context.store.history({ type: type!, id: id!, limit: 1, total: false }, grant);
  if (any.versions.length === 0) throw notFound();
}

/**
 * `_at`: from the version that was current when the period began. Only for one resource, whose versions
 * follow each other; an empty answer where there was none yet.
 */
async function boundsAt(
  at: DateRange,
  query: HistoryQuery,
  audit: Attempt,
  context: Context,
): Promise<Pick<HistoryQuery, 'since' | 'until'>> {
  const grant = audit.decide([{ type: query.type!, use: 'history' }]);
  const place = { type: query.type!, id: query.id!, limit: 1, total: false };
  const before = await context.store.history({ ...place, until: at.low }, grant);
  const [current] = before.versions;
  return { until: at.high - 1, ...(current === undefined ? {} : { since: current.seq - 1 }) };
}

function pathOf({ type, id, since }: HistoryQuery): string {
  const place = [type, id, '_history'].filter(part => part !== undefined).join('/');
  return since === undefined ? place : `${place}?_since=${instantOf(since + 1)}`;
}

type Parsed = HistoryQuery & { at?: DateRange };

function parseHistory(request: History, limits: Limits): Parsed {
  const given = knownPairs(request.query, ['_since', '_at', '_count'], request.prefer.handling === 'strict');
  const since = given.get('_since');
  const at = given.get('_at');
  if (at !== undefined && (request.id === undefined || since !== undefined))
    throw new FhirError('invalid-search', '_at: only for the history of one resource, and without _since.');
  const count = parseCount(given.get('_count'), limits);
  return {
    ...(request.type === undefined ? {} : { type: request.type }),
    ...(request.id === undefined ? {} : { id: request.id }),
    // `_since` takes in what was made at that very instant, the store's bound does not.
    ...(since === undefined ? {} : { since: parseMicros('_since', since).low - 1 }),
    ...(at === undefined ? {} : { at: parseMicros('_at', at) }),
    limit: count,
    // Counting the whole server costs as much as it holds.
    total: request.id !== undefined || count === 0,
  };
}

function parseCount(text: string | undefined, limits: Limits): number {
  if (text === undefined) return limits.defaultCount;
  if (!/^\d{1,9}$/.test(text)) throw new FhirError('invalid-value', '_count: expected a whole number.');
  return Math.min(Number(text), limits.maxCount);
}

function parseMicros(name: string, text: string): DateRange {
  const range = parseDateRangeMicros(text);
  if (range === undefined) throw new FhirError('invalid-value', `${name}: expected a date or an instant.`);
  return range;
}

function entryOf(version: Version, base: string, grant: Grant): CarryingEntry {
  const { type, id, deleted } = version;
  const method = deleted ? 'DELETE' : version.version === 1 ? 'POST' : 'PUT';
  const status = { DELETE: '204 No Content', POST: '201 Created', PUT: '200 OK' }[method];
  return {
    fullUrl: `${base}/${type}/${id}`,
    ...(deleted ? {} : { resource: present(version, grant) }),
    request: { method, url: method === 'POST' ? type : `${type}/${id}` },
    response: { status, etag: etagOf(version), lastModified: instantOf(version.seq) },
    carries: [version],
  };
}

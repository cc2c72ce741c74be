// Versions newest first: the current ones and the past ones are two logs by seq, merged. Everything that
// hides a version is part of the question.
import type { Grant } from '../../access/grant.ts';
import { RESOURCE_TYPES } from '../../fhir/resource-types.ts';
import type { Predicate } from '../../search/ast.ts';
import type { HistoryPage, HistoryQuery } from '../port.ts';
import { resolveConsents } from './consents.ts';
import { type ResourceDocument, toVersion } from './documents.ts';
import { allOf } from './filter.ts';
import { findDocument } from './locate.ts';
import { countLogs, type Log, type Logs, readLogs } from './logs.ts';
import { alternativesOf, type Conjunct, pastStages, roughPast } from './past.ts';
import { reaches } from './reaches.ts';
import type { Reading } from './reading.ts';
import { neededFor, partitionsOf } from './version.ts';
import { wideLogs } from './wide-history.ts';

/**
 * One page, in the moment of the session. Of one resource everything is shown at once; of a type or the
 * whole store what lies below all units under way, so that nothing turns up later behind what was read.
 */
export async function historyPage(reading: Reading, query: HistoryQuery, grant: Grant): Promise<HistoryPage> {
  const logs = await logsOf(reading, query, grant);
  const rows = await readLogs(reading, logs, query, query.limit + 1);
  const page = rows.slice(0, query.limit);
  const whole = query.before === undefined && rows.length <= query.limit ? rows.length : undefined;
  const total = whole ?? (query.total ? await countLogs(reading, logs, query) : undefined);
  const last = page.at(-1);
  return {
    versions: page.map(toVersion),
    ...(total === undefined ? {} : { total }),
    ...(rows.length > query.limit && last !== undefined ? { next: last.seq } : {}),
  };
}

function logsOf(reading: Reading, { type, id }: HistoryQuery, grant: Grant): Promise<Logs> {
  if (type !== undefined && id !== undefined)
    return instanceLogs(reading, { type, id }, grant.narrow(type, 'history'));
  return wideLogs(reading, type === undefined ? RESOURCE_TYPES : [type], grant);
}

/** Of one resource a later version is a later seq. */
const NO_LOGS: Logs = { rows: [], logs: [], sort: { version: -1 }, below: Infinity };

async function instanceLogs(
  reading: Reading,
  { type, id }: { type: string; id: string },
  predicate: Predicate,
): Promise<Logs> {
  if (predicate.kind === 'none') return NO_LOGS;
  const now = await findDocument(reading, `${type}/${id}`, neededFor(predicate));
  if (now === undefined) return NO_LOGS;
  const rows = (await reaches(reading, now, predicate)) ? [now] : [];
  const alternatives = now.version === 1 ? [] : await allowedNow(reading, now, predicate);
  if (alternatives.length === 0) return { ...NO_LOGS, rows };
  const consents = await resolveConsents(reading, [predicate]);
  const question = { type, alternatives, consents, settled: true };
  const log: Log = {
    collection: reading.collections.history,
    where: allOf([{ partition: partitionsOf(now), type, id }, roughPast(question)]),
    index: 'name',
    stages: pastStages(question),
  };
  return { ...NO_LOGS, rows, logs: [log] };
}

/** The alternatives that the resource as it is now leaves open for its past. */
async function allowedNow(
  reading: Reading,
  now: ResourceDocument,
  predicate: Predicate,
): Promise<Conjunct[]> {
  const open: Conjunct[] = [];
  for (const conjunct of alternativesOf(predicate)) {
    const of = conjunct.filter(leaf => leaf.kind !== 'source');
    if (await reaches(reading, now, { kind: 'and', of })) open.push(conjunct);
  }
  return open;
}

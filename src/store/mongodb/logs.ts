// Stretches of versions, read newest first and merged.
import type { Collection, Document } from 'mongodb';
import type { HistoryQuery } from '../port.ts';
import type { ResourceDocument } from './documents.ts';
import { allOf, type ResourceFilter } from './filter.ts';
import { type Reading, within } from './reading.ts';

/** Those of a collection that match `where` and come through the stages. */
export interface Log {
  collection: Collection<ResourceDocument>;
  where: ResourceFilter;
  index: string;
  stages: readonly Document[];
}

/** What a history is read from. */
export interface Logs {
  /** Already at hand. */
  rows: readonly ResourceDocument[];
  /** No version is in two of them. */
  logs: readonly Log[];
  /** Newest first, in the order of their indexes. */
  sort: Document;
  /** Nothing from this seq on. */
  below: number;
}

/**
 * Where something is looked up for each version, a server would take some megabytes of them in at once; so
 * many times the page are tried first.
 */
const WINDOW = 8;

/** The newest `limit`. */
export async function readLogs(
  reading: Reading,
  { rows, logs, sort, below }: Logs,
  query: HistoryQuery,
  limit: number,
): Promise<ResourceDocument[]> {
  const range = rangeOf(query, below, query.before);
  const found = rows.filter(row => range.holds(row.seq));
  // One after the other: a session does one thing at a time.
  for (const { collection, where, index, stages } of logs) {
    const options = { ...within(reading), hint: index, batchSize: limit };
    const read = (window: readonly Document[]): Promise<ResourceDocument[]> =>
      collection
        .aggregate<ResourceDocument>(
          [
            { $match: allOf([where, range.filter]) },
            { $sort: sort },
            ...window,
            ...stages,
            { $limit: limit },
            { $project: { values: 0 } },
          ],
          options,
        )
        .toArray();
    const first = stages.length === 0 ? [] : await read([{ $limit: WINDOW * limit }]);
    found.push(...(first.length === limit ? first : await read([])));
  }
  return found.sort((a, b) => b.seq - a.seq).slice(0, limit);
}

/** All of them, whatever the page. */
export async function countLogs(
  reading: Reading,
  { rows, logs, below }: Logs,
  query: HistoryQuery,
): Promise<number> {
  const range = rangeOf(query, below, undefined);
  let total = rows.filter(row => range.holds(row.seq)).length;
  for (const { collection, where, index, stages } of logs) {
    const pipeline = [{ $match: allOf([where, range.filter]) }, ...stages, { $count: 'n' }];
    const options = { ...within(reading), hint: index };
    const [counted] = await collection.aggregate<{ n: number }>(pipeline, options).toArray();
    total += counted?.n ?? 0;
  }
  return total;
}

interface Range {
  filter: ResourceFilter;
  holds(seq: number): boolean;
}

function rangeOf({ since, until }: HistoryQuery, below: number, before: number | undefined): Range {
  const least = since ?? -Infinity;
  const most = until ?? Infinity;
  const end = Math.min(below, before ?? Infinity);
  const seq = {
    ...(least === -Infinity ? {} : { $gt: least }),
    ...(most === Infinity ? {} : { $lte: most }),
    ...(end === Infinity ? {} : { $lt: end }),
  };
  return {
    filter: Object.keys(seq).length === 0 ? {} : { seq },
    holds: one => one > least && one <= most && one < end,
  };
}

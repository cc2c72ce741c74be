// What is kept of syncs with other servers, on a database that several servers share.
import type { SyncItem } from '../registry.ts';
import type { Collections } from './reading.ts';

/** Sorts after every key, which are ASCII. */
const END = '\u{10ffff}';

export async function syncValues(
  { sync }: Collections,
  keys: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = await sync.find({ _id: { $in: [...keys] } }).toArray();
  return new Map(found.map(({ _id, value }) => [_id, value]));
}

export async function syncsAfter(
  { sync }: Collections,
  prefix: string,
  after: string,
  limit: number,
): Promise<SyncItem[]> {
  const found = await sync
    .find({ _id: { $gt: after, $gte: prefix, $lt: `${prefix}${END}` } })
    .sort({ _id: 1 })
    .limit(limit)
    .toArray();
  return found.map(({ _id, value }) => ({ key: _id, value }));
}

/** One after the other: after a crash nothing is there that comes later in the list than something that is not. */
export async function writeSyncs(
  { sync }: Collections,
  items: readonly SyncItem[],
  gone: readonly string[],
): Promise<void> {
  const operations = [
    ...items.map(({ key, value }) => ({
      updateOne: { filter: { _id: key }, update: { $set: { value } }, upsert: true },
    })),
    ...(gone.length === 0 ? [] : [{ deleteMany: { filter: { _id: { $in: [...gone] } } } }]),
  ];
  if (operations.length > 0) await sync.bulkWrite(operations, { ordered: true });
}

import type { OutboxRow } from '../port.ts';
import type { ResourceDocument } from './documents.ts';
import { horizonOf } from './lanes.ts';
import { type Reading, within } from './reading.ts';

type LogRow = Pick<ResourceDocument, 'seq' | 'type' | 'id' | 'version' | 'deleted'>;
const COLUMNS = { _id: 0, seq: 1, type: 1, id: 1, version: 1, deleted: 1 } as const;

/**
 * Committed versions with seq > after, oldest first, as far as nothing can come in between any more. In a
 * snapshot.
 */
export async function readOutbox(reading: Reading, after: number, limit: number): Promise<OutboxRow[]> {
  const { below } = await horizonOf(reading);
  const seq = below === Infinity ? { $gt: after } : { $gt: after, $lt: below };
  const { resource, history } = reading.collections;
  const rows: LogRow[] = [];
  for (const collection of [resource, history]) {
    const options = { projection: COLUMNS, hint: 'log', ...within(reading) };
    rows.push(...(await collection.find<LogRow>({ seq }, options).sort({ seq: 1 }).limit(limit).toArray()));
  }
  return rows
    .sort((a, b) => a.seq - b.seq)
    .slice(0, limit)
    .map(({ deleted, ...row }) => ({
      ...row,
      kind: deleted ? 'delete' : row.version === 1 ? 'create' : 'update',
    }));
}

import type { OutboxRow } from '../port.ts';
import type { Reading } from './reading.ts';

interface LogRow {
  seq: number;
  type: number;
  id: string;
  version: number;
  deleted: number;
}

const CURRENT = 'SELECT seq, type, id, version, deleted FROM resource WHERE seq > ? ORDER BY seq LIMIT ?';
const PAST =
  'SELECT h.seq, h.type, r.id, h.version, h.deleted FROM history h CROSS JOIN resource r ON r.rid = h.rid ' +
  'WHERE h.seq > ? ORDER BY h.seq LIMIT ?';

/** Committed versions with seq > after, oldest first. */
export function readOutbox(reading: Reading, after: number, limit: number): OutboxRow[] {
  return [CURRENT, PAST]
    .flatMap(text => reading.connection.all<LogRow>(text, after, limit))
    .sort((a, b) => a.seq - b.seq)
    .slice(0, limit)
    .map(row => ({
      seq: row.seq,
      type: reading.text(row.type),
      id: row.id,
      version: row.version,
      kind: row.deleted === 1 ? 'delete' : row.version === 1 ? 'create' : 'update',
    }));
}

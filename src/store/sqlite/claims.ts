// Business keys and import bookkeeping.
import type { ClaimHolder, HeldClaim } from '../unit/unit.ts';
import type { Reading } from './reading.ts';

export function holderOfClaim(reading: Reading, key: string): ClaimHolder | undefined {
  const found = reading.connection.get<{ type: number; id: string; deleted: number; version: number }>(
    `SELECT r.type, r.id, r.deleted, r.version FROM claim c CROSS JOIN resource r ON r.rid = c.rid
     WHERE c.key = ?`,
    key,
  );
  if (found === undefined) return undefined;
  const { type, id, deleted, version } = found;
  return { type: reading.text(type), id, deleted: deleted === 1, version };
}

export function putClaim(reading: Reading, key: string, type: string, id: string): void {
  const { changes } = reading.connection.run(
    `INSERT INTO claim (key, rid, imported) SELECT ?, rid, 0 FROM resource WHERE type = ? AND id = ?
     ON CONFLICT (key) DO UPDATE SET rid = excluded.rid, imported = 0`,
    key,
    reading.number(type),
    id,
  );
  if (changes === 0) throw new Error('A claim names a resource that is not there.');
}

export function dropClaim({ connection }: Reading, key: string): void {
  connection.run('DELETE FROM claim WHERE key = ?', key);
}

/** The last character is one that has a next one. */
export function claimsUnder(reading: Reading, prefix: string): HeldClaim[] {
  const end = prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
  return reading.connection
    .all<{ key: string; type: number; id: string }>(
      `SELECT c.key, r.type, r.id FROM claim c CROSS JOIN resource r ON r.rid = c.rid
       WHERE c.key >= ? AND c.key < ? ORDER BY c.key`,
      prefix,
      end,
    )
    .map(({ key, type, id }) => ({ key, type: reading.text(type), id }));
}

export function claimsOn(reading: Reading, type: string, id: string): string[] {
  return reading.connection
    .all<{ key: string }>(
      `SELECT c.key FROM resource r CROSS JOIN claim c ON c.rid = r.rid WHERE r.type = ? AND r.id = ?
       ORDER BY c.key`,
      reading.number(type),
      id,
    )
    .map(claim => claim.key);
}

export const runsProgram = ({ connection }: Reading, organization: string): boolean =>
  connection.get<{ program: number }>('SELECT program FROM organization WHERE id = ?', organization)
    ?.program === 1;

export const markDigest = ({ connection }: Reading, key: string): string | undefined =>
  connection.get<{ digest: string }>('SELECT digest FROM import_mark WHERE key = ?', key)?.digest;

export function putMark(
  { connection }: Reading,
  key: string,
  digest: string,
  parts: readonly string[],
): void {
  const { n } = connection.get<{ n: number }>(
    `INSERT INTO import_mark (key, digest) VALUES (?, ?)
     ON CONFLICT (key) DO UPDATE SET digest = excluded.digest RETURNING n`,
    key,
    digest,
  )!;
  connection.run('DELETE FROM import_part WHERE mark = ?', n);
  for (const part of parts) {
    const { changes } = connection.run(
      'UPDATE claim SET imported = (SELECT version FROM resource r WHERE r.rid = claim.rid) WHERE key = ?',
      part,
    );
    if (changes === 0) throw new Error('An import mark has a part that nothing claims.');
    connection.run(
      'INSERT OR IGNORE INTO import_part (mark, claim) SELECT ?, n FROM claim WHERE key = ?',
      n,
      part,
    );
  }
}

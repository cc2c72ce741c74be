// Business keys and import bookkeeping, written in the commit of the resources they are about.
import { FhirError } from '../../fhir/error.ts';
import type { ImportMark, WritePlan } from '../port.ts';
import type { Reading } from './reading.ts';
import { bareRow, type Unit } from './unit.ts';

export interface Claimed {
  /** Claim key -> `Type/id`, for the claims of the plan. */
  own: ReadonlyMap<string, string>;
  /** Marker -> `Type/id`, for its lookups. */
  lookups: ReadonlyMap<string, string>;
}

interface ClaimRow {
  n: number;
  rid: number;
}

export function writeClaims(unit: Unit, plan: WritePlan, { own }: Claimed): void {
  for (const [key, place] of own) writeClaim(unit.reading, key, place);
  for (const mark of plan.marks) writeMark(unit.reading, mark);
}

const claimRow = (reading: Reading, key: string): ClaimRow | undefined =>
  reading.connection.get<ClaimRow>('SELECT n, rid FROM claim WHERE key = ?', key);

/** A key passes on only from a deleted resource. */
function writeClaim(reading: Reading, key: string, place: string): void {
  const [type, id] = place.split('/') as [string, string];
  const row = bareRow(reading, type, id);
  if (row === undefined) throw new Error('A claim names a resource that is not there.');
  const held = claimRow(reading, key);
  if (held === undefined) {
    reading.connection.run('INSERT INTO claim (key, rid, imported) VALUES (?, ?, 0)', key, row.rid);
    return;
  }
  if (held.rid === row.rid) return;
  const live = reading.connection.get('SELECT 1 FROM resource WHERE rid = ? AND deleted = 0', held.rid);
  if (live !== undefined) throw new FhirError('conflict', 'Another resource holds the same record key.');
  reading.connection.run('UPDATE claim SET rid = ?, imported = 0 WHERE n = ?', row.rid, held.n);
}

function writeMark(reading: Reading, mark: ImportMark): void {
  const { connection } = reading;
  const held = connection.get<{ n: number; digest: string }>(
    'SELECT n, digest FROM import_mark WHERE key = ?',
    mark.key,
  );
  if (held?.digest !== mark.seen)
    throw new FhirError('conflict', 'The record was imported by somebody else in the meantime.');
  const n =
    held?.n ??
    Number(
      connection.run('INSERT INTO import_mark (key, digest) VALUES (?, ?)', mark.key, mark.digest)
        .lastInsertRowid,
    );
  if (held !== undefined) {
    connection.run('UPDATE import_mark SET digest = ? WHERE n = ?', mark.digest, n);
    connection.run('DELETE FROM import_part WHERE mark = ?', n);
  }
  for (const [key, version] of Object.entries(mark.relied ?? {})) demandRelied(reading, key, version);
  for (const key of mark.parts) {
    const claim = claimRow(reading, key);
    if (claim === undefined) throw new Error('An import mark has a part that nothing claims.');
    connection.run('INSERT OR IGNORE INTO import_part (mark, claim) VALUES (?, ?)', n, claim.n);
    connection.run(
      'UPDATE claim SET imported = (SELECT version FROM resource r WHERE r.rid = claim.rid) WHERE n = ?',
      claim.n,
    );
  }
}

/** What planning compared and left alone must still be what it compared. */
function demandRelied({ connection }: Reading, key: string, version: number): void {
  const held = connection.get<{ version: number }>(
    'SELECT r.version FROM claim c CROSS JOIN resource r ON r.rid = c.rid WHERE c.key = ? AND r.deleted = 0',
    key,
  );
  if (held?.version !== version)
    throw new FhirError('stale', 'What the record was compared with changed in the meantime.');
}

import type { Version } from '../port.ts';
import type { Connection } from './connection.ts';
import type { Reading } from './reading.ts';
import { personOf, type Words } from './words.ts';

/** A row of `resource`. */
export interface ResourceRow {
  rid: number;
  type: number;
  id: string;
  version: number;
  seq: number;
  created: number;
  owner: number;
  source: number;
  writer: number;
  foreign_from: number | null;
  patient: number;
  persons: string | null;
  deleted: number;
  body: string;
}

/** Columns of the current version, on alias r. */
export const CURRENT_COLUMNS =
  'r.rid, r.type, r.id, r.version, r.seq, r.created, r.owner, r.source, r.writer, r.foreign_from, ' +
  'r.patient, r.persons, r.deleted, r.body';

/** The same with an empty body. */
const BARE_COLUMNS = CURRENT_COLUMNS.replace('r.body', "'' AS body");

/** The same columns of a version in `history` (h) with its resource (r). */
export const PAST_COLUMNS =
  'r.rid, r.type, r.id, h.version, h.seq, r.created, r.owner, r.source, h.writer, r.foreign_from, ' +
  'h.patient, h.persons, h.deleted, h.body';

/** Numbers of the people a row names. */
export function personsOf(row: Pick<ResourceRow, 'patient' | 'persons'>): number[] {
  if (row.patient === 0) return [];
  return row.persons === null ? [row.patient] : (JSON.parse(row.persons) as number[]);
}

export function toVersion(connection: Connection, words: Words, row: ResourceRow): Version {
  const text = (n: number): string => words.text(connection, n);
  return {
    type: text(row.type),
    id: row.id,
    version: row.version,
    seq: row.seq,
    created: row.created,
    owner: text(row.owner),
    source: text(row.source),
    writer: text(row.writer),
    patients: personsOf(row).map(n => personOf(text(n))),
    deleted: row.deleted === 1,
    body: row.body,
  };
}

export function currentRow(reading: Reading, type: string, id: string): ResourceRow | undefined {
  const text = `SELECT ${CURRENT_COLUMNS} FROM resource r WHERE r.type = ? AND r.id = ?`;
  return reading.connection.get<ResourceRow>(text, reading.number(type), id);
}

/** The same without the body, which is the greater part of reading a row. */
export function bareRow(reading: Reading, type: string, id: string): ResourceRow | undefined {
  const text = `SELECT ${BARE_COLUMNS} FROM resource r WHERE r.type = ? AND r.id = ?`;
  return reading.connection.get<ResourceRow>(text, reading.number(type), id);
}

export function lastLiveRow({ connection }: Reading, rid: number): ResourceRow | undefined {
  return connection.get<ResourceRow>(
    `SELECT ${PAST_COLUMNS} FROM history h CROSS JOIN resource r ON r.rid = h.rid
     WHERE h.rid = ? AND h.deleted = 0 ORDER BY h.version DESC LIMIT 1`,
    rid,
  );
}

/** The version that was current becomes part of the history. */
export function keepVersion({ connection }: Reading, rid: number): void {
  connection.run(
    `INSERT INTO history (rid, type, version, seq, writer, patient, persons, deleted, body)
     SELECT rid, type, version, seq, writer, patient, persons, deleted, body FROM resource WHERE rid = ?`,
    rid,
  );
}

/** What a new version changes of its row; the rest stays as it was created. */
const CHANGING = [
  'version',
  'seq',
  'owner',
  'writer',
  'foreign_from',
  'patient',
  'persons',
  'deleted',
  'body',
] as const satisfies readonly (keyof ResourceRow)[];
const ALL = ['type', 'id', 'created', 'source', ...CHANGING] as const;

const UPDATE = `UPDATE resource SET ${CHANGING.map(name => `${name} = ?`).join(', ')} WHERE rid = ?`;
const INSERT = `INSERT INTO resource (${ALL.join(', ')}) VALUES (${ALL.map(() => '?').join(', ')})`;

export function updateRow({ connection }: Reading, row: ResourceRow): void {
  connection.run(UPDATE, ...CHANGING.map(name => row[name]), row.rid);
}

/** Its number. */
export function insertRow({ connection }: Reading, row: Omit<ResourceRow, 'rid'>): number {
  return Number(connection.run(INSERT, ...ALL.map(name => row[name])).lastInsertRowid);
}

// What a write needs inside the commit, and the checks every write makes.
import type { Grant, Use } from '../../access/grant.ts';
import { FhirError, notFound } from '../../fhir/error.ts';
import type { Predicate } from '../../search/ast.ts';
import type { Derive } from '../port.ts';
import { holdsFor, predicateCondition } from './predicate.ts';
import type { Reading } from './reading.ts';
import { BARE_COLUMNS, CURRENT_COLUMNS, personsOf, type ResourceRow } from './rows.ts';
import { sql } from './sql.ts';
import type { Tail } from './tail.ts';

export interface Unit {
  /** The writing connection. */
  reading: Reading;
  derive: Derive;
  tail: Tail;
  grant: Grant;
  /** Number of the caller's Organization. */
  writer: number;
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

export function rowByRid(reading: Reading, rid: number): ResourceRow | undefined {
  const text = `SELECT ${CURRENT_COLUMNS} FROM resource r WHERE r.rid = ?`;
  return reading.connection.get<ResourceRow>(text, rid);
}

/** Does a predicate hold for a current row (a tombstone: for its last live version)? */
export function reaches(reading: Reading, row: ResourceRow, predicate: Predicate): boolean {
  const known = holdsFor(predicate, {
    owner: reading.text(row.owner),
    source: reading.text(row.source),
    pure: row.foreign_from === null || row.version - row.deleted < row.foreign_from,
    persons: personsOf(row).length,
  });
  if (known !== undefined) return known;
  const query = sql`SELECT 1 FROM resource r WHERE r.rid = ${row.rid} AND ${predicateCondition(predicate)}`;
  return reading.get(query) !== undefined;
}

/** Throws `not-found` where the caller may not even know of the row, `forbidden` where it may only see it. */
export function demandReach({ reading, grant }: Unit, row: ResourceRow, type: string, use: Use): void {
  if (reaches(reading, row, grant.narrow(type, use))) return;
  if (reaches(reading, row, grant.narrow(type, 'read')))
    throw new FhirError('forbidden', `This caller may read this ${type} but not change it.`);
  throw notFound();
}

/** The image after a write: nobody writes what it may not write, nor himself out of sight. */
export function demandAfter({ reading, grant }: Unit, row: ResourceRow, type: string, use: Use): void {
  if (reaches(reading, row, grant.narrow(type, use))) return;
  throw new FhirError('forbidden', `This caller may not write such a ${type}.`);
}

/**
 * The owner of the record that a resource naming these people joins: all of them are live Patients whom
 * the grant lets the caller write about, of one owner. Undefined where that is not so: whether a Patient
 * is unknown or hidden makes no difference.
 */
export function adoptedBy({ reading, grant }: Unit, patients: readonly string[]): number | undefined {
  let owner: number | undefined;
  for (const id of patients) {
    const row = bareRow(reading, 'Patient', id);
    if (row === undefined || row.deleted === 1 || !reaches(reading, row, grant.adopt)) return undefined;
    if (owner !== undefined && owner !== row.owner) return undefined;
    owner = row.owner;
  }
  return owner;
}

/** The version that was current becomes part of the history. */
export function keepVersion(reading: Reading, rid: number): void {
  reading.connection.run(
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

export function updateRow(reading: Reading, row: ResourceRow): void {
  reading.connection.run(UPDATE, ...CHANGING.map(name => row[name]), row.rid);
}

/** Its number. */
export function insertRow(reading: Reading, row: Omit<ResourceRow, 'rid'>): number {
  return Number(reading.connection.run(INSERT, ...ALL.map(name => row[name])).lastInsertRowid);
}

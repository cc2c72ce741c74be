// Writes and removes what is derived from a resource: index values, people, rules.
import { rankOf } from '../../search/terms.ts';
import type { ConsentRule, Derived, IndexValue } from '../port/derived.ts';
import { clampDate, clampNumber } from './clamp.ts';
import type { Connection } from './connection.ts';
import { personsOf, type ResourceRow } from './rows.ts';
import { VALUE_TABLES } from './schema.ts';
import { ORDINARY_SPAN } from './window.ts';
import { personWord, type Words } from './words.ts';

export interface Writing {
  connection: Connection;
  words: Words;
}

type Place = Pick<ResourceRow, 'rid' | 'type' | 'owner'>;

/** How many columns each table has. */
const COLUMNS: Readonly<Record<IndexValue['type'], number>> = {
  token: 4,
  string: 4,
  date: 5,
  reference: 3,
  number: 4,
  quantity: 6,
  uri: 3,
};
/** Rows of one statement. */
const MOST_ROWS = 16;

function writeValues({ connection, words }: Writing, rid: number, values: readonly IndexValue[]): void {
  const n = (text: string): number => words.intern(connection, text);
  const binds = new Map<IndexValue['type'], (string | number)[]>();
  for (const value of values) {
    const odd = value.type === 'date' ? oddOf(values, value) : 0;
    const list = binds.get(value.type) ?? [];
    list.push(n(value.key), ...columnsOf(value, rid, n, odd));
    binds.set(value.type, list);
  }
  for (const [type, list] of binds) insertRows(connection, type, list);
}

/** One call for many rows: half the cost of an index row is the way to SQLite and back. */
function insertRows(connection: Connection, type: IndexValue['type'], binds: (string | number)[]): void {
  const most = MOST_ROWS * COLUMNS[type];
  for (let from = 0; from < binds.length; from += most) {
    const some = binds.length <= most ? binds : binds.slice(from, from + most);
    connection.run(insertText(type, some.length / COLUMNS[type]), ...some);
  }
}

const insertTexts = new Map<string, string>();

function insertText(type: IndexValue['type'], rows: number): string {
  const key = `${type} ${rows}`;
  let text = insertTexts.get(key);
  if (text === undefined) {
    const row = `(${Array(COLUMNS[type]).fill('?').join(', ')})`;
    text = `INSERT OR IGNORE INTO ${type} VALUES ${Array(rows).fill(row).join(', ')}`;
    insertTexts.set(key, text);
  }
  return text;
}

/** All columns but the first. */
function columnsOf(
  value: IndexValue,
  rid: number,
  n: (text: string) => number,
  odd: number,
): (string | number)[] {
  switch (value.type) {
    case 'token':
      return [value.code, rid, n(value.system)];
    case 'string':
      return [value.norm, rid, value.exact === value.norm ? '' : value.exact];
    case 'date':
      return [clampDate(value.low), rid, clampDate(value.high), odd];
    case 'reference':
      return [n(value.target), rid];
    case 'number':
      return [clampNumber(value.low), rid, clampNumber(value.high)];
    case 'quantity':
      return [clampNumber(value.low), rid, clampNumber(value.high), n(value.system), value.code];
    case 'uri':
      return [value.uri, rid];
  }
}

/** See schema.ts, table date. */
function oddOf(values: readonly IndexValue[], value: Extract<IndexValue, { type: 'date' }>): number {
  if (values.some(other => other !== value && other.type === 'date' && other.key === value.key)) return 2;
  return value.high - value.low > ORDINARY_SPAN ? 1 : 0;
}

const REMOVALS = VALUE_TABLES.map(table => `DELETE FROM ${table} WHERE rid = ?`);

/** Removes all that was derived from a row as it stands. */
export function removeDerived({ connection }: Writing, row: ResourceRow): void {
  for (const text of REMOVALS) connection.run(text, row.rid);
  for (const person of personsOf(row))
    connection.run(
      'DELETE FROM subject WHERE person = ? AND type = ? AND rid = ?',
      person,
      row.type,
      row.rid,
    );
  connection.run('DELETE FROM rule WHERE rid = ?', row.rid);
}

/** Writes what was derived: of rules those that count; `persons` as given by `internPersons`. */
export function writeDerived(
  writing: Writing,
  place: Place,
  derived: Derived,
  persons: readonly number[],
): void {
  writeValues(writing, place.rid, derived.values);
  for (const person of persons)
    writing.connection.run('INSERT OR IGNORE INTO subject VALUES (?, ?, ?)', person, place.type, place.rid);
  for (const rule of derived.rules) writeRule(writing, place, rule);
}

function writeRule({ connection, words }: Writing, place: Place, rule: ConsentRule): void {
  connection.run(
    `INSERT INTO rule (person, owner, permit, actor, purpose, low, high, live, rid, rank, terms)
     VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?)`,
    words.intern(connection, personWord(rule.patient)),
    place.owner,
    rule.effect === 'permit' ? 1 : 0,
    words.intern(connection, rule.actor),
    rule.purpose,
    clampDate(rule.from),
    clampDate(rule.to),
    place.rid,
    rankOf(rule),
    rule.terms === undefined ? '' : JSON.stringify(rule.terms),
  );
}

/** The rules of what was deleted count no longer. */
export function silenceRules({ connection }: Writing, rid: number): void {
  connection.run('UPDATE rule SET live = 0 WHERE rid = ?', rid);
}

export interface Persons {
  list: number[];
  /** Columns `patient` and `persons`. */
  patient: number;
  persons: string | null;
}

export function internPersons({ connection, words }: Writing, patients: readonly string[]): Persons {
  const list = [...new Set(patients)].map(id => words.intern(connection, personWord(id)));
  if (list.length < 2) return { list, patient: list[0] ?? 0, persons: null };
  return { list, patient: -1, persons: JSON.stringify(list) };
}

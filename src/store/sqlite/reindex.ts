// Labels current bodies and computes what is derived from all afresh, in chunks that let other work through.
import { setTimeout as pause } from 'node:timers/promises';
import type { Derive, Derived } from '../port/derived.ts';
import { relabel } from '../unit/relabel.ts';
import { countingRules } from '../unit/rules.ts';
import { doNow } from '../unit/work.ts';
import type { Group } from './group.ts';
import type { Reading } from './reading.ts';
import { CURRENT_COLUMNS, currentRow, type ResourceRow, toVersion } from './rows.ts';
import { internPersons, type Persons, removeDerived, silenceRules, writeDerived } from './values.ts';

/** Resources in one commit: some 20 ms. */
const CHUNK = 100;
const PAUSE_MS = 5;

export type Progress = (done: number, total: number) => void;

export async function reindexAll(
  writing: Reading,
  group: Group,
  derive: Derive,
  progress: Progress = () => {},
): Promise<void> {
  const { connection } = writing;
  const total = connection.get<{ n: number }>('SELECT count(*) AS n FROM resource')?.n ?? 0;
  let done = 0;
  let last = 0;
  for (;;) {
    const chunk = await group.run({ run: () => reindexChunk(writing, derive, last) });
    if (chunk.length === 0) return;
    last = chunk.at(-1)!;
    done += chunk.length;
    progress(done, total);
    await pause(PAUSE_MS);
  }
}

/** Returns the rids done. */
function reindexChunk(writing: Reading, derive: Derive, after: number): number[] {
  const rows = writing.connection.all<ResourceRow>(
    `SELECT ${CURRENT_COLUMNS} FROM resource r WHERE r.rid > ? ORDER BY r.rid LIMIT ?`,
    after,
    CHUNK,
  );
  for (const row of rows) reindexRow(writing, derive, labelledAnew(writing, derive, row));
  return rows.map(row => row.rid);
}

/** In place: neither its history nor its number changes. */
function labelledAnew(writing: Reading, derive: Derive, row: ResourceRow): ResourceRow {
  if (row.deleted === 1) return row;
  const { connection, words } = writing;
  const read = (place: ResourceRow) => toVersion(connection, words, place);
  const body = doNow(
    relabel(derive, read(row), (type, id) => {
      const place = currentRow(writing, type, id);
      return place && read(place);
    }),
  );
  if (body === row.body) return row;
  connection.run('UPDATE resource SET body = ? WHERE rid = ?', body, row.rid);
  return { ...row, body };
}

type PastRow = Pick<ResourceRow, 'version' | 'writer' | 'deleted' | 'body'>;

function reindexRow(writing: Reading, derive: Derive, row: ResourceRow): void {
  const { connection } = writing;
  const past = connection.all<PastRow>(
    'SELECT version, writer, deleted, body FROM history WHERE rid = ? ORDER BY version',
    row.rid,
  );
  let last: { derived: Derived; persons: Persons; writer: number } | undefined;
  for (const version of [...past, row]) {
    if (version.deleted === 0) {
      const derived = derive(JSON.parse(version.body) as Record<string, unknown>);
      last = { derived, persons: internPersons(writing, derived.patients), writer: version.writer };
    }
    if (last === undefined) throw new Error('A resource begins with a tombstone.');
    const { patient, persons } = last.persons;
    connection.run(
      'UPDATE history SET patient = ?, persons = ? WHERE rid = ? AND version = ?',
      patient,
      persons,
      row.rid,
      version.version,
    );
  }
  if (last === undefined) return;
  removeDerived(writing, row);
  const { patient, persons, list } = last.persons;
  connection.run('UPDATE resource SET patient = ?, persons = ? WHERE rid = ?', patient, persons, row.rid);
  // A tombstone keeps what its last live version said, as that version's writer said it.
  const [type, owner, writer] = [row.type, row.owner, last.writer].map(n => writing.text(n)) as [
    string,
    string,
    string,
  ];
  const said = { type, owner, writer };
  const rules = countingRules(last.derived.rules, said);
  writeDerived(writing, row, { ...last.derived, rules }, list);
  if (row.deleted === 1) silenceRules(writing, row.rid);
}

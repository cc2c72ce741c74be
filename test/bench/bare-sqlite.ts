// The limit on SQLite, in a process of its own: node:sqlite, WAL, synchronous=FULL, group commit.
import { DatabaseSync } from 'node:sqlite';
import { answerBare, type BareRow, type BareStore, indexValue, type OpenBare, VALUES } from './bare.ts';
import { grouped } from './grouped.ts';

const SCHEMA = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE resource (rid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL) STRICT;
CREATE TABLE value (k INTEGER, v TEXT, rid INTEGER, PRIMARY KEY (k, v, rid)) STRICT, WITHOUT ROWID;
CREATE TABLE audit (n INTEGER PRIMARY KEY, row TEXT NOT NULL) STRICT;
`;

interface Write {
  rows: readonly BareRow[];
  audit: string | undefined;
}

function openBare(path: string): OpenBare {
  const db = new DatabaseSync(path);
  db.exec(SCHEMA);
  const read = db.prepare('SELECT body FROM resource WHERE id = ?');
  const insert = db.prepare('INSERT INTO resource (id, body) VALUES (?, ?)');
  const places = Array.from({ length: VALUES }, (_, k) => k);
  const index = db.prepare(
    `INSERT INTO value (k, v, rid) VALUES ${places.map(k => `(${k}, ?${k + 2}, ?1)`).join(', ')}`,
  );
  const audit = db.prepare('INSERT INTO audit (row) VALUES (?)');
  const put = ({ rows, audit: row }: Write): void => {
    for (const { id, body } of rows) {
      const rid = insert.run(id, body).lastInsertRowid;
      index.run(rid, ...places.map(k => indexValue(id, k)));
    }
    if (row !== undefined) audit.run(row);
  };
  const commit = grouped<Write>(writes => {
    db.exec('BEGIN IMMEDIATE');
    try {
      for (const write of writes) put(write);
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  });
  const store: BareStore = {
    insertMany: rows => commit({ rows, audit: undefined }),
    read: id => (read.get(id) as { body: string } | undefined)?.body,
    audit: row => commit({ rows: [], audit: row }),
    create: (rows, row) => commit({ rows, audit: row }),
  };
  return { store, close: () => db.close() };
}

answerBare(openBare);

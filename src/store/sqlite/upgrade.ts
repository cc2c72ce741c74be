// Older files, brought forward one version at a time. A step stands as it was written: later changes of
// schema.ts do not reach back into it.
import type { Connection } from './connection.ts';
import { SCHEMA_VERSION } from './schema.ts';

/** The first step leads from version 1 to 2. */
const STEPS: readonly string[] = [
  // Audit rows of several writers: a store that was moved keeps the chains that were begun elsewhere.
  `INSERT OR IGNORE INTO word (text) SELECT value FROM fact WHERE name = 'writer';
   CREATE TABLE audit_2 (
     writer INTEGER NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, draft TEXT NOT NULL,
     hash TEXT NOT NULL, PRIMARY KEY (writer, number)) STRICT;
   INSERT INTO audit_2 (writer, number, at, draft, hash)
     SELECT (SELECT w.n FROM fact f CROSS JOIN word w ON w.text = f.value WHERE f.name = 'writer'),
       number, at, draft, hash FROM audit ORDER BY number;
   DROP TABLE audit;
   ALTER TABLE audit_2 RENAME TO audit;`,
  // Clients of the token endpoint.
  `CREATE TABLE client (id TEXT PRIMARY KEY, entry TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE jti (client TEXT, jti TEXT, expires INTEGER NOT NULL, PRIMARY KEY (client, jti)) STRICT, WITHOUT ROWID;
   CREATE INDEX jti_expires ON jti (expires);
   CREATE TABLE revocation (jti TEXT PRIMARY KEY, expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;`,
  // What audit rows are found by, also those that are there. Of these it is not known whose records went out.
  `CREATE TABLE audit_key (word INTEGER, at INTEGER, writer INTEGER, number INTEGER,
     PRIMARY KEY (word, at, writer, number)) STRICT, WITHOUT ROWID;
   CREATE TEMP VIEW said AS
     SELECT writer, number, at, CASE WHEN json_valid(draft) THEN draft ELSE '{}' END AS draft FROM main.audit;
   CREATE TEMP VIEW audit_word AS
     SELECT a.writer, a.number, a.at, 'Patient/' || p.value AS text
       FROM said a CROSS JOIN json_each(a.draft, '$.patients') p WHERE p.value NOT IN ('', '?')
     UNION ALL SELECT writer, number, at, 'Organization/' || json_extract(draft, '$.organization') FROM said
       WHERE json_extract(draft, '$.organization') <> ''
     UNION ALL SELECT writer, number, at, 'client ' || json_extract(draft, '$.client') FROM said
       WHERE json_extract(draft, '$.client') <> '';
   INSERT OR IGNORE INTO word (text) SELECT text FROM audit_word;
   INSERT OR IGNORE INTO audit_key (word, at, writer, number)
     SELECT w.n, a.at, a.writer, a.number FROM audit_word a CROSS JOIN word w ON w.text = a.text;
   DROP VIEW audit_word;
   DROP VIEW said;`,
  // Ranks and terms of lines: those that are there are written anew when the file is opened, before they count.
  `ALTER TABLE rule ADD COLUMN rank REAL NOT NULL DEFAULT 0;
   ALTER TABLE rule ADD COLUMN terms TEXT NOT NULL DEFAULT '';`,
  // Exceptions of 42 CFR Part 2 that were written down.
  `CREATE TABLE exception (id TEXT PRIMARY KEY, kind TEXT NOT NULL, entry TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE INDEX exception_kind ON exception (kind, id);`,
  // What is kept of syncs with other servers.
  'CREATE TABLE sync (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;',
];

/** All steps in one commit; nothing is changed where one of them fails. */
export function bringForward({ db }: Connection): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    // Another process may have done it meanwhile.
    const { user_version: from } = db.prepare('PRAGMA user_version').get() as { user_version: number };
    for (const step of STEPS.slice(from - 1)) db.exec(step);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

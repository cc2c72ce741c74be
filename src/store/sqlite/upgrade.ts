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

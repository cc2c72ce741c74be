// The file itself: who may read it, whether it is ours, what it was made with.
import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Connection } from './connection.ts';
import { isServed } from './lock.ts';
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from './schema.ts';
import { bringForward } from './upgrade.ts';

/** Pages of 4 KiB in memory, in KiB: enough for the upper levels of the indexes of a million resources. */
const WRITER_CACHE_KIB = 49_152;
const READER_CACHE_KIB = 49_152;
/** For a reader that takes the place of one that is busy with a long search. */
const SPARE_CACHE_KIB = 8192;

/** Pages in the log before they go into the file (64 MiB): those that every commit touches go once. */
const CHECKPOINT_PAGES = 16_384;

/** Opens the one writing connection; makes the file where there is none. Errors name the path. */
export function openWriter(path: string, mostPages?: number): Connection {
  try {
    prepareFile(path);
    const connection = new Connection(new DatabaseSync(path));
    try {
      setUp(connection, path);
      if (mostPages !== undefined) connection.db.exec(`PRAGMA max_page_count = ${Math.trunc(mostPages)}`);
    } catch (error) {
      connection.db.close();
      throw error;
    }
    return connection;
  } catch (error) {
    throw new Error(`The store ${path} cannot be opened: ${reasonOf(error)}`, { cause: error });
  }
}

/** `spare`: for some calls only. */
export function openReader(path: string, spare = false): Connection {
  const connection = new Connection(new DatabaseSync(path, { readOnly: true }));
  connection.db.exec(
    `PRAGMA busy_timeout = 0; PRAGMA cache_size = -${spare ? SPARE_CACHE_KIB : READER_CACHE_KIB};`,
  );
  return connection;
}

/**
 * Records of patients: for the owner's eyes only, from the first byte. SQLite gives -wal and -shm the same. One
 * that was put here otherwise (a copy, a backup) is made so.
 */
function prepareFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) throw new Error('it is a folder.');
  closeSync(openSync(path, 'a', 0o600));
  for (const name of [path, `${path}-wal`, `${path}-shm`]) {
    const found = statSync(name, { throwIfNoEntry: false });
    if (found !== undefined && (found.mode & 0o077) !== 0) chmodSync(name, 0o600);
  }
}

function setUp(connection: Connection, path: string): void {
  const { db } = connection;
  // Waiting inside SQLite would hold the event loop: Group waits outside.
  db.exec('PRAGMA busy_timeout = 0');
  const ours = pragma(connection, 'application_id');
  const version = pragma(connection, 'user_version');
  const tables = connection.get<{ n: number }>('SELECT count(*) AS n FROM sqlite_schema')!.n;
  if (ours !== APPLICATION_ID && tables > 0) throw new Error('it is an SQLite file of another program.');
  if (version > SCHEMA_VERSION)
    throw new Error(
      `it was made by a newer version of iop-fhir (schema ${version}; this one knows ${SCHEMA_VERSION}).`,
    );
  // NORMAL: that a commit is on the disk is waited for outside of it (log-file.ts).
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  db.exec(`PRAGMA cache_size = -${WRITER_CACHE_KIB}; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  if (tables === 0) create(db);
  else if (version < SCHEMA_VERSION) {
    // Its statements would fail from one moment to the next.
    if (isServed(path)) throw new Error('a server of an older version has it open: stop that first.');
    bringForward(connection);
  }
}

function create(db: DatabaseSync): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    const made = db.prepare('SELECT count(*) AS n FROM sqlite_schema').get() as { n: number };
    if (made.n === 0)
      db.exec(
        `${SCHEMA} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION};`,
      );
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function pragma(connection: Connection, name: 'application_id' | 'user_version'): number {
  return connection.get<Record<string, number>>(`PRAGMA ${name}`)?.[name] ?? 0;
}

function reasonOf(error: unknown): string {
  if (!Error.isError(error)) return String(error);
  const { errcode, code } = error as { errcode?: number; code?: string };
  if (errcode !== undefined && (errcode & 0xff) === 26) return 'it is not a store file.';
  if (errcode !== undefined && (errcode & 0xff) === 8) return 'it may not be written.';
  if (code === 'EPERM')
    return 'others can read it, and it belongs to another user, so that this cannot be ended.';
  if (code === 'EACCES' || code === 'EROFS') return 'it may not be written.';
  return (error as Error).message;
}

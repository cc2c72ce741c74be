// One server per SQLite file. The lock is an exclusive transaction on a sidecar database, which the
// operating system ends with the process, so that a kill frees it; commands do not take it.
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { FhirError } from '../../fhir/error.ts';

export interface ServerLock {
  release(): void;
}

/** Throws `conflict` with the holder's process id where another server has the file. */
export function lockServer(path: string, named = true): ServerLock {
  const lock = `${path}.lock`;
  closeSync(openSync(lock, 'a', 0o600));
  const db = new DatabaseSync(lock);
  try {
    db.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    throw new FhirError('conflict', `Another server (process ${holderOf(path)}) has this store open.`, {
      cause: error,
    });
  }
  if (named) writeFileSync(`${path}.pid`, String(process.pid), { mode: 0o600 });
  return { release: () => db.close() };
}

/** Does a server hold the file just now? */
export function isServed(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    lockServer(path, false).release();
    return false;
  } catch (error) {
    if (error instanceof FhirError) return true;
    throw error;
  }
}

function holderOf(path: string): string {
  try {
    return readFileSync(`${path}.pid`, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}

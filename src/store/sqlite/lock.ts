// One server per SQLite file. The lock is an exclusive transaction on a sidecar database, which the
// operating system ends with the process, so that a kill frees it; commands do not take it.
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { FhirError } from '../../fhir/error.ts';

export interface ServerLock {
  release(): void;
}

/** Throws `conflict` with the holder's process id where another server has the file. */
export function lockServer(path: string): ServerLock {
  const lock = `${path}.lock`;
  const db = new DatabaseSync(lock);
  try {
    chmodSync(lock, 0o600);
    db.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    throw new FhirError('conflict', `Another server (process ${holderOf(path)}) has this store open.`, {
      cause: error,
    });
  }
  writeFileSync(`${path}.pid`, String(process.pid), { mode: 0o600 });
  return { release: () => db.close() };
}

function holderOf(path: string): string {
  try {
    return readFileSync(`${path}.pid`, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}

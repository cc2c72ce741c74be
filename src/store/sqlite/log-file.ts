// Where commits lie before they are in the store file: SQLite's write-ahead log. With synchronous = FULL SQLite
// would wait for the disk inside of COMMIT, and the event loop with it: no request would be read or answered
// meanwhile. So it writes (NORMAL: it syncs the log when that is begun anew and before a checkpoint, the file
// after one), and what makes a commit durable is waited for here, in a thread of the pool. The log is read
// back from its begin to the last commit that is whole: once synced, all that was committed before is kept.
// https://www.sqlite.org/wal.html https://www.sqlite.org/pragma.html#pragma_synchronous
import { closeSync, fdatasync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const toDisk = promisify(fdatasync);

export class LogFile {
  readonly #path: string;
  #fd: number | undefined;

  /** Of the store file. */
  constructor(path: string) {
    this.#path = `${path}-wal`;
  }

  /**
   * Resolves once all that was committed before the call is on the disk. The log is the same file for as long as
   * a connection to the store is open; it is there once that has read or written.
   */
  async sync(): Promise<void> {
    if (this.#fd === undefined) {
      // Not only to be read: a system may sync no file that may not be written.
      this.#fd = openSync(this.#path, 'r+');
      keepName(this.#path);
    }
    await toDisk(this.#fd);
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}

/** A new log is in its folder only when the folder is on the disk too; SQLite would see to it with its own first sync. */
function keepName(path: string): void {
  // There a folder cannot be opened.
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

import { translate, unavailable } from './connection.ts';
import type { Reading } from './reading.ts';

/** The reading connection. Each call is one read transaction: all it reads is of one moment. */
export class Readers {
  #reading: Reading | undefined;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  /** Outside a transaction: each statement for itself. */
  get reading(): Reading {
    if (this.#reading === undefined) throw unavailable('The store is closed.');
    return this.#reading;
  }

  run<T>(work: (reading: Reading) => T): T {
    const { reading } = this;
    const { connection } = reading;
    try {
      connection.run('BEGIN');
      try {
        return work(reading);
      } finally {
        connection.run('COMMIT');
      }
    } catch (error) {
      throw translate(error);
    }
  }

  close(): void {
    this.#reading?.connection.db.close();
    this.#reading = undefined;
  }
}

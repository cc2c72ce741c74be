import { setImmediate as nextTurn } from 'node:timers/promises';
import { translate, unavailable } from './connection.ts';
import type { Reading } from './reading.ts';
import { finish, type Steps } from './steps.ts';

/** Searches that may be under way in steps; what comes beyond is done at once. */
const MOST_HELD = 4;

/**
 * The connections that are read on. Each call is one read transaction, so that all it reads is of one moment.
 * Calls that are done at once run on the writing connection while that has nothing open, as between two turns of
 * the event loop it never has: SQLite drops what another connection has in memory with every commit, and every
 * request makes one. A call that goes on in steps gets a connection of its own until it is done.
 */
export class Readers {
  readonly #writing: Reading;
  #reading: Reading | undefined;
  /** The one with the large cache: back in its place when it is free. */
  readonly #first: Reading;
  readonly #open: (spare: boolean) => Reading;
  readonly #idle: Reading[] = [];
  readonly #held = new Set<Promise<unknown>>();

  constructor(writing: Reading, open: (spare: boolean) => Reading) {
    this.#writing = writing;
    this.#open = open;
    this.#first = open(false);
    this.#reading = this.#first;
  }

  /** Outside a transaction: each statement for itself. */
  get reading(): Reading {
    const own = this.#own;
    return this.#writing.connection.db.isTransaction ? own : this.#writing;
  }

  run<T>(work: (reading: Reading) => T): T {
    const { reading } = this;
    try {
      reading.connection.run('BEGIN');
      try {
        return work(reading);
      } finally {
        reading.connection.run('COMMIT');
      }
    } catch (error) {
      throw translate(error);
    }
  }

  /** What is not done with the first step is begun again where it is in nobody's way. */
  async runSteps<T>(work: (reading: Reading) => Steps<T>): Promise<T> {
    const done = this.run(reading => {
      const steps = work(reading);
      const first = steps.next();
      if (first.done === true) return { value: first.value };
      if (this.#held.size >= MOST_HELD) return { value: finish(steps) };
      steps.return(undefined as never);
      return undefined;
    });
    return done === undefined ? this.#goOn(this.#own, work) : done.value;
  }

  async close(): Promise<void> {
    const last = this.#reading;
    this.#reading = undefined;
    await Promise.allSettled(this.#held);
    for (const reading of [last, ...this.#idle.splice(0)]) reading?.connection.db.close();
  }

  /** One of those that nobody writes on. */
  get #own(): Reading {
    if (this.#reading === undefined) throw unavailable('The store is closed.');
    return this.#reading;
  }

  #goOn<T>(reading: Reading, work: (reading: Reading) => Steps<T>): Promise<T> {
    this.#reading = this.#idle.pop() ?? this.#open(true);
    const running = this.#pace(reading, work).finally(() => {
      this.#held.delete(running);
      this.#free(reading);
    });
    this.#held.add(running);
    return running;
  }

  #free(reading: Reading): void {
    if (reading !== this.#first || this.#reading === undefined) {
      this.#idle.push(reading);
      return;
    }
    this.#idle.push(this.#reading);
    this.#reading = reading;
  }

  async #pace<T>(reading: Reading, work: (reading: Reading) => Steps<T>): Promise<T> {
    try {
      reading.connection.run('BEGIN');
      try {
        const steps = work(reading);
        for (;;) {
          const step = steps.next();
          if (step.done === true) return step.value;
          await nextTurn();
        }
      } finally {
        reading.connection.run('COMMIT');
      }
    } catch (error) {
      throw translate(error);
    }
  }
}

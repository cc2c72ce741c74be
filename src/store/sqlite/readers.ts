import { setImmediate as nextTurn } from 'node:timers/promises';
import { translate, unavailable } from './connection.ts';
import type { Reading } from './reading.ts';
import { finish, type Steps } from './steps.ts';

/** Searches that may be under way in steps; what comes beyond is done at once. */
const MOST_HELD = 4;

/**
 * The reading connections. Each call is one read transaction, so that all it reads is of one moment. One
 * connection serves all calls that are done at once; a call that goes on in steps keeps its connection
 * until it is done, and another takes its place.
 */
export class Readers {
  #reading: Reading | undefined;
  /** The one with the large cache: back in its place when it is free. */
  readonly #first: Reading;
  readonly #open: (spare: boolean) => Reading;
  readonly #idle: Reading[] = [];
  readonly #held = new Set<Promise<unknown>>();

  constructor(open: (spare: boolean) => Reading) {
    this.#open = open;
    this.#first = open(false);
    this.#reading = this.#first;
  }

  /** Outside a transaction: each statement for itself. */
  get reading(): Reading {
    if (this.#reading === undefined) throw unavailable('The store is closed.');
    return this.#reading;
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

  async runSteps<T>(work: (reading: Reading) => Steps<T>): Promise<T> {
    const { reading } = this;
    let held: Promise<T> | undefined;
    try {
      reading.connection.run('BEGIN');
      const steps = work(reading);
      try {
        const first = steps.next();
        if (first.done === true) return first.value;
        if (this.#held.size >= MOST_HELD) return finish(steps);
        held = this.#goOn(reading, steps);
      } finally {
        if (held === undefined) reading.connection.run('COMMIT');
      }
      return await held;
    } catch (error) {
      throw translate(error);
    }
  }

  async close(): Promise<void> {
    const last = this.#reading;
    this.#reading = undefined;
    await Promise.allSettled(this.#held);
    for (const reading of [last, ...this.#idle.splice(0)]) reading?.connection.db.close();
  }

  #goOn<T>(reading: Reading, steps: Steps<T>): Promise<T> {
    this.#reading = this.#idle.pop() ?? this.#open(true);
    const running = this.#pace(reading, steps).finally(() => {
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

  async #pace<T>(reading: Reading, steps: Steps<T>): Promise<T> {
    try {
      for (;;) {
        await nextTurn();
        const step = steps.next();
        if (step.done === true) return step.value;
      }
    } finally {
      reading.connection.run('COMMIT');
    }
  }
}

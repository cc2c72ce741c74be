// Group commit: what arrives while the disk is waited for shares the next commit, so that one sync answers many.
// A promise is settled only when the COMMIT that carries it is on the disk. Readers may see what it wrote a
// moment earlier; whatever they tell of it waits for its own audit row, which lies behind it in the same log.
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { type Connection, isBusy, translate, unavailable } from './connection.ts';
import type { Tail } from './tail.ts';
import type { Words } from './words.ts';

/** A group holds the event loop until it is committed: few enough plans, and not for long. */
const MOST_JOBS = 512;
export const COMMIT_MS = 30;
/** How long a job waits for another process to let go of the store. */
const PATIENCE_MS = 5000;
const LONGEST_PAUSE_MS = 50;

export interface Job<T> {
  /** Runs inside a savepoint of its own; what it throws takes back what it did. */
  run(): T;
  /** Runs in the same commit after `run` was taken back. */
  refused?(error: unknown): void;
}

interface Waiting {
  job: Job<unknown>;
  since: number;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

type Settle = () => void;

/** What was committed, and is to be answered once it is on the disk. */
interface Committed {
  taken: readonly Waiting[];
  settles: readonly Settle[];
}

export interface GroupParts {
  connection: Connection;
  words: Words;
  tail: Tail;
  /** Resolves once all that was committed before the call is on the disk. */
  sync(): Promise<void>;
  /** A group is committed after so long. */
  commitMs?: number | undefined;
}

export class Group {
  readonly #connection: Connection;
  readonly #words: Words;
  readonly #tail: Tail;
  readonly #commitMs: number;
  readonly #waiting: Waiting[] = [];
  readonly #sync: () => Promise<void>;
  #draining: Promise<void> | undefined;
  #closed = false;
  #lost: unknown;
  #dataVersion: number | undefined;

  constructor({ connection, words, tail, sync, commitMs = COMMIT_MS }: GroupParts) {
    this.#commitMs = commitMs;
    this.#connection = connection;
    this.#words = words;
    this.#tail = tail;
    this.#sync = sync;
  }

  run<T>(job: Job<T>): Promise<T> {
    if (this.#closed) return Promise.reject(unavailable('The store is closed.'));
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const settled = resolve as (value: unknown) => void;
    this.#waiting.push({ job, since: performance.now(), resolve: settled, reject });
    this.#draining ??= this.#drain();
    return promise;
  }

  /** Takes no more jobs; resolves when those that wait are done. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#draining;
  }

  async #drain(): Promise<void> {
    let wait = 1;
    await nextTurn();
    while (this.#waiting.length > 0) {
      if (this.#begin()) {
        wait = 1;
        const committed = this.#runGroup();
        if (committed !== undefined) await this.#keep(committed);
        // Answers go out, and what came in is heard, before the next group is closed.
        await nextTurn();
        continue;
      }
      await pause(wait);
      wait = Math.min(wait * 2, LONGEST_PAUSE_MS);
      this.#dismiss();
    }
    this.#draining = undefined;
  }

  /** False where another process is writing; every job is told where the store cannot be written at all. */
  #begin(): boolean {
    try {
      this.#connection.db.exec('BEGIN IMMEDIATE');
      const version = this.#connection.get<{ data_version: number }>('PRAGMA data_version')!.data_version;
      if (version !== this.#dataVersion) this.#tail.load(this.#connection);
      this.#dataVersion = version;
      return true;
    } catch (error) {
      if (isBusy(error)) return false;
      this.#rollback();
      for (const waiting of this.#waiting.splice(0)) waiting.reject(translate(error));
      return false;
    }
  }

  #dismiss(): void {
    const oldest = performance.now() - PATIENCE_MS;
    while (this.#waiting[0] !== undefined && this.#waiting[0].since < oldest)
      this.#waiting.shift()!.reject(unavailable('Another process is writing to the store.'));
  }

  #runGroup(): Committed | undefined {
    const started = performance.now();
    const taken: Waiting[] = [];
    const settles: Settle[] = [];
    try {
      while (taken.length < MOST_JOBS && this.#waiting.length > 0) {
        const waiting = this.#waiting.shift()!;
        taken.push(waiting);
        settles.push(this.#attempt(waiting));
        if (performance.now() - started > this.#commitMs) break;
      }
      this.#connection.db.exec('COMMIT');
    } catch (error) {
      this.#rollback();
      for (const waiting of taken) waiting.reject(translate(error));
      return undefined;
    }
    this.#words.settle();
    return { taken, settles };
  }

  async #keep({ taken, settles }: Committed): Promise<void> {
    try {
      await this.#sync();
    } catch (error) {
      // What the system could not write it may forget, and say of the next sync that all is well: nothing that
      // is written from here on could be relied on, until the store is opened again.
      this.#lost = unavailable('What was written last may not be on the disk.', error);
      for (const waiting of [...taken, ...this.#waiting.splice(0)]) waiting.reject(this.#lost);
      return;
    }
    for (const settle of settles) settle();
  }

  /** Throws only where the whole transaction is lost. */
  #attempt({ job, resolve, reject }: Waiting): Settle {
    const words = this.#words.mark();
    const tail = this.#tail.save();
    this.#connection.run('SAVEPOINT job');
    try {
      const value = job.run();
      this.#connection.run('RELEASE job');
      return () => resolve(value);
    } catch (error) {
      // A full disk rolls back everything; what would run after it would run outside any transaction.
      if (!this.#connection.db.isTransaction) throw error;
      this.#connection.run('ROLLBACK TO job');
      this.#connection.run('RELEASE job');
      this.#words.forget(words);
      this.#tail.restore(tail);
      job.refused?.(error);
      return () => reject(translate(error));
    }
  }

  #rollback(): void {
    try {
      if (this.#connection.db.isTransaction) this.#connection.db.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself, or will when the file is opened again; the jobs are told so.
    }
    this.#words.forget(0);
    // Read again where the log and the chain end.
    this.#dataVersion = undefined;
  }
}

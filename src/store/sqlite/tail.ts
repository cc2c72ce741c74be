import { randomUUID } from 'node:crypto';
import { FIRST_HASH } from '../../audit/chain.ts';
import type { Clock } from '../../fhir/id.ts';
import type { Connection } from './connection.ts';

/** seq of the log; number and hash of the last audit row. */
interface Ends {
  seq: number;
  number: number;
  hash: string;
}

/** Where the log and the audit chain end: kept in memory, read again when another process has written. */
export class Tail {
  /** Names the audit chain of this file. */
  readonly writer: string;
  readonly #clock: Clock;
  #state: Ends = { seq: 0, number: 0, hash: FIRST_HASH };

  constructor(writer: string, clock: Clock) {
    this.writer = writer;
    this.#clock = clock;
  }

  load(connection: Connection): void {
    const seq = connection.get<{ seq: number | null }>('SELECT max(seq) AS seq FROM resource')?.seq ?? 0;
    const last = connection.get<{ number: number; hash: string }>(
      `SELECT number, hash FROM audit WHERE writer = (SELECT n FROM word WHERE text = ?)
       ORDER BY number DESC LIMIT 1`,
      this.writer,
    );
    this.#state = { seq, number: last?.number ?? 0, hash: last?.hash ?? FIRST_HASH };
  }

  /** Microseconds since the epoch. */
  now(): number {
    return Math.trunc(this.#clock() * 1000);
  }

  /** Strictly increasing, and the time where the clock has moved on. */
  nextSeq(): number {
    this.#state.seq = Math.max(this.now(), this.#state.seq + 1);
    return this.#state.seq;
  }

  /** The last one given or found. */
  get seq(): number {
    return this.#state.seq;
  }

  /** A version of another store was put behind all that are here. */
  follow(seq: number): void {
    this.#state.seq = Math.max(this.#state.seq, seq);
  }

  get audit(): { number: number; hash: string } {
    return this.#state;
  }

  append(number: number, hash: string): void {
    this.#state.number = number;
    this.#state.hash = hash;
  }

  save(): Readonly<Ends> {
    return { ...this.#state };
  }

  restore(saved: Readonly<Ends>): void {
    this.#state = { ...saved };
  }
}

/** The name of a new chain. */
export const newWriter = (): string => randomUUID();

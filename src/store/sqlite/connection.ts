import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { FhirError } from '../../fhir/error.ts';
import type { Fragment } from './sql.ts';

/** Statements kept ready per connection; each holds a few kilobytes. */
const MOST_STATEMENTS = 400;

/** One connection and its prepared statements. */
export class Connection {
  readonly db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.db = db;
  }

  prepare(text: string): StatementSync {
    const known = this.#statements.get(text);
    if (known !== undefined) {
      // Least recently used first: a Map keeps the order of insertion.
      this.#statements.delete(text);
      this.#statements.set(text, known);
      return known;
    }
    const made = this.db.prepare(text);
    this.#statements.set(text, made);
    if (this.#statements.size > MOST_STATEMENTS)
      this.#statements.delete(this.#statements.keys().next().value as string);
    return made;
  }

  get<Row>(text: string, ...values: SQLInputValue[]): Row | undefined {
    return this.prepare(text).get(...values) as Row | undefined;
  }

  all<Row>(text: string, ...values: SQLInputValue[]): Row[] {
    return this.prepare(text).all(...values) as Row[];
  }

  /** The rows one by one. Leave the loop to stop; run no other use of the same text inside it. */
  iterate<Row>(text: string, ...values: SQLInputValue[]): IterableIterator<Row> {
    return this.prepare(text).iterate(...values) as IterableIterator<Row>;
  }

  run(
    text: string,
    ...values: SQLInputValue[]
  ): { changes: number | bigint; lastInsertRowid: number | bigint } {
    return this.prepare(text).run(...values);
  }
}

/** Gives the number of a text in `word`, -1 where it has none. */
export type Numbers = (text: string) => number;

/** A text without a number is looked up in the file: once, however often the query names it. */
export function bindsOf(fragment: Fragment, numbers: Numbers): SQLInputValue[] {
  const unknown = new Set<string>();
  const numberOf = (text: string): number => {
    if (unknown.has(text)) return -1;
    const n = numbers(text);
    if (n === -1) unknown.add(text);
    return n;
  };
  return fragment.binds.map(bind => (typeof bind === 'object' && bind !== null ? numberOf(bind.word) : bind));
}

const BUSY = 5;
const LOCKED = 6;
/** Primary result codes that say the store cannot answer now: read-only, I/O, full, cannot open, protocol. */
const UNAVAILABLE = new Set([BUSY, LOCKED, 8, 10, 13, 14, 15]);

interface DriverError {
  code: string;
  errcode: number;
}

function driverCode(error: unknown): number | undefined {
  if (!Error.isError(error)) return undefined;
  const { code, errcode } = error as unknown as DriverError;
  return code === 'ERR_SQLITE_ERROR' ? errcode & 0xff : undefined;
}

export function isBusy(error: unknown): boolean {
  const code = driverCode(error);
  return code === BUSY || code === LOCKED;
}

/** Driver failures become FhirError `unavailable`; everything else stays what it is. */
export function translate(error: unknown): unknown {
  const code = driverCode(error);
  if (code === undefined || !UNAVAILABLE.has(code)) return error;
  return unavailable('The store cannot answer now.', error);
}

export function unavailable(message: string, cause?: unknown): FhirError {
  return new FhirError('unavailable', message, { cause, retryAfter: 1 });
}

import { bindsOf, type Connection } from './connection.ts';
import { Estimates } from './estimates.ts';
import type { Fragment } from './sql.ts';
import type { Words } from './words.ts';

/** How far rows are counted to choose where a search starts. */
export interface Bounds {
  /** A driver below this is taken at once; counting so far costs some microseconds. */
  few: number;
  /** A driver below this may be collected and sorted; above, an index in the order asked for is walked. */
  bounded: number;
  /** Resources walked for a page before what else is there is collected instead. */
  stride: number;
}

export const BOUNDS: Bounds = { few: 64, bounded: 4096, stride: 20_000 };

/** A connection with what its queries need: the reading ones, and the writing one inside a unit. */
export class Reading {
  readonly connection: Connection;
  readonly words: Words;
  readonly bounds: Bounds;
  readonly estimates = new Estimates();
  readonly #numbers = (text: string): number => this.words.find(this.connection, text);

  constructor(connection: Connection, words: Words, bounds: Bounds = BOUNDS) {
    this.connection = connection;
    this.words = words;
    this.bounds = bounds;
  }

  number(text: string): number {
    return this.#numbers(text);
  }

  text(n: number): string {
    return this.words.text(this.connection, n);
  }

  get<Row>(query: Fragment): Row | undefined {
    return this.connection.get<Row>(query.sql, ...bindsOf(query, this.#numbers));
  }

  all<Row>(query: Fragment): Row[] {
    return this.connection.all<Row>(query.sql, ...bindsOf(query, this.#numbers));
  }

  iterate<Row>(query: Fragment): IterableIterator<Row> {
    return this.connection.iterate<Row>(query.sql, ...bindsOf(query, this.#numbers));
  }

  /** The last committed seq, 0 in a store without resources. */
  lastSeq(): number {
    return this.connection.get<{ seq: number | null }>('SELECT max(seq) AS seq FROM resource')?.seq ?? 0;
  }

  lastRid(): number {
    return this.connection.get<{ rid: number | null }>('SELECT max(rid) AS rid FROM resource')?.rid ?? 0;
  }

  /** The greatest rid whose `created` is not above the one given, 0 where there is none. */
  ridAt(created: number): number {
    const last =
      this.connection.get<{ rid: number | null }>('SELECT max(rid) AS rid FROM resource')?.rid ?? 0;
    let low = 0;
    let high = last;
    // rid and created grow together, with gaps: invariant created(low) <= created < created(high + 1).
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const row = this.connection.get<{ created: number }>(
        'SELECT created FROM resource WHERE rid <= ? ORDER BY rid DESC LIMIT 1',
        middle,
      );
      if (row === undefined || row.created <= created) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

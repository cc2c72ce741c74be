import type { Connection } from './connection.ts';

/** Texts held in memory, each way. At about 150 bytes each this is some 7 MB. */
const MOST_WORDS = 50_000;

/**
 * Texts and their numbers. Entries are never changed or removed, so what was read once holds; only
 * numbers given inside a unit that is rolled back are not to be kept (see `forget`).
 */
export class Words {
  readonly #numbers = new Map<string, number>();
  readonly #texts = new Map<number, string>();
  #fresh: string[] = [];

  /** The number of a text, -1 where the store has none for it; 0 is the empty text. */
  find(connection: Connection, text: string): number {
    if (text === '') return 0;
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const row = connection.get<{ n: number }>('SELECT n FROM word WHERE text = ?', text);
    if (row === undefined) return -1;
    this.#keep(text, row.n);
    return row.n;
  }

  /** The number of a text, given now where it has none. On the writing connection, inside a unit. */
  intern(connection: Connection, text: string): number {
    const known = this.find(connection, text);
    if (known !== -1) return known;
    const made = Number(connection.run('INSERT INTO word (text) VALUES (?)', text).lastInsertRowid);
    this.#keep(text, made);
    this.#fresh.push(text);
    return made;
  }

  text(connection: Connection, n: number): string {
    if (n === 0) return '';
    const known = this.#texts.get(n);
    if (known !== undefined) return known;
    const row = connection.get<{ text: string }>('SELECT text FROM word WHERE n = ?', n);
    if (row === undefined) throw new Error(`The store has no word ${n}.`);
    this.#keep(row.text, n);
    return row.text;
  }

  /** Marks the place to which `forget` goes back. */
  mark(): number {
    return this.#fresh.length;
  }

  /** A unit was rolled back: the numbers it gave since `mark` are free again. */
  forget(mark: number): void {
    for (const text of this.#fresh.splice(mark)) {
      const n = this.#numbers.get(text);
      this.#numbers.delete(text);
      if (n !== undefined) this.#texts.delete(n);
    }
  }

  /** The unit is committed. */
  settle(): void {
    this.#fresh = [];
  }

  #keep(text: string, n: number): void {
    if (this.#numbers.size >= MOST_WORDS) this.#shed();
    this.#numbers.set(text, n);
    this.#texts.set(n, text);
  }

  /** Drops the older half, but none that an open unit gave. */
  #shed(): void {
    const fresh = new Set(this.#fresh);
    let left = MOST_WORDS / 2;
    for (const [text, n] of this.#numbers) {
      if (left-- <= 0) return;
      if (fresh.has(text)) continue;
      this.#numbers.delete(text);
      this.#texts.delete(n);
    }
  }
}

/** Under this text a person is known: the same as a reference to it. */
export const personWord = (id: string): string => `Patient/${id}`;
export const personOf = (text: string): string => text.slice('Patient/'.length);

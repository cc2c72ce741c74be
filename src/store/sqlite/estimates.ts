const LIFE_MS = 3000;
const MOST = 1000;

interface Estimate {
  count: number;
  /** Counted no further than this. */
  most: number;
  until: number;
}

/** Counts kept for a moment, so that what is large is not counted again by every search. */
export class Estimates {
  readonly #known = new Map<string, Estimate>();

  /** The count up to `most`, where it is known. */
  find(key: string, most: number): number | undefined {
    const known = this.#known.get(key);
    if (known === undefined || known.until < performance.now()) return undefined;
    if (known.count >= most) return most;
    return known.count < known.most ? known.count : undefined;
  }

  keep(key: string, count: number, most: number): void {
    if (this.#known.size >= MOST) this.#known.clear();
    this.#known.set(key, { count, most, until: performance.now() + LIFE_MS });
  }
}

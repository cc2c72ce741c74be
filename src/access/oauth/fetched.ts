// Documents that others publish, kept for a while.
import type { FetchJson } from './safe-fetch.ts';

/** A document is asked for again when it is so old. */
const OLDEST_MS = 10 * 60_000;
/** And, for what is missing in it or because it could not be had, no more often than this. */
const AGAIN_MS = 60_000;

export interface Fetched<T> {
  /** At most ten minutes old. Rejects where it cannot be had, for a minute without asking again. */
  get(url: string): Promise<T>;
  /** At most a minute old. */
  again(url: string): Promise<T>;
}

/** `read` makes of the JSON what is kept, or throws. `now`: ms, of a clock that never goes back. */
export function keepFetched<T>(
  fetchJson: FetchJson,
  read: (json: unknown) => T,
  now: () => number = () => performance.now(),
): Fetched<T> {
  const kept = new Map<string, { at: number; document: Promise<T> }>();
  const ask = (url: string, oldest: number): Promise<T> => {
    const known = kept.get(url);
    if (known !== undefined && now() - known.at < oldest) return known.document;
    const asked = { at: now(), document: fetchJson(url).then(read) };
    // Who waits for it is told; that nobody does is no crash.
    asked.document.catch(() => {});
    kept.set(url, asked);
    return asked.document;
  };
  const again = (url: string): Promise<T> => ask(url, AGAIN_MS);
  return { get: url => ask(url, OLDEST_MS).catch(() => again(url)), again };
}

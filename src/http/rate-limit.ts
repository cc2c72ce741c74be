// How many requests a caller may make. Each server counts by itself, without asking anybody, and once a second
// adds what it counted to what the others did: the sums are right but for the last second or two. Where the
// store cannot be asked, each server goes on with what it knows.
import { createHmac } from 'node:crypto';
import { FhirError } from '../fhir/error.ts';
import { type Count, newCount, turn, WINDOW_MS, waitOf } from './rate.ts';

/** Adds to counts that are shared and gives their sums; kept for `keepMs` at least. See Registry.spend. */
export type Share = (
  amounts: ReadonlyMap<string, number>,
  keepMs: number,
) => Promise<ReadonlyMap<string, number>>;

export interface RateLimitOptions {
  /** Requests a minute. */
  limit: number;
  /** What is counted: tells its keys from those of other limits. */
  name: string;
  /** Of the server: nobody else can tell from a shared key whose it is. */
  secret: Uint8Array;
  clock: () => number;
  share: Share;
}

export interface RateLimit {
  /** Throws `throttled` where the caller has had its requests. */
  demand(caller: string): void;
  /** Counts one. */
  spend(caller: string): void;
  /** Tells the others what was counted, unless it fails; nothing is told later. */
  close(): Promise<void>;
}

/** Callers that are remembered; of more the longest known are forgotten, with what they made. */
const MOST_CALLERS = 100_000;
const EXCHANGE_MS = 1000;

export function createRateLimit(options: RateLimitOptions): RateLimit {
  const { limit, clock } = options;
  const counts = new Map<string, Count>();
  /** Callers of which the others have not been told everything. */
  const untold = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  const countOf = (caller: string): Count => {
    const now = clock();
    let count = counts.get(caller);
    if (count === undefined) {
      if (counts.size >= MOST_CALLERS) counts.delete(counts.keys().next().value as string);
      count = newCount(now);
      counts.set(caller, count);
    }
    turn(count, now);
    return count;
  };
  const later = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      running = exchange(options, counts, untold).catch(later);
    }, EXCHANGE_MS).unref();
  };
  return {
    demand: caller => {
      const wait = waitOf(countOf(caller), limit, clock());
      if (wait > 0) throw tooMany(wait);
    },
    spend: caller => {
      countOf(caller).own += 1;
      untold.add(caller);
      later();
    },
    close: async () => {
      clearTimeout(timer);
      await running;
      await exchange(options, counts, untold).catch(() => undefined);
    },
  };
}

const tooMany = (ms: number): FhirError => {
  const retryAfter = Math.max(1, Math.ceil(ms / 1000));
  return new FhirError('throttled', `Too many requests: try again in ${retryAfter} s.`, { retryAfter });
};

interface Told {
  caller: string;
  count: Count;
  /** As they were when they were told. */
  window: number;
  own: number;
}

/** Where it fails, everything is still to be told. What was counted late in a window that is over is told to nobody. */
async function exchange(
  options: RateLimitOptions,
  counts: ReadonlyMap<string, Count>,
  untold: Set<string>,
): Promise<void> {
  const told = [...untold].flatMap((caller): Told[] => {
    const count = counts.get(caller);
    return count === undefined ? [] : [{ caller, count, window: count.window, own: count.own }];
  });
  untold.clear();
  if (told.length === 0) return;
  const keyOf = keysOf(options);
  const amounts = told.flatMap(({ caller, window, own }): [string, number][] => [
    [keyOf(caller, window), own],
    [keyOf(caller, window - 1), 0],
  ]);
  try {
    const sums = await options.share(new Map(amounts), 2 * WINDOW_MS);
    for (const { caller, count, window, own } of told) {
      if (count.window !== window) continue;
      count.known = sums.get(keyOf(caller, window)) ?? count.known + own;
      count.own -= own;
      count.before = Math.max(count.before, sums.get(keyOf(caller, window - 1)) ?? 0);
    }
  } catch (error) {
    for (const { caller } of told) untold.add(caller);
    throw error;
  }
}

/** A key says of what limit, whose and when, to nobody but the servers. */
const keysOf =
  ({ name, secret }: RateLimitOptions) =>
  (caller: string, window: number): string =>
    createHmac('sha256', secret)
      .update(JSON.stringify([name, window, caller]))
      .digest('base64url');

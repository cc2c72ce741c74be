// How fast another server is asked, and how long one waits where it does not answer.
import type { Clock } from '../fhir/id.ts';

/** What a sync is given of the outside. */
export interface Surround {
  clock: Clock;
  /** 0 <= n < 1. */
  random: () => number;
  /** Resolves after so many ms, or at once where the signal is aborted. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** ms that one request may take. */
  timeout: number;
}

/** Tries of one request; between the first and the last at most about three minutes pass. */
export const MOST_TRIES = 6;
const FIRST_MS = 1000;
const LONGEST_MS = 60_000;
/** Who asks for more than this is not waited for: the next run goes on. */
const LONGEST_ASKED_MS = 5 * 60_000;

/** Before which time no request starts. */
export function createPace(rate: number, surround: Surround): (signal: AbortSignal) => Promise<void> {
  let next = 0;
  return async signal => {
    const now = surround.clock();
    const start = Math.max(now, next);
    next = start + 1000 / rate;
    if (start > now) await surround.sleep(start - now, signal);
  };
}

/**
 * ms to wait after try number `tried` (1, 2, ...): what the other server asked for, else twice as long each time, of
 * which up to half is left to chance, so that many who were turned away do not come back together. Undefined: give up.
 */
export function waitAfter(
  tried: number,
  asked: number | undefined,
  random: () => number,
): number | undefined {
  if (tried >= MOST_TRIES) return undefined;
  const usual = Math.min(LONGEST_MS, FIRST_MS * 2 ** (tried - 1)) * (0.5 + random() / 2);
  if (asked === undefined) return usual;
  return asked > LONGEST_ASKED_MS ? undefined : asked + random() * FIRST_MS;
}

/** Retry-After in ms: seconds, or an HTTP date. https://www.rfc-editor.org/rfc/rfc9110#name-retry-after */
export function readRetryAfter(text: string | null | undefined, now: number): number | undefined {
  const trimmed = text?.trim() ?? '';
  if (/^\d{1,9}$/.test(trimmed)) return Number(trimmed) * 1000;
  const at = /^[A-Za-z]{3}, /.test(trimmed) ? Date.parse(trimmed) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

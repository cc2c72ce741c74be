// The arithmetic of rate limits: requests of one caller in windows of a minute. What the last minute held is
// taken from the window before by the share of it that is not over yet, as if it had been spread evenly.

export const WINDOW_MS = 60_000;

/** Of one caller. */
export interface Count {
  /** Which window: minutes since the epoch. */
  window: number;
  /** Requests in the window before. */
  before: number;
  /** In this one, over all servers, as last heard. */
  known: number;
  /** In this one, here, and not told to the others yet. */
  own: number;
}

export const windowOf = (now: number): number => Math.floor(now / WINDOW_MS);

export const newCount = (now: number): Count => ({ window: windowOf(now), before: 0, known: 0, own: 0 });

/** Moves on to the window of `now`; a clock that goes back stays where it was. */
export function turn(count: Count, now: number): void {
  const passed = windowOf(now) - count.window;
  if (passed <= 0) return;
  count.before = passed === 1 ? count.known + count.own : 0;
  count.window += passed;
  count.known = 0;
  count.own = 0;
}

/** Milliseconds until one request more is within `limit` of them a minute; 0: it is now. Of a count that was turned. */
export function waitOf({ window, before, known, own }: Count, limit: number, now: number): number {
  const passed = Math.max(0, now - window * WINDOW_MS);
  const current = known + own;
  const room = limit - 1;
  if (current <= room) {
    const due = before === 0 ? 0 : (1 - (room - current) / before) * WINDOW_MS;
    return Math.max(0, due - passed);
  }
  // In the next window this one is the one before.
  return WINDOW_MS - passed + (1 - room / current) * WINDOW_MS;
}

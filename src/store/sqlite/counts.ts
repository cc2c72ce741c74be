// Counts that servers share. One server at a time has a file, so its memory is all there is to share.
import type { Registry } from '../registry.ts';

/** `now`: ms of a clock that never goes back. */
export function makeCounts(now: () => number = () => performance.now()): Registry['spend'] {
  const counts = new Map<string, { sum: number; until: number }>();
  return async (amounts, keepMs) => {
    for (const [key, { until }] of counts) if (until < now()) counts.delete(key);
    const sums = new Map<string, number>();
    for (const [key, amount] of amounts) {
      const sum = (counts.get(key)?.sum ?? 0) + amount;
      if (amount > 0) counts.set(key, { sum, until: now() + keepMs });
      sums.set(key, sum);
    }
    return sums;
  };
}

// A Period as the stretch in which something is in force.
import { parseDateRange } from '../fhir/date-range.ts';

/** Without bounds a period is always in force. Within what a double counts exactly. */
export const ALWAYS = { from: -8.64e15, to: 8.64e15 };

/** from <= t < to, ms since the epoch. */
export interface Stretch {
  from: number;
  to: number;
}

/** Undefined: it cannot be read, or it ends before it starts. */
export function periodOf(
  period: { start?: string | undefined; end?: string | undefined } | undefined,
): Stretch | undefined {
  const { start, end } = period ?? {};
  const from = start === undefined ? ALWAYS.from : parseDateRange(start)?.low;
  const to = end === undefined ? ALWAYS.to : parseDateRange(end)?.high;
  return from === undefined || to === undefined || from >= to ? undefined : { from, to };
}

/** When both are in force; undefined: never. */
export function overlapOf(a: Stretch, b: Stretch): Stretch | undefined {
  const from = Math.max(a.from, b.from);
  const to = Math.min(a.to, b.to);
  return from >= to ? undefined : { from, to };
}

// Invariants that several kinds of record share, each as a list of problems: empty where all is well.
import type { Problem } from './concept.ts';

/** Days since the epoch; NaN for a date that the calendar does not have (2026-02-30). */
export function dayOf(date: string): number {
  const at = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== date ? Number.NaN : at / 86_400_000;
}

/** `until` before `from`, both dates or both instants. Equal is allowed: a stay of one day. */
export function endAfterStart(from: string | undefined, until: string | undefined, path: string): Problem[] {
  if (from === undefined || until === undefined) return [];
  return Date.parse(until) < Date.parse(from) ? [{ path, message: 'is before the start' }] : [];
}

/** Something that must hold, and what to say where it does not. */
export const unless = (holds: boolean, path: string, message: string): Problem[] =>
  holds ? [] : [{ path, message }];

/** Minutes since midnight of `HH:MM`. */
export function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}

/** `HH:MM` of minutes since midnight. */
export function timeOf(minutes: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

// Whom a client or a member of a staff saw or wrote about: what a breach concerns (42 CFR 2.16, 45 CFR 164.404). Pure.
import type { AuditReach } from '../access/grant.ts';
import type { AuditEntry } from '../store/port/audit.ts';
import { shownTo } from './part.ts';

/** One resource about one person. */
export interface Touched {
  /** Microseconds since the epoch. */
  first: number;
  last: number;
  read: boolean;
  written: boolean;
}

/** Logical id of a Patient (`?`: one who cannot be told) -> `Type/id` -> how and when. */
export type Impact = ReadonlyMap<string, ReadonlyMap<string, Touched>>;

/** `most`: of resources over all people; with more, undefined. */
export async function impactOf(
  rows: AsyncIterable<AuditEntry>,
  reach: AuditReach,
  most: number,
): Promise<Impact | undefined> {
  const impact = new Map<string, Map<string, Touched>>();
  let size = 0;
  for await (const row of rows) {
    for (const { name, persons, out } of shownTo(row, reach)) {
      const resource = name.slice(0, name.lastIndexOf('/'));
      for (const person of persons) {
        const about = impact.get(person) ?? new Map<string, Touched>();
        impact.set(person, about);
        const known = about.get(resource);
        if (known === undefined) size += 1;
        if (size > most) return undefined;
        about.set(resource, touched(known, row.at, out));
      }
    }
  }
  return impact;
}

const touched = (known: Touched | undefined, at: number, out: boolean): Touched => ({
  first: Math.min(known?.first ?? at, at),
  last: Math.max(known?.last ?? at, at),
  read: out || known?.read === true,
  written: !out || known?.written === true,
});

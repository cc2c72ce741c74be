// Answers, inside a query, whether the terms of a line hold for a resource. Few lines have any.
import { holds, type Known, knownOf } from '../../search/terms.ts';
import type { Derive, Terms } from '../port.ts';
import type { Reading } from './reading.ts';

/** A tombstone is judged by the last live version. */
const LAST_LIVE =
  'SELECT body FROM history WHERE rid = ? AND version < ? AND deleted = 0 ORDER BY version DESC LIMIT 1';

/** Registers `terms_hold(terms, asked, type, id, rid, version, body)`: 1 or 0. `asked`: `{ marks, at }`. */
export function offerTermsHold(reading: Reading, derive: Derive): void {
  // All lines about one resource are asked one after the other.
  let last: { version: string; body: string; known: Pick<Known, 'marks' | 'dates'> } | undefined;
  const knownFor = (
    name: { type: number; id: string },
    version: string,
    body: string,
  ): Pick<Known, 'marks' | 'dates'> => {
    if (last?.version !== version || last.body !== body) {
      const derived = derive(JSON.parse(body) as Record<string, unknown>);
      last = { version, body, known: knownOf({ type: reading.text(name.type), id: name.id }, derived) };
    }
    return last.known;
  };
  const lastLive = (rid: number, version: number): string =>
    reading.connection.get<{ body: string }>(LAST_LIVE, rid, version)?.body ?? '{}';
  reading.connection.db.function('terms_hold', (terms, asked, type, id, rid, version, body) => {
    // SQLite may put what a query asks for in here before it looks at the row: see past.ts.
    if (type === -1 || typeof terms !== 'string' || terms === '') return 0;
    const live = body !== '' ? (body as string) : lastLive(rid as number, version as number);
    const known = knownFor({ type: type as number, id: id as string }, `${rid} ${version}`, live);
    const { marks, at } = JSON.parse(asked as string) as { marks: string[]; at: number };
    return holds(JSON.parse(terms) as Terms, { ...known, marks: new Set([...known.marks, ...marks]), at })
      ? 1
      : 0;
  });
}

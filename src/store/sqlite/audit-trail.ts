// The audit trail as those may read it who may: along the rarest key that is asked for, newest first. Every
// other key is looked up in its own place, so that no table is gone through.
import type { Grant } from '../../access/grant.ts';
import { entriesOf, keysAsked } from '../../audit/row.ts';
import type { AuditEntry, AuditPage, AuditQuery } from '../port/audit.ts';
import type { Reading } from './reading.ts';
import { and, type Fragment, sql, word } from './sql.ts';

/** Entries of the index that one call looks at: it holds the event loop. */
const MOST_LOOKED = 2000;

interface Place {
  at: number;
  /** Its number in `word`. */
  writer: number;
  number: number;
}

export function readTrail(reading: Reading, query: AuditQuery, grant: Grant): AuditPage {
  const keys = keysAsked(query, grant.audit);
  if (keys === undefined) return { entries: [] };
  const places =
    query.row === undefined
      ? reading.iterate<Place>(placesAlong(keys[0]!, query))
      : placeOf(reading, query.row);
  const others = query.row === undefined ? keys.slice(1) : keys;
  const entries: AuditEntry[] = [];
  let looked = 0;
  for (const place of places) {
    const enough = entries.length === query.limit || looked === MOST_LOOKED;
    if (enough) return { entries, next: { ...place, writer: reading.text(place.writer) } };
    looked += 1;
    if (others.every(key => holds(reading, key, place))) entries.push(...entriesAt(reading, place));
  }
  return { entries };
}

/** In the order of the index, read backwards; `from` is where it starts. */
export function placesAlong(key: string, { since, until, from }: AuditQuery): Fragment {
  const where = and([
    sql`k.word = ${word(key)}`,
    ...(since === undefined ? [] : [sql`k.at >= ${since}`]),
    ...(until === undefined ? [] : [sql`k.at < ${until}`]),
    ...(from === undefined
      ? []
      : [sql`(k.at, k.writer, k.number) <= (${from.at}, ${word(from.writer)}, ${from.number})`]),
  ]);
  return sql`SELECT k.at, k.writer, k.number FROM audit_key k WHERE ${where}
    ORDER BY k.at DESC, k.writer DESC, k.number DESC`;
}

function placeOf(reading: Reading, { writer, number }: { writer: string; number: number }): Place[] {
  return reading.all<Place>(
    sql`SELECT at, writer, number FROM audit WHERE writer = ${word(writer)} AND number = ${number}`,
  );
}

const holds = (reading: Reading, key: string, { at, writer, number }: Place): boolean =>
  reading.get(
    sql`SELECT 1 FROM audit_key
      WHERE word = ${word(key)} AND at = ${at} AND writer = ${writer} AND number = ${number}`,
  ) !== undefined;

/** None where somebody has taken the row away. */
function entriesAt(reading: Reading, { at, writer, number }: Place): AuditEntry[] {
  const row = reading.get<{ draft: string }>(
    sql`SELECT draft FROM audit WHERE writer = ${writer} AND number = ${number}`,
  );
  return row === undefined ? [] : entriesOf(row.draft, { at, writer: reading.text(writer), number });
}

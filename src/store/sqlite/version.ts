// Single versions: read and vread.
import type { Grant } from '../../access/grant.ts';
import type { Predicate } from '../../search/ast.ts';
import type { Version } from '../port.ts';
import { holdsFor } from '../unit/holds.ts';
import { predicateCondition } from './predicate.ts';
import type { Reading } from './reading.ts';
import { currentRow, PAST_COLUMNS, personsOf, type ResourceRow, toVersion } from './rows.ts';
import { raw, sql, word } from './sql.ts';
import { personOf } from './words.ts';

/** Does a predicate hold for a current row (a tombstone: for its last live version)? */
export function reaches(reading: Reading, row: ResourceRow, predicate: Predicate): boolean {
  const known = holdsFor(predicate, {
    owner: reading.text(row.owner),
    source: reading.text(row.source),
    pure: row.foreign_from === null || row.version - row.deleted < row.foreign_from,
    get persons() {
      return personsOf(row).map(n => personOf(reading.text(n)));
    },
  });
  if (known !== undefined) return known;
  const query = sql`SELECT 1 FROM resource r WHERE r.rid = ${row.rid} AND ${predicateCondition(predicate)}`;
  return reading.get(query) !== undefined;
}

/** The current version, or the one asked for; undefined where there is none or the grant hides it. */
export function readVersion(
  reading: Reading,
  grant: Grant,
  asked: { type: string; id: string; version?: number },
): Version | undefined {
  const { type, id, version } = asked;
  const row = currentRow(reading, type, id);
  if (row === undefined) return undefined;
  if (version === undefined || version === row.version) {
    const use = version === undefined ? 'read' : 'history';
    if (!reaches(reading, row, grant.narrow(type, use))) return undefined;
    return toVersion(reading.connection, reading.words, row);
  }
  const past = pastRow(reading, grant, asked);
  return past === undefined ? undefined : toVersion(reading.connection, reading.words, past);
}

function pastRow(
  reading: Reading,
  grant: Grant,
  { type, id, version }: { type: string; id: string; version?: number },
): ResourceRow | undefined {
  const condition = predicateCondition(grant.narrow(type, 'history'), 'past');
  return reading.get<ResourceRow>(
    sql`SELECT ${raw(PAST_COLUMNS)} FROM resource r CROSS JOIN history h INDEXED BY history_version ON h.rid = r.rid
      WHERE r.type = ${word(type)} AND r.id = ${id} AND h.version = ${version ?? 0} AND ${condition}`,
  );
}

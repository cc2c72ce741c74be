// Who belongs to what: see Registry.memberLines.
import type { MemberLine } from '../registry.ts';
import type { Reading } from './reading.ts';
import { among, raw, sql } from './sql.ts';
import { personOf } from './words.ts';

interface Row {
  owner: number;
  person: number;
  actor: number;
  low: number;
  high: number;
  terms: string;
}

export function readMemberLines(reading: Reading, actors: readonly string[]): MemberLine[] {
  const known = actors.map(actor => reading.number(actor)).filter(number => number > 0);
  // Seldom does anybody belong to anything: then there is not even a word for it.
  if (known.length === 0) return [];
  const rows = reading.all<Row>(
    sql`SELECT c.owner, c.person, c.actor, c.low, c.high, c.terms FROM rule c INDEXED BY rule_actor
      WHERE ${among(raw('c.actor'), known)} AND c.permit = 1 AND c.live = 1`,
  );
  return rows.map(({ owner, person, actor, low, high, terms }) => ({
    owner: reading.text(owner),
    patient: personOf(reading.text(person)),
    actor: reading.text(actor),
    from: low,
    to: high,
    ...(terms === '' ? {} : { terms: JSON.parse(terms) as MemberLine['terms'] & object }),
  }));
}

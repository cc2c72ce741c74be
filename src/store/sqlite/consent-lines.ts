// What Consents say of charts: see Store.consentLines.
import type { ConsentLine, LinesQuery } from '../port.ts';
import { ownersAsked } from './predicate.ts';
import type { Reading } from './reading.ts';
import { among, or, raw, sql, word } from './sql.ts';
import { personOf, personWord } from './words.ts';

interface Row {
  person: number;
  owner: number;
  permit: number;
  actor: number;
  purpose: string;
  rank: number;
  bound: number;
  shared: number;
  consent: string;
}

export function readConsentLines(reading: Reading, { asked, charts }: LinesQuery): ConsentLine[] {
  if (asked.length === 0 || charts.length === 0) return [];
  const owners = [...new Set(charts.map(one => one.owner))].map(word);
  const persons = [...new Set(charts.map(one => personWord(one.person)))].map(word);
  const questions = or(
    asked.map(one => {
      const { actor, also = [], purposes, at } = one;
      const names = [0, ...[actor, ...also].map(word)];
      return sql`(${among(raw('c.actor'), names)} AND ${among(raw('c.purpose'), ['', ...purposes])} AND c.low <= ${at} AND c.high > ${at} AND ${ownersAsked(one, raw('c.owner'))})`;
    }),
  );
  const rows = reading.all<Row>(
    sql`SELECT c.person, c.owner, c.permit, c.actor, c.purpose, c.rank, c.terms <> '' AS bound, r.patient < 0 AS shared, r.id AS consent
      FROM rule c INDEXED BY rule_person CROSS JOIN resource r ON r.rid = c.rid
      WHERE ${among(raw('c.person'), persons)} AND ${among(raw('c.owner'), owners)} AND c.live = 1
        AND r.type = ${word('Consent')} AND ${questions}`,
  );
  return rows.map(({ person, owner, permit, actor, purpose, rank, bound, shared, consent }) => ({
    person: personOf(reading.text(person)),
    owner: reading.text(owner),
    effect: permit === 1 ? 'permit' : 'deny',
    actor: reading.text(actor),
    purpose,
    rank,
    bound: bound === 1,
    shared: shared === 1,
    consent,
  }));
}

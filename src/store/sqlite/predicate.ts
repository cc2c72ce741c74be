// Who may reach a resource, as a condition on resource r. Pure: see test/unit/store/sqlite-predicate.test.ts.
//
// `current` is the row of `resource`; `past` a row h of `history` together with its resource r. A past
// version is reached only where both it and what the resource is now allow it: people named by either
// must permit. Only the source rule looks at versions alone.
import type { Predicate } from '../../search/ast.ts';
import { clauseCondition } from './clause.ts';
import { among, and, FALSE, type Fragment, not, or, raw, sql, TRUE, word } from './sql.ts';
import { personWord } from './words.ts';

export type Image = 'current' | 'past';
type PredicateOf<Kind extends Predicate['kind']> = Extract<Predicate, { kind: Kind }>;

export function predicateCondition(predicate: Predicate, image: Image = 'current'): Fragment {
  switch (predicate.kind) {
    case 'all':
      return TRUE;
    case 'none':
      return FALSE;
    case 'and':
      return and(predicate.of.map(one => predicateCondition(one, image)));
    case 'or':
      return or(predicate.of.map(one => predicateCondition(one, image)));
    case 'owner':
      return sql`r.owner = ${word(predicate.organization)}`;
    case 'source':
      return sourceCondition(predicate, image);
    case 'consent':
      return consentCondition(predicate, image);
    case 'names':
      return and([namesCondition(predicate), ...pastOnly(image, predicate)]);
    case 'no-person':
      return image === 'current' ? sql`r.patient = 0` : sql`(r.patient = 0 AND h.patient = 0)`;
    case 'person':
      return personCondition(predicate, image);
    case 'clause':
      return and([clauseCondition(predicate.clause), ...pastOnly(image, predicate)]);
  }
}

/** What index values and rules say of a past version is computed from its body when it is asked for. */
function pastOnly(image: Image, predicate: Predicate): Fragment[] {
  if (image === 'current') return [];
  return [sql`past_holds(${JSON.stringify(predicate)}, r.type, r.id, r.owner, h.writer, h.seq, h.body) = 1`];
}

/** A tombstone is seen by whom the last live version was seen, so it may be the first foreign version. */
function sourceCondition(predicate: PredicateOf<'source'>, image: Image): Fragment {
  const at = image === 'current' ? 'r' : 'h';
  const pure = `(r.foreign_from IS NULL OR ${at}.version - ${at}.deleted < r.foreign_from)`;
  return sql`(r.source = ${word(predicate.organization)} AND ${raw(pure)})`;
}

function namesCondition(predicate: PredicateOf<'names'>): Fragment {
  const said = sql`SELECT 1 FROM rule c INDEXED BY rule_rid WHERE c.rid = r.rid AND c.actor = ${word(predicate.actor)}`;
  return sql`(r.type = ${word('Consent')} AND EXISTS (${said}))`;
}

/** Above 0: a person that the store has never seen has the number of several persons, -1. */
function personCondition({ patient }: PredicateOf<'person'>, image: Image): Fragment {
  const person = word(personWord(patient));
  const now = sql`(r.patient > 0 AND r.patient = ${person})`;
  return image === 'current' ? now : and([now, sql`h.patient = ${person}`]);
}

function consentCondition(predicate: PredicateOf<'consent'>, image: Image): Fragment {
  const now = everybody(predicate, 'r');
  if (image === 'current') return now;
  return and([now, everybody(predicate, 'h')]);
}

function everybody(predicate: PredicateOf<'consent'>, alias: 'r' | 'h'): Fragment {
  const sole = raw(`${alias}.patient`);
  const each = raw(`json_each(${alias}.persons)`);
  const one = permitted(predicate, sole);
  const all = not(sql`EXISTS (SELECT 1 FROM ${each} p WHERE ${not(permitted(predicate, raw('p.value')))})`);
  return sql`(${sole} > 0 AND ${one} OR ${sole} = -1 AND ${all})`;
}

/** A permit is in force for a person, and no deny; of a roster permits alone are asked. */
function permitted({ actor, purposes, at, roster }: PredicateOf<'consent'>, person: Fragment): Fragment {
  const lines = sql`SELECT 1 FROM rule c INDEXED BY rule_person WHERE c.person = ${person} AND c.owner = r.owner`;
  const force = sql`c.live = 1 AND c.low <= ${at} AND c.high > ${at}`;
  const permit = sql`${lines} AND c.permit = 1 AND c.actor = ${word(actor)} AND ${among(raw('c.purpose'), purposes)} AND ${force}`;
  if (roster === true) return sql`EXISTS (${permit})`;
  const deny = sql`${lines} AND c.permit = 0 AND c.actor IN (${word(actor)}, 0) AND ${among(raw('c.purpose'), ['', ...purposes])} AND ${force}`;
  return sql`(EXISTS (${permit}) AND NOT EXISTS (${deny}))`;
}

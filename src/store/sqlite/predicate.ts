// Who may reach a resource, as a condition on resource r. Pure: see test/unit/store/sqlite-compile.test.ts.
//
// `current` is the row of `resource`; `past` a row h of `history` together with its resource r. A past
// version is reached only where both it and what the resource is now allow it: people named by either
// must permit. Only the source rule looks at versions alone.
import type { Predicate } from '../../search/ast.ts';
import { asksOf } from '../../search/terms.ts';
import { clauseCondition } from './clause.ts';
import { among, and, FALSE, type Fragment, not, or, raw, sql, TRUE, type Word, word } from './sql.ts';
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
  const owned = ownersAsked(predicate, raw('r.owner'));
  const now = everybody(predicate, 'r');
  return and([owned, now, ...(image === 'current' ? [] : [everybody(predicate, 'h')])]);
}

/** `column`: of an owner. */
export const ownersAsked = ({ only, except = [] }: PredicateOf<'consent'>, column: Fragment): Fragment =>
  and([
    only === undefined ? TRUE : sql`${column} = ${word(only)}`,
    except.length === 0 ? TRUE : not(among(column, except.map(word))),
  ]);

/** Those named by the row of an alias: one of them or several, and each of them must permit. */
function everybody(predicate: PredicateOf<'consent'>, alias: 'r' | 'h'): Fragment {
  const asked: Asked = {
    predicate,
    terms: JSON.stringify({ marks: asksOf(predicate), at: predicate.at }),
    actors: [predicate.actor, ...(predicate.also ?? [])].map(word),
    alias,
  };
  const sole = raw(`${alias}.patient`);
  const each = raw(`json_each(${alias}.persons)`);
  const all = not(sql`EXISTS (SELECT 1 FROM ${each} p WHERE ${not(permitted(asked, raw('p.value')))})`);
  return sql`(${sole} > 0 AND ${permitted(asked, sole)} OR ${sole} = -1 AND ${all})`;
}

interface Asked {
  predicate: PredicateOf<'consent'>;
  /** What `terms_hold` is asked. */
  terms: string;
  actors: readonly Word[];
  alias: 'r' | 'h';
}

/** A permit holds for a person, and no deny of its rank or a higher one; of a roster permits alone are asked. */
function permitted(asked: Asked, person: Fragment): Fragment {
  const { actors } = asked;
  const { purposes, roster } = asked.predicate;
  const permits = sql`c.permit = 1 AND ${among(raw('c.actor'), actors)} AND ${among(raw('c.purpose'), purposes)}`;
  const permit = lineCondition('c', asked, person, permits);
  if (roster === true) return sql`EXISTS (${permit})`;
  const denies = sql`d.permit = 0 AND ${among(raw('d.actor'), [...actors, 0])} AND ${among(raw('d.purpose'), ['', ...purposes])} AND d.rank >= c.rank`;
  return sql`EXISTS (${permit} AND NOT EXISTS (${lineCondition('d', asked, person, denies)}))`;
}

/** A line of the resource's owner about a person that is in force and whose terms hold. */
function lineCondition(
  name: 'c' | 'd',
  { predicate, terms: asked, alias }: Asked,
  person: Fragment,
  what: Fragment,
): Fragment {
  const { at } = predicate;
  const line = raw(name);
  const version = raw(alias);
  const terms = sql`terms_hold(${line}.terms, ${asked}, r.type, r.id, r.rid, ${version}.version, ${version}.body)`;
  return sql`SELECT 1 FROM rule ${line} INDEXED BY rule_person WHERE ${line}.person = ${person} AND ${line}.owner = r.owner AND ${what} AND ${line}.live = 1 AND ${line}.low <= ${at} AND ${line}.high > ${at} AND CASE ${line}.terms WHEN '' THEN 1 ELSE ${terms} END`;
}

// A Grant taken apart, so that it can be told why it reaches something. Nothing is decided here: the conditions
// are pieces of the predicates that the Grant itself puts into the query.
import type { Predicate } from '../search/ast.ts';
import type { Because, Reason, Rule } from './grant.ts';
import { CARE_TEAM, ROSTER } from './roster.ts';

/** One thing that a rule asks; a rule holds where all of its conditions do. */
export interface Condition {
  /** The rule that asks it. */
  rule: Reason;
  /** What it is about: that of the rule, or the list of people that it asks for. */
  about: Reason;
  where: Predicate;
}

export const conditionsOf = ({ rules }: Because): Condition[] => rules.flatMap(conditionsOfRule);

/** A directory's conditions are one thing to a reader; of all others each is told. */
function conditionsOfRule({ reason, where }: Rule): Condition[] {
  const each = where.kind === 'and' && reason !== 'directory' ? where.of : [where];
  return each.map(one => ({ rule: reason, about: listAsked(one) ?? reason, where: one }));
}

/** The list of people that a predicate asks whether somebody is on. */
function listAsked(predicate: Predicate): Reason | undefined {
  switch (predicate.kind) {
    case 'and':
    case 'or': {
      const lists = predicate.of.map(listAsked);
      return lists.includes(undefined) ? undefined : lists[0];
    }
    case 'consent':
      if (predicate.roster !== true) return undefined;
      if (predicate.purposes.includes(CARE_TEAM)) return 'care-team';
      return predicate.purposes.includes(ROSTER) ? 'roster' : undefined;
    default:
      return undefined;
  }
}

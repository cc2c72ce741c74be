// Who may reach a resource, as a filter on its current document, and as stages where a filter cannot say
// it. Pure: see test/unit/store/mongodb-predicate.test.ts. Both are exact: nothing is left to check.
import type { Document } from 'mongodb';
import type { Predicate } from '../../search/ast.ts';
import {
  type Bound,
  type ConsentPredicate,
  type Consents,
  consentKey,
  consentPredicates,
  rulesOf,
} from './consents.ts';
import { NOBODY } from './documents.ts';
import { allOf, anyOf, clauseFilter, NOTHING, type ResourceFilter } from './filter.ts';
import { linesFilter, permittedExpression } from './terms.ts';

/** How the consent of everybody it names is asked for; undefined where it cannot be. */
type Ask = (predicate: ConsentPredicate) => ResourceFilter | undefined;

/**
 * For documents of this type; undefined where a consent rule permits more persons than can be named.
 * Tombstones are judged by the last live version.
 */
export const predicateFilter = (
  type: string,
  predicate: Predicate,
  consents: Consents,
): ResourceFilter | undefined => filterOf(type, predicate, one => namedConsent(one, consents));

/**
 * The same, whoever is permitted: stages for an aggregation over `resource`, each of which takes the whole
 * document in. They cost a look at the rules for each document that comes to them.
 */
export function predicateStages(type: string, predicate: Predicate, consents: Consents): Document[] {
  const many = consentPredicates([predicate]).filter(one => consents.get(consentKey(one)) === undefined);
  const field = (one: ConsentPredicate): string =>
    `rules${many.findIndex(other => consentKey(other) === consentKey(one))}`;
  const filter = filterOf(
    type,
    predicate,
    one => namedConsent(one, consents) ?? saidConsent(one, field(one)),
  );
  const match = { $match: filter ?? NOTHING };
  if (many.length === 0) return [match];
  return [...many.map(one => lookUp(one, field(one))), match, { $unset: many.map(field) }];
}

function filterOf(type: string, predicate: Predicate, ask: Ask): ResourceFilter | undefined {
  switch (predicate.kind) {
    case 'all':
      return {};
    case 'none':
      return NOTHING;
    case 'and':
    case 'or': {
      const parts = predicate.of.map(one => filterOf(type, one, ask));
      if (!parts.every(part => part !== undefined)) return undefined;
      return predicate.kind === 'and' ? allOf(parts) : anyOf(parts);
    }
    case 'owner':
      return { owner: predicate.organization };
    case 'source':
      return sourceFilter(predicate.organization);
    case 'consent':
      return ask(predicate);
    case 'names':
      return type === 'Consent' ? { names: predicate.actor } : NOTHING;
    case 'no-person':
      return { partition: NOBODY };
    case 'person':
      return { patients: [predicate.patient] };
    case 'clause':
      return clauseFilter(type, predicate.clause);
  }
}

/** A tombstone is seen by whom the last live version was seen, so it may be the first foreign version. */
const sourceFilter = (source: string): ResourceFilter => ({
  source,
  $or: [{ foreignFrom: { $exists: false } }, { deleted: true, $expr: { $eq: ['$foreignFrom', '$version'] } }],
});

function namedConsent(predicate: ConsentPredicate, consents: Consents): ResourceFilter | undefined {
  const permitted = consents.get(consentKey(predicate));
  if (permitted === undefined) return undefined;
  return anyOf(
    [...permitted.persons].map(([owner, persons]) => {
      const named = { owner, patients: { $ne: [], $not: { $elemMatch: { $nin: [...persons] } } } };
      const bound = permitted.bound.get(owner) ?? [];
      return allOf([named, ...bound.map(one => boundConsent(predicate, one))]);
    }),
  );
}

/** It names none of these persons, or is what their lines permit. */
const boundConsent = (predicate: ConsentPredicate, { persons, lines }: Bound): ResourceFilter =>
  anyOf([{ patients: { $nin: [...persons] } }, linesFilter(predicate, lines)]);

/** The rules about the persons it names, of its own owner, which the index by person holds together. */
function lookUp(predicate: ConsentPredicate, as: string): Document {
  const { permits, denies } = rulesOf(predicate);
  return {
    $lookup: {
      from: 'rule',
      localField: 'patients',
      foreignField: 'person',
      let: { owner: '$owner' },
      pipeline: [
        {
          $match: {
            $expr: { $eq: ['$owner', '$$owner'] },
            $or: denies === undefined ? [permits] : [permits, denies],
          },
        },
        { $project: { _id: 0, person: 1, permit: 1, rank: 1, terms: 1 } },
      ],
      as,
    },
  };
}

/** Somebody at all, and everybody it names is permitted. */
const saidConsent = (predicate: ConsentPredicate, rules: string): ResourceFilter => ({
  patients: { $ne: [] },
  $expr: permittedExpression(predicate, rules),
});

// The terms of lines as a filter on a document, and as an expression where lines are looked up beside it. What they
// mean is said in search/terms.ts. Pure: see test/unit/store/mongodb-terms.test.ts.
import type { Document } from 'mongodb';
import { authorMark, wroteMark } from '../../search/authors.ts';
import { labelMark } from '../../search/marks.ts';
import { asksOf, CLINICAL_DATES, referenceMark, selfMark, typeMark } from '../../search/terms.ts';
import type { Criteria, Made } from '../port/derived.ts';
import type { ConsentPredicate } from './consents.ts';
import type { RuleDocument } from './documents.ts';
import { allOf, anyOf, NOTHING, type ResourceFilter } from './filter.ts';

/** What lines say of one person, of which the highest decides. */
export type BoundLine = Pick<RuleDocument, 'permit' | 'rank' | 'terms'>;

/** For documents that name one person alone of whom these are the lines. */
export function linesFilter(predicate: ConsentPredicate, lines: readonly BoundLine[]): ResourceFilter {
  const denies = lines.filter(one => !one.permit && predicate.roster !== true);
  return anyOf(
    lines
      .filter(one => one.permit)
      .map(permit => {
        const against = denies.filter(one => one.rank >= permit.rank);
        return allOf([lineFilter(predicate, permit), noneOf(against.map(one => lineFilter(predicate, one)))]);
      }),
  );
}

const noneOf = (filters: readonly ResourceFilter[]): ResourceFilter =>
  filters.length === 0 ? {} : { $nor: [...filters] };

function lineFilter(predicate: ConsentPredicate, { terms }: BoundLine): ResourceFilter {
  if (terms === undefined) return {};
  const { unless = [], ...criteria } = terms;
  return allOf([
    criteriaFilter(criteria, predicate),
    noneOf(unless.map(one => criteriaFilter(one, predicate))),
  ]);
}

function criteriaFilter(criteria: Criteria, predicate: ConsentPredicate): ResourceFilter {
  const asked = askedOf(criteria, predicate);
  if (asked === undefined) return NOTHING;
  return allOf([...asked.sets.map(setFilter), ...asked.made.map(madeFilter)]);
}

const setFilter = ({ types, names, targets, marks }: MarkSet): ResourceFilter =>
  anyOf([
    ...(types.length === 0 ? [] : [{ type: { $in: types } }]),
    ...names.map(name => ({ type: name.slice(0, name.indexOf('/')), id: name.slice(name.indexOf('/') + 1) })),
    ...(targets.length === 0 ? [] : [{ 'values.v': { $in: targets } }]),
    ...(marks.length === 0 ? [] : [{ marks: { $in: marks } }]),
  ]);

/** A set of marks, one of which a document has to have. */
interface MarkSet {
  types: string[];
  /** `Type/id`: it is that itself, or refers to it. */
  names: string[];
  targets: string[];
  marks: string[];
}

/** What remains to be asked of documents; undefined: none of them can meet it. */
function askedOf(
  { all = [], made = [], from, to }: Criteria,
  predicate: ConsentPredicate,
): { sets: readonly MarkSet[]; made: readonly Made[] } | undefined {
  const { at } = predicate;
  if ((from !== undefined && at < from) || (to !== undefined && at >= to)) return undefined;
  const asks = asksOf(predicate);
  const sets = all.filter(set => !set.some(mark => asks.includes(mark))).map(markSet);
  const isEmpty = ({ types, names, targets, marks }: MarkSet): boolean =>
    types.length + names.length + targets.length + marks.length === 0;
  return sets.some(isEmpty) ? undefined : { sets, made };
}

const TYPE = typeMark('');
const SELF = selfMark('');
const REFERENCE = referenceMark('');
/** Kept in documents as they are; all others are of the question, and no document has them. */
const KEPT = [labelMark(''), 'code|', authorMark(''), wroteMark('')];

function markSet(set: readonly string[]): MarkSet {
  const after = (start: string): string[] =>
    set.filter(mark => mark.startsWith(start)).map(mark => mark.slice(start.length));
  return {
    types: after(TYPE),
    names: after(SELF),
    targets: after(REFERENCE),
    marks: set.filter(mark => KEPT.some(start => mark.startsWith(start))),
  };
}

const DATES = { $in: [...CLINICAL_DATES] };

/** See Made. */
function madeFilter({ how, low, high }: Made): ResourceFilter {
  const any: ResourceFilter = { values: { $elemMatch: { k: DATES } } };
  if (how === 'within') {
    const outside = {
      values: { $elemMatch: { k: DATES, $or: [{ v: { $lt: low } }, { w: { $gt: high } }] } },
    };
    return allOf([any, noneOf([outside])]);
  }
  return anyOf([noneOf([any]), { values: { $elemMatch: { k: DATES, v: { $lt: high }, w: { $gt: low } } } }]);
}

/** An expression on the document: is everybody it names permitted by the lines in `$<rules>` about them? */
export function permittedExpression(predicate: ConsentPredicate, rules: string): Document {
  const against = predicate.roster === true ? -Infinity : highest(false, predicate, rules);
  const permitted = { $gt: [highest(true, predicate, rules), against] };
  const everybody = { $allElementsTrue: [{ $map: { input: '$patients', as: 'person', in: permitted } }] };
  return { $let: { vars: { marks: marksExpression(predicate), dates: DATES_THERE }, in: everybody } };
}

/** The highest rank of the lines about `$$person` that hold. */
function highest(permit: boolean, { at }: ConsentPredicate, rules: string): Document {
  const about = [
    { $eq: ['$$line.person', '$$person'] },
    { $eq: ['$$line.permit', permit] },
    holdsExpression(at),
  ];
  const lines = { $filter: { input: `$${rules}`, as: 'line', cond: { $and: about } } };
  const ranks = { $map: { input: lines, as: 'line', in: '$$line.rank' } };
  return { $max: { $concatArrays: [[-Infinity], ranks] } };
}

/** Marks of the question and of the document. */
const marksExpression = (predicate: ConsentPredicate): Document => ({
  $concatArrays: [
    asksOf(predicate),
    [{ $concat: [TYPE, '$type'] }, { $concat: [SELF, '$type', '/', '$id'] }],
    {
      $map: {
        input: {
          $filter: { input: '$values', as: 'value', cond: { $eq: [{ $type: '$$value.v' }, 'string'] } },
        },
        as: 'value',
        in: { $concat: [REFERENCE, '$$value.v'] },
      },
    },
    { $ifNull: ['$marks', []] },
  ],
});

const DATES_THERE = {
  $filter: { input: '$values', as: 'value', cond: { $in: ['$$value.k', [...CLINICAL_DATES]] } },
};

const holdsExpression = (at: number): Document => ({
  $or: [
    { $eq: [{ $type: '$$line.terms' }, 'missing'] },
    {
      $and: [
        criteriaExpression('$$line.terms', at),
        {
          $not: [
            {
              $anyElementTrue: [
                {
                  $map: {
                    input: listOf('$$line.terms.unless'),
                    as: 'other',
                    in: criteriaExpression('$$other', at),
                  },
                },
              ],
            },
          ],
        },
      ],
    },
  ],
});

const listOf = (path: string): Document => ({ $ifNull: [path, []] });

const criteriaExpression = (of: string, at: number): Document => ({
  $and: [
    { $lte: [{ $ifNull: [`${of}.from`, -Infinity] }, at] },
    { $gt: [{ $ifNull: [`${of}.to`, Infinity] }, at] },
    every(`${of}.all`, 'set', { $gt: [{ $size: { $setIntersection: ['$$set', '$$marks'] } }, 0] }),
    every(`${of}.made`, 'made', MADE),
  ],
});

const every = (path: string, as: string, cond: Document): Document => ({
  $allElementsTrue: [{ $map: { input: listOf(path), as, in: cond } }],
});

const someDate = (cond: Document): Document => ({
  $gt: [{ $size: { $filter: { input: '$$dates', as: 'date', cond } } }, 0],
});
const NO_DATE = { $eq: [{ $size: '$$dates' }, 0] };
const OUTSIDE = { $or: [{ $lt: ['$$date.v', '$$made.low'] }, { $gt: ['$$date.w', '$$made.high'] }] };
const TOUCHING = { $and: [{ $lt: ['$$date.v', '$$made.high'] }, { $gt: ['$$date.w', '$$made.low'] }] };
const MADE: Document = {
  $cond: [
    { $eq: ['$$made.how', 'within'] },
    { $not: [{ $or: [NO_DATE, someDate(OUTSIDE)] }] },
    { $or: [NO_DATE, someDate(TOUCHING)] },
  ],
};

// Who may reach a version of the past, as stages over `history`. Both it and what the resource is now must
// allow it: people named by either must permit. Only the source rule looks at the version alone, and the
// owner never changes. See reaches.ts, which decides the same for documents at hand.
import type { Document } from 'mongodb';
import type { Predicate } from '../../search/ast.ts';
import { type Consents, consentKey } from './consents.ts';
import { NOBODY } from './documents.ts';
import { allOf, anyOf, type ResourceFilter } from './filter.ts';
import { predicateFilter, predicateStages } from './predicate.ts';

type Leaf = Exclude<Predicate, { kind: 'and' | 'or' }>;
/** All of these hold. */
export type Conjunct = readonly Leaf[];

/** A predicate as alternatives, each of which a version and its resource answer together. Those of Grants are few. */
export function alternativesOf(predicate: Predicate): readonly Conjunct[] {
  switch (predicate.kind) {
    case 'none':
      return [];
    case 'or':
      return predicate.of.flatMap(alternativesOf);
    case 'and':
      return predicate.of.reduce<readonly Conjunct[]>(
        (all, one) => all.flatMap(left => alternativesOf(one).map(right => [...left, ...right])),
        [[]],
      );
    default:
      return [[predicate]];
  }
}

/** Those that a version in one of these partitions may answer: nothing is looked up for the others. */
export const possibleIn = (
  partitions: readonly string[] | 'others',
  alternatives: readonly Conjunct[],
  consents: Consents,
): readonly Conjunct[] =>
  alternatives.filter(conjunct =>
    conjunct.every(leaf => {
      const its = partitionsFor(leaf, consents);
      return its === undefined || partitions === 'others' || its.some(one => partitions.includes(one));
    }),
  );

function partitionsFor(leaf: Leaf, consents: Consents): readonly string[] | undefined {
  switch (leaf.kind) {
    case 'none':
      return [];
    case 'owner':
      return [leaf.organization, NOBODY];
    case 'no-person':
      return [NOBODY];
    case 'consent': {
      const permitted = consents.get(consentKey(leaf));
      return permitted === undefined ? undefined : [...permitted.persons.keys()];
    }
    default:
      return undefined;
  }
}

/** Versions of one type, or of several that are asked alike. */
export interface PastQuestion {
  type: string;
  alternatives: readonly Conjunct[];
  consents: Consents;
  /** What the resources are now was asked before: the alternatives are those that it allows. */
  settled: boolean;
}

/** What can be said of a version by itself, before anything is looked up. */
export const roughPast = (question: PastQuestion): ResourceFilter =>
  anyOf(
    question.alternatives.map(conjunct => {
      const { lasting, asked } = split(conjunct);
      return allOf([versionFilter(question, lasting) ?? {}, versionFilter(question, asked) ?? {}]);
    }),
  );

/** Stages that leave, of what `roughPast` leaves, exactly what may be reached. */
export function pastStages(question: PastQuestion): Document[] {
  const lookUps: Document[] = [];
  const filters = question.alternatives.map((conjunct, at) => {
    const { lasting, asked } = split(conjunct);
    const parts = [versionFilter(question, lasting) ?? {}, liveWhere(asked)];
    const ask = (as: string, lookUp: typeof lookUpNow): void => {
      lookUps.push(lookUp(question, asked, as));
      parts.push({ [`${as}.0`]: { $exists: true } });
    };
    if (!question.settled && asked.length > 0) ask(`now${at}`, lookUpNow);
    const itself = versionFilter(question, asked);
    if (itself === undefined) ask(`was${at}`, lookUpPast);
    else parts.push(itself);
    return allOf(parts);
  });
  if (lookUps.length === 0) return [];
  return [...lookUps, { $match: anyOf(filters) }, { $unset: lookUps.map(one => one.$lookup.as as string) }];
}

/** `lasting`: the same of every version, or said of it alone. */
const split = (conjunct: Conjunct): { lasting: Conjunct; asked: Conjunct } => ({
  lasting: conjunct.filter(isLasting),
  asked: conjunct.filter(leaf => !isLasting(leaf)),
});

const isLasting = ({ kind }: Leaf): boolean => kind === 'all' || kind === 'owner' || kind === 'source';

/** Of a tombstone in the past nobody can say what it answered. */
const liveWhere = (conjunct: Conjunct): ResourceFilter =>
  conjunct.some(leaf => leaf.kind === 'clause' || leaf.kind === 'names') ? { deleted: false } : {};

const together = (conjunct: Conjunct): Predicate => ({ kind: 'and', of: conjunct });

/** Undefined where it takes a look at the rules. */
function versionFilter({ type, consents }: PastQuestion, conjunct: Conjunct): ResourceFilter | undefined {
  const filter = predicateFilter(type, together(conjunct), consents);
  return filter === undefined ? undefined : allOf([filter, liveWhere(conjunct)]);
}

const ID_ALONE = { $project: { _id: 1 } };

/** A document in `as` where the resource as it is now allows it. */
function lookUpNow({ type, consents }: PastQuestion, asked: Conjunct, as: string): Document {
  const named = { $eq: ['$_id', '$$name'] };
  // Names the shard where it can: what names somebody lies in its owner's partition.
  const owned = asked.some(leaf => leaf.kind === 'consent' || leaf.kind === 'person');
  const nobody = asked.some(leaf => leaf.kind === 'no-person');
  const inRecord = { $eq: ['$partition', '$$owner'] };
  const where = {
    $expr: owned ? { $and: [named, inRecord] } : named,
    ...(nobody ? { partition: NOBODY } : {}),
    // A tag, say, tells nothing of whom it names: it is in either.
    ...(owned || nobody ? {} : { $or: [{ $expr: inRecord }, { partition: NOBODY }] }),
  };
  return {
    $lookup: {
      from: 'resource',
      let: { name: { $concat: ['$type', '/', '$id'] }, owner: '$owner' },
      pipeline: [{ $match: where }, ...predicateStages(type, together(asked), consents), ID_ALONE],
      as,
    },
  };
}

/** The same of the version itself. */
function lookUpPast({ type, consents }: PastQuestion, asked: Conjunct, as: string): Document {
  return {
    $lookup: {
      from: 'history',
      let: { name: '$_id', partition: '$partition' },
      pipeline: [
        {
          $match: { $expr: { $and: [{ $eq: ['$_id', '$$name'] }, { $eq: ['$partition', '$$partition'] }] } },
        },
        ...predicateStages(type, together(asked), consents),
        ID_ALONE,
      ],
      as,
    },
  };
}

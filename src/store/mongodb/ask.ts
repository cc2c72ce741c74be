// Asks MongoDB for the matches of one part of a search, in the order of the page.
//
// Where a consent rule permits more persons than a query can name, it is asked in two steps: first whom
// the next documents name, then, with the Consents of these persons at hand, which of them match. MongoDB
// could look the rules up itself, but document by document, and many more documents than fill a page.
import type { Document } from 'mongodb';
import type { Plan } from '../../search/ast.ts';
import type { Part, Way } from './choose.ts';
import { type Consents, consentKey, consentPredicates, resolveConsents } from './consents.ts';
import type { ResourceDocument } from './documents.ts';
import { allOf, conjuncts, isNothing, type ResourceFilter } from './filter.ts';
import { predicateStages } from './predicate.ts';
import { type Field, matchOf, type Quest } from './quest.ts';
import { within } from './reading.ts';
import {
  absentFields,
  afterKeys,
  type Hit,
  keyFields,
  keyOrder,
  keysOf,
  type SortValue,
  tieDirection,
} from './sort.ts';

/** How many documents are looked at first, in pages, and how many more each time that was not enough. */
const FIRST_LOOK = 2;
const FURTHER_LOOK = 4;
/** Beyond these the rules are looked up document by document. */
const LAST_LOOK = 20_000;

/** What is asked along a way. */
interface Asked {
  filter: ResourceFilter;
  stages: readonly Document[];
  limit: number;
  projection: Document;
}

export async function ask(quest: Quest, field: Field, part: Part): Promise<Hit[]> {
  for (const way of part.ways) {
    const hits = await askAlong(quest, field, way);
    if (hits !== undefined) return hits;
  }
  throw new Error('A part of a search has no way that ends.');
}

/** Undefined where there are too many to be collected. */
async function askAlong(quest: Quest, field: Field, way: Way): Promise<Hit[] | undefined> {
  const { filter, whole } = matchOf(quest, field, way);
  if (isNothing(filter)) return [];
  const asked: Asked = { filter, stages: [], limit: mostOf(quest, way), projection: projectionOf(quest) };
  const hits = whole ? await run(quest, way, asked) : await askMany(quest, field, way, asked);
  return way.how === 'collect' && hits.length === asked.limit ? undefined : hits;
}

const mostOf = ({ plan, question }: Quest, { how }: Way): number =>
  (how === 'collect' ? question.few : plan.limit) + 1;

async function askMany(quest: Quest, field: Field, way: Way, asked: Asked): Promise<Hit[]> {
  const { plan } = quest;
  const naming = { _id: 1, patients: 1 };
  for (let limit = asked.limit * FIRST_LOOK; limit <= LAST_LOOK; limit *= FURTHER_LOOK) {
    const looked = await run(quest, way, { ...asked, limit, projection: naming });
    if (looked.length === 0) return [];
    const { filter } = matchOf(quest, field, way, await consentsOf(quest, field, looked));
    const hits = await run(quest, way, { ...asked, filter });
    const names = new Set(looked.map(({ document }) => document._id));
    // What was not looked at comes after it, and may name persons of whom nothing is known yet.
    const known = looked.length < limit || hits.every(({ document }) => names.has(document._id));
    if (known && (looked.length < limit || hits.length === asked.limit)) return hits;
  }
  const stages = predicateStages(plan.type, plan.narrow, field.consents);
  return run(quest, way, { ...asked, stages });
}

/** Right for documents that name nobody but whom these do. */
async function consentsOf(
  { reading, plan }: Quest,
  { consents }: Field,
  hits: readonly Hit[],
): Promise<Consents> {
  const persons = [...new Set(hits.flatMap(({ document }) => document.patients))];
  const unknown = consentPredicates([plan.narrow]).filter(one => consents.get(consentKey(one)) === undefined);
  return new Map([...consents, ...(await resolveConsents(reading, unknown, persons))]);
}

const run = (quest: Quest, way: Way, asked: Asked): Promise<Hit[]> =>
  way.how === 'walk' ? walk(quest, way, asked) : gather(quest, way, asked);

/** Along an index in the order of the page, no further than it is full. */
async function walk(quest: Quest, way: Way, { filter, stages, limit, projection }: Asked): Promise<Hit[]> {
  const along = alongOf(quest, way);
  if (along === undefined) return [];
  const { reading } = quest;
  const { resource } = reading.collections;
  const match = allOf([filter, along.after]);
  const options = { ...within(reading), hint: way.hint, batchSize: limit + 1 };
  const { sort } = along;
  const pipeline = [
    { $match: match },
    { $sort: sort },
    ...stages,
    { $limit: limit },
    { $project: projection },
  ];
  const found =
    stages.length === 0
      ? resource.find(match, { ...options, sort, limit, projection })
      : resource.aggregate<ResourceDocument>(pipeline, options);
  const documents = await found.toArray();
  return documents.map(document => ({ document, values: along.valuesOf(document) }));
}

interface Along {
  sort: Record<string, 1 | -1>;
  /** What comes after the last row of the page before. */
  after: ResourceFilter;
  valuesOf(document: ResourceDocument): SortValue[];
}

/** Undefined where the page before ended behind all that this way finds. */
function alongOf({ plan, question }: Quest, { bounds }: Way): Along | undefined {
  const { sort, cursor } = plan;
  const direction = tieDirection(sort);
  const behind = <T>(value: T) => (direction < 0 ? { $lt: value } : { $gt: value });
  const value = cursor?.values[0] ?? null;
  const later = cursor === undefined ? {} : { created: behind(cursor.after) };
  if (question.order === 'created') return { sort: { created: 1 }, after: later, valuesOf: () => [] };
  if (question.order === 'updated') {
    const after = cursor === undefined ? {} : { seq: behind(value as number) };
    return { sort: { seq: direction }, after, valuesOf: document => [document.seq] };
  }
  if (isAbsent(bounds))
    return { sort: { created: direction }, after: value === null ? later : {}, valuesOf: () => [null] };
  if (cursor !== undefined && value === null) return undefined;
  const onward = direction < 0 ? { $lte: value as number } : { $gte: value as number };
  const after =
    cursor === undefined
      ? {}
      : allOf([{ dateLow: onward }, { $or: [{ dateLow: behind(value as number) }, later] }]);
  return {
    sort: { dateLow: direction, created: direction },
    after,
    valuesOf: document => [document.dateLow ?? null],
  };
}

const isAbsent = (bounds: ResourceFilter): boolean =>
  conjuncts(bounds).some(one => (one.dateLow as Document | undefined)?.$exists === false);

const projectionOf = ({ values }: Quest): Document => (values ? { names: 0 } : { names: 0, values: 0 });

/** Unordered where they are to be collected, else as the server sorts them. */
async function gather(quest: Quest, way: Way, { filter, stages, limit, projection }: Asked): Promise<Hit[]> {
  const { plan, reading } = quest;
  const { type, sort, cursor } = plan;
  const pipeline: Document[] = [{ $match: filter }];
  if (sort.length > 0) pipeline.push({ $set: keyFields(type, sort) });
  if (cursor !== undefined)
    pipeline.push({ $match: sort.length > 0 ? afterKeys(sort, cursor) : { created: { $gt: cursor.after } } });
  if (way.how === 'gather') pipeline.push(...sorting(plan));
  pipeline.push(...stages, { $limit: limit }, { $project: projection });
  const options = { ...within(reading), hint: way.hint, batchSize: limit + 1 };
  const documents = await reading.collections.resource
    .aggregate<ResourceDocument>(pipeline, options)
    .toArray();
  return documents.map(document => ({ document, values: keysOf(document, sort) }));
}

function sorting({ sort }: Plan): Document[] {
  if (sort.length === 0) return [{ $sort: { created: 1 } }];
  const absent = absentFields(sort);
  const order = { $sort: keyOrder(sort) };
  return Object.keys(absent).length === 0 ? [order] : [{ $set: absent }, order];
}

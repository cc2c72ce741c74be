// The history of a type or of the whole store. It is read where what the caller may see lies (arms.ts), so
// that who sees little does not have everything looked through.
import type { Grant } from '../../access/grant.ts';
import type { Predicate } from '../../search/ast.ts';
import { type Arm, armFilter, armsOf } from './arms.ts';
import { type Consents, resolveConsents } from './consents.ts';
import { valueKey } from './documents.ts';
import { allOf, type ResourceFilter } from './filter.ts';
import { horizonOf } from './lanes.ts';
import type { Log, Logs } from './logs.ts';
import { alternativesOf, pastStages, possibleIn, roughPast } from './past.ts';
import { predicateFilter, predicateStages } from './predicate.ts';
import { LIMITS, type Reading, within } from './reading.ts';
import type { IndexName } from './schema.ts';

/** Types that are reached alike. */
interface Group {
  types: readonly string[];
  predicate: Predicate;
}

/** A stretch of an index, in the order of the log. */
interface Stretch {
  index: IndexName;
  filter: ResourceFilter;
  /** Where it lies: `others` where that is not known. */
  partitions: Arm['partitions'];
}

const typeFilter = (types: readonly string[]): ResourceFilter => ({ type: { $in: [...types] } });

/** Questions for one group; for a caller who reaches further the log of the whole store is read. */
const MOST_STRETCHES = 20;
/** More partitions than this are not asked which types they hold. */
const FEW_PARTITIONS = 20;

/** What lies below all units under way: nothing turns up later behind what was read. */
export async function wideLogs(reading: Reading, types: readonly string[], grant: Grant): Promise<Logs> {
  const { below } = await horizonOf(reading);
  const groups = groupsOf(types, grant);
  const consents = await resolveConsents(
    reading,
    groups.map(group => group.predicate),
  );
  const logs: Log[] = [];
  for (const group of groups) logs.push(...(await logsOf(reading, group, consents)));
  return { rows: [], logs, sort: { seq: -1 }, below };
}

function groupsOf(types: readonly string[], grant: Grant): Group[] {
  const groups = new Map<string, { types: string[]; predicate: Predicate }>();
  for (const type of types) {
    const predicate = grant.narrow(type, 'history');
    if (predicate.kind === 'none') continue;
    const key = JSON.stringify([dependsOnType(predicate) ? type : '', predicate], (name, value: unknown) =>
      name === 'key' ? valueKey(type, value as string) : value,
    );
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { types: [type], predicate });
    else group.types.push(type);
  }
  return [...groups.values()];
}

/** Values are kept under the same name whatever the type. */
const dependsOnType = (predicate: Predicate): boolean =>
  predicate.kind === 'and' || predicate.kind === 'or'
    ? predicate.of.some(dependsOnType)
    : predicate.kind === 'names';

async function logsOf(reading: Reading, group: Group, consents: Consents): Promise<Log[]> {
  const { collections } = reading;
  const { types, predicate } = group;
  // Where it matters there is but one.
  const type = types[0]!;
  const visible = predicateFilter(type, predicate, consents);
  const current = {
    collection: collections.resource,
    where: visible ?? {},
    stages: visible === undefined ? predicateStages(type, predicate, consents) : [],
  };
  const all = alternativesOf(predicate);
  const stretches = await stretchesOf(reading, types, await armsOf(reading, predicate, consents));
  return stretches.flatMap(({ index, filter, partitions }) => {
    const alternatives = possibleIn(partitions, all, consents);
    const question = { type, alternatives, consents, settled: false };
    const past = {
      collection: collections.history,
      where: roughPast(question),
      stages: pastStages(question),
    };
    return [current, past].map(log => ({ ...log, index, where: allOf([filter, log.where]) }));
  });
}

async function stretchesOf(
  reading: Reading,
  types: readonly string[],
  arms: readonly Arm[],
): Promise<readonly Stretch[]> {
  const all: Stretch[] = [];
  for (const [at, arm] of arms.entries()) {
    const place = armFilter(arm, arms.slice(0, at));
    const index = indexFor(arm);
    const parts = index === 'seq' ? partsOf(reading, arm, await typesIn(reading, arm, types)) : [types];
    for (const some of parts)
      all.push({ index, filter: allOf([place, typeFilter(some)]), partitions: arm.partitions });
    if (all.length > MOST_STRETCHES)
      return [{ index: 'log', filter: typeFilter(types), partitions: 'others' }];
  }
  return all;
}

function indexFor({ partitions, who, source }: Arm): IndexName {
  if (source !== undefined) return 'sourceSeq';
  if (who !== undefined) return 'personSeq';
  return partitions === 'others' ? 'log' : 'seq';
}

/** Types of which one query reads the ranges: one for each partition and type. */
function partsOf(reading: Reading, arm: Arm, types: readonly string[]): (readonly string[])[] {
  const size = Math.max(1, Math.floor((reading.limits ?? LIMITS).ranges / arm.partitions.length));
  const parts: (readonly string[])[] = [];
  for (let at = 0; at < types.length; at += size) parts.push(types.slice(at, at + size));
  return parts;
}

/** Those that the arm's partitions hold, found by leaps along the index. */
async function typesIn(reading: Reading, arm: Arm, types: readonly string[]): Promise<readonly string[]> {
  if (types.length === 1 || arm.partitions.length > FEW_PARTITIONS) return types;
  const stored = new Set<string>();
  const options = { ...within(reading), hint: 'seq' };
  // A resource that names somebody now may have a past in which it named nobody, and the other way round.
  for (const collection of [reading.collections.resource, reading.collections.history])
    for (const partition of arm.partitions) {
      const stages = [{ $match: { partition } }, { $group: { _id: '$type' } }];
      const found = await collection.aggregate<{ _id: string }>(stages, options).toArray();
      for (const one of found) stored.add(one._id);
    }
  return types.filter(type => stored.has(type));
}

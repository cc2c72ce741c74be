// Which index a question goes through, for each arm. What is chosen is about cost alone: every query says
// all that a match has to be.
import type { Clause, Plan, Predicate } from '../../search/ast.ts';
import { type Arm, armFilter } from './arms.ts';
import { SEVERAL } from './documents.ts';
import { type Driver, equalDrivers, rangeDriver } from './drivers.ts';
import { allOf, type ResourceFilter } from './filter.ts';
import { type Limits, type Reading, within } from './reading.ts';
import type { IndexName } from './schema.ts';
import { type Order, orderOf } from './sort.ts';
import {
  asksMainDate,
  daysOf,
  isBounded,
  reachFilter,
  splitWindow,
  type Window,
  windowOf,
} from './window.ts';

/**
 * walk: the index is in the order of the page. collect: all matches are read, and put in order, if they are
 * few; else the next way is taken. gather: the server sorts them.
 */
export type How = 'walk' | 'collect' | 'gather';

export interface Way {
  hint: IndexName | '_id_';
  /** What the index is to be asked, beside the arm. */
  bounds: ResourceFilter;
  how: How;
}

/** Some of an arm's matches, and the ways to them, to be tried one after the other. */
export interface Part {
  ways: readonly Way[];
  /** Read only where the others do not fill the page: those without the date that it is sorted by. */
  last?: true;
}

/** What is the same for all arms. */
export interface Question {
  type: string;
  where: readonly Clause[];
  /** Criteria of the search itself, but for those on the main date. */
  others: number;
  order: Order;
  window: Window;
  equals: readonly Driver[];
  ranges: readonly Driver[];
  limits: Limits;
  /** Matches that are collected at most. */
  few: number;
}

const PAGES = 5;

export function questionOf({ type, where: asked, narrow, sort, limit }: Plan, limits: Limits): Question {
  const where = [...asked, ...clausesOf(narrow)];
  return {
    type,
    where,
    others: asked.filter(clause => !asksMainDate(type, clause)).length,
    order: orderOf(type, sort),
    window: windowOf(type, where),
    equals: equalDrivers(type, where),
    ranges: where.flatMap(clause => rangeDriver(type, clause)),
    limits,
    few: Math.max(limit + 1, Math.min(limit * PAGES, limits.collected)),
  };
}

/** What a scope asks of every match is as good a way to it as what the search asks. */
const clausesOf = (narrow: Predicate): Clause[] =>
  (narrow.kind === 'and' ? narrow.of : [narrow]).flatMap(one => (one.kind === 'clause' ? [one.clause] : []));

/** Parts that hold every match of the arm, each once. */
export async function choose(reading: Reading, question: Question, arm: Arm): Promise<readonly Part[]> {
  const { where, order, few } = question;
  const ids = where.find(clause => clause.kind === 'id');
  if (ids !== undefined) {
    const names = [...new Set(ids.ids)].map(id => `${question.type}/${id}`);
    return one({
      hint: '_id_',
      bounds: { _id: { $in: names } },
      how: names.length <= few ? 'collect' : 'gather',
    });
  }
  if (arm.partitions === 'others') return bothWays(arm.who === undefined ? 'type' : 'person', {});
  if (arm.source !== undefined)
    return order === 'created' ? one({ hint: 'source', bounds: {}, how: 'walk' }) : bothWays('source', {});
  return arm.who === undefined ? forPartitions(reading, question, arm) : forPersons(question, arm);
}

const one = (...ways: readonly Way[]): readonly Part[] => [{ ways }];
const bothWays = (hint: Way['hint'], bounds: ResourceFilter): readonly Part[] =>
  one({ hint, bounds, how: 'collect' }, { hint, bounds, how: 'gather' });

const rangesOf = ({ partitions, who }: Arm): number => partitions.length * (who?.length ?? 1);

/** The first equality that leaves the index in order: too many ranges would be sorted. */
const firstEqual = ({ equals, limits }: Question, arm: Arm): Driver | undefined =>
  equals.find(
    driver =>
      driver.count * rangesOf(arm) <= limits.ranges && !(driver.person === true && arm.who !== undefined),
  );

function forPersons(question: Question, arm: Arm): readonly Part[] {
  const { order, window } = question;
  const subject = question.equals.find(driver => driver.person === true);
  if (subject !== undefined && arm.who?.includes(SEVERAL)) {
    const { bounds } = subject;
    return order === 'created'
      ? one({ hint: 'personValue', bounds, how: 'walk' })
      : bothWays('personValue', bounds);
  }
  const equal = firstEqual(question, arm);
  const reach = reachFilter(window);
  const valued = allOf([equal?.bounds ?? {}, reach]);
  switch (order) {
    case 'created': {
      if (equal !== undefined) return one({ hint: 'personValue', bounds: valued, how: 'walk' });
      const walk: Way = { hint: 'person', bounds: reach, how: 'walk' };
      const polled = question.ranges.find(driver => driver.hint === 'seq');
      // What changed lately is little of what there is of them.
      return polled === undefined
        ? one(walk)
        : one({ hint: 'personSeq', bounds: polled.bounds, how: 'collect' }, walk);
    }
    case 'date':
      // What many have is found along the date as fast as it is put in order.
      return equal === undefined || equal.coarse === true
        ? datedParts(question)
        : bothWays('personValue', valued);
    case 'updated': {
      const walk: Way = { hint: 'personSeq', bounds: {}, how: 'walk' };
      return equal === undefined
        ? one(walk)
        : one({ hint: 'personValue', bounds: valued, how: 'collect' }, walk);
    }
    case 'keys':
      return equal === undefined ? bothWays('person', reach) : bothWays('personValue', valued);
  }
}

/** Of persons, in the order of the main date. */
function datedParts({ window }: Question): readonly Part[] {
  const { ordinary, rest, long } = splitWindow(window);
  const walk = (bounds: ResourceFilter): Way => ({ hint: 'personDate', bounds, how: 'walk' });
  const found: Part = { ways: [walk(ordinary)] };
  // Long ones by both ends, which this index holds; `long` says it again.
  const left: Part = { ways: bothWays(long ? 'person' : 'personDate', rest)[0]!.ways };
  if (window.asked) return [found, left];
  return [found, left, { ways: [walk({ dateLow: { $exists: false } })], last: true }];
}

async function forPartitions(reading: Reading, question: Question, arm: Arm): Promise<readonly Part[]> {
  const { order, where, window } = question;
  const equal = firstEqual(question, arm);
  const reach = reachFilter(window);
  if (order === 'created') {
    if (where.length === 0) return one({ hint: 'created', bounds: {}, how: 'walk' });
    const days = daysOf(window, Math.floor(question.limits.ranges / rangesOf(arm)));
    if (equal !== undefined && question.others <= 1 && !(days !== undefined && equal.coarse === true))
      return one({ hint: 'value', bounds: allOf([equal.bounds, reach]), how: 'walk' });
    if (days !== undefined)
      return [
        ...one({ hint: 'day', bounds: { day: { $in: days } }, how: 'walk' }),
        // Long ones have no day.
        ...bothWays('long', { long: true, ...reach }),
      ];
  }
  const few = await leastOf(reading, question, arm, question.few);
  if (few !== undefined) return partsOf(question, few);
  if (order === 'created' && equal !== undefined)
    return one({ hint: 'value', bounds: allOf([equal.bounds, reach]), how: 'walk' });
  if (order === 'date') return walkDate(question);
  if (order === 'updated') return one({ hint: 'seq', bounds: {}, how: 'walk' });
  const some = await leastOf(reading, question, arm, question.limits.sorted);
  if (some !== undefined) return partsOf(question, some, 'gather');
  return one({ hint: 'created', bounds: reach, how: order === 'created' ? 'walk' : 'gather' });
}

/** The first driver of which there are no more than `most`. */
async function leastOf(
  reading: Reading,
  { type, equals, ranges, window, order }: Question,
  arm: Arm,
  most: number,
): Promise<Driver | undefined> {
  const drivers = [...equals, ...ranges];
  // Where a page goes along the date anyway, its stretch needs no collecting.
  if (isBounded(window) && order !== 'date')
    drivers.push({ hint: 'date', bounds: splitWindow(window).ordinary, count: 1 });
  for (const driver of drivers) {
    if (driver.hint === 'seq' && order === 'updated') continue;
    const filter = allOf([armFilter(arm), { type, deleted: false }, driver.bounds]);
    const options = { ...within(reading), hint: driver.hint, limit: most + 1 };
    if ((await reading.collections.resource.countDocuments(filter, options)) <= most) return driver;
  }
  return undefined;
}

function partsOf(question: Question, { hint, bounds }: Driver, how?: 'gather'): readonly Part[] {
  const parts = how === undefined ? bothWays(hint, bounds) : one({ hint, bounds, how });
  return hint === 'date' ? [...parts, restPart(question)] : parts;
}

function restPart({ window }: Question): Part {
  const { rest, long } = splitWindow(window);
  return { ways: bothWays(long ? 'long' : 'date', rest)[0]!.ways };
}

function walkDate(question: Question): readonly Part[] {
  const { ordinary } = splitWindow(question.window);
  const parts: Part[] = [{ ways: [{ hint: 'date', bounds: ordinary, how: 'walk' }] }, restPart(question)];
  if (question.window.asked) return parts;
  const absent: Way = { hint: 'date', bounds: { dateLow: { $exists: false } }, how: 'walk' };
  return [...parts, { ways: [absent], last: true }];
}

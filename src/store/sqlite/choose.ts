// Chooses where a search starts, by counting a little of each way. Counts are about cost alone, so they
// may be some seconds old.
import type { Plan, Predicate } from '../../search/ast.ts';
import { type Arm, clauseDriver, countUpTo, type Driver, predicateDriver, typeDriver } from './driver.ts';
import type { Reading } from './reading.ts';
import { windowDrivers } from './window.ts';

export interface Choice {
  driver: Driver;
  /** Few enough to be collected and sorted. */
  bounded: boolean;
  /** Its rows, counted as far as it was needed. */
  count: number;
  /** With a driver that is walked: what to collect where the walk does not soon fill a page. */
  spare: Driver | undefined;
}

/**
 * The driver with the fewest rows, if it is a small one: of the criteria, or of what the caller may reach
 * at most. Otherwise one that comes out in the order of rid, the whole type at last.
 */
export function chooseDriver(reading: Reading, plan: Plan, after: number): Choice {
  const drivers = [
    ...windowDrivers(plan.where),
    ...plan.where.map(clause => clauseDriver(plan.type, clause)),
    ...partsOf(plan.narrow).map(part => predicateDriver(plan.type, part)),
    typeDriver(plan.type),
  ].filter(driver => driver !== undefined);
  const { few, bounded } = reading.bounds;
  for (const most of [few, few * 8, bounded]) {
    const least = leastOf(reading, drivers, after, Math.min(most, bounded));
    if (least !== undefined) return { ...least, bounded: true, spare: undefined };
  }
  const ordered = drivers.find(driver => isOrdered(reading, driver))!;
  const spare = drivers.find(driver => driver.arms.some(arm => !arm.ordered) && driver !== ordered);
  return { driver: ordered, bounded: false, count: bounded, spare };
}

/** Each of them holds for every match. */
const partsOf = (narrow: Predicate): readonly Predicate[] => (narrow.kind === 'and' ? narrow.of : [narrow]);

/** The first driver that is clearly below `most`, or else the least that is below. */
function leastOf(
  reading: Reading,
  drivers: readonly Driver[],
  after: number,
  most: number,
): Pick<Choice, 'driver' | 'count'> | undefined {
  let best: Pick<Choice, 'driver' | 'count'> | undefined;
  for (const driver of drivers) {
    const count = estimate(reading, driver.arms, after, most);
    if (count >= (best?.count ?? most)) continue;
    best = { driver, count };
    if (count * 8 <= most) break;
  }
  return best;
}

/** Unordered arms are sorted as they are merged: they must be bounded, whatever the others are. */
function isOrdered(reading: Reading, driver: Driver): boolean {
  const loose = driver.arms.filter(arm => !arm.ordered);
  const { bounded } = reading.bounds;
  return loose.length === 0 || estimate(reading, loose, 0, bounded) < bounded;
}

/** Rows of these arms, counted up to `most`. */
export function estimate(reading: Reading, arms: readonly Arm[], after: number, most: number): number {
  let count = 0;
  for (const arm of arms) {
    if (count >= most) break;
    count += estimateArm(reading, arm, after, most);
  }
  return Math.min(count, most);
}

/** Each arm by itself: what is counted from its beginning is the same for every page. */
function estimateArm(reading: Reading, arm: Arm, after: number, most: number): number {
  const query = countUpTo(arm, after, most);
  // The limit is the last bind: what was counted further is good for less.
  const key = `${query.sql}${JSON.stringify(query.binds.slice(0, -1))}`;
  const known = reading.estimates.find(key, most);
  if (known !== undefined) return known;
  const count = reading.get<{ n: number }>(query)?.n ?? 0;
  reading.estimates.keep(key, count, most);
  return count;
}

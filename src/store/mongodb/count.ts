// Counts all matches of a plan, whatever the page.
import { choose } from './choose.ts';
import { isNothing } from './filter.ts';
import { predicateStages } from './predicate.ts';
import { matchOf, type Quest } from './quest.ts';
import { within } from './reading.ts';

export async function countHits(quest: Quest): Promise<number> {
  const { reading, plan, question, fields } = quest;
  let count = 0;
  for (const field of fields) {
    for (const { ways } of await choose(reading, question, field.arm)) {
      // The first one looks at the least where nothing has to be in order.
      const way = ways[0]!;
      const { filter, whole } = matchOf(quest, field, way);
      if (isNothing(filter)) continue;
      const stages = whole ? [] : predicateStages(plan.type, plan.narrow, field.consents);
      const pipeline = [{ $match: filter }, ...stages, { $count: 'n' }];
      const options = { ...within(reading), hint: way.hint };
      const [found] = await reading.collections.resource
        .aggregate<{ n: number }>(pipeline, options)
        .toArray();
      count += found?.n ?? 0;
    }
  }
  return count;
}

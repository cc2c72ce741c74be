// Finds the matches of one page, one more than it holds: asks every part of every arm and merges what comes
// out. Parts share no document, and each answers exactly: nothing is left to filter.
import { ask } from './ask.ts';
import { choose, type Part } from './choose.ts';
import type { Field, Quest } from './quest.ts';
import { compareHits, type Hit } from './sort.ts';

/** In the order of the page, no more than `limit + 1`. */
export async function findHits(quest: Quest): Promise<Hit[]> {
  const { reading, plan, question, fields } = quest;
  const most = plan.limit + 1;
  const compare = compareHits(plan.sort);
  const hits: Hit[] = [];
  const later: [Field, Part][] = [];
  for (const field of fields) {
    for (const part of await choose(reading, question, field.arm)) {
      if (part.last === true) later.push([field, part]);
      else hits.push(...(await ask(quest, field, part)));
    }
  }
  const dated = hits.reduce((count, hit) => (hit.values[0] === null ? count : count + 1), 0);
  if (later.length > 0 && dated < most)
    for (const [field, part] of later) hits.push(...(await ask(quest, field, part)));
  return hits.sort(compare).slice(0, most);
}

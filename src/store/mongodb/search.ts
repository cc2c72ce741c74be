// Runs a Plan: one page, what it brings along, and a total where asked. Everything is read in one moment,
// that of the reading's session.
import type { Cursor, Plan } from '../../search/ast.ts';
import type { Page } from '../port.ts';
import { countHits } from './count.ts';
import { SLOTS, toVersion } from './documents.ts';
import { allOf, type ResourceFilter } from './filter.ts';
import { findHits } from './hits.ts';
import { includedOf } from './include.ts';
import { horizonOf } from './lanes.ts';
import { type Quest, questOf } from './quest.ts';
import type { Reading } from './reading.ts';
import type { Hit } from './sort.ts';
import type { Horizon } from './turn.ts';

export async function searchPage(reading: Reading, plan: Plan): Promise<Page> {
  const horizon = isPoll(plan) && plan.cursor === undefined ? await horizonOf(reading) : undefined;
  const now = horizon === undefined ? {} : belowFilter(horizon);
  if (plan.limit === 0) {
    const count = plan.total ? { total: await countHits(await questOf(reading, plan, now)) } : {};
    return { matches: [], included: [], ...count };
  }
  const quest = await questOf(reading, plan, allOf([now, pageFilter(plan)]));
  const hits = await findHits(quest);
  const more = hits.length > plan.limit;
  const page = more ? hits.slice(0, plan.limit) : hits;
  const documents = page.map(hit => hit.document);
  const included = await includedOf(reading, plan, documents);
  const total = await totalOf({ ...quest, besides: now }, more ? undefined : page.length);
  return {
    matches: documents.map(toVersion),
    included,
    ...(total === undefined ? {} : { total }),
    ...(more ? { next: cursorOf(plan, page.at(-1)!, horizon ?? (await horizonFor(reading, plan))) } : {}),
  };
}

const isPoll = ({ where }: Plan): boolean => where.some(clause => clause.kind === 'updated');

/** A cursor goes on from the moment of page 1. */
const horizonFor = async (reading: Reading, { cursor }: Plan): Promise<Horizon | undefined> =>
  cursor === undefined ? horizonOf(reading) : undefined;

/** What is under way may come to lie between what is there already: who polls is shown neither yet. */
const belowFilter = ({ below }: Horizon): ResourceFilter =>
  below === Infinity ? {} : { seq: { $lt: below } };

async function totalOf(quest: Quest, whole: number | undefined): Promise<number | undefined> {
  const { plan } = quest;
  if (plan.cursor === undefined && whole !== undefined) return whole;
  return plan.total ? countHits(quest) : undefined;
}

/**
 * What pages after the first leave out: what was created since, and where it may have moved what was
 * written since. What was under way at page 1 counts as written since.
 */
function pageFilter({ cursor, sort, where }: Plan): ResourceFilter {
  if (cursor === undefined) return {};
  const moves = sort.length > 0 || where.some(clause => clause.kind === 'updated');
  const unseen = (field: 'seq' | 'created'): ResourceFilter[] => [
    { [field]: { $lte: cursor.snapshot } },
    ...(cursor.open ?? []).map(([slot, last]) => ({
      $nor: [{ [field]: { $gt: last, $lte: cursor.snapshot, $mod: [SLOTS, slot] } }],
    })),
  ];
  return allOf([...unseen('created'), ...(moves ? unseen('seq') : [])]);
}

function cursorOf(plan: Plan, last: Hit, horizon: Horizon | undefined): Cursor {
  const { values, document } = last;
  const place = { values, after: document.created };
  const { cursor } = plan;
  if (cursor !== undefined) {
    const { snapshot, open } = cursor;
    return { snapshot, ...place, ...(open === undefined ? {} : { open }) };
  }
  const { last: seen, below, open } = horizon!;
  if (isPoll(plan)) return { snapshot: Math.min(seen, below - 1), ...place };
  return { snapshot: seen, ...place, ...(below <= seen ? { open } : {}) };
}

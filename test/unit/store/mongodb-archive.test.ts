// What the archive of a MongoDB does beside what every archive does (test/contract/move-contract.ts).
import { expect, test } from '@jest/globals';
import type { ArchiveItem } from '../../../src/store/archive.ts';
import type { Version } from '../../../src/store/port.ts';
import { describeMongo, openTemporaryMongo } from '../../support/mongodb.ts';
import { grantFor, planFor, stated } from '../../support/store.ts';

const own = grantFor('prog');
const TASKS = 130;

function version(at: number, number: number): Version {
  const created = 1000 + at;
  return {
    type: 'Task',
    id: `t${at}`,
    version: number,
    seq: created + (number - 1) * TASKS,
    created,
    owner: 'prog',
    source: 'prog',
    writer: 'prog',
    patients: ['1'],
    deleted: number === 3,
    body: number === 3 ? '' : stated('Task', `t${at}`, { patients: ['1'], text: `${number}` }),
  };
}

/** Three versions of each, the last a tombstone, in the order of their seqs. */
const ITEMS: readonly ArchiveItem[] = [1, 2, 3].flatMap(number =>
  Array.from({ length: TASKS }, (_, at) => ({ kind: 'version' as const, ...version(at, number) })),
);

describeMongo('the archive of a MongoDB', () => {
  test('puts more than one transaction holds, several versions of a resource in one batch', async () => {
    const opened = await openTemporaryMongo();
    await opened.archive.write(ITEMS, 'here');
    expect((await opened.archive.read('version', undefined, 1000)).items).toEqual(ITEMS);
    expect((await opened.archive.counts()).version).toBe(3 * TASKS);
    const page = await opened.store.history({ type: 'Task', limit: 1000, total: true }, own);
    expect([page.total, page.versions.length]).toEqual([3 * TASKS, 3 * TASKS]);
    await opened.close();
  });

  test('large bodies go in transactions of their own', async () => {
    const opened = await openTemporaryMongo();
    const large = ITEMS.slice(0, 4).map(item => {
      const one = { ...(item as Extract<ArchiveItem, { kind: 'version' }>) };
      return { ...one, body: stated('Task', one.id, { patients: ['1'], text: 'x'.repeat(5_000_000) }) };
    });
    await opened.archive.write(large, 'here');
    expect((await opened.archive.counts()).version).toBe(4);
    await opened.close();
  });

  test('no lane, old or new, takes what was put back for its own unfinished work', async () => {
    const first = await openTemporaryMongo();
    await first.archive.write(ITEMS.slice(0, TASKS), 'here');
    const second = await openTemporaryMongo({ url: first.url });
    const lanes = await first.site.collections.lane.find().sort({ _id: 1 }).toArray();
    expect(lanes.map(lane => lane._id)).toEqual([0, 1]);
    for (const lane of lanes) expect(lane.last).toBeGreaterThanOrEqual(1000 + TASKS - 1);
    // A unit is under way in each lane while pages are read.
    await first.site.collections.lane.updateMany({}, { $set: { open: 2_000_000 } });
    const seen: string[] = [];
    let plan = planFor(own, 'Task', { limit: 7 });
    for (;;) {
      const { matches, next } = await second.store.search(plan, own);
      seen.push(...matches.map(one => one.id));
      if (next === undefined) break;
      plan = { ...plan, cursor: next };
    }
    expect(seen).toEqual(Array.from({ length: TASKS }, (_, at) => `t${at}`));
    await second.close();
    await first.close();
  });

  test('has one name, given once', async () => {
    const first = await openTemporaryMongo();
    const second = await openTemporaryMongo({ url: first.url });
    expect(second.archive.id).toBe(first.archive.id);
    const other = await openTemporaryMongo();
    expect(other.archive.id).not.toBe(first.archive.id);
    await other.close();
    await second.close();
    await first.close();
  });
});

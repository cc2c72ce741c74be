// Units in lanes: their seqs, their chains, and what a reader is told of those under way.
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { brokenAt } from '../../../src/audit/chain.ts';
import { FhirError } from '../../../src/fhir/error.ts';
import { readAudit, readWriters } from '../../../src/store/mongodb/audit-log.ts';
import { SLOTS } from '../../../src/store/mongodb/documents.ts';
import { horizonOf, type LaneOptions, Lanes } from '../../../src/store/mongodb/lanes.ts';
import { freeAbandoned, prolong, takeLane } from '../../../src/store/mongodb/leases.ts';
import { within } from '../../../src/store/mongodb/reading.ts';
import { inMoment } from '../../../src/store/mongodb/site.ts';
import type { Turn } from '../../../src/store/mongodb/turn.ts';
import { describeMongo, openTemporarySite, type TemporarySite } from '../../support/mongodb.ts';
import { draft } from '../../support/store.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z') * 1000;

describeMongo('lanes', () => {
  let held: TemporarySite;
  let opened: Lanes[] = [];
  beforeEach(async () => {
    held = await openTemporarySite();
  });
  afterEach(async () => {
    await Promise.all(opened.map(lanes => lanes.close()));
    opened = [];
    await held.close();
  });

  async function openLanes(options: Partial<LaneOptions> = {}): Promise<Lanes> {
    const lanes = new Lanes(held.site, {
      holder: randomUUID(),
      newWriter: () => randomUUID(),
      now: () => NOW,
      ...options,
    });
    opened.push(lanes);
    await lanes.open();
    return lanes;
  }

  const horizon = () => inMoment(held.site, horizonOf);
  const laneAt = (slot: number) => held.site.collections.lane.findOne({ _id: slot });
  /** A write that others can see. */
  const keep = async (turn: Turn, name: string): Promise<number> => {
    const seq = turn.nextSeq();
    const { collections } = turn.reading;
    await collections.fact.insertOne({ _id: name, value: String(seq) }, within(turn.reading));
    return seq;
  };
  const codeOf = async (promise: Promise<unknown>): Promise<string> => {
    try {
      await promise;
      return 'resolved';
    } catch (error) {
      if (error instanceof FhirError) return error.code;
      throw error;
    }
  };

  test('one after the other use the same lane, with growing seqs although the clock stands still', async () => {
    const lanes = await openLanes();
    const seqs: number[] = [];
    for (let at = 0; at < 3; at += 1)
      seqs.push(...(await lanes.run(async turn => [turn.nextSeq(), turn.nextSeq()])));
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect(new Set(seqs).size).toBe(6);
    expect(seqs.every(seq => seq % SLOTS === 0)).toBe(true);
    expect(seqs[0]! - NOW).toBeLessThanOrEqual(SLOTS);
    expect(await held.site.collections.lane.countDocuments()).toBe(1);
    expect(await laneAt(0)).toMatchObject({ open: null, last: seqs.at(-1) });
  });

  test('a unit goes above what another lane has committed, however far its clock is behind', async () => {
    const [ahead, behind] = [await openLanes({ now: () => NOW + 3_600_000_000 }), await openLanes()];
    const first = await ahead.run(async turn => turn.nextSeq());
    const second = await behind.run(async turn => turn.nextSeq());
    expect(second).toBeGreaterThan(first);
    expect([first % SLOTS, second % SLOTS]).toEqual([0, 1]);
  });

  test('what a unit throws leaves nothing: no write, no row, no mark', async () => {
    const lanes = await openLanes();
    const refused = lanes.run(async turn => {
      await keep(turn, 'x');
      turn.audit(draft());
      throw new FhirError('stale', 'No.');
    });
    expect(await codeOf(refused)).toBe('stale');
    await lanes.run(async () => {});
    expect(await held.site.collections.fact.findOne({ _id: 'x' })).toBeNull();
    expect(await laneAt(0)).toMatchObject({ open: null, number: 0 });
    expect(await readWriters(held.site.collections)).toEqual([]);
  });

  test('rows of a lane are one chain, over units and holders', async () => {
    const lanes = await openLanes();
    await lanes.run(async turn => turn.audit(draft('create')));
    await lanes.run(async turn => {
      turn.audit(draft('read'));
      turn.audit(draft('update'));
    });
    await lanes.close();
    const later = await openLanes();
    await later.run(async turn => turn.audit(draft('delete')));
    const [writer, ...more] = await readWriters(held.site.collections);
    expect(more).toEqual([]);
    const rows = await readAudit(held.site.collections, writer!, 0, 10);
    expect(rows.map(row => row.action)).toEqual(['create', 'read', 'update', 'delete']);
    expect(brokenAt(rows)).toBeUndefined();
    expect(await readAudit(held.site.collections, writer!, 2, 1)).toEqual(rows.slice(2, 3));
  });

  test('two that change the same both come through, one after the other', async () => {
    const lanes = await openLanes();
    const { fact } = held.site.collections;
    await fact.insertOne({ _id: 'count', value: '0' });
    const add = () =>
      lanes.run(async turn => {
        const now = await fact.findOne({ _id: 'count' }, within(turn.reading));
        await fact.updateOne(
          { _id: 'count' },
          { $set: { value: String(Number(now!.value) + 1) } },
          within(turn.reading),
        );
      });
    await Promise.all(Array.from({ length: 12 }, add));
    expect(await fact.findOne({ _id: 'count' })).toMatchObject({ value: '12' });
  });

  test('a reader is told of a unit under way, and of nothing when it is done', async () => {
    const lanes = await openLanes();
    await lanes.run(async turn => keep(turn, 'first'));
    const { last } = await horizon();
    const go = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const under = lanes.run(async turn => {
      const seq = await keep(turn, 'second');
      begun.resolve();
      await go.promise;
      return seq;
    });
    await begun.promise;
    // A majority has what came before this, the mark too.
    await held.site.collections.fact.insertOne({ _id: 'later', value: '' });
    const during = await horizon();
    go.resolve();
    const seq = await under;
    expect(during).toMatchObject({ last, open: [[0, last]] });
    expect(during.below).toBeGreaterThan(last);
    expect(seq).toBeGreaterThanOrEqual(during.below);
    expect(await horizon()).toEqual({ last: seq, below: Infinity, open: [] });
  });

  test('a unit is under way for everybody but itself', async () => {
    const lanes = await openLanes();
    const [seq, seen] = await lanes.run(async turn => {
      const given = turn.nextSeq();
      return [given, await horizonOf(turn.reading)] as const;
    });
    expect(seen).toEqual({ last: seq, below: Infinity, open: [] });
  });

  test('a lane that was taken from its holder in the middle of a unit commits nothing of it; another lane does', async () => {
    const lanes = await openLanes();
    const { lane, fact } = held.site.collections;
    await prolong(held.site.collections, 'other', 30_000);
    let attempts = 0;
    const seq = await lanes.run(async turn => {
      attempts += 1;
      if (attempts === 1)
        await lane.updateOne({ _id: 0 }, { $set: { holder: 'other', open: null }, $inc: { epoch: 1 } });
      return keep(turn, `attempt-${attempts}`);
    });
    expect(seq % SLOTS).not.toBe(0);
    expect((await fact.find({ _id: /^attempt/ }).toArray()).map(one => one._id)).toEqual(['attempt-2']);
    expect(await laneAt(0)).toMatchObject({ holder: 'other', epoch: 2, last: 0, number: 0 });
  });

  test('a mark that is lost makes the unit start again', async () => {
    const lanes = await openLanes();
    const { lane, fact } = held.site.collections;
    let attempts = 0;
    await lanes.run(async turn => {
      attempts += 1;
      if (attempts === 1) await lane.updateOne({ _id: 0 }, { $set: { open: null } });
      return keep(turn, `attempt-${attempts}`);
    });
    expect((await fact.find({ _id: /^attempt/ }).toArray()).map(one => one._id)).toEqual(['attempt-2']);
  });

  test('lanes of a holder whose time is over are taken; those of one who is there are not', async () => {
    const { collections } = held.site;
    const living = await openLanes();
    const dead = await openLanes({ leaseMs: -1 });
    await dead.run(async turn => turn.audit(draft()));
    await collections.lane.updateOne({ _id: 1 }, { $set: { open: 5 } });
    const before = await laneAt(1);
    expect(before).toMatchObject({ epoch: 1, number: 1 });
    await prolong(collections, 'new', 30_000);
    const taken = await takeLane(collections, 'new', new Set(), randomUUID);
    expect(taken).toEqual({ slot: 1, epoch: 2, writer: before!.writer });
    expect(await laneAt(1)).toMatchObject({ holder: 'new', open: null, number: 1, hash: before!.hash });
    const seq = await dead.run(async turn => turn.nextSeq());
    expect(seq % SLOTS).toBe(2);
    expect((await living.run(async turn => turn.nextSeq())) % SLOTS).toBe(0);
  });

  test('a mark that a dead holder left is taken away, one of a living is not', async () => {
    const { collections } = held.site;
    await openLanes();
    await openLanes({ leaseMs: -1 });
    await collections.lane.updateMany({}, { $set: { open: 7 } });
    await freeAbandoned(collections);
    expect(await horizon()).toEqual({ last: 0, below: 7, open: [[0, 0]] });
    expect(await laneAt(1)).toMatchObject({ holder: '', epoch: 2 });
  });

  test('no two lanes are ever given to two, however many ask at once', async () => {
    const { collections } = held.site;
    const leases = await Promise.all(
      Array.from({ length: 12 }, (_, at) => takeLane(collections, `holder-${at % 3}`, new Set(), randomUUID)),
    );
    const slots = leases.map(lease => `${lease?.slot}/${lease?.epoch}`);
    expect(new Set(slots).size).toBe(12);
  });

  test('closed lanes take no work and are free for others at once', async () => {
    const lanes = await openLanes();
    const running = lanes.run(async turn => keep(turn, 'last'));
    await lanes.close();
    await running;
    expect(await codeOf(lanes.run(async () => {}))).toBe('unavailable');
    expect(await laneAt(0)).toMatchObject({ holder: '', open: null });
    expect(await held.site.collections.holder.countDocuments()).toBe(0);
  });

  test('what is not a failure of the database comes out as it was thrown, and the lane goes on', async () => {
    const lanes = await openLanes({ most: 1 });
    await expect(lanes.run(async () => Promise.reject(new TypeError('a bug')))).rejects.toThrow('a bug');
    await lanes.run(async turn => keep(turn, 'after'));
  });
});

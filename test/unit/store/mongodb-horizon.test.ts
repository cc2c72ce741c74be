// Two processes write at once, each in several lanes, some units slowly; whoever follows the log in
// snapshots finds every version exactly once, in order.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ResourceDocument } from '../../../src/store/mongodb/documents.ts';
import { Lanes } from '../../../src/store/mongodb/lanes.ts';
import { readOutbox } from '../../../src/store/mongodb/outbox.ts';
import { type Reading, within } from '../../../src/store/mongodb/reading.ts';
import { inMoment } from '../../../src/store/mongodb/site.ts';
import { describeMongo, openTemporarySite, type TemporarySite } from '../../support/mongodb.ts';

const WRITERS = 6;
const UNITS = 25;

describeMongo('the log of two processes', () => {
  let sites: TemporarySite[] = [];
  beforeEach(async () => {
    const first = await openTemporarySite();
    sites = [first, await openTemporarySite({ url: first.url })];
  });
  afterEach(async () => {
    for (const held of sites.reverse()) await held.close();
  });

  /** `skew`: ms that this process's clock is wrong by. */
  async function openLanes({ site }: TemporarySite, skew: number): Promise<Lanes> {
    const now = () => (Date.now() + skew) * 1000;
    const lanes = new Lanes(site, { holder: randomUUID(), newWriter: () => randomUUID(), now, most: 4 });
    await lanes.open();
    return lanes;
  }

  async function write({ site }: TemporarySite, lanes: Lanes, name: string): Promise<number[]> {
    const given: number[] = [];
    for (let unit = 0; unit < UNITS; unit += 1) {
      const seqs = await lanes.run(async turn => {
        const documents = Array.from({ length: 1 + (unit % 3) }, (_, at) =>
          versionOf(`${name}-${unit}-${at}`, turn.nextSeq()),
        );
        await site.collections.history.insertMany(documents, within(turn.reading));
        // Others are committed meanwhile, with seqs above these.
        if (unit % 4 === 0) await pause(30 * Math.random());
        return documents.map(document => document.seq);
      });
      given.push(...seqs);
    }
    return given;
  }

  type Look = (reading: Reading, after: number) => Promise<readonly { seq: number }[]>;

  /** Follows the log while others write, and once more when they are done. */
  async function follow({ site }: TemporarySite, look: Look, done: () => boolean): Promise<number[]> {
    const found: number[] = [];
    for (let last = false; !last; ) {
      last = done();
      for (;;) {
        const rows = await inMoment(site, reading => look(reading, found.at(-1) ?? 0));
        found.push(...rows.map(row => row.seq));
        if (rows.length === 0) break;
      }
    }
    return found;
  }

  const wary: Look = (reading, after) => readOutbox(reading, after, 20);
  /** What a reader sees that takes for granted that nothing comes in between any more. */
  const hasty: Look = (reading, after) =>
    reading.collections.history
      .find({ seq: { $gt: after } }, within(reading))
      .sort({ seq: 1 })
      .limit(20)
      .toArray();

  test('is found whole, once and in order by who stops at what is under way, and not by who does not', async () => {
    const [one, two] = sites as [TemporarySite, TemporarySite];
    const lanes = [await openLanes(one, 40), await openLanes(two, -40)];
    let writing = true;
    const written = Promise.all(
      Array.from({ length: WRITERS }, (_, at) => write(sites[at % 2]!, lanes[at % 2]!, `w${at}`)),
    ).finally(() => {
      writing = false;
    });
    const done = () => !writing;
    const [given, found, missed] = await Promise.all([
      written.then(lists => lists.flat()),
      follow(two, wary, done),
      follow(one, hasty, done),
    ]);
    await Promise.all(lanes.map(each => each.close()));
    expect(new Set(given).size).toBe(given.length);
    expect(found).toEqual(given.sort((a, b) => a - b));
    expect(missed.length).toBeLessThan(given.length);
  });
});

const versionOf = (id: string, seq: number): ResourceDocument => ({
  _id: `Task/${id}/1`,
  partition: '',
  who: '',
  type: 'Task',
  id,
  version: 1,
  seq,
  created: seq,
  owner: 'o',
  source: 'o',
  writer: 'o',
  patients: [],
  deleted: false,
  body: '',
  values: [],
});

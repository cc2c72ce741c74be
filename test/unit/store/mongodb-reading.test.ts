import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Connected, connectMongo } from '../../../src/store/mongodb/client.ts';
import { collectionsOf, LIMITS, within } from '../../../src/store/mongodb/reading.ts';
import { inMoment, inTransaction, type Site } from '../../../src/store/mongodb/site.ts';
import { describeMongo, giveBack, takeDatabase } from '../../support/mongodb.ts';

describeMongo('a reading', () => {
  let url: string;
  let connected: Connected;
  let site: Site;

  beforeAll(async () => {
    url = takeDatabase();
    connected = await connectMongo(url);
    site = { connected, collections: collectionsOf(connected.db), sharded: false, limits: LIMITS };
  });
  afterAll(async () => {
    await connected.close();
    await giveBack(url);
  });

  for (const [name, read] of [
    ['a moment', inMoment],
    ['a transaction', inTransaction],
  ] as const) {
    test(`sees in ${name} nothing that was written since it began`, async () => {
      const { fact } = site.collections;
      await fact.deleteMany({});
      await fact.insertOne({ _id: 'before', value: '' });
      const seen = await read(site, async reading => {
        const first = await fact.find({}, within(reading)).toArray();
        await fact.insertOne({ _id: 'since', value: '' });
        const found = await fact.find({}, within(reading)).toArray();
        const counted = await fact.aggregate([{ $match: {} }], within(reading)).toArray();
        return [first.length, found.length, counted.length];
      });
      expect(seen).toEqual([1, 1, 1]);
      expect(await fact.countDocuments()).toBe(2);
    });
  }
});

// What is derived is derived again: of every version, wherever it then has to lie.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Derive } from '../../../src/store/port/derived.ts';
import {
  describeMongo,
  giveBack,
  openTemporaryMongo,
  type TemporaryMongo,
  takeDatabase,
} from '../../support/mongodb.ts';
import {
  draft,
  grantFor,
  outsiderGrant,
  permit,
  planFor,
  stated,
  statedDerive,
  T,
  tokenClause,
  tokenValue,
} from '../../support/store.ts';

const own = grantFor('prog');
const BROUGHT = 120;

/** What a later version of the software makes of the same bodies: another code, one person more. */
const later: Derive = resource => {
  const derived = statedDerive(resource);
  if (resource.resourceType !== 'Task') return derived;
  return {
    ...derived,
    patients: [...derived.patients, '9'],
    values: [...derived.values, tokenValue('Task', 'code', 'new')],
  };
};

describeMongo('a reindex', () => {
  let url: string;
  let opened: TemporaryMongo;
  beforeEach(async () => {
    url = takeDatabase();
    opened = await openTemporaryMongo({ url, sharded: true });
  });
  afterEach(async () => {
    await opened.close();
    await giveBack(url);
  });

  const create = (type: string, id: string, about = {}) =>
    opened.store.transact(
      {
        ops: [{ kind: 'update', type, id, body: stated(type, id, about) }],
        lookups: [],
        claims: [],
        marks: [],
      },
      own,
      draft(),
    );
  const remove = (type: string, id: string) =>
    opened.store.transact(
      { ops: [{ kind: 'delete', type, id }], lookups: [], claims: [], marks: [] },
      own,
      draft(),
    );
  const found = async (code: string, grant = own) =>
    (
      await opened.store.search(
        planFor(grant, 'Task', { where: [tokenClause('Task', 'code', code)], total: true, limit: 500 }),
        grant,
      )
    ).matches.map(one => one.id);

  test('under another derivation happens when the store is opened, and moves what names others now', async () => {
    await create('Task', 'nobody', { values: [tokenValue('Task', 'code', 'old')] });
    await create('Task', 'nobody', { values: [tokenValue('Task', 'code', 'old')], text: 'two' });
    await create('Task', 'gone', { patients: ['1'] });
    await remove('Task', 'gone');
    for (let at = 0; at < BROUGHT; at += 1) await create('Basic', `b${at}`);
    expect(await found('new')).toEqual([]);
    await opened.close();
    const steps: [number, number][] = [];
    opened = await openTemporaryMongo({
      url,
      sharded: true,
      derive: later,
      extractors: 'later',
      onProgress: (done, total) => steps.push([done, total]),
    });
    expect(steps.at(-1)).toEqual([BROUGHT + 2, BROUGHT + 2]);
    expect(steps.length).toBeGreaterThan(1);
    expect(await found('new')).toEqual(['nobody']);
    expect(await found('old')).toEqual(['nobody']);
    expect((await opened.store.read('Task', 'nobody', own))?.patients).toEqual(['9']);
    expect((await opened.store.vread('Task', 'nobody', 1, own))?.patients).toEqual(['9']);
    expect((await opened.store.read('Task', 'gone', own))?.patients).toEqual(['1', '9']);
    const { resource, history, place } = opened.site.collections;
    const where = { partition: 'prog', who: '9' };
    expect(await resource.findOne({ _id: 'Task/nobody' })).toMatchObject(where);
    expect(await place.findOne({ _id: 'Task/nobody' })).toMatchObject(where);
    expect(await history.findOne({ _id: 'Task/nobody/1' })).toMatchObject(where);
    expect(await resource.countDocuments()).toBe(BROUGHT + 2);
    expect(await history.countDocuments()).toBe(2);
    await opened.close();
    steps.length = 0;
    opened = await openTemporaryMongo({ url, derive: later, extractors: 'later' });
    expect(steps).toEqual([]);
  });

  test('leaves the rules of Consents as they count: none of a deleted one', async () => {
    const payer = outsiderGrant('payer');
    await create('Patient', '1');
    await create('Patient', '2');
    await create('Consent', 'c1', { patients: ['1'], rules: [permit('1', 'payer')] });
    await create('Consent', 'c2', { patients: ['2'], rules: [permit('2', 'payer')] });
    await remove('Consent', 'c2');
    const seen = async () =>
      (await opened.store.search(planFor(payer, 'Patient'), payer)).matches.map(one => one.id);
    expect(T).toBeGreaterThan(0);
    expect(await seen()).toEqual(['1']);
    await opened.store.reindex();
    expect(await seen()).toEqual(['1']);
    await opened.site.collections.rule.deleteMany({});
    expect(await seen()).toEqual([]);
    await opened.store.reindex();
    expect(await seen()).toEqual(['1']);
  });

  test('by two servers at once, while others write, comes to the same', async () => {
    for (let at = 0; at < 60; at += 1)
      await create('Task', `t${at}`, { values: [tokenValue('Task', 'code', 'a')] });
    const other = await openTemporaryMongo({ url });
    const writing = (async () => {
      for (let at = 0; at < 60; at += 1)
        await create('Task', `t${at}`, { values: [tokenValue('Task', 'code', 'b')] });
    })();
    await Promise.all([opened.store.reindex(), other.store.reindex(), writing]);
    await other.close();
    expect(await found('a')).toEqual([]);
    expect((await found('b')).length).toBe(60);
    expect((await opened.store.outbox(0, 1000)).length).toBe(120);
  });
});

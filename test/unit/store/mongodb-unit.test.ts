// What a unit leaves in the collections, how often it goes to the server for it, and what it does where
// another unit was faster.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Grant } from '../../../src/access/grant.ts';
import { type Connected, connectMongo } from '../../../src/store/mongodb/client.ts';
import { isTransient } from '../../../src/store/mongodb/errors.ts';
import { type Collections, collectionsOf, LIMITS } from '../../../src/store/mongodb/reading.ts';
import { prepareSchema } from '../../../src/store/mongodb/schema.ts';
import { attemptIn, readingIn, type Site } from '../../../src/store/mongodb/site.ts';
import { type MongoUnit, openUnit } from '../../../src/store/mongodb/unit.ts';
import type { WriteOp, WritePlan, WriteResult } from '../../../src/store/port.ts';
import { runPlan } from '../../../src/store/unit/plan.ts';
import { doAll } from '../../../src/store/unit/work.ts';
import { createOp, deleteOp, planOf, updateOp } from '../../contract/hand.ts';
import { describeMongo, giveBack, takeDatabase } from '../../support/mongodb.ts';
import {
  deny,
  grantFor,
  outsiderGrant,
  permit,
  permittedTo,
  planFor,
  statedDerive,
  T,
  tokenClause,
  tokenValue,
} from '../../support/store.ts';

describeMongo('a unit of the MongoDB store', () => {
  const own = grantFor('prog');
  let url: string;
  let connected: Connected;
  let site: Site;
  let collections: Collections;
  let seq = 0;
  let calls: string[] = [];

  beforeAll(async () => {
    url = takeDatabase();
    connected = await connectMongo(url, { driver: { monitorCommands: true } });
    connected.client.on('commandStarted', ({ commandName }) => calls.push(commandName));
    collections = collectionsOf(connected.db);
    await prepareSchema(connected.db, collections);
  });
  beforeEach(() => {
    // What a process knows to be there it knows of these.
    collections = collectionsOf(connected.db);
    site = { connected, collections, sharded: false, limits: LIMITS };
  });
  afterEach(async () => {
    for (const collection of Object.values(collections) as Collections['place'][])
      await collection.deleteMany({});
  });
  afterAll(async () => {
    await connected.close();
    await giveBack(url);
  });

  /** One attempt; `meanwhile` runs before what is pending is sent. */
  async function inUnit<T>(
    grant: Grant,
    work: (unit: MongoUnit) => Promise<T>,
    meanwhile?: () => Promise<unknown>,
  ): Promise<T> {
    const session = connected.startSession();
    try {
      const turn = {
        reading: readingIn(site, session),
        nextSeq: () => {
          seq += 1;
          return seq;
        },
        audit: () => {},
      };
      const attempt = async () => {
        const unit = openUnit(turn, grant, statedDerive);
        const result = await work(unit);
        await meanwhile?.();
        await unit.flush();
        return result;
      };
      return await attemptIn(session, attempt, performance.now() + 1000);
    } finally {
      await session.endSession();
    }
  }

  const run = (plan: WritePlan, grant = own, meanwhile?: () => Promise<unknown>): Promise<WriteResult[]> =>
    inUnit(grant, async unit => (await doAll(runPlan(unit, plan))).results, meanwhile);
  const write = (ops: readonly WriteOp[], grant = own) => run(planOf(ops), grant);

  const resource = (name: string) => collections.resource.findOne({ _id: name });
  const place = (name: string) => collections.place.findOne({ _id: name });
  const history = () => collections.history.find().sort({ seq: 1 }).toArray();
  const rules = () =>
    collections.rule
      .find({}, { projection: { _id: 1, live: 1 } })
      .sort({ _id: 1 })
      .toArray();

  test('keeps the versions before in the history as they were', async () => {
    await write([createOp('Task', 't', { patients: ['1'], values: [tokenValue('Task', 'code', 'a')] })]);
    const first = await resource('Task/t');
    await write([updateOp('Task', 't', { patients: ['1'], values: [tokenValue('Task', 'code', 'b')] })]);
    const second = await resource('Task/t');
    await write([deleteOp('Task', 't')]);
    expect(await history()).toEqual([
      { ...first, _id: 'Task/t/1' },
      { ...second, _id: 'Task/t/2' },
    ]);
    expect(await resource('Task/t')).toEqual({
      ...second,
      version: 3,
      seq: expect.any(Number),
      deleted: true,
      body: '',
    });
  });

  test('keeps every version of a resource that one plan writes three times', async () => {
    await write([createOp('Task', 't'), updateOp('Task', 't', { text: 'b' }), deleteOp('Task', 't')]);
    expect((await history()).map(({ _id, deleted }) => [_id, deleted])).toEqual([
      ['Task/t/1', false],
      ['Task/t/2', false],
    ]);
    expect(await resource('Task/t')).toMatchObject({ version: 3, deleted: true });
  });

  for (const sharded of [false, true]) {
    test(`moves a resource whose people change${sharded ? ', found by its place' : ''}`, async () => {
      site = { ...site, sharded };
      const step = async (patients: string[]) => {
        await write([updateOp('Task', 't', { patients })]);
        const { partition, who } = (await resource('Task/t'))!;
        expect(await place('Task/t')).toEqual({ _id: 'Task/t', partition, who });
        return [partition, who];
      };
      expect(await step([])).toEqual(['', '']);
      expect(await step(['1'])).toEqual(['prog', '1']);
      expect(await step(['1', '2'])).toEqual(['prog', '*']);
      expect(await step([])).toEqual(['', '']);
      expect((await history()).map(({ partition, who }) => [partition, who])).toEqual([
        ['', ''],
        ['prog', '1'],
        ['prog', '*'],
      ]);
      expect(await collections.resource.countDocuments()).toBe(1);
    });
  }

  test('writes the rules of a Consent afresh, ends them with it and revives them', async () => {
    await write([createOp('Consent', 'c', { rules: [permit('1', 'ehr'), deny('1'), deny('2')] })]);
    expect(await rules()).toEqual([0, 1, 2].map(at => ({ _id: `Consent/c#${at}`, live: true })));
    await write([updateOp('Consent', 'c', { rules: [permit('1', 'ehr')] })]);
    expect(await rules()).toEqual([{ _id: 'Consent/c#0', live: true }]);
    await write([deleteOp('Consent', 'c')]);
    expect(await rules()).toEqual([{ _id: 'Consent/c#0', live: false }]);
    await write([updateOp('Consent', 'c', { rules: [permit('1', 'ehr'), permit('2', 'ehr')] })]);
    expect(await rules()).toEqual([0, 1].map(at => ({ _id: `Consent/c#${at}`, live: true })));
    await write([updateOp('Consent', 'c', { rules: [permit('3', 'ehr')] }), deleteOp('Consent', 'c')]);
    expect(await collections.rule.find().toArray()).toMatchObject([{ person: '3', live: false }]);
  });

  test('notes where those have to look whom it lets in', async () => {
    await write([
      createOp('Patient', '1'),
      createOp('Consent', 'c', { patients: ['1'], rules: [permit('1', 'ehr')] }),
    ]);
    await write([createOp('Task', 't', { patients: ['1'] })], outsiderGrant('ehr'));
    await write([createOp('Basic', 'b')], outsiderGrant('payer'));
    expect(await collections.tie.find().toArray()).toEqual([
      { _id: 'ehr prog', organization: 'ehr', owner: 'prog' },
    ]);
    expect(await resource('Task/t')).toMatchObject({ owner: 'prog', source: 'ehr', foreign: true });
  });

  test('knows of its own what it has not sent: rows, rules and what a search finds', async () => {
    const outside = outsiderGrant('ehr');
    await inUnit(own, async unit => {
      const { results } = await doAll(
        runPlan(
          unit,
          planOf([
            createOp('Patient', '1'),
            createOp('Basic', 'b', { values: [tokenValue('Basic', 'code', 'x')] }),
            createOp('Consent', 'c', { patients: ['1'], rules: [permit('1', 'ehr')] }),
          ]),
        ),
      );
      expect(results.map(result => result.kind)).toEqual(['created', 'created', 'created']);
      const row = (await unit.current('Patient', '1'))!;
      expect(await unit.reaches(row, permittedTo('ehr'))).toBe(true);
      expect(await unit.reaches(row, permittedTo('payer'))).toBe(false);
      const found = await unit.search(planFor(own, 'Basic', { where: [tokenClause('Basic', 'code', 'x')] }));
      expect(found.matches.map(version => version.id)).toEqual(['b']);
      await doAll(runPlan(unit, planOf([deleteOp('Consent', 'c'), deleteOp('Basic', 'b')])));
      expect(await unit.reaches(row, permittedTo('ehr'))).toBe(false);
      expect((await unit.search(planFor(own, 'Basic'))).matches).toEqual([]);
      expect(await unit.version({ type: 'Basic', id: 'b', version: 1 })).toMatchObject({ version: 1 });
    });
    expect(outside.principal.organization).toBe('ehr');
  });

  test.each<[string, WriteOp[], Partial<WritePlan>]>([
    ['a name', [createOp('Task', 't')], {}],
    ['the version it changes', [updateOp('Basic', 'held')], {}],
    ['a business key', [createOp('Task', 'u')], { claims: [{ key: 'k', type: 'Task', id: 'u' }] }],
    [
      'an import mark',
      [createOp('Task', 'u')],
      { marks: [{ key: 'm', digest: 'd', parts: [], seen: undefined }] },
    ],
  ])('where another unit took %s in the meantime it is to be tried again', async (_what, ops, parts) => {
    await write([createOp('Basic', 'held')]);
    const faster = () =>
      run(
        planOf([createOp('Task', 't'), updateOp('Basic', 'held')], {
          claims: [{ key: 'k', type: 'Task', id: 't' }],
          marks: [{ key: 'm', digest: 'other', parts: ['k'], seen: undefined }],
        }),
      );
    const failed = run(planOf(ops, parts), own, faster).catch(error => error);
    expect(isTransient(await failed)).toBe(true);
    expect(await collections.history.countDocuments()).toBe(1);
    expect(await resource('Task/u')).toBeNull();
  });

  const unless = (id: string, code: string, others: readonly string[] = []): WriteOp => {
    const where = [tokenClause('Basic', 'identifier', code)];
    const about = { values: [code, ...others].map(value => tokenValue('Basic', 'identifier', value)) };
    return { ...createOp('Basic', id, about), unless: planFor(own, 'Basic', { where }) } as WriteOp;
  };

  test.each([
    ['the same is looked for', '7', '7'],
    ['other criteria mean the same', '7', '8'],
  ])(
    'of two units that create what is not there, where %s, one is to be tried again',
    async (_what, one, other) => {
      const outcomes: string[] = [];
      const kindOf = (results: readonly WriteResult[]) => outcomes.push(results[0]!.kind);
      const second = () => run(planOf([unless('b', other, [one])])).then(kindOf);
      const failures: unknown[] = [];
      await run(planOf([unless('a', one, [other])]), own, () => second().catch(error => failures.push(error)))
        .then(kindOf)
        .catch(error => failures.push(error));
      expect(failures.map(isTransient)).toEqual([true]);
      await second();
      expect(outcomes).toEqual(['created', 'matched']);
      expect(await collections.resource.countDocuments()).toBe(1);
    },
  );

  test.each<[string, WriteOp[], Grant, string[]]>([
    [
      'a create about a person, by its program',
      [createOp('Observation', 'o', { patients: ['1'], text: 'Patient/1' })],
      own,
      ['find', 'insert', 'insert'],
    ],
    [
      'one by an outsider with a Consent',
      [createOp('Observation', 'o', { patients: ['1'], text: 'Patient/1' })],
      outsiderGrant('ehr'),
      ['find', 'find', 'insert', 'insert'],
    ],
    [
      'a hundred about one person, by an outsider',
      Array.from({ length: 100 }, (_, at) =>
        createOp('Observation', `o${at}`, { patients: ['1'], text: 'Patient/1' }),
      ),
      outsiderGrant('ehr'),
      ['find', 'find', 'insert', 'insert'],
    ],
    ['an update', [updateOp('Task', 't', { text: 'new' })], own, ['find', 'update', 'insert']],
    ['a delete', [deleteOp('Task', 't')], own, ['find', 'update', 'insert']],
    ['a conditional create', [unless('b', '7')], own, ['find', 'update', 'find', 'insert', 'insert']],
  ])('goes to the server for %s as often as this', async (_what, ops, grant, expected) => {
    await write([
      createOp('Patient', '1'),
      createOp('Consent', 'c', { patients: ['1'], rules: [permit('1', 'ehr', { from: T - 1, to: T + 1 })] }),
      createOp('Task', 't'),
    ]);
    await write([createOp('Basic', 'known', { patients: ['1'] })], outsiderGrant('ehr'));
    calls = [];
    await write(ops, grant);
    expect(calls.filter(name => name !== 'commitTransaction')).toEqual(expected);
  });
});

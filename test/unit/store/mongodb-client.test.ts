// What is said of a URL or a server that will not do: one line, with the hosts, without the user.
import { describe, expect, test } from '@jest/globals';
import { connectMongo, databaseOf } from '../../../src/store/mongodb/client.ts';
import { SCHEMA_VERSION } from '../../../src/store/mongodb/schema.ts';
import {
  describeMongo,
  mongoUrl,
  openTemporaryMongo,
  openTemporarySite,
  takeDatabase,
} from '../../support/mongodb.ts';

const SOON = { driver: { serverSelectionTimeoutMS: 300 } };
const messageOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise;
    return 'resolved';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('a URL', () => {
  test.each([
    ['mongodb://h', 'iop'],
    ['mongodb://h/', 'iop'],
    ['mongodb://h?replicaSet=r', 'iop'],
    ['mongodb://u:p@h1:1,h2:2/care?w=1', 'care'],
    ['mongodb+srv://h/a%2Db', 'a-b'],
  ])('%s names the database %s', (url, name) => {
    expect(databaseOf(url)).toBe(name);
  });

  test.each([
    ['http://user:secret@h/x', 'The URL of a MongoDB starts with mongodb:// or mongodb+srv://.'],
    ['mongodb://user:sec/ret@h/x', /^The URL of the MongoDB /],
    ['mongodb://user:sec@ret@h/x', /^The URL of the MongoDB /],
    ['mongodb://user:%ecret@h/x', /^The URL of the MongoDB /],
    ['mongodb://h:99999/x', /^The URL of the MongoDB /],
    ['mongodb://user:secret@h/a b', /^The URL of the MongoDB names no possible database/],
    ['mongodb://user:secret@h/x?bogus=secret', /^The URL of the MongoDB .*option bogus/],
    ['mongodb://user:secret@127.0.0.1:1,127.0.0.1:2/x', 'No MongoDB answers at 127.0.0.1:1, 127.0.0.1:2.'],
    ['mongodb+srv://user:secret@no.such.invalid/x', /^No MongoDB .*no\.such\.invalid/],
  ])('%s is refused with one line that keeps the secret', async (url, expected) => {
    const message = await messageOf(connectMongo(url, SOON));
    if (typeof expected === 'string') expect(message).toBe(expected);
    else expect(message).toMatch(expected);
    expect(message).not.toMatch(/sec|ret@|user|\n/);
  });
});

describeMongo('a server', () => {
  test('that is a member of a replica set will do', async () => {
    const connected = await connectMongo(mongoUrl()!);
    expect(connected.sharded).toBe(false);
    expect(connected.db.databaseName).toBe('iop');
    await connected.close();
  });

  test('is asked for durable writes whatever the URL says', async () => {
    const url = new URL(mongoUrl()!.replace(/^mongodb/, 'http'));
    url.searchParams.set('w', '0');
    url.searchParams.set('journal', 'false');
    url.searchParams.set('readPreference', 'secondary');
    url.searchParams.set('retryWrites', 'false');
    const connected = await connectMongo(url.href.replace(/^http/, 'mongodb'));
    const { writeConcern, readPreference, readConcern } = connected.db.collection('audit');
    expect(writeConcern).toEqual({ w: 'majority', journal: true, j: true });
    expect([readPreference?.mode, readConcern?.level]).toEqual(['primary', 'majority']);
    expect(connected.client.options.retryWrites).toBe(true);
    await connected.close();
  });

  test('is not used where the database holds data of another program', async () => {
    const connected = await connectMongo(takeDatabase());
    const { db } = connected;
    await db.collection('patients').insertOne({});
    const url = mongoUrl()!.replace(/\/(\?|$)/, `/${db.databaseName}$1`);
    expect(await messageOf(openTemporaryMongo({ url }))).toBe(
      `The database ${db.databaseName} holds data of another program.`,
    );
    expect((await db.listCollections().toArray()).map(one => one.name)).toEqual(['patients']);
    await connected.close();
  });

  test('that an older version used is brought forward', async () => {
    const held = await openTemporarySite();
    const { fact } = held.site.collections;
    await fact.updateOne({ _id: 'schema' }, { $set: { value: String(SCHEMA_VERSION - 1) } });
    await (await openTemporaryMongo({ url: held.url })).close();
    expect((await fact.findOne({ _id: 'schema' }))?.value).toBe(String(SCHEMA_VERSION));
    await held.close();
  });

  test('that a newer version used is refused', async () => {
    const held = await openTemporarySite();
    const { fact } = held.site.collections;
    await fact.updateOne({ _id: 'schema' }, { $set: { value: String(SCHEMA_VERSION + 1) } });
    expect(await messageOf(openTemporaryMongo({ url: held.url }))).toBe(
      `The database was made by a newer version of iop-fhir (schema ${SCHEMA_VERSION + 1}; this one knows ${SCHEMA_VERSION}).`,
    );
    await held.close();
  });
});

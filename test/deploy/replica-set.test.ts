// The one-shot services of compose.yaml, as it calls them, against a real mongod with the arguments it gives.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { readCompose } from '../support/compose.ts';
import { type Finished, launch, runCommand } from '../support/process.ts';

const mongod = process.env.MONGOMS_SYSTEM_BINARY ?? '';
if (mongod === '')
  process.stderr.write(
    'Skipped: the one-shot services on a real mongod. Set MONGOMS_SYSTEM_BINARY to the path of one.\n',
  );
const { services } = readCompose();
type OneShot = 'secrets' | 'replica-set';

// Reason: there is no mongod to start, as printed above; .ci/run brings one along.
(mongod === '' ? describe.skip : describe)('the first start and every later one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'iop-deploy-'));
  let port = 0;
  let database: ChildProcess;

  /** A path of a container, on this machine. */
  const here = (path: string): string => join(folder, path);
  const argumentsOf = (command: readonly string[]): string[] =>
    command.map(argument =>
      argument
        .replace(/=(\/(?:run|data)\/.*)$/, (_, path: string) => `=${here(path)}`)
        .replace(/-owner=\d+$|^--owner=\d+$/, found => found.replace(/\d+$/, String(process.getuid!())))
        .replace('--port=27017', `--port=${port}`)
        .replace('--bind_ip_all', '--bind_ip=127.0.0.1')
        .replace(/=(127\.0\.0\.1|mongo):27017$/, `=127.0.0.1:${port}`),
    );
  const secrets = {
    key: here('/run/mongo-key/key'),
    admin: here('/run/admin/password'),
    store: here('/run/store/url'),
  };

  function run(name: OneShot, ...more: string[]): Promise<Finished> {
    const { entrypoint, command } = services[name];
    const [, script] = entrypoint!;
    return launch([script!, ...argumentsOf(command!), ...more], {}, [process.execPath]).finished;
  }
  const makeSecrets = () => run('secrets', `--host=127.0.0.1:${port}`);

  async function startDatabase(): Promise<void> {
    const [, ...args] = services.mongo.command!;
    database = spawn(mongod, [...argumentsOf(args), `--unixSocketPrefix=${folder}`, '--quiet'], {
      stdio: 'ignore',
    });
    await once(database, 'spawn');
  }
  async function stopDatabase(): Promise<void> {
    if (database.exitCode !== null) return;
    const ended = once(database, 'exit');
    database.kill('SIGTERM');
    await ended;
  }

  async function ask<T>(url: string, work: (client: MongoClient) => Promise<T>): Promise<T> {
    const client = new MongoClient(url, { serverSelectionTimeoutMS: 3000 });
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  }
  const asServer = <T>(work: (client: MongoClient) => Promise<T>) =>
    ask(readFileSync(secrets.store, 'utf8').trim(), work);
  const refused = expect.objectContaining({ code: 13 });

  beforeAll(async () => {
    port = await freePort();
    for (const path of ['run/mongo-key', 'run/admin', 'run/store', 'data/db'])
      mkdirSync(here(path), { recursive: true });
    expect(await makeSecrets()).toMatchObject({ code: 0, out: 'Made 3 secrets.\n', error: '' });
    await startDatabase();
    const ready = await run('replica-set');
    expect([ready.code, ready.out, ready.error]).toEqual([0, 'The database is ready.\n', '']);
  }, 120_000);
  afterAll(async () => {
    await stopDatabase();
    rmSync(folder, { recursive: true, force: true });
  });

  test('secrets are long, all different, and for their owner alone', () => {
    const texts = Object.values(secrets).map(path => readFileSync(path, 'utf8').trim());
    expect(new Set(texts).size).toBe(3);
    for (const path of Object.values(secrets)) expect(statSync(path).mode & 0o777).toBe(0o400);
    expect(texts[0]!.length).toBeGreaterThan(512);
    expect(texts[0]!.length).toBeLessThanOrEqual(1024);
    expect(texts[1]).toMatch(/^[\w-]{43}$/);
    expect(new URL(texts[2]!).password).toMatch(/^[\w-]{43}$/);
    expect(readdirSync(here('/run/store'))).toEqual(['url']);
  });

  test('the server has what it needs, transactions among it, and nothing of others', async () => {
    await asServer(async client => {
      const things = client.db().collection<{ _id: string }>('deploy_test');
      await things.createIndex({ x: 1 });
      await client.withSession(session =>
        session.withTransaction(() => things.insertOne({ _id: 'a' }, { session })),
      );
      expect(await things.countDocuments()).toBe(1);
      await things.drop();
      await expect(client.db('other').collection('x').findOne()).rejects.toEqual(refused);
      await expect(client.db('admin').collection('system.users').findOne()).rejects.toEqual(refused);
      await expect(client.db('admin').command({ replSetGetStatus: 1 })).rejects.toEqual(refused);
    });
  });

  test('strangers learn nothing, even on the machine of the database', async () => {
    await ask(`mongodb://127.0.0.1:${port}/?directConnection=true`, async client => {
      await expect(client.db('iop').collection('resource').findOne()).rejects.toEqual(refused);
      await expect(
        client.db('admin').command({ createUser: 'me', pwd: 'x', roles: ['root'] }),
      ).rejects.toEqual(refused);
    });
  });

  test('a program is added, and the server serves', async () => {
    const environment = { STORE_FILE: secrets.store, KEYS: here('/data/keys'), PORT: '0' };
    const added = await runCommand(['program', 'add', '--name', 'Hillside', '--id', 'hillside'], environment);
    expect([added.code, added.out, added.error]).toEqual([0, 'hillside\n', '']);
    const server = launch(['serve'], environment);
    await server.until('listens');
    const url = /http:\/\/\S+/.exec(server.out())![0];
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect((await server.stop()).code).toBe(0);
  }, 60_000);

  test('again nothing is made, nothing is changed, and all is well', async () => {
    const before = Object.values(secrets).map(path => readFileSync(path, 'utf8'));
    await stopDatabase();
    await startDatabase();
    const again = [await makeSecrets(), await run('replica-set'), await run('replica-set')];
    expect(again.map(({ code, out, error }) => [code, out, error])).toEqual([
      [0, 'Nothing to make: all secrets are there.\n', ''],
      [0, 'The database is ready.\n', ''],
      [0, 'The database is ready.\n', ''],
    ]);
    expect(Object.values(secrets).map(path => readFileSync(path, 'utf8'))).toEqual(before);
    await asServer(client => client.db().command({ ping: 1 }));
  }, 60_000);

  test("a new password of the server's is taken over", async () => {
    rmSync(secrets.store);
    expect((await makeSecrets()).out).toBe('Made 1 secrets.\n');
    await expect(asServer(client => client.db().command({ ping: 1 }))).rejects.toMatchObject({ code: 18 });
    expect((await run('replica-set')).code).toBe(0);
    await asServer(client => client.db().command({ ping: 1 }));
  }, 60_000);

  test("a lost password of the administrator's is told in one line that quotes none", async () => {
    const lost = readFileSync(secrets.admin, 'utf8');
    rmSync(secrets.admin);
    writeFileSync(secrets.admin, 'another\n');
    const { code, out, error } = await run('replica-set');
    rmSync(secrets.admin);
    writeFileSync(secrets.admin, lost, { mode: 0o400 });
    expect([code, out]).toEqual([1, '']);
    expect(error).toBe(
      'The database is not ready: its administrator has another password than the one kept here\n',
    );
  }, 60_000);

  test('a database that does not come is waited for only so long', async () => {
    const nowhere = await run('replica-set', `--connect=127.0.0.1:${await freePort()}`, '--seconds=1');
    expect([nowhere.code, nowhere.out]).toEqual([1, '']);
    expect(nowhere.error).toMatch(/^The database is not ready: .+\n$/);
  }, 60_000);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

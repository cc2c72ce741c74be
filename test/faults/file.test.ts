// What stands where the store should be, and what the store must say to it.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { AuditReach } from '../../src/access/grant.ts';
import { Connection } from '../../src/store/sqlite/connection.ts';
import { lockServer } from '../../src/store/sqlite/lock.ts';
import { openSqlite, type SqliteStore } from '../../src/store/sqlite/open.ts';
import { APPLICATION_ID, SCHEMA_VERSION } from '../../src/store/sqlite/schema.ts';
import { bringForward } from '../../src/store/sqlite/upgrade.ts';
import { auditRows, brokenChains } from '../support/audit.ts';
import { draft, grantFor, planFor, stated, statedDerive, tokenClause, tokenValue } from '../support/store.ts';

const SCHEMA_1 = join(import.meta.dirname, '../support/schema-1.sql');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iop-fhir-file-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (path: string, extractors = 'test', derive = statedDerive): Promise<SqliteStore> =>
  openSqlite({ path, derive, clock: Date.now, extractors });
const own = grantFor('prog');
const create = (opened: SqliteStore, id: string) => {
  const body = stated('Task', id, { values: [tokenValue('Task', 'code', id)] });
  const ops = [{ kind: 'create' as const, type: 'Task', id, body }];
  return opened.store.transact({ ops, lookups: [], claims: [], marks: [] }, own, draft());
};

test('the file, what lies beside it and its folder are for the owner alone', async () => {
  const path = join(folder, 'data', 'iop.db');
  const opened = await open(path);
  await create(opened, 'a');
  for (const name of [path, `${path}-wal`, `${path}-shm`]) expect(statSync(name).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700);
  await opened.close();
});

test('a store that others could read is for the owner alone once it is opened', async () => {
  const path = join(folder, 'iop.db');
  const names = [path, `${path}-wal`, `${path}-shm`];
  const opened = await open(path);
  await create(opened, 'a');
  for (const name of names) chmodSync(name, 0o666);
  const again = await open(path);
  for (const name of names) expect(statSync(name).mode & 0o777).toBe(0o600);
  await again.close();
  await opened.close();
});

test('what was written is there when the store is opened again', async () => {
  const path = join(folder, 'iop.db');
  const first = await open(path);
  await create(first, 'a');
  await first.close();
  const second = await open(path);
  expect((await second.store.read('Task', 'a', own))?.version).toBe(1);
  await create(second, 'b');
  expect(await brokenChains(second.store)).toEqual([]);
  await second.close();
});

const FAULTS: [string, (path: string) => void, string][] = [
  ['a folder', path => mkdirSync(path), 'it is a folder'],
  [
    'a file of something else',
    path => writeFileSync(path, 'not a database, but long enough to be looked at '.repeat(40)),
    'it is not a store file',
  ],
  [
    'a database of another program',
    path => {
      const db = new DatabaseSync(path);
      db.exec('CREATE TABLE theirs (a)');
      db.close();
    },
    'it is an SQLite file of another program',
  ],
  [
    'a store of a newer version',
    path => {
      const db = new DatabaseSync(path);
      db.exec(
        `CREATE TABLE resource (a); PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 9999`,
      );
      db.close();
    },
    'it was made by a newer version',
  ],
];

test.each(FAULTS)('%s in its place is named with the reason', async (_name, make, reason) => {
  const path = join(folder, 'iop.db');
  make(path);
  await expect(open(path)).rejects.toThrow(path);
  await expect(open(path)).rejects.toThrow(reason);
});

test('a file that may not be written is named with the reason', async () => {
  const path = join(folder, 'iop.db');
  await (await open(path)).close();
  chmodSync(path, 0o400);
  if (process.getuid?.() === 0) {
    // The superuser writes everywhere: a path below a file cannot be made by anybody.
    await expect(open(join(path, 'iop.db'))).rejects.toThrow(`${path}/iop.db cannot be opened`);
    return;
  }
  await expect(open(path)).rejects.toThrow('it may not be written');
});

test('a store that another process is writing waits, and goes on when it has done', async () => {
  const path = join(folder, 'iop.db');
  const opened = await open(path);
  const other = new DatabaseSync(path);
  other.exec('BEGIN IMMEDIATE');
  let done = false;
  const written = create(opened, 'a').then(() => {
    done = true;
  });
  // The event loop is free meanwhile: reads are answered.
  for (let turn = 0; turn < 20; turn += 1) await opened.store.read('Task', 'a', own);
  expect(done).toBe(false);
  other.exec('COMMIT');
  other.close();
  await written;
  await opened.close();
});

test('two stores on one file write in turn: one log, one chain, one dictionary', async () => {
  const path = join(folder, 'iop.db');
  const [one, two] = [await open(path), await open(path)];
  for (let turn = 0; turn < 15; turn += 1)
    await Promise.all([create(one, `one-${turn}`), create(two, `two-${turn}`)]);
  const log = await one.store.outbox(0, 100);
  expect(log.length).toBe(30);
  expect(await two.store.outbox(0, 100)).toEqual(log);
  expect(new Set(log.map(row => row.seq)).size).toBe(30);
  expect((await auditRows(two.store)).length).toBe(30);
  expect(await brokenChains(two.store)).toEqual([]);
  for (const id of ['one-14', 'two-14']) {
    const plan = planFor(own, 'Task', { where: [tokenClause('Task', 'code', id)] });
    for (const { store } of [one, two]) expect((await store.search(plan, own)).matches.length).toBe(1);
  }
  await one.close();
  await two.close();
});

test('a full disk is answered unavailable, and what follows is whole', async () => {
  const path = join(folder, 'iop.db');
  const first = await open(path);
  await create(first, 'a');
  await first.close();
  const db = new DatabaseSync(path);
  const { page_count: pages } = db.prepare('PRAGMA page_count').get() as { page_count: number };
  db.close();
  const opened = await openSqlite({
    path,
    derive: statedDerive,
    clock: Date.now,
    extractors: 'test',
    mostPages: pages + 6,
  });
  const ids = Array.from({ length: 60 }, (_, at) => `filled-with-something-long-${at}`);
  const answers = await Promise.all(
    ids.map(id =>
      create(opened, id).then(
        () => 'ok',
        error => error.code,
      ),
    ),
  );
  const kept = ids.filter((_, at) => answers[at] === 'ok');
  expect(answers.filter(answer => answer === 'unavailable').length).toBe(ids.length - kept.length);
  expect(kept.length).toBeLessThan(ids.length);
  await opened.close();
  const again = await open(path);
  expect((await again.store.outbox(0, 100)).map(row => row.id)).toEqual(['a', ...kept]);
  expect(await brokenChains(again.store)).toEqual([]);
  await create(again, 'b');
  await again.close();
});

test('index values made under another name are made anew when the store is opened', async () => {
  const path = join(folder, 'iop.db');
  const first = await open(path, 'old', () => ({ values: [], patients: [], rules: [] }));
  await create(first, 'a');
  await first.close();
  const plan = planFor(own, 'Task', { where: [tokenClause('Task', 'code', 'a')] });
  const same = await open(path, 'old');
  expect((await same.store.search(plan, own)).matches.length).toBe(0);
  await same.close();
  const steps: number[] = [];
  const renewed = await openSqlite({
    path,
    derive: statedDerive,
    clock: Date.now,
    extractors: 'new',
    onProgress: done => steps.push(done),
  });
  expect((await renewed.store.search(plan, own)).matches.length).toBe(1);
  expect(steps).toEqual([1]);
  await renewed.close();
});

const NAMING = { patients: ['somebody', '?'] };

/** Puts what a store of today holds into a file as version 1 made them. */
function makeFirstVersion(path: string, from: string): void {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA journal_mode = WAL');
  db.exec(readFileSync(SCHEMA_1, 'utf8'));
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 1; ATTACH '${from}' AS today`);
  const tables = db
    .prepare("SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name <> 'audit'")
    .all() as { name: string }[];
  for (const { name } of tables) {
    // A table may have more columns today.
    const columns = db
      .prepare(`SELECT name FROM pragma_table_info('${name}', 'main')`)
      .all()
      .map(one => one.name);
    db.exec(`INSERT INTO main.${name} (${columns}) SELECT ${columns} FROM today.${name}`);
  }
  db.exec('INSERT INTO main.audit SELECT number, at, draft, hash FROM today.audit');
  db.close();
}

describe('a file of schema version 1', () => {
  let path = '';
  let before: Awaited<ReturnType<typeof auditRows>>;
  beforeEach(async () => {
    const today = join(folder, 'today.db');
    const opened = await open(today);
    const ops = [{ kind: 'create' as const, type: 'Task', id: 'a', body: stated('Task', 'a', NAMING) }];
    await opened.store.transact({ ops, lookups: [], claims: [], marks: [] }, own, draft());
    await create(opened, 'b');
    before = await auditRows(opened.store);
    await opened.close();
    path = join(folder, 'iop.db');
    makeFirstVersion(path, today);
  });

  test('is brought forward when it is opened: the same data, the same chain, which goes on', async () => {
    const opened = await open(path);
    expect((await opened.store.read('Task', 'a', own))?.version).toBe(1);
    expect(await auditRows(opened.store)).toEqual(before);
    await create(opened, 'c');
    expect(await opened.store.auditWriters()).toEqual([before[0]!.writer]);
    expect((await auditRows(opened.store)).map(row => row.number)).toEqual([1, 2, 3]);
    expect(await brokenChains(opened.store)).toEqual([]);
    await opened.close();
    const db = new DatabaseSync(path);
    expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: SCHEMA_VERSION });
    db.close();
    await (await open(path)).close();
  });

  test('has its rows found by whom they concern', async () => {
    const opened = await open(path);
    const trail = async (audit: AuditReach) =>
      (await opened.store.audit({ limit: 9 }, grantFor('reader', { audit }))).entries.map(row => row.number);
    expect(await trail({ kind: 'organization', organization: 'organization' })).toEqual([2, 1]);
    expect(await trail({ kind: 'patient', patient: 'somebody' })).toEqual([1]);
    expect(await trail({ kind: 'patient', patient: '?' })).toEqual([]);
    await opened.close();
  });

  test('is brought forward also where somebody has spoilt a row: that shows when it is verified', async () => {
    const db = new DatabaseSync(path);
    db.exec("UPDATE audit SET draft = 'spoilt' WHERE number = 1");
    db.close();
    const opened = await open(path);
    const reach: AuditReach = { kind: 'organization', organization: 'organization' };
    const { entries } = await opened.store.audit({ limit: 9 }, grantFor('reader', { audit: reach }));
    expect(entries.map(row => row.number)).toEqual([2]);
    await opened.close();
  });

  test('has then the tables that a new file has', async () => {
    await (await open(path)).close();
    const fresh = join(folder, 'fresh.db');
    await (await open(fresh)).close();
    const columns = (of: string) => {
      const db = new DatabaseSync(of);
      const rows = db
        .prepare(
          `SELECT s.name AS name, i.name AS part, i.type AS type, i."notnull" AS filled, i.pk AS pk
           FROM sqlite_schema s, pragma_table_info(s.name) i WHERE s.type = 'table' ORDER BY s.name, i.cid`,
        )
        .all();
      const indexes = db
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'index' ORDER BY name")
        .all();
      db.close();
      return { rows, indexes: JSON.stringify(indexes).replaceAll(/audit_\d+/g, 'audit') };
    };
    expect(columns(path)).toEqual(columns(fresh));
  });

  test('is left as it is while a server of that version has it open', async () => {
    const lock = lockServer(path);
    await expect(open(path)).rejects.toThrow('a server of an older version has it open');
    lock.release();
    await (await open(path)).close();
  });

  test('is left as it was where it cannot be brought forward', async () => {
    const db = new DatabaseSync(path);
    db.exec('CREATE TABLE audit_2 (a)');
    await expect(open(path)).rejects.toThrow(path);
    expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
    expect(db.prepare('SELECT count(*) AS n FROM audit').get()).toEqual({ n: 2 });
    db.close();
  });

  test('is brought forward once where two processes find it at the same moment', async () => {
    for (const _ of [1, 2]) {
      const connection = new Connection(new DatabaseSync(path));
      bringForward(connection);
      connection.db.close();
    }
    const opened = await open(path);
    expect(await auditRows(opened.store)).toEqual(before);
    await opened.close();
  });
});

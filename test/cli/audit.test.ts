// `audit verify` as an operator runs it: each thing that somebody with the database in his hands may do to the
// trail is done to a real store, and found, with the chain and the number.
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Collection, MongoClient } from 'mongodb';
import { createApp, openStoreOf, readConfig } from '../../src/app.ts';
import { rowHash } from '../../src/audit/chain.ts';
import type { Place } from '../support/place.ts';
import { runHere } from '../support/run-here.ts';
import { draft, grantFor } from '../support/store.ts';
import { onEveryStore, SQLITE } from '../support/stores.ts';

interface Row {
  number: number;
  at: number;
  draft: string;
  hash: string;
}

/** The rows of the one chain in somebody's hands: taken out, changed, and put back. */
type Tamper = (rows: Row[], writer: string) => Row[];

async function tamper(environment: Record<string, string>, change: Tamper): Promise<void> {
  const { store } = readConfig(environment);
  if (store.kind === 'sqlite') {
    const db = new DatabaseSync(store.path);
    const [word] = db
      .prepare('SELECT w.n, w.text FROM audit a JOIN word w ON w.n = a.writer LIMIT 1')
      .all() as {
      n: number;
      text: string;
    }[];
    const rows = db
      .prepare('SELECT number, at, draft, hash FROM audit ORDER BY number')
      .all() as unknown as Row[];
    db.exec('DELETE FROM audit');
    const put = db.prepare('INSERT INTO audit (writer, number, at, draft, hash) VALUES (?, ?, ?, ?, ?)');
    for (const row of change(rows, word!.text)) put.run(word!.n, row.number, row.at, row.draft, row.hash);
    db.close();
    return;
  }
  const client = new MongoClient(store.url);
  const audit: Collection = client.db().collection('audit');
  const held = await audit.find().sort({ number: 1 }).toArray();
  const { writer, keys } = held[0]!;
  await audit.deleteMany({});
  const changed = change(held as unknown as Row[], writer as string);
  await audit.insertMany(
    changed.map(({ number, at, draft: text, hash }) => ({
      _id: `${writer}/${number}` as never,
      writer,
      number,
      at,
      draft: text,
      hash,
      keys,
    })),
  );
  await client.close();
}

const edit = (text: string): string => text.replace('"client":"client"', '"client":"another"');

/** From a row on every hash made right again. */
function rewritten(rows: Row[], writer: string, from: number): Row[] {
  let prev = rows[from - 2]!.hash;
  return rows.map(row => {
    if (row.number < from) return row;
    const text = row.number === from ? edit(row.draft) : row.draft;
    prev = rowHash(prev, { writer, number: row.number, at: row.at }, text);
    return { ...row, draft: text, hash: prev };
  });
}

const ROWS = 12;
/** What is done, what is done to it, and the row that is named. */
const TAMPERED: [string, Tamper, number, string][] = [
  [
    'an edit',
    rows => rows.map(row => (row.number === 5 ? { ...row, draft: edit(row.draft) } : row)),
    5,
    'was changed',
  ],
  ['a deletion', rows => rows.filter(row => row.number !== 5), 5, 'is missing'],
  ['a deletion of the first', rows => rows.slice(1), 1, 'is missing'],
  [
    'a deletion that closes the gap',
    rows => rows.filter(row => row.number !== 5).map((row, at) => ({ ...row, number: at + 1 })),
    5,
    'was changed',
  ],
  [
    'an insertion',
    rows =>
      [...rows.slice(0, 5), { ...rows[7]!, draft: edit(rows[7]!.draft) }, ...rows.slice(5)].map(
        (row, at) => ({
          ...row,
          number: at + 1,
        }),
      ),
    6,
    'was changed',
  ],
  [
    'a change of order',
    rows => {
      const [one, other] = [rows[4]!, rows[8]!];
      return rows.map(row =>
        row === one ? { ...other, number: 5 } : row === other ? { ...one, number: 9 } : row,
      );
    },
    5,
    'was changed',
  ],
  ['the end cut off', rows => rows.slice(0, 9), ROWS, 'is gone'],
  ['the trail written anew', (rows, writer) => rewritten(rows, writer, 4), ROWS, 'is another one'],
];

onEveryStore(store => {
  let place: Place;
  let writer: string;
  beforeEach(async () => {
    place = store.place();
    const opened = await openStoreOf(readConfig(place.environment));
    for (let at = 1; at <= ROWS; at += 1) await opened.store.record(draft('read', { request: `r${at}` }));
    const writers = await opened.store.auditWriters();
    writer = writers[0]!;
    await opened.close();
    expect(writers).toHaveLength(1);
    expect((await runHere(['audit', 'checkpoint'], place.environment)).code).toBe(0);
  });
  afterEach(() => place.remove());
  const verify = (...args: string[]) => runHere(['audit', 'verify', ...args], place.environment);

  test('a trail that nobody touched is whole', async () => {
    const { code, out, error } = await verify();
    expect([code, out, error]).toEqual([0, `whole: chains 1, rows ${ROWS}, checkpoints 1\n`, '']);
    expect(JSON.parse((await verify('--json')).out)).toEqual({
      whole: true,
      chains: 1,
      rows: ROWS,
      checkpoints: 1,
      breaks: [],
      badLines: [],
    });
  });

  test.each(TAMPERED)('%s is found and named', async (_what, change, number, says) => {
    await tamper(place.environment, change);
    const { code, out } = await verify();
    expect(code).toBe(1);
    expect(out).toContain(`broken: chain ${writer}, row ${number} ${says}`);
    const told = JSON.parse((await verify('--json')).out);
    expect([told.whole, told.breaks[0].writer, told.breaks[0].number]).toEqual([false, writer, number]);
  });

  test('that what a checkpoint has was cut off shows with the checkpoint alone', async () => {
    const [end, anew] = [TAMPERED.at(-2)![1], TAMPERED.at(-1)![1]];
    const file = join(place.environment.KEYS, 'audit-checkpoints.jws');
    const kept = join(place.environment.KEYS, 'kept.jws');
    writeFileSync(kept, readFileSync(file));
    rmSync(file);
    for (const change of [end, anew]) {
      await tamper(place.environment, change);
      const { code, out } = await verify();
      expect(code).toBe(0);
      expect(out).toContain('no checkpoints were found');
      expect((await verify('--checkpoint', kept)).code).toBe(1);
    }
  });

  test('what is left of a spoilt trail can still be read', async () => {
    await tamper(place.environment, rows =>
      rows.filter(row => row.number !== 5).map(row => (row.number === 7 ? { ...row, draft: '{' } : row)),
    );
    const opened = await openStoreOf(readConfig(place.environment));
    const audit = { kind: 'organization', organization: 'organization' } as const;
    const { entries } = await opened.store.audit({ limit: 50 }, grantFor('x', { audit }));
    await opened.close();
    expect(entries.map(row => row.number).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 6, 8, 9, 10, 11, 12]);
  });

  test('a checkpoint that this server has not signed is no proof, and is told', async () => {
    const file = join(place.environment.KEYS, 'audit-checkpoints.jws');
    writeFileSync(file, `${readFileSync(file, 'utf8')}forged\n`);
    const { code, out } = await verify();
    expect(code).toBe(1);
    expect(out).toContain('checkpoints: line 2 is not signed by this server');
  });

  test('a server signs where the chains end when it starts and when it stops', async () => {
    const file = join(place.environment.KEYS, 'audit-checkpoints.jws');
    const lines = () => readFileSync(file, 'utf8').trimEnd().split('\n').length;
    const app = await createApp(readConfig({ ...place.environment, PORT: '0', LOG_LEVEL: 'silent' }));
    const url = await app.listen();
    const started = lines();
    expect(started).toBeGreaterThan(1);
    await fetch(`${url}/fhir/Patient`);
    await app.close();
    expect(lines()).toBe(started + 1);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await verify()).out).toMatch(/^whole: /);
  });

  test('commands leave rows', async () => {
    const { environment } = place;
    await runHere(['program', 'add', '--name', 'Hillside', '--id', 'hillside'], environment);
    await runHere(['token', '--organization', 'hillside', '--role', 'program'], environment);
    const file = join(environment.KEYS, 'records.ndjson');
    writeFileSync(file, '{}\n');
    await runHere(['import', file, '--program', 'hillside'], environment);
    await runHere(['migrate'], environment);
    const opened = await openStoreOf(readConfig(environment));
    const audit = { kind: 'organization', organization: 'hillside' } as const;
    const { entries } = await opened.store.audit({ limit: 50 }, grantFor('x', { audit }));
    const whole = (
      await Promise.all((await opened.store.auditWriters()).map(one => opened.store.auditRows(one, 0, 100)))
    ).flat();
    await opened.close();
    const acts = entries.filter(row => row.role === 'admin').map(row => `${row.action} ${row.outcome}`);
    expect(acts).toEqual(['import-end incomplete', 'import-start ok', 'token ok', 'program-add ok']);
    expect(whole.some(row => row.action === 'migrate' && row.organization === '')).toBe(true);
  });
});

describe('wrong usage', () => {
  test('a checkpoint file or a store that is not there, an unknown option', async () => {
    const { environment, remove } = SQLITE.place();
    const nowhere = join(environment.KEYS, 'nowhere');
    for (const args of [[], ['--checkpoint', nowhere], ['--what']]) {
      const { code, error } = await runHere(['audit', 'verify', ...args], environment);
      expect([args, code]).toEqual([args, 2]);
      expect(error).not.toBe('');
    }
    expect(existsSync(environment.STORE.slice('sqlite:'.length))).toBe(false);
    await remove();
  });
});

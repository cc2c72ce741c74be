// The migrate command as a user runs it. What a move does: test/contract/move-contract.ts.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PassThrough } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openStoreOf, readConfig } from '../../src/app.ts';
import { run } from '../../src/cli/run.ts';
import { describeMongo, giveBack, takeDatabase } from '../support/mongodb.ts';
import { launch, runCommand, workplace } from '../support/process.ts';

const place = workplace();
const { STORE = '' } = place.environment;
let folder = '';
let target = '';
beforeAll(async () => {
  const add = ['program', 'add', '--name', 'Riverbend', '--id', 'riverbend'];
  expect((await runHere(add)).code).toBe(0);
  const records = await runCommand(['generate', '--clients', '3', '--weeks', '2'], {});
  const imported = ['import', '-', '--program', 'riverbend'];
  expect((await runCommand(imported, place.environment, records.out)).code).toBe(0);
}, 60_000);
afterAll(() => place.remove());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iop-migrate-'));
  target = `sqlite:${join(folder, 'new', 'iop.db')}`;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** In this process: a process of its own takes a second to start. */
async function runHere(args: readonly string[], environment = place.environment) {
  const streams = { out: new PassThrough(), error: new PassThrough(), input: new PassThrough() };
  const code = await run(args, { environment, ...streams });
  const text = (stream: PassThrough) => (stream.read() as Buffer | null)?.toString() ?? '';
  return { code, out: text(streams.out), error: text(streams.error) };
}
/** The move itself leaves a row in the target when it is done. */
const withRow = (counts: { audit: number }) => ({ ...counts, audit: counts.audit + 1 });
const migrate = (...args: string[]) => runHere(['migrate', ...args]);

describe('the migrate command', () => {
  test('moves a store, shows the counts and both checksums, and what was imported is known there', async () => {
    const { code, out, error } = await migrate('--from', STORE, '--to', target);
    expect([code, error]).toEqual([0, '']);
    const [counts, from, to] = out.split('\n');
    expect(counts).toMatch(
      /^moved organizations 1, clients 0, revoked tokens 0, exceptions 0, sync entries 0, facts 0, versions \d+, keys \d+, imported records \d+, audit rows \d+ in \d+\.\d s$/,
    );
    expect(from).toMatch(/^from {2}sha256 [0-9a-f]{64}$/);
    expect(to).toBe(from?.replace('from', 'to  '));
    expect(statSync(target.slice('sqlite:'.length)).mode & 0o777).toBe(0o600);
    const records = await runCommand(['generate', '--clients', '3', '--weeks', '2'], {});
    const again = ['import', '-', '--program', 'riverbend'];
    const imported = await runCommand(again, { ...place.environment, STORE: target }, records.out);
    expect(imported.out).toMatch(/^written 0, unchanged \d{2,}, conflicting 0, bad 0 /);
  });

  test('says the same in JSON', async () => {
    const { code, out } = await migrate('--from', STORE, '--to', target, '--json');
    const told = JSON.parse(out);
    expect(code).toBe(0);
    expect(told).toMatchObject({ finished: true, counts: { organization: 1 } });
    expect(told.checksums.from).toBe(told.checksums.to);
    const { out: there } = await runHere(['migrate', '--json'], { ...place.environment, STORE: target });
    expect(JSON.parse(there)).toEqual({ counts: withRow(told.counts) });
  });

  test('without places opens STORE, brings its schema forward and says what is there', async () => {
    const { code, out } = await migrate();
    expect(code).toBe(0);
    expect(out).toMatch(
      /^up to date: organizations 1, clients 0, revoked tokens 0, exceptions 0, sync entries 0, facts 0, versions \d+, /,
    );
  });

  test.each([
    ['one place alone', ['--from', STORE]],
    ['a place that is none', ['--from', STORE, '--to', 'postgres://somewhere']],
    ['an unknown option', ['--into', STORE]],
    ['a file that is not there', ['--from', STORE, '--to', '@/nowhere/at/somewhere']],
  ])('ends with 2 for wrong usage: %s', async (_name, args) => {
    const { code, error } = await migrate(...args);
    expect(code).toBe(2);
    expect(error).not.toContain('somewhere');
  });

  test.each([
    [
      'a source that is not there',
      () => ['--from', `sqlite:${join(folder, 'none.db')}`, '--to', target],
      'no such file',
    ],
    ['a target that holds data', () => ['--from', target, '--to', STORE], 'holds data already'],
    ['a store as its own target', () => ['--from', STORE, '--to', STORE], 'are the same store'],
  ])('ends with 1 and says why: %s', async (name, args, why) => {
    if (name.includes('holds data'))
      await runHere(['program', 'add', '--name', 'X'], { ...place.environment, STORE: target });
    const { code, error } = await migrate(...args());
    expect([code, error.split('\n').length]).toEqual([1, 2]);
    expect(error).toContain(why);
  });

  test('refuses a store that a server has open, on either side', async () => {
    const server = launch(['serve'], place.environment);
    await server.until('listens');
    const from = await migrate('--from', STORE, '--to', target);
    const to = await migrate('--from', target, '--to', STORE);
    await server.stop();
    expect([from.code, from.error]).toEqual([1, 'A server has the store of --from open: stop it first.\n']);
    expect(to.code).toBe(1);
  });

  test('stops cleanly at Ctrl-C and says how to go on; until then nobody serves the target', async () => {
    const path = target.slice('sqlite:'.length);
    const environment = { ...place.environment, STORE: target };
    await (await openStoreOf(readConfig(environment))).close();
    // It is at its first batch, and cannot write it.
    const holding = new DatabaseSync(path);
    holding.exec('BEGIN IMMEDIATE');
    const running = launch(['migrate', '--from', STORE, '--to', target], place.environment);
    while (pidIn(path) !== running.child.pid) await pause(10);
    running.child.kill('SIGINT');
    await pause(50);
    holding.exec('COMMIT');
    holding.close();
    const { code, out } = await running.finished;
    expect(code).toBe(1);
    expect(out).toMatch(/^interrupted: .*; run the same command again to go on\n$/);
    for (const command of [['serve'], ['token', '--organization', 'x', '--role', 'ehr']]) {
      const refused = await runHere(command, environment);
      expect([refused.code, refused.error]).toEqual([
        1,
        expect.stringContaining('a move that is not finished'),
      ]);
    }
    const rest = await migrate('--from', STORE, '--to', target);
    expect(rest.code).toBe(0);
    expect(rest.out).toContain('moved organizations 1');
  });
});

describeMongo('the migrate command and a MongoDB', () => {
  test('moves a store there and back; the place may stand in a file', async () => {
    const url = takeDatabase();
    const file = join(folder, 'store-url');
    writeFileSync(file, `${url}\n`);
    const there = await migrate('--from', STORE, '--to', `@${file}`, '--json');
    expect([there.code, there.error]).toEqual([0, '']);
    const back = await migrate('--from', `@${file}`, '--to', target, '--json');
    expect([back.code, back.error]).toEqual([0, '']);
    const [out, home] = [JSON.parse(there.out), JSON.parse(back.out)];
    expect(home.counts).toEqual(withRow(out.counts));
    const records = await runCommand(['generate', '--clients', '3', '--weeks', '2'], {});
    const environment = { ...place.environment, STORE: url };
    const imported = await runCommand(['import', '-', '--program', 'riverbend'], environment, records.out);
    expect(imported.out).toMatch(/^written 0, unchanged \d{2,}, conflicting 0, bad 0 /);
    await giveBack(url);
  }, 60_000);
});

/** The process that has the store for itself, as it wrote it down. */
function pidIn(path: string): number {
  try {
    return Number(readFileSync(`${path}.pid`, 'utf8'));
  } catch {
    return 0;
  }
}

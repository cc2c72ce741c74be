// A move that is killed goes on where it was, as often as it is killed, and loses and doubles nothing.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Archive, ArchiveItem } from '../../src/store/archive.ts';
import { moveStore } from '../../src/store/move.ts';
import type { Store, WriteOp } from '../../src/store/port.ts';
import { brokenChains } from '../support/audit.ts';
import { describeMongo, giveBack, openTemporaryMongo, takeDatabase } from '../support/mongodb.ts';
import {
  draft,
  grantFor,
  openTemporaryStore,
  planFor,
  stated,
  tokenClause,
  tokenValue,
} from '../support/store.ts';

const MOVER = join(import.meta.dirname, 'mover.ts');
const KILLS = 5;
const own = grantFor('prog');

interface Opened {
  store: Store;
  archive: Archive;
  close(): Promise<void>;
}

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iop-fhir-move-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const openFile = (place: string): Promise<Opened> =>
  openTemporaryStore({ path: place.slice('sqlite:'.length) });

/** Where a store of each kind is to be, how it is opened there, and what is done with the place at the end. */
const TARGETS = [
  {
    name: 'a file',
    describe,
    place: () => `sqlite:${join(folder, 'b.db')}`,
    open: openFile,
    leave: async () => {},
  },
  {
    name: 'MongoDB',
    describe: describeMongo,
    place: takeDatabase,
    open: (url: string): Promise<Opened> => openTemporaryMongo({ url }),
    leave: giveBack,
  },
];

const body = (id: string, turn: number): string =>
  stated('Task', id, { values: [tokenValue('Task', 'code', `c${turn}`)] });

/** Resources of several versions, each plan with its audit row. */
async function fill({ store }: Opened): Promise<void> {
  const send = (ops: readonly WriteOp[]) =>
    store.transact({ ops, lookups: [], claims: [], marks: [] }, own, draft());
  const ids = Array.from({ length: 120 }, (_, at) => `t${at}`);
  const put = (turn: number) => (id: string) =>
    send([{ kind: 'update', type: 'Task', id, body: body(id, turn) }]);
  for (const turn of [0, 1]) await Promise.all(ids.map(put(turn)));
  await Promise.all(ids.slice(0, 30).map(id => send([{ kind: 'delete', type: 'Task', id }])));
}

/** Moves until a number of commits is reported, then kills the process. True where it was done before. */
async function killedMove(from: string, to: string, commits: number): Promise<boolean> {
  const child = spawn(process.execPath, ['--no-warnings', MOVER, from, to], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let seen = 0;
  let done = false;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'done') done = true;
    seen += 1;
    if (seen === commits) child.kill('SIGKILL');
  }
  return done;
}

const versionsOf = async ({ archive }: Opened): Promise<readonly ArchiveItem[]> =>
  (await archive.read('version', undefined, 10_000)).items;

async function idsWith({ store }: Opened, code: string): Promise<string[]> {
  const plan = planFor(own, 'Task', { where: [tokenClause('Task', 'code', code)], limit: 200 });
  return (await store.search(plan, own)).matches.map(one => one.id);
}

for (const target of TARGETS) {
  target.describe(`a move into ${target.name}`, () => {
    test('that is killed again and again goes on, and both stores are equal in the end', async () => {
      const [a, b] = [`sqlite:${join(folder, 'a.db')}`, target.place()];
      const from = await openFile(a);
      await fill(from);
      const reached: number[] = [];
      for (let kill = 0; kill < KILLS; kill += 1) {
        expect(await killedMove(a, b, 4 + kill)).toBe(false);
        const between = await target.open(b);
        reached.push((await between.archive.counts()).version);
        await between.close();
      }
      expect(reached).toEqual([...reached].sort((x, y) => x - y));
      expect(reached[0]).toBeGreaterThanOrEqual(30);
      expect(reached.at(-1)!).toBeGreaterThan(reached[0]!);

      const to = await target.open(b);
      const moved = await moveStore(from.archive, to.archive);
      expect(moved).toMatchObject({ finished: true, counts: { version: 270, audit: 270 } });
      expect(moved.checksums?.to).toBe(moved.checksums?.from);
      expect(await versionsOf(to)).toEqual(await versionsOf(from));
      expect(await brokenChains(to.store)).toEqual([]);
      expect(await idsWith(to, 'c0')).toEqual([]);
      expect(await idsWith(to, 'c1')).toEqual(await idsWith(from, 'c1'));
      expect((await idsWith(to, 'c1')).length).toBe(90);
      await from.close();
      await to.close();
      await target.leave(b);
    }, 120_000);
  });
}

// A process whose file syncs are in its own hands. Arguments: a path, and `held` or `failing`. Prints what it sees.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';
import type { SqliteStore } from '../../src/store/sqlite/open.ts';

type Callback = (error: Error | null) => void;

const [path = '', mode = 'held'] = process.argv.slice(2);
const sync = fs.fdatasync;
const held: (() => void)[] = [];
let hold = false;
let fail = false;
const inHand = (file: number, callback: Callback): void => {
  if (fail) callback(new Error('EIO: i/o error, fdatasync'));
  else if (hold) held.push(() => sync(file, callback));
  else sync(file, callback);
};
fs.fdatasync = inHand as typeof fs.fdatasync;
syncBuiltinESMExports();

const { openSqlite } = await import('../../src/store/sqlite/open.ts');
const { draft, grantFor, stated, statedDerive } = await import('../support/store.ts');
const open = (): Promise<SqliteStore> =>
  openSqlite({ path, derive: statedDerive, clock: Date.now, extractors: 'test' });
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function heldBack(name: string, ask: () => Promise<unknown>): Promise<void> {
  hold = true;
  let done = false;
  const asked = ask().then(() => {
    done = true;
  });
  while (held.length === 0 && !done) await pause(1);
  // Long enough for an answer that does not wait.
  await pause(20);
  say(`${name}: ${done ? 'does not wait' : 'waits'}`);
  hold = false;
  for (const release of held.splice(0)) release();
  await asked;
  say(`${name}: done`);
}

const codeOf = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => 'done',
    error => (error as { code: string }).code,
  );

let opened = await open();
if (mode === 'held') {
  const { store } = opened;
  const ops = [{ kind: 'create' as const, type: 'Task', id: 't', body: stated('Task', 't') }];
  const plan = { ops, lookups: [], claims: [], marks: [] };
  await heldBack('transact', () => store.transact(plan, grantFor('prog'), draft()));
  await heldBack('record', () => store.record(draft()));
  await heldBack('auditEnds', () => store.auditEnds());
  await heldBack('outbox', () => store.outbox(0, 10));
} else {
  fail = true;
  say(`record: ${await codeOf(opened.store.record(draft()))}`);
  fail = false;
  say(`record, later: ${await codeOf(opened.store.record(draft()))}`);
  await opened.close();
  opened = await open();
  const [end] = await opened.store.auditEnds();
  say(`opened again: ${end?.number} row, then ${await codeOf(opened.store.record(draft()))}`);
}
await opened.close();

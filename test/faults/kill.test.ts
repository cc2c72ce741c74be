// What was acknowledged is there after the process was killed, whole and consistent.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, test } from '@jest/globals';
import { openWriter } from '../../src/store/sqlite/file.ts';
import { VALUE_TABLES } from '../../src/store/sqlite/schema.ts';
import { auditRows, brokenChains } from '../support/audit.ts';
import { openTemporaryStore } from '../support/store.ts';

const KILLS = 20;
const LEAST_DONE = 200;
const WRITER = join(import.meta.dirname, 'writer.ts');
const folder = mkdtempSync(join(tmpdir(), 'iop-fhir-kill-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Told {
  sent: Set<string>;
  /** Plan -> versions. */
  done: Map<string, string[]>;
}

/** Runs a writer on the file and kills it some random time after it did enough. */
async function killedWriter(path: string, mode: 'late' | 'early', seed: number): Promise<Told> {
  const child = spawn(process.execPath, ['--no-warnings', WRITER, path, mode, String(seed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const told: Told = { sent: new Set(), done: new Map() };
  const enough = Promise.withResolvers<void>();
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) hear(told, line);
    if (told.done.size >= LEAST_DONE) enough.resolve();
  });
  const ended = new Promise<void>(resolve => child.on('close', () => resolve()));
  child.on('exit', () => enough.reject(new Error('The writer ended by itself.')));
  await enough.promise;
  await pause(Math.random() * 40);
  child.kill('SIGKILL');
  await ended;
  return told;
}

function hear(told: Told, line: string): void {
  const [verb, plan = '', ...versions] = line.split(' ');
  if (verb === 'sent') told.sent.add(plan);
  if (verb === 'done') told.done.set(plan, versions);
}

/** Every row of every table of derived values, as text. */
function dumpOf(path: string): string[] {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    return [...VALUE_TABLES, 'subject', 'rule'].map(table => {
      const rows = db.prepare(`SELECT * FROM ${table}`).all();
      return `${table}: ${rows
        .map(row => JSON.stringify(row))
        .sort()
        .join('\n')}`;
    });
  } finally {
    db.close();
  }
}

interface Found {
  /** Acknowledged and not there. */
  lost: string[];
  /** Plans of which a part is there. */
  halves: string[];
}

async function lookInto(path: string, told: Told): Promise<Found> {
  const before = dumpOf(path);
  const opened = await openTemporaryStore({ path });
  try {
    const versions = new Set(
      (await opened.store.outbox(0, 1e6)).map(row => `${row.type}/${row.id}/${row.version}`),
    );
    const lost = [...told.done.values()].flat().filter(version => !versions.has(version));
    const rows = await auditRows(opened.store);
    expect(await brokenChains(opened.store)).toEqual([]);
    // Each row of the audit says which versions its plan made: all of them are there, and no others.
    const recorded = rows.flatMap(row => row.versions);
    expect(new Set(recorded)).toEqual(versions);
    const plans = new Map(rows.map(row => [row.request, row.versions]));
    const halves = [...told.sent].filter(plan => isHalf(plan, plans.get(plan), versions));
    expect(recorded.length).toBe(versions.size);
    await opened.store.reindex();
    expect(dumpOf(path)).toEqual(before);
    return { lost, halves };
  } finally {
    await opened.close();
  }
}

/** The plan `<lane>x<turn>` creates 1 + turn % 4 Tasks and changes one, but for the first of a lane. */
function isHalf(
  plan: string,
  recorded: readonly string[] | undefined,
  versions: ReadonlySet<string>,
): boolean {
  const turn = Number(plan.split('x')[1]);
  const created = Array.from({ length: 1 + (turn % 4) }, (_, at) => `Task/${plan}-${at}/1`);
  const there = created.filter(version => versions.has(version)).length;
  if (recorded === undefined) return there > 0;
  return there < created.length || recorded.length !== created.length + (turn === 0 ? 0 : 1);
}

test('the writing connection keeps a log, in which what is committed is waited for (see disk.test.ts)', () => {
  const connection = openWriter(join(folder, 'pragmas.db'));
  expect(connection.get('PRAGMA synchronous')).toEqual({ synchronous: 1 });
  expect(connection.get('PRAGMA journal_mode')).toEqual({ journal_mode: 'wal' });
  connection.db.close();
});

test('twenty kills in the middle of writing lose nothing that was acknowledged and leave nothing half done', async () => {
  for (let kill = 0; kill < KILLS; kill += 1) {
    const path = join(folder, `late-${kill}.db`);
    const told = await killedWriter(path, 'late', kill);
    expect(told.done.size).toBeGreaterThanOrEqual(LEAST_DONE);
    expect(told.sent.size).toBeGreaterThan(told.done.size);
    expect(await lookInto(path, told)).toEqual({ lost: [], halves: [] });
  }
}, 120_000);

test('the same look finds out a writer that acknowledges before the commit', async () => {
  for (let kill = 0; kill < KILLS; kill += 1) {
    const path = join(folder, `early-${kill}.db`);
    const told = await killedWriter(path, 'early', kill);
    const { lost } = await lookInto(path, told);
    if (lost.length > 0) return;
  }
  throw new Error('A writer that loses acknowledged writes was not found out.');
}, 120_000);

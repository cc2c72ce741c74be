// A replica set of three loses its primary twice under a mixed load: by stepping down and by being killed.
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { brokenAt } from '../../src/audit/chain.ts';
import { FhirError } from '../../src/fhir/error.ts';
import { type MongoStore, openMongo } from '../../src/store/mongodb/open.ts';
import type { AuditRow } from '../../src/store/port/audit.ts';
import type { Store, WriteOp } from '../../src/store/port.ts';
import { noServers, type ServerSet, startSet } from '../support/mongodb-set.ts';
import { draft, grantFor, planFor, stated, statedDerive } from '../support/store.ts';

const LANES = 6;
/** Within so long after a fault requests succeed again. */
const LONGEST_MS = 15_000;
/** Answers of every worker that are waited for before a fault, and after it. */
const ENOUGH = 15;
const grant = grantFor('prog');

if (noServers !== undefined)
  process.stderr.write(`SKIPPED: what a MongoDB store does when servers fail: ${noServers}.\n`);
// Reason: noServers, printed above.
const describeServers = noServers === undefined ? describe : describe.skip;

interface Told {
  sent: string[];
  /** Plan -> versions. */
  done: Map<string, string[]>;
  /** Plan -> error. */
  failed: Map<string, unknown>;
  /** Reads that were answered and recorded. */
  recorded: string[];
}

describeServers('a MongoDB store whose primary goes', () => {
  let set: ServerSet;
  let opened: MongoStore;
  const told: Told = { sent: [], done: new Map(), failed: new Map(), recorded: [] };
  /** ms from each fault until every worker had an answer again. */
  const gaps: number[] = [];

  beforeAll(async () => {
    set = await startSet(3);
    opened = await openMongo({
      url: set.url,
      derive: statedDerive,
      clock: Date.now,
      extractors: 'test',
      driver: { serverSelectionTimeoutMS: 2000 },
    });
    await underLoad(opened.store, told, async progress => {
      for (const fault of [set.stepDown, set.killPrimary]) {
        await progress();
        const since = performance.now();
        await fault();
        await progress();
        gaps.push(performance.now() - since);
      }
    });
  }, 90_000);
  afterAll(async () => {
    await opened?.close();
    await set?.stop();
  }, 30_000);

  test('answers again within fifteen seconds, without being opened again', () => {
    expect(gaps.length).toBe(2);
    expect(gaps.filter(gap => gap > LONGEST_MS)).toEqual([]);
  });

  test('says unavailable, and when to come back, to whom it cannot answer meanwhile', () => {
    const others = [...told.failed.values()].filter(
      error => !(error instanceof FhirError && error.code === 'unavailable' && error.retryAfter === 1),
    );
    expect(others).toEqual([]);
  });

  test('loses nothing that was acknowledged, and leaves no half of a plan', async () => {
    const versions = await versionsOf(opened.store);
    expect([...told.done.values()].flat().filter(version => !versions.has(version))).toEqual([]);
    const halves = told.sent.filter(
      plan => versions.has(`Task/${plan}-a/1`) !== versions.has(`Task/${plan}-b/1`),
    );
    expect(halves).toEqual([]);
  });

  test('has one audit row for every plan it kept and every read it answered, in whole chains', async () => {
    const rows = await auditOf(opened.store);
    const versions = await versionsOf(opened.store);
    const written = rows.filter(row => row.action === 'write').flatMap(row => row.versions);
    expect(written.length).toBe(versions.size);
    expect(new Set(written)).toEqual(versions);
    const reads = new Set(rows.filter(row => row.action === 'read').map(row => row.request));
    expect(told.recorded.filter(request => !reads.has(request))).toEqual([]);
  });

  test('gives no seq twice and none out of order', async () => {
    const seqs = (await opened.store.outbox(0, 1e6)).map(row => row.seq);
    expect(new Set(seqs).size).toBe(seqs.length);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    for (const [, versions] of told.done) expect(versions.length).toBeGreaterThan(0);
  });

  test('without a majority says unavailable soon, to writers, to readers and to who opens it', async () => {
    await set.killPrimary();
    const since = performance.now();
    const refused = await Promise.all([
      codeOf(opened.store.transact(planOf('late', undefined), grant, draft('write'))),
      codeOf(opened.store.read('Task', 'late-a', grant)),
      codeOf(opened.store.search(planFor(grant, 'Task'), grant)),
      codeOf(opened.store.record(draft('read'))),
      codeOf(opened.store.outbox(0, 1)),
    ]);
    expect(refused).toEqual(Array.from(refused, () => 'unavailable'));
    expect(performance.now() - since).toBeLessThan(LONGEST_MS);
    const opening = openMongo({ url: set.url, derive: statedDerive, clock: Date.now, extractors: 'test' });
    await expect(opening).rejects.toThrow(/^The replica set at .* has no primary: most of its members/);
  }, 60_000);
});

/** Two resources that are to be there both or not at all; a change of the plan before. */
function planOf(plan: string, before: string | undefined) {
  const made = ['a', 'b'].map((part): WriteOp => {
    const id = `${plan}-${part}`;
    return { kind: 'create', type: 'Task', id, body: stated('Task', id, { patients: [plan] }) };
  });
  const id = `${before}-a`;
  const change: WriteOp = { kind: 'update', type: 'Task', id, body: stated('Task', id, { text: plan }) };
  return { ops: before === undefined ? made : [...made, change], lookups: [], claims: [], marks: [] };
}

/**
 * Runs `story` while workers write and read. `progress` waits until each of them has had some answers more:
 * what was under way when it was called does not count.
 */
async function underLoad(
  store: Store,
  told: Told,
  story: (progress: () => Promise<void>) => Promise<void>,
): Promise<void> {
  let going = true;
  const answers = Array.from({ length: LANES }, () => 0);
  const worker = async (lane: number): Promise<void> => {
    let before: string | undefined;
    for (let turn = 0; going; turn += 1) {
      const plan = `p${lane}x${turn}`;
      told.sent.push(plan);
      try {
        before = (await oneTurn(store, told, plan, before)) ?? before;
        answers[lane]! += 1;
      } catch (error) {
        told.failed.set(plan, error);
        await pause(50);
      }
    }
  };
  const workers = Promise.all(answers.map((_, lane) => worker(lane)));
  const progress = async (): Promise<void> => {
    const from = [...answers];
    while (answers.some((count, lane) => count < from[lane]! + ENOUGH)) await pause(20);
  };
  try {
    await story(progress);
  } finally {
    going = false;
    await workers;
  }
}

async function oneTurn(
  store: Store,
  told: Told,
  plan: string,
  before: string | undefined,
): Promise<string | undefined> {
  const results = await store.transact(planOf(plan, before), grant, draft('write', { request: plan }));
  told.done.set(
    plan,
    results.flatMap(one => ('version' in one ? [`Task/${one.version.id}/${one.version.version}`] : [])),
  );
  const seen = await store.read('Task', `${plan}-b`, grant);
  if (seen === undefined) throw new Error('What was acknowledged is not to be read.');
  await store.record(draft('read', { request: plan }));
  told.recorded.push(plan);
  return plan;
}

async function versionsOf(store: Store): Promise<Set<string>> {
  const rows = await store.outbox(0, 1e6);
  return new Set(rows.map(row => `${row.type}/${row.id}/${row.version}`));
}

async function auditOf(store: Store): Promise<AuditRow[]> {
  const all: AuditRow[] = [];
  for (const writer of await store.auditWriters()) {
    const rows = await store.auditRows(writer, 0, 1e6);
    expect(brokenAt(rows)).toBeUndefined();
    all.push(...rows);
  }
  return all;
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'resolved';
  } catch (error) {
    if (error instanceof FhirError) return error.code;
    throw error;
  }
}

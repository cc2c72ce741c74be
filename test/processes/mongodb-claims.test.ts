// Several server processes write to one database at once: what may be there only once is there once.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openMongo } from '../../src/store/mongodb/open.ts';
import { describeMongo, mongoUrl } from '../support/mongodb.ts';
import { grantFor, planFor, statedDerive } from '../support/store.ts';
import type { Outcome } from './worker.ts';
import { type Database, newDatabase, startWorkers } from './workers.ts';

const EACH = 25;
const OPENING = { derive: statedDerive, clock: Date.now, extractors: 'test' };

describeMongo('two server processes on one MongoDB', () => {
  let database: Database;
  beforeEach(() => {
    database = newDatabase(mongoUrl()!);
  });
  afterEach(() => database.drop());

  async function outcomesOf(job: string): Promise<Outcome[]> {
    const tasks = ['a', 'b'].map(worker => ({ worker, count: EACH }));
    const workers = await startWorkers(database.url, job, tasks);
    return (await workers.begin()).flat();
  }

  /** `kind` of each first result, or the code, with how often it came out. */
  function tally(outcomes: readonly Outcome[]): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const outcome of outcomes) {
      const name = 'code' in outcome ? outcome.code : outcome[0]!.kind;
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return counts;
  }

  async function idsOf(): Promise<string[]> {
    const { store, close } = await openMongo({ url: database.url, ...OPENING });
    try {
      const grant = grantFor('prog');
      return (await store.search(planFor(grant, 'Basic'), grant)).matches.map(version => version.id);
    } finally {
      await close();
    }
  }

  const idIn = (outcome: Outcome): string => ('code' in outcome ? outcome.code : outcome[0]!.id);

  test('of fifty equal conditional creates one creates, and the others are given what it made', async () => {
    const outcomes = await outcomesOf('conditional');
    expect(tally(outcomes)).toEqual({ created: 1, matched: 2 * EACH - 1 });
    const [sole, ...others] = await idsOf();
    expect(others).toEqual([]);
    expect(new Set(outcomes.map(idIn))).toEqual(new Set([sole]));
  }, 60_000);

  test('so it is where their criteria name different identifiers of what they would create', async () => {
    expect(tally(await outcomesOf('crossing'))).toEqual({ created: 1, matched: 2 * EACH - 1 });
    expect(await idsOf()).toHaveLength(1);
  }, 60_000);

  test('of fifty that claim one business key one gets it; the others are refused as a whole', async () => {
    const outcomes = await outcomesOf('claim');
    expect(tally(outcomes)).toEqual({ created: 1, conflict: 2 * EACH - 1 });
    const [sole, ...others] = await idsOf();
    expect(others).toEqual([]);
    expect(outcomes.map(idIn)).toContain(sole);
  }, 60_000);

  test('of fifty that write one chosen id one creates it, and each other makes a version of its own', async () => {
    const outcomes = await outcomesOf('put');
    expect(tally(outcomes)).toEqual({ created: 1, updated: 2 * EACH - 1 });
    const lines = outcomes.flatMap(outcome => ('code' in outcome ? [] : outcome));
    const bySeq = lines.toSorted((a, b) => a.seq - b.seq).map(line => line.version);
    expect(bySeq).toEqual(Array.from({ length: 2 * EACH }, (_, at) => at + 1));
  }, 60_000);
});

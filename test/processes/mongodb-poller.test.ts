// Whoever follows a store that several server processes write to misses nothing and is told nothing twice.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Clause, Cursor, Plan } from '../../src/search/ast.ts';
import { type MongoStore, openMongo } from '../../src/store/mongodb/open.ts';
import type { Page } from '../../src/store/port.ts';
import { describeMongo, mongoUrl } from '../support/mongodb.ts';
import { draft, grantFor, planFor, stated, statedDerive, tokenClause, tokenValue } from '../support/store.ts';
import type { Outcome } from './worker.ts';
import { type Database, newDatabase, startWorkers, type Workers } from './workers.ts';

const WRITES = 3000;
const ABREAST = 5;
const BASE = 120;
const PAGE = 17;

const grant = grantFor('prog');

/** Those of `some` that are not in `all`. */
function missing(some: readonly string[], all: readonly string[]): string[] {
  const known = new Set(all);
  return some.filter(one => !known.has(one));
}

describeMongo('a follower of two server processes on one MongoDB', () => {
  let database: Database;
  let opened: MongoStore;
  beforeEach(async () => {
    database = newDatabase(mongoUrl()!);
    opened = await openMongo({
      url: database.url,
      derive: statedDerive,
      clock: Date.now,
      extractors: 'test',
    });
  });
  afterEach(async () => {
    await opened.close();
    await database.drop();
  });

  const workersFor = (job: string, plans: number): Promise<Workers> =>
    startWorkers(
      database.url,
      job,
      ['a', 'b'].map(worker => ({ worker, count: plans / 2, abreast: ABREAST })),
    );

  /** Every version that a worker was acknowledged, `id/version`. */
  const versionsOf = (outcomes: readonly Outcome[]): string[] =>
    outcomes.flatMap(outcome => {
      if ('code' in outcome) throw new Error(`A plan was refused: ${outcome.code}.`);
      return outcome.map(line => `${line.id}/${line.version}`);
    });

  test('gets every version once from the outbox and from the history, and every change from searches', async () => {
    const workers = await workersFor('mixed', WRITES / 2);
    const outbox = followOutbox();
    const history = followHistory();
    const search = followSearch();
    const done = workers.begin();
    const outcomes = (await whileRunning(done, [outbox.poll, history.poll, search.poll])).flat();
    const written = versionsOf(outcomes).sort();
    expect(written).toHaveLength(WRITES);
    expect(outbox.seen.toSorted()).toEqual(written);
    expect(history.seen.toSorted()).toEqual(written);
    // A search shows what a resource is now: not every version, none twice, and the last of each that lives.
    expect(new Set(search.seen).size).toBe(search.seen.length);
    expect(missing(search.seen, written)).toEqual([]);
    const live = written.filter(version => version.endsWith('-0/2'));
    expect(live).toHaveLength(WRITES / 4);
    expect(missing(live, search.seen)).toEqual([]);
    // It polled while they wrote, or nothing was shown.
    expect(Math.min(outbox.polls(), history.polls(), search.polls())).toBeGreaterThan(10);
  }, 180_000);

  test('sees on the pages of a search each resource that keeps matching once, and nothing made since', async () => {
    await layBase();
    const workers = await workersFor('churn', WRITES / 3);
    const rounds: { unsorted: string[]; sorted: string[] }[] = [];
    const round = async (): Promise<void> => {
      const unsorted = await pagesOf(keptPlan());
      const sorted = await pagesOf(keptPlan({ sort: [{ by: 'updated', descending: true }] }));
      rounds.push({ unsorted: unsorted.ids, sorted: sorted.ids });
      expect(unsorted.created.filter(created => created > unsorted.snapshot)).toEqual([]);
    };
    await whileRunning(workers.begin(), [round]);
    expect(rounds.length).toBeGreaterThan(5);
    const base = Array.from({ length: BASE }, (_, at) => `base-${at}`);
    for (const { unsorted, sorted } of rounds) {
      expect(new Set(unsorted).size).toBe(unsorted.length);
      expect(missing(base, unsorted)).toEqual([]);
      expect(new Set(sorted).size).toBe(sorted.length);
    }
  }, 180_000);

  /** Polls in turn until the writers are done, and once more. */
  async function whileRunning<T>(done: Promise<T>, polls: readonly (() => Promise<void>)[]): Promise<T> {
    let running = true;
    const ended = done.finally(() => {
      running = false;
    });
    const followers = polls.map(async poll => {
      while (running) await poll();
    });
    await Promise.all([ended, ...followers]);
    for (const poll of polls) await poll();
    return ended;
  }

  function followOutbox() {
    const seen: string[] = [];
    let polls = 0;
    let after = 0;
    const poll = async (): Promise<void> => {
      const rows = await opened.store.outbox(after, 50);
      for (const row of rows) {
        if (row.seq <= after) throw new Error('The outbox went back.');
        after = row.seq;
        seen.push(`${row.id}/${row.version}`);
      }
      polls += 1;
      if (rows.length > 0) await poll();
    };
    return { seen, poll, polls: () => polls };
  }

  function followHistory() {
    const seen: string[] = [];
    let polls = 0;
    let since = 0;
    const poll = async (): Promise<void> => {
      let newest = since;
      let before: number | undefined;
      do {
        const query = { type: 'Basic', since, limit: PAGE, total: false };
        const page = await opened.store.history(before === undefined ? query : { ...query, before }, grant);
        for (const version of page.versions) {
          newest = Math.max(newest, version.seq);
          seen.push(`${version.id}/${version.version}`);
        }
        before = page.next;
      } while (before !== undefined);
      since = newest;
      polls += 1;
    };
    return { seen, poll, polls: () => polls };
  }

  function followSearch() {
    const seen: string[] = [];
    let polls = 0;
    let after = 0;
    const poll = async (): Promise<void> => {
      const changed: Clause = {
        kind: 'updated',
        values: [{ prefix: 'gt', low: after, high: after + 1 }],
      };
      const pages = await pagesOf(planFor(grant, 'Basic', { where: [changed], limit: PAGE }));
      for (const version of pages.versions) seen.push(version);
      after = Math.max(after, ...pages.seqs);
      polls += 1;
    };
    return { seen, poll, polls: () => polls };
  }

  const keptPlan = (parts: Partial<Plan> = {}): Plan =>
    planFor(grant, 'Basic', { where: [tokenClause('Basic', 'code', 'kept')], limit: PAGE, ...parts });

  async function pagesOf(plan: Plan) {
    const pages: Page[] = [];
    let cursor: Cursor | undefined;
    do {
      const page = await opened.store.search(cursor === undefined ? plan : { ...plan, cursor }, grant);
      pages.push(page);
      cursor = page.next;
    } while (cursor !== undefined);
    const matches = pages.flatMap(page => page.matches);
    return {
      snapshot: pages[0]?.next?.snapshot ?? Infinity,
      ids: matches.map(version => version.id),
      versions: matches.map(version => `${version.id}/${version.version}`),
      seqs: matches.map(version => version.seq),
      created: matches.map(version => version.created),
    };
  }

  async function layBase(): Promise<void> {
    const about = { values: [tokenValue('Basic', 'code', 'kept')] };
    const ops = Array.from({ length: BASE }, (_, at) => {
      const id = `base-${at}`;
      return { kind: 'create' as const, type: 'Basic', id, body: stated('Basic', id, about) };
    });
    await opened.store.transact({ ops, lookups: [], claims: [], marks: [] }, grant, draft());
  }
});

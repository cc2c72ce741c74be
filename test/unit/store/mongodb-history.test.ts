// What a page of a history costs: no more for who sees little of a large store, and nothing is sorted that an
// index holds in order. Counted in documents that the server looks at, as its own explanation says.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { CommandStartedEvent, Document } from 'mongodb';
import type { Grant } from '../../../src/access/grant.ts';
import { type Connected, connectMongo } from '../../../src/store/mongodb/client.ts';
import type { ResourceDocument, RuleDocument } from '../../../src/store/mongodb/documents.ts';
import { historyPage } from '../../../src/store/mongodb/history.ts';
import { type Collections, collectionsOf, LIMITS, type Reading } from '../../../src/store/mongodb/reading.ts';
import { documentOf, pastOf, rulesOf, tombstoneOf } from '../../../src/store/mongodb/rows.ts';
import { prepareSchema } from '../../../src/store/mongodb/schema.ts';
import type { HistoryQuery } from '../../../src/store/port.ts';
import { describeMongo, giveBack, takeDatabase } from '../../support/mongodb.ts';
import { grantFor, outsiderGrant, permit } from '../../support/store.ts';

/** Each with RESOURCES Observations that have a past, and one Goal that is gone. */
const PERSONS = 200;
const RESOURCES = 10;
const PAGE = 5;

/** Whom the payer may see: the first; and the EHR: every other. */
const permitted = (actor: string): string[] =>
  Array.from({ length: PERSONS }, (_, n) => `p${n}`).filter((_, n) =>
    actor === 'payer' ? n === 0 : n % 2 === 1,
  );

function documents(): { current: ResourceDocument[]; past: ResourceDocument[]; rules: RuleDocument[] } {
  let seq = 0;
  const current: ResourceDocument[] = [];
  const past: ResourceDocument[] = [];
  const rowOf = (type: string, id: string, version: number, patients: string[]) => {
    seq += 1;
    const who = { owner: 'prog', source: 'prog', writer: 'prog', foreignFrom: undefined };
    return { type, id, version, seq, created: seq, ...who, patients, deleted: false, body: '{}' };
  };
  const derived = (patients: string[]) => ({ values: [], patients, rules: [] });
  for (let n = 0; n < RESOURCES; n += 1)
    for (let person = 0; person < PERSONS; person += 1) {
      const patients = [`p${person}`];
      const id = `o${person}-${n}`;
      past.push(pastOf(documentOf(rowOf('Observation', id, 1, patients), derived(patients))));
      current.push(documentOf(rowOf('Observation', id, 2, patients), derived(patients)));
      if (n > 0) continue;
      const goal = documentOf(rowOf('Goal', `g${person}`, 1, patients), derived(patients));
      past.push(pastOf(goal));
      current.push(tombstoneOf(goal, rowOf('Goal', `g${person}`, 2, patients)));
    }
  const rules = ['payer', 'ehr'].flatMap(actor =>
    permitted(actor).flatMap(person =>
      rulesOf({ _id: `Consent/${actor}-${person}`, owner: 'prog', patients: [] }, [permit(person, actor)]),
    ),
  );
  return { current, past, rules };
}

/** Stages of a plan, wherever they stand. */
function stagesOf(plan: unknown): string[] {
  if (typeof plan !== 'object' || plan === null) return [];
  const { stage } = plan as { stage?: unknown };
  return [...(typeof stage === 'string' ? [stage] : []), ...Object.values(plan).flatMap(stagesOf)];
}

describeMongo('a page of a history', () => {
  let url: string;
  let connected: Connected;
  let collections: Collections;
  let sent: Document[] = [];

  beforeAll(async () => {
    url = takeDatabase();
    connected = await connectMongo(url, { driver: { monitorCommands: true } });
    collections = collectionsOf(connected.db);
    await prepareSchema(connected.db, collections);
    const { current, past, rules } = documents();
    await collections.resource.insertMany(current);
    await collections.history.insertMany(past);
    await collections.rule.insertMany(rules);
    const ties = ['payer', 'ehr'].map(organization => ({
      _id: `${organization} prog`,
      organization,
      owner: 'prog',
    }));
    await collections.tie.insertMany(ties);
    connected.client.on('commandStarted', ({ command }: CommandStartedEvent) => {
      if (command.aggregate === 'resource' || command.aggregate === 'history') sent.push(command);
    });
  }, 60_000);
  afterAll(async () => {
    await connected.close();
    await giveBack(url);
  });

  /** The page's names, and what the server says of how it found them. */
  async function asked(query: Partial<HistoryQuery>, grant: Grant) {
    const session = connected.startSnapshot();
    sent = [];
    try {
      const reading: Reading = { collections, session, sharded: false, limits: { ...LIMITS, persons: 50 } };
      const page = await historyPage(reading, { limit: PAGE, total: false, ...query }, grant);
      const plans = [];
      for (const { aggregate, pipeline, hint } of [...sent]) {
        const command = { aggregate, pipeline, hint, cursor: {} };
        plans.push(await connected.db.command({ explain: command, verbosity: 'executionStats' }));
      }
      const stats = plans.map(plan => (plan.stages?.[0].$cursor ?? plan).executionStats as Document);
      const stages = new Set(plans.flatMap(stagesOf));
      const examined = stats.reduce((sum, one) => sum + Number(one.totalDocsExamined), 0);
      return { names: page.versions.map(one => `${one.type}/${one.id}/${one.version}`), examined, stages };
    } finally {
      await session.endSession();
    }
  }

  const cases: readonly [string, Grant][] = [
    ['the program, which sees all', grantFor('prog')],
    ['a payer whom one person permits', outsiderGrant('payer')],
    ['an EHR whom half of the people permit, more than a query names', outsiderGrant('ehr')],
  ];

  test.each(cases)('is read in order and no further than it reaches, for %s', async (_who, grant) => {
    for (const query of [{}, { type: 'Observation' }, { type: 'Goal' }]) {
      const { names, examined, stages } = await asked(query, grant);
      expect(names).toHaveLength(
        query.type === 'Goal' && grant.principal.organization === 'payer' ? 2 : PAGE,
      );
      expect([...stages].filter(stage => stage === 'SORT' || stage === 'COLLSCAN')).toEqual([]);
      // Two logs, of each some times the page: a server takes in that many at once before it looks anything up.
      expect(examined).toBeLessThanOrEqual(2 * 8 * (PAGE + 1));
    }
  });

  test('tells each what it may know', async () => {
    const [, [, payer], [, ehr]] = cases as [unknown, [string, Grant], [string, Grant]];
    expect((await asked({ type: 'Goal' }, payer)).names).toEqual(['Goal/g0/2', 'Goal/g0/1']);
    expect((await asked({ limit: 100 }, payer)).names).toHaveLength(2 * (RESOURCES + 1));
    const seen = (await asked({ type: 'Goal', limit: 20 }, ehr)).names;
    expect(seen).toHaveLength(20);
    expect(seen.every(name => Number(/g(\d+)/.exec(name)![1]) % 2 === 1)).toBe(true);
  });
});

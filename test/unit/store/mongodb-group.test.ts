// Plans of several callers in one transaction: each is answered as if it had been alone, and what refuses
// one leaves nothing of it and takes nothing from the others.
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Grant } from '../../../src/access/grant.ts';
import { brokenAt } from '../../../src/audit/chain.ts';
import { readAudit, readWriters } from '../../../src/store/mongodb/audit-log.ts';
import { makeGroup, type Send } from '../../../src/store/mongodb/group.ts';
import { Lanes } from '../../../src/store/mongodb/lanes.ts';
import type { Turn } from '../../../src/store/mongodb/turn.ts';
import type { AuditDraft, AuditRow } from '../../../src/store/port/audit.ts';
import type { WriteOp, WritePlan } from '../../../src/store/port.ts';
import { createOp, deleteOp, planOf, updateOp } from '../../contract/hand.ts';
import { describeMongo, openTemporarySite, type TemporarySite } from '../../support/mongodb.ts';
import { draft, grantFor, planFor, statedDerive } from '../../support/store.ts';

describeMongo('a group of plans', () => {
  const own = grantFor('prog');
  const other = grantFor('other');
  let opened: TemporarySite;
  let lanes: Lanes;
  let send: Send;
  let transactions = 0;
  let recorded: AuditDraft[] = [];
  let broken = 0;
  /** Opens the way for the first transaction, so that what comes meanwhile waits together. */
  let gate: PromiseWithResolvers<void>;

  beforeEach(async () => {
    opened = await openTemporarySite();
    lanes = new Lanes(opened.site, {
      holder: randomUUID(),
      newWriter: randomUUID,
      now: () => Date.now() * 1000,
    });
    await lanes.open();
    [transactions, broken, recorded, gate] = [0, 0, [], Promise.withResolvers<void>()];
    const run = async <T>(work: (turn: Turn) => Promise<T>): Promise<T> => {
      transactions += 1;
      await gate.promise;
      return lanes.run(async turn => {
        const result = await work(turn);
        if (broken > 0) throw new Error('A fault in the middle.');
        return result;
      });
    };
    const record = async (row: AuditDraft) => void recorded.push(row);
    send = makeGroup({ run, derive: statedDerive, record });
  });
  afterEach(async () => {
    await lanes.close();
    await opened.close();
  });

  const plain = (ops: readonly WriteOp[], parts: Partial<WritePlan> = {}) => planOf(ops, parts);

  /** `ids written` or the code of the refusal, of all that were sent at once. */
  async function sendAll(all: readonly [plan: WritePlan, grant?: Grant][]): Promise<string[]> {
    const first = send({ plan: plain([createOp('Basic', 'first')]), grant: own, audit: draft('create') });
    const sent = all.map(([plan, grant = own], at) =>
      send({ plan, grant, audit: draft('transaction', { request: `r${at}` }) }).then(
        results =>
          results
            .map(one => ('version' in one ? `${one.version.id}/${one.version.version}` : one.kind))
            .join(' '),
        error => (error as { code?: string }).code ?? (error as Error).message,
      ),
    );
    gate.resolve();
    await first;
    return Promise.all(sent);
  }

  const stored = async (): Promise<string[]> =>
    (await opened.site.collections.resource.find().sort({ _id: 1 }).toArray())
      .filter(one => one.id !== 'first')
      .map(one => `${one._id}/${one.version}${one.deleted ? ' deleted' : ''}`);

  async function auditRows(): Promise<AuditRow[]> {
    const { collections } = opened.site;
    const writers = await readWriters(collections);
    const chains = await Promise.all(writers.map(writer => readAudit(collections, writer, 0, 1000)));
    for (const chain of chains) expect(brokenAt(chain)).toBeUndefined();
    return chains.flat();
  }

  test('what waits together takes one transaction, and each gets its own answer', async () => {
    const plans = Array.from(
      { length: 20 },
      (_, at) => [plain([createOp('Basic', `b${at}`)])] as [WritePlan],
    );
    expect(await sendAll(plans)).toEqual(plans.map((_, at) => `b${at}/1`));
    expect(transactions).toBe(2);
    expect((await stored()).length).toBe(20);
    const rows = await auditRows();
    expect(rows.slice(1).map(row => [row.request, row.versions])).toEqual(
      plans.map((_, at) => [`r${at}`, [`Basic/b${at}/1`]]),
    );
  });

  test('a refused plan leaves its audit row and nothing else, wherever in the group it stands', async () => {
    const answers = await sendAll([
      [plain([createOp('Patient', 'p', { text: 'mine' })])],
      [plain([createOp('Basic', 'half'), updateOp('Patient', 'p'), deleteOp('Basic', 'none')])],
      [plain([createOp('Basic', 'b', { patients: ['p'] })])],
      [plain([updateOp('Patient', 'p', { text: 'stolen' })]), other],
      [plain([createOp('Patient', 'p')])],
      [plain([updateOp('Patient', 'p', { text: 'mine still' }, { ifMatch: 1 })])],
      [plain([updateOp('Patient', 'p', {}, { ifMatch: 1 })])],
      [plain([deleteOp('Basic', 'b')])],
    ]);
    expect(answers).toEqual(['p/1', 'not-found', 'b/1', 'not-found', 'conflict', 'p/2', 'stale', 'b/2']);
    expect(transactions).toBe(2);
    expect(await stored()).toEqual(['Basic/b/2 deleted', 'Patient/p/2']);
    expect(await opened.site.collections.history.countDocuments()).toBe(2);
    expect(await opened.site.collections.place.countDocuments()).toBe(3);
    const rows = (await auditRows()).slice(1);
    expect(rows.map(row => row.outcome)).toEqual([
      'ok',
      'not-found',
      'ok',
      'not-found',
      'conflict',
      'ok',
      'stale',
      'ok',
    ]);
    expect(rows[1]!.versions).toEqual([]);
    expect(recorded).toEqual([]);
  });

  test('a refused plan takes back the key it claimed, and the next may have it', async () => {
    const claim = (id: string) => ({ claims: [{ key: 'prog|client|1|patient', type: 'Patient', id }] });
    const answers = await sendAll([
      [plain([createOp('Patient', 'a'), updateOp('Basic', 'x', {}, { mustExist: true })], claim('a'))],
      [plain([createOp('Patient', 'b')], claim('b'))],
      [plain([createOp('Patient', 'c')], claim('c'))],
    ]);
    expect(answers).toEqual(['not-found', 'b/1', 'conflict']);
    expect(await opened.site.collections.claim.find().toArray()).toEqual([
      { _id: 'prog|client|1|patient', name: 'Patient/b', imported: 0 },
    ]);
    expect(await stored()).toEqual(['Patient/b/1']);
  });

  test('a plan that searches has a transaction of its own', async () => {
    const conditional = { ...createOp('Basic', 'c'), unless: planFor(own, 'Basic') } as WriteOp;
    expect(await sendAll([[plain([createOp('Basic', 'b')])], [plain([conditional])]])).toEqual([
      'b/1',
      expect.stringMatching(/^(first|b|c)\/1$|^ambiguous$/),
    ]);
    expect(transactions).toBeGreaterThanOrEqual(3);
  });

  test('a fault of ours in the middle is answered to each, and nothing is written', async () => {
    broken = 1;
    gate.resolve();
    const sent = ['a', 'b', 'c'].map(id =>
      send({ plan: plain([createOp('Basic', id)]), grant: own, audit: draft('create') }).catch(
        error => (error as Error).message,
      ),
    );
    expect(await Promise.all(sent)).toEqual(Array(3).fill('A fault in the middle.'));
    expect(await stored()).toEqual([]);
    expect(recorded.map(row => row.outcome)).toEqual(['internal', 'internal', 'internal']);
  });
});

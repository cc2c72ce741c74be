// Single commands fail, before they are done or after: what is acknowledged was done once, and what is
// refused is either done whole or not at all.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { brokenAt } from '../../src/audit/chain.ts';
import { FhirError } from '../../src/fhir/error.ts';
import { type MongoStore, openMongo } from '../../src/store/mongodb/open.ts';
import type { AuditRow } from '../../src/store/port/audit.ts';
import type { WriteOp } from '../../src/store/port.ts';
import { type Failure, noServers, type ServerSet, startSet } from '../support/mongodb-set.ts';
import { draft, grantFor, stated, statedDerive } from '../support/store.ts';

// Reason: noServers; printed by mongodb-failover.test.ts.
const describeServers = noServers === undefined ? describe : describe.skip;
const grant = grantFor('prog');
const TRANSIENT = ['TransientTransactionError'];
const RETRYABLE = ['RetryableWriteError'];

/** What fails, how often, and how. */
const SURVIVED: readonly [string, number, Failure][] = [
  ['the mark of a lane is lost on the way', 1, { failCommands: ['findAndModify'], closeConnection: true }],
  [
    'a primary steps down under the mark',
    1,
    { failCommands: ['findAndModify'], errorCode: 10107, errorLabels: RETRYABLE },
  ],
  [
    'the transaction cannot begin',
    3,
    { failCommands: ['find'], errorCode: 246, errorLabels: TRANSIENT, namespace: 'iop.lane' },
  ],
  [
    'another unit was faster',
    5,
    { failCommands: ['update'], errorCode: 112, errorLabels: TRANSIENT, namespace: 'iop.lane' },
  ],
  ['the connection breaks in the middle', 1, { failCommands: ['insert'], closeConnection: true }],
  [
    'the primary steps down in the middle',
    1,
    { failCommands: ['insert'], errorCode: 189, errorLabels: TRANSIENT, namespace: 'iop.audit' },
  ],
  ['a commit is lost on the way', 1, { failCommands: ['commitTransaction'], closeConnection: true }],
  ['a commit is lost several times', 4, { failCommands: ['commitTransaction'], closeConnection: true }],
  [
    'a commit comes to nothing',
    2,
    { failCommands: ['commitTransaction'], errorCode: 251, errorLabels: TRANSIENT },
  ],
  [
    'a commit is done and waits in vain for a majority',
    3,
    { failCommands: ['commitTransaction'], writeConcernError: { code: 64, errmsg: 'waiting timed out' } },
  ],
];

describeServers('a MongoDB store of which single commands fail', () => {
  let set: ServerSet;
  let opened: MongoStore;
  beforeAll(async () => {
    set = await startSet(1);
    opened = await openMongo({ url: set.url, derive: statedDerive, clock: Date.now, extractors: 'test' });
  }, 60_000);
  afterEach(() => set.heal());
  afterAll(async () => {
    await opened?.close();
    await set?.stop();
  }, 30_000);

  let made = 0;
  /** Two resources, both or none. */
  async function write(): Promise<{ id: string; code: string }> {
    made += 1;
    const id = `p${made}`;
    const ops = ['a', 'b'].map((part): WriteOp => {
      const name = `${id}-${part}`;
      return { kind: 'create', type: 'Task', id: name, body: stated('Task', name) };
    });
    const plan = { ops, lookups: [], claims: [], marks: [] };
    const code = await codeOf(opened.store.transact(plan, grant, draft('write', { request: id })));
    return { id, code };
  }

  /** The versions of a plan that are there, and its audit rows. */
  async function lookFor(id: string): Promise<{ versions: string[]; rows: AuditRow[] }> {
    const log = await opened.store.outbox(0, 1e6);
    const versions = log.filter(row => row.id.startsWith(`${id}-`)).map(row => `${row.id}/${row.version}`);
    const rows: AuditRow[] = [];
    for (const writer of await opened.store.auditWriters()) {
      const chain = await opened.store.auditRows(writer, 0, 1e6);
      expect(brokenAt(chain)).toBeUndefined();
      rows.push(...chain.filter(row => row.request === id));
    }
    return { versions, rows };
  }

  test.each(SURVIVED)('writes once, and says so, where %s', async (_name, times, failure) => {
    await set.failNext(times, failure);
    const { id, code } = await write();
    expect(code).toBe('resolved');
    const { versions, rows } = await lookFor(id);
    expect(versions).toEqual([`${id}-a/1`, `${id}-b/1`]);
    expect(rows.map(row => row.versions)).toEqual([[`Task/${id}-a/1`, `Task/${id}-b/1`]]);
  });

  test('says unavailable where a commit stays unknown, and goes on when the server answers again', async () => {
    await set.failNext(1e6, { failCommands: ['commitTransaction'], closeConnection: true });
    const { id, code } = await write();
    await set.heal();
    expect(code).toBe('unavailable 1');
    const after = await write();
    expect(after.code).toBe('resolved');
    const { versions, rows } = await lookFor(id);
    expect([0, 2]).toContain(versions.length);
    expect(rows.length).toBe(versions.length / 2);
    expect((await lookFor(after.id)).versions.length).toBe(2);
  }, 60_000);

  test('says unavailable where a disk is full', async () => {
    await set.failNext(1, { failCommands: ['insert'], errorCode: 14031 });
    const { id, code } = await write();
    expect(code).toBe('unavailable 1');
    expect((await lookFor(id)).versions).toEqual([]);
    expect((await write()).code).toBe('resolved');
  });

  const READS: readonly [string, number, Failure, string][] = [
    ['is lost once on the way', 1, { failCommands: ['insert'], closeConnection: true }, 'resolved'],
    ['is lost again and again', 1e6, { failCommands: ['insert'], closeConnection: true }, 'unavailable 1'],
    [
      'is kept and waits in vain for a majority',
      1,
      { failCommands: ['insert'], writeConcernError: { code: 64, errmsg: 'waiting timed out' } },
      'unavailable 1',
    ],
  ];

  test.each(READS)('keeps its audit chain whole where a row %s', async (name, times, failure, expected) => {
    await set.failNext(times, failure);
    expect(await codeOf(opened.store.record(draft('read', { request: name })))).toBe(expected);
    await set.heal();
    expect(await codeOf(opened.store.record(draft('read', { request: `${name}, later` })))).toBe('resolved');
    const { rows } = await lookFor(name);
    expect(rows.length).toBeLessThanOrEqual(1);
    if (expected === 'resolved') expect(rows.length).toBe(1);
    expect((await lookFor(`${name}, later`)).rows.length).toBe(1);
  });

  test('reads again where the moment it read is gone', async () => {
    const { id } = await write();
    await set.failNext(1, { failCommands: ['find'], errorCode: 239, namespace: 'iop.lane' });
    expect((await lookFor(id)).versions.length).toBe(2);
  });
});

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'resolved';
  } catch (error) {
    if (error instanceof FhirError) return `${error.code} ${error.retryAfter ?? ''}`.trim();
    throw error;
  }
}

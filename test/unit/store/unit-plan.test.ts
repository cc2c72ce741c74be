// The rules of writing over a store that answers at once and over one that lets them wait: the same file,
// its answers given as they are or as promises.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Grant } from '../../../src/access/grant.ts';
import { FhirError } from '../../../src/fhir/error.ts';
import type { Plan, WriteOp, WritePlan, WriteResult } from '../../../src/store/port.ts';
import { openWriter } from '../../../src/store/sqlite/file.ts';
import { Reading } from '../../../src/store/sqlite/reading.ts';
import { Tail } from '../../../src/store/sqlite/tail.ts';
import { offerTermsHold } from '../../../src/store/sqlite/terms.ts';
import { sqliteUnit } from '../../../src/store/sqlite/unit.ts';
import { Words } from '../../../src/store/sqlite/words.ts';
import { runPlan } from '../../../src/store/unit/plan.ts';
import type { Unit } from '../../../src/store/unit/unit.ts';
import { doAll, doNow } from '../../../src/store/unit/work.ts';
import { createOp, deleteOp, planOf, updateOp } from '../../contract/hand.ts';
import {
  grantFor,
  outsiderGrant,
  ownedBy,
  permit,
  planFor,
  stated,
  statedDerive,
  T,
  tokenClause,
  tokenValue,
} from '../../support/store.ts';

interface File {
  unit(grant: Grant): Unit;
  close(): void;
}

function openFile(): File {
  const folder = mkdtempSync(join(tmpdir(), 'iop-fhir-'));
  const writing = new Reading(openWriter(join(folder, 'iop.db')), new Words());
  offerTermsHold(writing, statedDerive);
  const tail = new Tail('chain', () => T);
  return {
    unit: grant => sqliteUnit({ writing, derive: statedDerive, tail }, grant),
    close: () => {
      writing.connection.db.close();
      rmSync(folder, { recursive: true });
    },
  };
}

const AT_ONCE: ReadonlySet<string> = new Set(['derive', 'nextSeq']);

/** Every answer comes later. */
function later(unit: Unit): Unit {
  const parts = Object.entries(unit).map(([name, part]) => {
    if (typeof part !== 'function' || AT_ONCE.has(name)) return [name, part];
    return [name, async (...asked: unknown[]) => (part as (...of: unknown[]) => unknown)(...asked)];
  });
  return Object.fromEntries(parts) as Unit;
}

/** What a plan answers, or why it does not. */
async function outcome(run: () => unknown): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    const { code, op, issues } = error;
    return { code, op, issues };
  }
}

const own = grantFor('prog');
const ehr = outsiderGrant('ehr');
const numbered = (value: string) => ({ values: [tokenValue('Basic', 'identifier', value)] });
const byNumber = (value: string, grant = own): Plan =>
  planFor(grant, 'Basic', { where: [tokenClause('Basic', 'identifier', value)] });
const marked = (op: WriteOp, marker: string): WriteOp => ({ ...op, marker }) as WriteOp;
const claim = (key: string, type: string, id: string) => ({ key, type, id });

/** In order: each finds what those before it left, for nothing is taken back here of what is refused. */
const PLANS: readonly [name: string, plan: WritePlan, grant?: Grant][] = [
  [
    'creates that refer to each other, claimed and marked',
    planOf(
      [
        createOp('Patient', 'p'),
        marked(createOp('Basic', 'a', { ...numbered('1'), patients: ['p'], text: 'urn:b' }), 'urn:a'),
        marked(createOp('Basic', 'b', { patients: ['p'], text: 'urn:a' }), 'urn:b'),
        createOp('Consent', 'c', { patients: ['p'], rules: [permit('p', 'ehr')] }),
      ],
      {
        claims: [claim('k|p', 'Patient', 'p'), claim('k|a', 'Basic', 'urn:a')],
        marks: [{ key: 'm', digest: '1', seen: undefined, parts: ['k|p', 'k|a'] }],
      },
    ),
  ],
  [
    'an import that goes on from it, with a lookup by key',
    planOf([updateOp('Basic', 'a', { ...numbered('1'), patients: ['p'], text: 'key:p' })], {
      lookups: [{ kind: 'claim', marker: 'key:p', key: 'k|p', missing: 'No client.' }],
      marks: [{ key: 'm', digest: '2', seen: '1', parts: ['k|a'], relied: { 'k|p': 1 } }],
    }),
  ],
  ['a key for what is there', planOf([], { claims: [claim('k|b', 'Basic', 'b')] })],
  ['the same import again', planOf([], { marks: [{ key: 'm', digest: '3', seen: '1', parts: [] }] })],
  [
    'an import that relied on what has changed',
    planOf([], { marks: [{ key: 'n', digest: '1', seen: undefined, parts: [], relied: { 'k|a': 1 } }] }),
  ],
  ['a name that is taken', planOf([createOp('Basic', 'z'), createOp('Basic', 'a')])],
  [
    'a conditional create that matches',
    planOf([{ ...createOp('Basic', 'n', numbered('1')), unless: byNumber('1') } as WriteOp]),
  ],
  [
    'a conditional update, and one that means the same resource',
    planOf([
      updateOp('Basic', 'n', numbered('1'), { match: byNumber('1') }),
      updateOp('Basic', 'a', numbered('1')),
    ]),
  ],
  [
    'a conditional reference to what the same plan makes',
    planOf([createOp('Basic', 'd', numbered('2')), createOp('Basic', 'e', { text: 'ref:2' })], {
      lookups: [{ kind: 'match', marker: 'ref:2', plan: byNumber('2'), path: 'Basic.subject' }],
    }),
  ],
  [
    'a conditional reference to nothing',
    planOf([createOp('Basic', 'f', { text: 'ref:3' })], {
      lookups: [{ kind: 'match', marker: 'ref:3', plan: byNumber('3'), path: 'Basic.subject' }],
    }),
  ],
  [
    'a record of the server beside what joins the record of another',
    planOf([
      createOp('Basic', 'g', { patients: ['p'] }),
      { kind: 'create', type: 'Provenance', id: 'v', body: stated('Provenance', 'v'), witness: 0 },
    ]),
    ehr,
  ],
  ['a change that the caller may only look at', planOf([deleteOp('Basic', 'b')]), lookOnly()],
  ['a resource of which the caller may not know', planOf([deleteOp('Basic', 'd')]), ehr],
  ['a version that is no longer current', planOf([updateOp('Basic', 'a', {}, { ifMatch: 1 })])],
  [
    'reads and searches between writes',
    planOf([
      deleteOp('Basic', 'd'),
      { kind: 'read', type: 'Basic', id: 'd' },
      { kind: 'read', type: 'Basic', id: 'a', version: 1 },
      { kind: 'read', type: 'Basic', id: 'none' },
      { kind: 'search', plan: byNumber('1') },
    ]),
  ],
];

function lookOnly(): Grant {
  return grantFor('prog', { narrow: (_type, use) => (use === 'read' ? ownedBy('prog') : { kind: 'none' }) });
}

let files: File[] = [];
beforeEach(() => {
  files = [openFile(), openFile()];
});
afterEach(() => {
  for (const file of files) file.close();
});

test('plans end alike whether the store answers at once or later', async () => {
  const [first, second] = files as [File, File];
  for (const [name, plan, grant = own] of PLANS) {
    const now = await outcome(() => doNow(runPlan(first.unit(grant), plan)).results);
    const then = await outcome(async () => (await doAll(runPlan(later(second.unit(grant)), plan))).results);
    expect([name, then]).toEqual([name, now]);
  }
});

test('the plans above end in every way there is', async () => {
  const ends = new Set<string>();
  for (const [, plan, grant = own] of PLANS) {
    const end = await outcome(() => doNow(runPlan(files[0]!.unit(grant), plan)).results);
    if (Array.isArray(end)) for (const { kind } of end as WriteResult[]) ends.add(kind);
    else ends.add((end as FhirError).code);
  }
  expect([...ends].sort()).toEqual(
    ['absent', 'conflict', 'created', 'deleted', 'forbidden', 'found', 'invalid-value', 'matched']
      .concat('not-found', 'read', 'stale', 'updated')
      .sort(),
  );
});

describe('what a plan will ask for', () => {
  /** What was asked for; `surprising`: what `expect` had not named of it. */
  async function watch(plan: WritePlan, grant: Grant): Promise<Record<'asked' | 'surprising', string[]>> {
    const unit = files[0]!.unit(grant);
    const expected = new Set<string>();
    const asked: string[] = [];
    const note = <Of extends unknown[], T>(answer: (...of: Of) => T) => {
      return (...of: Of): T => {
        asked.push(of.join('/'));
        return answer(...of);
      };
    };
    const watched: Unit = {
      ...unit,
      expect: ({ names, claims, marks }) => {
        for (const one of [...names.map(({ type, id }) => `${type}/${id}`), ...claims, ...marks])
          expected.add(one);
      },
      current: note(unit.current),
      bare: note(unit.bare),
      claimHolder: note(unit.claimHolder),
      markDigest: note(unit.markDigest),
      putClaim: (key, type, id) => {
        asked.push(key, `${type}/${id}`);
        return unit.putClaim(key, type, id);
      },
      putMark: (key, digest, parts) => {
        asked.push(key, ...parts);
        return unit.putMark(key, digest, parts);
      },
    };
    await outcome(() => doNow(runPlan(watched, plan)));
    return { asked, surprising: asked.filter(one => !expected.has(one)) };
  }

  test('is known before it asks: a body names its Patients', async () => {
    const body = (id: string) =>
      JSON.stringify({
        ...JSON.parse(stated('Basic', id, { patients: ['p'] })),
        subject: { reference: 'Patient/p' },
      });
    const plan = planOf([
      { kind: 'create', type: 'Basic', id: 'x', body: body('x') },
      { kind: 'update', type: 'Basic', id: 'y', body: body('y') },
    ]);
    const { asked, surprising } = await watch(plan, own);
    expect(asked).toContain('Patient/p');
    expect(surprising).toEqual([]);
  });

  test('is known of ops, claims, lookups and marks', async () => {
    const all = new Set<string>();
    for (const [name, plan, grant = own] of PLANS) {
      // Bodies that do not name their Patients by a reference: see the test above.
      const { asked, surprising } = await watch(plan, grant);
      expect([name, surprising.filter(one => one !== 'Patient/p')]).toEqual([name, []]);
      for (const one of asked) all.add(one);
    }
    expect([...all]).toEqual(expect.arrayContaining(['Basic/a', 'k|p', 'k|a', 'm']));
  });
});

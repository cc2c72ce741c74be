import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/fhir/types.ts';
import { draftRecord } from '../../../src/interactions/import/draft.ts';
import type { Facts } from '../../../src/interactions/import/facts.ts';
import { planImport } from '../../../src/interactions/import/plan.ts';
import { readRecord } from '../../../src/interactions/import/read.ts';
import { conceptOf } from '../../../src/iop/concepts.ts';
import type { Version, WritePlan } from '../../../src/store/port.ts';
import type { ImportEntry } from '../../../src/store/registry.ts';
import { session } from '../../support/clinic.ts';

const counting = (prefix: string) => {
  let n = 0;
  return () => `${prefix}${n++}`;
};

function draftOf(record: JsonObject) {
  const reading = readRecord(record, 'program', conceptOf);
  if (!reading.ok) throw new Error(JSON.stringify(reading.issues));
  return draftRecord(reading.concept, reading.record, counting('link-'));
}

interface Known {
  claims?: Record<string, string>;
  entry?: ImportEntry;
  versions?: Version[];
}

/** What the store would say. */
function factsOf({ claims = {}, entry, versions = [] }: Known): Facts {
  const claim = (key: string): string | undefined => claims[key];
  return {
    entry: () => entry,
    claim,
    holder: claim,
    claimsOf: Map.groupBy(Object.keys(claims), key => claims[key]!),
    current: reference => versions.find(one => `${one.type}/${one.id}` === reference),
    imported: () => undefined,
    note: () => undefined,
    read: () => versions,
  };
}

function planOf(record: JsonObject, known: Known) {
  const planner = { facts: factsOf(known), ids: counting('new-'), base: 'http://here/fhir', check: () => [] };
  return planImport(draftOf(record), planner);
}

function writesOf(record: JsonObject, known: Known): WritePlan {
  const planned = planOf(record, known);
  if (planned.kind !== 'write') throw new Error(JSON.stringify(planned));
  return planned.plan;
}

const PATIENT = { 'program|client|c1|': 'Patient/p1' };
const KEY = 'program|session|s-c1|appointment/c1';

describe('the plan of a first import', () => {
  const plan = writesOf(session('c1'), { claims: PATIENT });

  test('creates what the record makes, under ids that are made', () => {
    expect(plan.ops.map(({ kind, ...op }) => [kind, 'type' in op && op.type, 'id' in op && op.id])).toEqual([
      ['create', 'Appointment', 'new-0'],
    ]);
  });

  test('leaves references to the commit, which finds them by key', () => {
    const [lookup] = plan.lookups;
    expect(plan.lookups).toEqual([
      {
        kind: 'claim',
        marker: 'urn:uuid:link-0',
        key: 'program|client|c1|',
        missing: 'refers to client c1, which is not known: import it first',
      },
    ]);
    const [op] = plan.ops;
    expect(op !== undefined && 'body' in op && op.body.includes(`"reference":"${lookup?.marker}"`)).toBe(
      true,
    );
  });

  test('claims the key of each resource and marks the record as imported for the first time', () => {
    expect(plan.claims).toEqual([{ key: KEY, type: 'Appointment', id: 'new-0' }]);
    expect(plan.marks).toEqual([
      {
        key: 'program|session|s-c1',
        digest: expect.stringMatching(/^[0-9a-f]{64}$/),
        parts: [KEY],
        seen: undefined,
        relied: {},
      },
    ]);
  });

  test('is none where a reference names what nobody knows', () => {
    expect(planOf(session('c1'), {})).toEqual({
      kind: 'bad',
      issues: [
        { path: 'clients[0].client', message: 'refers to client c1, which is not known: import it first' },
      ],
    });
  });
});

describe('the plan of a later import', () => {
  /** The Appointment as the first plan would have stored it, in this version. */
  function stored(version: number, change: JsonObject = {}): Known {
    const [op] = writesOf(session('c1'), { claims: PATIENT }).ops;
    const text = (op as { body: string }).body.replace('urn:uuid:link-0', 'Patient/p1');
    const body = JSON.stringify({ ...(JSON.parse(text) as JsonObject), ...change });
    const common = { type: 'Appointment', id: 'new-0', patients: ['p1'], deleted: false, body };
    const by = { owner: 'program', source: 'program', writer: 'program' };
    return {
      claims: { ...PATIENT, [KEY]: 'Appointment/new-0' },
      entry: {
        digest: draftOf(session('c1')).digest,
        parts: [{ key: KEY, type: 'Appointment', id: 'new-0', version: 1 }],
      },
      versions: [{ ...common, ...by, version, seq: version, created: 1 }],
    };
  }

  test('is none where nothing changed', () => {
    expect(planOf(session('c1'), stored(1))).toEqual({ kind: 'unchanged' });
  });

  test('updates only the version it compared with', () => {
    const plan = writesOf(session('c1', { topic: 'Sleep' }), stored(1));
    expect(plan.ops).toMatchObject([
      { kind: 'update', type: 'Appointment', id: 'new-0', ifMatch: 1, mustExist: true },
    ]);
    expect(plan.lookups).toEqual([]);
    expect(plan.claims).toEqual([]);
    expect(plan.marks).toMatchObject([
      { digest: draftOf(session('c1', { topic: 'Sleep' })).digest, seen: draftOf(session('c1')).digest },
    ]);
  });

  test('only marks the record where both sides came to say the same', () => {
    const start = '2026-08-03T17:00:00-05:00';
    const plan = writesOf(session('c1', { start }), stored(2, { start }));
    expect(plan.ops).toEqual([]);
    expect(plan.marks).toMatchObject([{ parts: [KEY], relied: { [KEY]: 2 } }]);
  });

  test('is a conflict where the sides say different things', () => {
    const start = '2026-08-03T17:00:00-05:00';
    expect(planOf(session('c1', { topic: 'Sleep' }), stored(2, { start }))).toEqual({
      kind: 'conflict',
      issues: [],
      conflicts: [
        { path: 'start', record: session('c1').start, fhir: start },
        { path: 'topic', record: 'Sleep' },
      ],
    });
  });
});

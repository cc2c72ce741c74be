// The store in a test's hand: short forms of the calls that every contract makes.
import { afterEach, beforeEach } from '@jest/globals';
import type { Grant } from '../../src/access/grant.ts';
import { FhirError } from '../../src/fhir/error.ts';
import type { Plan, Store, Version, WriteOp, WritePlan, WriteResult } from '../../src/store/port.ts';
import { draft, grantFor, type Stated, stated, statedDerive } from '../support/store.ts';
import type { OpenedStore, OpenStore } from './store-contract.ts';

export interface Hand {
  opened: OpenedStore;
  store: Store;
  /** ms since the epoch; tests move it by hand. */
  now: number;
  /** The owning program. */
  own: Grant;
}

/** Opens a fresh store before each test of the block and closes it after. */
export function useStore(open: OpenStore): () => Hand {
  let hand: Hand | undefined;
  beforeEach(async () => {
    const clock = { now: Date.parse('2026-06-01T00:00:00Z') };
    const opened = await open({ derive: statedDerive, clock: () => clock.now });
    hand = {
      opened,
      store: opened.store,
      own: grantFor('prog'),
      get now() {
        return clock.now;
      },
      set now(at: number) {
        clock.now = at;
      },
    };
  });
  afterEach(async () => {
    await hand?.opened.close();
  });
  return () => hand!;
}

export const planOf = (ops: readonly WriteOp[], parts: Partial<WritePlan> = {}): WritePlan => ({
  ops,
  lookups: [],
  claims: [],
  marks: [],
  ...parts,
});

export function transact(
  hand: Hand,
  ops: readonly WriteOp[],
  grant: Grant = hand.own,
  parts: Partial<WritePlan> = {},
): Promise<readonly WriteResult[]> {
  return hand.store.transact(planOf(ops, parts), grant, draft('transaction'));
}

export const createOp = (type: string, id: string, about: Stated = {}): WriteOp => ({
  kind: 'create',
  type,
  id,
  body: stated(type, id, about),
});

export const updateOp = (
  type: string,
  id: string,
  about: Stated = {},
  parts: Partial<Extract<WriteOp, { kind: 'update' }>> = {},
): WriteOp => ({ kind: 'update', type, id, body: stated(type, id, about), ...parts });

export const deleteOp = (type: string, id: string): WriteOp => ({ kind: 'delete', type, id });

export async function create(hand: Hand, type: string, id: string, about: Stated = {}, grant = hand.own) {
  return versionOf((await transact(hand, [createOp(type, id, about)], grant))[0]);
}

export async function update(hand: Hand, type: string, id: string, about: Stated = {}, grant = hand.own) {
  return versionOf((await transact(hand, [updateOp(type, id, about)], grant))[0]);
}

export async function remove(hand: Hand, type: string, id: string, grant = hand.own) {
  return versionOf((await transact(hand, [deleteOp(type, id)], grant))[0]);
}

export function versionOf(result: WriteResult | undefined): Version {
  if (result === undefined || !('version' in result)) throw new Error('No version came out.');
  return result.version;
}

/** Ids of one page. */
export async function idsOf(hand: Hand, plan: Plan, grant: Grant = hand.own): Promise<string[]> {
  return (await hand.store.search(plan, grant)).matches.map(version => version.id);
}

/** The code a promise is rejected with; `resolved` where it is not. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'resolved';
  } catch (error) {
    if (error instanceof FhirError) return error.code;
    throw error;
  }
}

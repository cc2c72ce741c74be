import type { Principal } from '../access/grant.ts';
import type { WriteOp, WritePlan, WriteResult } from '../store/port.ts';
import type { Context } from './context.ts';
import { witnessOf } from './provenance.ts';

/** The plan of a write that stands alone, with the record of who wrote it where it joins another's. */
export const soleOp = (op: WriteOp, context: Context, principal: Principal): WritePlan => ({
  ops: [op, ...witnessOf(op, 0, context, principal)],
  lookups: [],
  claims: [],
  marks: [],
});

export type VersionResult = Extract<WriteResult, { version: unknown }>;

/** Its result. Anything but a version is a broken promise of the store. */
export function onlyResult(results: readonly WriteResult[]): VersionResult {
  const [result] = results;
  if (result === undefined || result.kind === 'absent' || result.kind === 'found')
    throw new Error('The store answered a write without a version.');
  return result;
}

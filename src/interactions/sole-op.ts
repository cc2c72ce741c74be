import type { WriteOp, WritePlan, WriteResult } from '../store/port.ts';

/** The plan of a write that stands alone. */
export const soleOp = (op: WriteOp): WritePlan => ({ ops: [op], lookups: [], claims: [], marks: [] });

export type VersionResult = Extract<WriteResult, { version: unknown }>;

/** Its result. Anything but a version is a broken promise of the store. */
export function onlyResult(results: readonly WriteResult[]): VersionResult {
  const [result] = results;
  if (result === undefined || result.kind === 'absent' || result.kind === 'found')
    throw new Error('The store answered a write without a version.');
  return result;
}

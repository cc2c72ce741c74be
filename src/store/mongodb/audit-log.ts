// Chains of audit rows, one to a writer: a lane, or the recorder of a process.
import { canonicalJson, FIRST_HASH, rowHash } from '../../audit/chain.ts';
import type { AuditDraft, AuditRow } from '../port.ts';
import type { AuditDocument } from './documents.ts';
import type { Collections } from './reading.ts';

/** The end of a chain: number and hash of its last row. */
export interface ChainEnd {
  readonly number: number;
  readonly hash: string;
}

/** The rows that drafts become after the end of a chain, in order. `at`: microseconds since the epoch. */
export function auditDocuments(
  writer: string,
  end: ChainEnd,
  drafts: readonly AuditDraft[],
  at: number,
): AuditDocument[] {
  let { number, hash } = end;
  return drafts.map(one => {
    number += 1;
    const draft = canonicalJson(one);
    hash = rowHash(hash, { writer, number, at }, draft);
    return { _id: `${writer}/${number}`, writer, number, at, draft, hash };
  });
}

export async function chainEnd({ audit }: Collections, writer: string): Promise<ChainEnd> {
  const projection = { _id: 0, number: 1, hash: 1 };
  const last = await audit.findOne({ writer }, { sort: { number: -1 }, projection });
  return last ?? { number: 0, hash: FIRST_HASH };
}

/** The names of all chains that have rows, in order. One leap along the index for each. */
export async function readWriters({ audit }: Collections): Promise<string[]> {
  const groups = await audit.aggregate<{ _id: string }>([{ $group: { _id: '$writer' } }]).toArray();
  return groups.map(group => group._id).sort();
}

/** Rows of a chain with number > after, in order. */
export async function readAudit(
  { audit }: Collections,
  writer: string,
  after: number,
  limit: number,
): Promise<AuditRow[]> {
  const [before, rows] = await Promise.all([
    audit.findOne({ writer, number: after }, { projection: { hash: 1 } }),
    audit
      .find({ writer, number: { $gt: after } })
      .sort({ number: 1 })
      .limit(limit)
      .toArray(),
  ]);
  let prev = before?.hash ?? FIRST_HASH;
  return rows.map(({ number, at, draft, hash }) => {
    const row = { ...(JSON.parse(draft) as AuditDraft), writer, number, at, prev, hash };
    prev = hash;
    return row;
  });
}

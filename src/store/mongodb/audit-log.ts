// Chains of audit rows, one to a writer: a lane, or the recorder of a process.

import type { Grant } from '../../access/grant.ts';
import { canonicalJson, FIRST_HASH, rowHash } from '../../audit/chain.ts';
import { entriesOf, keysAsked, keysOf } from '../../audit/row.ts';
import type { AuditDraft, AuditEnd, AuditPage, AuditPlace, AuditQuery, AuditRow } from '../port/audit.ts';
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
    return { _id: `${writer}/${number}`, writer, number, at, draft, hash, keys: keysOf(one) };
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

/** The last row of each chain, in order of the writers. */
export async function readEnds(collections: Collections): Promise<AuditEnd[]> {
  const writers = await readWriters(collections);
  return Promise.all(writers.map(async writer => ({ writer, ...(await chainEnd(collections, writer)) })));
}

/** The order of the index, so that nothing is sorted. */
const NEWEST = { at: -1, writer: -1, number: -1 } as const;

/** Rows that the Grant reaches, newest first: along the rarest key asked for, in the order of the index. */
export async function readTrail({ audit }: Collections, query: AuditQuery, grant: Grant): Promise<AuditPage> {
  const keys = keysAsked(query, grant.audit);
  if (keys === undefined) return { entries: [] };
  const filter = { $and: [...keys.map(key => ({ keys: key })), ...boundsOf(query)] };
  const options = {
    hint: query.row === undefined ? 'key' : 'chain',
    projection: { keys: 0, hash: 0 },
    sort: NEWEST,
    limit: query.limit + 1,
  };
  const found = await audit.find(filter, options).toArray();
  const beyond = found[query.limit];
  return {
    entries: found.slice(0, query.limit).flatMap(row => entriesOf(row.draft, row)),
    ...(beyond === undefined
      ? {}
      : { next: { at: beyond.at, writer: beyond.writer, number: beyond.number } }),
  };
}

function boundsOf({ since, until, row, from }: AuditQuery): object[] {
  return [
    ...(since === undefined ? [] : [{ at: { $gte: since } }]),
    ...(until === undefined ? [] : [{ at: { $lt: until } }]),
    ...(row === undefined ? [] : [{ writer: row.writer, number: row.number }]),
    ...(from === undefined ? [] : [{ at: { $lte: from.at } }, notAfter(from)]),
  ];
}

/** Not before this place in the order, which goes down. */
const notAfter = ({ at, writer, number }: AuditPlace) => ({
  $or: [{ at: { $lt: at } }, { at, writer: { $lt: writer } }, { at, writer, number: { $lte: number } }],
});

// Exceptions of 42 CFR Part 2 on a database that several servers share.
import { canonicalJson } from '../../audit/chain.ts';
import type { ExceptionEntry, ExceptionKind, ExceptionOf } from '../registry.ts';
import type { ExceptionDocument } from './documents.ts';
import type { Collections } from './reading.ts';

const parsed = ({ entry }: Pick<ExceptionDocument, 'entry'>): ExceptionEntry =>
  JSON.parse(entry) as ExceptionEntry;

export const exceptionDocument = (entry: ExceptionEntry): ExceptionDocument => ({
  _id: entry.id,
  kind: entry.kind,
  entry: canonicalJson(entry),
});

export async function exceptionsOfKind<K extends ExceptionKind>(
  { exception }: Collections,
  kind: K,
): Promise<ExceptionOf<K>[]> {
  return (await exception.find({ kind }).sort({ _id: 1 }).toArray()).map(parsed) as ExceptionOf<K>[];
}

export async function exceptionOf<K extends ExceptionKind>(
  { exception }: Collections,
  kind: K,
  id: string,
): Promise<ExceptionOf<K> | undefined> {
  const found = await exception.findOne({ _id: id, kind });
  return found === null ? undefined : (parsed(found) as ExceptionOf<K>);
}

export async function exceptionsAfter(
  { exception }: Collections,
  after: string,
  limit: number,
): Promise<ExceptionEntry[]> {
  return (
    await exception
      .find({ _id: { $gt: after } })
      .sort({ _id: 1 })
      .limit(limit)
      .toArray()
  ).map(parsed);
}

export async function writeException({ exception }: Collections, entry: ExceptionEntry): Promise<void> {
  const { _id, ...rest } = exceptionDocument(entry);
  await exception.updateOne({ _id }, { $set: rest }, { upsert: true });
}

// Puts single items of another store into this one. Versions: see archive.ts.
import type { Collection, Filter, OptionalUnlessRequiredId } from 'mongodb';
import { canonicalJson } from '../../audit/chain.ts';
import { keysOfText } from '../../audit/row.ts';
import { FhirError } from '../../fhir/error.ts';
import type { ArchiveItem, ArchiveKind } from '../archive.ts';
import { exceptionDocument } from './exceptions.ts';
import type { Collections } from './reading.ts';
import { nameOf } from './rows.ts';

type Item<K extends ArchiveKind> = Extract<ArchiveItem, { kind: K }>;

/** Items of one kind. What is there already and equal is passed over. */
export async function writeDocuments(
  { organization, client, revocation, exception, sync, fact, claim, mark, audit }: Collections,
  items: readonly ArchiveItem[],
): Promise<void> {
  await writeMissing('organization', organization, ofKind(items, 'organization').map(organizationOf));
  await writeMissing('client', client, ofKind(items, 'client').map(clientOf));
  await writeMissing(
    'revocation',
    revocation,
    ofKind(items, 'revocation').map(({ jti, expires }) => ({ _id: jti, expires })),
  );
  await writeMissing(
    'exception',
    exception,
    ofKind(items, 'exception').map(({ entry }) => exceptionDocument(entry)),
  );
  await writeMissing(
    'sync',
    sync,
    ofKind(items, 'sync').map(({ key, value }) => ({ _id: key, value })),
  );
  await writeMissing(
    'fact',
    fact,
    ofKind(items, 'fact').map(({ name, value }) => ({ _id: name, value })),
  );
  await writeMissing('claim', claim, ofKind(items, 'claim').map(claimOf));
  await writeMissing('mark', mark, ofKind(items, 'mark').map(markOf));
  await writeMissing('audit', audit, ofKind(items, 'audit').map(auditOf));
}

const ofKind = <K extends ArchiveKind>(items: readonly ArchiveItem[], kind: K): Item<K>[] =>
  items.filter((item): item is Item<K> => item.kind === kind);

const organizationOf = ({ id, prefix, program, part2 }: Item<'organization'>) => ({
  _id: id,
  prefix,
  program,
  part2,
});

const clientOf = ({ kind: _, ...entry }: Item<'client'>) => ({
  _id: entry.id,
  entry: canonicalJson(entry),
});

const claimOf = ({ key, imported, ...named }: Item<'claim'>) => ({ _id: key, name: nameOf(named), imported });

const markOf = ({ key, digest, parts }: Item<'mark'>) => ({ _id: key, digest, parts: [...parts] });

const auditOf = ({ kind: _, ...row }: Item<'audit'>) => ({
  _id: `${row.writer}/${row.number}`,
  ...row,
  keys: keysOfText(row.draft),
});

async function writeMissing<T extends { _id: string }>(
  kind: ArchiveKind,
  collection: Collection<T>,
  documents: readonly T[],
): Promise<void> {
  if (documents.length === 0) return;
  const filter = { _id: { $in: documents.map(one => one._id) } } as Filter<T>;
  const there = new Map((await collection.find(filter).toArray()).map(one => [one._id as string, one as T]));
  for (const one of documents) {
    const held = there.get(one._id);
    if (held !== undefined && !same(held, one))
      throw new FhirError('conflict', `The target holds something else in the place of an item (${kind}).`);
  }
  const missing = documents.filter(one => !there.has(one._id)) as OptionalUnlessRequiredId<T>[];
  if (missing.length > 0) await collection.insertMany(missing, { ordered: false });
}

/** Member by member: the order in which they came to be stored says nothing. */
function same(a: object, b: object): boolean {
  const text = (value: object): string =>
    JSON.stringify(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
  return text(a) === text(b);
}

// Puts single items of another store into this one. Versions: see ../unit/restore.ts.
import { canonicalJson } from '../../audit/chain.ts';
import { keysOfText } from '../../audit/row.ts';
import { FhirError } from '../../fhir/error.ts';
import type { ArchiveItem, ArchiveKind } from '../archive.ts';
import { partsOf } from './archive-read.ts';
import { writeKeys } from './audit-log.ts';
import { entryOf, writeClient, writeRevocation } from './clients.ts';
import { exceptionText, writeException } from './exceptions.ts';
import type { Reading } from './reading.ts';
import { factOf, organizationsOf, writeFact, writeOrganization } from './registry.ts';
import { bareRow } from './rows.ts';
import { syncValue, writeSync } from './syncs.ts';

type Item<K extends ArchiveKind> = Extract<ArchiveItem, { kind: K }>;

/** On the writing connection, inside a unit. What is there already and equal is passed over. */
export function writeItem(writing: Reading, item: Exclude<ArchiveItem, { kind: 'version' }>): void {
  switch (item.kind) {
    case 'organization':
      writeEntry(writing, item);
      break;
    case 'client':
      writeClientItem(writing, item);
      break;
    case 'revocation':
      writeRevocationItem(writing, item);
      break;
    case 'exception':
      writeExceptionItem(writing, item);
      break;
    case 'sync':
      writeSyncItem(writing, item);
      break;
    case 'fact':
      writeMovedFact(writing, item);
      break;
    case 'claim':
      writeClaim(writing, item);
      break;
    case 'mark':
      writeMark(writing, item);
      break;
    case 'audit':
      writeAuditRow(writing, item);
  }
}

const occupied = (kind: ArchiveKind): FhirError =>
  new FhirError('conflict', `The target holds something else in the place of an item (${kind}).`);

/** True where the very same stands there, throws where something else does. */
function isThere<T>(kind: ArchiveKind, there: T | undefined, given: T): boolean {
  if (there === undefined) return false;
  if (JSON.stringify(there) === JSON.stringify(given)) return true;
  throw occupied(kind);
}

function writeEntry(writing: Reading, { kind, id, prefix, program, part2 }: Item<'organization'>): void {
  const entry = { id, prefix, program, part2 };
  const there = organizationsOf(writing).find(one => one.id === id);
  if (!isThere(kind, there, entry)) writeOrganization(writing, entry);
}

function writeClientItem(writing: Reading, { kind, ...entry }: Item<'client'>): void {
  if (!isThere(kind, entryOf(writing, entry.id), canonicalJson(entry))) writeClient(writing, entry);
}

function writeRevocationItem(writing: Reading, { kind, jti, expires }: Item<'revocation'>): void {
  const there = writing.connection.get<{ expires: number }>(
    'SELECT expires FROM revocation WHERE jti = ?',
    jti,
  );
  if (!isThere(kind, there, { expires })) writeRevocation(writing, jti, expires);
}

function writeExceptionItem(writing: Reading, { kind, entry }: Item<'exception'>): void {
  if (!isThere(kind, exceptionText(writing, entry.id), canonicalJson(entry))) writeException(writing, entry);
}

function writeSyncItem(writing: Reading, { kind, key, value }: Item<'sync'>): void {
  if (!isThere(kind, syncValue(writing, key), value)) writeSync(writing, { key, value });
}

function writeMovedFact(writing: Reading, { kind, name, value }: Item<'fact'>): void {
  if (!isThere(kind, factOf(writing, name), value)) writeFact(writing, name, value);
}

function writeClaim(writing: Reading, { kind, key, type, id, imported }: Item<'claim'>): void {
  const { connection } = writing;
  const row = bareRow(writing, type, id);
  if (row === undefined) throw new FhirError('conflict', 'A claim names a resource that is not there.');
  const there = connection.get<{ rid: number; imported: number }>(
    'SELECT rid, imported FROM claim WHERE key = ?',
    key,
  );
  if (isThere(kind, there, { rid: row.rid, imported })) return;
  connection.run('INSERT INTO claim (key, rid, imported) VALUES (?, ?, ?)', key, row.rid, imported);
}

function writeMark({ connection }: Reading, { kind, key, digest, parts }: Item<'mark'>): void {
  const there = connection.get<{ n: number; digest: string }>(
    'SELECT n, digest FROM import_mark WHERE key = ?',
    key,
  );
  const standing =
    there === undefined ? undefined : { digest: there.digest, parts: partsOf(connection, there.n) };
  if (isThere(kind, standing, { digest, parts })) return;
  const { lastInsertRowid } = connection.run(
    'INSERT INTO import_mark (key, digest) VALUES (?, ?)',
    key,
    digest,
  );
  for (const part of parts) {
    const { changes } = connection.run(
      'INSERT INTO import_part (mark, claim) SELECT ?, n FROM claim WHERE key = ?',
      lastInsertRowid,
      part,
    );
    if (changes === 0) throw new FhirError('conflict', 'An import mark has a part that nothing claims.');
  }
}

function writeAuditRow(writing: Reading, { kind, writer, number, at, draft, hash }: Item<'audit'>): void {
  const { connection, words } = writing;
  const chain = words.intern(connection, writer);
  const there = connection.get<{ at: number; draft: string; hash: string }>(
    'SELECT at, draft, hash FROM audit WHERE writer = ? AND number = ?',
    chain,
    number,
  );
  if (isThere(kind, there, { at, draft, hash })) return;
  connection.run(
    'INSERT INTO audit (writer, number, at, draft, hash) VALUES (?, ?, ?, ?, ?)',
    chain,
    number,
    at,
    draft,
    hash,
  );
  writeKeys(writing, keysOfText(draft), { at, writer: chain, number });
}

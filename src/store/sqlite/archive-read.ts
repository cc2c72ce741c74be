// What a store file keeps, in the order in which every archive gives it.
import { type ArchiveItem, type ArchiveKind, type ArchivePage, keyOfItem, MOVED_FACTS } from '../archive.ts';
import type { Version } from '../port.ts';
import { readAuditWriters } from './audit-log.ts';
import { clientsOf } from './clients.ts';
import { exceptionsAfter } from './exceptions.ts';
import type { Reading } from './reading.ts';
import { factOf, organizationsOf } from './registry.ts';
import { CURRENT_COLUMNS, currentRow, PAST_COLUMNS, type ResourceRow, toVersion } from './rows.ts';
import { syncsAfter } from './syncs.ts';

type Item<K extends ArchiveKind> = Extract<ArchiveItem, { kind: K }>;
/** Items after a key, at most `limit`. */
type Read<K extends ArchiveKind> = (reading: Reading, after: string, limit: number) => Item<K>[];

const READ: { readonly [K in ArchiveKind]: Read<K> } = {
  organization: organizationsAfter,
  client: clientsAfter,
  revocation: revocationsAfter,
  exception: (reading, after, limit) =>
    exceptionsAfter(reading, after, limit).map(entry => ({ kind: 'exception', entry })),
  sync: (reading, after, limit) =>
    syncsAfter(reading, '', after, limit).map(item => ({ kind: 'sync', ...item })),
  fact: factsAfter,
  version: versionsAfter,
  claim: claimsAfter,
  mark: marksAfter,
  audit: auditAfter,
};

export function readItems(
  reading: Reading,
  kind: ArchiveKind,
  after: string | undefined,
  limit: number,
): ArchivePage {
  const items = READ[kind](reading, after ?? '', limit);
  const last = items.at(-1);
  return last === undefined || items.length < limit ? { items } : { items, after: keyOfItem(last) };
}

export function countItems({ connection }: Reading): Record<ArchiveKind, number> {
  const facts = MOVED_FACTS.map(() => '?').join(', ');
  return connection.get<Record<ArchiveKind, number>>(
    `SELECT (SELECT count(*) FROM organization) AS organization,
       (SELECT count(*) FROM client) AS client, (SELECT count(*) FROM revocation) AS revocation,
       (SELECT count(*) FROM exception) AS exception, (SELECT count(*) FROM sync) AS sync,
       (SELECT count(*) FROM fact WHERE name IN (${facts})) AS fact,
       (SELECT count(*) FROM resource) + (SELECT count(*) FROM history) AS version,
       (SELECT count(*) FROM claim) AS claim, (SELECT count(*) FROM import_mark) AS mark,
       (SELECT count(*) FROM audit) AS audit`,
    ...MOVED_FACTS,
  )!;
}

/** A version whoever may see it: current or past. */
export function storedVersion(
  reading: Reading,
  type: string,
  id: string,
  version: number,
): Version | undefined {
  const current = currentRow(reading, type, id);
  const row =
    current === undefined || current.version === version
      ? current
      : reading.connection.get<ResourceRow>(
          `SELECT ${PAST_COLUMNS} FROM history h CROSS JOIN resource r ON r.rid = h.rid
           WHERE h.rid = ? AND h.version = ?`,
          current.rid,
          version,
        );
  return row === undefined ? undefined : toVersion(reading.connection, reading.words, row);
}

/** There are few. */
function organizationsAfter(reading: Reading, after: string, limit: number): Item<'organization'>[] {
  const all = organizationsOf(reading).map(entry => ({ kind: 'organization' as const, ...entry }));
  const start = after === '' ? 0 : all.findIndex(entry => entry.id === after) + 1;
  return all.slice(start, start + limit);
}

function factsAfter(reading: Reading, after: string, limit: number): Item<'fact'>[] {
  return [...MOVED_FACTS]
    .sort()
    .filter(name => name > after)
    .map(name => ({ kind: 'fact' as const, name, value: factOf(reading, name) }))
    .filter((item): item is Item<'fact'> => item.value !== undefined)
    .slice(0, limit);
}

function clientsAfter(reading: Reading, after: string, limit: number): Item<'client'>[] {
  const later = clientsOf(reading).filter(entry => entry.id > after);
  return later.slice(0, limit).map(entry => ({ kind: 'client', ...entry }));
}

function revocationsAfter({ connection }: Reading, after: string, limit: number): Item<'revocation'>[] {
  return connection
    .all<{ jti: string; expires: number }>(
      'SELECT jti, expires FROM revocation WHERE jti > ? ORDER BY jti LIMIT ?',
      after,
      limit,
    )
    .map(({ jti, expires }) => ({ kind: 'revocation', jti, expires }));
}

const VERSIONS = [
  `SELECT ${CURRENT_COLUMNS} FROM resource r WHERE r.seq > ? ORDER BY r.seq LIMIT ?`,
  `SELECT ${PAST_COLUMNS} FROM history h CROSS JOIN resource r ON r.rid = h.rid
   WHERE h.seq > ? ORDER BY h.seq LIMIT ?`,
];

function versionsAfter(reading: Reading, after: string, limit: number): Item<'version'>[] {
  const { connection, words } = reading;
  return VERSIONS.flatMap(text => connection.all<ResourceRow>(text, Number(after), limit))
    .sort((a, b) => a.seq - b.seq)
    .slice(0, limit)
    .map(row => ({ kind: 'version', ...toVersion(connection, words, row) }));
}

function claimsAfter(reading: Reading, after: string, limit: number): Item<'claim'>[] {
  return reading.connection
    .all<{ key: string; type: number; id: string; imported: number }>(
      `SELECT c.key, r.type, r.id, c.imported FROM claim c CROSS JOIN resource r ON r.rid = c.rid
       WHERE c.key > ? ORDER BY c.key LIMIT ?`,
      after,
      limit,
    )
    .map(({ type, ...claim }) => ({ kind: 'claim', ...claim, type: reading.text(type) }));
}

function marksAfter({ connection }: Reading, after: string, limit: number): Item<'mark'>[] {
  return connection
    .all<{ n: number; key: string; digest: string }>(
      'SELECT n, key, digest FROM import_mark WHERE key > ? ORDER BY key LIMIT ?',
      after,
      limit,
    )
    .map(({ n, key, digest }) => ({ kind: 'mark', key, digest, parts: partsOf(connection, n) }));
}

/** Claim keys of a mark, in order. */
export const partsOf = (connection: Reading['connection'], mark: number): string[] =>
  connection
    .all<{ key: string }>(
      'SELECT c.key FROM import_part p CROSS JOIN claim c ON c.n = p.claim WHERE p.mark = ? ORDER BY c.key',
      mark,
    )
    .map(part => part.key);

interface AuditRow {
  number: number;
  at: number;
  draft: string;
  hash: string;
}

/** Chain after chain; a page may reach over several. `after`: `writer/number`. */
function auditAfter(reading: Reading, after: string, limit: number): Item<'audit'>[] {
  const bar = after.lastIndexOf('/');
  const [begun, number] = [after.slice(0, Math.max(bar, 0)), Number(after.slice(bar + 1))];
  const items: Item<'audit'>[] = [];
  for (const writer of readAuditWriters(reading)) {
    if (items.length >= limit) break;
    if (writer < begun) continue;
    const rows = reading.connection.all<AuditRow>(
      'SELECT number, at, draft, hash FROM audit WHERE writer = ? AND number > ? ORDER BY number LIMIT ?',
      reading.number(writer),
      writer === begun ? number : 0,
      limit - items.length,
    );
    items.push(...rows.map(row => ({ kind: 'audit' as const, writer, ...row })));
  }
  return items;
}

import { canonicalJson, FIRST_HASH, rowHash } from '../../audit/chain.ts';
import type { AuditDraft, AuditRow, Version, WriteResult } from '../port.ts';
import type { Connection } from './connection.ts';
import type { Tail } from './tail.ts';

/** Adds a row at the end of the chain. Inside a unit. */
export function appendAudit(connection: Connection, tail: Tail, draft: AuditDraft): void {
  const number = tail.audit.number + 1;
  const at = tail.now();
  const text = canonicalJson(draft);
  const hash = rowHash(tail.audit.hash, { writer: tail.writer, number, at }, text);
  connection.run('INSERT INTO audit (number, at, draft, hash) VALUES (?, ?, ?, ?)', number, at, text, hash);
  tail.append(number, hash);
}

/** The draft with the versions that came out of a plan, and the people they name. */
export function completed(draft: AuditDraft, results: readonly WriteResult[]): AuditDraft {
  const versions = results.flatMap(versionsOf);
  if (versions.length === 0) return draft;
  const names = versions.map(one => `${one.type}/${one.id}/${one.version}`);
  return {
    ...draft,
    versions: [...new Set([...draft.versions, ...names])],
    patients: [...new Set([...draft.patients, ...versions.flatMap(one => one.patients)])],
  };
}

function versionsOf(result: WriteResult): readonly Version[] {
  if (result.kind === 'absent') return [];
  return result.kind === 'found' ? [...result.page.matches, ...result.page.included] : [result.version];
}

interface StoredRow {
  number: number;
  at: number;
  draft: string;
  hash: string;
}

/** Rows with number > after, in order. */
export function readAudit(connection: Connection, writer: string, after: number, limit: number): AuditRow[] {
  const before = connection.get<{ hash: string }>('SELECT hash FROM audit WHERE number = ?', after);
  let prev = before?.hash ?? FIRST_HASH;
  const rows = connection.all<StoredRow>(
    'SELECT number, at, draft, hash FROM audit WHERE number > ? ORDER BY number LIMIT ?',
    after,
    limit,
  );
  return rows.map(({ number, at, draft, hash }) => {
    const row = { ...(JSON.parse(draft) as AuditDraft), writer, number, at, prev, hash };
    prev = hash;
    return row;
  });
}

import { canonicalJson, FIRST_HASH, rowHash } from '../../audit/chain.ts';
import { keysOf } from '../../audit/row.ts';
import type { AuditDraft, AuditEnd, AuditRow } from '../port/audit.ts';
import type { Reading } from './reading.ts';
import type { Tail } from './tail.ts';

/** Adds a row at the end of the chain. Inside a unit. */
export function appendAudit(writing: Reading, tail: Tail, draft: AuditDraft): void {
  const { connection, words } = writing;
  const number = tail.audit.number + 1;
  const at = tail.now();
  const text = canonicalJson(draft);
  const hash = rowHash(tail.audit.hash, { writer: tail.writer, number, at }, text);
  const writer = words.intern(connection, tail.writer);
  connection.run(
    'INSERT INTO audit (writer, number, at, draft, hash) VALUES (?, ?, ?, ?, ?)',
    writer,
    number,
    at,
    text,
    hash,
  );
  writeKeys(writing, keysOf(draft), { at, writer, number });
  tail.append(number, hash);
}

/** What a row is found by. `writer`: its number in `word`. */
export function writeKeys(
  { connection, words }: Reading,
  keys: readonly string[],
  { at, writer, number }: { at: number; writer: number; number: number },
): void {
  for (let from = 0; from < keys.length; from += MOST_KEYS) {
    const some = keys.slice(from, from + MOST_KEYS);
    connection.run(
      INSERTS[some.length - 1]!,
      at,
      writer,
      number,
      ...some.map(key => words.intern(connection, key)),
    );
  }
}

/** Keys in one statement: most rows have three to five, and what is prepared for each number stays few. */
const MOST_KEYS = 8;

const INSERTS = Array.from({ length: MOST_KEYS }, (_, last) => {
  const rows = Array.from({ length: last + 1 }, (_, key) => `(?${key + 4}, ?1, ?2, ?3)`);
  return `INSERT INTO audit_key (word, at, writer, number) VALUES ${rows.join(', ')}`;
});

interface StoredRow {
  number: number;
  at: number;
  draft: string;
  hash: string;
}

/** Names of the chains, in order. Steps from one writer to the next instead of reading every row. */
export function readAuditWriters({ connection }: Reading): string[] {
  const rows = connection.all<{ text: string }>(
    `WITH RECURSIVE chain (n) AS (
       SELECT min(writer) FROM audit
       UNION ALL SELECT (SELECT min(writer) FROM audit WHERE writer > chain.n) FROM chain WHERE chain.n IS NOT NULL)
     SELECT w.text FROM chain CROSS JOIN word w ON w.n = chain.n ORDER BY w.text`,
  );
  return rows.map(row => row.text);
}

/** Rows with number > after, in order. */
export function readAudit(reading: Reading, writer: string, after: number, limit: number): AuditRow[] {
  const { connection } = reading;
  const chain = reading.number(writer);
  const before = connection.get<{ hash: string }>(
    'SELECT hash FROM audit WHERE writer = ? AND number = ?',
    chain,
    after,
  );
  let prev = before?.hash ?? FIRST_HASH;
  const rows = connection.all<StoredRow>(
    'SELECT number, at, draft, hash FROM audit WHERE writer = ? AND number > ? ORDER BY number LIMIT ?',
    chain,
    after,
    limit,
  );
  return rows.map(({ number, at, draft, hash }) => {
    const row = { ...(JSON.parse(draft) as AuditDraft), writer, number, at, prev, hash };
    prev = hash;
    return row;
  });
}

/** The last row of each chain, in order of the writers. */
export function readAuditEnds(reading: Reading): AuditEnd[] {
  return readAuditWriters(reading).flatMap(writer => {
    const last = reading.connection.get<{ number: number; hash: string }>(
      'SELECT number, hash FROM audit WHERE writer = ? ORDER BY number DESC LIMIT 1',
      reading.number(writer),
    );
    return last === undefined ? [] : [{ writer, ...last }];
  });
}

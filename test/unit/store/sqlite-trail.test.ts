// However the audit trail is asked, no table is gone through and nothing is sorted.
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from '@jest/globals';
import type { AuditQuery } from '../../../src/store/port/audit.ts';
import { placesAlong } from '../../../src/store/sqlite/audit-trail.ts';
import { SCHEMA } from '../../../src/store/sqlite/schema.ts';

const db = new DatabaseSync(':memory:');
db.exec(SCHEMA);
afterAll(() => db.close());

const from = { at: 5, writer: 'w', number: 2 };
const ASKED: [string, Omit<AuditQuery, 'limit'>, string][] = [
  ['all', {}, 'word=?'],
  ['a window of time', { since: 1, until: 9 }, 'word=? AND at>? AND at<?'],
  ['a later page', { from }, 'word=? AND (at,writer,number)<(?,?,?)'],
];

test.each(ASKED)('%s', (_what, query, range) => {
  const { sql, binds } = placesAlong('Patient/a', { ...query, limit: 9 });
  const values = binds.map(bind => (typeof bind === 'object' && bind !== null ? 1 : bind));
  const steps = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values) as { detail: string }[];
  expect(steps.map(step => step.detail)).toEqual([`SEARCH k USING PRIMARY KEY (${range})`]);
});

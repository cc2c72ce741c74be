// Without a mock of the store: what is noted goes into a list, or is refused while the list is closed.
import { beforeEach, expect, test } from '@jest/globals';
import { countStrangers, type Strangers } from '../../../src/audit/strangers.ts';
import { FhirError } from '../../../src/fhir/error.ts';
import type { AuditDraft } from '../../../src/store/port/audit.ts';

let rows: AuditDraft[];
let closed: boolean;
let now: number;
let strangers: Strangers;
beforeEach(() => {
  rows = [];
  closed = false;
  now = 0;
  const record = async (row: AuditDraft): Promise<void> => {
    if (closed) throw new FhirError('unavailable', 'closed');
    rows.push(row);
  };
  strangers = countStrangers({ record }, () => now, 3);
});

const refused = (request: string, outcome = 'unauthenticated') =>
  strangers.note({ request, action: 'request', outcome });
const told = () => rows.map(row => [row.request, row.outcome, row.count ?? 1]);

test('the first of a minute leave a row each, the others are counted and told when it is over', async () => {
  for (const request of ['1', '2', '3', '4', '5']) await refused(request);
  await refused('6', 'not-found');
  expect(rows).toHaveLength(3);
  now = 60_000;
  await refused('7');
  expect(told()).toEqual([
    ['1', 'unauthenticated', 1],
    ['2', 'unauthenticated', 1],
    ['3', 'unauthenticated', 1],
    ['', 'unauthenticated', 2],
    ['', 'not-found', 1],
    ['7', 'unauthenticated', 1],
  ]);
});

test('many at once at the turn of a minute are bounded as well', async () => {
  for (const request of ['1', '2', '3', '4']) await refused(request);
  now = 60_000;
  await Promise.all(Array.from({ length: 20 }, (_, at) => refused(`${at}`)));
  await strangers.close();
  expect(rows.filter(row => row.count === undefined)).toHaveLength(6);
  expect(rows.reduce((sum, row) => sum + (row.count ?? 1), 0)).toBe(24);
});

test('a flood of any size is some rows a minute', async () => {
  for (let at = 0; at < 5000; at += 1) await refused(`${at}`);
  await strangers.close();
  expect(rows).toHaveLength(4);
  expect(rows.at(-1)).toMatchObject({ client: '', organization: '', count: 4997 });
});

test('what is counted is not lost where it cannot be written: it is owed, and until then nobody is answered', async () => {
  for (const request of ['1', '2', '3', '4']) await refused(request);
  closed = true;
  now = 60_000;
  await expect(refused('5')).rejects.toMatchObject({ code: 'unavailable' });
  await expect(refused('6')).rejects.toMatchObject({ code: 'unavailable' });
  closed = false;
  await refused('7');
  expect(told().slice(3)).toEqual([
    ['', 'unauthenticated', 1],
    ['7', 'unauthenticated', 1],
  ]);
});

test('a row that cannot be written is told at once', async () => {
  closed = true;
  await expect(refused('1')).rejects.toMatchObject({ code: 'unavailable' });
});

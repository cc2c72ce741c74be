import { describe, expect, test } from '@jest/globals';
import { canonicalJson, FIRST_HASH, rowHash } from '../../../src/audit/chain.ts';
import { type ChainRow, type Checkpoint, type ReadRows, verifyTrail } from '../../../src/audit/verify.ts';
import { draft } from '../../support/store.ts';

function* chain(writer: string, length: number): Generator<ChainRow> {
  let prev = FIRST_HASH;
  for (let number = 1; number <= length; number += 1) {
    const place = { writer, number, at: 1000 + number };
    const text = canonicalJson(draft('read', { request: `${writer} ${number}` }));
    prev = rowHash(prev, place, text);
    yield { ...place, draft: text, hash: prev };
  }
}

const reading =
  (rows: readonly ChainRow[]): ReadRows =>
  async (after = '0', limit) => {
    const start = Number(after);
    const items = rows.slice(start, start + limit);
    return start + limit < rows.length ? { items, after: String(start + limit) } : { items };
  };

const ROWS = [...chain('a', 10), ...chain('b', 7)];
const at = (number: number, writer = 'a') =>
  ROWS.findIndex(row => row.writer === writer && row.number === number);
const pin = (number: number, writer = 'a'): Checkpoint => {
  const { hash } = ROWS[at(number, writer)]!;
  return { writer, number, hash, at: 5 };
};
/** Written anew from a row on, every hash right. */
function rewritten(from: number): ChainRow[] {
  const rows = structuredClone(ROWS);
  let prev = from === 1 ? FIRST_HASH : rows[at(from - 1)]!.hash;
  for (let number = from; number <= 10; number += 1) {
    const row = rows[at(number)]!;
    if (number === from) row.draft = canonicalJson(draft('read', { client: 'nobody' }));
    row.hash = rowHash(prev, { writer: row.writer, number, at: row.at }, row.draft);
    prev = row.hash;
  }
  return rows;
}
const edited = (change: (rows: ChainRow[]) => void): ChainRow[] => {
  const rows = structuredClone(ROWS);
  change(rows);
  return rows;
};

describe('what is done to a trail is found and named', () => {
  test.each<[string, ChainRow[], Checkpoint[], object[]]>([
    ['nothing', ROWS, [], []],
    ['nothing, with checkpoints', ROWS, [pin(3), pin(10), pin(7, 'b')], []],
    [
      'a row edited',
      edited(rows => (rows[at(4)]!.draft = rows[at(4)]!.draft.replace('ok', 'no'))),
      [],
      [{ writer: 'a', number: 4, what: 'changed' }],
    ],
    [
      'its text written otherwise, meaning the same',
      edited(rows => (rows[at(4)]!.draft = ` ${rows[at(4)]!.draft}`)),
      [],
      [{ writer: 'a', number: 4, what: 'changed' }],
    ],
    [
      'its time moved',
      edited(rows => (rows[at(2, 'b')]!.at += 1)),
      [],
      [{ writer: 'b', number: 2, what: 'changed' }],
    ],
    ['the first removed', ROWS.toSpliced(0, 1), [], [{ writer: 'a', number: 1, what: 'missing' }]],
    ['one removed', ROWS.toSpliced(at(6), 1), [], [{ writer: 'a', number: 6, what: 'missing' }]],
    [
      'one removed and the others moved up',
      edited(rows => {
        rows.splice(at(6), 1);
        for (const row of rows) if (row.writer === 'a' && row.number > 6) row.number -= 1;
      }),
      [],
      [{ writer: 'a', number: 6, what: 'changed' }],
    ],
    [
      'one put in twice',
      ROWS.toSpliced(at(6), 0, ROWS[at(6)]!),
      [],
      [{ writer: 'a', number: 6, what: 'out-of-place' }],
    ],
    [
      'two exchanged',
      edited(rows => {
        const [one, other] = [rows[at(5)]!, rows[at(6)]!];
        [rows[at(5)], rows[at(6)]] = [
          { ...other, number: 5 },
          { ...one, number: 6 },
        ];
      }),
      [],
      [{ writer: 'a', number: 5, what: 'changed' }],
    ],
    ['the end cut off, unseen', ROWS.toSpliced(at(8), 3), [], []],
    [
      'the end cut off',
      ROWS.toSpliced(at(8), 3),
      [pin(5), pin(10)],
      [{ writer: 'a', number: 10, what: 'cut-off' }],
    ],
    ['a whole chain gone', ROWS.slice(10), [pin(5), pin(10)], [{ writer: 'a', number: 5, what: 'cut-off' }]],
    ['written anew, unseen', rewritten(4), [], []],
    ['written anew', rewritten(4), [pin(9)], [{ writer: 'a', number: 9, what: 'rewritten' }]],
    ['written anew after a checkpoint, unseen', rewritten(6), [pin(5)], []],
    [
      'written anew and signed since',
      rewritten(4),
      [pin(9), { ...pin(9), hash: rewritten(4)[at(9)]!.hash }],
      [{ writer: 'a', number: 9, what: 'rewritten' }],
    ],
    [
      'something in each chain',
      edited(rows => {
        rows[at(2)]!.hash = FIRST_HASH;
        rows[at(3, 'b')]!.writer = 'a';
      }).toSorted((one, other) => (one.writer < other.writer ? -1 : one.writer > other.writer ? 1 : 0)),
      [],
      [
        { writer: 'a', number: 2, what: 'changed' },
        { writer: 'b', number: 3, what: 'missing' },
      ],
    ],
  ])('%s', async (_what, rows, checkpoints, breaks) => {
    for (const page of [1, 3, 100]) {
      const found = await verifyTrail(reading(rows), checkpoints, { page });
      expect(found.breaks).toEqual(breaks);
      expect(found.rows).toBe(rows.length);
    }
  });
});

test('a trail of any length is held in memory a page at a time', async () => {
  const rows = process.env.LONG === '1' ? 1_000_000 : 20_000;
  const made = chain('a', rows);
  const asked: number[] = [];
  // Rows exist only while they are read: nothing but a page of them is ever there.
  const read: ReadRows = async (after = '0', limit) => {
    asked.push(limit);
    const items = Array.from(
      { length: Math.min(limit, rows - Number(after)) },
      () => made.next().value as ChainRow,
    );
    const next = Number(after) + items.length;
    return next < rows ? { items, after: String(next) } : { items };
  };
  const told: number[] = [];
  const found = await verifyTrail(read, [], { progress: done => told.push(done) });
  expect(found).toEqual({ chains: 1, rows, checkpoints: 0, breaks: [] });
  expect(Math.max(...asked)).toBeLessThanOrEqual(1000);
  expect(asked.length).toBe(rows / 1000);
  expect(told.at(-1)).toBe(rows);
}, 120_000);

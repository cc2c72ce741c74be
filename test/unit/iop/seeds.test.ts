// test/iop/seeds.md: what the seeds say a program does has its concepts, and a test that is there.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../../..');
const page = readFileSync(join(ROOT, 'test/iop/seeds.md'), 'utf8');
const texts = page.split(/^## /m).slice(1);
const rows = texts.flatMap(text =>
  [...text.matchAll(/^\| (\d+[a-z]) \| ([^|]+) \| ([\d, ]+) \| `([^`]+)`: (.+) \|$/gm)].map(found => ({
    where: `${text.slice(0, 2)} ${found[1]}`,
    concepts: found[3]!.split(', ').map(Number),
    file: found[4]!,
    name: found[5]!,
  })),
);

test('every row has concepts of the 62, each sentence once, and none of the 62 is left out', () => {
  expect(texts).toHaveLength(5);
  // No row is passed over because it is written another way.
  expect(rows).toHaveLength([...page.matchAll(/^\| \d/gm)].length);
  expect(new Set(rows.map(one => one.where)).size).toBe(rows.length);
  const named = new Set(rows.flatMap(one => one.concepts));
  expect([...named].sort((a, b) => a - b)).toEqual(Array.from({ length: 62 }, (_, index) => index + 1));
});

test('every row names a test that is there', () => {
  const missing = rows.filter(({ file, name }) => {
    const source = readFileSync(join(ROOT, file), 'utf8');
    return !["'", '"', '`'].some(quote => source.includes(`${quote}${name}${quote}`));
  });
  expect(missing).toEqual([]);
});

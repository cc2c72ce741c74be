// The README's tables say what the code says.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { CONCEPTS } from '../../src/iop/concepts.ts';
import { readCompose } from '../support/compose.ts';

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

test('the table of concepts lists every kind of record with what it becomes', () => {
  const rows = CONCEPTS.map(({ kind, title, makes }) => `| \`${kind}\` | ${title} | ${makes.join(', ')} |`);
  const table = /<!-- concepts -->\n\n([\s\S]*?)\n\n<!-- \/concepts -->/.exec(readme)?.[1]?.split('\n');
  expect(table).toEqual(['| Record | What it is | FHIR |', '| --- | --- | --- |', ...rows]);
});

describe('the table of 62 concepts', () => {
  const table = /<!-- rows -->\n\n[^\n]+\n[^\n]+\n([\s\S]*?)\n\n<!-- \/rows -->/.exec(readme)?.[1] ?? '';
  const rows = table.split('\n').map(line => line.slice(2, -2).split(' | '));
  const kinds = new Set(CONCEPTS.map(one => one.kind));

  test('has all of them, in order, each of them here', () => {
    expect(rows.map(row => row.length)).toEqual(Array.from({ length: 62 }, () => 5));
    expect(rows.map(([number]) => number)).toEqual(Array.from({ length: 62 }, (_, index) => `${index + 1}`));
    expect(new Set(rows.map(([, concept]) => concept)).size).toBe(62);
    expect(new Set(rows.map(row => row[3]))).toEqual(new Set(['yes']));
  });

  test('names kinds of records that there are, and every kind', () => {
    const named = rows.map(([, , record = '']) =>
      [...record.matchAll(/`([a-z-]+)`/g)].map(found => found[1]!),
    );
    for (const [index, names] of named.entries()) {
      expect([index + 1, names.length > 0]).toEqual([index + 1, true]);
      expect([index + 1, names.filter(name => !kinds.has(name))]).toEqual([index + 1, []]);
    }
    expect([...kinds].filter(kind => !named.flat().includes(kind))).toEqual([]);
  });

  test.each(rows)('%s %s: its test is there', (_number, _concept, _record, _here, cell = '') => {
    const [, file = '', name = ''] = /^`([^`]+)`: (.+)$/.exec(cell) ?? [];
    const source = readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
    expect(["'", '"', '`'].some(quote => source.includes(`${quote}${name}${quote}`))).toBe(true);
  });
});

test('every variable of the configuration is in its table', () => {
  const config = readFileSync(join(import.meta.dirname, '../../src/config.ts'), 'utf8');
  const names = [...config.matchAll(/^ {2}([A-Z][A-Z_]+): \{/gm)].map(found => found[1]!);
  expect(names.length).toBeGreaterThan(5);
  for (const name of names) expect(readme).toMatch(new RegExp(`^\\|( \`[A-Z_]+\`,)* \`${name}\`[ ,]`, 'm'));
});

test('every folder of src is in the layout', () => {
  const listed = [...readme.matchAll(/^\| `src\/([a-z]+)` \|/gm)].map(found => found[1]);
  expect(listed).toEqual(
    expect.arrayContaining(['fhir', 'iop', 'search', 'access', 'store', 'interactions', 'http', 'cli']),
  );
});

test('what the README says of compose.yaml names its services, its port and its database', () => {
  const { services } = readCompose();
  const run = [...readme.matchAll(/^docker compose run --rm (?:-T )?(\S+)/gm)].map(found => found[1]!);
  expect(run.length).toBeGreaterThan(1);
  for (const service of run) expect(Object.keys(services)).toContain(service);
  expect(readme).toContain(`\`http://${services.server.ports![0]!.split(':').slice(0, 2).join(':')}\``);
});

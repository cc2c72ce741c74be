// The README's tables say what the code says.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { CONCEPTS } from '../../src/iop/concepts.ts';
import { readCompose } from '../support/compose.ts';

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

test('the table of concepts lists every kind of record with what it becomes', () => {
  const rows = CONCEPTS.map(({ kind, title, makes }) => `| \`${kind}\` | ${title} | ${makes.join(', ')} |`);
  const table = /<!-- concepts -->\n\n([\s\S]*?)\n\n<!-- \/concepts -->/.exec(readme)?.[1]?.split('\n');
  expect(table).toEqual(['| Record | What it is | FHIR |', '| --- | --- | --- |', ...rows]);
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

// Writes fixtures/ from the story: node test/support/write-fixtures.ts
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fixtureFiles, readmeWithCounts } from './story/files.ts';

const folder = new URL('../../fixtures/', import.meta.url);
const files = fixtureFiles();
for (const name of readdirSync(folder))
  if (/\.(?:ndjson|bundle\.json)$/.test(name) && !files.has(name)) rmSync(new URL(name, folder));
mkdirSync(new URL('expected/', folder), { recursive: true });
for (const [name, text] of files) writeFileSync(new URL(name, folder), text);

const readme = new URL('README.md', folder);
writeFileSync(readme, readmeWithCounts(readFileSync(readme, 'utf8')));

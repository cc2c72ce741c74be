// Writes profiles/ from the local vocabulary: node test/support/write-profiles.ts
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { allProfiles } from './profiles.ts';

const folder = new URL('../../profiles/', import.meta.url);
const files = allProfiles();
for (const name of readdirSync(folder))
  if (name.endsWith('.json') && !files.has(name)) rmSync(new URL(name, folder));
for (const [name, resource] of files)
  writeFileSync(new URL(name, folder), `${JSON.stringify(resource, null, 2)}\n`);

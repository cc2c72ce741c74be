// Builds dist/: TypeScript to JavaScript, and what TypeScript leaves behind (tables, the entry).
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, rmSync } from 'node:fs';

const out = process.argv[2] ?? 'dist';
rmSync(out, { recursive: true, force: true });
const tsc = spawnSync(
  process.execPath,
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', out],
  {
    stdio: 'inherit',
  },
);
if (tsc.status !== 0) process.exit(tsc.status ?? 1);
for (const file of globSync('src/**/*.json')) cpSync(file, file.replace(/^src/, out));
cpSync('src/start.mjs', `${out}/start.mjs`);

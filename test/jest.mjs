// Runs Jest on native ES modules; stops with one clear line where Node is too old to strip types.
import { spawnSync } from 'node:child_process';

const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    `The tests need Node 24 or newer; this is Node ${process.versions.node}. Run them with npm test.\n`,
  );
  process.exit(1);
}
const run = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--no-warnings',
    'node_modules/jest/bin/jest.js',
    '--config',
    'test/jest.config.json',
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
);
process.exit(run.status ?? 1);

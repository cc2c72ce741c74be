#!/usr/bin/env -S node --max-semi-space-size=16
import { existsSync } from 'node:fs';

// Plain JavaScript that Node 20 can read: older Nodes cannot strip types and have no node:sqlite, and
// their own message for that (ERR_UNKNOWN_FILE_EXTENSION) would tell a user nothing.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    `iop-fhir needs Node 24 or newer; this is Node ${process.versions.node}. ` +
      'In a checkout run it through npm (npm start, npm run iop), which brings its own; with --ignore-scripts npm leaves that Node out.\n',
  );
  process.exit(1);
}
const built = existsSync(new URL('./main.js', import.meta.url));
const { main } = await import(built ? './main.js' : './main.ts');
await main(process.argv.slice(2));

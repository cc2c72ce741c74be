import { rmSync } from 'node:fs';

// biome-ignore lint/style/noDefaultExport: Jest takes the default export.
export default async function teardown() {
  const held = globalThis.mongoForTests;
  if (held === undefined) return;
  await held.set.stop({ doCleanup: true, force: true });
  rmSync(held.dbPath, { recursive: true, force: true });
}

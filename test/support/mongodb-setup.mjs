// Before all tests: a MongoDB replica set of one member for the whole run. MONGO_URL names one that is
// there; else MONGOMS_SYSTEM_BINARY names a server binary; else one is fetched where the network allows.
// Without any the tests of that store are skipped, and this says so once; MONGO_REQUIRED=1 makes it fail.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoMemoryReplSet } from 'mongodb-memory-server-core';

// biome-ignore lint/style/noDefaultExport: Jest takes the default export.
export default async function setup() {
  if ((process.env.MONGO_URL ?? '') !== '') return;
  const systemBinary = process.env.MONGOMS_SYSTEM_BINARY || undefined;
  // In memory where the system offers that: nothing of it outlives the run.
  const dbPath = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'iop-fhir-mongo-'));
  const { warn } = console;
  // It warns with stacks of its own; what matters is said below in one line.
  console.warn = () => {};
  try {
    const set = await MongoMemoryReplSet.create({
      replSet: { count: 1, storageEngine: 'wiredTiger' },
      instanceOpts: [
        { dbPath, args: ['--wiredTigerCacheSizeGB', '1', '--setParameter', 'ttlMonitorEnabled=false'] },
      ],
      binary: systemBinary === undefined ? {} : { systemBinary, checkMD5: false, version: '6.0.5' },
    });
    globalThis.mongoForTests = { set, dbPath };
    process.env.MONGO_URL = set.getUri();
  } catch (error) {
    rmSync(dbPath, { recursive: true, force: true });
    const reason = error instanceof Error ? error.message.split('\n')[0] : 'unknown';
    if (process.env.MONGO_REQUIRED === '1')
      throw new Error(`MONGO_REQUIRED is set and no MongoDB starts: ${reason}`);
    process.stderr.write(
      `\nSKIPPED: the tests of the MongoDB store. No server: set MONGO_URL or MONGOMS_SYSTEM_BINARY (${reason}).\n\n`,
    );
  } finally {
    console.warn = warn;
  }
}

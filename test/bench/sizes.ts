// How large a MongoDB store gets: fills a database, measures its collections and indexes, and says what that
// comes to for many programs.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Collection, type Db, MongoClient } from 'mongodb';
import { ensureIndexes } from '../../src/store/mongodb/schema.ts';
import { findMongod } from './mongod.ts';
import { progress } from './progress.ts';
import { estimate, GOAL, type Measured, SHARD, sentencesOf, tableOf } from './sizes-report.ts';
import { type Cast, Clinic, mouldsOf } from './sizes-stock.ts';

const HELP = `Usage: npm run sizes -- [options]

Fills a MongoDB with generated clinics, measures what its collections and indexes take, and says what that comes
to for ${GOAL.programs.toLocaleString('en-US')} programs.

  --resources N  resources to measure with (default: 1000000; one or two thousand a second)
  --json         JSON on standard output
  --help         this text

A MongoDB is taken from MONGO_URL (a database is made there and dropped), else a replica set of one is started
from the binary that MONGOMS_SYSTEM_BINARY names. Data lie in a folder of their own in TMPDIR, which is removed.

Exit codes: 0 done, 1 something failed, 2 wrong usage.
`;

/** The others are small. */
const MEASURED = ['resource', 'history', 'place', 'claim', 'rule', 'audit'] as const;
const BATCH = 500;
/** GB. Filling indexes that do not fit takes many times as long, and sizes them no differently. */
const CACHE = 8;

class UsageError extends Error {}

/** Aborted by Ctrl-C: the database and the folder are removed all the same. */
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => stop.abort(new Error('Stopped.')));

interface Options {
  resources: number;
  json: boolean;
}

function readOptions(args: readonly string[]): Options | 'help' {
  const { values } = parsed(args);
  if (values.help === true) return 'help';
  const resources = Number(values.resources ?? '1000000');
  if (!Number.isSafeInteger(resources) || resources < 1000)
    throw new UsageError('--resources: expected a whole number of at least 1000');
  return { resources, json: values.json === true };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { resources: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** As many clinics as it takes, which write by turns: so are indexes filled in use. */
async function fill(db: Db, resources: number): Promise<void> {
  const moulds = mouldsOf(1);
  const clinics = Array.from({ length: Math.ceil(resources / moulds.length) }, () => new Clinic());
  const told = progress('resources', resources);
  let seq = Date.parse('2026-01-01T00:00:00Z') * 1000;
  let casts: Cast[] = [];
  let done = 0;
  for (const mould of moulds)
    for (const clinic of clinics) {
      if (done === resources) return;
      stop.signal.throwIfAborted();
      seq += 1000;
      casts.push(clinic.cast(mould, seq));
      done += 1;
      if (casts.length < BATCH && done < resources) continue;
      await keep(db, casts);
      casts = [];
      told(done);
    }
}

async function keep(db: Db, casts: readonly Cast[]): Promise<void> {
  const options = { ordered: false, writeConcern: { w: 1, journal: false } };
  const documents: Record<(typeof MEASURED)[number], readonly object[]> = {
    resource: casts.map(cast => cast.resource),
    history: casts.flatMap(cast => cast.past ?? []),
    place: casts.map(cast => cast.place),
    claim: casts.map(cast => cast.claim),
    rule: casts.flatMap(cast => cast.rules),
    audit: casts.map(cast => cast.audit),
  };
  await Promise.all(
    Object.entries(documents).map(async ([name, list]) => {
      const collection: Collection = db.collection(name);
      if (list.length > 0) await collection.insertMany([...list], options);
    }),
  );
}

async function measure(db: Db): Promise<Measured[]> {
  // So that all of it lies on the disk.
  await db.admin().command({ fsync: 1 });
  const found: Measured[] = [];
  for (const name of MEASURED) {
    const stages = [{ $collStats: { storageStats: {} } }];
    const [stats] = await db.collection(name).aggregate(stages).toArray();
    const { count, size, storageSize, indexSizes } = stats!.storageStats;
    found.push({ name, count, data: size, storage: storageSize, indexes: indexSizes });
  }
  return found;
}

async function measureOn(url: string, resources: number): Promise<Measured[]> {
  const client = await MongoClient.connect(url);
  try {
    const db = client.db();
    await ensureIndexes(db);
    await fill(db, resources);
    return await measure(db);
  } finally {
    await client.close();
  }
}

async function run({ resources, json }: Options): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'iop-fhir-sizes-'));
  try {
    const mongod = await findMongod(folder, CACHE);
    if (mongod === undefined)
      throw new Error('No MongoDB: set MONGO_URL, or MONGOMS_SYSTEM_BINARY to a server binary.');
    try {
      print(await measureOn(mongod.database('sizes'), resources), json);
    } finally {
      await mongod.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function print(measured: readonly Measured[], json: boolean): void {
  const found = estimate(measured);
  const text = json
    ? JSON.stringify({ measured, goal: GOAL, shard: SHARD, estimate: found }, null, 2)
    : `${tableOf(measured)}\n\n${sentencesOf(GOAL, SHARD, found)}`;
  process.stdout.write(`${text}\n`);
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') process.stdout.write(HELP);
  else await run(options);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

// `npm run bench`: the server against the limit of the machine it runs on, in one run.
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Child, killChildren, startChild } from './child.ts';
import type { LoadQuestions } from './load.ts';
import { measure, type Row, type Session } from './measure.ts';
import { findMongod } from './mongod.ts';
import { OPERATIONS } from './operations.ts';
import { HELP, type Options, readOptions, type StoreName, UsageError } from './options.ts';
import { report } from './report.ts';
import { openSide, placesOf } from './sides.ts';

/** What is to be undone at the end, last first; also where the run is interrupted. */
const undo: (() => unknown)[] = [];
let undoing: Promise<void> | undefined;
let interruption = false;

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const tidy = (): Promise<void> => {
  undoing ??= (async () => {
    for (const step of undo.splice(0).reverse()) {
      try {
        await step();
      } catch (error) {
        say(`Not tidied up: ${(error as Error).message}`);
      }
    }
  })();
  return undoing;
};

/** On a disk: what never leaves memory costs nothing to keep. */
function placeOnDisk(): string {
  const TMPFS = 0x01021994;
  const place = [tmpdir(), '/var/tmp'].find(folder => {
    try {
      return statfsSync(folder).type !== TMPFS;
    } catch {
      return false;
    }
  });
  return mkdtempSync(join(place ?? tmpdir(), 'iop-bench-'));
}

interface Outcome {
  rows: Row[];
  stores: StoreName[];
  failed: boolean;
}

async function measureAll(options: Options): Promise<Outcome> {
  const folder = placeOnDisk();
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  const load = startChild<LoadQuestions>('load.ts');
  undo.push(load.stop);
  const outcome: Outcome = { rows: [], stores: [], failed: false };
  for (const store of options.stores) {
    if (!interruption) await measureStore(store, { folder, load, options, outcome });
  }
  return outcome;
}

interface Frame {
  folder: string;
  load: Child<LoadQuestions>;
  options: Options;
  outcome: Outcome;
}

/** One store after the other: what one still writes in the background would be in the other's figures. */
async function measureStore(store: StoreName, { folder, load, options, outcome }: Frame): Promise<void> {
  const closers: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  undo.push(close);
  try {
    const mongod = store === 'mongodb' ? await findMongod(folder) : undefined;
    if (mongod !== undefined) closers.push(mongod.close);
    if (store === 'mongodb' && mongod === undefined) {
      say('MongoDB is left out: neither MONGO_URL nor MONGOMS_SYSTEM_BINARY is set.');
      return;
    }
    const side = await openSide(store, placesOf(store, folder, mongod), options.resources);
    closers.push(side.close);
    outcome.stores.push(store);
    await measureSide({ side, load, options }, outcome);
  } catch (error) {
    outcome.failed = true;
    if (!interruption) say(`${store}: ${(error as Error).message}`);
  }
  await close();
}

/** What fails is told and leaves the other operations as they are. */
async function measureSide(session: Session, outcome: Outcome): Promise<void> {
  const { side, options } = session;
  for (const operation of options.only) {
    for (const connections of OPERATIONS[operation].connections ?? options.connections) {
      if (interruption) return;
      say(`${side.store}: ${operation}, ${connections} connections`);
      try {
        outcome.rows.push(...(await measure(session, operation, connections)));
      } catch (error) {
        outcome.failed = true;
        if (!interruption) say(`${side.store}: ${operation}: ${(error as Error).message}`);
      }
    }
  }
}

function print({ rows, stores }: Outcome, options: Options): void {
  const { only, connections, seconds, tries, resources } = options;
  const machine = { node: process.versions.node, processors: availableParallelism() };
  if (options.json) {
    const conditions = { only, stores, connections, seconds, tries, resources, ...machine };
    process.stdout.write(`${JSON.stringify({ conditions, rows }, undefined, 2)}\n`);
    return;
  }
  process.stdout.write(
    `${resources.toLocaleString('en')} Observations; median of ${tries} x ${seconds} s; ` +
      `Node ${machine.node}, ${machine.processors} processors shared with the load\n\n${report(rows, stores)}`,
  );
}

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (options === 'help') {
      process.stdout.write(HELP);
      return 0;
    }
    const outcome = await measureAll(options);
    if (outcome.rows.length > 0) print(outcome, options);
    return outcome.failed || outcome.rows.length === 0 ? 1 : 0;
  } catch (error) {
    if (error instanceof UsageError) {
      say(`${error.message}. See --help.`);
      return 2;
    }
    say((error as Error).message);
    return 1;
  } finally {
    await tidy();
  }
}

const interrupted = async (): Promise<void> => {
  interruption = true;
  await killChildren();
  await tidy();
  process.exit(1);
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void interrupted());
process.exitCode = await main(process.argv.slice(2));

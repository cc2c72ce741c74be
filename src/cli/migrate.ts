// `migrate`: moves a whole store into another one; without places it brings the schema of STORE forward.
import { existsSync, readFileSync } from 'node:fs';
import {
  type Config,
  isServed,
  lockServer,
  moveStore,
  type OpenedStore,
  openStoreOf,
  type StorePlace,
} from '../app.ts';
import { readPlace } from '../config.ts';
import { randomIds } from '../fhir/id.ts';
import { recordAct } from './administer.ts';
import { type Options, text } from './options.ts';
import { type ProgressBar, progressBar } from './progress-bar.ts';
import { untilSignal } from './signal.ts';
import { CommandError, configOf, say, type Terminal } from './terminal.ts';

export async function runMigrate(terminal: Terminal, options: Options): Promise<number> {
  const config = configOf(terminal);
  const [from, to] = [text(options, 'from'), text(options, 'to')];
  const json = options.json === true;
  if (from === undefined && to === undefined) return bringForward(terminal, config, json);
  if (from === undefined || to === undefined)
    throw new CommandError('Give both --from and --to, or neither to bring the schema of STORE forward.', 2);
  const places = { from: placeFrom(from, '--from'), to: placeFrom(to, '--to') };
  demandStore(places.from, '--from');
  for (const [name, place] of Object.entries(places)) {
    if (place.kind === 'sqlite' && isServed(place))
      throw new CommandError(`A server has the store of --${name} open: stop it first.`);
  }
  const held: (() => Promise<void> | void)[] = [];
  try {
    const source = await openShowing(terminal, { ...config, store: places.from });
    held.push(source.close);
    const target = await openShowing(terminal, { ...config, store: places.to });
    held.push(target.close);
    if (source.archive.id === target.archive.id)
      throw new CommandError('--from and --to are the same store.');
    const stop = new AbortController();
    void untilSignal().then(() => stop.abort());
    // Until it is done no server starts on either.
    for (const place of Object.values(places)) held.push((await lockServer(place)).release);
    return await move(terminal, { source, target, json, signal: stop.signal });
  } finally {
    for (const close of held.reverse()) await close();
  }
}

/** `@FILE`: the file says it, since a URL may hold a password and a command line is for everybody to see. */
function placeFrom(given: string, name: string): StorePlace {
  if (!given.startsWith('@')) return readPlace(given, name);
  try {
    return readPlace(readFileSync(given.slice(1), 'utf8').trim(), name);
  } catch (error) {
    if ((error as { code?: string }).code === undefined) throw error;
    throw new CommandError(`${name}: the file cannot be read.`, 2);
  }
}

/** Opening may index a store anew: that shows. */
async function openShowing(terminal: Terminal, config: Config): Promise<OpenedStore> {
  let bar: ProgressBar | undefined;
  try {
    return await openStoreOf(config, {
      onProgress: (done, total) => {
        bar ??= barOf(terminal, total, 'resources indexed');
        bar.draw(done, done);
      },
    });
  } finally {
    bar?.clear();
  }
}

function demandStore(place: StorePlace, name: string): void {
  if (place.kind === 'sqlite' && !existsSync(place.path))
    throw new CommandError(`${name}: there is no such file.`);
}

const barOf = (terminal: Terminal, total: number, what: string): ProgressBar =>
  progressBar(terminal.error, () => performance.now(), total, what);

interface Move {
  source: OpenedStore;
  target: OpenedStore;
  json: boolean;
  signal: AbortSignal;
}

async function move(terminal: Terminal, { source, target, json, signal }: Move): Promise<number> {
  const started = performance.now();
  const bars = new Map<string, ProgressBar>();
  const moved = await moveStore(source.archive, target.archive, {
    signal,
    progress: ({ phase, done, total }) => {
      const bar = bars.get(phase) ?? barOf(terminal, total, phase === 'move' ? 'moved' : 'compared');
      bars.set(phase, bar);
      bar.draw(done, done);
    },
  }).finally(() => {
    for (const bar of bars.values()) bar.clear();
  });
  const seconds = (performance.now() - started) / 1000;
  if (json) say(terminal.out, JSON.stringify({ ...moved, seconds }));
  else if (moved.checksums === undefined)
    say(terminal.out, `interrupted: ${sumUp(moved.counts)}; run the same command again to go on`);
  else {
    say(terminal.out, `moved ${sumUp(moved.counts)} in ${seconds.toFixed(1)} s`);
    say(terminal.out, `from  sha256 ${moved.checksums.from}\nto    sha256 ${moved.checksums.to}`);
  }
  // Not before: until the move is done nothing else may be in the target.
  if (moved.finished) await recordAct(target.store, randomIds(), { action: 'migrate', organization: '' });
  return moved.finished ? 0 : 1;
}

async function bringForward(terminal: Terminal, config: Config, json: boolean): Promise<number> {
  demandStore(config.store, 'STORE');
  const opened = await openShowing(terminal, config);
  try {
    const counts = await opened.archive.counts();
    await recordAct(opened.store, randomIds(), { action: 'migrate', organization: '' });
    say(terminal.out, json ? JSON.stringify({ counts }) : `up to date: ${sumUp(counts)}`);
    return 0;
  } finally {
    await opened.close();
  }
}

const NAMES = {
  organization: 'organizations',
  client: 'clients',
  revocation: 'revoked tokens',
  exception: 'exceptions',
  sync: 'sync entries',
  fact: 'facts',
  version: 'versions',
  claim: 'keys',
  mark: 'imported records',
  audit: 'audit rows',
} as const;

const sumUp = (counts: Readonly<Record<keyof typeof NAMES, number>>): string =>
  Object.entries(NAMES)
    .map(([kind, name]) => `${name} ${counts[kind as keyof typeof NAMES]}`)
    .join(', ');

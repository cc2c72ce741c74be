// `sync run`: one run after the other, until somebody stops it; one line for each resource that somebody has to look at.
import { setTimeout as pause } from 'node:timers/promises';
import type { App, Outcome, RemoteEntry, Sync } from '../app.ts';
import { type Options, whole } from './options.ts';
import { progressBar } from './progress-bar.ts';
import { untilSignal } from './signal.ts';
import { actOn, withSync } from './sync.ts';
import { CommandError, say, type Terminal } from './terminal.ts';

/** Told in JSON; what is wrong throughout must not fill the memory. */
const MOST_TOLD = 1000;

/** 1 where the last run of any was not whole. */
export const runSync = (terminal: Terminal, options: Options, name: string | undefined): Promise<number> => {
  const every = whole(options, 'every', 1) * 1000;
  const stop = new AbortController();
  void untilSignal().then(() => stop.abort());
  return withSync(terminal, async (sync, app) => {
    for (;;) {
      const remotes = name === undefined ? await sync.remotes() : [await sync.remote(name)];
      if (remotes.length === 0) throw new CommandError('No server is known to sync with: see sync add.');
      let whole = true;
      for (const entry of remotes) {
        const done = await runOne({ terminal, options, sync, app, signal: stop.signal }, entry);
        whole = whole && done;
      }
      if (options.once === true || stop.signal.aborted) return whole ? 0 : 1;
      await pause(every, undefined, { signal: stop.signal }).catch(() => {});
      if (stop.signal.aborted) return whole ? 0 : 1;
    }
  });
};

interface Running {
  terminal: Terminal;
  options: Options;
  sync: Sync;
  app: App;
  signal: AbortSignal;
}

async function runOne(
  { terminal, options, sync, app, signal }: Running,
  entry: RemoteEntry,
): Promise<boolean> {
  const bar = progressBar(terminal.error, () => performance.now(), undefined, 'resources');
  const started = performance.now();
  const told: Outcome[] = [];
  let seen = 0;
  const report = (outcome: Outcome): void => {
    seen += 1;
    bar.draw(0, seen);
    if (outcome.outcome !== 'conflict' && outcome.outcome !== 'refused') return;
    if (told.length < MOST_TOLD) told.push(outcome);
    if (options.json === true) return;
    bar.clear();
    say(terminal.out, tell(entry, outcome));
  };
  await actOn(app, 'sync-start', entry);
  const ran = await sync.run(entry.name, { signal, full: options.full === true, report });
  await actOn(app, 'sync-end', entry, ran.outcome === 'done' ? 'ok' : 'incomplete');
  bar.clear();
  const seconds = (performance.now() - started) / 1000;
  if (options.json === true)
    say(terminal.out, JSON.stringify({ remote: entry.name, ...ran, seconds, problems: told }));
  else say(terminal.out, sumUp(entry, ran, seconds));
  return ran.outcome === 'done';
}

/** `lakeside: pull Condition 77: conflict: clinicalStatus`. Elements and reasons, never values. */
const tell = ({ name }: RemoteEntry, { side, type, id, outcome, why }: Outcome): string =>
  `${name}: ${side} ${type} ${id}: ${outcome}${why === undefined ? '' : `: ${why}`}`;

/** What was told of each type is summed up: `pulled 3 (created 2, unchanged 1), sent 5, withheld 2`. */
function sumUp(
  { name }: RemoteEntry,
  { outcome, reason, counts }: Awaited<ReturnType<Sync['run']>>,
  seconds: number,
): string {
  const sums = new Map<string, number>();
  for (const [key, count] of Object.entries(counts)) {
    const [side, , word] = key.split(' ') as [string, string, string];
    const what = `${side} ${word}`;
    sums.set(what, (sums.get(what) ?? 0) + count);
  }
  const said = [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([what, count]) => `${what} ${count}`);
  const parts = said.length === 0 ? ['nothing new'] : said;
  return `${name}: ${outcome}: ${parts.join(', ')} (${seconds.toFixed(1)} s)${reason === undefined ? '' : `. ${reason}`}`;
}

// `audit verify` and `audit checkpoint`: is the trail whole, and what it was, signed. Verifying changes nothing,
// so it leaves no row.
import { existsSync } from 'node:fs';
import { createApp, openStoreOf, readSigned, type Verified, verifyStore } from '../app.ts';
import { type Options, text } from './options.ts';
import { progressBar } from './progress-bar.ts';
import { CommandError, configOf, say, type Terminal } from './terminal.ts';

/** 0 whole, 1 broken, 2 wrong usage. */
export async function verifyAudit(terminal: Terminal, options: Options): Promise<number> {
  const config = configOf(terminal);
  if (config.store.kind === 'sqlite' && !existsSync(config.store.path))
    throw new CommandError('STORE: there is no such file.', 2);
  const given = text(options, 'checkpoint');
  const path = given ?? config.checkpoints;
  if (given !== undefined && !existsSync(given))
    throw new CommandError('--checkpoint: there is no such file.', 2);
  // Read before the rows: the trail goes on meanwhile.
  const signed = existsSync(path) ? await readSigned(config.keys, path) : undefined;
  const opened = await openStoreOf(config);
  try {
    const { audit: total } = await opened.archive.counts();
    const bar = progressBar(terminal.error, () => performance.now(), total, 'rows');
    const progress = (rows: number): void => bar.draw(rows, rows);
    const found = await verifyStore(opened.archive, signed?.checkpoints ?? [], { progress }).finally(() =>
      bar.clear(),
    );
    return tell(terminal, options, { ...found, bad: signed?.bad ?? [], held: signed !== undefined });
  } finally {
    await opened.close();
  }
}

/** `bad`: lines of the file that nobody known has signed. `held`: there was a file. */
type Found = Verified & { bad: readonly number[]; held: boolean };

const SAYS = {
  changed: 'was changed, or does not follow the row before it',
  missing: 'is missing',
  'out-of-place': 'stands out of its place',
  'cut-off': 'is gone: a checkpoint has it, the chain ends before it',
  rewritten: 'is another one than a checkpoint has',
} as const;

function tell(terminal: Terminal, options: Options, found: Found): number {
  const { chains, rows, checkpoints, breaks, bad, held } = found;
  const whole = breaks.length === 0 && bad.length === 0;
  if (options.json === true) {
    say(terminal.out, JSON.stringify({ whole, chains, rows, checkpoints, breaks, badLines: bad }));
    return whole ? 0 : 1;
  }
  for (const { writer, number, what } of breaks)
    say(terminal.out, `broken: chain ${writer}, row ${number} ${SAYS[what]}`);
  for (const line of bad) say(terminal.out, `checkpoints: line ${line} is not signed by this server`);
  say(
    terminal.out,
    `${whole ? 'whole' : 'not whole'}: chains ${chains}, rows ${rows}, checkpoints ${checkpoints}`,
  );
  if (!held) say(terminal.out, 'no checkpoints were found: rows cut off at the end of a chain do not show');
  return whole ? 0 : 1;
}

/** Signs where the chains end now. */
export async function checkpointAudit(terminal: Terminal, options: Options): Promise<number> {
  const app = await createApp(configOf(terminal));
  try {
    const lines = await app.checkpoint();
    const file = app.config.checkpoints;
    say(
      terminal.out,
      options.json === true ? JSON.stringify({ chains: lines, file }) : `signed: chains ${lines}`,
    );
    return 0;
  } finally {
    await app.close();
  }
}

// `serve`: the server for real use. It never serves a demo store.
import { type App, createApp } from '../app.ts';
import { isExposed } from '../config.ts';
import { endOnBug } from './bug.ts';
import { isDemo } from './demo-store.ts';
import { untilSignal } from './signal.ts';
import { CommandError, configOf, say, type Terminal } from './terminal.ts';

export async function serve(terminal: Terminal): Promise<number> {
  const config = configOf(terminal);
  if (config.demo)
    throw new CommandError(
      'serve does not run the demo: unset DEMO, or use the command demo (npm start).',
      2,
    );
  if (config.store.kind === 'mongodb' && (terminal.environment.KEYS ?? '') === '')
    throw new CommandError(
      'Set KEYS to the folder of the signing keys: all servers on one MongoDB share it, so that each takes the tokens and page links of the others.',
      2,
    );
  if (isExposed(config)) say(terminal.error, EXPOSED);
  const app = await createApp(config);
  const renew = () => renewTls(app, terminal);
  if (config.tls !== undefined) process.on('SIGHUP', renew);
  try {
    if (await isDemo(app))
      throw new CommandError(
        'This store is marked as demo data: serve refuses it. Set STORE to another store.',
      );
    endOnBug(app.context);
    const stopped = untilSignal();
    const url = await app.listen();
    say(terminal.out, `iop-fhir listens at ${url}`);
    await stopped;
    return 0;
  } finally {
    process.off('SIGHUP', renew);
    await app.close();
  }
}

const EXPOSED =
  'Warning: HOST is not loopback, and tokens and records go over the network in clear. Set TLS_CERT and TLS_KEY, or put in front what ends TLS and say so with TRUST_PROXY.';

/** New files that are no good change nothing. */
function renewTls(app: App, terminal: Terminal): void {
  try {
    app.renewTls();
    say(terminal.out, 'TLS_CERT and TLS_KEY were read again.');
  } catch (error) {
    say(terminal.error, `The old certificate stays in use. ${(error as Error).message}`);
  }
}

// `serve`: the server for real use. It never serves a demo store.
import { createApp } from '../app.ts';
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
  const app = await createApp(config);
  try {
    if (await isDemo(app))
      throw new CommandError(
        'This store is marked as demo data: serve refuses it. Set STORE to another store.',
      );
    const stopped = untilSignal();
    const url = await app.listen();
    say(terminal.out, `iop-fhir listens at ${url}`);
    await stopped;
    return 0;
  } finally {
    await app.close();
  }
}

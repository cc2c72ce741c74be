// `demo` (npm start): a small invented clinic on loopback, and what to paste to look at it.

import { rmSync } from 'node:fs';
import { type App, lockServer, readClientKey, removeStore, requestToken } from '../app.ts';
import { type Config, isLoopback } from '../config.ts';
import { endOnBug } from './bug.ts';
import { keyFileOf } from './client-file.ts';
import { ensureDemoClients } from './demo-clients.ts';
import { loadDemo } from './demo-load.ts';
import { isDemo, openDemo, readNow, setDemoClock } from './demo-store.ts';
import { type Options, text } from './options.ts';
import { untilSignal } from './signal.ts';
import { CommandError, configOf, say, type Terminal } from './terminal.ts';

/** A week: a token pasted yesterday still works today. */
const TOKEN_SECONDS = 7 * 24 * 3600;

const NOT_OURS =
  "This store holds data that is not the demo's: the demo starts on an empty store or its own. Set STORE to another store.";

export async function startDemo(terminal: Terminal, options: Options = {}): Promise<number> {
  const config = configOf(terminal, { DEMO: 'true' });
  if (!isLoopback(config.host))
    throw new CommandError('The demo listens on loopback only: unset HOST or set it to 127.0.0.1.');
  const app = await openAt(config, text(options, 'now'));
  try {
    endOnBug(app.context);
    const stopped = untilSignal();
    const url = await app.listen();
    await loadDemo(app, line => say(terminal.out, line));
    await ensureDemoClients(app);
    await banner(app, url, terminal);
    await stopped;
    return 0;
  } finally {
    await app.close();
  }
}

/** Opened again where its clock is to be another one; a demo that is filled has the clock it was filled by. */
async function openAt(config: Config, given: string | undefined): Promise<App> {
  const now = given === undefined ? undefined : readNow(given);
  const app = await openDemo(config, NOT_OURS);
  if (now === undefined) return app;
  const filled = await isDemo(app);
  if (!filled) await setDemoClock(app, now);
  await app.close();
  if (filled) throw new CommandError('This demo has a clock already: give --now to `reset`.');
  return openDemo(config, NOT_OURS);
}

/**
 * `reset`: the demo as it was in the beginning, or at another time. Its clients keep their keys; its audit trail starts anew.
 */
export async function resetDemo(terminal: Terminal, options: Options): Promise<number> {
  const config = configOf(terminal, { DEMO: 'true' });
  const given = text(options, 'now');
  const now = given === undefined ? undefined : readNow(given);
  await (await openDemo(config, 'This store is not a demo: nothing is reset.')).close();
  const lock = await lockServer(config.store);
  try {
    await removeStore(config.store);
    // What it signed was about the trail that is gone.
    rmSync(config.checkpoints, { force: true });
    const app = await openAt(config, given);
    try {
      await loadDemo(app, line => say(terminal.out, line));
      await ensureDemoClients(app);
    } finally {
      await app.close();
    }
    if (now !== undefined) say(terminal.out, `Its clock shows ${new Date(now).toISOString()} just now.`);
    return 0;
  } finally {
    lock.release();
  }
}

const WHO = [
  {
    client: 'demo-program',
    name: 'STAFF',
    says: 'Riverbend Recovery, the program itself, sees all of its clients',
  },
  { client: 'demo-ehr', name: 'EHR', says: 'Lakeside Health sees whom they allowed it for treatment' },
  { client: 'demo-payer', name: 'PAYER', says: 'Granite Mutual sees whom they allowed it for payment' },
];

async function banner(app: App, url: string, terminal: Terminal): Promise<void> {
  const line = (text = '') => say(terminal.out, text);
  line(`iop-fhir listens at ${url}/fhir (demo data, invented people; Ctrl-C stops it)`);
  for (const { client, name, says } of WHO) {
    const entry = await app.registry.client(client);
    // Somebody disabled it: then the demo goes on without.
    if (entry === undefined || entry.disabled) continue;
    const key = readClientKey(keyFileOf(app, client)).privateJwk;
    const token = await requestToken(app.oauth, { client, key, scope: entry.scope, seconds: TOKEN_SECONDS });
    line();
    line(`# ${says}`);
    line(`${name}=${token}`);
    line(`curl -s -H "Authorization: Bearer $${name}" '${url}/fhir/Patient?_count=5'`);
    line(`curl -s -H "Authorization: Bearer $${name}" '${url}/fhir/Encounter?_summary=count'`);
  }
  line();
  line('# Without a token:');
  line(`curl -s '${url}/fhir/metadata'`);
}

// `demo` (npm start): a small invented clinic on loopback, and what to paste to look at it.
import { type App, createApp } from '../app.ts';
import { isLoopback } from '../config.ts';
import { endOnBug } from './bug.ts';
import { loadDemo } from './demo-load.ts';
import { DEMO_CLIENTS, isDemo } from './demo-store.ts';
import { untilSignal } from './signal.ts';
import { CommandError, configOf, say, type Terminal } from './terminal.ts';

/** A week: a token pasted yesterday still works today. */
const TOKEN_SECONDS = 7 * 24 * 3600;

export async function startDemo(terminal: Terminal): Promise<number> {
  const config = configOf(terminal, { DEMO: 'true' });
  if (!isLoopback(config.host))
    throw new CommandError('The demo listens on loopback only: unset HOST or set it to 127.0.0.1.');
  const app = await createApp(config);
  try {
    if (!(await isDemo(app)) && !(await app.registry.empty())) {
      throw new CommandError(
        "This store holds data that is not the demo's: the demo starts on an empty store or its own. Set STORE to another store.",
      );
    }
    endOnBug(app.context);
    const stopped = untilSignal();
    const url = await app.listen();
    await loadDemo(app, line => say(terminal.out, line));
    await banner(app, url, terminal);
    await stopped;
    return 0;
  } finally {
    await app.close();
  }
}

const WHO = [
  {
    claims: DEMO_CLIENTS.program,
    name: 'STAFF',
    says: 'Riverbend Recovery, the program itself, sees all of its clients',
  },
  { claims: DEMO_CLIENTS.ehr, name: 'EHR', says: 'Lakeside Health sees whom they allowed it for treatment' },
  { claims: DEMO_CLIENTS.payer, name: 'PAYER', says: 'Granite Mutual sees whom they allowed it for payment' },
];

async function banner(app: App, url: string, terminal: Terminal): Promise<void> {
  const line = (text = '') => say(terminal.out, text);
  line(`iop-fhir listens at ${url}/fhir (demo data, invented people; Ctrl-C stops it)`);
  for (const { claims, name, says } of WHO) {
    line();
    line(`# ${says}`);
    line(`${name}=${await app.sign(claims, TOKEN_SECONDS)}`);
    line(`curl -s -H "Authorization: Bearer $${name}" '${url}/fhir/Patient?_count=5'`);
    line(`curl -s -H "Authorization: Bearer $${name}" '${url}/fhir/Encounter?_summary=count'`);
  }
  line();
  line('# Without a token:');
  line(`curl -s '${url}/fhir/metadata'`);
}

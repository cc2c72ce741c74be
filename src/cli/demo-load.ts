// Fills a demo store once: the Organizations, then the clinic's records through the program's own door.
import { createReadStream, readdirSync } from 'node:fs';
import { type App, DEMO_FACT } from '../app.ts';
import { organizationOf } from '../iop/program.ts';
import { DEMO_FACTS, ownPrincipal } from './demo-store.ts';
import { putOrganization } from './put-organization.ts';
import { CommandError } from './terminal.ts';

const FIXTURES = new URL('../../fixtures/', import.meta.url);

/** Loads what is not loaded yet. Started again after a kill it goes on; what people edited since is kept. */
export async function loadDemo(app: App, say: (line: string) => void): Promise<void> {
  if ((await app.registry.fact('demo-loaded')) === 'yes') return;
  await app.registry.setFact(DEMO_FACT.marked, 'yes');
  for (const { facts, entry } of DEMO_FACTS) {
    await app.registry.putOrganization(entry);
    await putOrganization(app, organizationOf(facts), await ownPrincipal(app, facts.id));
  }
  const program = DEMO_FACTS.find(({ entry }) => entry.program)!.facts.id;
  let records = 0;
  for await (const outcome of app.importRecords(clinic(), await ownPrincipal(app, program))) {
    if (outcome.outcome === 'bad')
      throw new CommandError(`The demo data did not load: line ${outcome.line} was refused.`);
    records += 1;
  }
  say(`Loaded the demo clinic: ${records} records.`);
  await app.registry.setFact('demo-loaded', 'yes');
}

/** The clinic's records as one stream: the files stand in the order of their names, what is referred to first. */
async function* clinic(): AsyncGenerator<Uint8Array> {
  const names = readdirSync(FIXTURES).filter(name => name.endsWith('.ndjson'));
  for (const name of names.sort()) yield* createReadStream(new URL(name, FIXTURES));
}

// `sync`: which servers are synced with, and who is who there.
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import {
  type App,
  type AuditAct,
  createApp,
  makeClientKey,
  type RemoteEntry,
  readClientKey,
  type Sync,
  signAssertion,
} from '../app.ts';
import { FhirError } from '../fhir/error.ts';
import { recordAct } from './administer.ts';
import { ownPrincipal } from './demo-store.ts';
import { type Options, text } from './options.ts';
import { knowOrganization } from './organization.ts';
import { patientOfClient } from './patient-of-client.ts';
import { CommandError, configOf, say, type Terminal } from './terminal.ts';

export async function withSync(
  terminal: Terminal,
  work: (sync: Sync, app: App) => Promise<number>,
): Promise<number> {
  const app = await createApp(configOf(terminal));
  try {
    return await work(await app.sync(), app);
  } finally {
    await app.close();
  }
}

/** A row of the trail, before it is done. */
export const actOn = (
  app: App,
  action: AuditAct,
  { program, name }: Pick<RemoteEntry, 'program' | 'name'>,
  outcome = 'ok',
): Promise<void> =>
  recordAct(app.context.store, app.context.ids(), {
    action,
    organization: program,
    id: name,
    outcome,
  });

export const addRemote = (terminal: Terminal, options: Options, url: string | undefined): Promise<number> =>
  withSync(terminal, async (sync, app) => {
    const program = text(options, 'program')!;
    if (!(await app.registry.organizations()).some(entry => entry.id === program && entry.program))
      throw new CommandError(`There is no program ${program} in this store.`);
    const organization = await organizationOf(app, program, text(options, 'organization')!);
    const name = text(options, 'name') ?? organization.toLowerCase();
    if ((await sync.remotes()).some(one => one.name === name))
      throw new CommandError(`There is a remote ${name} already: see sync remove, or say --name.`);
    const tokenUrl = text(options, 'tokenUrl');
    const given: RemoteEntry = {
      ...{ name, organization, program },
      base: url!,
      client: text(options, 'client')!,
      scope: text(options, 'scope') ?? sync.usualScope,
      rate: Number(options.rate),
      recipient: recipientOf(options),
      ...(tokenUrl === undefined ? {} : { tokenUrl }),
    };
    const entry = await put(sync, given);
    try {
      await knowOrganization(app, organization, { role: 'ehr' });
      const publicJwk = await provideKey(sync.keyFile(name), text(options, 'key'));
      await actOn(app, 'sync-add', entry);
      const jwks = { keys: [publicJwk] };
      say(terminal.out, JSON.stringify(options.json === true ? { ...entry, jwks } : jwks));
    } catch (error) {
      await sync.remove(name);
      throw error;
    }
    return 0;
  });

async function put(sync: Sync, entry: RemoteEntry): Promise<RemoteEntry> {
  try {
    return await sync.put(entry);
  } catch (error) {
    if (!(error instanceof FhirError) || error.code !== 'invalid-value') throw error;
    throw new CommandError(error.issues.map(({ message }) => message).join('\n'), 2);
  }
}

const RECIPIENTS: ReadonlySet<string> = new Set<RemoteEntry['recipient']>([
  'covered-entity',
  'business-associate',
  'other-lawful-holder',
  'part2-program',
]);

function recipientOf(options: Options): RemoteEntry['recipient'] {
  const kind = text(options, 'recipient') ?? '';
  if (RECIPIENTS.has(kind)) return kind as RemoteEntry['recipient'];
  throw new CommandError(`--recipient: expected one of ${[...RECIPIENTS].join(', ')}`, 2);
}

/** By its logical id, else by the name of an Organization that the directory knows. */
async function organizationOf(app: App, program: string, said: string): Promise<string> {
  if ((await app.registry.organizations()).some(entry => entry.id === said)) return said;
  const principal = await ownPrincipal(app, program);
  const common = { kind: 'search', type: 'Organization', prefer: {}, request: app.context.ids() } as const;
  for (const query of [`_id=${encodeURIComponent(said)}`, `name:exact=${encodeURIComponent(said)}`]) {
    const { body = '{}' } = await app.handle({ ...common, query }, principal).catch(unnamed);
    const { entry = [] } = JSON.parse(body) as {
      entry?: { resource: { resourceType: string; id: string } }[];
    };
    const found = entry.map(one => one.resource).filter(one => one.resourceType === 'Organization');
    if (found.length > 1) throw new CommandError('There are several Organizations of that name: say its id.');
    if (found[0] !== undefined) return found[0].id;
  }
  throw new CommandError(
    `There is no Organization ${said} here: PUT its resource, or register a client of it with client add.`,
  );
}

/** A name is no id, and the other way round. */
function unnamed(error: unknown): { body?: string } {
  if (error instanceof FhirError && error.code === 'invalid-value') return {};
  throw error;
}

/** Into KEYS, 0600; what is there is used again, never overwritten. The public part. */
async function provideKey(path: string, given: string | undefined): Promise<object> {
  if (given !== undefined) {
    if (existsSync(path))
      throw new CommandError(`${path}: there is a key already; without --key it is used.`);
    const key = readClientKey(given);
    await demandSigning(key.privateJwk, given);
    const aside = `${path}.${process.pid}`;
    writeFileSync(aside, readFileSync(given), { mode: 0o600, flush: true });
    try {
      linkSync(aside, path);
    } finally {
      rmSync(aside);
    }
    return key.publicJwk;
  }
  return existsSync(path) ? readClientKey(path).publicJwk : makeClientKey(path);
}

async function demandSigning(key: Parameters<typeof signAssertion>[0]['key'], path: string): Promise<void> {
  try {
    await signAssertion({ client: 'x', key, audience: 'https://example.org' }, Date.now);
  } catch {
    throw new CommandError(`${path}: expected a key for RS384 (RSA) or ES384 (EC, P-384).`);
  }
}

export const listRemotes = (terminal: Terminal, options: Options): Promise<number> =>
  withSync(terminal, async sync => {
    const all = await sync.remotes();
    if (options.json === true) say(terminal.out, JSON.stringify(all));
    else
      for (const { name, base, organization, program, client } of all)
        say(terminal.out, [name, base, organization, program, client].join('\t'));
    return 0;
  });

export const removeRemote = (terminal: Terminal, name: string | undefined): Promise<number> =>
  withSync(terminal, async (sync, app) => {
    const entry = await sync.remote(name!);
    await actOn(app, 'sync-remove', entry);
    await sync.remove(entry.name);
    return 0;
  });

export const listMatches = (
  terminal: Terminal,
  options: Options,
  name: string | undefined,
): Promise<number> =>
  withSync(terminal, async sync => {
    const signal = new AbortController().signal;
    const all = await sync.matches(name!, { show: options.show === true, signal });
    if (options.json === true) {
      say(terminal.out, JSON.stringify(all));
      return 0;
    }
    for (const { person, candidates, theirs } of all) {
      if (options.show === true)
        say(terminal.out, [person, ...(theirs === undefined ? ['?'] : Object.values(theirs))].join('\t'));
      for (const { id, name: called, birthDate, agrees, differs } of candidates) {
        const said = [
          `agrees ${agrees.join(', ')}`,
          ...(differs.length === 0 ? [] : [`differs ${differs.join(', ')}`]),
        ];
        say(terminal.out, [person, id, called, birthDate, ...said].join('\t'));
      }
    }
    return 0;
  });

export const decideMatch = (
  terminal: Terminal,
  options: Options,
  [name, person, client]: readonly (string | undefined)[],
): Promise<number> =>
  withSync(terminal, async (sync, app) => {
    if ((client === undefined) !== (options.none === true))
      throw new CommandError('Say which client it is, or --none.', 2);
    const entry = await sync.remote(name!);
    const id =
      client === undefined ? undefined : ((await patientOfClient(app, entry.program, client)) ?? client);
    await actOn(app, 'sync-match', entry);
    const { pulled, sent } = await sync.match(entry.name, person!, id);
    if (pulled + sent > 0)
      say(
        terminal.out,
        `A link was undone. By it came ${pulled} resources, which stay here, and went ${sent}, which stay there: whose they are has to be looked at.`,
      );
    return 0;
  });

// `client`: who may get tokens. Each change leaves an audit row.
import {
  type App,
  type AuditAct,
  type ClientEntry,
  createApp,
  makeClientKey,
  readClient,
  readClientKey,
  readJson,
  readJwks,
  readKeys,
  signAssertion,
} from '../app.ts';
import { FhirError } from '../fhir/error.ts';
import { recordAct } from './administer.ts';
import { type Options, text } from './options.ts';
import { knowOrganization } from './organization.ts';
import { CommandError, configOf, say, type Terminal } from './terminal.ts';

async function withApp<T>(terminal: Terminal, work: (app: App) => Promise<T>): Promise<T> {
  const app = await createApp(configOf(terminal));
  try {
    return await work(app);
  } finally {
    await app.close();
  }
}

export const addClient = (terminal: Terminal, options: Options): Promise<number> =>
  withApp(terminal, async app => {
    const id = text(options, 'id')!;
    if ((await app.registry.client(id)) !== undefined)
      throw new CommandError(`There is a client ${id} already: see client rotate and client apply.`);
    const given = {
      id,
      organization: text(options, 'organization'),
      role: text(options, 'role'),
      scope: text(options, 'scope'),
      name: text(options, 'name'),
      purposes: options.purpose,
      recipient: text(options, 'recipient'),
      patient: text(options, 'patient'),
      relatedPerson: text(options, 'relatedPerson'),
      practitioner: text(options, 'practitioner'),
      declassify: options.declassify,
      issuer: issuerOf(options),
    };
    const about = demandUsage(() => readClient(given));
    await knowOrganization(app, about.organization, about);
    const keys = about.issuer !== undefined && !saysKeys(options) ? about.keys : await keysOf(options);
    const entry = { ...about, keys };
    await put(app, 'client-add', entry);
    say(terminal.out, options.json === true ? JSON.stringify(entry) : id);
    return 0;
  });

export const listClients = (terminal: Terminal, options: Options): Promise<number> =>
  withApp(terminal, async app => {
    const clients = await app.registry.clients();
    if (options.json === true) say(terminal.out, JSON.stringify(clients));
    else
      for (const { id, organization, role, scope, disabled } of clients)
        say(terminal.out, [id, role, organization, scope, ...(disabled ? ['disabled'] : [])].join('\t'));
    return 0;
  });

export const showClient = (terminal: Terminal, options: Options, id: string | undefined): Promise<number> =>
  withApp(terminal, async app => {
    const entry = await demandClient(app, id);
    say(terminal.out, JSON.stringify(entry, undefined, options.json === true ? undefined : 2));
    return 0;
  });

export const setDisabled = (terminal: Terminal, id: string | undefined, disabled: boolean): Promise<number> =>
  withApp(terminal, async app => {
    const entry = await demandClient(app, id);
    await put(app, disabled ? 'client-disable' : 'client-enable', { ...entry, disabled });
    return 0;
  });

export const rotateClient = (terminal: Terminal, options: Options, id: string | undefined): Promise<number> =>
  withApp(terminal, async app => {
    const known = await demandClient(app, id);
    const given = await keysOf(options);
    const keys = options.keep === true ? besides(known.keys, given) : given;
    const entry = { ...known, keys };
    await put(app, 'client-rotate', entry);
    if (options.json === true) say(terminal.out, JSON.stringify(entry));
    return 0;
  });

/** A list of entries, or `{ "clients": [...] }`. All are read before any is written. */
export const applyClients = (
  terminal: Terminal,
  options: Options,
  file: string | undefined,
): Promise<number> =>
  withApp(terminal, async app => {
    const said = readJson(file!) as unknown;
    const list = Array.isArray(said) ? said : (said as { clients?: unknown }).clients;
    if (!Array.isArray(list)) throw new CommandError(`${file}: expected a list of clients`);
    const entries = list.map((one, at) => ({
      entry: readNamed(one, `${file}: client ${at + 1}: `),
      saysDisabled: (one as { disabled?: unknown }).disabled !== undefined,
    }));
    if (new Set(entries.map(({ entry }) => entry.id)).size < entries.length)
      throw new CommandError(`${file}: a client is there twice`);
    const done: { id: string; outcome: string }[] = [];
    for (const said of entries) done.push({ id: said.entry.id, outcome: await apply(app, said) });
    if (options.json === true) say(terminal.out, JSON.stringify(done));
    else for (const { id, outcome } of done) say(terminal.out, `${id}\t${outcome}`);
    return 0;
  });

export const printAssertion = async (
  terminal: Terminal,
  options: Options,
  id: string | undefined,
): Promise<number> => {
  const { baseUrl, host, port } = configOf(terminal);
  const base = text(options, 'url') ?? baseUrl ?? `http://${host}:${port}`;
  const key = readClientKey(text(options, 'key')!).privateJwk;
  const audience = `${base.replace(/\/+$/, '')}/oauth/token`;
  say(terminal.out, await signAssertion({ client: id!, key, audience }, Date.now));
  return 0;
};

/** A client that somebody disabled stays so, unless the file says otherwise: it may be applied at every start. */
async function apply(
  app: App,
  { entry: given, saysDisabled }: { entry: ClientEntry; saysDisabled: boolean },
): Promise<string> {
  await knowOrganization(app, given.organization, given);
  const known = await app.registry.client(given.id);
  const entry = saysDisabled || known === undefined ? given : { ...given, disabled: known.disabled };
  if (known !== undefined && sorted(known) === sorted(entry)) return 'unchanged';
  await put(app, known === undefined ? 'client-add' : 'client-change', entry);
  return known === undefined ? 'added' : 'changed';
}

/** JSON whose members stand in one order. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_name, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );

async function put(app: App, action: AuditAct, entry: ClientEntry): Promise<void> {
  const { organization, id } = entry;
  await recordAct(app.context.store, app.context.ids(), { action, organization, id });
  await app.registry.putClient(entry);
}

async function demandClient(app: App, id: string | undefined): Promise<ClientEntry> {
  const entry = await app.registry.client(id!);
  if (entry === undefined) throw new CommandError(`There is no client ${id}: see client list.`);
  return entry;
}

function issuerOf(options: Options): unknown {
  const [iss, sub] = [text(options, 'issuer'), text(options, 'subject')];
  return iss === undefined && sub === undefined ? undefined : { iss, sub };
}

const WAYS = ['jwks', 'jwksUrl', 'generateKey'];

/** A client whose tokens an issuer makes needs none. */
const saysKeys = (options: Options): boolean => WAYS.some(name => text(options, name) !== undefined);

async function keysOf(options: Options): Promise<ClientEntry['keys']> {
  const ways = WAYS.filter(name => text(options, name) !== undefined);
  if (ways.length !== 1)
    throw new CommandError('Say which keys: one of --jwks FILE, --jwks-url URL, --generate-key FILE.', 2);
  const [file, jwksUrl, made] = [
    text(options, 'jwks'),
    text(options, 'jwksUrl'),
    text(options, 'generateKey'),
  ];
  if (file !== undefined) return { jwks: readJwks(readJson(file)) };
  if (jwksUrl !== undefined) return demandUsage(() => readKeys({ jwksUrl }));
  return { jwks: { keys: [await makeClientKey(made!)] } };
}

function besides(known: ClientEntry['keys'], given: ClientEntry['keys']): ClientEntry['keys'] {
  if (!('jwks' in known && 'jwks' in given))
    throw new CommandError('--keep: keys stand beside each other only where both are given by value.', 2);
  return { jwks: readJwks({ keys: [...known.jwks.keys, ...given.jwks.keys] }) };
}

/** What is wrong with an option is wrong usage. */
function demandUsage<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    throw new CommandError(error.issues.map(({ message }) => `--${message}`).join('\n'), 2);
  }
}

function readNamed(value: unknown, where: string): ClientEntry {
  try {
    return readClient(value);
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    throw new CommandError(error.issues.map(({ message }) => where + message).join('\n'));
  }
}

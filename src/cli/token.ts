// `token`: an access token for scripts and first steps. For a client whose key is at hand by the token endpoint's own
// steps; for an Organization signed with the server's own key.
import { type App, createApp, parseScopes, readClientKey, requestToken, type TokenClaims } from '../app.ts';
import { FhirError } from '../fhir/error.ts';
import { isId } from '../fhir/id.ts';
import { recordAct } from './administer.ts';
import { keyFileOf } from './client-file.ts';
import { ensureDemoClients } from './demo-clients.ts';
import { isDemo } from './demo-store.ts';
import { type Options, text, whole } from './options.ts';
import { knowOrganization } from './organization.ts';
import { CommandError, configOf, say, type Terminal } from './terminal.ts';

const ORGANIZATIONAL = ['program', 'ehr', 'payer'] as const;
type OrganizationalRole = (typeof ORGANIZATIONAL)[number];

export async function printToken(terminal: Terminal, options: Options): Promise<number> {
  const app = await createApp(configOf(terminal));
  try {
    const seconds = hoursOf(options) * 3600;
    const client = text(options, 'client');
    const token =
      client === undefined
        ? await forOrganization(app, options, seconds)
        : await forClient(app, client, options, seconds);
    say(terminal.out, token);
    return 0;
  } finally {
    await app.close();
  }
}

/** A key that signs is kept no longer than its longest token (see LONGEST_TOKEN_HOURS). */
const MOST_HOURS = 744;

function hoursOf(options: Options): number {
  const hours = whole(options, 'hours', 1);
  if (hours > MOST_HOURS) throw new CommandError(`--hours: expected at most ${MOST_HOURS}`, 2);
  return hours;
}

async function forClient(app: App, client: string, options: Options, seconds: number): Promise<string> {
  if (await isDemo(app)) await ensureDemoClients(app);
  const entry = await app.registry.client(client);
  if (entry === undefined) {
    throw new CommandError(
      `There is no client ${client} in this store: see client list. Those of the demo exist in a demo store only.`,
    );
  }
  const { privateJwk } = readClientKey(text(options, 'key') ?? keyFileOf(app, client));
  const scope = text(options, 'scope') ?? entry.scope;
  return requestToken(app.oauth, { client, key: privateJwk, scope, seconds });
}

async function forOrganization(app: App, options: Options, seconds: number): Promise<string> {
  const organization = text(options, 'organization');
  const role = text(options, 'role') as OrganizationalRole | undefined;
  if (organization === undefined || role === undefined)
    throw new CommandError('Give --client, or --organization and --role.', 2);
  if (!isId(organization))
    throw new CommandError('--organization: expected a logical id (letters, digits, - and ., at most 64)', 2);
  if (!ORGANIZATIONAL.includes(role))
    throw new CommandError(`--role: expected one of ${ORGANIZATIONAL.join(', ')}`, 2);
  const scope = scopeOf(options);
  await knowOrganization(app, organization, { role, prefix: text(options, 'prefix') });
  const client = `${role}-${organization}`.slice(0, 64);
  return signed(app, { client, organization, role, scope }, seconds);
}

/** That a token was given out is on record before it is. */
async function signed(app: App, claims: TokenClaims, seconds: number): Promise<string> {
  const { client, organization } = claims;
  await recordAct(app.context.store, app.context.ids(), { action: 'token', organization, client });
  return app.sign(claims, seconds);
}

/** Refused here rather than by every request that would carry it. */
function scopeOf(options: Options): string {
  const scope = text(options, 'scope') ?? 'system/*.cruds';
  try {
    if (parseScopes(scope).length > 0) return scope;
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    throw new CommandError(`--${error.message}`, 2);
  }
  throw new CommandError('--scope: names no resource type', 2);
}

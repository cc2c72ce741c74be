// `token`: an access token for scripts and first steps, signed with the server's own key.
import { type App, createApp, parseScopes, type TokenClaims } from '../app.ts';
import { FhirError } from '../fhir/error.ts';
import { isId } from '../fhir/id.ts';
import { recordAct } from './administer.ts';
import { demoClientOf, isDemo } from './demo-store.ts';
import { type Options, text, whole } from './options.ts';
import { CommandError, configOf, say, type Terminal } from './terminal.ts';

const ORGANIZATIONAL = ['program', 'ehr', 'payer'] as const;
type OrganizationalRole = (typeof ORGANIZATIONAL)[number];

export async function printToken(terminal: Terminal, options: Options): Promise<number> {
  const app = await createApp(configOf(terminal));
  try {
    const seconds = whole(options, 'hours', 1) * 3600;
    const client = text(options, 'client');
    const token =
      client === undefined
        ? await forOrganization(app, options, seconds)
        : await forClient(app, client, seconds);
    say(terminal.out, token);
    return 0;
  } finally {
    await app.close();
  }
}

async function forClient(app: App, client: string, seconds: number): Promise<string> {
  const claims = (await isDemo(app)) ? demoClientOf(client) : undefined;
  if (claims === undefined) {
    throw new CommandError(
      `There is no client ${client} in this store. Demo clients exist in a demo store only; see --organization.`,
    );
  }
  return signed(app, claims, seconds);
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
  const scope = text(options, 'scope') ?? '';
  try {
    if (parseScopes(scope).length > 0) return scope;
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    throw new CommandError(`--${error.message}`, 2);
  }
  throw new CommandError('--scope: names no resource type', 2);
}

/** Its id space is fixed when its first token is made, so that no other Organization can take it. */
async function knowOrganization(
  app: App,
  id: string,
  given: { role: OrganizationalRole; prefix: string | undefined },
): Promise<void> {
  const known = (await app.registry.organizations()).find(entry => entry.id === id);
  if (known !== undefined) {
    if (given.role !== 'program' && known.program)
      throw new CommandError(`Organization ${id} is a program: its tokens have the role program.`);
    if (given.role === 'program' && !known.program)
      throw new CommandError(`Organization ${id} is no program: make one with program add.`);
    return;
  }
  if (given.role === 'program')
    throw new CommandError(`There is no program ${id}: make it with program add --id ${id}.`);
  await app.registry.putOrganization({ id, prefix: given.prefix ?? `${id}-`, program: false, part2: false });
}

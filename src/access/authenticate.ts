// Token -> Principal. The only source of a Principal besides a command that runs on the store itself.
import { createHash } from 'node:crypto';
import type { OrganizationEntry, Registry } from '../store/registry.ts';
import type { Principal } from './grant.ts';
import { refused, type TokenPlace, type VerifiedToken, verifyToken } from './oauth/access-token.ts';
import { standingClient, standingPurposes } from './oauth/standing.ts';
import { parseScopes } from './scope.ts';

/** Verifying costs about a millisecond; what a token says cannot change until it expires. */
const MOST_CACHED = 10_000;

interface Cached {
  token: VerifiedToken;
  scopes: Principal['scopes'];
}

/** Takes an Authorization header value; throws `unauthenticated`. */
export type Authenticate = (authorization: string | undefined) => Promise<Principal>;

export function createAuthenticate(place: TokenPlace, registry: Registry): Authenticate {
  const cache = new Map<string, Cached>();
  return async authorization => {
    const text = /^Bearer +([^\s]+)$/i.exec(authorization ?? '')?.[1];
    if (text === undefined) throw refused();
    const key = createHash('sha256').update(text).digest('base64');
    const known = cache.get(key) ?? (await read(place, text));
    const { token, scopes } = known;
    const [client, organizations] = await Promise.all([
      standingClient(place, registry, token),
      registry.organizations(),
    ]);
    if (client === undefined) {
      cache.delete(key);
      throw refused();
    }
    if (!cache.has(key)) remember(cache, key, known);
    const { patient, practitioner, organization, role } = client;
    const caller = {
      client: client.id,
      organization,
      role,
      scopes,
      purposes: standingPurposes(client, token),
      token: token.jti,
      ...(patient === undefined ? {} : { patient }),
      ...(practitioner === undefined ? {} : { practitioner }),
    };
    return principalOf(caller, organizations);
  };
}

async function read(place: TokenPlace, text: string): Promise<Cached> {
  const token = await verifyToken(place, text);
  try {
    return { token, scopes: parseScopes(token.scope) };
  } catch (error) {
    throw refused(error);
  }
}

function remember(cache: Map<string, Cached>, key: string, value: Cached): void {
  const oldest = cache.size >= MOST_CACHED ? cache.keys().next().value : undefined;
  if (oldest !== undefined) cache.delete(oldest);
  cache.set(key, value);
}

/** Adds the id space that the registry gives the Organization; without an entry it may name nothing. */
export function principalOf(
  caller: Omit<Principal, 'idSpace'>,
  organizations: readonly OrganizationEntry[],
): Principal {
  const { organization } = caller;
  const own = organizations.find(entry => entry.id === organization);
  const others = organizations
    .filter(entry => entry.id !== organization && entry.prefix !== '')
    .map(entry => entry.prefix);
  return { ...caller, idSpace: { prefix: own?.prefix ?? `${organization}-`, others } };
}

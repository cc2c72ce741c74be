// Token -> Principal. The only source of a Principal besides a command that runs on the store itself.
import { createHash } from 'node:crypto';
import type { OrganizationEntry, Registry } from '../store/registry.ts';
import type { Principal, Role } from './grant.ts';
import { refused, type TokenPlace, verifyToken } from './oauth/access-token.ts';
import { parseScopes } from './scope.ts';

/** Verifying costs about a millisecond; what a token says cannot change until it expires. */
const MOST_CACHED = 10_000;

interface Cached {
  client: string;
  organization: string;
  role: Role;
  scopes: Principal['scopes'];
  patient?: string;
  expires: number;
}

/** Takes an Authorization header value; throws `unauthenticated`. */
export type Authenticate = (authorization: string | undefined) => Promise<Principal>;

export function createAuthenticate(place: TokenPlace, registry: Registry): Authenticate {
  const cache = new Map<string, Cached>();
  return async authorization => {
    const token = /^Bearer +([^\s]+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw refused();
    const key = createHash('sha256').update(token).digest('base64');
    const known = cache.get(key) ?? (await read(place, token));
    if (known.expires <= place.clock()) {
      cache.delete(key);
      throw refused();
    }
    if (!cache.has(key)) remember(cache, key, known);
    return principalOf(known, await registry.organizations());
  };
}

async function read(place: TokenPlace, token: string): Promise<Cached> {
  const { scope, ...claims } = await verifyToken(place, token);
  try {
    return { ...claims, scopes: parseScopes(scope, place.base) };
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
  const { client, organization, role, scopes, patient } = caller;
  const own = organizations.find(entry => entry.id === organization);
  const others = organizations
    .filter(entry => entry.id !== organization && entry.prefix !== '')
    .map(entry => entry.prefix);
  return {
    client,
    organization,
    role,
    scopes,
    ...(patient === undefined ? {} : { patient }),
    idSpace: { prefix: own?.prefix ?? `${organization}-`, others },
  };
}

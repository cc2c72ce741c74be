// Token -> Principal. The only source of a Principal besides a command that runs on the store itself.
import { hash } from 'node:crypto';
import type { ClientEntry, OrganizationEntry, Registry } from '../store/registry.ts';
import { withExceptions } from './exceptions.ts';
import type { Principal } from './grant.ts';
import { memberKeys, ownNames, withMemberships } from './membership.ts';
import { refused, type TokenPlace, type VerifiedToken, verifyToken } from './oauth/access-token.ts';
import { commonScope } from './oauth/granted-scope.ts';
import type { VerifyForeign } from './oauth/issuers.ts';
import { standingClient, standingPurposes } from './oauth/standing.ts';
import { parseScopes } from './scope.ts';

/** Verifying costs about a millisecond; what a token says cannot change until it expires. */
const MOST_CACHED = 10_000;

interface Cached {
  token: VerifiedToken;
  /** What its client was registered for when `scopes` was cut. */
  own?: string;
  scopes: Principal['scopes'];
  /** Holds for as long as the registry gives the same objects, which it does while nothing of them changes. */
  made?: { client: ClientEntry; organizations: readonly OrganizationEntry[]; principal: Principal };
}

/** Takes an Authorization header value; throws `unauthenticated`. */
export type Authenticate = (authorization: string | undefined) => Promise<Principal>;

export interface AuthenticatePlace extends TokenPlace {
  registry: Registry;
  /** Public base of the server, without slash at its end. */
  root(): string;
  verifyForeign: VerifyForeign;
}

export function createAuthenticate(place: AuthenticatePlace): Authenticate {
  const { registry } = place;
  const cache = new Map<string, Cached>();
  return async authorization => {
    const text = /^Bearer +([^\s]+)$/i.exec(authorization ?? '')?.[1];
    if (text === undefined) throw refused();
    const key = hash('sha256', text, 'base64');
    const known = cache.get(key) ?? (await read(place, text));
    const { token } = known;
    const names = ownNames(known.made?.principal ?? token);
    const [standing, organizations] = await Promise.all([
      standingClient(place, registry, token, memberKeys(names)),
      registry.organizations(),
    ]);
    if (standing === undefined) {
      cache.delete(key);
      throw refused();
    }
    const { client, lines } = standing;
    if (!cache.has(key)) remember(cache, key, known);
    if (known.made?.client !== client || known.made.organizations !== organizations)
      known.made = { client, organizations, principal: principalFor(place, known, client, organizations) };
    const at = place.clock();
    const principal = await withMemberships(known.made.principal, registry, at, { names, lines });
    return withExceptions(principal, registry, token, at);
  };
}

function principalFor(
  place: AuthenticatePlace,
  known: Cached,
  client: ClientEntry,
  organizations: readonly OrganizationEntry[],
): Principal {
  const { token } = known;
  const caller = callerOf(client, token, {
    scopes: scopesNow(place, known, client),
    purposes: standingPurposes(client, token),
  });
  return principalOf({ ...caller, token: token.jti }, organizations);
}

/** A client's own word binds it, whatever its issuer says: who it is, and whom its token is about. */
export function callerOf(
  client: ClientEntry,
  token: Pick<VerifiedToken, 'patient' | 'practitioner' | 'relatedPerson'>,
  granted: Pick<Principal, 'scopes' | 'purposes'>,
): Omit<Principal, 'idSpace'> {
  const { id, organization, role, recipient } = client;
  const { patient = token.patient, practitioner = token.practitioner } = client;
  const { relatedPerson = token.relatedPerson } = client;
  return {
    client: id,
    organization,
    role,
    recipient,
    ...granted,
    ...(client.declassify === true && role === 'program' ? { declassify: true as const } : {}),
    ...(patient === undefined ? {} : { patient }),
    ...(relatedPerson === undefined ? {} : { relatedPerson }),
    ...(practitioner === undefined ? {} : { practitioner }),
  };
}

async function read(place: AuthenticatePlace, text: string): Promise<Cached> {
  const token = (await place.verifyForeign(text)) ?? (await verifyToken(place, text));
  return { token, scopes: token.issuer === undefined ? readScopes(place, () => token.scope) : [] };
}

/**
 * What a token was granted, cut to what its client is registered for by now. A client without keys was made by a
 * command that signs what it is told to (`token --organization`), and is registered for nothing else.
 */
function scopesNow(place: AuthenticatePlace, known: Cached, client: ClientEntry): Principal['scopes'] {
  const keyless = 'jwks' in client.keys && client.keys.jwks.keys.length === 0;
  if (keyless && known.token.issuer === undefined) return known.scopes;
  if (known.own !== client.scope) {
    known.scopes = readScopes(place, () => commonScope(known.token.scope, client.scope));
    known.own = client.scope;
  }
  return known.scopes;
}

function readScopes(place: AuthenticatePlace, scope: () => string): Principal['scopes'] {
  try {
    return parseScopes(scope(), `${place.root()}/fhir`);
  } catch (error) {
    throw refused(error);
  }
}

function remember(cache: Map<string, Cached>, key: string, value: Cached): void {
  const oldest = cache.size >= MOST_CACHED ? cache.keys().next().value : undefined;
  if (oldest !== undefined) cache.delete(oldest);
  cache.set(key, value);
}

/**
 * Adds what the registry says of Organizations: the id space of this one, without an entry it may name nothing, and
 * which are Part 2 programs.
 */
export function principalOf(
  caller: Omit<Principal, 'idSpace'>,
  organizations: readonly OrganizationEntry[],
): Principal {
  const { organization } = caller;
  const own = organizations.find(entry => entry.id === organization);
  const others = organizations
    .filter(entry => entry.id !== organization && entry.prefix !== '')
    .map(entry => entry.prefix);
  const part2Programs = new Set(organizations.filter(entry => entry.part2).map(entry => entry.id));
  return { ...caller, part2Programs, idSpace: { prefix: own?.prefix ?? `${organization}-`, others } };
}

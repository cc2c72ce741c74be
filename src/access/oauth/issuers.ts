// Access tokens of issuers that the operator trusts (ISSUERS): found by OpenID Connect Discovery 1.0, verified by
// their published keys, and mapped to a client of the registry. An issuer says who somebody is; what they may
// do here is what the registry says.
import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import { type Clock, isId } from '../../fhir/id.ts';
import type { ClientEntry, Registry } from '../../store/registry.ts';
import { refused, type VerifiedToken } from './access-token.ts';
import { SKEW } from './assertion.ts';
import { OAuthError } from './error.ts';
import { keepFetched } from './fetched.ts';
import type { KeySets } from './key-set.ts';
import { impliedPurposes } from './purpose.ts';
import type { FetchJson } from './safe-fetch.ts';

/** Undefined for a token that does not name one of the issuers; throws `unauthenticated` for a bad one. */
export type VerifyForeign = (text: string) => Promise<VerifiedToken | undefined>;

export interface IssuersPlace {
  /** URLs, as the tokens name them. */
  issuers: readonly string[];
  fetchJson: FetchJson;
  keySets: KeySets;
  registry: Registry;
  clock: Clock;
  /** FHIR base URL: `aud`. */
  base(): string;
}

const ALGORITHMS = ['RS256', 'RS384', 'ES256', 'ES384'];
const TYPES: ReadonlySet<string> = new Set(['JWT', 'AT+JWT', 'APPLICATION/AT+JWT']);

export function createVerifyForeign(place: IssuersPlace): VerifyForeign {
  const discovered = keepFetched(place.fetchJson, json => json as { issuer?: unknown; jwks_uri?: unknown });

  /** Where an issuer publishes its keys. What it says of itself must name it by the very same URL. */
  async function keysOf(iss: string): Promise<{ jwksUrl: string }> {
    const url = `${iss.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const { issuer, jwks_uri: jwksUrl } = await discovered.get(url).catch(error => {
      throw refused(error);
    });
    if (issuer !== iss || typeof jwksUrl !== 'string') throw refused();
    return { jwksUrl };
  }

  return async text => {
    const iss = unverified(() => decodeJwt(text))?.iss;
    if (iss === undefined || !place.issuers.includes(iss)) return undefined;
    const { kid, alg, typ } = unverified(() => decodeProtectedHeader(text)) ?? {};
    if (typeof kid !== 'string' || typeof alg !== 'string') throw refused();
    if (typ !== undefined && !TYPES.has(typ.toUpperCase())) throw refused();
    const claims = await verified(place, text, async () =>
      place.keySets.find(await keysOf(iss), { kid, alg }),
    );
    const client = await clientFor(place.registry, iss, claims);
    return { ...asRegistered(claims, client), ...personOf(claims, client, place.base()) };
  };
}

async function verified(
  place: IssuersPlace,
  text: string,
  key: Parameters<typeof jwtVerify>[1] & (() => unknown),
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(text, key, {
      algorithms: ALGORITHMS,
      audience: place.base(),
      requiredClaims: ['exp', 'sub'],
      clockTolerance: SKEW,
      currentDate: new Date(place.clock()),
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof OAuthError) throw refused(error);
    throw error;
  }
}

/** By the name of the program that asks, or of who it asks for. */
async function clientFor(registry: Registry, iss: string, claims: JWTPayload): Promise<ClientEntry> {
  const names = [claims.client_id, claims.azp, claims.sub].filter(name => typeof name === 'string');
  const mine = (await registry.clients()).filter(({ issuer }) => issuer?.iss === iss);
  for (const name of names) {
    const found = mine.find(({ issuer }) => issuer!.sub === name);
    if (found !== undefined) return found;
  }
  throw refused();
}

function asRegistered(claims: JWTPayload, client: ClientEntry): VerifiedToken {
  const { iss, jti, iat, exp, scope, scp } = claims;
  const words = Array.isArray(scp) ? scp.join(' ') : scope;
  if (typeof words !== 'string') throw refused();
  return {
    client: client.id,
    organization: client.organization,
    role: client.role,
    scope: words,
    purposes: impliedPurposes(client),
    jti: `${iss} ${typeof jti === 'string' ? jti : ''}`,
    issuer: client.issuer!,
    issued: (iat ?? 0) * 1000,
    expires: exp! * 1000,
  };
}

/**
 * Whom a token is about. A client that is one person's cannot be made another's by its issuer; one that many use
 * (`patient` is not registered) is each time that of the token.
 */
function personOf(
  claims: JWTPayload,
  client: ClientEntry,
  base: string,
): Pick<VerifiedToken, 'patient' | 'practitioner' | 'relatedPerson'> {
  const [type, id] = userOf(claims.fhirUser, base);
  const named = claims.patient ?? (type === 'Patient' ? id : undefined);
  const acts = client.role === 'patient' || client.role === 'representative';
  if (acts) {
    const patient = client.patient ?? named;
    if (!isId(patient) || (named !== undefined && named !== patient)) throw refused();
    const related = type === 'RelatedPerson' && client.role === 'representative' ? id : undefined;
    const relatedPerson = client.relatedPerson ?? related;
    if (related !== undefined && related !== relatedPerson) throw refused();
    return { patient, ...(isId(relatedPerson) ? { relatedPerson } : {}) };
  }
  const practitioner = client.practitioner ?? (type === 'Practitioner' ? id : undefined);
  return isId(practitioner) ? { practitioner } : {};
}

/** `Patient/1`, also as a full URL of this server; a resource of another server is nobody here. */
function userOf(fhirUser: unknown, base: string): [type?: string, id?: string] {
  const local = typeof fhirUser === 'string' ? fhirUser.replace(`${base}/`, '') : '';
  const found = /^(Patient|Practitioner|RelatedPerson)\/([^/]+)$/.exec(local);
  return found === null ? [] : [found[1]!, found[2]!];
}

function unverified<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}

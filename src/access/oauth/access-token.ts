// Access tokens of this server: signed JWTs in the shape of RFC 9068.
import { errors, jwtVerify, SignJWT } from 'jose';
import { FhirError } from '../../fhir/error.ts';
import { type Clock, isId } from '../../fhir/id.ts';
import { ROLES, type Role } from '../grant.ts';
import { ALGORITHM, type SigningKey } from './signing-key.ts';

export interface TokenClaims {
  client: string;
  organization: string;
  role: Role;
  /** Space separated, as granted. */
  scope: string;
  /** Logical id of the Patient whom `patient/` scopes are about. */
  patient?: string;
}

export interface TokenPlace {
  key: SigningKey;
  clock: Clock;
  /** The server's own FHIR base URL. */
  readonly base?: string;
}

/**
 * `iss` and `aud` of our own tokens: those who share the signing key are one server. Not the base URL,
 * so that a token outlives a changed port, and one signed beside a running server is good there.
 */
const audienceOf = (place: TokenPlace): string => `urn:iop-fhir:${place.key.kid}`;

export async function signToken(place: TokenPlace, claims: TokenClaims, seconds: number): Promise<string> {
  const now = Math.floor(place.clock() / 1000);
  return new SignJWT({
    client_id: claims.client,
    organization: claims.organization,
    role: claims.role,
    scope: claims.scope,
    ...(claims.patient === undefined ? {} : { patient: claims.patient }),
  })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'at+jwt', kid: place.key.kid })
    .setIssuer(audienceOf(place))
    .setAudience(audienceOf(place))
    .setSubject(claims.client)
    .setIssuedAt(now)
    .setExpirationTime(now + seconds)
    .setJti(crypto.randomUUID())
    .sign(place.key.privateKey);
}

/** Verifies signature, type, issuer, audience and time. Throws `unauthenticated` without saying which failed. */
export async function verifyToken(
  place: TokenPlace,
  token: string,
): Promise<TokenClaims & { expires: number }> {
  const payload = await verified(place, token);
  const { client_id: client, organization, role, scope, patient, exp } = payload as Record<string, unknown>;
  if (typeof client !== 'string' || typeof scope !== 'string') throw refused();
  if (!isId(organization)) throw refused();
  if (!ROLES.includes(role as Role)) throw refused();
  if (patient !== undefined && !isId(patient)) throw refused();
  return {
    client,
    organization,
    role: role as Role,
    scope,
    ...(patient === undefined ? {} : { patient }),
    expires: (exp as number) * 1000,
  };
}

async function verified(place: TokenPlace, token: string): Promise<object> {
  try {
    const { payload } = await jwtVerify(token, place.key.publicKey, {
      algorithms: [ALGORITHM],
      typ: 'at+jwt',
      issuer: audienceOf(place),
      audience: audienceOf(place),
      requiredClaims: ['exp', 'sub', 'client_id', 'organization', 'role', 'scope'],
      currentDate: new Date(place.clock()),
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) throw refused(error);
    throw error;
  }
}

export const refused = (cause?: unknown): FhirError =>
  new FhirError('unauthenticated', 'The access token is missing, expired or not of this server.', { cause });

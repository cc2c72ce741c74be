// Access tokens of this server: signed JWTs in the shape of RFC 9068.
import { errors, type JWTVerifyResult, jwtVerify, SignJWT } from 'jose';
import { FhirError } from '../../fhir/error.ts';
import { type Clock, isId } from '../../fhir/id.ts';
import { ROLES, type Role } from '../grant.ts';
import { ALGORITHM, type Keyring } from './signing-key.ts';

export interface TokenClaims {
  client: string;
  organization: string;
  role: Role;
  /** Space separated, as granted. */
  scope: string;
  /** Logical id of the Patient whom `patient/` scopes are about. */
  patient?: string;
  /** v3-ActReason codes; absent: what the client is registered for. */
  purposes?: readonly string[];
  /** The emergency that it is for (42 CFR 2.51): id of the entry, and logical id of the Patient as it was stated. */
  emergency?: { id: string; patient: string };
}

export interface VerifiedToken extends TokenClaims {
  jti: string;
  /** Of the key of ours that signed it; absent where a trusted issuer did. */
  kid?: string;
  /** The trusted issuer, and by which of its names the client is registered. */
  issuer?: { iss: string; sub: string };
  /** Logical id of the Practitioner whom an issuer's token is about, where it says so. */
  practitioner?: string;
  /** Logical id of the RelatedPerson whom an issuer's token is about, where it says so. */
  relatedPerson?: string;
  /** ms. */
  issued: number;
  expires: number;
}

export interface TokenPlace {
  keys: Keyring;
  clock: Clock;
}

/** Nothing that was signed here is longer; nobody has to hash or parse more. */
const LONGEST = 12_000;

/**
 * `iss` and `aud` of our own tokens: those who share the signing keys are one server. Not the base URL,
 * so that a token outlives a changed port, and one signed beside a running server is good there.
 */
export const audienceOf = ({ keys }: TokenPlace): string => `urn:iop-fhir:${keys.name}`;

export async function signToken(place: TokenPlace, claims: TokenClaims, seconds: number): Promise<string> {
  const now = Math.floor(place.clock() / 1000);
  const { kid, privateKey } = await place.keys.signing();
  return new SignJWT({
    client_id: claims.client,
    organization: claims.organization,
    role: claims.role,
    scope: claims.scope,
    ...(claims.patient === undefined ? {} : { patient: claims.patient }),
    ...(claims.purposes === undefined ? {} : { purposes: claims.purposes }),
    ...(claims.emergency === undefined ? {} : { emergency: claims.emergency }),
  })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'at+jwt', kid })
    .setIssuer(audienceOf(place))
    .setAudience(audienceOf(place))
    .setSubject(claims.client)
    .setIssuedAt(now)
    .setExpirationTime(now + seconds)
    .setJti(crypto.randomUUID())
    .sign(privateKey);
}

/** Verifies signature, type, issuer, audience and time. Throws `unauthenticated` without saying which failed. */
export async function verifyToken(place: TokenPlace, token: string): Promise<VerifiedToken> {
  if (token.length > LONGEST) throw refused();
  const { payload, protectedHeader } = await verified(place, token);
  const {
    client_id: client,
    sub,
    organization,
    role,
    scope,
    patient,
    purposes,
    emergency,
    jti,
    iat,
    exp,
  } = payload as Record<string, unknown>;
  if (typeof client !== 'string' || sub !== client) throw refused();
  if (typeof scope !== 'string' || typeof jti !== 'string') throw refused();
  if (!isId(organization)) throw refused();
  if (!ROLES.includes(role as Role)) throw refused();
  if (patient !== undefined && !isId(patient)) throw refused();
  return {
    client,
    organization,
    role: role as Role,
    scope,
    ...(patient === undefined ? {} : { patient }),
    ...(purposes === undefined ? {} : { purposes: textsOf(purposes) }),
    ...(emergency === undefined ? {} : { emergency: emergencyOf(emergency) }),
    jti,
    kid: protectedHeader.kid!,
    issued: (iat as number) * 1000,
    expires: (exp as number) * 1000,
  };
}

function emergencyOf(value: unknown): { id: string; patient: string } {
  const { id, patient } = (value ?? {}) as Record<string, unknown>;
  if (isId(id) && isId(patient)) return { id, patient };
  throw refused();
}

function textsOf(value: unknown): string[] {
  if (Array.isArray(value) && value.every(one => typeof one === 'string')) return value;
  throw refused();
}

async function verified(place: TokenPlace, token: string): Promise<JWTVerifyResult> {
  const keyOf = async ({ kid }: { kid?: string }) => {
    const key = kid === undefined ? undefined : await place.keys.find(kid);
    if (key === undefined) throw refused();
    return key;
  };
  try {
    return await jwtVerify(token, keyOf, {
      algorithms: [ALGORITHM],
      typ: 'at+jwt',
      issuer: audienceOf(place),
      audience: audienceOf(place),
      requiredClaims: ['exp', 'iat', 'jti', 'sub', 'client_id', 'organization', 'role', 'scope'],
      currentDate: new Date(place.clock()),
    });
  } catch (error) {
    if (error instanceof errors.JOSEError) throw refused(error);
    throw error;
  }
}

export const refused = (cause?: unknown): FhirError =>
  new FhirError('unauthenticated', 'The access token is missing, expired, revoked or not of this server.', {
    cause,
  });

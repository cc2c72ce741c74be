// A client's assertion: the signed JWT by which it says who it is (RFC 7523, section 3; SMART App Launch,
// asymmetric client authentication). Checks read top to bottom; each has one way out.
import { type CryptoKey, decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import type { ClientEntry } from '../../store/registry.ts';
import { isClientId } from './client.ts';
import { OAuthError, unknownClient } from './error.ts';
import { demand, type Form, one } from './form.ts';
import type { OAuthPlace } from './place.ts';

export const ASSERTION_ALGORITHMS = ['RS384', 'ES384'] as const;
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** Seconds that the two clocks may be apart. */
export const SKEW = 30;
/** Seconds that an assertion may be good for. */
const LONGEST_LIFE = 300;
const LONGEST = 16_000;
const LONGEST_JTI = 255;

/** Keys or rules that an assertion brings along itself. Who signs is registered, never claimed. */
const FOREIGN_HEADERS = ['jwk', 'x5c', 'x5u', 'crit', 'b64', 'zip'] as const;

/** The registered client that a form names; nothing is verified yet. */
export async function claimedClient(place: OAuthPlace, form: Form): Promise<ClientEntry | undefined> {
  const { sub } = decoded(() => decodeJwt(one(form, 'client_assertion') ?? '')) ?? {};
  return isClientId(sub) ? place.registry.client(sub) : undefined;
}

/** Who a client is, proven. */
export interface Proven {
  client: ClientEntry;
  claims: JWTPayload;
}

/** Verifies the assertion of a form as that of the client it names. Each is good once. */
export async function verifyAssertion(
  place: OAuthPlace,
  form: Form,
  client: ClientEntry | undefined,
): Promise<Proven> {
  if (one(form, 'client_secret') !== undefined)
    throw new OAuthError('invalid_request', 'Clients authenticate by client_assertion alone.');
  const assertion = demand(form, 'client_assertion');
  if (demand(form, 'client_assertion_type') !== ASSERTION_TYPE)
    throw new OAuthError('invalid_request', `client_assertion_type: expected ${ASSERTION_TYPE}`);
  if (assertion.length > LONGEST) throw unknownClient('the assertion is too long');
  if (client === undefined) throw unknownClient('no such client');
  if (client.disabled) throw unknownClient('the client is disabled');
  const named = one(form, 'client_id');
  if (named !== undefined && named !== client.id) throw unknownClient('client_id is another client');
  const header = readHeader(assertion, client);
  const key = await place.keySets.find(client.keys, header);
  const claims = await verified(place, { assertion, client, key });
  await useOnce(place, client, claims);
  return { client, claims };
}

function readHeader(assertion: string, { keys }: ClientEntry): { kid: string; alg: string } {
  const header = decoded(() => decodeProtectedHeader(assertion));
  if (header === undefined) throw unknownClient('the assertion is no JWT');
  const { alg, kid, jku, typ } = header;
  if (!ASSERTION_ALGORITHMS.some(known => known === alg)) throw unknownClient('alg is not RS384 or ES384');
  if (FOREIGN_HEADERS.some(name => name in header)) throw unknownClient('the header brings keys or rules');
  if (jku !== undefined && !('jwksUrl' in keys && jku === keys.jwksUrl))
    throw unknownClient('jku is not the registered URL');
  if (typ !== undefined && typ.toUpperCase() !== 'JWT') throw unknownClient('typ is not JWT');
  if (typeof kid !== 'string') throw unknownClient('there is no kid');
  return { kid, alg: alg! };
}

async function verified(
  place: OAuthPlace,
  { assertion, client, key }: { assertion: string; client: ClientEntry; key: CryptoKey },
): Promise<JWTPayload> {
  const now = place.clock() / 1000;
  try {
    const { payload } = await jwtVerify(assertion, key, {
      algorithms: [...ASSERTION_ALGORITHMS],
      issuer: client.id,
      subject: client.id,
      audience: tokenUrl(place),
      requiredClaims: ['iss', 'sub', 'aud', 'exp', 'jti'],
      clockTolerance: SKEW,
      currentDate: new Date(place.clock()),
    });
    if (payload.exp! > now + LONGEST_LIFE + SKEW) throw badClaim('exp');
    if (payload.iat !== undefined && payload.iat > now + SKEW) throw badClaim('iat');
    return payload;
  } catch (error) {
    // What is said of claims is told only to who holds the key.
    if (error instanceof errors.JWTClaimValidationFailed) throw badClaim(error.claim);
    if (error instanceof errors.JWTExpired) throw badClaim('exp');
    if (error instanceof errors.JOSEError) throw unknownClient('the signature does not hold');
    throw error;
  }
}

const EXPECTED: Readonly<Record<string, string>> = {
  aud: 'the URL of the token endpoint',
  exp: 'a time at most 5 minutes ahead',
  iss: 'the client id',
  sub: 'the client id',
  jti: 'a text of at most 255 characters that is used once',
};

const badClaim = (claim: string): OAuthError =>
  new OAuthError(
    'invalid_client',
    `client_assertion: ${claim} must be ${EXPECTED[claim] ?? 'right'}.`,
    claim,
  );

async function useOnce(
  { registry }: OAuthPlace,
  client: ClientEntry,
  { jti, exp }: JWTPayload,
): Promise<void> {
  if (typeof jti !== 'string' || jti === '' || jti.length > LONGEST_JTI) throw badClaim('jti');
  const isNew = await registry.useJti(client.id, jti, Math.ceil(exp! + SKEW + 1) * 1000);
  if (!isNew) throw new OAuthError('invalid_client', 'client_assertion: it was used before.', 'replayed');
}

/** What assertions are made for: `aud`. */
export const tokenUrl = (place: OAuthPlace): string => `${place.root()}/oauth/token`;

function decoded<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}

// Keys of clients that are made here: for the demo's, and for who asks `client add --generate-key`. The private
// key goes into a file and nowhere else; the registry is given the public part.
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { FhirError } from '../../fhir/error.ts';
import type { Clock } from '../../fhir/id.ts';
import type { PublicJwk } from '../../store/registry.ts';
import { tokenUrl } from './assertion.ts';
import type { OAuthPlace } from './place.ts';
import { issueToken } from './token-endpoint.ts';

const ALG = 'ES384';

/** Makes a key and writes it as a JWK (0600). Throws `conflict` where the file is there. */
export async function makeClientKey(path: string): Promise<PublicJwk> {
  const { privateKey } = await generateKeyPair(ALG, { extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  const aside = `${path}.${process.pid}`;
  writeFileSync(aside, `${JSON.stringify({ ...jwk, kid, alg: ALG })}\n`, { mode: 0o600, flush: true });
  try {
    // Of two that make it at once one wins; what is there is never overwritten.
    linkSync(aside, path);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
    throw new FhirError('conflict', `${path}: the file is there already.`);
  } finally {
    rmSync(aside);
  }
  return readClientKey(path).publicJwk;
}

export interface KeyFile {
  privateJwk: JWK;
  publicJwk: PublicJwk;
}

/** Throws `invalid-value`, naming the file, where it holds no private key with a kid. */
export function readClientKey(path: string): KeyFile {
  const jwk = readJson(path);
  const { kty, kid, n, e, crv, x, y } = jwk;
  if (jwk.d === undefined || kid === undefined)
    throw new FhirError('invalid-value', `${path}: expected a private JWK with a kid.`);
  const parts = kty === 'RSA' ? { n, e } : { crv, x, y };
  return { privateJwk: jwk, publicJwk: { kty, kid, ...parts } };
}

/** Throws `invalid-value`, naming the file and nothing that it holds. */
export function readJson(path: string): JWK & Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new FhirError('invalid-value', `${path}: there is no such file, or it may not be read.`, { cause });
  }
  try {
    return JSON.parse(text) as JWK & Record<string, unknown>;
  } catch {
    throw new FhirError('invalid-value', `${path}: it is not JSON.`);
  }
}

export interface AssertionFor {
  client: string;
  key: JWK;
  /** URL of the token endpoint. */
  audience: string;
}

/** What a client sends to the token endpoint to say who it is; good once, for four minutes. */
export async function signAssertion({ client, key, audience }: AssertionFor, clock: Clock): Promise<string> {
  const alg = key.kty === 'RSA' ? 'RS384' : ALG;
  const now = Math.floor(clock() / 1000);
  return new SignJWT({ iss: client, sub: client, aud: audience, jti: crypto.randomUUID() })
    .setProtectedHeader({ alg, typ: 'JWT', kid: key.kid! })
    .setIssuedAt(now)
    .setExpirationTime(now + 240)
    .sign(await importJWK(key, alg));
}

export interface TokenWish {
  client: string;
  key: JWK;
  scope: string;
  /** How long it is good: who holds the server's own keys is not bound to the token endpoint's minutes. */
  seconds: number;
}

/** An access token for a client whose key is at hand, by the token endpoint's own steps. Throws OAuthError. */
export async function requestToken(place: OAuthPlace, wish: TokenWish): Promise<string> {
  const { client, key, scope, seconds } = wish;
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await signAssertion({ client, key, audience: tokenUrl(place) }, place.clock),
    scope,
  });
  const request = { read: () => form.toString(), id: crypto.randomUUID() };
  return (await issueToken({ ...place, lifetime: seconds }, request)).access_token;
}

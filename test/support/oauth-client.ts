// A client as it stands on the other side: its keys, its assertions, its requests.
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export interface ClientKey {
  kid: string;
  alg: 'RS384' | 'ES384';
  privateKey: CryptoKey;
  /** With kid. */
  publicJwk: JWK;
  privateJwk: JWK;
}

export async function makeKey(kid: string, alg: ClientKey['alg'] = 'ES384'): Promise<ClientKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return {
    kid,
    alg,
    privateKey,
    publicJwk: { ...(await exportJWK(publicKey)), kid },
    privateJwk: { ...(await exportJWK(privateKey)), kid },
  };
}

export interface AssertionParts {
  header?: Record<string, unknown>;
  /** `undefined` leaves a claim out. */
  claims?: Record<string, unknown>;
}

export interface Assertions {
  /** ms. */
  now(): number;
  client: string;
  /** URL of the token endpoint. */
  audience: string;
}

/** An assertion that is fine, but for what `parts` change of it. */
export function assertionOf(
  { now, client, audience }: Assertions,
  key: Pick<ClientKey, 'kid' | 'alg' | 'privateKey'>,
  { header = {}, claims = {} }: AssertionParts = {},
): Promise<string> {
  const seconds = Math.floor(now() / 1000);
  const usual: JWTPayload = {
    iss: client,
    sub: client,
    aud: audience,
    iat: seconds,
    exp: seconds + 240,
    jti: crypto.randomUUID(),
  };
  const all = Object.entries({ ...usual, ...claims }).filter(([, value]) => value !== undefined);
  return new SignJWT(Object.fromEntries(all))
    .setProtectedHeader({ typ: 'JWT', alg: key.alg, kid: key.kid, ...header })
    .sign(key.privateKey, header.crit === undefined ? {} : { crit: { 'urn:x': true } });
}

/** The form of a token request. */
export const tokenForm = (
  assertion: string,
  more: Record<string, string | string[]> = {},
): URLSearchParams => {
  const form = new URLSearchParams();
  const all = {
    grant_type: 'client_credentials',
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: assertion,
    scope: 'system/*.rs',
    ...more,
  };
  for (const [name, value] of Object.entries(all)) for (const one of [value].flat()) form.append(name, one);
  return form;
};

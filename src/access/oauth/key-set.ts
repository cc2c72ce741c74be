// The keys a client's assertions are signed with: registered by value, or published by the client. And those of a
// trusted issuer's tokens.
import { type CryptoKey, importJWK, type JWK } from 'jose';
import type { ClientEntry, PublicJwk } from '../../store/registry.ts';
import { unknownClient } from './error.ts';
import { keepFetched } from './fetched.ts';
import type { FetchJson } from './safe-fetch.ts';

export interface KeySets {
  /** The one key that a header names. Throws `invalid_client` where there is none, or more than one. */
  find(keys: ClientEntry['keys'], header: { kid: string; alg: string }): Promise<CryptoKey>;
}

const MOST_KEYS = 100;

/** `now`: ms, of a clock that never goes back. */
export function createKeySets(fetchJson: FetchJson, now?: () => number): KeySets {
  const published = keepFetched(fetchJson, readSet, now);
  return {
    find: async (keys, header) => {
      if ('jwks' in keys) return soleKey(keys.jwks.keys, header);
      const known = await published.get(keys.jwksUrl).catch(refuse);
      if (known.some(({ kid }) => kid === header.kid)) return soleKey(known, header);
      // It may have come since; others may not be made to ask without end.
      return soleKey(await published.again(keys.jwksUrl).catch(refuse), header);
    },
  };
}

const refuse = (): never => {
  throw unknownClient('the key set could not be fetched');
};

function readSet(json: unknown): readonly PublicJwk[] {
  const { keys } = json as { keys?: unknown };
  if (!Array.isArray(keys) || keys.length > MOST_KEYS) throw new Error('It is no key set.');
  return keys.filter((key): key is PublicJwk => typeof key === 'object' && key !== null);
}

const KTY: Readonly<Record<string, string>> = { RS256: 'RSA', RS384: 'RSA', ES256: 'EC', ES384: 'EC' };

/** Two keys of one name: nobody can say which is meant, so neither is. */
async function soleKey(
  keys: readonly PublicJwk[],
  { kid, alg }: { kid: string; alg: string },
): Promise<CryptoKey> {
  const named = keys.filter(key => key.kid === kid && key.kty === KTY[alg]);
  const [jwk] = named;
  if (jwk === undefined) throw unknownClient('the kid is not known');
  if (named.length > 1) throw unknownClient('the kid names several keys');
  if (jwk.use !== undefined && jwk.use !== 'sig') throw unknownClient('the key is not for signatures');
  if (jwk.alg !== undefined && jwk.alg !== alg) throw unknownClient('the key is for another alg');
  const { kty, n, e, crv, x, y } = jwk as Record<string, string>;
  const bare = (kty === 'RSA' ? { kty, n, e } : { kty, crv, x, y }) as JWK;
  try {
    return (await importJWK(bare, alg)) as CryptoKey;
  } catch {
    throw unknownClient('the key cannot be read');
  }
}

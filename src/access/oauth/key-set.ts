// The keys a client's assertions are signed with: registered by value, or published by the client.
import { type CryptoKey, importJWK, type JWK } from 'jose';
import type { ClientEntry, PublicJwk } from '../../store/registry.ts';
import { unknownClient } from './error.ts';
import type { FetchJson } from './safe-fetch.ts';

export interface KeySets {
  /** The one key that a header names. Throws `invalid_client` where there is none, or more than one. */
  find(keys: ClientEntry['keys'], header: { kid: string; alg: string }): Promise<CryptoKey>;
}

/** A published set is asked for again: when it is so old; and for a kid that is not in it, no more often than this. */
const OLDEST_MS = 10 * 60_000;
const AGAIN_MS = 60_000;
const MOST_KEYS = 100;

interface Published {
  at: number;
  keys: Promise<readonly PublicJwk[]>;
}

/** `now`: ms, of a clock that never goes back. */
export function createKeySets(fetchJson: FetchJson, now: () => number = () => performance.now()): KeySets {
  const published = new Map<string, Published>();
  const fetched = (url: string, oldest: number): Promise<readonly PublicJwk[]> => {
    const known = published.get(url);
    if (known !== undefined && now() - known.at < oldest) return known.keys;
    const asked = { at: now(), keys: readSet(fetchJson, url) };
    // Who waits for it is told; that nobody does is no crash.
    asked.keys.catch(() => {});
    published.set(url, asked);
    return asked.keys;
  };
  return {
    find: async (keys, header) => {
      if ('jwks' in keys) return soleKey(keys.jwks.keys, header);
      const known = await held(fetched(keys.jwksUrl, OLDEST_MS), () => fetched(keys.jwksUrl, AGAIN_MS));
      if (known.some(({ kid }) => kid === header.kid)) return soleKey(known, header);
      return soleKey(await fetched(keys.jwksUrl, AGAIN_MS).catch(refuse), header);
    },
  };
}

/** A failure is asked again once the minute is over. */
async function held<T>(first: Promise<T>, again: () => Promise<T>): Promise<T> {
  try {
    return await first;
  } catch {
    return again().catch(refuse);
  }
}

const refuse = (): never => {
  throw unknownClient('the key set could not be fetched');
};

async function readSet(fetchJson: FetchJson, url: string): Promise<readonly PublicJwk[]> {
  const { keys } = (await fetchJson(url)) as { keys?: unknown };
  if (!Array.isArray(keys) || keys.length > MOST_KEYS) throw new Error('It is no key set.');
  return keys.filter((key): key is PublicJwk => typeof key === 'object' && key !== null);
}

const KTY: Readonly<Record<string, string>> = { RS384: 'RSA', ES384: 'EC' };

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

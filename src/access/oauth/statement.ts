// Statements that this server signs for itself, to be believed later: compact JWS (RFC 7515) with a `typ` of
// their own, so that none is ever taken for a token.
import { CompactSign, type CryptoKey, compactVerify, decodeProtectedHeader } from 'jose';
import { ALGORITHM, type SigningKey } from './signing-key.ts';

export function signStatement(key: SigningKey, typ: string, said: unknown): Promise<string> {
  return new CompactSign(new TextEncoder().encode(JSON.stringify(said)))
    .setProtectedHeader({ alg: ALGORITHM, typ, kid: key.kid })
    .sign(key.privateKey);
}

/** What was said; undefined where no known key has signed it under this `typ`. */
export async function openStatement(
  keyOf: (kid: string) => CryptoKey | undefined,
  typ: string,
  text: string,
): Promise<unknown> {
  try {
    const header = decodeProtectedHeader(text);
    const key = keyOf(header.kid ?? '');
    if (key === undefined || header.typ !== typ) return undefined;
    const { payload } = await compactVerify(text, key, { algorithms: [ALGORITHM] });
    return JSON.parse(new TextDecoder().decode(payload)) as unknown;
  } catch {
    // Whatever is wrong with it: nobody has signed it.
    return undefined;
  }
}

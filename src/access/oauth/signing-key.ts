// The server's own signing key: one file in the KEYS folder, made at first start.
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose';
import { demandOwnerOnly, openKeyFolder } from './key-folder.ts';

export const ALGORITHM = 'ES384';

export interface SigningKey {
  kid: string;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
  /** 32 bytes for sealing page links, derived from nothing that leaves this folder. */
  secret: Uint8Array;
}

interface Stored {
  signing: JWK;
  secret: string;
}

/** Reads the key of a folder, making folder (0700) and key (0600) where there is none. Throws where others can get at it. */
export async function openSigningKey(folder: string): Promise<SigningKey> {
  openKeyFolder(folder);
  const path = join(folder, 'signing-key.json');
  if (!existsSync(path)) await makeKey(path);
  demandOwnerOnly(path);
  return readKey(JSON.parse(readFileSync(path, 'utf8')) as Stored);
}

/** Written aside and linked into place: of two processes that start at once one wins, and both use its key. */
async function makeKey(path: string): Promise<void> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const stored: Stored = {
    signing: await exportJWK(privateKey),
    secret: Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url'),
  };
  const aside = `${path}.${process.pid}`;
  writeFileSync(aside, JSON.stringify(stored), { mode: 0o600 });
  try {
    linkSync(aside, path);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside);
  }
}

async function readKey(stored: Stored): Promise<SigningKey> {
  const { kty, crv, x, y, d } = stored.signing as Required<JWK>;
  const publicJwk = { kty, crv, x, y };
  return {
    kid: await calculateJwkThumbprint(publicJwk),
    privateKey: (await importJWK({ ...publicJwk, d }, ALGORITHM)) as CryptoKey,
    publicKey: (await importJWK(publicJwk, ALGORITHM)) as CryptoKey,
    secret: new Uint8Array(Buffer.from(stored.secret, 'base64url')),
  };
}

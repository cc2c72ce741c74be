// The server's own signing keys: one file in the KEYS folder, made at first start. The key that signs may be
// replaced by another; what it signed stays good until the longest of its tokens is over.
import { existsSync, linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose';
import type { Clock } from '../../fhir/id.ts';
import { demandOwnerOnly, openKeyFolder } from './key-folder.ts';

export const ALGORITHM = 'ES384';

/** No token that a command prints is good for longer, so a former key is kept no longer. */
export const LONGEST_TOKEN_HOURS = 31 * 24;
/** How long another process's new key may stay unseen here, ms. A kid that is not known is looked for at once. */
const LOOK_MS = 1000;

export interface SigningKey {
  kid: string;
  privateKey: CryptoKey;
}

export interface Keyring {
  /** Names those who share the folder, whatever key they sign with: `iss` and `aud` of their tokens. */
  readonly name: string;
  /** 32 bytes for sealing page links, derived from nothing that leaves this folder; the same after a rotation. */
  readonly secret: Uint8Array;
  signing(): Promise<SigningKey>;
  /** The public key of a kid: the one that signs, or a former one whose tokens are not over. */
  find(kid: string): Promise<CryptoKey | undefined>;
  /** Also a former one whose tokens are over: for what it signed to be believed later (statement.ts). */
  known(kid: string): CryptoKey | undefined;
  /** The public keys as others may know them (RFC 7517). */
  jwks(): Promise<{ keys: readonly JWK[] }>;
}

/** The file. `name` and `former` are not there before the first rotation. */
interface Stored {
  signing: JWK;
  secret: string;
  name?: string;
  former?: readonly { key: JWK; until: number }[];
}

interface PublicKey {
  key: CryptoKey;
  jwk: JWK;
  /** ms; Infinity for the one that signs. */
  until: number;
}

interface Loaded {
  stamp: string;
  name: string;
  secret: Uint8Array;
  signing: SigningKey;
  keys: ReadonlyMap<string, PublicKey>;
}

/** Reads the keys of a folder, making folder (0700) and key (0600) where there is none. */
export async function openKeyring(folder: string, clock: Clock): Promise<Keyring> {
  const path = await prepare(folder);
  let loaded = await load(path);
  let looked = performance.now();
  /** A file that cannot be read, as one that is just being copied here, is looked at again the next time. */
  const look = async (): Promise<void> => {
    looked = performance.now();
    if (stampOf(path) !== loaded.stamp) loaded = await load(path).catch(() => loaded);
  };
  const find = (kid: string): CryptoKey | undefined => {
    const found = loaded.keys.get(kid);
    return found !== undefined && clock() < found.until ? found.key : undefined;
  };
  return {
    name: loaded.name,
    secret: loaded.secret,
    signing: async () => {
      await look();
      return loaded.signing;
    },
    find: async kid => {
      if (performance.now() - looked > LOOK_MS || find(kid) === undefined) await look();
      return find(kid);
    },
    known: kid => loaded.keys.get(kid)?.key,
    jwks: async () => {
      await look();
      const good = [...loaded.keys.values()].filter(({ until }) => clock() < until);
      return { keys: good.map(({ jwk }) => jwk) };
    },
  };
}

/**
 * `drop`: former keys are no longer good, for where one has come into wrong hands; nor is what they signed to be
 * believed later.
 */
export async function rotateSigningKey(folder: string, clock: Clock, drop: boolean): Promise<string> {
  const path = await prepare(folder);
  const stored = readStored(path);
  const now = clock();
  const former = [
    { key: publicOf(stored.signing), until: now + LONGEST_TOKEN_HOURS * 3_600_000 },
    ...(stored.former ?? []),
  ];
  const next: Stored = {
    ...stored,
    signing: await newKey(),
    name: stored.name ?? (await calculateJwkThumbprint(publicOf(stored.signing))),
    former: drop ? [] : former,
  };
  renameSync(writeAside(path, next), path);
  return calculateJwkThumbprint(publicOf(next.signing));
}

async function prepare(folder: string): Promise<string> {
  openKeyFolder(folder);
  const path = join(folder, 'signing-key.json');
  if (!existsSync(path)) await makeKey(path);
  demandOwnerOnly(path);
  return path;
}

/** Written aside and linked into place: of two processes that start at once one wins, and both use its key. */
async function makeKey(path: string): Promise<void> {
  const secret = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url');
  const aside = writeAside(path, { signing: await newKey(), secret });
  try {
    linkSync(aside, path);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside);
  }
}

function writeAside(path: string, stored: Stored): string {
  const aside = `${path}.${process.pid}`;
  writeFileSync(aside, JSON.stringify(stored), { mode: 0o600, flush: true });
  return aside;
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  return exportJWK(privateKey);
}

const readStored = (path: string): Stored => JSON.parse(readFileSync(path, 'utf8')) as Stored;

/** Changes with every rotation. */
function stampOf(path: string): string {
  const file = statSync(path, { throwIfNoEntry: false });
  return file === undefined ? '' : `${file.mtimeMs} ${file.ino} ${file.size}`;
}

function publicOf(jwk: JWK): JWK {
  const { kty, crv, x, y } = jwk as Required<JWK>;
  return { kty, crv, x, y };
}

async function load(path: string): Promise<Loaded> {
  const stamp = stampOf(path);
  const stored = readStored(path);
  const current = await readPublic(publicOf(stored.signing), Number.POSITIVE_INFINITY);
  const former = await Promise.all((stored.former ?? []).map(({ key, until }) => readPublic(key, until)));
  const kid = current.jwk.kid!;
  return {
    stamp,
    name: stored.name ?? kid,
    secret: new Uint8Array(Buffer.from(stored.secret, 'base64url')),
    signing: { kid, privateKey: (await importJWK(stored.signing, ALGORITHM)) as CryptoKey },
    keys: new Map([current, ...former].map(one => [one.jwk.kid!, one])),
  };
}

async function readPublic(jwk: JWK, until: number): Promise<PublicKey> {
  const kid = await calculateJwkThumbprint(jwk);
  const key = (await importJWK(jwk, ALGORITHM)) as CryptoKey;
  return { key, jwk: { ...jwk, kid, alg: ALGORITHM, use: 'sig' }, until };
}

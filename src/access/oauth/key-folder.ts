// Who else can get at the keys. Whoever reads the signing key can be anybody, and whoever can put a file in its
// place too. So the server does not repair what others may have used already, it refuses: whether the key is
// still secret, only those who run the machine know.
import { chmodSync, mkdirSync, statSync } from 'node:fs';

const OTHERS = 0o077;
const OTHERS_WRITE = 0o022;

/** Makes the folder (0700) where there is none. Throws an Error where others can change what lies in it. */
export function openKeyFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { mode } = statSync(folder);
  if ((mode & OTHERS_WRITE) !== 0)
    throw new Error(
      `KEYS: others on this machine can write to the folder ${folder}, and may have put keys there. ` +
        'Look at what lies in it, then chmod 700 it.',
    );
  // Nothing is lost where others could see names: each key is looked at by itself.
  if ((mode & OTHERS) !== 0) chmodSync(folder, 0o700);
}

/** Throws an Error where others than the owner can read or write a key. */
export function demandOwnerOnly(path: string): void {
  if ((statSync(path).mode & OTHERS) === 0) return;
  throw new Error(
    `KEYS: others on this machine can read or change ${path}, and may have. Whoever has it can sign any token. ` +
      'Remove it: a new one is made, and all tokens and page links end. Or, if you know that nobody did, chmod 600 it.',
  );
}

// `keys rotate`: the server signs with a new key.
import { existsSync } from 'node:fs';
import { openStoreOf, rotateSigningKey } from '../app.ts';
import { randomIds, systemClock } from '../fhir/id.ts';
import { recordAct } from './administer.ts';
import type { Options } from './options.ts';
import { configOf, say, type Terminal } from './terminal.ts';

/** Where there is a store, its trail says so first; where none is yet, nothing was signed. */
export async function rotateKeys(terminal: Terminal, options: Options): Promise<number> {
  const config = configOf(terminal);
  if (config.store.kind !== 'sqlite' || existsSync(config.store.path)) {
    const { store, close } = await openStoreOf(config);
    try {
      await recordAct(store, randomIds(), { action: 'keys-rotate', organization: '' });
    } finally {
      await close();
    }
  }
  say(terminal.out, await rotateSigningKey(config.keys, systemClock, options.revokeOld === true));
  return 0;
}

// `keys rotate`: the server signs with a new key.
import { rotateSigningKey } from '../app.ts';
import { systemClock } from '../fhir/id.ts';
import type { Options } from './options.ts';
import { configOf, say, type Terminal } from './terminal.ts';

export async function rotateKeys(terminal: Terminal, options: Options): Promise<number> {
  say(terminal.out, await rotateSigningKey(configOf(terminal).keys, systemClock, options.revokeOld === true));
  return 0;
}

// Where a server under test keeps its data: an environment, and how to remove what it left.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Place {
  environment: { STORE: string; KEYS: string } & typeof UNBOUNDED;
  remove(): Promise<void>;
}

/** Tests ask faster than callers may. */
export const UNBOUNDED = { RATE_LIMIT: '0', RATE_LIMIT_ADDRESS: '0' } as const;

/** In memory where the system offers that: most of these stores live for some seconds. */
const TEMPORARY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** A file and its keys in a folder of their own; or only the keys, where the data lie elsewhere. */
export function folderPlace(store?: string): Place {
  const folder = mkdtempSync(join(TEMPORARY, 'iop-place-'));
  return {
    environment: {
      STORE: store ?? `sqlite:${join(folder, 'iop.db')}`,
      KEYS: join(folder, 'keys'),
      ...UNBOUNDED,
    },
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

// Is the audit trail of a store whole? What `audit verify` does, without a server around it.
import { openKeyring } from './access/oauth/signing-key.ts';
import { openStatement } from './access/oauth/statement.ts';
import { CHECKPOINT_TYPE, type ReadCheckpoints, readCheckpoints } from './audit/checkpoint.ts';
import { type Checkpoint, type Verified, type VerifyOptions, verifyTrail } from './audit/verify.ts';
import type { Archive } from './store/archive.ts';

export type { Verified };

/** The checkpoints in a file that a key of this folder has signed. Throws where the file cannot be read. */
export async function readSigned(keys: string, path: string): Promise<ReadCheckpoints> {
  const { known } = await openKeyring(keys, Date.now);
  return readCheckpoints(path, line => openStatement(known, CHECKPOINT_TYPE, line));
}

/** Over the text of every row as it lies in the store, a page at a time. */
export function verifyStore(
  archive: Pick<Archive, 'read'>,
  checkpoints: readonly Checkpoint[],
  options: VerifyOptions = {},
): Promise<Verified> {
  const read = async (from: string | undefined, limit: number) => {
    const { items, after } = await archive.read('audit', from, limit);
    const rows = items.filter(item => item.kind === 'audit');
    return { items: rows, ...(after === undefined ? {} : { after }) };
  };
  return verifyTrail(read, checkpoints, options);
}

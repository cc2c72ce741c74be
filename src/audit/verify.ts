// Is the trail whole? Every chain is followed from its first row over the text that was hashed, a page at a
// time, whatever its length; and held against signed checkpoints, since a chain whose end was cut off, or that
// was written anew from some row on, is whole in itself.
import { FIRST_HASH, rowHash } from './chain.ts';

/** A row as it lies in the store. */
export interface ChainRow {
  writer: string;
  number: number;
  at: number;
  draft: string;
  hash: string;
}

/** Rows after a key, chain after chain, each in its order; no `after`: that was the last page. */
export type ReadRows = (
  after: string | undefined,
  limit: number,
) => Promise<{ items: readonly ChainRow[]; after?: string }>;

/** What a checkpoint says: at that time this was the row of this number. */
export interface Checkpoint {
  writer: string;
  number: number;
  hash: string;
  /** ms since the epoch. */
  at: number;
}

/**
 * changed     the row is not what was written, or does not follow the row before it
 * missing     there is no row of this number, but later ones
 * out-of-place  a row with a number that was passed already
 * cut-off     the chain ends before this number, which a checkpoint has
 * rewritten   the row of this number is another one than the checkpoint's
 */
export interface Break {
  writer: string;
  number: number;
  what: 'changed' | 'missing' | 'out-of-place' | 'cut-off' | 'rewritten';
}

export interface Verified {
  chains: number;
  rows: number;
  /** Checkpoints that the trail was held against. */
  checkpoints: number;
  /** The first of each chain; of what follows it nothing can be said. */
  breaks: readonly Break[];
}

export interface VerifyOptions {
  /** Rows in memory at a time. */
  page?: number;
  progress?: (rows: number) => void;
}

const PAGE = 1000;

export async function verifyTrail(
  read: ReadRows,
  checkpoints: readonly Checkpoint[],
  { page = PAGE, progress }: VerifyOptions = {},
): Promise<Verified> {
  const pinned = byRow(checkpoints);
  const breaks: Break[] = [];
  let [chains, rows] = [0, 0];
  let chain: Chain | undefined;
  let after: string | undefined;
  const end = (): void => {
    if (chain?.broken === undefined) return;
    breaks.push(chain.broken);
  };
  do {
    const { items, after: next } = await read(after, page);
    for (const row of items) {
      if (row.writer !== chain?.writer) {
        end();
        chain = { writer: row.writer, number: 0, hash: FIRST_HASH };
        chains += 1;
      }
      follow(chain, row, pinned);
    }
    rows += items.length;
    progress?.(rows);
    after = next;
  } while (after !== undefined);
  end();
  breaks.push(...cutOff(pinned, breaks));
  return { chains, rows, checkpoints: checkpoints.length, breaks };
}

interface Chain {
  writer: string;
  number: number;
  hash: string;
  broken?: Break;
}

/** writer -> number -> hashes that checkpoints have of that row. What was seen is taken out. */
type Pinned = Map<string, Map<number, Set<string>>>;

function byRow(checkpoints: readonly Checkpoint[]): Pinned {
  const pinned: Pinned = new Map();
  for (const { writer, number, hash } of checkpoints) {
    const rows = pinned.get(writer) ?? new Map<number, Set<string>>();
    pinned.set(writer, rows.set(number, (rows.get(number) ?? new Set()).add(hash)));
  }
  return pinned;
}

function follow(chain: Chain, row: ChainRow, pinned: Pinned): void {
  if (chain.broken !== undefined) return;
  const what = faultOf(chain, row, pinned);
  if (what !== undefined) {
    const number = what === 'missing' ? chain.number + 1 : row.number;
    chain.broken = { writer: chain.writer, number, what };
    return;
  }
  chain.number = row.number;
  chain.hash = row.hash;
}

function faultOf(chain: Chain, row: ChainRow, pinned: Pinned): Break['what'] | undefined {
  const { writer, number, at, draft, hash } = row;
  if (number > chain.number + 1) return 'missing';
  if (number !== chain.number + 1) return 'out-of-place';
  if (rowHash(chain.hash, { writer, number, at }, draft) !== hash) return 'changed';
  const pins = pinned.get(writer);
  const hashes = pins?.get(number);
  pins?.delete(number);
  return hashes === undefined || (hashes.size === 1 && hashes.has(hash)) ? undefined : 'rewritten';
}

/** Checkpoints of rows that never came, in chains that are whole as far as they go. */
function cutOff(pinned: Pinned, breaks: readonly Break[]): Break[] {
  const broken = new Set(breaks.map(one => one.writer));
  return [...pinned]
    .filter(([writer, rows]) => rows.size > 0 && !broken.has(writer))
    .map(([writer, rows]) => ({ writer, number: Math.min(...rows.keys()), what: 'cut-off' }));
}

// The third port: a store as a whole, for moving it into another. It takes no Grant, because it hands out no
// resource to anybody: what one archive gives goes into another one and nowhere else (see move.ts). Nothing
// that answers a request is ever given one.
import type { Version } from './port.ts';
import type { ClientEntry, ExceptionEntry, OrganizationEntry, SyncItem } from './registry.ts';

/** In the order in which they are moved: what is pointed at comes before what points at it. */
export const ARCHIVE_KINDS = [
  'organization',
  'client',
  'revocation',
  'exception',
  'sync',
  'fact',
  'version',
  'claim',
  'mark',
  'audit',
] as const;
export type ArchiveKind = (typeof ARCHIVE_KINDS)[number];

/**
 * One thing that a store keeps, as every adapter gives it. What is derived from bodies (index values, rules)
 * is not among them: a store derives it anew as it writes. Nor is which assertions were used: they are over
 * within minutes, for which the server stands still.
 */
export type ArchiveItem =
  | ({ kind: 'organization' } & OrganizationEntry)
  | ({ kind: 'client' } & ClientEntry)
  /** A revoked access token; `expires` in ms. Tokens stay good over a move, so this must too. */
  | { kind: 'revocation'; jti: string; expires: number }
  | { kind: 'exception'; entry: ExceptionEntry }
  | ({ kind: 'sync' } & SyncItem)
  | { kind: 'fact'; name: string; value: string }
  /** Every version there ever was, tombstones too, `patients` as they were told when it was written. */
  | ({ kind: 'version' } & Version)
  /** A business key; `imported`: the version that an import last wrote, 0 before. */
  | { kind: 'claim'; key: string; type: string; id: string; imported: number }
  /** An imported record; `parts`: claim keys in order. */
  | { kind: 'mark'; key: string; digest: string; parts: readonly string[] }
  /** `draft`: the very text that was hashed. */
  | { kind: 'audit'; writer: string; number: number; at: number; draft: string; hash: string };

export interface ArchivePage {
  items: readonly ArchiveItem[];
  /** Where the next page starts; absent after the last. */
  after?: string;
}

/** Facts that go with the data. All others tell of one file or database: whose chain, which schema, a move. */
export const MOVED_FACTS: readonly string[] = ['demo', 'demo-loaded'];
/** The fact that holds `place`. */
export const PLACE_FACT = 'move';

export interface Archive {
  /** Names this store and no other. */
  readonly id: string;
  /**
   * Items of a kind, in the same order in every store: organizations, clients, revocations, exceptions, what is kept of
   * syncs, facts, claims and marks by key (bytes of UTF-8), versions by seq, audit rows by writer and number. Complete where nobody writes meanwhile.
   */
  read(kind: ArchiveKind, after: string | undefined, limit: number): Promise<ArchivePage>;
  /**
   * Makes items durable, in this order, and then (or in the same commit) `place`. What is there already and
   * equal is passed over, so that a batch may be sent again; throws `conflict` where something else is there.
   */
  write(items: readonly ArchiveItem[], place: string): Promise<void>;
  /** What the last `write` left. */
  place(): Promise<string | undefined>;
  counts(): Promise<Record<ArchiveKind, number>>;
}

/** The place of an item among those of its kind, as `read` takes it. */
export function keyOfItem(item: ArchiveItem): string {
  switch (item.kind) {
    case 'organization':
    case 'client':
      return item.id;
    case 'revocation':
      return item.jti;
    case 'exception':
      return item.entry.id;
    case 'fact':
      return item.name;
    case 'version':
      return String(item.seq);
    case 'sync':
    case 'claim':
    case 'mark':
      return item.key;
    case 'audit':
      return `${item.writer}/${item.number}`;
  }
}

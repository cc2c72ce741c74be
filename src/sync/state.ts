// What is kept of a sync, as the registry keeps it: JSON by keys that start with the remote's name. It holds ids,
// versions and digests, and of nobody a name or a date: demographics are compared by the digests of what the other
// server said last, and what is known of a stranger there is his id and by what he resembles a client of ours.
import type { RecipientKind, Registry, SyncItem } from '../store/registry.ts';

/** Another server, and as whom we call there. */
export interface RemoteEntry {
  /** By which commands and keys name it. */
  name: string;
  /** Logical id of the Organization whose server it is: what it may be sent is what that Organization may see. */
  organization: string;
  /** Organization id of the program whose clients are synced. */
  program: string;
  /** FHIR base URL, without slash at its end. */
  base: string;
  /** Our client id there. */
  client: string;
  scope: string;
  /** Requests a second. */
  rate: number;
  recipient: RecipientKind;
  /** Where its smart-configuration need not be asked. */
  tokenUrl?: string;
}

/** A Patient of the other server. Those who resemble nobody here are not kept. */
export type Person =
  | Linked
  /** For a person to decide. */
  | Possible
  /** Somebody said that it is none of ours. */
  | { state: 'none' };

export interface Possible {
  state: 'possible';
  candidates: readonly Candidate[];
  /** The client (logical id of our Patient) whose identifier somebody else there has as well. */
  shared?: string;
  /** When it was changed there last: an instant. */
  updated?: string;
}

export interface Linked {
  state: 'linked';
  /** Logical id of our Patient. */
  id: string;
  by: 'identifier' | 'person';
  /** ms. */
  since: number;
  /** Element -> digests of its items, as the other server said it last. */
  said?: Readonly<Record<string, readonly string[]>>;
  /** Elements that both sides changed, with digests of what theirs come to. */
  conflicts?: Readonly<Record<string, readonly string[]>>;
  /** Types that have to be read from their beginning, since this link is newer than the last walk over them. */
  unread?: readonly string[];
  /** What is here of the person was not looked at yet for sending. */
  unsent?: true;
  /** Why its demographics were not taken. */
  problem?: Problem;
}

export interface Candidate {
  /** Logical id of our Patient. */
  id: string;
  /** Elements: `identifier`, `birthDate`, `family`, `given`, `gender`. */
  agrees: readonly string[];
  differs: readonly string[];
}

/** A resource that came from there. */
export interface Pulled {
  /** Logical id here; absent: it was never taken. */
  id?: string;
  /** Remote id of the Patient it is of. */
  person: string;
  /** Of what was said last, as it came. */
  digest: string;
  /** Element -> digest of what was said last, in our words. */
  said?: Readonly<Record<string, string>>;
  problem?: Problem;
}

/** A resource of ours that is there. */
export interface Sent {
  /** Our Patient's logical id. */
  person: string;
  /** Remote id, and its version there after we wrote it; absent: it was never taken. */
  id?: string;
  etag?: string;
  /** Our version that was sent last, whatever became of it. */
  version: number;
  problem?: Problem;
}

/** A resource of ours that is to be sent. */
export interface Due {
  /** Our Patient's logical id. */
  person: string;
  /** It was asked for, and that Organization may not see it. */
  withheld?: true;
  /** It was begun to be sent: it may be there already. */
  begun?: true;
}

export interface Problem {
  outcome: 'conflict' | 'refused';
  /** Elements or a reason; never a value. */
  why: string;
  /** Of a conflict: the elements that differ. */
  elements?: readonly string[];
}

export interface LastRun {
  started: number;
  ended?: number;
  /** `done`, `partly`, or `running` where it never said that it ended. */
  outcome: 'running' | 'done' | 'partly';
  /** Why it stopped early. */
  reason?: string;
  counts: Readonly<Record<string, number>>;
}

export interface SyncKinds {
  remote: RemoteEntry;
  person: Person;
  /** By our Patient's logical id: remote id. */
  client: { person: string };
  pulled: Pulled;
  sent: Sent;
  due: Due;
  /** By remote type and id: what of ours was sent there as it. */
  there: { id: string };
  /** By type and id here: what came there as it. */
  came: { id: string };
  /**
   * Where the next walk starts: `pull/Type` by the clock there, `push/Type` by ours; an instant. `anew/Type`: how far a
   * walk from the beginning came, and for whom it was begun.
   */
  at: { instant: string; mark?: string };
  run: LastRun;
}
export type SyncKind = keyof SyncKinds;

/** Something to be written; without a value it is taken away. */
export interface Change<K extends SyncKind = SyncKind> {
  kind: K;
  key: string;
  value?: SyncKinds[K];
}

export const change = <K extends SyncKind>(kind: K, key: string, value?: SyncKinds[K]): Change =>
  (value === undefined ? { kind, key } : { kind, key, value }) as Change;

const PAGE = 1000;

/** The state of one remote. */
export interface State {
  get<K extends SyncKind>(kind: K, key: string): Promise<SyncKinds[K] | undefined>;
  many<K extends SyncKind>(kind: K, keys: readonly string[]): Promise<ReadonlyMap<string, SyncKinds[K]>>;
  /** All of a kind whose key starts so, in order. */
  each<K extends SyncKind>(kind: K, prefix?: string): AsyncGenerator<readonly [string, SyncKinds[K]]>;
  /** In one commit, or in this order. */
  put(...changes: readonly Change[]): Promise<void>;
  /** Takes away all there is. */
  clear(): Promise<void>;
}

/** No name starts so. */
const REMOTE = '@';

type Port = Pick<Registry, 'syncValues' | 'syncItems' | 'putSync'>;

export function stateOf(registry: Port, name: string): State {
  const nameOf = (kind: SyncKind, key: string): string =>
    kind === 'remote' ? `${REMOTE}${name}` : `${name}/${kind}/${key}`;
  const many: State['many'] = async (kind, keys) => {
    const found = await registry.syncValues(keys.map(key => nameOf(kind, key)));
    const read = keys.map(key => [key, found.get(nameOf(kind, key))] as const);
    return new Map(
      read
        .filter((pair): pair is readonly [string, string] => pair[1] !== undefined)
        .map(([key, text]) => [key, JSON.parse(text)]),
    );
  };
  return {
    get: async (kind, key) => (await many(kind, [key])).get(key),
    many,
    async *each(kind, prefix = '') {
      const head = nameOf(kind, '');
      for await (const { key, value } of itemsOf(registry, head + prefix))
        yield [key.slice(head.length), JSON.parse(value)] as const;
    },
    put: async (...changes) => {
      const items = changes
        .filter(one => one.value !== undefined)
        .map(({ kind, key, value }) => ({ key: nameOf(kind, key), value: JSON.stringify(value) }));
      const gone = changes.filter(one => one.value === undefined).map(one => nameOf(one.kind, one.key));
      await registry.putSync(items, gone);
    },
    clear: async () => {
      for await (const { key } of itemsOf(registry, `${name}/`)) await registry.putSync([], [key]);
      await registry.putSync([], [nameOf('remote', '')]);
    },
  };
}

async function* itemsOf(registry: Port, prefix: string): AsyncGenerator<SyncItem> {
  let after = '';
  for (;;) {
    const items = await registry.syncItems(prefix, after, PAGE);
    yield* items;
    if (items.length < PAGE) return;
    after = items.at(-1)!.key;
  }
}

/** Names are parts of keys and of a file's name. */
const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;
export const isRemoteName = (text: string | undefined): text is string =>
  text !== undefined && NAME.test(text);

/** All remotes, by name. */
export async function remotesOf(registry: Port): Promise<RemoteEntry[]> {
  const found: RemoteEntry[] = [];
  for await (const { value } of itemsOf(registry, REMOTE)) found.push(JSON.parse(value) as RemoteEntry);
  return found;
}

// What is kept of syncs with other servers, on a store file.
import type { Registry, SyncItem } from '../registry.ts';
import type { ExceptionParts } from './exceptions.ts';
import type { Reading } from './reading.ts';

type Syncs = Pick<Registry, 'syncValues' | 'syncItems' | 'putSync'>;

/** Sorts after every key, which are ASCII. */
const END = '\u{10ffff}';

export function makeSyncs({ reading, writing, group }: ExceptionParts): Syncs {
  return {
    syncValues: async keys => {
      const held = reading();
      const pairs = keys.map(key => [key, syncValue(held, key)] as const);
      return new Map(pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined));
    },
    syncItems: async (prefix, after, limit) => syncsAfter(reading(), prefix, after, limit),
    putSync: (items, gone = []) =>
      group.run({
        run: () => {
          for (const item of items) writeSync(writing, item);
          for (const key of gone) writing.connection.run('DELETE FROM sync WHERE key = ?', key);
        },
      }),
  };
}

export const syncsAfter = (
  { connection }: Reading,
  prefix: string,
  after: string,
  limit: number,
): SyncItem[] =>
  connection
    .all<SyncItem>(
      'SELECT key, value FROM sync WHERE key > ? AND key >= ? AND key < ? ORDER BY key LIMIT ?',
      after,
      prefix,
      `${prefix}${END}`,
      limit,
    )
    .map(({ key, value }) => ({ key, value }));

export const syncValue = ({ connection }: Reading, key: string): string | undefined =>
  connection.get<{ value: string }>('SELECT value FROM sync WHERE key = ?', key)?.value;

export function writeSync({ connection }: Reading, { key, value }: SyncItem): void {
  connection.run('INSERT OR REPLACE INTO sync (key, value) VALUES (?, ?)', key, value);
}

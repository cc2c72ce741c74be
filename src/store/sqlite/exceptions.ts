// Exceptions of 42 CFR Part 2 on a store file.
import { canonicalJson } from '../../audit/chain.ts';
import type { ExceptionEntry, ExceptionKind, Registry } from '../registry.ts';
import type { Group } from './group.ts';
import type { Reading } from './reading.ts';

type Exceptions = Pick<Registry, 'exceptions' | 'exception' | 'putException'>;

export interface ExceptionParts {
  reading(): Reading;
  /** The connection that the group commits on. */
  writing: Reading;
  group: Group;
}

export function makeExceptions({ reading, writing, group }: ExceptionParts): Exceptions {
  return {
    exceptions: async kind => exceptionsOfKind(reading(), kind) as never,
    exception: async (kind, id) => {
      const text = exceptionText(reading(), id);
      const entry = text === undefined ? undefined : (JSON.parse(text) as ExceptionEntry);
      return (entry?.kind === kind ? entry : undefined) as never;
    },
    putException: entry => group.run({ run: () => writeException(writing, entry) }),
  };
}

const parsed = ({ entry }: { entry: string }): ExceptionEntry => JSON.parse(entry) as ExceptionEntry;

const exceptionsOfKind = ({ connection }: Reading, kind: ExceptionKind): ExceptionEntry[] =>
  connection
    .all<{ entry: string }>('SELECT entry FROM exception WHERE kind = ? ORDER BY id', kind)
    .map(parsed);

export const exceptionsAfter = ({ connection }: Reading, after: string, limit: number): ExceptionEntry[] =>
  connection
    .all<{ entry: string }>('SELECT entry FROM exception WHERE id > ? ORDER BY id LIMIT ?', after, limit)
    .map(parsed);

/** The text that is kept. */
export const exceptionText = ({ connection }: Reading, id: string): string | undefined =>
  connection.get<{ entry: string }>('SELECT entry FROM exception WHERE id = ?', id)?.entry;

export function writeException({ connection }: Reading, entry: ExceptionEntry): void {
  connection.run(
    'INSERT OR REPLACE INTO exception (id, kind, entry) VALUES (?, ?, ?)',
    entry.id,
    entry.kind,
    canonicalJson(entry),
  );
}

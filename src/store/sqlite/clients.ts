// Clients and their tokens on a store file.
import { canonicalJson } from '../../audit/chain.ts';
import type { Clock } from '../../fhir/id.ts';
import type { ClientEntry, Registry } from '../registry.ts';
import { parsedOnce } from '../unit/parsed-once.ts';
import type { Group } from './group.ts';
import { readMemberLines } from './member-lines.ts';
import type { Reading } from './reading.ts';

type Clients = Pick<
  Registry,
  'clients' | 'client' | 'putClient' | 'caller' | 'memberLines' | 'useJti' | 'revokeToken'
>;

export interface ClientParts {
  reading(): Reading;
  /** The connection that the group commits on. */
  writing: Reading;
  group: Group;
  clock: Clock;
}

export function makeClients({ reading, writing, group, clock }: ClientParts): Clients {
  const parse = parsedOnce<ClientEntry>();
  return {
    clients: async () => clientsOf(reading()),
    client: async id => {
      const text = entryOf(reading(), id);
      return text === undefined ? undefined : parse(id, text);
    },
    putClient: entry => group.run({ run: () => writeClient(writing, entry) }),
    caller: async (client, jti, members) => {
      const { entry, revoked } = askCaller(reading(), client, jti);
      return {
        client: entry === null ? undefined : parse(client, entry),
        revoked: revoked === 1,
        lines: readMemberLines(reading(), members),
      };
    },
    memberLines: async actors => readMemberLines(reading(), actors),
    useJti: (client, jti, expires) =>
      group.run({ run: () => takeJti(writing, { client, jti, expires }, clock()) }),
    revokeToken: (jti, expires) =>
      group.run({
        run: () => {
          writing.connection.run('DELETE FROM revocation WHERE expires <= ?', clock());
          writeRevocation(writing, jti, expires);
        },
      }),
  };
}

export function clientsOf({ connection }: Reading): ClientEntry[] {
  return connection
    .all<{ entry: string }>('SELECT entry FROM client ORDER BY id')
    .map(({ entry }) => JSON.parse(entry) as ClientEntry);
}

/** The text that is kept. */
export const entryOf = ({ connection }: Reading, id: string): string | undefined =>
  connection.get<{ entry: string }>('SELECT entry FROM client WHERE id = ?', id)?.entry;

export function writeClient({ connection }: Reading, entry: ClientEntry): void {
  connection.run('INSERT OR REPLACE INTO client (id, entry) VALUES (?, ?)', entry.id, canonicalJson(entry));
}

export function writeRevocation({ connection }: Reading, jti: string, expires: number): void {
  connection.run('INSERT OR IGNORE INTO revocation (jti, expires) VALUES (?, ?)', jti, expires);
}

const askCaller = (
  { connection }: Reading,
  client: string,
  jti: string,
): { entry: string | null; revoked: number } =>
  connection.get(
    `SELECT (SELECT entry FROM client WHERE id = ?) AS entry,
       EXISTS (SELECT 1 FROM revocation WHERE jti = ?) AS revoked`,
    client,
    jti,
  )!;

/** One commit at a time writes to the file, so of two that come at once one finds the other's row. */
function takeJti(
  { connection }: Reading,
  { client, jti, expires }: { client: string; jti: string; expires: number },
  now: number,
): boolean {
  connection.run('DELETE FROM jti WHERE expires <= ?', now);
  const { changes } = connection.run(
    'INSERT OR IGNORE INTO jti (client, jti, expires) VALUES (?, ?, ?)',
    client,
    jti,
    expires,
  );
  return Number(changes) === 1;
}

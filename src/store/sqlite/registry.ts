// The second port on the same file: what the server keeps about itself.
import { FhirError } from '../../fhir/error.ts';
import type { Clock } from '../../fhir/id.ts';
import type { ImportEntry, ImportPart, OrganizationEntry, Registry } from '../registry.ts';
import { makeClients } from './clients.ts';
import { makeCounts } from './counts.ts';
import { makeExceptions } from './exceptions.ts';
import type { Group } from './group.ts';
import type { Reading } from './reading.ts';
import { currentRow } from './rows.ts';
import { makeSyncs } from './syncs.ts';

interface OrganizationRow {
  id: string;
  prefix: string;
  program: number;
  part2: number;
}

export interface RegistryParts {
  /** For questions. */
  reading(): Reading;
  /** The connection that the group commits on. */
  writing: Reading;
  group: Group;
  clock: Clock;
}

export function makeRegistry(parts: RegistryParts): Registry {
  const { reading, writing, group } = parts;
  return {
    ...makeClients(parts),
    ...makeExceptions(parts),
    ...makeSyncs(parts),
    organizations: knownOrganizations(reading),
    putOrganization: entry => group.run({ run: () => putOrganization(writing, entry) }),
    imports: async keys => collect(keys, key => importOf(reading(), key)),
    claims: async keys => collect(keys, key => holderOf(reading(), key)),
    claimsOf: async references => collect(references, reference => keysOf(reading(), reference)),
    fact: async name => factOf(reading(), name),
    setFact: (name, value) => group.run({ run: () => writeFact(writing, name, value) }),
    spend: makeCounts(),
    empty: async () => reading().connection.get('SELECT 1 FROM resource LIMIT 1') === undefined,
  };
}

function collect<T>(keys: readonly string[], find: (key: string) => T | undefined): Map<string, T> {
  const found = new Map<string, T>();
  for (const key of keys) {
    const value = find(key);
    if (value !== undefined) found.set(key, value);
  }
  return found;
}

/** Counts the changes of `organization`, whoever makes them. */
const CHANGES = 'organization changes';

/** Every request asks for all of them: read again only after a change. The same array for as long as there is none. */
function knownOrganizations(reading: () => Reading): Registry['organizations'] {
  let known: { changes: string | undefined; entries: readonly OrganizationEntry[] } | undefined;
  return async () => {
    // Asked before they are read: what changes in between is read the next time.
    const changes = factOf(reading(), CHANGES);
    if (known === undefined || known.changes !== changes)
      known = { changes, entries: organizationsOf(reading()) };
    return known.entries;
  };
}

export function organizationsOf({ connection }: Reading): OrganizationEntry[] {
  return connection
    .all<OrganizationRow>('SELECT id, prefix, program, part2 FROM organization ORDER BY id')
    .map(({ id, prefix, program, part2 }) => ({ id, prefix, program: program === 1, part2: part2 === 1 }));
}

function putOrganization(writing: Reading, entry: OrganizationEntry): void {
  const others = organizationsOf(writing).filter(other => other.id !== entry.id);
  if (others.some(other => overlap(other.prefix, entry.prefix)))
    throw new FhirError('conflict', 'The id prefix overlaps with that of another Organization.');
  writeOrganization(writing, entry);
}

export function writeOrganization({ connection }: Reading, entry: OrganizationEntry): void {
  connection.run(
    'INSERT OR REPLACE INTO organization (id, prefix, program, part2) VALUES (?, ?, ?, ?)',
    entry.id,
    entry.prefix,
    entry.program ? 1 : 0,
    entry.part2 ? 1 : 0,
  );
  connection.run(
    `INSERT INTO fact (name, value) VALUES (?, '1')
     ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + 1`,
    CHANGES,
  );
}

/** The empty prefix means every id that is nobody else's, so it only overlaps with itself. */
function overlap(a: string, b: string): boolean {
  if (a === '' || b === '') return a === b;
  return a.startsWith(b) || b.startsWith(a);
}

function importOf({ connection }: Reading, key: string): ImportEntry | undefined {
  const mark = connection.get<{ n: number; digest: string }>(
    'SELECT n, digest FROM import_mark WHERE key = ?',
    key,
  );
  if (mark === undefined) return undefined;
  const parts = connection.all<ImportPart>(
    `SELECT c.key, w.text AS type, r.id, c.imported AS version
     FROM import_part p CROSS JOIN claim c ON c.n = p.claim CROSS JOIN resource r ON r.rid = c.rid CROSS JOIN word w ON w.n = r.type
     WHERE p.mark = ? ORDER BY c.key`,
    mark.n,
  );
  return { digest: mark.digest, parts: parts.map(part => ({ ...part })) };
}

function holderOf(reading: Reading, key: string): string | undefined {
  const found = reading.connection.get<{ type: number; id: string }>(
    'SELECT r.type, r.id FROM claim c CROSS JOIN resource r ON r.rid = c.rid WHERE c.key = ?',
    key,
  );
  return found === undefined ? undefined : `${reading.text(found.type)}/${found.id}`;
}

function keysOf(reading: Reading, reference: string): string[] | undefined {
  const [type, id] = reference.split('/') as [string, string | undefined];
  const row = id === undefined ? undefined : currentRow(reading, type, id);
  if (row === undefined) return undefined;
  const keys = reading.connection
    .all<{ key: string }>('SELECT key FROM claim WHERE rid = ? ORDER BY key', row.rid)
    .map(claim => claim.key);
  return keys.length === 0 ? undefined : keys;
}

export function factOf(reading: Reading, name: string): string | undefined {
  return reading.connection.get<{ value: string }>('SELECT value FROM fact WHERE name = ?', name)?.value;
}

export function writeFact(writing: Reading, name: string, value: string): void {
  writing.connection.run('INSERT OR REPLACE INTO fact (name, value) VALUES (?, ?)', name, value);
}

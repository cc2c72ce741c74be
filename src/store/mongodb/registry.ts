// The second port on the same database: what the servers keep about themselves.
import type { ClientSession } from 'mongodb';
import { FhirError } from '../../fhir/error.ts';
import type { Clock } from '../../fhir/id.ts';
import type { ImportEntry, ImportPart, OrganizationEntry, Registry } from '../registry.ts';
import { makeClients } from './clients.ts';
import { spendOn } from './counts.ts';
import type { MarkDocument, OrganizationDocument } from './documents.ts';
import { translate } from './errors.ts';
import { exceptionOf, exceptionsOfKind, writeException } from './exceptions.ts';
import type { Collections } from './reading.ts';
import { syncsAfter, syncValues, writeSyncs } from './syncs.ts';

/** How long what another server changed of the Organizations may stay unseen here. Every request asks. */
const KEPT_MS = 1000;
/** Only one change of the Organizations at a time, so that each sees the prefixes of all others. */
const ORGANIZATIONS = 'organizations';
const TRANSACTION_MS = 10_000;

export interface RegistryParts {
  collections: Collections;
  startSession(): ClientSession;
  clock: Clock;
  /** ms, of a clock that never goes back. */
  now?: () => number;
}

export function makeRegistry({
  collections,
  startSession,
  clock,
  now = () => performance.now(),
}: RegistryParts): Registry {
  let kept: { at: number; entries: Promise<readonly OrganizationEntry[]> } | undefined;

  function organizations(): Promise<readonly OrganizationEntry[]> {
    if (kept !== undefined && now() - kept.at < KEPT_MS) return kept.entries;
    const asked = { at: now(), entries: organizationsOf(collections) };
    kept = asked;
    asked.entries.catch(() => {
      if (kept === asked) kept = undefined;
    });
    return asked.entries;
  }

  async function putOrganization(entry: OrganizationEntry): Promise<void> {
    const session = startSession();
    try {
      await writeOrganization(collections, session, entry);
    } finally {
      kept = undefined;
      await session.endSession();
    }
  }

  const clients = makeClients(collections, clock);
  return {
    clients: () => inWords(clients.clients()),
    client: id => inWords(clients.client(id)),
    putClient: entry => inWords(clients.putClient(entry)),
    caller: (client, jti, members) => inWords(clients.caller(client, jti, members)),
    memberLines: actors => inWords(clients.memberLines(actors)),
    useJti: (client, jti, expires) => inWords(clients.useJti(client, jti, expires)),
    revokeToken: (jti, expires) => inWords(clients.revokeToken(jti, expires)),
    exceptions: kind => inWords(exceptionsOfKind(collections, kind)),
    exception: (kind, id) => inWords(exceptionOf(collections, kind, id)),
    putException: entry => inWords(writeException(collections, entry)),
    syncValues: keys => inWords(syncValues(collections, keys)),
    syncItems: (prefix, after, limit) => inWords(syncsAfter(collections, prefix, after, limit)),
    putSync: (items, gone = []) => inWords(writeSyncs(collections, items, gone)),
    organizations: () => inWords(organizations()),
    putOrganization: entry => inWords(putOrganization(entry)),
    imports: keys => inWords(importsOf(collections, keys)),
    claims: keys => inWords(holdersOf(collections, keys)),
    claimsOf: references => inWords(keysOf(collections, references)),
    fact: name => inWords(factOf(collections, name)),
    setFact: (name, value) => inWords(writeFact(collections, name, value)),
    spend: (amounts, keepMs) => inWords(spendOn(collections, amounts, keepMs)),
    empty: () => inWords(isEmpty(collections)),
  };
}

async function inWords<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw translate(error);
  }
}

async function organizationsOf({ organization }: Collections): Promise<OrganizationEntry[]> {
  return (await organization.find().sort({ _id: 1 }).toArray()).map(entryOf);
}

const entryOf = ({ _id, prefix, program, part2 }: OrganizationDocument): OrganizationEntry => ({
  id: _id,
  prefix,
  program,
  part2,
});

async function writeOrganization(
  { organization, lock }: Collections,
  session: ClientSession,
  { id, prefix, program, part2 }: OrganizationEntry,
): Promise<void> {
  const touch = [{ _id: ORGANIZATIONS }, { $currentDate: { used: true as const } }] as const;
  await lock.updateOne(...touch, { upsert: true });
  await session.withTransaction(
    async () => {
      await lock.updateOne(...touch, { session });
      const others = await organization.find({ _id: { $ne: id } }, { session }).toArray();
      if (others.some(other => overlap(other.prefix, prefix)))
        throw new FhirError('conflict', 'The id prefix overlaps with that of another Organization.');
      await organization.replaceOne({ _id: id }, { prefix, program, part2 }, { upsert: true, session });
    },
    {
      readConcern: { level: 'snapshot' },
      writeConcern: { w: 'majority', journal: true },
      maxCommitTimeMS: TRANSACTION_MS,
    },
  );
}

/** The empty prefix means every id that is nobody else's, so it only overlaps with itself. */
function overlap(a: string, b: string): boolean {
  if (a === '' || b === '') return a === b;
  return a.startsWith(b) || b.startsWith(a);
}

/**
 * Mark and parts are read one after the other. Where an import comes between, the digest is the older, and
 * whoever plans on it is refused.
 */
async function importsOf(
  { mark, claim }: Collections,
  keys: readonly string[],
): Promise<ReadonlyMap<string, ImportEntry>> {
  const marks = await mark.find({ _id: { $in: [...keys] } }).toArray();
  const asked = [...new Set(marks.flatMap(one => one.parts))];
  const claims = asked.length === 0 ? [] : await claim.find({ _id: { $in: asked } }).toArray();
  const parts = new Map(
    claims.map(({ _id, name, imported }): [string, ImportPart] => {
      const [type, id] = name.split('/') as [string, string];
      return [_id, { key: _id, type, id, version: imported }];
    }),
  );
  const entryFor = ({ digest, parts: names }: MarkDocument): ImportEntry => ({
    digest,
    parts: names.flatMap(name => parts.get(name) ?? []),
  });
  return new Map(marks.map(one => [one._id, entryFor(one)]));
}

async function holdersOf(
  { claim }: Collections,
  keys: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const claims = await claim.find({ _id: { $in: [...keys] } }).toArray();
  return new Map(claims.map(({ _id, name }) => [_id, name]));
}

async function keysOf(
  { claim }: Collections,
  references: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const claims = await claim
    .find({ name: { $in: [...references] } })
    .sort({ _id: 1 })
    .toArray();
  const found = new Map<string, string[]>();
  for (const { _id, name } of claims) {
    const keys = found.get(name);
    if (keys === undefined) found.set(name, [_id]);
    else keys.push(_id);
  }
  return found;
}

async function factOf({ fact }: Collections, name: string): Promise<string | undefined> {
  return (await fact.findOne({ _id: name }))?.value;
}

async function writeFact({ fact }: Collections, name: string, value: string): Promise<void> {
  await fact.updateOne({ _id: name }, { $set: { value } }, { upsert: true });
}

async function isEmpty({ place }: Collections): Promise<boolean> {
  return (await place.findOne({}, { projection: { _id: 1 } })) === null;
}

// What a database keeps, in the order in which every archive gives it: the server compares texts as bytes.
import { type ArchiveItem, type ArchiveKind, type ArchivePage, keyOfItem, MOVED_FACTS } from '../archive.ts';
import type { ClientEntry } from '../registry.ts';
import { readWriters } from './audit-log.ts';
import { toVersion } from './documents.ts';
import { exceptionsAfter } from './exceptions.ts';
import type { Collections } from './reading.ts';
import { syncsAfter } from './syncs.ts';

type Item<K extends ArchiveKind> = Extract<ArchiveItem, { kind: K }>;

/** Items after a key, at most `limit`. */
type Read<K extends ArchiveKind> = (held: Collections, after: string, limit: number) => Promise<Item<K>[]>;

const READ: { readonly [K in ArchiveKind]: Read<K> } = {
  organization: async ({ organization }, after, limit) =>
    (await organization.find(above(after)).sort({ _id: 1 }).limit(limit).toArray()).map(
      ({ _id, prefix, program, part2 }) => ({ kind: 'organization', id: _id, prefix, program, part2 }),
    ),
  client: async ({ client }, after, limit) =>
    (await client.find(above(after)).sort({ _id: 1 }).limit(limit).toArray()).map(({ entry }) => ({
      kind: 'client',
      ...(JSON.parse(entry) as ClientEntry),
    })),
  revocation: async ({ revocation }, after, limit) =>
    (await revocation.find(above(after)).sort({ _id: 1 }).limit(limit).toArray()).map(({ _id, expires }) => ({
      kind: 'revocation',
      jti: _id,
      expires,
    })),
  exception: async (held, after, limit) =>
    (await exceptionsAfter(held, after, limit)).map(entry => ({ kind: 'exception', entry })),
  sync: async (held, after, limit) =>
    (await syncsAfter(held, '', after, limit)).map(item => ({ kind: 'sync', ...item })),
  fact: async ({ fact }, after, limit) =>
    (
      await fact
        .find({ _id: { $in: MOVED_FACTS.filter(name => name > after) } })
        .sort({ _id: 1 })
        .limit(limit)
        .toArray()
    ).map(({ _id, value }) => ({ kind: 'fact', name: _id, value })),
  version: versionsAfter,
  claim: async ({ claim }, after, limit) =>
    (await claim.find(above(after)).sort({ _id: 1 }).limit(limit).toArray()).map(
      ({ _id, name, imported }) => {
        const [type, id] = name.split('/') as [string, string];
        return { kind: 'claim', key: _id, type, id, imported };
      },
    ),
  mark: async ({ mark }, after, limit) =>
    (await mark.find(above(after)).sort({ _id: 1 }).limit(limit).toArray()).map(({ _id, digest, parts }) => ({
      kind: 'mark',
      key: _id,
      digest,
      parts,
    })),
  audit: auditAfter,
};

const above = (key: string) => ({ _id: { $gt: key } });

export async function readItems(
  held: Collections,
  kind: ArchiveKind,
  after: string | undefined,
  limit: number,
): Promise<ArchivePage> {
  const items = await READ[kind](held, after ?? '', limit);
  const last = items.at(-1);
  return last === undefined || items.length < limit ? { items } : { items, after: keyOfItem(last) };
}

const BARE = { values: 0 } as const;

async function versionsAfter(held: Collections, after: string, limit: number): Promise<Item<'version'>[]> {
  const found = await Promise.all(
    [held.resource, held.history].map(collection =>
      collection
        .find({ seq: { $gt: Number(after) } }, { hint: 'log', projection: BARE })
        .sort({ seq: 1 })
        .limit(limit)
        .toArray(),
    ),
  );
  return found
    .flat()
    .sort((a, b) => a.seq - b.seq)
    .slice(0, limit)
    .map(document => ({ kind: 'version', ...toVersion(document) }));
}

/** Chain after chain; a page may reach over several. `after`: `writer/number`. */
async function auditAfter(held: Collections, after: string, limit: number): Promise<Item<'audit'>[]> {
  const bar = after.lastIndexOf('/');
  const [begun, number] = [after.slice(0, Math.max(bar, 0)), Number(after.slice(bar + 1))];
  const items: Item<'audit'>[] = [];
  for (const writer of await readWriters(held)) {
    if (items.length >= limit) break;
    if (writer < begun) continue;
    const rows = await held.audit
      .find({ writer, number: { $gt: writer === begun ? number : 0 } })
      .sort({ number: 1 })
      .limit(limit - items.length)
      .toArray();
    items.push(...rows.map(({ _id, keys: _, ...row }) => ({ kind: 'audit' as const, ...row })));
  }
  return items;
}

export async function countItems(held: Collections): Promise<Record<ArchiveKind, number>> {
  const { organization, client, revocation, exception, sync, fact, resource, history, claim, mark, audit } =
    held;
  const [organizations, clients, revocations, exceptions, syncs, facts, current, past, claims, marks, rows] =
    await Promise.all([
      organization.countDocuments(),
      client.countDocuments(),
      revocation.countDocuments(),
      exception.countDocuments(),
      sync.countDocuments(),
      fact.countDocuments({ _id: { $in: [...MOVED_FACTS] } }),
      resource.countDocuments(),
      history.countDocuments(),
      claim.countDocuments(),
      mark.countDocuments(),
      audit.countDocuments(),
    ]);
  return {
    organization: organizations,
    client: clients,
    revocation: revocations,
    exception: exceptions,
    sync: syncs,
    fact: facts,
    version: current + past,
    claim: claims,
    mark: marks,
    audit: rows,
  };
}

// What planning needs to know of the store, fetched for many records at once.
import type { Grant } from '../../access/grant.ts';
import type { Store, Version } from '../../store/port.ts';
import type { ImportEntry, Registry } from '../../store/registry.ts';
import type { Draft } from './draft.ts';
import { keyOfPart } from './draft.ts';
import { partKey, recordKey } from './key.ts';

export interface Facts {
  /** What was imported before, by record key; also of the records that amendments change. */
  entry(key: string): ImportEntry | undefined;
  /** `Type/id` of what claims this key; it may be deleted. */
  claim(key: string): string | undefined;
  /** The same, or a stand-in of the right type for what a record planned together with these will claim. */
  holder(key: string): string | undefined;
  /** Claim keys by `Type/id`. */
  claimsOf(references: readonly string[]): ReadonlyMap<string, readonly string[]>;
  /** Current version by `Type/id`; undefined where there is none that the caller may see. */
  current(reference: string): Version | undefined;
  /** Versions that were read, for the audit row of records that write nothing. */
  read(draft: Draft): readonly Version[];
}

export interface Sources {
  store: Pick<Store, 'read'>;
  registry: Pick<Registry, 'imports' | 'claims' | 'claimsOf'>;
}

export async function gatherFacts(drafts: readonly Draft[], from: Sources, grant: Grant): Promise<Facts> {
  const records = drafts.flatMap(draft => [
    draft.key,
    ...draft.amendments.map(one => recordKeyOf(draft, one)),
  ]);
  const entries = from.registry.imports([...new Set(records)]);
  const claims = new Map(from.registry.claims([...new Set(drafts.flatMap(keysOf))]));
  const needed = new Map(drafts.map(draft => [draft, referencesOf(draft, entries, claims)]));
  const current = new Map<string, Version | undefined>();
  for (const reference of new Set([...needed.values()].flat())) {
    const [type, id] = reference.split('/') as [string, string];
    current.set(reference, await from.store.read(type, id, grant));
  }
  const claim = (key: string): string | undefined => {
    if (!claims.has(key)) for (const [found, to] of from.registry.claims([key])) claims.set(found, to);
    return claims.get(key);
  };
  const coming = comingFrom(drafts);
  return {
    entry: key => entries.get(key),
    claim,
    holder: key => claim(key) ?? coming.get(key),
    claimsOf: references => from.registry.claimsOf(references),
    current: reference => current.get(reference),
    read: draft => (needed.get(draft) ?? []).map(one => current.get(one)).filter(one => one !== undefined),
  };
}

function comingFrom(drafts: readonly Draft[]): Map<string, string> {
  const coming = new Map<string, string>();
  for (const { record, parts } of drafts) {
    for (const { role, resource } of parts)
      coming.set(keyOfPart(record, role), `${resource.resourceType}/coming-${coming.size}`);
  }
  return coming;
}

const recordKeyOf = (draft: Draft, one: { kind: string; id: string }): string =>
  recordKey({ program: draft.record.program, kind: one.kind, id: one.id });

const keysOf = (draft: Draft): string[] => [
  ...draft.parts.map(part => keyOfPart(draft.record, part.role)),
  ...draft.amendments.map(one => one.key),
  ...[...draft.asked.values()].map(partKey),
];

/** What a re-import compares with, and what is amended. A first import reads nothing of its own. */
function referencesOf(
  draft: Draft,
  entries: ReadonlyMap<string, ImportEntry>,
  claims: ReadonlyMap<string, string>,
): string[] {
  const amended = draft.amendments.map(one => claims.get(one.key)).filter(one => one !== undefined);
  const entry = entries.get(draft.key);
  if (entry === undefined) return amended;
  const made = entry.parts.map(part => `${part.type}/${part.id}`);
  const claimed = draft.parts
    .map(part => claims.get(keyOfPart(draft.record, part.role)))
    .filter(one => one !== undefined);
  return [...new Set([...made, ...claimed, ...amended])];
}

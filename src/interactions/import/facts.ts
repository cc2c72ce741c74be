// What planning needs to know of the store, fetched for many records at once.
import type { Grant } from '../../access/grant.ts';
import { parseBody } from '../../fhir/body.ts';
import type { Store, Version } from '../../store/port.ts';
import type { ImportEntry, Registry } from '../../store/registry.ts';
import { noteKey } from './difference-note.ts';
import type { Draft } from './draft.ts';
import { keyOfPart } from './draft.ts';
import { partKey, recordKey } from './key.ts';
import { referencesIn } from './link.ts';

export interface Facts {
  /** What was imported before, by record key; also of the records that amendments change. */
  entry(key: string): ImportEntry | undefined;
  /** `Type/id` of what claims this key, where a draft or a resource that stands names it; it may be deleted. */
  claim(key: string): string | undefined;
  /** The same, or a stand-in of the right type for what a record planned together with these will claim. */
  holder(key: string): string | undefined;
  /** `Type/id` -> claim keys, for all that the resources of changed records refer to. */
  claimsOf: ReadonlyMap<string, readonly string[]>;
  /** Current version by `Type/id`; undefined where there is none that the caller may see. */
  current(reference: string): Version | undefined;
  /** The version of a resource of this record as it was last imported, where it is another one than stands there now. */
  imported(draft: Draft, reference: string): Version | undefined;
  /** What is remembered of it: see difference-note.ts. */
  note(draft: Draft): Version | undefined;
  /** Versions that were read, for the audit row of records that write nothing. */
  read(draft: Draft): readonly Version[];
}

export interface Sources {
  store: Pick<Store, 'read' | 'vread'>;
  registry: Pick<Registry, 'imports' | 'claims' | 'claimsOf'>;
  /** FHIR base URL: references below it are local. */
  base: string;
}

export async function gatherFacts(drafts: readonly Draft[], from: Sources, grant: Grant): Promise<Facts> {
  const records = drafts.flatMap(draft => [
    draft.key,
    ...draft.amendments.map(one => recordKeyOf(draft, one)),
  ]);
  const [entries, held] = await Promise.all([
    from.registry.imports([...new Set(records)]),
    from.registry.claims([...new Set(drafts.flatMap(keysOf))]),
  ]);
  const claims = new Map(held);
  const needed = new Map(drafts.map(draft => [draft, referencesOf(draft, entries, claims)]));
  const current = new Map<string, Version | undefined>();
  await Promise.all(
    [...new Set([...needed.values()].flat())].map(async reference => {
      const [type, id] = reference.split('/') as [string, string];
      current.set(reference, await from.store.read(type, id, grant));
    }),
  );
  const anew = [...needed].filter(([draft, references]) =>
    isChanged(draft, entries.get(draft.key), references, current),
  );
  const changed = anew.flatMap(([, references]) => references);
  const imported = new Map<string, Version | undefined>();
  await Promise.all(
    anew
      .flatMap(([draft]) => importedOf(draft, entries.get(draft.key)!, current))
      .map(async one => {
        imported.set(
          `${one.record}|${one.type}/${one.id}`,
          await from.store.vread(one.type, one.id, one.version, grant),
        );
      }),
  );
  const notes = new Map<string, Version | undefined>();
  const told = drafts.filter(draft => entries.has(draft.key)).map(draft => noteKey(draft.record));
  await Promise.all(
    [...(told.length === 0 ? [] : await from.registry.claims([...new Set(told)]))].map(
      async ([key, reference]) => {
        const [type, id] = reference.split('/') as [string, string];
        claims.set(key, reference);
        notes.set(key, await from.store.read(type, id, grant));
      },
    ),
  );
  const claimsOf = await from.registry.claimsOf([...namedBy(changed, current, from.base)]);
  // Read back, a record asks for what its resources refer to.
  for (const [reference, keys] of claimsOf) for (const key of keys) claims.set(key, reference);
  const claim = (key: string): string | undefined => claims.get(key);
  const coming = comingFrom(drafts);
  return {
    entry: key => entries.get(key),
    claim,
    holder: key => claim(key) ?? coming.get(key),
    claimsOf,
    current: reference => current.get(reference),
    imported: (draft, reference) => imported.get(`${draft.key}|${reference}`),
    note: draft => notes.get(noteKey(draft.record)),
    read: draft => (needed.get(draft) ?? []).map(one => current.get(one)).filter(one => one !== undefined),
  };
}

/** Its record or one of its resources is not as it was imported: it will be read back. */
function isChanged(
  draft: Draft,
  entry: ImportEntry | undefined,
  references: readonly string[],
  current: ReadonlyMap<string, Version | undefined>,
): boolean {
  if (entry === undefined) return false;
  const imported = new Map(entry.parts.map(part => [`${part.type}/${part.id}`, part.version]));
  return (
    entry.digest !== draft.digest ||
    references.some(reference => imported.get(reference) !== current.get(reference)?.version)
  );
}

/** The versions that a record last made, of what was written through FHIR since. */
const importedOf = (
  draft: Draft,
  entry: ImportEntry,
  current: ReadonlyMap<string, Version | undefined>,
): { record: string; type: string; id: string; version: number }[] =>
  entry.digest === draft.digest
    ? []
    : entry.parts
        .filter(part => current.get(`${part.type}/${part.id}`)?.version !== part.version)
        .map(({ type, id, version }) => ({ record: draft.key, type, id, version }));

/** `Type/id` of everything on this server that these resources refer to. */
function namedBy(
  references: readonly string[],
  current: ReadonlyMap<string, Version | undefined>,
  base: string,
): Set<string> {
  const found = new Set<string>();
  for (const reference of new Set(references)) {
    const version = current.get(reference);
    if (version !== undefined && !version.deleted)
      referencesIn(parseBody(version.body).resource, base, found);
  }
  return found;
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

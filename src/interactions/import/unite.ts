// The record as it is now to be, put into the resources that stand: element by element, so that what lies beside the
// record's fields stays.
import { endsTooEarly, TOO_EARLY } from '../../access/criminal-justice.ts';
import { fromResource } from '../../fhir/body.ts';
import type { AnyResource, Consent } from '../../fhir/types.ts';
import type { Problem, RecordEnvelope } from '../../iop/concept.ts';
import { applyAmendments } from './amend.ts';
import { sameJson } from './canonical.ts';
import {
  addCreate,
  addUpdate,
  type Changes,
  finish,
  newPart,
  noChanges,
  type Planned,
  type Planner,
  referenceOf,
  resolver,
} from './changes.ts';
import type { Draft } from './draft.ts';
import { linkBook, referencesIn } from './link.ts';
import { mergeResource } from './merge.ts';
import type { Reunion, Standing } from './standing.ts';

/** Both sides' changes together; a conflict where they touch the same element. */
export function unite(
  draft: Draft,
  { entry, amended, standing, theirs }: Reunion,
  planner: Planner,
): Planned {
  const { facts, ids } = planner;
  const fresh = draft.parts
    .filter(part => !standing.some(one => one.role === part.role))
    .map(part => newPart(draft, part, ''))
    .map(part => ({ ...part, tombstone: facts.current(facts.claim(part.key) ?? '') }))
    .map(part => ({ ...part, id: part.tombstone?.id ?? ids() }));
  const own = new Map(standing.map(one => [one.key, `${one.version.type}/${one.version.id}`]));
  const kept = new Set<string>();
  for (const one of standing) referencesIn(one.body.resource, planner.base, kept);
  const old = partsOf(draft, theirs, { own, kept }, planner);
  for (const one of fresh) own.set(one.key, referenceOf(one));
  const resolve = resolver(draft, facts, own, kept);
  const changes = noChanges();
  const clashes = standing.flatMap(one => {
    const wanted = draft.parts.find(part => part.role === one.role);
    const next = wanted === undefined ? undefined : resolve(fromResource(wanted.resource)).resource;
    return uniteOne(one, { old: old.get(one.role), next }, changes, planner);
  });
  if (clashes.length > 0) return { kind: 'conflict', issues: clashes, conflicts: [] };
  for (const { tombstone, ...one } of fresh) {
    if (tombstone === undefined) {
      addCreate(one, resolve, changes);
      continue;
    }
    // A key never names another resource than the one it always named.
    addUpdate(
      { role: one.part.role, version: tombstone, tree: resolve(fromResource(one.part.resource)).tree },
      changes,
    );
    changes.parts.push(one.key);
  }
  return applyAmendments(amended, resolve, changes) ?? finish(draft, changes, entry.digest, planner);
}

/** What a record makes, with the references that stand. */
function partsOf(
  { concept, record: { program } }: Draft,
  record: RecordEnvelope,
  { own, kept }: { own: ReadonlyMap<string, string>; kept: ReadonlySet<string> },
  { facts, ids }: Planner,
): Map<string, AnyResource> {
  const book = linkBook(program, ids);
  const parts = concept.toFhir(record, book);
  const resolve = resolver(book, facts, own, kept);
  return new Map(parts.map(part => [part.role, resolve(fromResource(part.resource)).resource]));
}

/** Adds what is to be done with one resource that stands; returns what both sides changed. */
function uniteOne(
  { key, role, version, body }: Standing,
  { old, next }: { old: AnyResource | undefined; next: AnyResource | undefined },
  changes: Changes,
  { decide }: Planner,
): Problem[] {
  const { resourceType, id: _id, meta: _meta, ...content } = body.resource;
  if (next === undefined) {
    const { resourceType: _type, ...before } = old ?? {};
    const path = `${resourceType} (${role})`;
    if (!sameJson(content, before) && decide?.({ path }) !== 'record')
      return [{ path, message: GONE_BUT_CHANGED }];
    changes.ops.push({ kind: 'delete', type: version.type, id: version.id, ifMatch: version.version });
    return [];
  }
  const { tree, changed, clashes } = mergeResource(old ?? { resourceType }, next, body, decide);
  changes.parts.push(key);
  if (
    resourceType === 'Consent' &&
    endsTooEarly(body.resource as unknown as Consent, tree as unknown as Consent)
  )
    return [{ path: 'status', message: TOO_EARLY }];
  if (changed) addUpdate({ role, version, tree }, changes);
  else changes.relied[key] = version.version;
  return clashes.map(path => ({ path, message: CHANGED_TWICE }));
}

const CHANGED_TWICE =
  'was changed by the record and, differently, by somebody else since it was last imported';
const GONE_BUT_CHANGED =
  'is not in the record any more, but somebody else changed it since it was last imported';

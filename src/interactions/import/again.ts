// A record that was imported before. What others wrote since is never overwritten: either their change
// lies beside the record's, and both stand, or the record is a conflict and nothing is written.
import { endsTooEarly, TOO_EARLY } from '../../access/criminal-justice.ts';
import { type Body, fromResource, parseBody } from '../../fhir/body.ts';
import type { AnyResource, Consent, Json, JsonObject } from '../../fhir/types.ts';
import type { Problem, RecordEnvelope } from '../../iop/concept.ts';
import type { Version } from '../../store/port.ts';
import type { ImportEntry, ImportPart } from '../../store/registry.ts';
import { type AmendedResource, applyAmendments } from './amend.ts';
import { digestOf, sameJson } from './canonical.ts';
import {
  addCreate,
  addUpdate,
  type Changes,
  finish,
  newPart,
  noChanges,
  type Planned,
  type Planner,
  type Refused,
  referenceOf,
  resolver,
} from './changes.ts';
import { type Difference, differences } from './difference.ts';
import { isOpen } from './difference-note.ts';
import { type Draft, draftRecord } from './draft.ts';
import { parsePartKey } from './key.ts';
import { linkBook, namesFrom, referencesIn } from './link.ts';
import { mergeResource } from './merge.ts';
import { planNote, standingNote, withKept, withNote } from './note.ts';
import { readRecord } from './read.ts';
import { type Differing, mergeThreeWays } from './three-way.ts';

/** A resource that the record made before and that still stands. */
interface Standing {
  key: string;
  role: string;
  version: Version;
  body: Body;
  /** Written through FHIR since. */
  edited: boolean;
}

interface Before {
  entry: ImportEntry;
  amended: readonly AmendedResource[];
}

export function planAgain(draft: Draft, before: Before, planner: Planner): Planned {
  const { entry, amended } = before;
  const moved = movedFrom(draft, before);
  if (moved !== undefined) return { kind: 'bad', issues: [moved] };
  const found = findStanding(draft, entry, planner);
  if (!Array.isArray(found)) return withNote(draft, found, planner);
  const edited = found.some(one => one.edited) || amended.some(one => one.edited);
  const same = entry.digest === draft.digest;
  const note = standingNote(draft, planner);
  if (!edited && same) return settle(draft, [], planner);
  const theirs = readBack(draft, found, amended, planner);
  const [record, fhir] = [draft.record as unknown as JsonObject, theirs as unknown as JsonObject];
  if (same) return settle(draft, differences(record, fhir), planner);
  const reunion = { ...before, standing: found, theirs };
  // Otherwise what was edited lies in elements that no field of the record carries.
  const apart = edited && !sameJson(record, fhir) && digestOf(fhir as Json) !== entry.digest;
  if (!apart && note.kept.length === 0) return withNote(draft, unite(draft, reunion, planner), planner);
  return reconcile(draft, reunion, planner);
}

/** Nothing is written of the record; nothing of it is open any more. `kept`: where FHIR's value stays. */
function settle(draft: Draft, kept: Difference[], planner: Planner): Planned {
  const told = standingNote(draft, planner);
  const note = isOpen(told)
    ? planNote(draft, { open: [], problems: [], kept: told.kept }, planner)
    : undefined;
  return {
    kind: 'unchanged',
    ...(kept.length === 0 ? {} : { kept }),
    ...(note === undefined ? {} : { note }),
  };
}

/** Both sides changed the record: field by field, against what was last imported. */
function reconcile(draft: Draft, reunion: Reunion, planner: Planner): Planned {
  const note = standingNote(draft, planner);
  const sides = {
    base: baseOf(draft, reunion, planner),
    record: draft.record as unknown as JsonObject,
    fhir: reunion.theirs as unknown as JsonObject,
  };
  const { merged, kept, clashes } = mergeThreeWays(sides, {
    kept: new Map(note.kept.map(one => [one.path, one.record])),
    ...(planner.decide === undefined ? {} : { decide: planner.decide }),
  });
  // Who cannot write down what stays would take it back with the next import.
  const open = planner.notes === true ? clashes : [...kept, ...clashes];
  if (open.length > 0)
    return withNote(
      draft,
      { kind: 'conflict', issues: [], conflicts: open.flatMap(differencesAt) },
      planner,
      open,
    );
  const reading = readRecord(merged, draft.record.program, () => draft.concept);
  if (!reading.ok) {
    const issues = reading.issues.map(({ path, message }) => ({ path, message: `${WITH_FHIR}${message}` }));
    return withNote(draft, { kind: 'conflict', issues, conflicts: kept.flatMap(differencesAt) }, planner);
  }
  const both = { ...draftRecord(draft.concept, reading.record, planner.ids), digest: draft.digest };
  const amended = reunion.amended.flatMap(one => {
    const amendment = both.amendments.find(other => other.key === one.amendment.key);
    return amendment === undefined ? [] : [{ ...one, amendment }];
  });
  const planned = unite(both, { ...reunion, amended }, planner);
  if (planned.kind !== 'write') return withNote(draft, planned, planner);
  return withKept({ ...planned, kept: kept.flatMap(differencesAt) }, draft, kept, planner);
}

const WITH_FHIR = 'with what was changed through FHIR it ';

const differencesAt = ({ path, record, fhir }: Differing): Difference[] =>
  differences({ [path]: record } as JsonObject, { [path]: fhir } as JsonObject);

/** The record that was last imported, from the versions that it made; undefined where one of these cannot be had. */
function baseOf(
  draft: Draft,
  { entry, standing, amended }: Reunion,
  planner: Planner,
): JsonObject | undefined {
  const { facts } = planner;
  const before = (version: Version, key: string): Body | undefined => {
    const reference = `${version.type}/${version.id}`;
    const made = entry.parts.find(part => part.key === key);
    if (made?.version === version.version) return parseBody(version.body);
    const imported = made === undefined ? undefined : facts.imported(draft, reference);
    return imported === undefined ? undefined : parseBody(imported.body);
  };
  const stood: Standing[] = [];
  for (const one of standing) {
    const body = before(one.version, one.key);
    if (body === undefined) return undefined;
    stood.push({ ...one, body });
  }
  const changed: AmendedResource[] = [];
  for (const one of amended) {
    // What another record of the program wrote there since is no change of somebody else.
    const body = one.edited ? before(one.version, one.amendment.key) : one.body;
    if (body === undefined) return undefined;
    changed.push({ ...one, body });
  }
  return readBack(draft, stood, changed, planner) as unknown as JsonObject;
}

/** A record that amended one resource and now means another would leave its mark on the first. */
function movedFrom(draft: Draft, { entry, amended }: Before): Problem | undefined {
  const part = entry.parts.find(
    one => !isOwn(draft, one) && !amended.some(other => other.amendment.key === one.key),
  );
  if (part === undefined) return undefined;
  const key = parsePartKey(part.key);
  const what = key === undefined ? 'what it named before' : `${key.kind} ${key.id}`;
  const message = `no longer refers to ${what}: a record that means another needs an id of its own`;
  return { path: '', message };
}

const isOwn = (draft: Draft, part: ImportPart): boolean => part.key.startsWith(`${draft.key}|`);

function findStanding(draft: Draft, entry: ImportEntry, { facts }: Planner): Standing[] | Refused {
  const standing: Standing[] = [];
  for (const part of entry.parts.filter(one => isOwn(draft, one))) {
    const { role } = parsePartKey(part.key)!;
    const version = facts.current(`${part.type}/${part.id}`);
    if (version !== undefined && !version.deleted) {
      const edited = version.version !== part.version;
      standing.push({ key: part.key, role, version, body: parseBody(version.body), edited });
    } else if (draft.parts.some(one => one.role === role)) {
      const message = `its ${part.type}${role === '' ? '' : ` (${role})`} was deleted through FHIR`;
      return { kind: 'conflict', issues: [{ path: '', message }], conflicts: [] };
    }
  }
  return inOrder(standing, draft);
}

/**
 * Lists of a record (a session's clients) are read back in the order of its parts. The store does not keep
 * that order, so the one of the record now imported is taken where it has one.
 */
function inOrder(standing: readonly Standing[], draft: Draft): Standing[] {
  const roles = draft.parts.map(part => part.role);
  const known = standing.filter(one => roles.includes(one.role));
  known.sort((a, b) => roles.indexOf(a.role) - roles.indexOf(b.role));
  let next = 0;
  return standing.map(one => (roles.includes(one.role) ? known[next++]! : one));
}

/** The record that FHIR says now. */
function readBack(
  { concept, record }: Draft,
  standing: readonly Standing[],
  amended: readonly AmendedResource[],
  { facts, base }: Planner,
): RecordEnvelope {
  const parts = new Map<string, AnyResource>();
  for (const { role, body } of standing) parts.set(role, body.resource);
  for (const { amendment, body } of amended) parts.set(`amended/${amendment.role}`, body.resource);
  return concept.fromFhir(parts, namesFrom(record.program, facts.claimsOf, base), record.id);
}

interface Reunion extends Before {
  standing: readonly Standing[];
  theirs: RecordEnvelope;
}

/** Both sides' changes together; a conflict where they touch the same element. */
function unite(draft: Draft, { entry, amended, standing, theirs }: Reunion, planner: Planner): Planned {
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

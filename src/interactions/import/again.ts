// A record that was imported before. What others wrote since is never overwritten: either their change
// lies beside the record's, and both stand, or the record is a conflict and nothing is written.
import { type Body, parseBody } from '../../fhir/body.ts';
import type { Json, JsonObject } from '../../fhir/types.ts';
import type { Problem } from '../../iop/concept.ts';
import type { Version } from '../../store/port.ts';
import type { AmendedResource } from './amend.ts';
import { digestOf, sameJson } from './canonical.ts';
import type { Planned, Planner } from './changes.ts';
import { type Difference, differences } from './difference.ts';
import { isOpen } from './difference-note.ts';
import { type Draft, draftRecord } from './draft.ts';
import { parsePartKey } from './key.ts';
import { planNote, standingNote, withKept, withNote } from './note.ts';
import { readRecord } from './read.ts';
import {
  type Before,
  findStanding,
  isOwn,
  type Reunion,
  readBack,
  type Standing,
  withAdopted,
} from './standing.ts';
import { type Differing, mergeThreeWays } from './three-way.ts';
import { unite } from './unite.ts';

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
  const whole = withAdopted(draft, reunion, planner);
  // Otherwise what was edited lies in elements that no field of the record carries.
  const apart = edited && !sameJson(record, fhir) && digestOf(fhir as Json) !== entry.digest;
  if (!apart && note.kept.length === 0) return withNote(draft, unite(draft, whole, planner), planner);
  return reconcile(draft, reunion, whole, planner);
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

/** Both sides changed the record: field by field, against what was last imported. `whole`: with what is adopted. */
function reconcile(draft: Draft, reunion: Reunion, whole: Reunion, planner: Planner): Planned {
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
  const planned = unite(both, { ...whole, amended }, planner);
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

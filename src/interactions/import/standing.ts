// What stands of a record that was imported before, and the record that it says.
import { type Body, parseBody } from '../../fhir/body.ts';
import type { AnyResource } from '../../fhir/types.ts';
import type { RecordEnvelope } from '../../iop/concept.ts';
import type { Version } from '../../store/port.ts';
import type { ImportEntry, ImportPart } from '../../store/registry.ts';
import type { AmendedResource } from './amend.ts';
import type { Planner, Refused } from './changes.ts';
import { type Draft, keyOfPart } from './draft.ts';
import { parsePartKey } from './key.ts';
import { namesFrom } from './link.ts';

/** A resource that the record made before and that still stands. */
export interface Standing {
  key: string;
  role: string;
  version: Version;
  body: Body;
  /** Written through FHIR since. */
  edited: boolean;
}

export interface Before {
  entry: ImportEntry;
  amended: readonly AmendedResource[];
}

export interface Reunion extends Before {
  standing: readonly Standing[];
  theirs: RecordEnvelope;
}

export const isOwn = (draft: Draft, part: ImportPart): boolean => part.key.startsWith(`${draft.key}|`);

export function findStanding(draft: Draft, entry: ImportEntry, { facts }: Planner): Standing[] | Refused {
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

export function withAdopted(draft: Draft, reunion: Reunion, planner: Planner): Reunion {
  const adopted = findAdopted(draft, reunion.entry, planner);
  if (adopted.length === 0) return reunion;
  const standing = inOrder([...reunion.standing, ...adopted], draft);
  return { ...reunion, standing, theirs: readBack(draft, standing, reunion.amended, planner) };
}

/**
 * What the record now names and somebody made through FHIR already: whom an EHR booked into a session. The store gave
 * it the key by which the record knows it (store/unit/seating.ts).
 */
function findAdopted(draft: Draft, { parts }: ImportEntry, { facts }: Planner): Standing[] {
  return draft.parts.flatMap(({ role }): Standing[] => {
    const key = keyOfPart(draft.record, role);
    if (parts.some(one => one.key === key)) return [];
    const version = facts.current(facts.claim(key) ?? '');
    if (version === undefined || version.deleted) return [];
    return [{ key, role, version, body: parseBody(version.body), edited: true }];
  });
}

/** The record that FHIR says now. */
export function readBack(
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

// Changes that one record makes to a resource of another: an attendance closes the session's Appointment.
import { type Body, parseBody } from '../../fhir/body.ts';
import type { AnyResource } from '../../fhir/types.ts';
import type { Amendment, Problem } from '../../iop/concept.ts';
import type { Version } from '../../store/port.ts';
import { addUpdate, type Changes, type Refused, type Resolve } from './changes.ts';
import { type Draft, unknownRecord } from './draft.ts';
import type { Facts } from './facts.ts';
import { recordKey } from './key.ts';
import { mergeResource } from './merge.ts';

export interface AmendedResource {
  /** `key`: claim key of the resource. */
  amendment: Amendment & { key: string };
  version: Version;
  body: Body;
  /** Written through FHIR since a record last wrote it: that must stay visible as a conflict. */
  edited: boolean;
}

export function findAmended(
  draft: Draft,
  facts: Facts,
): { kind: 'found'; resources: AmendedResource[] } | Refused {
  const resources: AmendedResource[] = [];
  for (const amendment of draft.amendments) {
    const reference = facts.claim(amendment.key);
    if (reference === undefined) return { kind: 'bad', issues: [unknownRecord(draft.record, amendment)] };
    const version = facts.current(reference);
    if (version === undefined || version.deleted) return deletedTarget(amendment, reference);
    const { kind, id } = amendment;
    const entry = facts.entry(recordKey({ program: draft.record.program, kind, id }));
    const imported = entry?.parts.find(part => part.key === amendment.key)?.version;
    const edited = imported !== version.version;
    resources.push({ amendment, version, body: parseBody(version.body), edited });
  }
  return { kind: 'found', resources };
}

function deletedTarget({ kind, id }: Amendment, reference: string): Refused {
  const message = `the ${reference.split('/')[0]} of ${kind} ${id} was deleted through FHIR`;
  return { kind: 'conflict', issues: [{ path: '', message }], conflicts: [] };
}

/** Adds the updates to the changes; a contradiction is the answer. */
export function applyAmendments(
  amended: readonly AmendedResource[],
  resolve: Resolve,
  changes: Changes,
): Refused | undefined {
  for (const { amendment, version, body, edited } of amended) {
    const wanted = amendment.apply(body.resource);
    if (isProblem(wanted)) return { kind: 'conflict', issues: [wanted], conflicts: [] };
    const next = resolve({ resource: wanted, tree: wanted }).resource;
    const { tree, changed } = mergeResource(body.resource, next, body);
    if (!edited) changes.parts.push(amendment.key);
    if (changed) addUpdate({ role: amendment.role, version, tree }, changes);
    else if (!edited) changes.relied[amendment.key] = version.version;
  }
  return undefined;
}

const isProblem = (value: AnyResource | Problem): value is Problem => !('resourceType' in value);

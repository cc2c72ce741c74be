// A client's resources, put together again by the record that made them.
import { parseBody } from '../../fhir/body.ts';
import type { AnyResource, Reference } from '../../fhir/types.ts';
import type { Names } from '../../iop/concept.ts';
import type { Version } from '../../store/port.ts';
import type { Registry } from '../../store/registry.ts';
import { type PartKey, parsePartKey, partKey } from '../import/key.ts';
import { namesFrom, referencesIn } from '../import/link.ts';
import { foreignPart } from './foreign.ts';

/** The resources that one record made, or one resource that came from elsewhere. */
export interface FoundRecord {
  kind: string;
  /** The record's key; undefined for what was written through FHIR. */
  id: string | undefined;
  parts: Map<string, AnyResource>;
  /** `Type/id` of each part, by role. */
  references: Map<string, string>;
}

export interface FoundRecords {
  names: Names;
  records: readonly FoundRecord[];
  /** By `Type/id`. */
  resources: ReadonlyMap<string, AnyResource>;
}

export async function recordsOf(
  versions: readonly Version[],
  program: string,
  { registry, base }: { registry: Pick<Registry, 'claimsOf'>; base: string },
): Promise<FoundRecords> {
  const resources = new Map(versions.map(one => [`${one.type}/${one.id}`, parseBody(one.body).resource]));
  const references = new Set(resources.keys());
  for (const resource of resources.values()) referencesIn(resource, base, references);
  const claims = await registry.claimsOf([...references]);
  const records = new Map<string, FoundRecord>();
  for (const [reference, resource] of resources) {
    const claimed = keyOf(claims.get(reference), program, slotKeys(resource, claims));
    const key = claimed ?? foreignPart({ reference, resource, program, base });
    if (key === undefined) continue;
    const id = claimed?.id;
    const name = `${key.kind}|${id ?? ('main' in key ? key.main : reference)}`;
    const record = records.get(name) ?? { kind: key.kind, id, parts: new Map(), references: new Map() };
    record.parts.set(key.role, resource);
    record.references.set(key.role, reference);
    records.set(name, record);
  }
  return { names: namesFrom(program, claims, base), records: [...records.values()], resources };
}

/** Of several sessions, where a client was moved, the one in whose Slot the Appointment is (`there`: its keys). */
function keyOf(
  claims: readonly string[] | undefined,
  program: string,
  there: readonly string[],
): PartKey | undefined {
  const keys = (claims ?? []).map(parsePartKey).filter(key => key?.program === program) as PartKey[];
  const here = keys.length < 2 ? undefined : keys.find(key => there.includes(partKey({ ...key, role: '' })));
  return here ?? keys[0];
}

function slotKeys(resource: AnyResource, claims: ReadonlyMap<string, readonly string[]>): string[] {
  const slots = (resource.resourceType === 'Appointment' ? (resource.slot ?? []) : []) as Reference[];
  return slots.flatMap(({ reference }) => claims.get(reference ?? '') ?? []);
}

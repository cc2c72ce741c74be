// What the import of one record comes to, and how its writes are gathered.
import { type Body, composeBody, fromResource, mapStrings, parseBody } from '../../fhir/body.ts';
import type { Issue } from '../../fhir/error.ts';
import type { Ids } from '../../fhir/id.ts';
import type { AnyResource, JsonObject } from '../../fhir/types.ts';
import type { Part, Problem } from '../../iop/concept.ts';
import type { Claim, ImportMark, Lookup, Version, WriteOp, WritePlan } from '../../store/port.ts';
import type { Difference } from './difference.ts';
import { type Draft, keyOfPart, unknownRecord } from './draft.ts';
import type { Facts } from './facts.ts';
import { partKey } from './key.ts';
import type { Differing, Side } from './three-way.ts';

export type Refused =
  /** `note`: what is remembered of it (see difference-note.ts). */
  | { kind: 'conflict'; issues: Problem[]; conflicts: Difference[]; note?: WritePlan }
  | { kind: 'bad'; issues: Problem[] };

export type Planned =
  /** `missing`: what to say of a reference that the commit does not find, by the store's own message. */
  | {
      kind: 'write';
      plan: WritePlan;
      resources: number;
      missing: ReadonlyMap<string, Problem>;
      kept?: Difference[];
    }
  /** `kept`: where FHIR says otherwise and stays. */
  | { kind: 'unchanged'; kept?: Difference[]; note?: WritePlan }
  | Refused;

export interface Planner {
  facts: Facts;
  ids: Ids;
  /** FHIR base URL: references below it are local. */
  base: string;
  /** Is this resource acceptable? As for every other door. */
  check: (resource: AnyResource) => readonly Issue[];
  /** The caller may write down what is left for a person to decide. Where not, every difference is a conflict. */
  notes?: boolean;
  /** What a person decided of fields, or of FHIR elements, that both sides changed. */
  decide?: (clash: Differing) => Side | undefined;
}

export interface Changes {
  ops: WriteOp[];
  /** Written resources as they will be checked, with the part of the record they come from. */
  written: { role: string; resource: AnyResource }[];
  claims: Claim[];
  /** Claim keys of everything the record made or changed. */
  parts: string[];
  /** See ImportMark.relied. */
  relied: Record<string, number>;
}

export const noChanges = (): Changes => ({ ops: [], written: [], claims: [], parts: [], relied: {} });

/** Puts `Type/id` in the place of placeholders. */
export type Resolve = (body: Body) => Body;

/**
 * Resolves what the record itself makes (`own`: claim key -> `Type/id`) and references that stand already
 * (`kept`), so that they compare equal. All others are left to the commit, which alone knows what lives.
 */
export function resolver(
  { asked }: Pick<Draft, 'asked'>,
  facts: Facts,
  own: ReadonlyMap<string, string>,
  kept: ReadonlySet<string> = new Set(),
): Resolve {
  const known = new Map<string, string>();
  for (const [placeholder, target] of asked) {
    const key = partKey(target);
    const claimed = own.get(key) ?? facts.claim(key);
    if (claimed !== undefined && (own.has(key) || kept.has(claimed))) known.set(placeholder, claimed);
  }
  return body => mapStrings(body, text => known.get(text) ?? text);
}

export interface NewPart {
  part: Part;
  key: string;
  id: string;
}

export const referenceOf = ({ part, id }: NewPart): string => `${part.resource.resourceType}/${id}`;

export function addCreate({ part, key, id }: NewPart, resolve: Resolve, changes: Changes): void {
  const body = resolve(fromResource(part.resource));
  const type = part.resource.resourceType;
  changes.ops.push({ kind: 'create', type, id, body: composeBody(body, id) });
  changes.written.push({ role: part.role, resource: body.resource });
  changes.claims.push({ key, type, id });
  changes.parts.push(key);
}

/** `tree` may hold raw numbers, which only a parse of the printed text makes plain again. */
export function addUpdate(
  { role, version, tree }: { role: string; version: Version; tree: JsonObject },
  changes: Changes,
): void {
  const { type, id } = version;
  const body = composeBody({ resource: tree as AnyResource, tree }, id);
  const op: WriteOp = { kind: 'update', type, id, body };
  changes.ops.push(version.deleted ? op : { ...op, ifMatch: version.version, mustExist: true });
  changes.written.push({ role, resource: plainOf(body) });
}

/** A stored body has a meta even where it is empty; the resource itself then has none. */
function plainOf(body: string): AnyResource {
  const { resource } = parseBody(body);
  if (Object.keys(resource.meta ?? {}).length === 0) delete resource.meta;
  return resource;
}

/** Checks what is to be written, and leaves to the commit the references that only it can resolve. */
export function finish(draft: Draft, changes: Changes, seen: string | undefined, planner: Planner): Planned {
  const open = openReferences(draft, changes);
  const unknown = open.filter(one => planner.facts.holder(one.key) === undefined);
  if (unknown.length > 0) return { kind: 'bad', issues: unknown.map(one => one.problem) };
  // Who is named, and with what type, is checked as it will be.
  const view = new Map(open.map(one => [one.marker, planner.facts.holder(one.key)!]));
  const issues = changes.written.flatMap(({ role, resource }) => {
    const closed = mapStrings(fromResource(resource), text => view.get(text) ?? text);
    return faultsOf(role, closed.resource, planner);
  });
  if (issues.length > 0) return { kind: 'bad', issues };
  const lookups = open.map(({ marker, key, problem }): Lookup => {
    return { kind: 'claim', marker, key, missing: problem.message };
  });
  const missing = new Map(open.map(one => [one.problem.message, one.problem]));
  const { ops, claims, parts, relied } = changes;
  const mark: ImportMark = { key: draft.key, digest: draft.digest, parts, seen, relied };
  return { kind: 'write', plan: { ops, lookups, claims, marks: [mark] }, resources: ops.length, missing };
}

interface OpenReference {
  marker: string;
  key: string;
  problem: Problem;
}

/** Placeholders that are still in what is to be written. */
function openReferences({ asked, record }: Draft, { ops }: Changes): OpenReference[] {
  const text = ops.map(op => ('body' in op ? op.body : '')).join('');
  return [...asked]
    .filter(([marker]) => text.includes(marker))
    .map(([marker, target]) => ({ marker, key: partKey(target), problem: unknownRecord(record, target) }));
}

function faultsOf(role: string, resource: AnyResource, planner: Planner): Problem[] {
  const where = role === '' ? '' : ` (${role})`;
  return planner.check(resource).map(({ path = resource.resourceType, message }) => ({
    path: `${path}${where}`,
    message: message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message,
  }));
}

export const newPart = (draft: Draft, part: Part, id: string): NewPart => ({
  part,
  key: keyOfPart(draft.record, part.role),
  id,
});

// Labels inside the commit: what a resource is stored with.
import { findSecurity, itemsOf, putSecurity } from '../../fhir/security.ts';
import type { Derived, Labelling } from '../port/derived.ts';
import type { Version } from '../port.ts';
import type { Row, Unit } from './unit.ts';
import { got, type Work } from './work.ts';

/** A body as it is stored, and what is derived from it. */
export interface Made {
  body: string;
  derived: Derived;
  /** The labels of these went into it. */
  sources: readonly Name[];
  /** A label of the version before is not among them. */
  lowered: boolean;
}

export interface Name {
  type: string;
  id: string;
}

/** `before`: the row that it replaces. */
export function* make(unit: Unit, name: Name, given: string, before?: Row): Work<Made> {
  const resource = JSON.parse(given) as Record<string, unknown>;
  const { labels } = unit.derive;
  if (labels === undefined)
    return { body: given, derived: derivedFrom(unit, resource), sources: [], lowered: false };
  const sources = labels.sources(resource);
  const inherited: string[] = [];
  for (const source of sources) inherited.push(...(yield* labelsOf(unit, source)));
  const last = before?.deleted === true ? yield* lastLive(unit, labels, before) : before;
  const by = unit.grant.principal;
  const from = { inherited, by, ...(last === undefined ? {} : { before: last }) };
  const body = relabelled(labels, { ...name, body: given, resource }, from);
  const lowered =
    by.declassify === true && last !== undefined && labels.lowered(itemsIn(last), itemsIn({ ...last, body }));
  return { body, derived: derivedFrom(unit, resource), sources, lowered };
}

/** The body with the items it is to have; those go into `resource` as well. */
export function relabelled(
  labels: Labelling,
  { type, id, body, resource }: Name & { body: string; resource: Record<string, unknown> },
  from: Omit<Parameters<Labelling['settle']>[1], 'given'>,
): string {
  const member = findSecurity(body, type, id);
  const items = labels.settle(resource, { ...from, given: itemsOf(member.inner) });
  const inner = items.join(',');
  if (inner === member.inner) return body;
  const { security: _, ...meta } = (resource.meta ?? {}) as Record<string, unknown>;
  resource.meta = items.length === 0 ? meta : { ...meta, security: JSON.parse(`[${inner}]`) };
  return putSecurity(body, member, inner);
}

/** What the caller may not know of gives nothing: its labels would tell that it is there. */
function* labelsOf(unit: Unit, { type, id }: Name): Work<readonly string[]> {
  const row = yield* got(unit.current(type, id));
  if (row === undefined || row.deleted) return [];
  if (!(yield* got(unit.reaches(row, unit.grant.narrow(type, 'read'))))) return [];
  return itemsIn(row);
}

export const itemsIn = ({ body, type, id }: Version): string[] => itemsOf(findSecurity(body, type, id).inner);

/** Nobody takes labels off by deleting a resource and writing it again. What is past may be older than the rules. */
function* lastLive(unit: Unit, labels: Labelling, tombstone: Row): Work<Version | undefined> {
  const found = yield* got(unit.lastLive(tombstone));
  if (found === undefined) return undefined;
  const resource = JSON.parse(found.body) as Record<string, unknown>;
  return { ...found, body: relabelled(labels, { ...found, resource }, { inherited: [] }) };
}

/** `patients` names each person once. */
function derivedFrom(unit: Unit, resource: Record<string, unknown>): Derived {
  const derived = unit.derive(resource);
  return derived.patients.length < 2 ? derived : { ...derived, patients: [...new Set(derived.patients)] };
}

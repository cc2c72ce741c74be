// Drops what a caller does not get of a resource: fields, never rows. Pure; what is dropped says redaction.ts.
// What R4 requires is not left out but marked as masked, so that the answer is valid. An element of which nothing
// is left is left out itself. The table is asked once for each of its keys (Plan), not for each resource.
import { storedTree } from '../fhir/body.ts';
import { tagSubsetted } from '../fhir/subsetted.ts';
import type { Json, JsonObject } from '../fhir/types.ts';
import {
  type ElementDef,
  elementsOf,
  isPrimitive,
  type Property,
  propertiesOf,
} from '../generated/tables.ts';
import type { Version } from '../store/port.ts';
import type { Grant, Principal } from './grant.ts';
import type { Redaction } from './redaction.ts';
import { ABSENT } from './redaction-table.ts';

/**
 * The served text of a version as the caller gets it. It is marked SUBSETTED wherever something may be dropped of its
 * type, whether or not this one had it: the mark tells nothing. Parses nothing where nothing is.
 */
export function redacted(text: string, version: Version, { principal, redact }: Grant): string {
  const redaction = redact(version.type);
  if (redaction === undefined || isWhole(version, principal)) return text;
  return JSON.stringify(tagSubsetted(redactResource(storedTree(text), redaction)));
}

/** Of its own record, of what it wrote itself, and of what is about the person that asks nothing is dropped. */
export function isWhole(
  { owner, source, writer, patients }: Version,
  { role, organization }: Principal,
): boolean {
  if (role === 'program' || role === 'ehr' || role === 'payer')
    return owner === organization || (source === organization && writer === organization);
  return patients.length > 0;
}

/** `tree`: as parseBody makes it, with the digits that were written. */
export function redactResource(tree: JsonObject, redaction: Redaction): JsonObject {
  const left: JsonObject = { resourceType: tree.resourceType };
  keepIn(left, tree, planOf({ key: String(tree.resourceType), whole: false }, redaction));
  return left;
}

interface Place {
  /** Of the element table. */
  key: string;
  whole: boolean;
}

/** What becomes of the members of an object, by name, both halves of a primitive; others are dropped. */
type Plan = ReadonlyMap<string, Member>;

interface Member {
  property: Property;
  keep: Keep;
}

/** Puts into `left` what stays of the one or two members of an element. Is that anything? */
type Keep = (left: JsonObject, value: JsonObject) => boolean;

const plans = new WeakMap<Redaction, Map<string, Plan>>();
const NOTHING: Plan = new Map();

function planOf(place: Place, redaction: Redaction): Plan {
  const known = plans.get(redaction) ?? new Map<string, Plan>();
  plans.set(redaction, known);
  const name = `${place.key} ${place.whole}`;
  const found = known.get(name);
  if (found !== undefined) return found;
  const properties = propertiesOf(place.key);
  if (properties === undefined) return NOTHING;
  const plan = new Map<string, Member>();
  // Known before it is made: datatypes hold each other.
  known.set(name, plan);
  for (const property of properties.values()) {
    const member = { property, keep: keeping(property, place, redaction) };
    plan.set(property.name, member).set(`_${property.name}`, member);
  }
  return plan;
}

/** The members that stay; required ones that do not are masked. Is that anything? */
function keepIn(left: JsonObject, value: JsonObject, plan: Plan): boolean {
  let some = false;
  const masked: Property[] = [];
  for (const key in value) {
    const member = plan.get(key);
    if (member === undefined) continue;
    if (member.keep(left, value)) some = true;
    else if (member.property.element.min > 0) masked.push(member.property);
  }
  for (const property of masked)
    if (!holds(left, property.element, plan)) Object.assign(left, maskOf(property));
  return some || masked.length > 0;
}

/** Has anything of an element stayed, in whichever of its types? */
const holds = (left: JsonObject, element: ElementDef, plan: Plan): boolean =>
  Object.keys(left).some(key => plan.get(key)?.property.element === element);

function keeping(property: Property, place: Place, redaction: Redaction): Keep {
  const { name, type } = property;
  if (type === 'Extension') return keepingEach(name, item => redactExtension(item, name, redaction));
  const fate = redaction.element(place.key, property, place.whole);
  if (fate === 'drop') return () => false;
  if (isPrimitive(type)) return keepingPrimitive(name, redaction);
  if (type === 'Resource') return keepingEach(name, item => redactResource(item, redaction));
  const plan = planOf({ key: type, whole: fate === 'whole' }, redaction);
  return keepingEach(name, item => redactObject(item, plan));
}

/** Undefined where nothing is left. */
function redactObject(value: JsonObject, plan: Plan): JsonObject | undefined {
  const left: JsonObject = {};
  return keepIn(left, value, plan) ? left : undefined;
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type Cut = (item: JsonObject) => JsonObject | undefined;

/** An object, or what is left of a list of them. */
const keepingEach =
  (name: string, cut: Cut): Keep =>
  (left, value) => {
    const item = value[name];
    const kept = Array.isArray(item) ? cutList(item, cut) : isObject(item) ? cut(item) : undefined;
    if (kept === undefined) return false;
    left[name] = kept;
    return true;
  };

function cutList(items: readonly Json[], cut: Cut): Json[] | undefined {
  const left: Json[] = [];
  for (const item of items) {
    const kept = isObject(item) ? cut(item) : undefined;
    if (kept !== undefined) left.push(kept);
  }
  return left.length === 0 ? undefined : left;
}

/** Its value stays as it was written; beside it only extensions that stay. */
function keepingPrimitive(name: string, redaction: Redaction): Keep {
  const other = `_${name}`;
  return (left, value) => {
    const item = value[name];
    const beside = value[other];
    if (Array.isArray(item) || Array.isArray(beside)) {
      const pairs = pairsLeft(item, beside, redaction);
      if (pairs.some(pair => pair.value !== null)) left[name] = pairs.map(pair => pair.value);
      if (pairs.some(pair => pair.beside !== null)) left[other] = pairs.map(pair => pair.beside);
      return pairs.length > 0;
    }
    if (item !== undefined) left[name] = item;
    const kept = besides(beside, item !== undefined, redaction);
    if (kept !== undefined) left[other] = kept;
    return item !== undefined || kept !== undefined;
  };
}

interface Pair {
  value: Json;
  beside: Json;
}

/** Lists in pairs, filled up with null: where neither half is left the place goes. */
function pairsLeft(item: Json | undefined, beside: Json | undefined, redaction: Redaction): Pair[] {
  const values = Array.isArray(item) ? item : [];
  const others = Array.isArray(beside) ? beside : [];
  return Array.from({ length: Math.max(values.length, others.length) }, (_, at) => ({
    value: values[at] ?? null,
    beside: besides(others[at], (values[at] ?? null) !== null, redaction) ?? null,
  })).filter(pair => pair.value !== null || pair.beside !== null);
}

/** An id alone, with no value beside it, is no content (ele-1). */
function besides(beside: Json | undefined, hasValue: boolean, redaction: Redaction): JsonObject | undefined {
  if (!isObject(beside)) return undefined;
  const left = redactObject(beside, planOf({ key: 'Element', whole: false }, redaction));
  return left?.extension !== undefined || (hasValue && left?.id !== undefined) ? left : undefined;
}

const MASK: JsonObject = { extension: [{ url: ABSENT, valueCode: 'masked' }] };

/** What modifies the meaning of an element is not passed over in silence: that it is there is told. */
function redactExtension(item: JsonObject, name: string, redaction: Redaction): JsonObject | undefined {
  const fate = redaction.extension(item.url);
  if (fate === 'drop') return name === 'modifierExtension' ? { url: item.url, ...MASK } : undefined;
  const left = redactObject(item, planOf({ key: 'Extension', whole: fate === 'whole' }, redaction));
  return left !== undefined && Object.keys(left).length > 1 ? left : undefined;
}

/** A required element of which nothing may be told, in the spelling it had. */
function maskOf({ name, type, element }: Property): JsonObject {
  const many = (mask: JsonObject): Json => (element.max > 1 ? [mask] : mask);
  if (isPrimitive(type)) return { [`_${name}`]: many(MASK) };
  const mask: JsonObject = { ...MASK };
  for (const inner of elementsOf(type)?.values() ?? [])
    if (inner.min > 0 && !inner.choice)
      Object.assign(mask, maskOf({ name: inner.name, type: inner.types[0]!, element: inner }));
  return { [name]: many(mask) };
}

// Drops what a caller does not get of a resource: fields, never rows. Pure; what is dropped says redaction.ts.
// What R4 requires is not left out but marked as masked, so that the answer is valid. An element of which nothing
// is left is left out itself.
import { parseBody } from '../fhir/body.ts';
import { tagSubsetted } from '../fhir/subsetted.ts';
import type { Json, JsonObject } from '../fhir/types.ts';
import { elementsOf, isPrimitive, type Property, propertiesOf } from '../generated/tables.ts';
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
  return JSON.stringify(tagSubsetted(redactResource(parseBody(text).tree, redaction)));
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
  const type = String(tree.resourceType);
  return { resourceType: tree.resourceType, ...redactObject(tree, { key: type, whole: false }, redaction) };
}

interface Place {
  /** Of the element table. */
  key: string;
  whole: boolean;
}

/** The members that stay; required ones that do not are masked. */
function redactObject(value: JsonObject, place: Place, redaction: Redaction): JsonObject {
  const kept: JsonObject = {};
  const masks = new Map<string, Property>();
  const present = new Set<string>();
  for (const name of namesIn(value)) {
    const property = propertiesOf(place.key)?.get(name);
    if (property === undefined) continue;
    const left = redactProperty(value, property, place, redaction);
    Object.assign(kept, left);
    if (Object.keys(left).length > 0) present.add(property.element.name);
    else if (property.element.min > 0) masks.set(property.element.name, property);
  }
  for (const [name, property] of masks) if (!present.has(name)) Object.assign(kept, maskOf(property));
  return kept;
}

/** Names without the mark of a primitive's other half, each once, in their order. */
const namesIn = (value: JsonObject): Set<string> =>
  new Set(Object.keys(value).map(name => (name.startsWith('_') ? name.slice(1) : name)));

/** The one or two members of an element. */
function redactProperty(
  value: JsonObject,
  property: Property,
  place: Place,
  redaction: Redaction,
): JsonObject {
  const { name, type } = property;
  if (type === 'Extension') return named(name, redactExtensions(value[name], name, redaction));
  const fate = redaction.element(place.key, property, place.whole);
  if (fate === 'drop') return {};
  if (isPrimitive(type)) return redactPrimitive(value, name, redaction);
  const inner = { key: type, whole: fate === 'whole' };
  return named(
    name,
    eachOf(value[name], item => {
      if (type === 'Resource') return redactResource(item, redaction);
      const left = redactObject(item, inner, redaction);
      return Object.keys(left).length === 0 ? undefined : left;
    }),
  );
}

const named = (name: string, value: Json | undefined): JsonObject =>
  value === undefined ? {} : { [name]: value };

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object, or what is left of a list of them. */
function eachOf(
  value: Json | undefined,
  cut: (item: JsonObject) => JsonObject | undefined,
): Json | undefined {
  if (isObject(value)) return cut(value);
  if (!Array.isArray(value)) return undefined;
  const left = value
    .filter(isObject)
    .map(cut)
    .filter(item => item !== undefined);
  return left.length === 0 ? undefined : left;
}

/** Its value stays as it was written; beside it only extensions that stay. */
function redactPrimitive(value: JsonObject, name: string, redaction: Redaction): JsonObject {
  const item = value[name];
  const beside = value[`_${name}`];
  if (Array.isArray(item) || Array.isArray(beside)) return redactPrimitives(item, beside, name, redaction);
  return { ...named(name, item), ...named(`_${name}`, besides(beside, item !== undefined, redaction)) };
}

/** Lists in pairs, filled up with null: where neither half is left the place goes. */
function redactPrimitives(
  item: Json | undefined,
  beside: Json | undefined,
  name: string,
  redaction: Redaction,
): JsonObject {
  const values = Array.isArray(item) ? item : [];
  const others = Array.isArray(beside) ? beside : [];
  const pairs = Array.from({ length: Math.max(values.length, others.length) }, (_, at) => ({
    value: values[at] ?? null,
    other: besides(others[at], (values[at] ?? null) !== null, redaction) ?? null,
  })).filter(({ value, other }) => value !== null || other !== null);
  return {
    ...(pairs.some(({ value }) => value !== null) ? { [name]: pairs.map(({ value }) => value) } : {}),
    ...(pairs.some(({ other }) => other !== null) ? { [`_${name}`]: pairs.map(({ other }) => other) } : {}),
  };
}

/** An id alone, with no value beside it, is no content (ele-1). */
function besides(beside: Json | undefined, hasValue: boolean, redaction: Redaction): JsonObject | undefined {
  if (!isObject(beside)) return undefined;
  const left = redactObject(beside, { key: 'Element', whole: false }, redaction);
  return left.extension !== undefined || (hasValue && left.id !== undefined) ? left : undefined;
}

const MASK: JsonObject = { extension: [{ url: ABSENT, valueCode: 'masked' }] };

/** What modifies the meaning of an element is not passed over in silence: that it is there is told. */
function redactExtensions(value: Json | undefined, name: string, redaction: Redaction): Json | undefined {
  return eachOf(value, item => {
    const fate = redaction.extension(item.url);
    if (fate !== 'drop') {
      const left = redactObject(item, { key: 'Extension', whole: fate === 'whole' }, redaction);
      return Object.keys(left).length > 1 ? left : undefined;
    }
    return name === 'modifierExtension' ? { url: item.url, ...MASK } : undefined;
  });
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

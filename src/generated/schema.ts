// JSON schemas (draft-07) composed from the element table. Equal to the published fhir.schema.json, with
// these cuts: nested resources (contained, Bundle.entry.resource, ...) are any object, since they are
// dispatched by type in code and not through one schema of everything; datatypes stand in one shared
// schema, so that a type compiles only its own elements; lists of primitives may hold null, as
// https://hl7.org/fhir/R4/json.html#primitive says (the keyword `if` fails along with the one below it).
import { isResourceType } from '../fhir/resource-types.ts';
import {
  codeList,
  type ElementDef,
  elementKeys,
  elementsOf,
  isPrimitive,
  primitiveSchemas,
  propertiesOf,
} from './tables.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** `$id` of the shared schema of datatypes: add it to a validator before any other. */
export const DATATYPES = 'datatypes';

/** All datatypes under `definitions`. */
export function datatypeSchema(): JsonSchema {
  const definitions: Record<string, JsonSchema> = { ...primitiveSchemas() };
  for (const key of elementKeys()) {
    const owner = ownerOf(key);
    if (!isServed(owner) && !ABSTRACT.has(owner)) definitions[key] = objectSchema(key, DATATYPES);
  }
  return { $id: DATATYPES, definitions };
}

/** The schema of a resource type (also Parameters): `$id` is the type's name. Undefined for an unknown type. */
export function schemaOf(type: string): JsonSchema | undefined {
  if (!isServed(type)) return undefined;
  const definitions: Record<string, JsonSchema> = {};
  for (const key of backboneKeys().get(type) ?? []) definitions[key] = objectSchema(key, type);
  return { $id: type, ...objectSchema(type, type), definitions };
}

const ABSTRACT = new Set(['Resource', 'DomainResource']);
const ownerOf = (key: string): string => key.split('.', 1)[0]!;
const isServed = (type: string): boolean => isResourceType(type) || type === 'Parameters';

let backbones: Map<string, string[]> | undefined;
function backboneKeys(): Map<string, string[]> {
  backbones ??= Map.groupBy(
    elementKeys().filter(key => key.includes('.')),
    ownerOf,
  );
  return backbones;
}

function objectSchema(key: string, home: string): JsonSchema {
  const properties: Record<string, unknown> = {};
  const required: string[] = [];
  if (isServed(key)) {
    properties.resourceType = { const: key };
    required.push('resourceType');
  }
  for (const { name, element, type } of propertiesOf(key)?.values() ?? []) {
    const many = element.max > 1;
    properties[name] = wrap(valueSchema(element, type, home), many, isPrimitive(type));
    if (element.min > 0 && !element.choice && (type === 'xhtml' || !isPrimitive(type))) required.push(name);
    if (isPrimitive(type) && !element.attribute && name !== 'id' && type !== 'xhtml')
      properties[`_${name}`] = wrap(reference('Element', home), many, true);
  }
  const open = elementsOf(key) === undefined;
  return { type: 'object', properties, additionalProperties: open, ...(required.length > 0 && { required }) };
}

function valueSchema(element: ElementDef, type: string, home: string): JsonSchema {
  if (type === 'Resource') return { type: 'object' };
  if (element.codes !== undefined && type === 'code') return { enum: codeList(element.codes) };
  return reference(type, home);
}

/** A list of primitives holds null where only the `_name` sibling has something to say, and the reverse. */
const wrap = (schema: JsonSchema, many: boolean, nullable: boolean): JsonSchema =>
  many ? { type: 'array', items: nullable ? { if: { type: 'null' }, else: schema } : schema } : schema;

function reference(type: string, home: string): JsonSchema {
  const local = ownerOf(type) === home || home === DATATYPES;
  return { $ref: `${local ? '' : DATATYPES}#/definitions/${type}` };
}

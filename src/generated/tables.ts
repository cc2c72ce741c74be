// Typed, lazy readers of the tables that build.ts makes from the official R4 (4.0.1) definitions.
//
// elements.json      "Patient": { "^": "DomainResource", "gender": ["0..1 s", "code", "administrative-gender"], ... }
//   A key is a resource type, a complex datatype or the path of a backbone element (`Patient.contact`).
//   `^` names the entry whose elements come first (DomainResource: id, meta, ... ; BackboneElement: id,
//   extension, modifierExtension). A row holds: cardinality and flags (s = in the summary, m = modifier,
//   x = attribute in XML), types separated by spaces (`Type>Target|Target` where targets are limited;
//   a type with a dot is a backbone path; `Resource` is any resource), key of the closed code list.
//   A choice element (`value[x]`) has the flag c and stands under its bare name (`value`).
//   Rows stand in the order of the specification, which is the order of elements in XML.
// schemas.json       { "primitives": JSON schema by primitive type, "codes": code list by key }
//   The JSON schema of a type is composed from elements.json: see schema.ts.
// search-parameters.json   "Patient": { "birthdate": { "t": "date", "x": [ { "p": ["birthDate"], "d": "date" } ] } }
//   See ParamRow and Source below.
// compartments.json  "Patient": { "Observation": ["subject", "performer"], ... }
// authors.json       "Composition": ["author", "section.author"]
//   Paths of references that R4 maps to the author of the five Ws; with a dot: to who wrote a part of it.
import { readFileSync } from 'node:fs';

export interface ElementDef {
  /** As in the specification, without `[x]`. */
  name: string;
  /** Datatypes, `Resource`, or the path of a backbone element (`Patient.contact`). */
  types: readonly string[];
  min: number;
  /** Infinity for `*`. */
  max: number;
  /** `value[x]`: in JSON each type has its own property, `valueQuantity`. */
  choice: boolean;
  /** Resource types that a Reference or canonical may point to; absent where any may. */
  targets?: readonly string[];
  /** Key of the list of allowed codes (see `codeList`), where the binding is required and listed. */
  codes?: string;
  summary: boolean;
  modifier: boolean;
  /** Written as an attribute in XML. */
  attribute: boolean;
}

/** A JSON property of a complex type: `valueQuantity` is the element `value` in its type Quantity. */
export interface Property {
  name: string;
  element: ElementDef;
  type: string;
}

/**
 * One way to a parameter's values. Lists along the way are entered; what is absent ends it. Steps, from
 * the resource: a property; only those whose property has this literal value; extensions with this URL;
 * only those that have this extension; only the list entry with this number; or whether one of these
 * properties is there and not false (Patient.deceased).
 */
export interface Source {
  p: readonly Step[];
  /** Datatype of what is found: `Extension` stands for its value[x], `Resource` for any resource. */
  d: string;
  /** Only references to this resource type (`where(resolve() is Patient)`). */
  r?: string;
  /** Code system that a `code` element's binding implies. */
  s?: string;
}

export type Step =
  | string
  | { where: readonly [name: string, value: string] }
  | { extension: string }
  | { has: string }
  | { at: number }
  | { present: readonly string[] };

export interface ParamRow {
  /** Parameter type of the specification. */
  t: 'token' | 'string' | 'date' | 'reference' | 'quantity' | 'number' | 'uri' | 'composite' | 'special';
  /** Absent where it is not served: composite, special, without an expression; also `_id`, `_lastUpdated`. */
  x?: readonly Source[];
  /** Target resource types of a reference. */
  g?: readonly string[];
  /** Parts of a composite: code of the part and path of its expression. */
  c?: readonly (readonly [code: string, expression: string])[];
  /** Canonical URL of the definition, without `http://hl7.org/fhir/SearchParameter/`. */
  u: string;
}

type ElementRow = readonly string[];
/** The content of elements.json. */
export type ElementTable = Readonly<Record<string, Readonly<Record<string, ElementRow | string>>>>;

const read = <T>(name: string): T => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')) as T;

function once<T>(make: () => T): () => T {
  let value: T | undefined;
  return () => {
    value ??= make();
    return value;
  };
}

/** Search parameters by resource type and code; those of Resource and DomainResource are under each type. */
export const searchParameters = once(() =>
  read<Record<string, Record<string, ParamRow>>>('./search-parameters.json'),
);

/** Compartment name (`Patient`, `Encounter`, ...) -> resource type -> parameter codes. */
export const compartments = once(() =>
  read<Record<string, Record<string, readonly string[]>>>('./compartments.json'),
);

/** Resource type -> paths of the references to who wrote it, or (with a dot) a part of it; none: that is not told. */
export const authorPaths = once(() => read<Record<string, readonly string[]>>('./authors.json'));

const elementTable = once(() => read<ElementTable>('./elements.json'));
const schemaParts = once(() =>
  read<{ primitives: Record<string, Record<string, unknown>>; codes: Record<string, string[]> }>(
    './schemas.json',
  ),
);

/** Every key of the element table: resource types, complex datatypes, backbone paths. */
export const elementKeys = (): string[] => Object.keys(elementTable());

export const isPrimitive = (type: string): boolean => Object.hasOwn(schemaParts().primitives, type);

/** JSON schema of each primitive datatype (without title and description). */
export const primitiveSchemas = (): Readonly<Record<string, Readonly<Record<string, unknown>>>> =>
  schemaParts().primitives;

/** Allowed codes of a closed list (ElementDef.codes). */
export const codeList = (key: string): readonly string[] => schemaParts().codes[key] ?? [];

/** Elements of a resource type, complex datatype or backbone path, by name; undefined for others. */
export const elementsOf: ElementReader['elementsOf'] = key => reader().elementsOf(key);

/** The same by JSON property name, choices spread out. `_name` siblings are not listed. */
export const propertiesOf: ElementReader['propertiesOf'] = key => reader().propertiesOf(key);

export interface ElementReader {
  elementsOf(key: string): ReadonlyMap<string, ElementDef> | undefined;
  propertiesOf(key: string): ReadonlyMap<string, Property> | undefined;
}

const reader = once(() => readElements(elementTable()));

/** A reader of a table in the format of elements.json; entries are unfolded when first asked for. */
export function readElements(table: ElementTable): ElementReader {
  const elementCache = new Map<string, ReadonlyMap<string, ElementDef>>();
  const propertyCache = new Map<string, ReadonlyMap<string, Property>>();
  const elementsOf = (key: string): ReadonlyMap<string, ElementDef> | undefined => {
    const known = elementCache.get(key);
    if (known !== undefined || !Object.hasOwn(table, key)) return known;
    const elements = new Map<string, ElementDef>();
    for (const [name, row] of Object.entries(table[key]!)) {
      if (typeof row === 'string') for (const [above, def] of elementsOf(row) ?? []) elements.set(above, def);
      else elements.set(name, elementDef(name, row));
    }
    elementCache.set(key, elements);
    return elements;
  };
  const propertiesOf = (key: string): ReadonlyMap<string, Property> | undefined => {
    const known = propertyCache.get(key);
    const elements = known === undefined ? elementsOf(key) : undefined;
    if (elements === undefined) return known;
    const properties = new Map<string, Property>();
    for (const element of elements.values())
      for (const type of element.types) {
        const name = element.choice ? choiceName(element.name, type) : element.name;
        properties.set(name, { name, element, type });
      }
    propertyCache.set(key, properties);
    return properties;
  };
  return { elementsOf, propertiesOf };
}

/** `value`, `Quantity` -> `valueQuantity`. */
export const choiceName = (name: string, type: string): string =>
  `${name}${type.charAt(0).toUpperCase()}${type.slice(1)}`;

function elementDef(name: string, [card = '', typeText = '', codes]: ElementRow): ElementDef {
  const [range = '', flags = ''] = card.split(' ');
  const [min = '0', max = '*'] = range.split('..');
  const targets: string[] = [];
  const types = typeText.split(' ').map(text => {
    const [type = '', list] = text.split('>');
    if (list !== undefined) targets.push(...list.split('|'));
    return type;
  });
  return {
    name,
    types,
    min: Number(min),
    max: max === '*' ? Number.POSITIVE_INFINITY : Number(max),
    choice: flags.includes('c'),
    ...(targets.length === 0 ? {} : { targets }),
    ...(codes === undefined ? {} : { codes }),
    summary: flags.includes('s'),
    modifier: flags.includes('m'),
    attribute: flags.includes('x'),
  };
}

// The search parameters of R4 that are served: those of a simple type whose values can be extracted.
// `_id` and `_lastUpdated` are clause kinds of their own and not here; composite and special parameters
// stay in the generated table until they are served.
import { type ParamRow, type Source, searchParameters } from '../generated/tables.ts';
import type { Param, ParamType } from './ast.ts';

interface Entry {
  param: Param;
  row: ParamRow;
}

const SIMPLE: ReadonlySet<string> = new Set<ParamType>([
  'token',
  'string',
  'date',
  'reference',
  'quantity',
  'number',
  'uri',
]);
const SPECIAL_VALUES = 'http://terminology.hl7.org/CodeSystem/special-values';

const byType = new Map<string, ReadonlyMap<string, Entry>>();

function entriesOf(type: string): ReadonlyMap<string, Entry> {
  const known = byType.get(type);
  if (known !== undefined) return known;
  const entries = new Map<string, Entry>();
  const table = searchParameters();
  for (const [code, row] of Object.entries(Object.hasOwn(table, type) ? table[type]! : {})) {
    if (row.x === undefined || !SIMPLE.has(row.t)) continue;
    const param: Param = {
      code,
      key: `${type}.${code}`,
      type: row.t as ParamType,
      targets: Object.freeze([...(row.g ?? [])]),
    };
    entries.set(code, { param: Object.freeze(param), row });
  }
  if (Object.hasOwn(table, type)) byType.set(type, entries);
  return entries;
}

export const paramOf = (type: string, code: string): Param | undefined => entriesOf(type).get(code)?.param;

/** All served parameters of a type, by code; empty for an unknown type. */
export const paramsOf = (type: string): readonly Param[] =>
  [...entriesOf(type).values()].map(entry => entry.param);

/** Columns of a version rather than index values. */
const COLUMNS: ReadonlySet<string> = new Set(['_id', '_lastUpdated']);

/** Known to R4 but not served (composite, special): refused always, since ignoring one widens the answer. */
export function isUnserved(type: string, code: string): boolean {
  const table = searchParameters();
  return (
    Object.hasOwn(table, type) &&
    Object.hasOwn(table[type]!, code) &&
    !entriesOf(type).has(code) &&
    !COLUMNS.has(code)
  );
}

/** How the values of a parameter are found in a resource. */
export const sourcesOf = (type: string, code: string): readonly Source[] =>
  entriesOf(type).get(code)?.row.x ?? [];

/** Canonical URL of the SearchParameter that defines it. */
export function definitionOf(type: string, code: string): string | undefined {
  const name = searchParameters()[type]?.[code]?.u;
  return name === undefined ? undefined : `http://hl7.org/fhir/SearchParameter/${name}`;
}

/** Code systems that need not be written because the elements are of type code or boolean: all or none. */
export function impliedSystems(type: string, code: string): readonly string[] {
  const systems = sourcesOf(type, code).map(source => (source.d === 'boolean' ? SPECIAL_VALUES : source.s));
  return systems.some(system => system === undefined) ? [] : (systems as string[]);
}

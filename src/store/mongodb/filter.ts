// One search criterion as a filter on a resource document. Pure: see test/unit/store/mongodb-filter.test.ts.
// Every value reaches a filter in its own place, as a text or a number, and is never taken for an operator.
import type { Document, Filter } from 'mongodb';
import type { Clause, Modifier, Prefix, Value } from '../../search/ast.ts';
import { type ResourceDocument, valueKey } from './documents.ts';

export type ResourceFilter = Filter<ResourceDocument>;
type ValueOf<Kind extends Value['kind']> = Extract<Value, { kind: Kind }>;

/** Matches no document; a server answers it without looking at one. */
export const NOTHING: ResourceFilter = { _id: { $in: [] } };

/** Above every character: the end of the range of texts that start with a text. */
const LAST = '\u{10FFFF}';

/** Exact. The document is known to be of this type. */
export function clauseFilter(type: string, clause: Clause): ResourceFilter {
  switch (clause.kind) {
    case 'id':
      return { id: { $in: [...clause.ids] } };
    case 'updated':
      return anyOf(clause.values.map(updatedFilter));
    case 'missing': {
      const any = { $elemMatch: { k: valueKey(type, clause.param.key) } };
      return { values: clause.missing ? { $not: any } : any };
    }
    case 'param': {
      const one = elementFilter(type, clause);
      if (one === undefined) return clause.modifier === 'not' ? {} : NOTHING;
      return { values: clause.modifier === 'not' ? { $not: { $elemMatch: one } } : { $elemMatch: one } };
    }
  }
}

/** All of them, each once, in this order: of several that an index could answer a server takes the first. */
export function allOf(filters: readonly ResourceFilter[]): ResourceFilter {
  const real = new Map<string, ResourceFilter>();
  for (const filter of filters.flatMap(conjuncts)) real.set(textOf(filter), filter);
  const all = [...real.values()];
  return all.length === 0 ? {} : all.length === 1 ? all[0]! : { $and: all };
}

/**
 * The same, but so that no index by value is taken for it: beside another criterion that is the better one
 * to take. No version is 0.
 */
export const aside = (filter: ResourceFilter): ResourceFilter => ({ $or: [filter, { version: 0 }] });

/** The parts of what `allOf` made. */
export const conjuncts = (filter: ResourceFilter): readonly ResourceFilter[] => {
  const keys = Object.keys(filter);
  return keys.length === 0 ? [] : keys.length === 1 && filter.$and !== undefined ? filter.$and : [filter];
};

/** JSON has no infinity. */
export const textOf = (filter: ResourceFilter): string =>
  JSON.stringify(filter, (_key, value: unknown) => (typeof value === 'number' ? `#${value}` : value));

/** Nothing can match: a server that is told an index would look through it. */
export const isNothing = (filter: ResourceFilter): boolean => conjuncts(filter).includes(NOTHING);

export const anyOf = (filters: readonly ResourceFilter[]): ResourceFilter => {
  if (filters.some(filter => Object.keys(filter).length === 0)) return {};
  return filters.length === 0 ? NOTHING : filters.length === 1 ? filters[0]! : { $or: [...filters] };
};

/** What one element of `values` has to be; undefined where none can. */
export function elementFilter(
  type: string,
  clause: Extract<Clause, { kind: 'param' }>,
): Document | undefined {
  const k = valueKey(type, clause.param.key);
  const ways = clause.values
    .map(value => valueFilter(value, clause.modifier))
    .filter(way => way !== undefined);
  const [first] = ways;
  if (first === undefined) return undefined;
  if (ways.length === 1) return { k, ...first };
  const sought = soughtValues(clause);
  // The values beside each other bound an index; what is asked besides is checked on what it finds.
  if (sought !== undefined && ways.every(way => Object.keys(way).length === 1))
    return { k, v: { $in: sought } };
  return { k, ...(sought === undefined ? {} : { v: { $in: sought } }), $or: ways };
}

/** Where a criterion asks for one of some exact values of `v`: these, each once. */
export function soughtValues(clause: Clause): string[] | undefined {
  if (clause.kind !== 'param' || clause.modifier === 'not' || clause.modifier === 'contains')
    return undefined;
  const all = clause.values.flatMap<string | undefined>(
    value => sought(value, clause.modifier) ?? [undefined],
  );
  return all.every(one => one !== undefined) ? [...new Set(all as string[])] : undefined;
}

function sought(value: Value, modifier: Modifier | undefined): readonly string[] | undefined {
  switch (value.kind) {
    case 'token':
      return value.code === undefined ? undefined : [value.code];
    case 'reference':
      return value.keys;
    case 'uri':
      return [value.uri];
    case 'string':
      return modifier === 'exact' ? [value.norm] : undefined;
    default:
      return undefined;
  }
}

function valueFilter(value: Value, modifier: Modifier | undefined): Document | undefined {
  switch (value.kind) {
    case 'token':
      return {
        ...(value.code === undefined ? {} : { v: value.code }),
        ...(value.system === undefined ? {} : { w: value.system === '' ? null : value.system }),
      };
    case 'string':
      return stringFilter(value, modifier);
    case 'date':
      return dateFilter(value);
    case 'reference':
      return { v: value.keys.length === 1 ? value.keys[0] : { $in: [...value.keys] } };
    case 'number':
      return numberFilter(value);
    case 'quantity':
      return {
        ...numberFilter(value),
        ...(value.system === undefined ? {} : { s: value.system }),
        ...(value.code === undefined ? {} : { u: value.code }),
      };
    case 'uri':
      return { v: value.uri };
  }
}

function stringFilter(
  { norm, exact }: ValueOf<'string'>,
  modifier: string | undefined,
): Document | undefined {
  // `w` is kept only where it differs.
  if (modifier === 'exact') return { v: norm, w: exact === norm ? null : exact };
  if (norm === '') return undefined;
  if (modifier === 'contains') return { v: { $regex: quoted(norm) } };
  return { v: { $gte: norm, $lt: norm + LAST } };
}

/** As a regular expression that means this text alone. A pattern cannot hold a NUL. */
const quoted = (text: string): string =>
  text.replace(/[\\^$.*+?()[\]{}|#\s-]/g, '\\$&').replaceAll('\0', '\\x00');

/** How a stored stretch of time lies to the one asked for; both half open (search/param/date.ts). */
function dateFilter({ prefix, low, high }: ValueOf<'date'>): Document {
  switch (prefix) {
    case 'eq':
      return { v: { $gte: low }, w: { $lte: high } };
    case 'ne':
      return { $or: [{ v: { $lt: low } }, { w: { $gt: high } }] };
    case 'gt':
      return { w: { $gt: high } };
    case 'lt':
      return { v: { $lt: low } };
    case 'ge':
      return { $or: [{ w: { $gt: high } }, { v: { $gte: low }, w: { $lte: high } }] };
    case 'le':
      return { $or: [{ v: { $lt: low } }, { v: { $gte: low }, w: { $lte: high } }] };
    case 'sa':
      return { v: { $gte: high } };
    case 'eb':
      return { w: { $lte: low } };
    case 'ap':
      return { v: { $lt: high }, w: { $gt: low } };
  }
}

/** Stored ends are both included, the interval asked for is half open (search/param/number.ts). */
function numberFilter({ prefix, value, low, high }: ValueOf<'number'> | ValueOf<'quantity'>): Document {
  switch (prefix) {
    case 'eq':
      return { v: { $gte: low }, w: { $lt: high } };
    case 'ne':
      return { $or: [{ v: { $lt: low } }, { w: { $gte: high } }] };
    case 'gt':
      return { w: { $gt: value } };
    case 'lt':
      return { v: { $lt: value } };
    case 'ge':
      return { w: { $gte: value } };
    case 'le':
      return { v: { $lte: value } };
    case 'sa':
      return { v: { $gt: value } };
    case 'eb':
      return { w: { $lt: value } };
    case 'ap':
      return { v: { $lte: high }, w: { $gte: low } };
  }
}

/** seq is a point. */
function updatedFilter({ prefix, low, high }: { prefix: Prefix; low: number; high: number }): ResourceFilter {
  switch (prefix) {
    case 'eq':
    case 'ap':
      return { seq: { $gte: low, $lt: high } };
    case 'ne':
      return { $or: [{ seq: { $lt: low } }, { seq: { $gte: high } }] };
    case 'gt':
    case 'sa':
      return { seq: { $gte: high } };
    case 'lt':
    case 'eb':
      return { seq: { $lt: low } };
    case 'ge':
      return { seq: { $gte: low } };
    case 'le':
      return { seq: { $lt: high } };
  }
}

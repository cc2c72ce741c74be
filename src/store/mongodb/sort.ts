// Sorting: by the least value of a resource ascending, by the greatest descending, absent last, then by
// creation, the newest first where the first key is descending. Pure.
import type { Document } from 'mongodb';
import type { Cursor, SortKey } from '../../search/ast.ts';
import { mainDate, type ResourceDocument, valueKey } from './documents.ts';

export type SortValue = string | number | null;

/** What a page is read along: a field of every document, or keys that are computed. */
export type Order = 'created' | 'date' | 'updated' | 'keys';

export function orderOf(type: string, sort: readonly SortKey[]): Order {
  const [first] = sort;
  if (first === undefined) return 'created';
  if (sort.length > 1) return 'keys';
  if (first.by === 'updated') return 'updated';
  if (first.by !== 'param' || first.param.type !== 'date') return 'keys';
  return valueKey(type, first.param.key) === mainDate(type) ? 'date' : 'keys';
}

/** A match with what it is sorted by. */
export interface Hit {
  document: ResourceDocument;
  values: readonly SortValue[];
}

/** Ties follow each other in this direction of `created`. */
export const tieDirection = (sort: readonly SortKey[]): 1 | -1 => (sort[0]?.descending ? -1 : 1);

const keyName = (at: number): string => `key${at}`;
const absentName = (at: number): string => `absent${at}`;

/** Fields that hold the keys; `absent` puts those without a value last where a server would put them first. */
export function keyFields(type: string, sort: readonly SortKey[]): Document {
  const fields: Document = {};
  for (const [at, key] of sort.entries()) fields[keyName(at)] = keyExpression(type, key);
  return fields;
}

export function absentFields(sort: readonly SortKey[]): Document {
  const fields: Document = {};
  for (const [at, key] of sort.entries())
    if (!key.descending) fields[absentName(at)] = { $eq: [`$${keyName(at)}`, null] };
  return fields;
}

function keyExpression(type: string, key: SortKey): unknown {
  if (key.by !== 'param') return key.by === 'updated' ? '$seq' : '$id';
  const k = { $literal: valueKey(type, key.param.key) };
  const own = { $filter: { input: '$values', as: 'x', cond: { $eq: ['$$x.k', k] } } };
  const all = { $map: { input: own, as: 'x', in: '$$x.v' } };
  return key.descending ? { $max: all } : { $min: all };
}

/** For `$sort`, after keyFields and absentFields. */
export function keyOrder(sort: readonly SortKey[]): Record<string, 1 | -1> {
  const order: Record<string, 1 | -1> = {};
  for (const [at, key] of sort.entries()) {
    if (!key.descending) order[absentName(at)] = 1;
    order[keyName(at)] = key.descending ? -1 : 1;
  }
  order.created = tieDirection(sort);
  return order;
}

/** What comes after the last row of the page before, over keyFields. */
export function afterKeys(sort: readonly SortKey[], { values, after }: Cursor): Document {
  const ways: Document[] = [];
  const same: Document[] = [];
  for (const [at, key] of sort.entries()) {
    const value = values[at] ?? null;
    const name = keyName(at);
    if (value !== null) {
      const behind = key.descending ? { $lt: value } : { $gt: value };
      ways.push(both([...same, { $or: [{ [name]: behind }, { [name]: null }] }]));
    }
    same.push({ [name]: value });
  }
  ways.push(both([...same, { created: tieDirection(sort) < 0 ? { $lt: after } : { $gt: after } }]));
  return { $or: ways };
}

const both = (conditions: readonly Document[]): Document => ({ $and: [...conditions] });

/** The values that keyFields left in a document. */
export const keysOf = (document: Document, sort: readonly SortKey[]): SortValue[] =>
  sort.map((_, at) => (document[keyName(at)] as SortValue | undefined) ?? null);

export function compareHits(sort: readonly SortKey[]): (a: Hit, b: Hit) => number {
  const ties = tieDirection(sort);
  return (a, b) => {
    for (const [at, key] of sort.entries()) {
      const left = a.values[at] ?? null;
      const right = b.values[at] ?? null;
      if (left === right) continue;
      if (left === null) return 1;
      if (right === null) return -1;
      const order = compareValues(left, right);
      if (order !== 0) return key.descending ? -order : order;
    }
    return ties * (a.document.created - b.document.created);
  };
}

/** Texts by code point, as a server orders UTF-8; JavaScript's own order is by UTF-16 unit. */
function compareValues(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}

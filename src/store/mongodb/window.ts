// What criteria ask of a type's main date, as bounds on the fields that the indexes hold beside it. Pure.
//
// One value need not answer two criteria, but a resource that has several values says so (`dateLow` is
// -Infinity), and is looked for apart.
import type { Clause } from '../../search/ast.ts';
import { dayOf, mainDate, ORDINARY_SPAN, valueKey } from './documents.ts';
import type { ResourceFilter } from './filter.ts';

/** ms. Of the one value low..high of a match. */
export interface Window {
  /** low >= from. */
  from: number;
  /** high > beyond. */
  beyond: number;
  /** low < to. */
  to: number;
  /** It has a value at all. */
  asked: boolean;
}

type ParamClause = Extract<Clause, { kind: 'param' }>;

export const asksMainDate = (type: string, clause: Clause): clause is ParamClause =>
  clause.kind === 'param' &&
  clause.param.type === 'date' &&
  valueKey(type, clause.param.key) === mainDate(type);

export function windowOf(type: string, clauses: readonly Clause[]): Window {
  const window: Window = { from: -Infinity, beyond: -Infinity, to: Infinity, asked: false };
  for (const clause of clauses) {
    if (!asksMainDate(type, clause)) continue;
    window.asked = true;
    if (clause.values.length === 1) narrow(window, clause.values[0]!);
  }
  return window;
}

function narrow(window: Window, value: ParamClause['values'][number]): void {
  if (value.kind !== 'date') return;
  const { prefix, low, high } = value;
  const from = (at: number) => (window.from = Math.max(window.from, at));
  const beyond = (at: number) => (window.beyond = Math.max(window.beyond, at));
  const to = (at: number) => (window.to = Math.min(window.to, at));
  if (prefix === 'eq') from(low);
  if (prefix === 'sa') from(high);
  if (prefix === 'ge' || prefix === 'ap') beyond(low);
  if (prefix === 'gt') beyond(high);
  if (prefix === 'eq' || prefix === 'le' || prefix === 'ap') to(high);
  if (prefix === 'lt' || prefix === 'eb') to(low);
}

export const isBounded = ({ from, beyond, to }: Window): boolean =>
  from > -Infinity || beyond > -Infinity || to < Infinity;

/** For every match, whatever its values; to be checked on an index that holds both fields. */
export function reachFilter({ from, beyond, to }: Window): ResourceFilter {
  const above = Math.max(from, beyond);
  return {
    ...(to < Infinity ? { dateLow: { $lt: to } } : {}),
    ...(above > -Infinity ? { dateHigh: { $gt: above } } : {}),
  };
}

/** The days that ordinary values can begin on; undefined where they are more than `most`. */
export function daysOf({ from, beyond, to }: Window, most: number): number[] | undefined {
  const first = dayOf(Math.max(from, beyond - ORDINARY_SPAN));
  // Bounds are whole milliseconds.
  const count = dayOf(to - 1) - first + 1;
  return count > 0 && count <= most ? Array.from({ length: count }, (_, at) => first + at) : undefined;
}

/** A stretch of the index by `dateLow`, and what can match outside of it. */
export interface Split {
  ordinary: ResourceFilter;
  rest: ResourceFilter;
  /** The rest are long ones, to be found by their end, rather than those with several values. */
  long: boolean;
}

/** Every match that has a value is in one of the two. */
export function splitWindow({ from, beyond, to }: Window): Split {
  const below = to < Infinity ? { $lt: to } : {};
  const start = Math.max(from, beyond - ORDINARY_SPAN);
  if (start === -Infinity)
    return { ordinary: { dateLow: { $gt: -Infinity, ...below } }, rest: { dateLow: -Infinity }, long: false };
  const ordinary = { dateLow: { $gte: start, ...below } };
  if (start === from) return { ordinary, rest: { dateLow: -Infinity }, long: false };
  return { ordinary, rest: { long: true, dateLow: { $lt: start }, dateHigh: { $gt: beyond } }, long: true };
}

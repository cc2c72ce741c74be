// How rules of access are put together. What decides nothing is left out, so that a store is asked no more
// than it has to be.
import type { Predicate } from '../search/ast.ts';
import type { Use } from './grant.ts';

export const NONE: Predicate = { kind: 'none' };
export const ALL: Predicate = { kind: 'all' };

export const READING: ReadonlySet<Use> = new Set<Use>(['read', 'search', 'history']);

export function anyOf(...of: Predicate[]): Predicate {
  const real = of.filter(one => one.kind !== 'none');
  if (real.some(one => one.kind === 'all')) return ALL;
  return real.length === 0 ? NONE : real.length === 1 ? real[0]! : { kind: 'or', of: real };
}

export function allOf(...of: Predicate[]): Predicate {
  if (of.some(one => one.kind === 'none')) return NONE;
  const real = of.flatMap(one => (one.kind === 'and' ? one.of : one.kind === 'all' ? [] : [one]));
  if (real.length < 2) return real[0] ?? ALL;
  const each = [...new Map(real.map(one => [JSON.stringify(one), one])).values()];
  return each.length === 1 ? each[0]! : { kind: 'and', of: each };
}

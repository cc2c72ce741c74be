// Criteria that an index answers by itself, as bounds on that index. Pure.
import type { Clause } from '../../search/ast.ts';
import { clauseFilter, elementFilter, type ResourceFilter, soughtValues } from './filter.ts';
import { asksMainDate } from './window.ts';

export interface Driver {
  hint: 'value' | 'seq' | 'date';
  bounds: ResourceFilter;
  /** Values of it, each a range of the index. */
  count: number;
  /** It says no more than whose resources are sought. */
  person?: true;
  /** A large part of a type may answer it. */
  coarse?: true;
}

/** Those of exact values, the one that the fewest are likely to answer first. */
export const equalDrivers = (type: string, where: readonly Clause[]): Driver[] =>
  where
    .flatMap(clause => equalDriver(type, clause))
    .sort((a, b) => a.rank - b.rank)
    .map(({ driver }) => driver);

function equalDriver(type: string, clause: Clause): { driver: Driver; rank: number }[] {
  const values = soughtValues(clause);
  if (values === undefined || clause.kind !== 'param') return [];
  const bounds = { values: { $elemMatch: elementFilter(type, clause)! } };
  const person = values.every(value => value.startsWith('Patient/'));
  const rank = rankOf(clause);
  const driver: Driver = {
    hint: 'value',
    bounds,
    count: values.length,
    ...(person ? { person } : {}),
    ...(rank === COARSE_RANK ? { coarse: true } : {}),
  };
  return [{ driver, rank }];
}

/** Parameters that a large part of a type answers alike. */
const COARSE = /(^|-)(status|category|class|intent|active|use|type|gender|priority)$/;
const COARSE_RANK = 5;

/** How few are likely to answer: least first. */
function rankOf({ param }: Extract<Clause, { kind: 'param' }>): number {
  if (param.code === 'identifier') return 0;
  if (param.type === 'reference') return 1;
  if (param.type !== 'token') return 3;
  return COARSE.test(param.code) ? COARSE_RANK : 4;
}

/** A stretch of an index; not in the order of creation. */
export function rangeDriver(type: string, clause: Clause): Driver[] {
  if (clause.kind === 'updated') {
    const open = clause.values.length !== 1 || clause.values[0]!.prefix === 'ne';
    return open ? [] : [{ hint: 'seq', bounds: clauseFilter(type, clause), count: 1 }];
  }
  if (clause.kind !== 'param' || clause.values.length !== 1 || soughtValues(clause) !== undefined) return [];
  if (clause.modifier === 'not' || clause.modifier === 'contains') return [];
  // An index of its own is by the main date.
  if (asksMainDate(type, clause)) return [];
  const element = elementFilter(type, clause);
  return element?.v === undefined
    ? []
    : [{ hint: 'value', bounds: { values: { $elemMatch: element } }, count: 1 }];
}

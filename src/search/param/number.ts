// https://hl7.org/fhir/R4/search.html#number
import { parseDecimal } from '../../fhir/decimal.ts';
import type { Prefix } from '../ast.ts';
import { objectOf, type ParamKind, takePrefix } from './kind.ts';

export const number: ParamKind = {
  modifiers: [],
  parse(text) {
    const parsed = parseNumber(text);
    return parsed === undefined ? undefined : { kind: 'number', ...parsed };
  },
  index(found, key) {
    const bounds = found.type === 'Range' ? rangeBounds(found.value) : pointBounds(found.value);
    return bounds === undefined ? [] : [{ type: 'number', key, ...bounds }];
  },
  matches: (value, index) =>
    value.kind === 'number' && index.type === 'number' && compareNumbers(value, index),
};

export interface NumberValue {
  prefix: Prefix;
  value: number;
  low: number;
  high: number;
}

/** Both ends belong to it. */
export interface Bounds {
  low: number;
  high: number;
}

/** Where a Range or a comparator leaves an end open. */
export const MOST = Number.MAX_VALUE;

/** A number with its prefix; `ap` widens it by a tenth of itself. */
export function parseNumber(text: string): NumberValue | undefined {
  const { prefix, rest } = takePrefix(text);
  const parsed = parseDecimal(rest);
  if (parsed === undefined) return undefined;
  if (prefix !== 'ap') return { prefix, ...parsed };
  const more = Math.abs(parsed.value) / 10;
  const low = Math.min(parsed.low, parsed.value - more);
  const high = Math.max(parsed.high, parsed.value + more);
  return { prefix, value: parsed.value, low, high };
}

/**
 * eq, ne and ap look at the interval of the written precision; the others take the number as exact
 * ("the implicit precision of the number is ignored").
 */
export function compareNumbers(search: NumberValue, target: Bounds): boolean {
  const contained = search.low <= target.low && target.high < search.high;
  switch (search.prefix) {
    case 'eq':
      return contained;
    case 'ne':
      return !contained;
    case 'gt':
      return target.high > search.value;
    case 'lt':
      return target.low < search.value;
    case 'ge':
      return target.high >= search.value;
    case 'le':
      return target.low <= search.value;
    case 'sa':
      return target.low > search.value;
    case 'eb':
      return target.high < search.value;
    case 'ap':
      return target.low <= search.high && target.high >= search.low;
  }
}

export const pointBounds = (value: unknown): Bounds | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? { low: value, high: value } : undefined;

/** Range.low.value to Range.high.value. */
export function rangeBounds(value: unknown): Bounds | undefined {
  const range = objectOf(value);
  const low = pointBounds(objectOf(range?.low)?.value)?.low;
  const high = pointBounds(objectOf(range?.high)?.value)?.high;
  if (low === undefined && high === undefined) return undefined;
  const bounds = { low: low ?? -MOST, high: high ?? MOST };
  return bounds.low <= bounds.high ? bounds : undefined;
}

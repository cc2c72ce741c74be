// https://hl7.org/fhir/R4/search.html#quantity
// Units are compared as written: a search in mg does not find g. Codes of UCUM are case sensitive.
import { canonicalSystem } from '../../fhir/code-system.ts';
import type { IndexValue } from '../../store/port/derived.ts';
import type { Value } from '../ast.ts';
import { type Found, objectOf, type ParamKind, splitText, textOf, unescapeText } from './kind.ts';
import { type Bounds, compareNumbers, MOST, parseNumber, pointBounds, rangeBounds } from './number.ts';

const CURRENCY = 'urn:iso:std:iso:4217';

export const quantity: ParamKind = {
  modifiers: [],
  parse: parseQuantity,
  index(found, key) {
    const bounds = boundsOf(found);
    if (bounds === undefined) return [];
    return unitsOf(found).map(unit => ({ type: 'quantity', key, ...bounds, ...unit }));
  },
  matches(value, index) {
    if (value.kind !== 'quantity' || index.type !== 'quantity') return false;
    if (value.system !== undefined && value.system !== index.system) return false;
    if (value.code !== undefined && value.code !== index.code) return false;
    return compareNumbers(value, index);
  },
};

/** `5.4`, `5.4|system|code`, `5.4||code` (code or unit, whatever the system), `5.4|system|`. */
function parseQuantity(text: string): Value | undefined {
  const parts = splitText(text, '|').map(unescapeText);
  const [amount = '', system = '', code = ''] = parts;
  const parsed = parseNumber(amount);
  if (parsed === undefined || (parts.length !== 1 && parts.length !== 3)) return undefined;
  return {
    kind: 'quantity',
    ...parsed,
    ...(system === '' ? {} : { system: canonicalSystem(system) }),
    ...(code === '' ? {} : { code }),
  };
}

type Unit = Pick<Extract<IndexValue, { type: 'quantity' }>, 'system' | 'code'>;

function boundsOf({ type, value }: Found): Bounds | undefined {
  if (type === 'Range') return rangeBounds(value);
  if (type === 'SampledData') return sampleBounds(value);
  const members = objectOf(value);
  const point = pointBounds(members?.value);
  const comparator = members?.comparator;
  if (point === undefined || comparator === undefined) return point;
  if (comparator === '<' || comparator === '<=') return { low: -MOST, high: point.high };
  if (comparator === '>' || comparator === '>=') return { low: point.low, high: MOST };
  return undefined;
}

/** Coded unit and, where it reads differently, the unit's text: `5.4||mmHg` finds both. */
function unitsOf({ type, value }: Found): Unit[] {
  const members = objectOf(value);
  if (type === 'Money') {
    const code = textOf(members?.currency);
    return [{ system: code === undefined ? '' : CURRENCY, code: code ?? '' }];
  }
  const holder = type === 'Range' ? objectOf(members?.low ?? members?.high) : members;
  const from = type === 'SampledData' ? objectOf(members?.origin) : holder;
  const code = textOf(from?.code);
  const unit = textOf(from?.unit);
  const system = canonicalSystem(textOf(from?.system) ?? '');
  const units: Unit[] = [{ system, code: code ?? (system === '' ? (unit ?? '') : '') }];
  if (unit !== undefined && units[0]!.code !== unit) units.push({ system: '', code: unit });
  return units;
}

/** From the least to the greatest sample: origin + sample * factor. E, L and U are not samples. */
function sampleBounds(value: unknown): Bounds | undefined {
  const sampled = objectOf(value);
  const origin = pointBounds(objectOf(sampled?.origin)?.value)?.low;
  const factor = sampled?.factor === undefined ? 1 : pointBounds(sampled.factor)?.low;
  if (origin === undefined || factor === undefined) return undefined;
  let low = MOST;
  let high = -MOST;
  for (const text of (textOf(sampled?.data) ?? '').split(/\s+/)) {
    const sample = text === '' ? Number.NaN : origin + Number(text) * factor;
    if (!Number.isFinite(sample)) continue;
    low = Math.min(low, sample);
    high = Math.max(high, sample);
  }
  return low <= high ? { low, high } : undefined;
}

// One criterion of a query.
import { parseDateRangeMicros } from '../fhir/date-range.ts';
import { FhirError } from '../fhir/error.ts';
import { isId } from '../fhir/id.ts';
import { isResourceType } from '../fhir/resource-types.ts';
import type { Clause, Modifier, Param, Value } from './ast.ts';
import { badValue, type Draft, unsupported } from './draft.ts';
import { plusZone } from './param/date.ts';
import { type ParseContext, splitText, takePrefix } from './param/kind.ts';
import { KINDS } from './param/kinds.ts';

import { MOST_VALUES } from './query.ts';
import { impliedSystems, paramOf } from './registry.ts';

/** Undefined where the type has no such parameter. */
export function parseClause(
  draft: Draft,
  name: string,
  modifier: string | undefined,
  text: string,
): Clause | undefined {
  if (name === '_id' || name === '_lastUpdated') {
    if (modifier !== undefined) throw unsupported(`${name} with a modifier`);
    return name === '_id' ? idClause(text) : updatedClause(text, draft.now);
  }
  const param = paramOf(draft.type, name);
  if (param === undefined) return undefined;
  if (modifier === 'missing') return missingClause(param, text);
  const target = modifier === undefined ? undefined : targetOf(param, modifier);
  const known = KINDS[param.type].modifiers.find(one => one === modifier);
  if (modifier !== undefined && target === undefined && known === undefined)
    throw unsupported(
      `${MODIFIERS.has(modifier) ? `The modifier ${modifier}` : 'This modifier'} on ${param.code}`,
    );
  const values = valuesOf(param, text, known, contextOf(draft, param, target));
  return { kind: 'param', param, ...(known === undefined ? {} : { modifier: known }), values };
}

/** Those of R4; only these are repeated in an answer. */
const MODIFIERS: ReadonlySet<string> = new Set([
  'missing',
  'exact',
  'contains',
  'not',
  'text',
  'in',
  'not-in',
  'below',
  'above',
  'type',
  'identifier',
  'of-type',
  'iterate',
]);

/** `subject:Patient`. */
function targetOf(param: Param, modifier: string): string | undefined {
  if (param.type !== 'reference' || !isResourceType(modifier)) return undefined;
  return param.targets.length === 0 || param.targets.includes(modifier) ? modifier : undefined;
}

function contextOf(draft: Draft, param: Param, target: string | undefined): ParseContext {
  return {
    now: draft.now,
    systems: param.type === 'token' ? impliedSystems(draft.type, param.code) : [],
    ...(draft.base === undefined ? {} : { base: draft.base }),
    ...(target === undefined ? {} : { target }),
  };
}

function valuesOf(
  param: Param,
  text: string,
  modifier: Modifier | undefined,
  context: ParseContext,
): Value[] {
  return alternatives(param.code, text).map(one => {
    const value = KINDS[param.type].parse(one, param, context);
    // A string of punctuation alone would start with nothing, which every string does.
    const empty = value?.kind === 'string' && value.norm === '' && modifier !== 'exact';
    if (value === undefined || empty) throw badValue(param.code, `a value of type ${param.type}`);
    return value;
  });
}

function missingClause(param: Param, text: string): Clause {
  if (text !== 'true' && text !== 'false') throw badValue(`${param.code}:missing`, 'true or false');
  return { kind: 'missing', param, missing: text === 'true' };
}

function idClause(text: string): Clause {
  const ids = alternatives('_id', text);
  if (!ids.every(isId)) throw badValue('_id', 'logical ids');
  return { kind: 'id', ids };
}

const DAY_MICROS = 86_400_000_000;

function updatedClause(text: string, now: number): Clause {
  const values = alternatives('_lastUpdated', text).map(one => {
    const { prefix, rest } = takePrefix(one);
    const range = parseDateRangeMicros(plusZone(rest));
    if (range === undefined) throw badValue('_lastUpdated', 'a date or an instant');
    if (prefix !== 'ap') return { prefix, ...range };
    const gap = Math.max(range.low - now * 1000, now * 1000 - range.high, 0);
    const more = Math.max(DAY_MICROS, Math.round(gap / 10));
    return { prefix, low: range.low - more, high: range.high + more };
  });
  return { kind: 'updated', values };
}

function alternatives(name: string, text: string): string[] {
  const parts = splitText(text, ',');
  if (parts.length > MOST_VALUES)
    throw new FhirError('too-large', `${name}: more than ${MOST_VALUES} alternatives.`);
  return parts;
}

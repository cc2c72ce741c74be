// https://hl7.org/fhir/R4/search.html#token
import { canonicalSystem } from '../../fhir/code-system.ts';
import type { Value } from '../ast.ts';
import {
  type Found,
  listOf,
  objectOf,
  type ParamKind,
  type ParseContext,
  splitText,
  textOf,
  unescapeText,
} from './kind.ts';

/** "When in doubt, servers SHOULD treat tokens in a case-insensitive manner." */
export const foldCode = (code: string): string => code.toLowerCase();

export const token: ParamKind = {
  modifiers: ['not'],
  parse: (text, _param, context) => parseToken(text, context),
  index: (found, key) =>
    pairsOf(found).map(([system, code]) => ({
      type: 'token',
      key,
      system: canonicalSystem(system),
      code: foldCode(code),
    })),
  matches(value, index) {
    if (value.kind !== 'token' || index.type !== 'token') return false;
    if (value.system !== undefined && value.system !== index.system) return false;
    return value.code === undefined || value.code === index.code;
  },
};

/** `code`, `system|code`, `|code` (no system), `system|`. */
function parseToken(text: string, context: ParseContext): Value | undefined {
  const parts = splitText(text, '|').map(unescapeText);
  const [first = '', second] = parts;
  if (parts.length > 2) return undefined;
  if (second === undefined) return first === '' ? undefined : { kind: 'token', code: foldCode(first) };
  if (first === '' && second === '') return undefined;
  const system = canonicalSystem(first);
  const code = second === '' ? {} : { code: foldCode(second) };
  // The system that an element of type `code` implies is not in the index: it adds nothing there.
  return context.systems.includes(system) ? { kind: 'token', ...code } : { kind: 'token', system, ...code };
}

type Pair = readonly [system: string, code: string];

function pairsOf({ type, value }: Found): Pair[] {
  switch (type) {
    case 'Coding':
      return pairOf(value, 'system', 'code');
    case 'CodeableConcept':
      return listOf(objectOf(value)?.coding).flatMap(coding => pairOf(coding, 'system', 'code'));
    case 'Identifier':
    case 'ContactPoint':
      return pairOf(value, 'system', 'value');
    case 'boolean':
      return typeof value === 'boolean' ? [['', String(value)]] : [];
    case 'code':
    case 'string':
    case 'id':
    case 'uri':
    case 'canonical':
    case 'oid':
    case 'url':
    case 'uuid':
    case 'markdown': {
      const code = textOf(value);
      return code === undefined ? [] : [['', code]];
    }
    default:
      return [];
  }
}

function pairOf(value: unknown, systemName: string, codeName: string): Pair[] {
  const members = objectOf(value);
  const system = textOf(members?.[systemName]);
  const code = textOf(members?.[codeName]);
  return system === undefined && code === undefined ? [] : [[system ?? '', code ?? '']];
}

// https://hl7.org/fhir/R4/search.html#reference
import { isId } from '../../fhir/id.ts';
import { type ParsedReference, parseReference, referenceKey } from '../../fhir/reference.ts';
import { isResourceType, RESOURCE_TYPES } from '../../fhir/resource-types.ts';
import type { Param, Value } from '../ast.ts';
import { type Found, objectOf, type ParamKind, type ParseContext, textOf, unescapeText } from './kind.ts';

export const reference: ParamKind = {
  modifiers: [],
  parse: parseTarget,
  index: (found, key, base) => targetsOf(found, base).map(target => ({ type: 'reference', key, target })),
  matches: (value, index) =>
    value.kind === 'reference' && index.type === 'reference' && value.keys.includes(index.target),
};

/** `1`, `Patient/1`, an absolute URL (own base or another), a canonical with or without version, a URN. */
function parseTarget(text: string, param: Param, context: ParseContext): Value | undefined {
  const written = unescapeText(text);
  if (isId(written)) {
    const targets = param.targets.length === 0 ? RESOURCE_TYPES : param.targets;
    const types = context.target === undefined ? targets : [context.target];
    return { kind: 'reference', keys: types.map(type => `${type}/${written}`) };
  }
  const parsed = parseReference(written, context.base);
  const key = keyOf(parsed);
  if (key === undefined || !fits(parsed, context.target)) return undefined;
  return { kind: 'reference', keys: [key] };
}

function fits(parsed: ParsedReference, target: string | undefined): boolean {
  if (parsed.kind === 'local') return isResourceType(parsed.type) && (target ?? parsed.type) === parsed.type;
  return target === undefined || (parsed.kind === 'absolute' && parsed.type === target);
}

/** A reference to a version counts as one to the resource. */
function keyOf(parsed: ParsedReference): string | undefined {
  if (parsed.kind === 'absolute' && parsed.version !== undefined)
    return parsed.url.slice(0, parsed.url.lastIndexOf('/_history/'));
  return referenceKey(parsed);
}

function targetsOf(found: Found, base: string | undefined): string[] {
  const { type, value, only } = found;
  if (type === 'canonical' || type === 'uri' || type === 'url') return canonicalTargets(textOf(value), base);
  const members = objectOf(value);
  if (type === 'Resource') {
    const { resourceType, id } = members ?? {};
    return isResourceType(resourceType) && isId(id) && (only ?? resourceType) === resourceType
      ? [`${resourceType}/${id}`]
      : [];
  }
  const text = type === 'Reference' ? textOf(members?.reference) : undefined;
  if (text === undefined) return [];
  const parsed = parseReference(text, base);
  if (only !== undefined && typeOfTarget(parsed, members?.type) !== only) return [];
  const key = keyOf(parsed);
  return key === undefined ? [] : [key];
}

/** The type a reference points to: what its text says, else what its `type` says. */
export function typeOfTarget(parsed: ParsedReference, stated: unknown): string | undefined {
  if ((parsed.kind === 'local' || parsed.kind === 'conditional') && isResourceType(parsed.type))
    return parsed.type;
  if (parsed.kind === 'absolute' && isResourceType(parsed.type)) return parsed.type;
  return textOf(stated);
}

/** With and without the version. */
function canonicalTargets(text: string | undefined, base: string | undefined): string[] {
  if (text === undefined) return [];
  const bare = text.split('|', 1)[0]!;
  const key = keyOf(parseReference(bare, base)) ?? bare;
  if (key === '') return [];
  return bare === text ? [key] : [`${key}${text.slice(bare.length)}`, key];
}

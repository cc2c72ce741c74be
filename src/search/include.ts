// _include and _revinclude. https://hl7.org/fhir/R4/search.html#include
import { isResourceType } from '../fhir/resource-types.ts';
import type { Include, Param } from './ast.ts';
import { type Draft, ignore } from './draft.ts';
import { paramOf, paramsOf } from './registry.ts';

/** `Type:param`, `Type:param:Target`, `Type:*` (every reference parameter of the type). */
export function parseIncludes(draft: Draft, value: string, name: string): void {
  const direction = name === '_include' ? 'forward' : 'reverse';
  const found = includesOf(draft.type, value, direction);
  if (found.length === 0) {
    ignore(draft, `${name}: no reference between these types has this name`);
    return;
  }
  // What is named is asked for by name, whatever stood for all of them before.
  draft.includes = draft.includes.filter(
    other => other.any !== true || !found.some(one => one.any !== true && isSame(one, other)),
  );
  draft.includes.push(...found.filter(one => !draft.includes.some(other => isSame(one, other))));
  draft.applied.push([name, value]);
}

function includesOf(type: string, value: string, direction: Include['direction']): Include[] {
  const [source = '', code = '', target, ...more] = value.split(':');
  if (more.length > 0 || !isResourceType(source)) return [];
  if (target !== undefined && !isResourceType(target)) return [];
  if (direction === 'forward' ? source !== type : (target ?? type) !== type) return [];
  const reached = direction === 'forward' ? target : type;
  const params = code === '*' ? paramsOf(source) : [paramOf(source, code)];
  return params
    .filter(param => param !== undefined)
    .filter(param => param.type === 'reference' && (reached === undefined || mayReach(param, reached)))
    .map(param => ({
      direction,
      source,
      param,
      ...(target === undefined ? {} : { target }),
      ...(code === '*' ? { any: true as const } : {}),
    }));
}

const mayReach = (param: Param, type: string): boolean =>
  param.targets.length === 0 || param.targets.includes(type);

const isSame = (a: Include, b: Include): boolean =>
  a.direction === b.direction && a.param.key === b.param.key && a.target === b.target;

// A Search narrowed by a Grant: at the type it searches and at every type its includes can bring.
import type { Grant } from '../access/grant.ts';
import { RESOURCE_TYPES } from '../fhir/resource-types.ts';
import type { Cursor, Include, Plan, PlannedInclude, Predicate, Search } from './ast.ts';

/** Which page: where it starts, and how long it is where not as the Search says. */
export interface PagePlace {
  limit?: number;
  cursor?: Cursor;
}

/** What the Grant must reach it for: `read` where what is found is only named, to be read afterwards. */
export type Finding = 'search' | 'read';

/** Pure. A type that the Grant does not reach is left out of an include, an include without types of the plan. */
export function planSearch(search: Search, grant: Grant, use: Finding, page: PagePlace = {}): Plan {
  return {
    grant: grant.id,
    type: search.type,
    where: search.clauses,
    narrow: grant.narrow(search.type, use),
    sort: search.sort,
    limit: page.limit ?? search.count,
    ...(page.cursor === undefined ? {} : { cursor: page.cursor }),
    total: search.total !== 'none' || search.count === 0,
    includes: search.includes.flatMap(include => planInclude(include, grant, use)),
  };
}

function planInclude(include: Include, grant: Grant, use: Finding): PlannedInclude[] {
  const narrow: Record<string, Predicate> = {};
  for (const type of reachedTypes(include)) {
    const predicate = grant.narrow(type, use);
    if (predicate.kind !== 'none') narrow[type] = predicate;
  }
  return Object.keys(narrow).length === 0 ? [] : [{ ...include, narrow }];
}

function reachedTypes({ direction, source, param, target }: Include): readonly string[] {
  if (direction === 'reverse') return [source];
  if (target !== undefined) return [target];
  return param.targets.length === 0 ? RESOURCE_TYPES : param.targets;
}

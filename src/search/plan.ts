// A Search narrowed by a Grant: at the type it searches and at every type its includes can bring.
import type { Grant } from '../access/grant.ts';
import { RESOURCE_TYPES } from '../fhir/resource-types.ts';
import type { Cursor, Include, Plan, PlannedInclude, Predicate, Search } from './ast.ts';
import { askable, isUnfollowed } from './withheld.ts';

/** Which page: where it starts, and how long it is where not as the Search says. */
export interface PagePlace {
  limit?: number;
  cursor?: Cursor;
}

/** What the Grant must reach it for: `read` where what is found is only named, to be read afterwards. */
export type Finding = 'search' | 'read';

/**
 * Pure, and the way of every search, criterion and conditional reference into a store: what may not be asked by is
 * refused here (`forbidden`). A type that the Grant does not reach is left out of an include, an include without types of the plan.
 */
export function planSearch(search: Search, grant: Grant, use: Finding, page: PagePlace = {}): Plan {
  const includes = search.includes.filter(one => one.any !== true || !isUnfollowed(one, grant));
  const where = askable({ ...search, includes }, grant);
  return {
    grant: grant.id,
    type: search.type,
    where: search.clauses,
    narrow: within(grant.narrow(search.type, use), where),
    sort: search.sort,
    limit: page.limit ?? search.count,
    ...(page.cursor === undefined ? {} : { cursor: page.cursor }),
    total: search.total !== 'none' || search.count === 0,
    includes: includes.flatMap(include => planInclude(include, grant, use)),
  };
}

const within = (narrow: Predicate, where: Predicate): Predicate =>
  where.kind === 'all' ? narrow : { kind: 'and', of: [narrow, where] };

function planInclude({ any: _any, ...include }: Include, grant: Grant, use: Finding): PlannedInclude[] {
  const narrow: Record<string, Predicate> = {};
  const hidden = include.direction === 'reverse' && isUnfollowed(include, grant);
  for (const type of reachedTypes(include)) {
    const predicate = grant.narrow(type, use);
    if (predicate.kind !== 'none') narrow[type] = hidden ? within(predicate, grant.unredacted) : predicate;
  }
  return Object.keys(narrow).length === 0 ? [] : [{ ...include, narrow }];
}

function reachedTypes({ direction, source, param, target }: Include): readonly string[] {
  if (direction === 'reverse') return [source];
  if (target !== undefined) return [target];
  return param.targets.length === 0 ? RESOURCE_TYPES : param.targets;
}

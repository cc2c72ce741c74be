// https://hl7.org/fhir/R4/search.html
import { reachesEvents } from '../access/audit-reach.ts';
import type { Grant, Principal } from '../access/grant.ts';
import type { Link } from '../fhir/bundle.ts';
import { informational } from '../fhir/outcome.ts';
import type { Cursor, Search } from '../search/ast.ts';
import { parseSearch } from '../search/parse.ts';
import { planSearch } from '../search/plan.ts';
import { printSearch } from '../search/print.ts';
import type { Page, Version } from '../store/port.ts';
import { type Attempt, attempt } from './attempt.ts';
import type { Context } from './context.ts';
import { present } from './present.ts';
import type { Answer, AnsweredBundle, CarryingEntry, FhirRequest, Preference } from './request.ts';
import { shapeOf, shapeResource } from './shape.ts';
import { searchTrail } from './trail.ts';

type SearchRequest = Extract<FhirRequest, { kind: 'search' }>;

/** What a page of a search starts from: the request itself, or what a page link held. */
export interface SearchPage {
  type: string;
  query: string;
  prefer: Preference;
  cursor?: Cursor;
}

export async function search(
  request: SearchRequest,
  context: Context,
  principal: Principal,
): Promise<Answer> {
  return attempt({ ...request, action: 'search' }, context, principal, audit =>
    searchPage(request, audit, context),
  );
}

/** One page of a search, within an attempt. */
export async function searchPage(page: SearchPage, audit: Attempt, context: Context): Promise<Answer> {
  const grant = audit.decide([{ type: page.type, use: 'search' }]);
  const parsed = readSearch(page.type, page.query, page.prefer.handling === 'strict', context);
  const found = await findPage(parsed, page.cursor, context, grant);
  await audit.record([...found.matches, ...found.included], paramNames(parsed));
  return { bundle: searchsetOf(parsed, found, context, grant) };
}

function findPage(search: Search, cursor: Cursor | undefined, context: Context, grant: Grant): Promise<Page> {
  if (search.type === 'AuditEvent' && reachesEvents(grant.audit))
    return searchTrail(search, cursor, context, grant);
  const plan = planSearch(search, grant, 'search', cursor === undefined ? {} : { cursor });
  return context.store.search(plan, grant);
}

/** Parses a query with the limits of this server. */
export function readSearch(type: string, query: string, strict: boolean, context: Context): Search {
  const { maxCount, defaultCount } = context.limits;
  return parseSearch(type, query, {
    strict,
    maxCount,
    defaultCount,
    base: context.base,
    now: context.clock(),
  });
}

/** Names of the parameters in effect; a name never holds what was searched for. */
export const paramNames = (search: Search): string[] => [...new Set(search.applied.map(([name]) => name))];

/** The searchset of one page, with the links to itself and to the next page. */
export function searchsetOf(search: Search, page: Page, context: Context, grant: Grant): AnsweredBundle {
  const shape = shapeOf(search.elements, search.summary);
  const entryOf = (version: Version, mode: 'match' | 'include'): CarryingEntry => {
    const text = present(version, grant);
    return {
      fullUrl: `${context.base}/${version.type}/${version.id}`,
      resource: shape === undefined ? text : shapeResource(text, shape),
      search: mode,
      carries: [version],
    };
  };
  const entries: CarryingEntry[] = [
    ...page.matches.map(version => entryOf(version, 'match')),
    ...page.included.map(version => entryOf(version, 'include')),
  ];
  if (search.ignored.length > 0) entries.push(ignoredEntry(search, context));
  const query = printSearch(search);
  const links: Link[] = [
    { relation: 'self', url: `${context.base}/${search.type}${query === '' ? '' : `?${query}`}` },
  ];
  if (page.next !== undefined) {
    const state = { kind: 'search' as const, type: search.type, query, cursor: page.next };
    links.push({
      relation: 'next',
      url: `${context.base}?_page=${context.pages.seal(state, grant.principal)}`,
    });
  }
  return { type: 'searchset', total: page.total, links, entries };
}

function ignoredEntry(search: Search, context: Context): CarryingEntry {
  const outcome = informational(search.ignored, 'warning');
  return { fullUrl: `urn:uuid:${context.ids()}`, resource: JSON.stringify(outcome), search: 'outcome' };
}

import type { Principal } from '../access/grant.ts';
import { attempt } from './attempt.ts';
import type { Context } from './context.ts';
import { historyPage } from './history.ts';
import type { PageState } from './page-link.ts';
import type { Answer, FhirRequest } from './request.ts';
import { searchPage } from './search.ts';

type PageRequest = Extract<FhirRequest, { kind: 'page' }>;

/** The next page of a search or history. Decided afresh: what was permitted on page 1 may not be now. */
export async function page(request: PageRequest, context: Context, principal: Principal): Promise<Answer> {
  const { request: id } = request;
  let state: PageState;
  try {
    state = context.pages.open(request.page, principal);
  } catch (error) {
    return attempt({ request: id, action: 'page' }, context, principal, () => Promise.reject(error));
  }
  if (state.kind === 'search') {
    const { type } = state;
    return attempt({ request: id, action: 'search', type }, context, principal, audit =>
      searchPage({ ...state, prefer: {} }, audit, context),
    );
  }
  const { query } = state;
  return attempt(
    { request: id, action: 'history', type: query.type, id: query.id },
    context,
    principal,
    audit => historyPage(query, audit, context, principal),
  );
}

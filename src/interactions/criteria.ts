// Criteria of conditional interactions: always strict, since a criterion that is ignored would make a
// write hit what its sender did not mean. https://hl7.org/fhir/R4/http.html#ccreate
import type { Grant } from '../access/grant.ts';
import { FhirError } from '../fhir/error.ts';
import type { Plan } from '../search/ast.ts';
import { planSearch } from '../search/plan.ts';
import type { Context } from './context.ts';
import { readSearch } from './search.ts';

/** Two matches are as ambiguous as two thousand. */
const ENOUGH = 2;

/** Throws `invalid-search` for unknown parameters and where there is no criterion at all. */
export function criteriaPlan(type: string, query: string, context: Context, grant: Grant): Plan {
  const bare = query.startsWith('?') ? query.slice(1) : query;
  const search = readSearch(type, withoutType(bare, type), true, context);
  if (search.clauses.length === 0)
    throw new FhirError('invalid-search', 'A conditional request needs criteria.');
  return planSearch(search, grant, 'search', { limit: ENOUGH });
}

/** If-None-Exist is sometimes sent with the type before the query. */
const withoutType = (query: string, type: string): string =>
  query.startsWith(`${type}?`) ? query.slice(type.length + 1) : query;

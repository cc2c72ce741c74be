// Query text -> Search. https://hl7.org/fhir/R4/search.html
// Unknown parameter names are ignored under lenient handling and refused under strict. What would narrow
// the answer but is not served (modifiers, chains, _has, composite parameters) is always refused:
// "a server SHALL reject any search request that contains a modifier it does not support".
import { FhirError } from '../fhir/error.ts';
import { systemClock } from '../fhir/id.ts';
import { isResourceType } from '../fhir/resource-types.ts';
import type { Search } from './ast.ts';
import { parseClause } from './clause.ts';
import { badValue, type Draft, ignore, nameFor, unsupported } from './draft.ts';
import { readPairs } from './query.ts';
import { isUnserved } from './registry.ts';
import { ONCE, RESULT } from './result.ts';

export interface ParseOptions {
  /** `Prefer: handling=strict`. */
  strict: boolean;
  /** A larger `_count` is cut to this. */
  maxCount: number;
  defaultCount: number;
  /** The server's own FHIR base URL. */
  base?: string;
  /** Milliseconds since the epoch; the system's clock where absent. */
  now?: number;
}

/**
 * Reads a query (percent-encoded, without `?`). Throws `invalid-search` for what is not understood or not
 * supported, `invalid-value` for values that are not of the parameter's type, `too-large` beyond bounds.
 */
export function parseSearch(type: string, query: string, options: ParseOptions): Search {
  if (!isResourceType(type)) throw new FhirError('invalid-search', 'This is not a resource type of R4.');
  const draft: Draft = {
    type,
    strict: options.strict,
    ...(options.base === undefined ? {} : { base: options.base }),
    now: options.now ?? systemClock(),
    maxCount: options.maxCount,
    clauses: [],
    sort: [],
    includes: [],
    elements: [],
    count: options.defaultCount,
    summary: 'false',
    total: 'none',
    applied: [],
    ignored: [],
  };
  for (const [name, value] of readPairs(query)) readParameter(draft, name, value);
  if (draft.summary === 'count') draft.count = 0;
  return searchOf(draft);
}

function searchOf(draft: Draft): Search {
  return {
    type: draft.type,
    clauses: draft.clauses,
    sort: draft.sort,
    count: draft.count,
    summary: draft.summary,
    elements: draft.elements,
    total: draft.count === 0 && draft.total === 'none' ? 'accurate' : draft.total,
    includes: draft.includes,
    applied: draft.applied,
    ignored: draft.ignored,
  };
}

/** Handled at the door, for every request alike. */
const DOOR = new Set(['_format', '_pretty']);

function readParameter(draft: Draft, name: string, value: string): void {
  if (DOOR.has(name)) return;
  const colon = name.indexOf(':');
  const bare = colon < 0 ? name : name.slice(0, colon);
  const modifier = colon < 0 ? undefined : name.slice(colon + 1);
  if (Object.hasOwn(RESULT, bare)) {
    if (modifier !== undefined) throw unsupported(`${bare} with a modifier`);
    if (ONCE.has(bare) && draft.applied.some(([used]) => used === bare))
      throw badValue(bare, 'to be given once');
    RESULT[bare]!(draft, value, bare);
    return;
  }
  refuseUnserved(draft.type, bare);
  const clause = parseClause(draft, bare, modifier, value);
  if (clause === undefined) {
    ignore(draft, `${nameFor(bare)} is not a search parameter of ${draft.type} here`);
    return;
  }
  draft.clauses.push(clause);
  draft.applied.push([name, value]);
}

/** Criteria that R4 defines and that are not served: to leave one out would widen the answer. */
const CRITERIA = new Set(['_has', '_filter', '_list', '_text', '_content', '_query', '_type', '_in']);

function refuseUnserved(type: string, name: string): void {
  if (name.includes('.')) throw unsupported('A chained parameter');
  if (CRITERIA.has(name) || isUnserved(type, name)) throw unsupported(`The parameter ${nameFor(name)}`);
}

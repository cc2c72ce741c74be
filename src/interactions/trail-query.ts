// What of a search for AuditEvents the store can look up: rows that cannot match are not read. Every row that
// is read is matched by all criteria afterwards, so that what is left out here costs time and nothing else.
import type { Clause, Param, Value } from '../search/ast.ts';
import type { AuditQuery } from '../store/port/audit.ts';

type Asked = Omit<AuditQuery, 'limit' | 'row' | 'from'>;

/** `ids`: only these can match. */
export function trailQuery(clauses: readonly Clause[]): { query: Asked; ids?: readonly string[] } {
  let query: Asked = {};
  let ids: readonly string[] | undefined;
  for (const clause of clauses) {
    if (clause.kind === 'id') ids = clause.ids;
    else if (clause.kind === 'updated') query = within(query, clause.values, 1);
    else if (clause.kind === 'param' && clause.modifier === undefined) query = narrowed(query, clause);
  }
  return ids === undefined ? { query } : { query, ids };
}

function narrowed(query: Asked, { param, values }: { param: Param; values: readonly Value[] }): Asked {
  if (param.code === 'date') return within(query, values.filter(isDate), 1000);
  const [value, ...others] = values;
  if (value === undefined || others.length > 0) return query;
  if (param.code === 'patient' && value.kind === 'reference')
    return named(query, 'patient', 'Patient', value);
  if (param.code === 'agent' && value.kind === 'reference')
    return named(query, 'organization', 'Organization', value);
  if (param.code === 'altid' && value.kind === 'token' && value.code !== undefined)
    return { ...query, client: value.code };
  return query;
}

const isDate = (value: Value): value is Extract<Value, { kind: 'date' }> => value.kind === 'date';

/** A reference that can only be to one resource of this type. */
function named(
  query: Asked,
  as: 'patient' | 'organization',
  type: string,
  { keys }: Extract<Value, { kind: 'reference' }>,
): Asked {
  const own = keys.filter(key => key.startsWith(`${type}/`));
  return keys.length === 1 && own.length === 1 ? { ...query, [as]: own[0]!.slice(type.length + 1) } : query;
}

type Range = { prefix: string; low: number; high: number };

/** One range, in units of so many microseconds. Of several the rows are matched alone. */
function within(query: Asked, ranges: readonly Range[], unit: number): Asked {
  const [range, ...others] = ranges;
  if (range === undefined || others.length > 0) return query;
  const since = ['eq', 'ge', 'gt', 'sa'].includes(range.prefix) ? range.low * unit : -Infinity;
  const until = ['eq', 'le', 'lt', 'eb'].includes(range.prefix) ? range.high * unit : Infinity;
  const least = Math.max(since, query.since ?? -Infinity);
  const most = Math.min(until, query.until ?? Infinity);
  return {
    ...query,
    ...(Number.isFinite(least) ? { since: Math.trunc(least) } : {}),
    ...(Number.isFinite(most) ? { until: Math.trunc(most) } : {}),
  };
}

// What a page brings along: one query for each include and type it reaches, narrowed there again.

import { FhirError } from '../../fhir/error.ts';
import { isId } from '../../fhir/id.ts';
import type { Plan, PlannedInclude } from '../../search/ast.ts';
import type { Version } from '../port.ts';
import { predicateCondition } from './predicate.ts';
import type { Reading } from './reading.ts';
import { CURRENT_COLUMNS, type ResourceRow, toVersion } from './rows.ts';
import { among, and, type Fragment, raw, sql, word } from './sql.ts';

/** More included resources than this on one page are refused: cutting them off would hide a part. */
const MOST_INCLUDED = 1000;

/** Throws `too-large` where a page would bring more than a thousand. */
export function includedOf(reading: Reading, plan: Plan, matches: readonly ResourceRow[]): Version[] {
  if (matches.length === 0 || plan.includes.length === 0) return [];
  const seen = new Set(matches.map(row => row.rid));
  const found: ResourceRow[] = [];
  for (const include of plan.includes) {
    for (const row of rowsOf(reading, plan, include, matches)) {
      if (seen.has(row.rid)) continue;
      seen.add(row.rid);
      found.push(row);
      if (found.length > MOST_INCLUDED) throw tooMany();
    }
  }
  return found.map(row => toVersion(reading.connection, reading.words, row));
}

const tooMany = (): FhirError =>
  new FhirError(
    'too-large',
    `A page would include more than ${MOST_INCLUDED} resources: ask for fewer matches with _count, or include less.`,
  );

function rowsOf(
  reading: Reading,
  plan: Plan,
  include: PlannedInclude,
  matches: readonly ResourceRow[],
): Iterable<ResourceRow> {
  if (include.direction === 'reverse') return pointingAt(reading, plan, include, matches);
  return include.source === plan.type ? pointedAt(reading, include, matches) : [];
}

function* pointedAt(
  reading: Reading,
  include: PlannedInclude,
  matches: readonly ResourceRow[],
): Iterable<ResourceRow> {
  const rids = matches.map(row => row.rid);
  const targets = reading.all<{ text: string }>(
    sql`SELECT DISTINCT w.text FROM reference x INDEXED BY reference_rid CROSS JOIN word w ON w.n = x.target
      WHERE ${among(raw('x.rid'), rids)} AND x.param = ${word(include.param.key)}`,
  );
  for (const [type, ids] of byType(targets.map(target => target.text))) {
    if (include.target !== undefined && include.target !== type) continue;
    const narrow = include.narrow[type];
    if (narrow === undefined) continue;
    const condition = and([
      sql`r.type = ${word(type)}`,
      among(raw('r.id'), ids),
      raw('r.deleted = 0'),
      predicateCondition(narrow),
    ]);
    yield* reading.iterate<ResourceRow>(currentWhere(raw('resource r INDEXED BY resource_id'), condition));
  }
}

function* pointingAt(
  reading: Reading,
  plan: Plan,
  include: PlannedInclude,
  matches: readonly ResourceRow[],
): Iterable<ResourceRow> {
  const narrow = include.narrow[include.source];
  if (narrow === undefined || (include.target !== undefined && include.target !== plan.type)) return;
  const targets = matches.map(row => word(`${plan.type}/${row.id}`));
  const condition = and([
    sql`x.param = ${word(include.param.key)}`,
    among(raw('x.target'), targets),
    sql`r.type = ${word(include.source)}`,
    raw('r.deleted = 0'),
    predicateCondition(narrow),
  ]);
  const from = raw('reference x NOT INDEXED CROSS JOIN resource r ON r.rid = x.rid');
  yield* reading.iterate<ResourceRow>(currentWhere(from, condition));
}

const currentWhere = (from: Fragment, condition: Fragment): Fragment =>
  sql`SELECT ${raw(CURRENT_COLUMNS)} FROM ${from} WHERE ${condition}`;

/** Only references to resources of this server lead anywhere. */
function byType(targets: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const target of targets) {
    const [type, id, ...rest] = target.split('/');
    if (type === undefined || !isId(id) || rest.length > 0) continue;
    const ids = found.get(type);
    if (ids === undefined) found.set(type, [id]);
    else ids.push(id);
  }
  return found;
}

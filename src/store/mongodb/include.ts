// What a page brings along: narrowed at every type that it reaches, as a search of that type is.
import { FhirError } from '../../fhir/error.ts';
import { isId } from '../../fhir/id.ts';
import type { Clause, Plan, PlannedInclude, Predicate } from '../../search/ast.ts';
import type { Version } from '../port.ts';
import { type ResourceDocument, toVersion, valueKey } from './documents.ts';
import { findHits } from './hits.ts';
import { questOf } from './quest.ts';
import type { Reading } from './reading.ts';

/** More included resources than this on one page are refused: cutting them off would hide a part. */
const MOST_INCLUDED = 1000;

/** Throws `too-large` where a page would bring more than a thousand. */
export async function includedOf(
  reading: Reading,
  plan: Plan,
  matches: readonly ResourceDocument[],
): Promise<Version[]> {
  if (matches.length === 0 || plan.includes.length === 0) return [];
  const seen = new Set(matches.map(match => match._id));
  const found: ResourceDocument[] = [];
  for (const include of plan.includes) {
    for (const { type, clause, narrow } of soughtBy(plan, include, matches)) {
      for (const document of await allOfType(reading, type, clause, narrow)) {
        if (seen.has(document._id)) continue;
        seen.add(document._id);
        found.push(document);
        if (found.length > MOST_INCLUDED) throw tooMany();
      }
    }
  }
  return found.map(toVersion);
}

const tooMany = (): FhirError =>
  new FhirError(
    'too-large',
    `A page would include more than ${MOST_INCLUDED} resources: ask for fewer matches with _count, or include less.`,
  );

interface Sought {
  type: string;
  clause: Clause;
  narrow: Predicate;
}

function soughtBy(plan: Plan, include: PlannedInclude, matches: readonly ResourceDocument[]): Sought[] {
  if (include.direction === 'reverse') return pointingAt(plan, include, matches);
  return include.source === plan.type ? pointedAt(include, matches) : [];
}

function pointedAt(include: PlannedInclude, matches: readonly ResourceDocument[]): Sought[] {
  const k = valueKey(include.source, include.param.key);
  const targets = matches.flatMap(({ values }) =>
    values.filter(value => value.k === k).map(value => String(value.v)),
  );
  return [...byType(targets)].flatMap(([type, ids]) => {
    const narrow = include.narrow[type];
    if (narrow === undefined || (include.target ?? type) !== type) return [];
    return [{ type, clause: { kind: 'id' as const, ids: [...ids] }, narrow }];
  });
}

function pointingAt(plan: Plan, include: PlannedInclude, matches: readonly ResourceDocument[]): Sought[] {
  const narrow = include.narrow[include.source];
  if (narrow === undefined || (include.target ?? plan.type) !== plan.type) return [];
  const keys = matches.map(match => match._id);
  const clause: Clause = { kind: 'param', param: include.param, values: [{ kind: 'reference', keys }] };
  return [{ type: include.source, clause, narrow }];
}

/** No more than one above what is refused. */
async function allOfType(
  reading: Reading,
  type: string,
  clause: Clause,
  narrow: Predicate,
): Promise<ResourceDocument[]> {
  const where = [clause];
  const plan = { grant: '', type, where, narrow, sort: [], limit: MOST_INCLUDED, total: false, includes: [] };
  const hits = await findHits(await questOf(reading, plan, {}));
  return hits.map(hit => hit.document);
}

/** Only references to resources of this server lead anywhere. */
function byType(targets: readonly string[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const target of targets) {
    const [type, id, ...rest] = target.split('/');
    if (type === undefined || !isId(id) || rest.length > 0) continue;
    const ids = found.get(type) ?? new Set<string>();
    found.set(type, ids.add(id));
  }
  return found;
}

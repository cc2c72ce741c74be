// The dry run: how much of each type a client would see of a person, of what who asks sees, and how much of it each
// reason holds for.

import { restrict } from '../../../access/decide.ts';
import { conditionsOf } from '../../../access/explain.ts';
import { ALL, allOf, NONE } from '../../../access/rule.ts';
import { RESOURCE_TYPES } from '../../../fhir/resource-types.ts';
import type { JsonObject } from '../../../fhir/types.ts';
import type { Predicate } from '../../../search/ast.ts';
import { aboutPerson } from '../../../search/persons.ts';
import { planSearch } from '../../../search/plan.ts';
import type { Context } from '../../context.ts';
import { readSearch } from '../../search.ts';
import type { Seen } from './seen.ts';

/** One entry for each type of which there is anything. */
export async function countTypes(seen: Seen, disabled: boolean, context: Context): Promise<JsonObject[]> {
  const told: JsonObject[] = [];
  for (const type of RESOURCE_TYPES) {
    const about = aboutPerson(type, seen.version.id);
    if (about.kind === 'none') continue;
    const count = (where: Predicate) => countWithin(type, allOf(about, where), seen, context);
    const all = await count(ALL);
    if (all === 0) continue;
    const because = seen.of.because(type, 'search');
    const visible = disabled ? 0 : await count(seen.of.narrow(type, 'search'));
    const notes = because.notes ?? ALL;
    const reasons = [
      { about: 'scope', where: because.scope },
      ...(notes.kind === 'all' ? [] : [{ about: 'notes', where: notes }]),
      ...conditionsOf(because),
    ];
    const parts: JsonObject[] = [
      { name: 'type', valueCode: type },
      { name: 'visible', valueInteger: visible },
      { name: 'of', valueInteger: all },
    ];
    for (const { about: name, where } of reasons)
      parts.push({
        name: 'reason',
        part: [
          { name: 'name', valueCode: name },
          { name: 'holds-for', valueInteger: await count(where) },
        ],
      });
    told.push({ name: 'count', part: parts });
  }
  return told;
}

async function countWithin(
  type: string,
  where: Predicate,
  { grant }: Seen,
  context: Context,
): Promise<number> {
  if (where.kind === 'none') return 0;
  const within = restrict(grant, asked => (asked === type ? where : NONE));
  const search = readSearch(type, '_summary=count', true, context);
  const { total = 0 } = await context.store.search(planSearch(search, within, 'search'), within);
  return total;
}

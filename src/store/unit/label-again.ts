// At the end of a plan: what refers to a resource that was written after it, or that gained a label, takes that on.
// The version that stands is labelled, no new one made: nobody wrote it.
import type { Clause } from '../../search/ast.ts';
import type { Plan, Version } from '../port.ts';
import { make, type Name } from './label.ts';
import type { Row, Unit } from './unit.ts';
import { got, type Work } from './work.ts';
import { counting, type Written } from './write.ts';

const nameOf = ({ type, id }: Name): string => `${type}/${id}`;

/** `written`: by op. The rows that were labelled anew, by `Type/id`. */
export function* labelAgain(
  unit: Unit,
  written: ReadonlyMap<number, Written>,
): Work<ReadonlyMap<string, Row>> {
  const labelled = new Map<string, Row>();
  if (unit.derive.labels === undefined) return labelled;
  const last = new Map([...written].map(([at, { row }]) => [nameOf(row), at]));
  const names = [...written]
    .filter(([at, { sources }]) => sources.some(one => (last.get(nameOf(one)) ?? -1) > at))
    .map(([, { row }]): Name => row);
  const gained = [...written.values()]
    .filter(one => one.gained && unit.mayBeReferredTo?.(nameOf(one.row)) !== false)
    .map(one => one.row);
  for (const name of [...names, ...(yield* dependentsOf(unit, gained))]) {
    const row = yield* relabel(unit, name);
    if (row !== undefined) labelled.set(nameOf(row), row);
  }
  return labelled;
}

function* relabel(unit: Unit, { type, id }: Name): Work<Row | undefined> {
  const held = yield* got(unit.current(type, id));
  if (held === undefined || held.deleted) return undefined;
  const { body, derived } = yield* make(unit, held, held.body);
  if (body === held.body) return undefined;
  const next: Row = { ...held, body };
  return yield* got(unit.amend(held, next, counting({ ...derived, patients: held.patients }, next)));
}

/** Resources of the same owner that refer to one of these and take on its labels. */
function* dependentsOf(unit: Unit, gained: readonly Row[]): Work<Name[]> {
  const found: Name[] = [];
  for (const [type, ofType] of Map.groupBy(gained, row => row.type))
    for (const [owner, rows] of Map.groupBy(ofType, row => row.owner))
      for (const { type: from, param } of unit.derive.labels!.dependents(type)) {
        const values = [{ kind: 'reference' as const, keys: rows.map(nameOf) }];
        found.push(...(yield* allOf(unit, from, { kind: 'param', param, values }, owner)));
      }
  return found;
}

/** Resources asked for at once. */
const SOME = 200;

/** Every match of this owner's, whoever may see it. */
export function* allOf(unit: Unit, type: string, clause: Clause, owner: string): Work<Version[]> {
  const plan: Plan = {
    grant: unit.grant.id,
    type,
    where: [clause],
    narrow: { kind: 'owner', organization: owner },
    sort: [],
    limit: SOME,
    total: false,
    includes: [],
  };
  const found: Version[] = [];
  for (let next: Plan | undefined = plan; next !== undefined; ) {
    const page: { matches: readonly Version[]; next?: NonNullable<Plan['cursor']> } = yield* got(
      unit.search(next),
    );
    found.push(...page.matches);
    next = page.next === undefined ? undefined : { ...plan, cursor: page.next };
  }
  return found;
}

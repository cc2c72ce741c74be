// What the server does in the name of a program within somebody else's commit.
import { seenIn } from '../../audit/row.ts';
import { composeBody, parseBody } from '../../fhir/body.ts';
import type { AnyResource, JsonObject } from '../../fhir/types.ts';
import type { AuditDraft } from '../port/audit.ts';
import type { Desk, Seating } from '../port/seating.ts';
import type { Version } from '../port.ts';
import { demandReach } from './checks.ts';
import { make } from './label.ts';
import type { Touched } from './seat-moves.ts';
import type { Row, Unit } from './unit.ts';
import { got, type Work } from './work.ts';
import { counting, updateResource } from './write.ts';

export interface Acting {
  unit: Unit;
  seating: Seating;
  /** By `Type/id`. */
  touched: ReadonlyMap<string, Touched>;
  /** ms since the epoch: when the unit writes. */
  now: number;
  /** By op: what it wrote, as it stands now. */
  rows: ReadonlyMap<number, Row>;
  /** A resource of a program changes, by the program itself. */
  change(type: string, id: string, edit: (tree: JsonObject) => JsonObject): Work<void>;
  acts(): AuditDraft[];
}

export function acting(
  unit: Unit,
  given: { seating: Seating; touched: readonly Touched[]; now: number },
): Acting {
  const { seating, now } = given;
  const touched = new Map(given.touched.map(one => [`${one.type}/${one.id}`, one]));
  const rows = new Map<number, Row>();
  const desks = new Map<string, Desk & { versions: Version[] }>();
  const deskOf = (owner: string) => {
    const desk = desks.get(owner) ?? { ...seating.desk(owner), versions: [] };
    desks.set(owner, desk);
    return desk;
  };
  return {
    unit,
    seating,
    touched,
    now,
    rows,
    *change(type, id, edit) {
      const held = yield* got(unit.current(type, id));
      if (held === undefined || held.deleted) return;
      const body = edited(held, edit);
      const own = touched.get(`${type}/${id}`);
      if (own !== undefined && type === 'Slot') {
        // The plan wrote it: what it is to say is settled as its labels are.
        rows.set(own.op, yield* amend(unit, held, body));
        return;
      }
      const { grant, versions } = deskOf(held.owner);
      const at: Unit = { ...unit, grant, writer: held.owner };
      yield* demandReach(at, held, 'update');
      versions.push((yield* updateResource(at, held, body, true)).row);
    },
    acts: () =>
      [...desks.values()].flatMap(({ audit, versions }) =>
        versions.length === 0 ? [] : [{ ...audit, ...seenIn(versions) }],
      ),
  };
}

function edited({ body, id }: Row, edit: (tree: JsonObject) => JsonObject): string {
  const { tree } = parseBody(body);
  const next = edit(tree);
  return composeBody({ resource: next as AnyResource, tree: next }, id);
}

function* amend(unit: Unit, held: Row, given: string): Work<Row> {
  const { body, derived } = yield* make(unit, held, given);
  const next: Row = { ...held, body };
  return yield* got(unit.amend(held, next, counting({ ...derived, patients: held.patients }, next)));
}

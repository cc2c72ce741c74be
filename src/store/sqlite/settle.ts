// Settles, before anything is written, which resource each op of a plan is about: conditional matches are
// looked up, ids that a caller chose are checked.
import { FhirError, notFound } from '../../fhir/error.ts';
import type { Page, Plan, WriteOp } from '../port.ts';
import type { ResourceRow } from './rows.ts';
import { searchPage } from './search.ts';
import { currentRow, demandReach, type Unit } from './unit.ts';

export type Create = Extract<WriteOp, { kind: 'create' }>;
export type Update = Extract<WriteOp, { kind: 'update' }>;
export type Delete = Extract<WriteOp, { kind: 'delete' }>;

/** An op with its id. `row`: the resource it is about, where there is one. */
export type Settled =
  | { op: Create; id: string; matched: ResourceRow | undefined }
  | { op: Update; id: string; held: ResourceRow | undefined; body: string }
  | { op: Exclude<WriteOp, Create | Update> };

export function settle(unit: Unit, op: WriteOp): Settled {
  if (op.kind === 'create') return settleCreate(unit, op);
  if (op.kind === 'update') return settleUpdate(unit, op);
  return { op };
}

function settleCreate(unit: Unit, op: Create): Settled {
  const found = op.unless === undefined ? undefined : soleMatch(unit, op.unless);
  return { op, id: found?.id ?? op.id, matched: found };
}

function settleUpdate(unit: Unit, op: Update): Settled {
  const { reading, grant } = unit;
  if (op.match === undefined) {
    const held = currentRow(reading, op.type, op.id);
    if (held === undefined && (op.mustExist === true || !grant.mayName(op.id))) throw notFound();
    return { op, id: op.id, held, body: op.body };
  }
  const found = soleMatch(unit, op.match);
  if (found !== undefined) {
    if (op.strictId === true && found.id !== op.id)
      throw new FhirError('invalid-value', 'The id in the body is not that of the resource that matches.');
    return { op, id: found.id, held: found, body: withId(op, found.id) };
  }
  if (op.mustExist === true) throw notFound();
  if (op.strictId !== true) return { op, id: op.id, held: undefined, body: op.body };
  return settleNamed(unit, op);
}

/** No match, and the body names an id: create it there, where the caller may and nothing is there yet. */
function settleNamed(unit: Unit, op: Update): Settled {
  if (!unit.grant.mayName(op.id)) throw notFound();
  const there = currentRow(unit.reading, op.type, op.id);
  if (there === undefined) return { op, id: op.id, held: undefined, body: op.body };
  demandReach(unit, there, op.type, 'update');
  throw new FhirError(
    'conflict',
    'The id in the body is that of a resource that does not match the criteria.',
  );
}

/** Bodies start with type and id. */
function withId(op: Update, id: string): string {
  const start = `{"resourceType":${JSON.stringify(op.type)},"id":${JSON.stringify(op.id)}`;
  if (!op.body.startsWith(start)) throw new Error('A body to store does not start with its type and id.');
  return `{"resourceType":${JSON.stringify(op.type)},"id":${JSON.stringify(id)}${op.body.slice(start.length)}`;
}

function soleMatch(unit: Unit, plan: Plan): ResourceRow | undefined {
  const { matches } = search(unit, { ...bare(plan), limit: 2 });
  if (matches.length > 1) throw new FhirError('ambiguous', 'The criteria match several resources.');
  const [match] = matches;
  return match === undefined ? undefined : currentRow(unit.reading, match.type, match.id);
}

export function bare(plan: Plan): Plan {
  const { cursor: _cursor, ...rest } = plan;
  return { ...rest, sort: [], includes: [], total: false };
}

export function search(unit: Unit, plan: Plan): Page {
  if (plan.grant !== unit.grant.id) throw new Error('A plan was narrowed by another grant.');
  return searchPage(unit.reading, plan);
}

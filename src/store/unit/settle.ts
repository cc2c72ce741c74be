// Settles, before anything is written, which resource each op of a plan is about: conditional matches are
// looked up, ids that a caller chose are checked.
import { FhirError, notFound } from '../../fhir/error.ts';
import type { Page, Plan, Version, WriteOp } from '../port.ts';
import { demandReach } from './checks.ts';
import type { Unit } from './unit.ts';
import { got, type Work } from './work.ts';

export type Create = Extract<WriteOp, { kind: 'create' }>;
export type Update = Extract<WriteOp, { kind: 'update' }>;
export type Delete = Extract<WriteOp, { kind: 'delete' }>;

export interface SettledCreate {
  op: Create;
  id: string;
  /** What the criteria found: the answer, instead of a new resource. */
  matched: Version | undefined;
}

export interface SettledUpdate {
  op: Update;
  id: string;
  body: string;
}

/** An op with its id. */
export type Settled = SettledCreate | SettledUpdate | { op: Exclude<WriteOp, Create | Update> };

export function* settle(unit: Unit, op: WriteOp): Work<Settled> {
  if (op.kind === 'create') return yield* settleCreate(unit, op);
  if (op.kind === 'update') return yield* settleUpdate(unit, op);
  return { op };
}

function* settleCreate(unit: Unit, op: Create): Work<Settled> {
  const matched = op.unless === undefined ? undefined : yield* soleMatch(unit, op.unless);
  return { op, id: matched?.id ?? op.id, matched };
}

function* settleUpdate(unit: Unit, op: Update): Work<Settled> {
  if (op.match === undefined) {
    const mayCreate = op.mustExist !== true && unit.grant.mayName(op.type, op.id);
    if (!mayCreate && (yield* got(unit.bare(op.type, op.id))) === undefined) throw notFound();
    return { op, id: op.id, body: op.body };
  }
  const found = yield* soleMatch(unit, op.match);
  if (found !== undefined) {
    if (op.strictId === true && found.id !== op.id)
      throw new FhirError('invalid-value', 'The id in the body is not that of the resource that matches.');
    return { op, id: found.id, body: withId(op, found.id) };
  }
  if (op.mustExist === true) throw notFound();
  if (op.strictId === true) yield* demandFree(unit, op);
  return { op, id: op.id, body: op.body };
}

/** No match, and the body names an id: it is created there, where the caller may and nothing is there yet. */
function* demandFree(unit: Unit, { type, id }: Update): Work<void> {
  if (!unit.grant.mayName(type, id)) throw notFound();
  const there = yield* got(unit.bare(type, id));
  if (there === undefined) return;
  yield* demandReach(unit, there, 'update');
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

function* soleMatch(unit: Unit, plan: Plan): Work<Version | undefined> {
  yield* got(unit.settleAlone(plan));
  const [match, other] = yield* firstTwo(unit, plan);
  if (other !== undefined) throw new FhirError('ambiguous', 'The criteria match several resources.');
  return match;
}

/** Enough to tell none, one and several apart. */
export function* firstTwo(unit: Unit, plan: Plan): Work<readonly Version[]> {
  const { cursor: _cursor, ...rest } = plan;
  const { matches } = yield* search(unit, { ...rest, sort: [], includes: [], total: false, limit: 2 });
  return matches;
}

export function* search(unit: Unit, plan: Plan): Work<Page> {
  if (plan.grant !== unit.grant.id) throw new Error('A plan was narrowed by another grant.');
  return yield* got(unit.search(plan));
}

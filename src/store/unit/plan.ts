// Runs a WritePlan inside a unit. First what is deleted goes, then every other id is settled (conditional
// matches are looked up before anything else is written), then the ops run in their order. Conditional
// references are looked up after all writes before them, so that they find what the same plan made: until
// then the bodies hold markers.
import { FhirError, notFound } from '../../fhir/error.ts';
import type { AuditDraft } from '../port/audit.ts';
import type { Plan, Version, WritePlan, WriteResult } from '../port.ts';
import { demandReach, demandVersion } from './checks.ts';
import { claimsOf, writeClaims } from './claims.ts';
import { expectedOf } from './expected.ts';
import { labelAgain } from './label-again.ts';
import type { Touched } from './seat-moves.ts';
import { isSeated, settleSeats } from './seating.ts';
import {
  type Create,
  type Delete,
  firstTwo,
  type Settled,
  type SettledCreate,
  type SettledUpdate,
  search,
  settle,
} from './settle.ts';
import { substitute } from './substitute.ts';
import type { Row, Unit } from './unit.ts';
import { got, type Work } from './work.ts';
import {
  createResource,
  deleteResource,
  recordBeside,
  rewriteResource,
  updateResource,
  type Written,
} from './write.ts';

export interface Done {
  /** Of the ops, in their order. */
  results: WriteResult[];
  /** Rows of what was done beside them in the name of programs: see seating.ts. */
  acts: readonly AuditDraft[];
}

export function* runPlan(unit: Unit, plan: WritePlan): Work<Done> {
  if (unit.expect !== undefined) yield* got(unit.expect(expectedOf(plan, unit.derive)));
  const first = plan.ops.findIndex(op => op.kind !== 'delete');
  const count = first < 0 ? plan.ops.length : first;
  const results: WriteResult[] = [];
  const touched = new Map<string, Touched>();
  for (const [at, op] of plan.ops.slice(0, count).entries())
    results.push(yield* naming(at, remove({ unit, plan, touched, results }, op as Delete)));
  const settled: Settled[] = [];
  for (const op of plan.ops.slice(count))
    settled.push(yield* naming(count + settled.length, settle(unit, op)));
  demandDistinct(settled, count);
  const places = placesOf(settled);
  const claimed = yield* claimsOf(unit, plan, places);
  const known = new Map([...places, ...claimed.lookups]);
  const open = plan.lookups.filter(lookup => lookup.kind === 'match').map(lookup => lookup.marker);
  const run: Run = {
    unit,
    plan,
    known,
    open,
    results,
    pending: [],
    rewritten: new Map(),
    written: new Map(),
    touched,
  };
  for (const one of settled) results.push(yield* naming(results.length, runOp(run, one)));
  yield* flush(run);
  for (const [at, row] of yield* finalRows(run)) results[at] = resultOf(results[at]!.kind as Kind, row);
  yield* writeClaims(unit, plan, claimed);
  // After the marks: what moves up is a change to what was imported.
  const seated = yield* settleSeats(unit, [...touched.values()], new Set(claimed.own.values()));
  for (const [at, row] of seated.rows) results[at] = resultOf(results[at]!.kind as Kind, row);
  return { results, acts: seated.acts };
}

/** Says which op an error is about. */
function* naming<T>(op: number, work: Work<T>): Work<T> {
  try {
    return yield* work;
  } catch (error) {
    if (!(error instanceof FhirError) || error.op !== undefined) throw error;
    const { code, issues, retryAfter } = error;
    throw new FhirError(code, issues, { cause: error, retryAfter, op });
  }
}

function* remove(run: Touching, op: Delete): Work<WriteResult> {
  const { unit } = run;
  const held = isSeated(unit, op.type) ? yield* got(unit.current(op.type, op.id)) : undefined;
  const { kind, row } = yield* deleteResource(unit, op);
  if (kind === 'deleted') touch(run, row, held);
  return resultOf(kind, row);
}

type Touching = Pick<Run, 'unit' | 'plan' | 'touched' | 'results'>;

/** Notes what has a place, or gives places. `held`: what was there. */
function touch({ unit, plan, touched, results }: Touching, { type, id }: Row, held: Row | undefined): void {
  if (!isSeated(unit, type)) return;
  const op = plan.ops[results.length];
  const first = touched.get(`${type}/${id}`);
  const before = held === undefined || held.deleted ? undefined : held;
  const what = first ?? { type, id, before, made: held === undefined && op?.kind === 'create' };
  touched.set(`${type}/${id}`, { ...what, op: results.length });
}

/** Where criteria decide what is written, two ops may turn out to mean one resource. */
function demandDistinct(settled: readonly Settled[], first: number): void {
  const conditional = settled.some(({ op }) => op.kind === 'update' && op.match !== undefined);
  if (!conditional) return;
  const seen = new Set<string>();
  for (const [at, one] of settled.entries()) {
    if (!('body' in one)) continue;
    const name = `${one.op.type}/${one.id}`;
    if (seen.has(name))
      throw new FhirError('invalid-value', 'Another entry writes the same resource.', { op: first + at });
    seen.add(name);
  }
}

/** `Type/id` of every op that has a marker. */
function placesOf(settled: readonly Settled[]): Map<string, string> {
  const places = new Map<string, string>();
  for (const one of settled) {
    if (!('id' in one) || one.op.marker === undefined) continue;
    places.set(one.op.marker, `${one.op.type}/${one.id}`);
  }
  return places;
}

type Kind = Extract<WriteResult, { version: Version }>['kind'];

/** Without what only writing asks of a row. */
function resultOf(kind: Kind, { foreignFrom: _foreignFrom, place: _place, ...version }: Row): WriteResult {
  return { kind, version, seq: version.seq };
}

/** A version written with markers still in its body. */
interface Pending {
  at: number;
  written: Written;
}

/** How far a plan has come. */
interface Run {
  unit: Unit;
  plan: WritePlan;
  /** Marker -> `Type/id` of what is known before anything is written. */
  known: ReadonlyMap<string, string>;
  /** Markers of conditional references. */
  open: readonly string[];
  /** Of the ops so far. */
  results: readonly WriteResult[];
  pending: Pending[];
  rewritten: Map<number, Written>;
  /** By op: what it wrote. */
  written: Map<number, Written>;
  /** By `Type/id`: Appointments and Slots that were written. */
  touched: Map<string, Touched>;
}

/** By op: rows that are not as it left them. Only now it is known what everything refers to. */
function* finalRows({ unit, rewritten, written }: Run): Work<Map<number, Row>> {
  const all = new Map([...written, ...rewritten]);
  const rows = new Map([...rewritten].map(([at, { row }]) => [at, row]));
  const again = yield* labelAgain(unit, all);
  for (const [at, { row }] of all) {
    const now = again.get(`${row.type}/${row.id}`);
    if (now?.version === row.version) rows.set(at, now);
  }
  return rows;
}

function* runOp(run: Run, settled: Settled): Work<WriteResult> {
  if ('matched' in settled)
    return yield* settled.op.witness === undefined ? runCreate(run, settled) : runWitness(run, settled.op);
  if ('body' in settled) return yield* runUpdate(run, settled);
  const { unit } = run;
  const { op } = settled;
  if (op.kind === 'delete') return yield* remove(run, op);
  yield* flush(run);
  if (op.kind === 'search') return { kind: 'found', page: yield* search(unit, op.plan) };
  const version = yield* got(unit.version(op));
  return version === undefined ? { kind: 'absent' } : { kind: 'read', version, seq: version.seq };
}

/** Looks up the conditional references that bodies written so far still hold, and completes them. */
function* flush(run: Run): Work<void> {
  const { unit, plan, rewritten } = run;
  const pending = run.pending.splice(0);
  if (pending.length === 0) return;
  const found = new Map<string, string>();
  for (const lookup of plan.lookups) {
    if (lookup.kind !== 'match') continue;
    if (!pending.some(({ written }) => written.row.body.includes(lookup.marker))) continue;
    found.set(lookup.marker, yield* soleReference(unit, lookup.plan, lookup.path));
  }
  for (const { at, written } of pending) {
    const { type, id, version, body } = written.row;
    // An op after it may have written the same resource again: then only its history could be changed.
    const now = yield* got(unit.bare(type, id));
    if (now?.version !== version) throw new Error('A plan writes a resource with an open reference twice.');
    rewritten.set(at, yield* rewriteResource(unit, written, substitute(body, found)));
  }
}

function* soleReference(unit: Unit, plan: Plan, path: string): Work<string> {
  const [match, other] = yield* firstTwo(unit, plan);
  if (match === undefined)
    throw new FhirError('invalid-value', [{ message: 'The conditional reference matches nothing.', path }]);
  if (other !== undefined)
    throw new FhirError('ambiguous', [
      { message: 'The conditional reference matches several resources.', path },
    ]);
  return `${match.type}/${match.id}`;
}

function* runCreate(run: Run, { op, id, matched }: SettledCreate): Work<WriteResult> {
  if (matched !== undefined) return { kind: 'matched', version: matched, seq: matched.seq };
  const body = substitute(op.body, run.known);
  const first = { type: op.type, id, body };
  return done(run, 'created', yield* createResource(run.unit, first, !isOpen(run, body)), undefined);
}

function* runWitness(run: Run, op: Create): Work<WriteResult> {
  // Whose record it was written into may hang on a conditional reference.
  yield* flush(run);
  const { unit } = run;
  const seen = run.results[op.witness ?? -1];
  if (seen?.kind !== 'created' && seen?.kind !== 'updated') return { kind: 'absent' };
  const row = yield* got(unit.bare(seen.version.type, seen.version.id));
  if (row === undefined || !isWitnessed(run, op, row)) return { kind: 'absent' };
  const { type, id } = op;
  const body = substitute(op.body, run.known);
  return resultOf('created', yield* recordBeside(unit, { type, id, body, owner: row.owner }));
}

const isWitnessed = (run: Run, { witness, lowered }: Create, row: Row): boolean =>
  lowered === true ? run.written.get(witness ?? -1)?.lowered === true : row.owner !== run.unit.writer;

function* runUpdate(run: Run, settled: SettledUpdate): Work<WriteResult> {
  const { unit } = run;
  const { op, id } = settled;
  const body = substitute(settled.body, run.known);
  const final = !isOpen(run, body);
  // Looked up here, for an op before this one may have written it.
  const held = yield* got(unit.current(op.type, id));
  if (held === undefined) {
    if (op.ifMatch !== undefined) throw notFound();
    const first = { type: op.type, id, body, named: true };
    return done(run, 'created', yield* createResource(unit, first, final), undefined);
  }
  yield* demandReach(unit, held, 'update');
  demandVersion(held, op.ifMatch);
  const written = yield* updateResource(unit, held, body, final);
  return done(run, held.deleted ? 'created' : 'updated', written, held);
}

const isOpen = (run: Run, body: string): boolean => run.open.some(marker => body.includes(marker));

/** The result of the op that comes next. `held`: what it replaced. */
function done(run: Run, kind: 'created' | 'updated', written: Written, held: Row | undefined): WriteResult {
  touch(run, written.row, held);
  run.written.set(run.results.length, written);
  if (isOpen(run, written.row.body)) run.pending.push({ at: run.results.length, written });
  return resultOf(kind, written.row);
}

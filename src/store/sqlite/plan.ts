// Runs a WritePlan inside a unit. First what is deleted goes, then every other id is settled (conditional
// matches are looked up before anything else is written), then the ops run in their order. Conditional
// references are looked up after all writes before them, so that they find what the same plan made: until
// then the bodies hold markers.
import { FhirError, notFound } from '../../fhir/error.ts';
import type { Plan, WriteOp, WritePlan, WriteResult } from '../port.ts';
import { type Claimed, writeClaims } from './claims.ts';
import type { ResourceRow } from './rows.ts';
import { toVersion } from './rows.ts';
import { bare, type Create, type Delete, type Settled, search, settle } from './settle.ts';
import { substitute } from './substitute.ts';
import { currentRow, demandReach, rowByRid, type Unit } from './unit.ts';
import { readVersion } from './version.ts';
import {
  createResource,
  deleteResource,
  demandVersion,
  recordBeside,
  rewriteResource,
  updateResource,
  type Written,
} from './write.ts';

/** A version written with markers still in its body. */
interface Pending {
  at: number;
  written: Written;
  body: string;
}

export function runPlan(unit: Unit, plan: WritePlan): WriteResult[] {
  const first = plan.ops.findIndex(op => op.kind !== 'delete');
  const count = first < 0 ? plan.ops.length : first;
  const results = plan.ops.slice(0, count).map((op, at) => naming(at, () => remove(unit, op as Delete)));
  const settled = plan.ops.slice(count).map((op, at) => naming(count + at, () => settle(unit, op)));
  demandDistinct(settled, count);
  const places = placesOf(settled);
  const claimed = claimsOf(unit, plan, places);
  const known = new Map([...places, ...claimed.lookups]);
  const open = plan.lookups.filter(lookup => lookup.kind === 'match').map(lookup => lookup.marker);
  const run: Run = { unit, plan, known, open, results, pending: [], rewritten: new Map() };
  for (const [at, one] of settled.entries())
    results.push(naming(count + at, () => runOp(run, one, count + at)));
  flush(run);
  for (const [at, written] of run.rewritten) results[at] = resultOf(unit, results[at]!.kind, written.row);
  writeClaims(unit, plan, claimed);
  return results;
}

/** Says which op an error is about. */
function naming<T>(op: number, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof FhirError) || error.op !== undefined) throw error;
    const { code, issues, retryAfter } = error;
    throw new FhirError(code, issues, { cause: error, retryAfter, op });
  }
}

function remove(unit: Unit, { type, id, ifMatch }: Delete): WriteResult {
  const { kind, row } = deleteResource(unit, type, id, ifMatch);
  return resultOf(unit, kind, row);
}

/** Where criteria decide what is written, two ops may turn out to mean one resource. */
function demandDistinct(settled: readonly Settled[], first: number): void {
  const seen = new Set<string>();
  const conditional = settled.some(({ op }) => op.kind === 'update' && op.match !== undefined);
  if (!conditional) return;
  for (const [at, one] of settled.entries()) {
    if (!('held' in one)) continue;
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

function claimsOf(unit: Unit, plan: WritePlan, places: ReadonlyMap<string, string>): Claimed {
  const own = new Map<string, string>();
  for (const { key, type, id } of plan.claims) own.set(key, places.get(id) ?? `${type}/${id}`);
  const lookups = new Map<string, string>();
  for (const lookup of plan.lookups) {
    if (lookup.kind !== 'claim') continue;
    const place = own.get(lookup.key) ?? liveHolder(unit, lookup.key);
    if (place === undefined) throw new FhirError('invalid-value', lookup.missing);
    lookups.set(lookup.marker, place);
  }
  return { own, lookups };
}

function liveHolder({ reading }: Unit, key: string): string | undefined {
  const found = reading.connection.get<{ type: number; id: string }>(
    'SELECT r.type, r.id FROM claim c CROSS JOIN resource r ON r.rid = c.rid WHERE c.key = ? AND r.deleted = 0',
    key,
  );
  return found === undefined ? undefined : `${reading.text(found.type)}/${found.id}`;
}

function resultOf({ reading }: Unit, kind: WriteResult['kind'], row: ResourceRow): WriteResult {
  const version = toVersion(reading.connection, reading.words, row);
  return { kind: kind as 'read', version, seq: version.seq };
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
}

function runOp(run: Run, settled: Settled, at: number): WriteResult {
  if ('matched' in settled)
    return settled.op.witness === undefined ? runCreate(run, settled, at) : runWitness(run, settled.op);
  if ('held' in settled) return runUpdate(run, settled, at);
  const { unit } = run;
  const { op } = settled;
  switch (op.kind) {
    case 'delete':
      return remove(unit, op);
    case 'read': {
      flush(run);
      const version = readVersion(unit.reading, unit.grant, op);
      return version === undefined ? { kind: 'absent' } : { kind: 'read', version, seq: version.seq };
    }
    default:
      flush(run);
      return { kind: 'found', page: search(unit, (op as Extract<WriteOp, { kind: 'search' }>).plan) };
  }
}

/** Looks up the conditional references that bodies written so far still hold, and completes them. */
function flush(run: Run): void {
  const { unit, plan, rewritten } = run;
  const pending = run.pending.splice(0);
  if (pending.length === 0) return;
  const found = new Map<string, string>();
  for (const lookup of plan.lookups) {
    if (lookup.kind !== 'match' || !pending.some(({ body }) => body.includes(lookup.marker))) continue;
    found.set(lookup.marker, soleReference(unit, lookup.plan, lookup.path));
  }
  for (const { at, written, body } of pending) {
    // An op after it may have written the same resource again: then only its history could be changed.
    const now = rowByRid(unit.reading, written.row.rid);
    if (now?.version !== written.row.version)
      throw new Error('A plan writes a resource with an open reference twice.');
    rewritten.set(at, rewriteResource(unit, written, substitute(body, found)));
  }
}

function soleReference(unit: Unit, plan: Plan, path: string): string {
  const { matches } = search(unit, { ...bare(plan), limit: 2 });
  const [match, other] = matches;
  if (match === undefined)
    throw new FhirError('invalid-value', [{ message: 'The conditional reference matches nothing.', path }]);
  if (other !== undefined)
    throw new FhirError('ambiguous', [
      { message: 'The conditional reference matches several resources.', path },
    ]);
  return `${match.type}/${match.id}`;
}

function runCreate(run: Run, settled: Extract<Settled, { matched: unknown }>, at: number): WriteResult {
  const { op, id, matched } = settled;
  if (matched !== undefined) return resultOf(run.unit, 'matched', matched);
  const body = substitute(op.body, run.known);
  return done(run, 'created', createResource(run.unit, op.type, id, body, !isOpen(run, body)), at);
}

function runWitness(run: Run, op: Create): WriteResult {
  // Whose record it was written into may hang on a conditional reference.
  flush(run);
  const { unit } = run;
  const seen = run.results[op.witness ?? -1];
  if (seen?.kind !== 'created' && seen?.kind !== 'updated') return { kind: 'absent' };
  const row = currentRow(unit.reading, seen.version.type, seen.version.id);
  if (row === undefined || row.owner === unit.writer) return { kind: 'absent' };
  const body = substitute(op.body, run.known);
  return resultOf(unit, 'created', recordBeside(unit, row.owner, op, body));
}

function runUpdate(run: Run, settled: Extract<Settled, { held: unknown }>, at: number): WriteResult {
  const { unit } = run;
  const { op, id } = settled;
  const body = substitute(settled.body, run.known);
  const final = !isOpen(run, body);
  // Read again: an op before this one may have written it.
  const held = currentRow(unit.reading, op.type, id);
  if (held === undefined) {
    if (op.ifMatch !== undefined) throw notFound();
    return done(run, 'created', createResource(unit, op.type, id, body, final), at);
  }
  demandReach(unit, held, op.type, 'update');
  demandVersion(held, op.ifMatch);
  const written = updateResource(unit, op.type, held, body, final);
  return done(run, held.deleted === 1 ? 'created' : 'updated', written, at);
}

const isOpen = (run: Run, body: string): boolean => run.open.some(marker => body.includes(marker));

function done(run: Run, kind: 'created' | 'updated', written: Written, at: number): WriteResult {
  const { body } = written.row;
  if (isOpen(run, body)) run.pending.push({ at, written, body });
  return resultOf(run.unit, kind, written.row);
}

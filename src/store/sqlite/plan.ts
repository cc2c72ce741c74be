// Runs a WritePlan inside a unit. First every id is settled (conditional matches are looked up before
// anything is written), then the ops run in their order. Conditional references are looked up after all
// writes before them, so that they find what the same plan made: until then the bodies hold markers.
import { FhirError, notFound } from '../../fhir/error.ts';
import type { Page, Plan, WriteOp, WritePlan, WriteResult } from '../port.ts';
import { type Claimed, writeClaims } from './claims.ts';
import type { ResourceRow } from './rows.ts';
import { toVersion } from './rows.ts';
import { searchPage } from './search.ts';
import { substitute } from './substitute.ts';
import { currentRow, demandReach, rowByRid, type Unit } from './unit.ts';
import { readVersion } from './version.ts';
import {
  createResource,
  deleteResource,
  demandVersion,
  rewriteResource,
  updateResource,
  type Written,
} from './write.ts';

type Create = Extract<WriteOp, { kind: 'create' }>;
type Update = Extract<WriteOp, { kind: 'update' }>;

/** An op with its id. `row`: the resource it is about, where there is one. */
type Settled =
  | { op: Create; id: string; matched: ResourceRow | undefined }
  | { op: Update; id: string; held: ResourceRow | undefined; body: string }
  | { op: Exclude<WriteOp, Create | Update> };

/** A version written with markers still in its body. */
interface Pending {
  at: number;
  written: Written;
  body: string;
}

export function runPlan(unit: Unit, plan: WritePlan): WriteResult[] {
  const settled = plan.ops.map(op => settle(unit, op));
  const places = placesOf(settled);
  const claimed = claimsOf(unit, plan, places);
  const known = new Map([...places, ...claimed.lookups]);
  const run = new Run(unit, plan, known);
  const results = settled.map((one, at) => run.op(one, at));
  run.flush();
  for (const [at, written] of run.rewritten) results[at] = resultOf(unit, results[at]!.kind, written.row);
  writeClaims(unit, plan, claimed);
  return results;
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
    'SELECT r.type, r.id FROM claim c JOIN resource r ON r.rid = c.rid WHERE c.key = ? AND r.deleted = 0',
    key,
  );
  return found === undefined ? undefined : `${reading.text(found.type)}/${found.id}`;
}

function settle(unit: Unit, op: WriteOp): Settled {
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

function bare(plan: Plan): Plan {
  const { cursor: _cursor, ...rest } = plan;
  return { ...rest, sort: [], includes: [], total: false };
}

function search(unit: Unit, plan: Plan): Page {
  if (plan.grant !== unit.grant.id) throw new Error('A plan was narrowed by another grant.');
  return searchPage(unit.reading, plan);
}

function resultOf({ reading }: Unit, kind: WriteResult['kind'], row: ResourceRow): WriteResult {
  const version = toVersion(reading.connection, reading.words, row);
  return { kind: kind as 'read', version, seq: version.seq };
}

class Run {
  readonly #unit: Unit;
  readonly #plan: WritePlan;
  readonly #known: ReadonlyMap<string, string>;
  readonly #markers: readonly string[];
  #pending: Pending[] = [];
  readonly rewritten = new Map<number, Written>();

  constructor(unit: Unit, plan: WritePlan, known: ReadonlyMap<string, string>) {
    this.#unit = unit;
    this.#plan = plan;
    this.#known = known;
    this.#markers = plan.lookups.filter(lookup => lookup.kind === 'match').map(lookup => lookup.marker);
  }

  op(settled: Settled, at: number): WriteResult {
    if ('matched' in settled) return this.#create(settled, at);
    if ('held' in settled) return this.#update(settled, at);
    const unit = this.#unit;
    const { op } = settled;
    switch (op.kind) {
      case 'delete': {
        const { kind, row } = deleteResource(unit, op.type, op.id, op.ifMatch);
        return resultOf(unit, kind, row);
      }
      case 'read': {
        this.flush();
        const version = readVersion(unit.reading, unit.grant, op);
        return version === undefined ? { kind: 'absent' } : { kind: 'read', version, seq: version.seq };
      }
      default:
        this.flush();
        return { kind: 'found', page: search(unit, (op as Extract<WriteOp, { kind: 'search' }>).plan) };
    }
  }

  /** Looks up the conditional references that bodies written so far still hold, and completes them. */
  flush(): void {
    const pending = this.#pending;
    this.#pending = [];
    if (pending.length === 0) return;
    const found = new Map<string, string>();
    for (const lookup of this.#plan.lookups) {
      if (lookup.kind !== 'match' || !pending.some(({ body }) => body.includes(lookup.marker))) continue;
      const match = this.#reference(lookup.plan, lookup.path);
      found.set(lookup.marker, `${lookup.plan.type}/${match.id}`);
    }
    for (const { at, written, body } of pending) {
      // An op after it may have written the same resource again: then only its history is changed.
      const now = rowByRid(this.#unit.reading, written.row.rid);
      if (now?.version !== written.row.version)
        throw new Error('A plan writes a resource with an open reference twice.');
      this.rewritten.set(at, rewriteResource(this.#unit, written, substitute(body, found)));
    }
  }

  #reference(plan: Plan, path: string): { id: string } {
    const { matches } = search(this.#unit, { ...bare(plan), limit: 2 });
    const [match, other] = matches;
    if (match === undefined)
      throw new FhirError('invalid-value', [{ message: 'The conditional reference matches nothing.', path }]);
    if (other !== undefined)
      throw new FhirError('ambiguous', [
        { message: 'The conditional reference matches several resources.', path },
      ]);
    return match;
  }

  #create({ op, id, matched }: Extract<Settled, { matched: unknown }>, at: number): WriteResult {
    if (matched !== undefined) return resultOf(this.#unit, 'matched', matched);
    const body = substitute(op.body, this.#known);
    const written = createResource(this.#unit, op.type, id, body, !this.#isOpen(body));
    return this.#done('created', written, at, body);
  }

  #update({ op, id, body: given }: Extract<Settled, { held: unknown }>, at: number): WriteResult {
    const unit = this.#unit;
    const body = substitute(given, this.#known);
    // Read again: an op before this one may have written it.
    const held = currentRow(unit.reading, op.type, id);
    if (held === undefined) {
      if (op.ifMatch !== undefined) throw notFound();
      return this.#done('created', createResource(unit, op.type, id, body, !this.#isOpen(body)), at, body);
    }
    demandReach(unit, held, op.type, 'update');
    demandVersion(held, op.ifMatch);
    const written = updateResource(unit, op.type, held, body, !this.#isOpen(body));
    return this.#done(held.deleted === 1 ? 'created' : 'updated', written, at, body);
  }

  #isOpen(body: string): boolean {
    return this.#markers.some(marker => body.includes(marker));
  }

  #done(kind: 'created' | 'updated', written: Written, at: number, body: string): WriteResult {
    if (this.#isOpen(body)) this.#pending.push({ at, written, body });
    return resultOf(this.#unit, kind, written.row);
  }
}

// Single writes inside a unit: create, update, delete.
import { keepSource } from '../../fhir/body.ts';
import { FhirError, notFound } from '../../fhir/error.ts';
import type { Derived } from '../port.ts';
import { adoptedBy, demandAfter, demandReach, demandVersion } from './checks.ts';
import { countingRules } from './rules.ts';
import type { Row, Unit } from './unit.ts';
import { got, type Work } from './work.ts';

/** A version as it was just written. `before`: ids of the people that the version before named. */
export interface Written {
  row: Row;
  use: 'create' | 'update';
  before: readonly string[];
}

interface First {
  type: string;
  id: string;
  body: string;
  /** The record it is made part of, and then its source too. */
  owner?: string;
}

/** `final`: the body holds no marker any more, so that the checks of the image after can be made. */
export function* createResource(unit: Unit, first: First, final: boolean): Work<Written> {
  const { type, id } = first;
  if ((yield* got(unit.bare(type, id))) !== undefined)
    throw new FhirError('conflict', `There is a ${type} with this id already.`);
  const row = yield* writeFirst(unit, first);
  if (final) yield* demandAfter(unit, row, 'create');
  return { row, use: 'create', before: [] };
}

/** A record of the server's own beside what was written into another owner's record: see WriteOp.witness. */
export const recordBeside = (unit: Unit, first: First & { owner: string }): Work<Row> =>
  writeFirst(unit, first);

/** Version 1. Its source is the writer, unless an owner is given who stands for it. */
function* writeFirst(unit: Unit, { type, id, body, owner: given }: First): Work<Row> {
  const derived = deriveFrom(unit, body);
  const { writer } = unit;
  const seq = unit.nextSeq();
  const source = given ?? writer;
  const row: Row = {
    type,
    id,
    version: 1,
    seq,
    created: seq,
    owner: given ?? (yield* ownerFor(unit, derived)),
    source,
    writer,
    foreignFrom: source === writer ? undefined : 1,
    patients: derived.patients,
    deleted: false,
    body,
  };
  return yield* got(unit.insert(row, counting(derived, row)));
}

export function* updateResource(unit: Unit, held: Row, given: string, final: boolean): Work<Written> {
  const { writer } = unit;
  const body = held.owner === writer ? given : keepSource(given, held.body, held.type, held.id);
  const derived = deriveFrom(unit, body);
  const next: Row = { ...succeed(unit, held), patients: derived.patients, deleted: false, body };
  const row = yield* got(unit.replace(held, next, counting(derived, next)));
  const written: Written = { row, use: 'update', before: held.patients };
  if (final) yield* checkUpdate(unit, written);
  return written;
}

/** Puts the final body in place of one that was written with markers in it. */
export function* rewriteResource(unit: Unit, written: Written, body: string): Work<Written> {
  const { row: held, use } = written;
  const derived = deriveFrom(unit, body);
  const owner = use === 'create' ? yield* ownerFor(unit, derived) : held.owner;
  const next: Row = { ...held, owner, patients: derived.patients, body };
  const row = yield* got(unit.amend(held, next, counting(derived, next)));
  const done: Written = { ...written, row };
  if (use === 'create') yield* demandAfter(unit, row, 'create');
  else yield* checkUpdate(unit, done);
  return done;
}

/** Leaves a tombstone; people and index values stay, for they say who may know of it. */
export function* deleteResource(
  unit: Unit,
  { type, id, ifMatch }: { type: string; id: string; ifMatch?: number },
): Work<{ kind: 'deleted' | 'unchanged'; row: Row }> {
  const held = yield* got(unit.bare(type, id));
  if (held === undefined) throw notFound();
  yield* demandReach(unit, held, 'delete');
  if (held.deleted) return { kind: 'unchanged', row: held };
  demandVersion(held, ifMatch);
  const row = yield* got(unit.bury(held, { ...succeed(unit, held), deleted: true, body: '' }));
  return { kind: 'deleted', row };
}

/** The next version, by this writer. */
function succeed(unit: Unit, held: Row): Row {
  const version = held.version + 1;
  const foreignFrom = held.foreignFrom ?? (unit.writer === held.source ? undefined : version);
  return { ...held, version, seq: unit.nextSeq(), writer: unit.writer, foreignFrom };
}

/** `patients` names each person once. */
function deriveFrom(unit: Unit, body: string): Derived {
  const derived = unit.derive(JSON.parse(body) as Record<string, unknown>);
  return derived.patients.length < 2 ? derived : { ...derived, patients: [...new Set(derived.patients)] };
}

const counting = (derived: Derived, row: Row): Derived =>
  derived.rules.length === 0 ? derived : { ...derived, rules: countingRules(derived.rules, row) };

function* ownerFor(unit: Unit, { patients }: Derived): Work<string> {
  return (yield* adoptedBy(unit, patients)) ?? unit.writer;
}

/** Into a record of another owner nobody is brought whom the caller may not write about. */
function* checkUpdate(unit: Unit, { row, before }: Written): Work<void> {
  yield* demandAfter(unit, row, 'update');
  if (row.owner === unit.writer) return;
  const added = row.patients.filter(id => !before.includes(id));
  if (added.length === 0 || (yield* adoptedBy(unit, added)) === row.owner) return;
  throw new FhirError('forbidden', `This caller may not write such a ${row.type}.`);
}

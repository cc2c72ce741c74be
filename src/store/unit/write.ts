// Single writes inside a unit: create, update, delete.
import { keepSource } from '../../fhir/body.ts';
import { FhirError, notFound } from '../../fhir/error.ts';
import type { Derived } from '../port/derived.ts';
import { adoptedBy, demandAfter, demandReach, demandVersion } from './checks.ts';
import { itemsIn, type Made, make } from './label.ts';
import { countingRules } from './rules.ts';
import type { Row, Unit } from './unit.ts';
import { got, type Work } from './work.ts';

/** A version as it was just written. `before`: ids of the people that the version before named. */
export interface Written {
  row: Row;
  use: 'create' | 'update';
  before: readonly string[];
  /** Whose labels it took on. */
  sources: Made['sources'];
  /** Others may refer to it already, and it has labels that they have not seen. */
  gained: boolean;
  /** A label was taken off. */
  lowered: boolean;
}

interface First {
  type: string;
  id: string;
  body: string;
  /** The record it is made part of, and then its source too. */
  owner?: string;
  /** Somebody may have referred to it before it was there. */
  named?: boolean;
}

/** `final`: the body holds no marker any more, so that the checks of the image after can be made. */
export function* createResource(unit: Unit, first: First, final: boolean): Work<Written> {
  const { type, id } = first;
  if ((yield* got(unit.bare(type, id))) !== undefined)
    throw new FhirError('conflict', `There is a ${type} with this id already.`);
  const { row, sources } = yield* writeFirst(unit, first);
  if (final) yield* demandAfter(unit, row, 'create');
  const gained = first.named === true && hasLabels(unit, row);
  return { row, use: 'create', before: [], sources, gained, lowered: false };
}

/** A record of the server's own beside what was written into another owner's record: see WriteOp.witness. */
export function* recordBeside(unit: Unit, first: First & { owner: string }): Work<Row> {
  return (yield* writeFirst(unit, first)).row;
}

/** Version 1. Its source is the writer, unless an owner is given who stands for it. */
function* writeFirst(
  unit: Unit,
  { type, id, body: written, owner: given }: First,
): Work<{ row: Row; sources: Made['sources'] }> {
  const { body, derived, sources } = yield* make(unit, { type, id }, written);
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
  return { row: yield* got(unit.insert(row, counting(derived, row))), sources };
}

export function* updateResource(unit: Unit, held: Row, given: string, final: boolean): Work<Written> {
  const { writer } = unit;
  const kept = held.owner === writer ? given : keepSource(given, held.body, held.type, held.id);
  const { body, derived, sources, lowered } = yield* make(unit, held, kept, held);
  const next: Row = { ...succeed(unit, held), patients: derived.patients, deleted: false, body };
  const row = yield* got(unit.replace(held, next, counting(derived, next)));
  const gained = hasLabels(unit, row) && (held.deleted || gainedSince(held, row));
  const written: Written = { row, use: 'update', before: held.patients, sources, gained, lowered };
  if (final) yield* checkUpdate(unit, written);
  return written;
}

/** Puts the final body in place of one that was written with markers in it. */
export function* rewriteResource(unit: Unit, written: Written, given: string): Work<Written> {
  const { row: held, use } = written;
  const { body, derived, sources } = yield* make(unit, held, given);
  const owner = use === 'create' ? yield* ownerFor(unit, derived) : held.owner;
  const next: Row = { ...held, owner, patients: derived.patients, body };
  const row = yield* got(unit.amend(held, next, counting(derived, next)));
  const gained = written.gained || (use === 'update' && gainedSince(held, row));
  const done: Written = { ...written, row, sources, gained };
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

const hasLabels = (unit: Unit, row: Row): boolean =>
  unit.derive.labels !== undefined && itemsIn(row).length > 0;

const gainedSince = (before: Row, row: Row): boolean => {
  if (before.body === row.body) return false;
  const had = new Set(itemsIn(before));
  return itemsIn(row).some(item => !had.has(item));
};

export const counting = (derived: Derived, row: Row): Derived =>
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

// Single writes inside a unit: create, update, delete.
import { keepSource } from '../../fhir/body.ts';
import { FhirError, notFound } from '../../fhir/error.ts';
import type { Derived } from '../port.ts';
import { personsOf, type ResourceRow } from './rows.ts';
import {
  adoptedBy,
  bareRow,
  currentRow,
  demandAfter,
  demandReach,
  insertRow,
  keepVersion,
  type Unit,
  updateRow,
} from './unit.ts';
import { internPersons, type Persons, removeDerived, type Writing, writeDerived } from './values.ts';
import { personOf } from './words.ts';

/** A version as it was just written. `before`: ids of the people that the version before named. */
export interface Written {
  row: ResourceRow;
  type: string;
  use: 'create' | 'update';
  before: readonly string[];
}

const writingOf = (unit: Unit): Writing => unit.reading;

/** `final`: the body holds no marker any more, so that the checks of the image after can be made. */
export function createResource(unit: Unit, type: string, id: string, body: string, final: boolean): Written {
  if (bareRow(unit.reading, type, id) !== undefined)
    throw new FhirError('conflict', `There is a ${type} with this id already.`);
  const row = writeFirst(unit, { type, id, body });
  if (final) demandAfter(unit, row, type, 'create');
  return { row, type, use: 'create', before: [] };
}

/** A record of the server's own beside what was written into another owner's record: see WriteOp.witness. */
export function recordBeside(
  unit: Unit,
  owner: number,
  { type, id }: { type: string; id: string },
  body: string,
): ResourceRow {
  return writeFirst(unit, { type, id, body, owner });
}

/** Version 1. Its source is the writer, unless an owner is given who stands for it. */
function writeFirst(
  unit: Unit,
  { type, id, body, owner }: { type: string; id: string; body: string; owner?: number },
): ResourceRow {
  const { derived, persons } = deriveFrom(unit, body);
  const seq = unit.tail.nextSeq();
  const source = owner ?? unit.writer;
  const row: ResourceRow = {
    rid: 0,
    type: unit.reading.words.intern(unit.reading.connection, type),
    id,
    version: 1,
    seq,
    created: seq,
    owner: owner ?? ownerFor(unit, derived),
    source,
    writer: unit.writer,
    foreign_from: source === unit.writer ? null : 1,
    patient: persons.patient,
    persons: persons.persons,
    deleted: 0,
    body,
  };
  row.rid = insertRow(unit.reading, row);
  writeDerived(writingOf(unit), row, derived, persons.list);
  return row;
}

export function updateResource(
  unit: Unit,
  type: string,
  held: ResourceRow,
  given: string,
  final: boolean,
): Written {
  const body = held.owner === unit.writer ? given : keepSource(given, held.body, type, held.id);
  const { derived, persons } = deriveFrom(unit, body);
  const before = personsOf(held).map(n => personOf(unit.reading.text(n)));
  keepVersion(unit.reading, held.rid);
  removeDerived(writingOf(unit), held);
  const row: ResourceRow = {
    ...held,
    version: held.version + 1,
    seq: unit.tail.nextSeq(),
    writer: unit.writer,
    foreign_from: foreignFrom(unit, held),
    patient: persons.patient,
    persons: persons.persons,
    deleted: 0,
    body,
  };
  updateRow(unit.reading, row);
  writeDerived(writingOf(unit), row, derived, persons.list);
  const written: Written = { row, type, use: 'update', before };
  if (final) checkUpdate(unit, written, derived);
  return written;
}

/** Puts the final body in place of one that was written with markers in it. */
export function rewriteResource(unit: Unit, written: Written, body: string): Written {
  const { derived, persons } = deriveFrom(unit, body);
  removeDerived(writingOf(unit), written.row);
  const row: ResourceRow = {
    ...written.row,
    owner: written.use === 'create' ? ownerFor(unit, derived) : written.row.owner,
    patient: persons.patient,
    persons: persons.persons,
    body,
  };
  updateRow(unit.reading, row);
  writeDerived(writingOf(unit), row, derived, persons.list);
  const done = { ...written, row };
  if (written.use === 'create') demandAfter(unit, row, written.type, 'create');
  else checkUpdate(unit, done, derived);
  return done;
}

/** Leaves a tombstone; people and index values stay, for they say who may know of it. */
export function deleteResource(
  unit: Unit,
  type: string,
  id: string,
  ifMatch: number | undefined,
): { kind: 'deleted' | 'unchanged'; row: ResourceRow } {
  const held = currentRow(unit.reading, type, id);
  if (held === undefined) throw notFound();
  demandReach(unit, held, type, 'delete');
  if (held.deleted === 1) return { kind: 'unchanged', row: held };
  demandVersion(held, ifMatch);
  keepVersion(unit.reading, held.rid);
  const row: ResourceRow = {
    ...held,
    version: held.version + 1,
    seq: unit.tail.nextSeq(),
    writer: unit.writer,
    foreign_from: foreignFrom(unit, held),
    deleted: 1,
    body: '',
  };
  updateRow(unit.reading, row);
  unit.reading.connection.run('UPDATE rule SET live = 0 WHERE rid = ?', row.rid);
  return { kind: 'deleted', row };
}

export function demandVersion(held: ResourceRow, ifMatch: number | undefined): void {
  if (ifMatch === undefined || ifMatch === held.version) return;
  throw new FhirError('stale', 'The version named in If-Match is not the current one.');
}

function foreignFrom(unit: Unit, held: ResourceRow): number | null {
  return held.foreign_from ?? (unit.writer === held.source ? null : held.version + 1);
}

function deriveFrom(unit: Unit, body: string): { derived: Derived; persons: Persons } {
  const derived = unit.derive(JSON.parse(body) as Record<string, unknown>);
  return { derived, persons: internPersons(writingOf(unit), derived.patients) };
}

function ownerFor(unit: Unit, derived: Derived): number {
  return adoptedBy(unit, derived.patients) ?? unit.writer;
}

/** Into a record of another owner nobody is brought whom the caller may not write about. */
function checkUpdate(unit: Unit, { row, type, before }: Written, derived: Derived): void {
  demandAfter(unit, row, type, 'update');
  if (row.owner === unit.writer) return;
  const added = derived.patients.filter(id => !before.includes(id));
  if (added.length === 0 || adoptedBy(unit, added) === row.owner) return;
  throw new FhirError('forbidden', `This caller may not write such a ${type}.`);
}

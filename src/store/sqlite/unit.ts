// One commit of one caller on the writing connection. One unit at a time writes to the file, so what it
// settles nobody else settles beside it.
import type { Grant } from '../../access/grant.ts';
import type { Derive, Derived } from '../port/derived.ts';
import type { Row, Unit } from '../unit/unit.ts';
import {
  claimsOn,
  claimsUnder,
  dropClaim,
  holderOfClaim,
  markDigest,
  putClaim,
  putMark,
  runsProgram,
} from './claims.ts';
import type { Reading } from './reading.ts';
import {
  bareRow,
  currentRow,
  insertRow,
  keepVersion,
  lastLiveRow,
  type ResourceRow,
  toVersion,
  updateRow,
} from './rows.ts';
import { searchPage } from './search.ts';
import type { Tail } from './tail.ts';
import { internPersons, removeDerived, silenceRules, writeDerived } from './values.ts';
import { reaches, readVersion } from './version.ts';

export interface Writer {
  /** The writing connection. */
  writing: Reading;
  derive: Derive;
  tail: Tail;
}

export function sqliteUnit({ writing: reading, derive, tail }: Writer, grant: Grant): Unit {
  return {
    grant,
    derive,
    writer: grant.principal.organization,
    nextSeq: () => tail.nextSeq(),
    ...keepRows(reading),
    mayBeReferredTo: reference => reading.number(reference) !== -1,
    reaches: (row, predicate) => reaches(reading, placeOf(row), predicate),
    search: plan => searchPage(reading, plan),
    version: asked => readVersion(reading, grant, asked),
    settleAlone: () => {},
    claimHolder: key => holderOfClaim(reading, key),
    putClaim: (key, type, id) => putClaim(reading, key, type, id),
    dropClaim: key => dropClaim(reading, key),
    claimsUnder: prefix => claimsUnder(reading, prefix),
    claimsOn: (type, id) => claimsOn(reading, type, id),
    alone: () => {},
    runsProgram: organization => runsProgram(reading, organization),
    markDigest: key => markDigest(reading, key),
    putMark: (key, digest, parts) => putMark(reading, key, digest, parts),
  };
}

/** How rows are found and kept, whoever asks. */
export function keepRows(
  reading: Reading,
): Pick<Unit, 'current' | 'bare' | 'lastLive' | 'insert' | 'replace' | 'bury' | 'amend'> {
  return {
    current: (type, id) => toRow(reading, currentRow(reading, type, id)),
    bare: (type, id) => toRow(reading, bareRow(reading, type, id)),
    lastLive: tombstone => {
      const row = lastLiveRow(reading, placeOf(tombstone).rid);
      return row && toVersion(reading.connection, reading.words, row);
    },
    insert: (row, derived) => insert(reading, row, derived),
    replace: (held, row, derived) => {
      keepVersion(reading, placeOf(held).rid);
      return rewrite(reading, held, row, derived);
    },
    bury: (held, row) => bury(reading, held, row),
    amend: (held, row, derived) => rewrite(reading, held, row, derived),
  };
}

function toRow(reading: Reading, place: ResourceRow | undefined): Row | undefined {
  if (place === undefined) return undefined;
  const beside = { foreignFrom: place.foreign_from ?? undefined, place };
  return Object.assign(toVersion(reading.connection, reading.words, place), beside);
}

function placeOf({ place }: Row): ResourceRow {
  if (place === undefined) throw new Error('A row of another store.');
  return place as ResourceRow;
}

function insert(reading: Reading, row: Row, derived: Derived): Row {
  const { list, ...persons } = internPersons(reading, row.patients);
  const place = { ...columnsOf(reading, row), ...persons, rid: 0 };
  place.rid = insertRow(reading, place);
  writeDerived(reading, place, derived, list);
  return { ...row, place };
}

/** What was derived from the body before makes room for what is derived from this one. */
function rewrite(reading: Reading, held: Row, row: Row, derived: Derived): Row {
  const { list, ...persons } = internPersons(reading, row.patients);
  const place = { ...columnsOf(reading, row), ...persons, rid: placeOf(held).rid };
  removeDerived(reading, placeOf(held));
  updateRow(reading, place);
  writeDerived(reading, place, derived, list);
  return { ...row, place };
}

function bury(reading: Reading, held: Row, row: Row): Row {
  const { rid, patient, persons } = placeOf(held);
  const place = { ...columnsOf(reading, row), patient, persons, rid };
  keepVersion(reading, rid);
  updateRow(reading, place);
  silenceRules(reading, rid);
  return { ...row, place };
}

function columnsOf(
  { connection, words }: Reading,
  row: Row,
): Omit<ResourceRow, 'rid' | 'patient' | 'persons'> {
  const n = (text: string): number => words.intern(connection, text);
  return {
    type: n(row.type),
    id: row.id,
    version: row.version,
    seq: row.seq,
    created: row.created,
    owner: n(row.owner),
    source: n(row.source),
    writer: n(row.writer),
    foreign_from: row.foreignFrom ?? null,
    deleted: row.deleted ? 1 : 0,
    body: row.body,
  };
}

// A row cut to what its reader may know of it: one part for each person. A row may tell of people and records
// of several Organizations, and of persons who know nothing of each other; to each reader goes what concerns
// him, and nothing that lets him count the rest. Pure.
import type { AuditReach } from '../access/grant.ts';
import type { AuditEntry } from '../store/port/audit.ts';
import { kindOf } from './event-codes.ts';

export interface Part {
  /** Logical id; absent where what is shown names nobody. */
  patient?: string;
  /** `Type/id/version`. */
  versions: readonly string[];
  /** It went to another Organization than the one whose record it is. */
  disclosed: boolean;
  /** The reader's own clients asked: he knows what they asked for. */
  own: boolean;
}

/** One version in a row. */
export interface Shown {
  /** `Type/id/version`. */
  name: string;
  owner: string | undefined;
  persons: readonly string[];
  /** It went out to who asked; else it was written. */
  out: boolean;
  /** It is, or may be, a counselling note. */
  note: boolean;
}

/** None where the reach does not include the row. Several parts: one for each person it names, in order. */
export function partsOf(row: AuditEntry, reach: AuditReach): readonly Part[] {
  if (reach.kind === 'none' || reach.kind === 'through') return [];
  const shown = shownTo(row, reach);
  // Nothing is left but notes that the reader is not to know of: neither is the row.
  if (shown.length === 0 && row.notes !== undefined) return [];
  if (reach.kind === 'patient') {
    if (!row.patients.includes(reach.patient)) return [];
    return [partOf(row, shown, reach.patient, false)];
  }
  const own = row.organization === reach.organization;
  if (!own && shown.length === 0) return [];
  const whole = own && (row.notes === undefined || reach.withoutNotes !== true);
  const persons = (whole ? row.patients : shown.flatMap(one => one.persons)).filter(one => one !== '?');
  const each = [...new Set(persons)];
  if (each.length === 0) return [partOf(row, shown, undefined, own)];
  return each.map(patient => partOf(row, shown, patient, own));
}

function partOf(row: AuditEntry, shown: readonly Shown[], patient: string | undefined, own: boolean): Part {
  const about = patient === undefined ? shown : shown.filter(one => one.persons.includes(patient));
  return {
    ...(patient === undefined ? {} : { patient }),
    versions: about.map(one => one.name),
    disclosed: about.some(one => isDisclosed(one, row)),
    own,
  };
}

/** Of what a row tells, what concerns a reader. */
export function shownTo(row: AuditEntry, reach: AuditReach): readonly Shown[] {
  if (reach.kind === 'none' || reach.kind === 'through') return [];
  if (reach.kind === 'patient')
    // A person is told to whom notes went, by a consent of its own for them.
    return shownOf(row).filter(
      one => one.persons.includes(reach.patient) && (!one.note || isDisclosed(one, row)),
    );
  return shownOf(row).filter(
    one =>
      (row.organization === reach.organization || one.owner === reach.organization) &&
      !(one.note && reach.withoutNotes === true),
  );
}

/** The same of what went out through an intermediary, which is told of that and of nothing else in the row. */
export function shownThrough(row: AuditEntry, through: string | true, reach: AuditReach): readonly Shown[] {
  const { intermediary } = row;
  if (intermediary === undefined || (through !== true && through !== intermediary)) return [];
  const own = reach.kind === 'through' && reach.organization === intermediary;
  return own ? shownOf(row) : shownTo(row, reach);
}

/** It went to another Organization than the one whose record it is of. */
export const isDisclosed = (
  { owner, out }: Shown,
  { organization }: Pick<AuditEntry, 'organization'>,
): boolean => out && owner !== undefined && owner !== organization;

/** Rows from before say of several people not who is named where: then a Patient alone is known to name itself. */
function shownOf(row: AuditEntry): Shown[] {
  const { action, versions, owners, owned, named, patients, read, notes = [] } = row;
  const told = owners !== undefined || patients.length < 2;
  const isReading = kindOf(action).reads === true;
  const only = new Set(read);
  return versions.map((name, at) => ({
    name,
    owner: owners?.[owned?.[at] ?? 0],
    persons:
      named?.[at]?.map(place => patients[place]!) ??
      (told ? patients : patients.filter(one => isOf(name, one))),
    out: isReading || only.has(at),
    note: notes.includes(at),
  }));
}

const isOf = (name: string, patient: string): boolean => name.startsWith(`Patient/${patient}/`);

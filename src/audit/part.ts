// A row cut to what its reader may know of it: one part for each person. A row may tell of people and records
// of several Organizations, and of persons who know nothing of each other; to each reader goes what concerns
// him, and nothing that lets him count the rest. Pure.
import type { AuditReach } from '../access/grant.ts';
import type { AuditEntry } from '../store/port.ts';

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

interface Shown {
  name: string;
  owner: string | undefined;
  persons: readonly string[];
}

/** None where the reach does not include the row. Several parts: one for each person it names, in order. */
export function partsOf(row: AuditEntry, reach: AuditReach): readonly Part[] {
  if (reach.kind === 'none') return [];
  if (reach.kind === 'patient') {
    if (!row.patients.includes(reach.patient)) return [];
    return [partOf(row, shownOf(row), reach.patient, false)];
  }
  const own = row.organization === reach.organization;
  const shown = own ? shownOf(row) : shownOf(row).filter(one => one.owner === reach.organization);
  if (!own && shown.length === 0) return [];
  const persons = (own ? row.patients : shown.flatMap(one => one.persons)).filter(one => one !== '?');
  const each = [...new Set(persons)];
  if (each.length === 0) return [partOf(row, shown, undefined, own)];
  return each.map(patient => partOf(row, shown, patient, own));
}

function partOf(row: AuditEntry, shown: readonly Shown[], patient: string | undefined, own: boolean): Part {
  const about = patient === undefined ? shown : shown.filter(one => one.persons.includes(patient));
  return {
    ...(patient === undefined ? {} : { patient }),
    versions: about.map(one => one.name),
    disclosed: about.some(one => one.owner !== undefined && one.owner !== row.organization),
    own,
  };
}

/** Rows from before say of several people not who is named where: then a Patient alone is known to name itself. */
function shownOf({ versions, owners, owned, named, patients }: AuditEntry): Shown[] {
  const told = owners !== undefined || patients.length < 2;
  return versions.map((name, at) => ({
    name,
    owner: owners?.[owned?.[at] ?? 0],
    persons:
      named?.[at]?.map(place => patients[place]!) ??
      (told ? patients : patients.filter(one => isOf(name, one))),
  }));
}

const isOf = (name: string, patient: string): boolean => name.startsWith(`Patient/${patient}/`);

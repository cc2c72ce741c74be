// What a row says of the versions that went out or were written, and by what rows are found. Pure.
import type { AuditReach } from '../access/grant.ts';
import { mayBeNote } from '../fhir/counselling-note.ts';
import type { AuditDraft, AuditEntry, AuditPlace, AuditQuery } from '../store/port/audit.ts';
import type { Version } from '../store/port.ts';

export type SeenVersion = Pick<Version, 'type' | 'id' | 'version' | 'owner' | 'patients' | 'body'>;
export type Seen = Pick<
  AuditDraft,
  'patients' | 'versions' | 'owners' | 'owned' | 'named' | 'read' | 'notes'
>;

export const versionName = ({ type, id, version }: SeenVersion): string => `${type}/${id}/${version}`;

/** Each version once. Whose each is and whom it names is said only where that differs between them. */
export function seenIn(all: readonly SeenVersion[]): Seen {
  const [only] = all;
  if (only === undefined) return { patients: [], versions: [] };
  if (all.length === 1)
    return {
      patients: only.patients,
      versions: [versionName(only)],
      owners: [only.owner],
      ...(mayBeNote(only) ? { notes: [0] } : {}),
    };
  const each = new Map(all.map(one => [versionName(one), one]));
  const list = [...each.values()];
  const owners = [...new Set(list.map(one => one.owner))];
  const patients = [...new Set(list.flatMap(one => one.patients))];
  const notes = list.flatMap((one, at) => (mayBeNote(one) ? [at] : []));
  const alike = list.every(one => new Set(one.patients).size === patients.length);
  return {
    patients,
    versions: [...each.keys()],
    owners,
    ...(owners.length === 1 ? {} : { owned: list.map(one => owners.indexOf(one.owner)) }),
    ...(alike ? {} : { named: placesOf(list, patients) }),
    ...(notes.length === 0 ? {} : { notes }),
  };
}

function placesOf(list: readonly SeenVersion[], patients: readonly string[]): number[][] {
  const place = new Map(patients.map((patient, at) => [patient, at]));
  return list.map(one => [...new Set(one.patients)].map(patient => place.get(patient)!));
}

const personKey = (patient: string): string => `Patient/${patient}`;
const organizationKey = (organization: string): string => `Organization/${organization}`;
const clientKey = (client: string): string => `client ${client}`;
const userKey = (user: string): string => `user ${user}`;
const isStaff = (user: string): boolean => user.startsWith('Practitioner/');

/** Whom a row concerns: what it is found by. */
export function keysOf(draft: AuditDraft): string[] {
  const { client, organization, owners = [], patients, user = '', intermediary = '' } = draft;
  const organizations = new Set([organization, ...owners, intermediary]);
  return [
    ...new Set(patients.filter(one => one !== '' && one !== '?').map(personKey)),
    ...[...organizations].filter(one => one !== '').map(organizationKey),
    ...(client === '' ? [] : [clientKey(client)]),
    ...(isStaff(user) ? [userKey(user)] : []),
  ];
}

/** The same of a draft as text; none where somebody has spoilt it. */
export function keysOfText(draft: string): string[] {
  try {
    return keysOf(JSON.parse(draft) as AuditDraft);
  } catch {
    return [];
  }
}

/**
 * The keys that a row must have to answer a query within a reach, the rarest first: what is looked along.
 * Undefined: none can be reached.
 */
export function keysAsked(query: AuditQuery, reach: AuditReach): string[] | undefined {
  if (reach.kind === 'none') return undefined;
  const { patient, client, organization, user } = query;
  const keys = [
    ...(patient === undefined ? [] : [personKey(patient)]),
    ...(reach.kind === 'patient' ? [personKey(reach.patient)] : []),
    ...(user === undefined ? [] : [userKey(user)]),
    ...(client === undefined ? [] : [clientKey(client)]),
    ...(organization === undefined ? [] : [organizationKey(organization)]),
    ...(reach.kind === 'organization' || reach.kind === 'through'
      ? [organizationKey(reach.organization)]
      : []),
  ];
  return [...new Set(keys)];
}

/** A row as it is read; none where somebody has spoilt its text, which shows when the trail is verified. */
export function entriesOf(draft: string, { writer, number, at }: AuditPlace): AuditEntry[] {
  try {
    return [{ ...(JSON.parse(draft) as AuditDraft), writer, number, at }];
  } catch {
    return [];
  }
}

// The rules of access told a second time, from their wording and not from the code: one resource at a
// time, over a plain list of everything that was ever written. Slow and simple on purpose; the matrix
// holds the server to it.
import type { Role } from '../../src/access/grant.ts';
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import { covers, namesIn, type Question, type Said, saidOf } from './naive-consent.ts';
import { namesFor } from './naive-membership.ts';
import {
  isDeleted,
  isDirectory,
  isDirectoryType,
  lastLive,
  names,
  objects,
  peopleOf,
  within,
} from './naive-resource.ts';
import { isBound, seesBound, treats } from './naive-staff.ts';

/** A resource as it was written, version by version; a version without a resource is a deletion. */
export interface Fact {
  type: string;
  id: string;
  owner: string;
  versions: { writer: string; resource?: AnyResource }[];
}

export interface Facts {
  all: Fact[];
  /** ms since the epoch. */
  now: number;
  /** Staff see the people on whose CareTeam they are, and nobody else. */
  careTeams?: boolean;
}

export interface Asker {
  organization: string;
  role: Role;
  /** `system/Type.letters?query`, space separated. */
  scope: string;
  /** Logical id: whom `patient/` scopes are about. */
  patient?: string;
  /** Logical id: which of the staff it is. */
  practitioner?: string;
  /** v3-ActReason codes that it calls for; unless told that of its role. */
  purposes?: readonly string[];
  /** Logical id: whom an emergency is stated about. */
  emergency?: string;
}

export type Letter = 'c' | 'r' | 'u' | 'd' | 's';

const PURPOSE: Partial<Record<Role, string>> = { program: 'TREAT', ehr: 'TREAT', payer: 'HPAYMT' };

/** It acts for an Organization: all others see the directory alone. */
export const isOrganizational = (asker: Asker) => PURPOSE[asker.role] !== undefined;

/** A Consent counts only where its owner wrote it last, and for its owner's records. */
function allows({ all }: Facts, question: Question, person: string, resource: AnyResource): boolean {
  const said = consentsOf(all, question.owner, person).flatMap(one => saidOf(one, question, resource));
  const highest = (effect: Said['effect']) =>
    Math.max(-Infinity, ...said.filter(one => one.effect === effect).map(one => one.rank));
  return highest('permit') > highest('deny');
}

/** Asked for every cell of the matrix: what was found stands until something more is written. */
const CONSENTS = new WeakMap<readonly Fact[], { stamp: number; found: Map<string, AnyResource[]> }>();

function consentsOf(all: readonly Fact[], owner: string, person: string): AnyResource[] {
  const stamp = all.reduce((sum, fact) => sum + (fact.type === 'Consent' ? fact.versions.length : 0), 0);
  const kept = CONSENTS.get(all);
  const known = kept?.stamp === stamp ? kept : { stamp, found: new Map<string, AnyResource[]>() };
  CONSENTS.set(all, known);
  const key = `${owner} ${person}`;
  const found =
    known.found.get(key) ??
    all
      .filter(fact => fact.type === 'Consent' && fact.owner === owner && !isDeleted(fact))
      .filter(fact => fact.versions.at(-1)!.writer === owner)
      .map(fact => lastLive(fact))
      .filter(({ patient }) => (patient as JsonObject | undefined)?.reference === `Patient/${person}`);
  known.found.set(key, found);
  return found;
}

/** The program has it that this person is a member of the payer's, as the program wrote it last. */
function isMember({ all, now }: Facts, payer: string, owner: string, person: string): boolean {
  const organization = `Organization/${payer}`;
  const kept = all
    .filter(fact => fact.type === 'Coverage' || fact.type === 'Group')
    .filter(fact => fact.owner === owner && !isDeleted(fact) && fact.versions.at(-1)!.writer === owner)
    .map(fact => lastLive(fact))
    .filter(one => one.modifierExtension === undefined);
  const covered = kept
    .filter(one => one.resourceType === 'Coverage' && one.status === 'active')
    .filter(one => names(one.payor, organization) && names(one.beneficiary, `Patient/${person}`))
    .some(one => within(one.period, now));
  const grouped = kept
    .filter(one => one.resourceType === 'Group' && one.actual === true && one.active !== false)
    .filter(one => names(one.managingEntity, organization))
    .flatMap(one => objects(one.member))
    .filter(member => names(member.entity, `Patient/${person}`) && member.inactive !== true)
    .some(member => within(member.period, now));
  return covered || grouped;
}

/** Each purpose for itself; by name, or as one of a class of recipients where it is one. */
function byConsent(
  facts: Facts,
  asker: Asker,
  fact: Fact,
  resource: AnyResource,
  action: Question['action'] = 'read',
): boolean {
  const { owner } = fact;
  const { organization, practitioner, role } = asker;
  const people = peopleOf(resource);
  const own = [organization, ...(practitioner === undefined ? [] : [`Practitioner/${practitioner}`])];
  const belongs = namesFor(facts.all, owner, own, facts.now);
  const names = [...own, ...(practitioner === undefined ? ['Practitioner/?'] : []), ...belongs];
  /** Of who takes part in an intermediary those who treat. */
  const vias = belongs
    .filter(name => name.startsWith('network:'))
    .map(name => name.replace('network:', 'via:'));
  const permitted = (...classes: string[]) =>
    (asker.purposes ?? [PURPOSE[role]!]).some(purpose => {
      const question = { names: [...names, ...classes], purpose, action, now: facts.now, owner };
      return people.every(person => allows(facts, question, person, resource));
    });
  if (people.length === 0) return false;
  if (role === 'payer')
    return (
      people.every(person => isMember(facts, organization, owner, person)) &&
      permitted('class:health-plans', 'class:tpo')
    );
  return (
    permitted() ||
    (people.every(person => isTreating(facts, asker, owner, person)) &&
      permitted('class:treating-providers', 'class:tpo', ...vias))
  );
}

/** The program has it, or who calls for it, on a CareTeam of the person's. */
function isTreating({ all, now }: Facts, asker: Asker, owner: string, person: string): boolean {
  return all
    .filter(fact => fact.type === 'CareTeam' && fact.owner === owner && !isDeleted(fact))
    .filter(fact => fact.versions.at(-1)!.writer === owner)
    .map(fact => lastLive(fact))
    .filter(team => team.status === 'active' && team.modifierExtension === undefined)
    .filter(team => names(team.subject, `Patient/${person}`) && within(team.period, now))
    .flatMap(team => objects(team.participant))
    .filter(one => within(one.period, now) && one.modifierExtension === undefined)
    .some(
      ({ member }) =>
        names(member, `Organization/${asker.organization}`) ||
        names(member, `Practitioner/${asker.practitioner}`),
    );
}

const namesAsker = (asker: Asker, fact: Fact, version: number) =>
  fact.versions[version - 1]!.writer === fact.owner &&
  namesIn(lastLive(fact, version), fact.owner, asker.organization);

/** It names the person whom the asker's token names, and nobody else. */
export const isOnlyAbout = ({ patient }: Asker, resource: AnyResource): boolean => {
  const people = peopleOf(resource);
  return patient !== undefined && people.length === 1 && people[0] === patient;
};

/** May the asker know of this version (the current one unless told)? Scope is asked elsewhere. */
export function sees(facts: Facts, asker: Asker, fact: Fact, version = fact.versions.length): boolean {
  const images = [lastLive(fact), lastLive(fact, version)];
  if (images.every(isDirectory)) return true;
  if (asker.emergency !== undefined) return seesInEmergency(facts, asker.emergency, fact, images);
  if (asker.role === 'patient' && asker.patient !== undefined)
    return fact.owner === asker.organization && images.every(image => isOnlyAbout(asker, image));
  if (!isOrganizational(asker)) return false;
  if (isBound(facts, asker)) return seesBound(facts, asker, fact, images);
  if (owns(asker, fact) || isSource(asker, fact, version)) return true;
  if (fact.type === 'Group') return false;
  if (fact.type === 'Consent')
    if (![fact.versions.length, version].every(one => namesAsker(asker, fact, one))) return false;
  return images.every(image => !isDirectoryType(image) && byConsent(facts, asker, fact, image));
}

/** In the record of the program that registered the person what names that person alone, but no Consents. */
function seesInEmergency({ all }: Facts, id: string, fact: Fact, images: readonly AnyResource[]): boolean {
  const person = all.find(one => one.type === 'Patient' && one.id === id && !isDeleted(one));
  return (
    person?.owner === fact.owner &&
    fact.type !== 'Consent' &&
    images.every(image => peopleOf(image).join() === id)
  );
}

const owns = (asker: Asker, fact: Fact) => isOrganizational(asker) && fact.owner === asker.organization;

/** Targets of the Provenances that an owner finds: a line for each version that another wrote in its record. */
export const witnessed = (facts: Facts, asker: Asker): string[] =>
  facts.all
    .filter(fact => owns(asker, fact))
    // The Provenance of a Patient names that Patient; others name nobody, and are about somebody.
    .filter(fact => !isBound(facts, asker) || (fact.type === 'Patient' && treats(facts, asker, fact.id)))
    .flatMap(fact => fact.versions.map(version => ({ ...version, name: `${fact.type}/${fact.id}` })))
    .filter(({ writer, resource }) => writer !== asker.organization && resource !== undefined)
    .map(({ name }) => name);

/** It wrote every version so far; a deletion is shown to whom the version before it was. */
function isSource(asker: Asker, fact: Fact, version = fact.versions.length): boolean {
  const told = fact.versions[version - 1]!.resource === undefined ? version - 1 : version;
  const so = fact.versions.slice(0, told);
  return isOrganizational(asker) && so.every(one => one.writer === asker.organization);
}

export function mayUpdate(facts: Facts, asker: Asker, fact: Fact): boolean {
  if (isBound(facts, asker)) return seesBound(facts, asker, fact, [lastLive(fact)]);
  if (owns(asker, fact) || isSource(asker, fact)) return true;
  const open = fact.type === 'Appointment' || fact.type === 'Goal';
  return (
    open &&
    isOrganizational(asker) &&
    getsAll(asker) &&
    byConsent(facts, asker, fact, lastLive(fact), 'write')
  );
}

/** Payers, and whoever asks for more than treatment, get a part of a person's record: they do not write it anew. */
const getsAll = (asker: Asker): boolean =>
  asker.role !== 'payer' &&
  (asker.purposes ?? ['TREAT']).every(one => one === 'HLEGAL' || covers('TREAT', one));

/** Whoever writes the next version must still be able to write the one after. */
export function mayStillUpdate(facts: Facts, asker: Asker, fact: Fact): boolean {
  const next = { writer: asker.organization, resource: lastLive(fact) };
  return mayUpdate(facts, asker, { ...fact, versions: [...fact.versions, next] });
}

export const mayDelete = (facts: Facts, asker: Asker, fact: Fact) =>
  isBound(facts, asker)
    ? seesBound(facts, asker, fact, [lastLive(fact)])
    : owns(asker, fact) || isSource(asker, fact);

/** May it write this as something new? Whose record it becomes is told below. */
export const mayCreate = (facts: Facts, asker: Asker, resource: AnyResource): boolean =>
  isBound(facts, asker)
    ? seesBound(facts, asker, { ...NEW, owner: asker.organization }, [resource])
    : isOrganizational(asker);
const NEW: Omit<Fact, 'owner'> = { type: '', id: '', versions: [] };

/** Whose record a new resource becomes: that of the people it names, where its writer may write about all. */
export function ownerOf(facts: Facts, asker: Asker, resource: AnyResource): string {
  const people = peopleOf(resource);
  const patients = people.map(id => facts.all.find(fact => fact.type === 'Patient' && fact.id === id));
  const owners = patients.map(patient => {
    if (patient === undefined || isDeleted(patient)) return undefined;
    if (isBound(facts, asker))
      return owns(asker, patient) && treats(facts, asker, patient.id) ? patient.owner : undefined;
    const open = owns(asker, patient) || byConsent(facts, asker, patient, lastLive(patient), 'write');
    return open ? patient.owner : undefined;
  });
  const [owner] = owners;
  return owner !== undefined && owners.every(one => one === owner) ? owner : asker.organization;
}

// The rules for staff who are bound to CareTeams, told a second time: see naive.ts.
import type { AnyResource } from '../../src/fhir/types.ts';
import type { Asker, Fact, Facts } from './naive.ts';
import { isDeleted, isDirectoryType, lastLive, names, objects, peopleOf, within } from './naive-resource.ts';

/** One of the staff, where these are bound to CareTeams: a person, or somebody who may be one. */
export const isBound = (facts: Facts, { role, practitioner, scope }: Asker): boolean =>
  facts.careTeams === true &&
  role === 'program' &&
  (practitioner !== undefined || /(^| )(user|patient)\//.test(scope));

/** The program has it, as it wrote it last, that this member of its staff is on a CareTeam of the person's today. */
export function treats({ all, now }: Facts, asker: Asker, person: string): boolean {
  const program = asker.organization;
  return all
    .filter(fact => fact.type === 'CareTeam' && fact.owner === program && !isDeleted(fact))
    .filter(fact => fact.versions.at(-1)!.writer === program)
    .map(fact => lastLive(fact))
    .filter(team => team.status === 'active' && team.modifierExtension === undefined)
    .filter(team => names(team.subject, `Patient/${person}`) && within(team.period, now))
    .flatMap(team => objects(team.participant))
    .filter(one => within(one.period, now) && one.modifierExtension === undefined)
    .some(({ member }) => names(member, `Practitioner/${asker.practitioner}`));
}

/**
 * Of the program's own: what names nobody but people it treats; and what names nobody at all and is of a kind that is
 * about nobody. Consents and who wrote it make no difference.
 */
export function seesBound(facts: Facts, asker: Asker, fact: Fact, images: readonly AnyResource[]): boolean {
  if (fact.owner !== asker.organization) return false;
  const persons = images.map(peopleOf);
  if (persons.every(people => people.length === 0))
    return images.every(one => isDirectoryType(one) || one.resourceType === 'OrganizationAffiliation');
  return persons.every(people => people.length > 0 && people.every(one => treats(facts, asker, one)));
}

/** A write that none of those who are bound may even ask for: it would say whom they, or others by Consents, see. */
export const isOutOfBounds = (facts: Facts, asker: Asker, type: string): boolean =>
  isBound(facts, asker) &&
  ['CareTeam', 'Group', 'Organization', 'OrganizationAffiliation', 'PractitionerRole'].includes(type);

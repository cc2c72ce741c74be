// Who is meant where a Consent names more than one: an Organization with its parts (Organization.partOf), whoever holds
// a PractitionerRole, those on a CareTeam or in a Group, and those who take part in an intermediary (OrganizationAffiliation;
// 42 CFR 2.31(a)(4)(ii)). It is what the program itself has written down: compiled to lines as rosters are, each of which
// counts while its owner wrote it last, and for the Consents in that owner's records alone. Nobody makes itself a part of
// anything elsewhere.
// https://hl7.org/fhir/R4/organization.html https://hl7.org/fhir/R4/organizationaffiliation.html
// https://hl7.org/fhir/R4/practitionerrole.html https://hl7.org/fhir/R4/careteam.html https://hl7.org/fhir/R4/group.html
import { localId } from '../fhir/reference.ts';
import type {
  AnyResource,
  CareTeam,
  Group,
  Organization,
  OrganizationAffiliation,
  PractitionerRole,
} from '../fhir/types.ts';
import { actorMark } from '../search/terms.ts';
import type { ConsentRule } from '../store/port/derived.ts';
import type { MemberLine, Registry } from '../store/registry.ts';
import { actorOf, networkActor, practitionerActor, relatedActor } from './actor.ts';
import type { Membership, Principal } from './grant.ts';
import { ALWAYS, overlapOf, periodOf, type Stretch } from './period.ts';

/** Stands where a line of a Consent has its purpose. */
export const MEMBER = 'member';
/** Stand before names where other lines have an actor and a patient, so that neither is taken for one. */
const MEMBER_NAME = 'member:';
const WHOLE_NAME = 'whole:';

/** What a resource says of who belongs to what; none where it is not in force. */
export function membershipLines(resource: AnyResource, base?: string): ConsentRule[] {
  switch (resource.resourceType) {
    case 'Organization':
      return partLines(resource as unknown as Organization, base);
    case 'OrganizationAffiliation':
      return affiliationLines(resource as unknown as OrganizationAffiliation, base);
    case 'PractitionerRole':
      return roleLines(resource as unknown as PractitionerRole, base);
    case 'CareTeam':
      return teamLines(resource as unknown as CareTeam, base);
    case 'Group':
      return groupLines(resource as unknown as Group, base);
    default:
      return [];
  }
}

function partLines({ id, active, partOf }: Organization, base?: string): ConsentRule[] {
  const whole = localId(partOf?.reference, 'Organization', base);
  return id === undefined || whole === undefined || active === false ? [] : [lineOf(id, whole, ALWAYS)];
}

/** Who takes part in an intermediary is no part of it: a Consent that names it alone does not mean them. */
function affiliationLines(
  { active, period: stated, organization, participatingOrganization, network = [] }: OrganizationAffiliation,
  base?: string,
): ConsentRule[] {
  const member = localId(participatingOrganization?.reference, 'Organization', base);
  const period = periodOf(stated);
  if (member === undefined || period === undefined || active === false) return [];
  return [organization, ...network].flatMap(one => {
    const whole = localId(one?.reference, 'Organization', base);
    return whole === undefined ? [] : [lineOf(member, networkActor(whole), period)];
  });
}

/** A Practitioner, and for the Organization that it names alone. */
function roleLines(
  { id, active, period: stated, practitioner, organization }: PractitionerRole,
  base?: string,
): ConsentRule[] {
  const holder = localId(practitioner?.reference, 'Practitioner', base);
  const period = periodOf(stated);
  if (id === undefined || holder === undefined || period === undefined || active === false) return [];
  return forOrganization(organization?.reference, base, only =>
    lineOf(practitionerActor(holder), `PractitionerRole/${id}`, period, only),
  );
}

function teamLines({ id, status, period: stated, participant = [] }: CareTeam, base?: string): ConsentRule[] {
  const whole = periodOf(stated);
  if (id === undefined || status !== 'active' || whole === undefined) return [];
  return participant.flatMap(({ member, onBehalfOf, modifierExtension, period: own }) => {
    const name = actorOf(member?.reference, base);
    const stretch = periodOf(own);
    const period = stretch && overlapOf(whole, stretch);
    if (name === undefined || period === undefined || modifierExtension !== undefined) return [];
    return forOrganization(onBehalfOf?.reference, base, only => lineOf(name, `CareTeam/${id}`, period, only));
  });
}

/** A Group that says what its members are like holds nobody. */
function groupLines({ id, actual, active, member = [] }: Group, base?: string): ConsentRule[] {
  if (id === undefined || actual !== true || active === false) return [];
  return member.flatMap(({ entity, inactive, modifierExtension, period: stated }) => {
    const name = actorOf(entity?.reference, base);
    const period = periodOf(stated);
    if (name === undefined || period === undefined) return [];
    if (inactive === true || modifierExtension !== undefined) return [];
    return [lineOf(name, `Group/${id}`, period)];
  });
}

/** Where an Organization is named that cannot be told it is nobody's. */
function forOrganization(
  reference: string | undefined,
  base: string | undefined,
  make: (only: string | undefined) => ConsentRule,
): ConsentRule[] {
  if (reference === undefined) return [make(undefined)];
  const organization = localId(reference, 'Organization', base);
  return organization === undefined ? [] : [make(organization)];
}

const lineOf = (member: string, whole: string, period: Stretch, only?: string): ConsentRule => ({
  patient: `${WHOLE_NAME}${whole}`,
  effect: 'permit',
  actor: `${MEMBER_NAME}${member}`,
  purpose: MEMBER,
  ...period,
  ...(only === undefined ? {} : { terms: { all: [[actorMark(only)]] } }),
});

/** Lines that were asked for already. */
export interface Asked {
  names: readonly string[];
  lines: readonly MemberLine[];
}

/** Under what to ask a store for what somebody of these names belongs to. */
export const memberKeys = (names: readonly string[]): string[] => names.map(name => `${MEMBER_NAME}${name}`);

/** What it goes by of itself, wherever it calls. */
export function ownNames({
  role,
  organization,
  practitioner,
  relatedPerson,
}: Pick<Principal, 'role' | 'organization' | 'practitioner' | 'relatedPerson'>): string[] {
  if (role === 'representative') return relatedPerson === undefined ? [] : [relatedActor(relatedPerson)];
  if (role !== 'program' && role !== 'ehr' && role !== 'payer') return [];
  return [organization, ...(practitioner === undefined ? [] : [practitionerActor(practitioner)])];
}

/** The caller with what it belongs to; the very same object where that is nothing. `at`: ms. */
export async function withMemberships(
  principal: Principal,
  registry: Pick<Registry, 'memberLines'>,
  at: number,
  asked?: Asked,
): Promise<Principal> {
  const names = ownNames(principal);
  const known = asked !== undefined && names.every(name => asked.names.includes(name));
  const first = known ? asked.lines : await linesOf(names, registry);
  const memberships = first.length === 0 ? [] : await membershipsOf(names, first, registry, at);
  return memberships.length === 0 ? principal : { ...principal, memberships };
}

const linesOf = (
  names: readonly string[],
  registry: Pick<Registry, 'memberLines'>,
): Promise<readonly MemberLine[]> | readonly MemberLine[] =>
  names.length === 0 ? [] : registry.memberLines(memberKeys(names));

/** A team is on a team, a part has parts: asked on until nothing is new. */
async function membershipsOf(
  own: readonly string[],
  first: readonly MemberLine[],
  registry: Pick<Registry, 'memberLines'>,
  at: number,
): Promise<Membership[]> {
  const found = new Map<string, Set<string>>();
  const lines = [...first];
  const asked = new Set(own);
  for (;;) {
    const fresh = joined(lines, own, found, at).filter(name => !asked.has(name));
    if (fresh.length === 0) break;
    for (const name of fresh) asked.add(name);
    lines.push(...(await registry.memberLines(memberKeys(fresh))));
  }
  return [...found].map(([owner, names]) => ({ owner, names: [...names].sort() }));
}

/** Adds what the lines in force say, each owner's for itself, until they say nothing new; the names added. */
function joined(
  lines: readonly MemberLine[],
  own: readonly string[],
  found: Map<string, Set<string>>,
  at: number,
): string[] {
  const added: string[] = [];
  const inForce = lines.filter(({ from, to }) => from <= at && at < to);
  for (let more = true; more; ) {
    more = false;
    for (const { owner, actor, patient, terms = {} } of inForce) {
      const names = found.get(owner) ?? new Set<string>();
      const goesBy = (name: string): boolean => own.includes(name) || names.has(name);
      const whole = patient.slice(WHOLE_NAME.length);
      if (goesBy(whole) || !goesBy(actor.slice(MEMBER_NAME.length))) continue;
      const only = (terms.all ?? []).every(set =>
        set.some(mark => [...own, ...names].map(actorMark).includes(mark)),
      );
      if (!only) continue;
      found.set(owner, names.add(whole));
      added.push(whole);
      more = true;
    }
  }
  return added;
}

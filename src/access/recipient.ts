// What Consents a caller's Organization is asked about: by what names it goes, for what, and which people it is
// asked about at all. Consents name an Organization, a Practitioner, or a class of recipients (42 CFR 2.31(a)(4)).
import { isId } from '../fhir/id.ts';
import type { Predicate } from '../search/ast.ts';
import { classActor, SOME_PRACTITIONER } from './consent/provision.ts';
import type { Principal, Role } from './grant.ts';
import { notePurpose, purposesMeant } from './purpose.ts';
import { relatedActor } from './representative.ts';
import { CARE_TEAM, practitionerActor, ROSTER, TREATS } from './roster.ts';
import { allOf, anyOf, NONE } from './rule.ts';

type Action = 'read' | 'write';

/**
 * Roles whose Organization asks about its own members alone: who is on its roster has it for a health plan. An EHR's
 * people are those whose Consents name it, which is what a permit demands anyway.
 */
export const ROSTERED: ReadonlySet<Role> = new Set<Role>(['payer']);

/**
 * Who permits this caller something of a person. Each purpose for itself: what is denied for one may be permitted for
 * another.
 */
export function consentRule(principal: Principal, at: number, action: Action = 'read'): Predicate {
  const names = namesOf(principal);
  if (ROSTERED.has(principal.role))
    return allOf(asked([...names, ...PLANS], principal, { at, action }), onRoster(principal, at));
  // The classes stand first: where no Consent names one the store need not ask this at all.
  const asTreating = asked([...PROVIDERS, ...names], principal, { at, action });
  return anyOf(asked(names, principal, { at, action }), allOf(asTreating, treating(principal, at)));
}

/**
 * Family and others whom a person lets see: a Consent names the RelatedPerson, for a purpose that its token is for
 * (FAMRQT, ...). Of that person alone, in the record of its program; without one a RelatedPerson gets nothing.
 */
export function relatedConsentRule(principal: Principal, at: number): Predicate {
  const { role, organization, patient, relatedPerson } = principal;
  if (role !== 'representative' || !isId(patient) || !isId(relatedPerson)) return NONE;
  const consent = asked([relatedActor(relatedPerson)], principal, { at, action: 'read' });
  return allOf({ kind: 'owner', organization }, { kind: 'person', patient }, consent);
}

/** What `consentRule` is, of counselling notes, which Consents for these alone release (42 CFR 2.31(b)). */
export const noteConsentRule = (principal: Principal, at: number): Predicate =>
  forNotes(consentRule(principal, at));

function forNotes(predicate: Predicate): Predicate {
  if (predicate.kind === 'and' || predicate.kind === 'or')
    return { ...predicate, of: predicate.of.map(forNotes) };
  if (predicate.kind !== 'consent' || predicate.roster === true) return predicate;
  return { ...predicate, purposes: predicate.purposes.map(notePurpose) };
}

/** Every name by which lines of Consents and rosters may mean it. */
export const recipientNames = (principal: Principal): string[] => [
  ...namesOf(principal),
  ...(ROSTERED.has(principal.role) ? PLANS : PROVIDERS),
];

const PLANS = [classActor('health-plans'), classActor('tpo')];
const PROVIDERS = [classActor('treating-providers'), classActor('tpo')];

const namesOf = ({ organization, practitioner }: Principal): string[] => [
  organization,
  practitioner === undefined ? SOME_PRACTITIONER : practitionerActor(practitioner),
];

function asked(
  [actor, ...also]: readonly string[],
  { purposes }: Principal,
  { at, action }: { at: number; action: Action },
): Predicate {
  const doing = action === 'read' ? {} : { action };
  return anyOf(
    ...purposes.map(
      (one): Predicate => ({
        kind: 'consent',
        actor: actor!,
        also,
        purposes: purposesMeant(one),
        at,
        ...doing,
      }),
    ),
  );
}

const onRoster = ({ organization: actor }: Principal, at: number): Predicate => ({
  kind: 'consent',
  actor,
  purposes: [ROSTER],
  at,
  roster: true,
});

/** The program has it on the person's CareTeam. */
const treating = ({ organization: actor, practitioner }: Principal, at: number): Predicate => ({
  kind: 'consent',
  actor,
  ...(practitioner === undefined ? {} : { also: [practitionerActor(practitioner)] }),
  purposes: [TREATS, CARE_TEAM],
  at,
  roster: true,
});

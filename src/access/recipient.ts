// What Consents a caller's Organization is asked about: by what names it goes, for what, and which people it is
// asked about at all. Consents name an Organization, a Practitioner, what these belong to (membership.ts), or a class of
// recipients (42 CFR 2.31(a)(4)).
import { isId } from '../fhir/id.ts';
import type { Predicate } from '../search/ast.ts';
import { classActor, practitionerActor, relatedActor, SOME_PRACTITIONER, viasOf } from './actor.ts';
import type { Principal, Role } from './grant.ts';
import { notePurpose, purposesMeant } from './purpose.ts';
import { CARE_TEAM, ROSTER, TREATS } from './roster.ts';
import { allOf, anyOf, NONE } from './rule.ts';

type Action = 'read' | 'write';
type Asked = Extract<Predicate, { kind: 'consent' }>;

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
  const { purposes } = principal;
  const own = namesOf(principal);
  if (ROSTERED.has(principal.role)) {
    const asPlan = byOwner(principal, (names, owners) =>
      asked([...own, ...names, ...PLANS], purposes, { at, action, ...owners }),
    );
    return allOf(asPlan, onRoster(principal, at));
  }
  return byOwner(principal, (names, owners) => {
    const of = { at, action, ...owners };
    // The classes stand first: where no Consent names one the store need not ask this at all.
    const asTreating = asked([...viasOf(names), ...PROVIDERS, ...own, ...names], purposes, of);
    return anyOf(asked([...own, ...names], purposes, of), allOf(asTreating, treating(principal, at)));
  });
}

/** Of whose records it is asked: see Predicate. */
type Owners = Pick<Asked, 'only' | 'except'>;

/** What a caller belongs to is each owner's word, and counts for that owner's records alone. */
function byOwner(
  { memberships = [] }: Principal,
  make: (names: readonly string[], owners: Owners) => Predicate,
): Predicate {
  if (memberships.length === 0) return make([], {});
  const others = make([], { except: memberships.map(one => one.owner) });
  return anyOf(others, ...memberships.map(({ owner, names }) => make(names, { only: owner })));
}

/**
 * Family and others whom a person lets see: a Consent names the RelatedPerson, for a purpose that its token is for
 * (FAMRQT, ...). Of that person alone, in the record of its program; without one a RelatedPerson gets nothing.
 */
export function relatedConsentRule(principal: Principal, at: number): Predicate {
  const { role, organization, patient, relatedPerson, purposes } = principal;
  if (role !== 'representative' || !isId(patient) || !isId(relatedPerson)) return NONE;
  const consent = byOwner(principal, (names, owners) =>
    asked([relatedActor(relatedPerson), ...names], purposes, { at, action: 'read', ...owners }),
  );
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
  ...(principal.memberships ?? []).flatMap(({ names }) => [...names, ...viasOf(names)]),
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
  purposes: readonly string[],
  { at, action, ...owners }: { at: number; action: Action } & Owners,
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
        ...owners,
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

// Lists of people that a program keeps, as it has them itself: whose members a payer asks about (people whose
// Coverage names it as payor, or who are in a Group that it manages), and whom a member of its staff treats
// (people on whose CareTeam the Practitioner is); who acts for whom (representative.ts); and who belongs to what
// (membership.ts). Compiled, as Consents are, to lines when they are written: a
// line counts only while its owner wrote it last, so that nobody else puts anybody on a list.
// https://hl7.org/fhir/R4/coverage.html https://hl7.org/fhir/R4/group.html
// https://hl7.org/fhir/R4/careteam.html
import { localId } from '../fhir/reference.ts';
import type { AnyResource, CareTeam, Coverage, Group } from '../fhir/types.ts';
import type { ConsentRule } from '../store/port/derived.ts';
import { practitionerActor } from './actor.ts';
import { membershipLines } from './membership.ts';
import { overlapOf, periodOf } from './period.ts';
import { ageLines, relatedLines } from './representative.ts';

/** Version of the compilation: stores made with another are compiled anew. */
export const ROSTER_RULES = 'roster-4';

/** Stand where a line of a Consent has its purpose. No codes of a Consent: those are capital letters. */
export const ROSTER = 'roster';
export const CARE_TEAM = 'care-team';
/** An Organization on the CareTeam: it treats, and none of the staff is meant by it. */
export const TREATS = 'treats';

/** Its lines of either kind; none of one that is not in force. */
export function compileRoster(resource: AnyResource, base?: string): ConsentRule[] {
  if (resource.modifierExtension !== undefined || resource.implicitRules !== undefined) return [];
  return [...rosterLines(resource, base), ...membershipLines(resource, base)];
}

/** The lines of a Coverage, a Group, a CareTeam, a RelatedPerson or a Patient; none of another resource. */
function rosterLines(resource: AnyResource, base?: string): ConsentRule[] {
  switch (resource.resourceType) {
    case 'Coverage':
      return coverageLines(resource as unknown as Coverage, base);
    case 'Group':
      return groupLines(resource as unknown as Group, base);
    case 'CareTeam':
      return careTeamLines(resource as unknown as CareTeam, base);
    case 'RelatedPerson':
      return relatedLines(resource, base);
    case 'Patient':
      return ageLines(resource);
    default:
      return [];
  }
}

function coverageLines(coverage: Coverage, base?: string): ConsentRule[] {
  const patient = localId(coverage.beneficiary?.reference, 'Patient', base);
  const period = periodOf(coverage.period);
  if (coverage.status !== 'active' || patient === undefined || period === undefined) return [];
  return (coverage.payor ?? [])
    .map(payor => localId(payor?.reference, 'Organization', base))
    .filter(actor => actor !== undefined)
    .map(actor => ({ patient, effect: 'permit', actor, purpose: ROSTER, ...period }));
}

/** A Group that says what its members are like, or that is no longer in use, holds nobody. */
function groupLines(group: Group, base?: string): ConsentRule[] {
  const actor = localId(group.managingEntity?.reference, 'Organization', base);
  if (actor === undefined || group.actual !== true || group.active === false) return [];
  return (group.member ?? []).flatMap(({ entity, inactive, period: stated }) => {
    const patient = localId(entity?.reference, 'Patient', base);
    const period = periodOf(stated);
    if (inactive === true || patient === undefined || period === undefined) return [];
    return [{ patient, effect: 'permit' as const, actor, purpose: ROSTER, ...period }];
  });
}

/**
 * A Practitioner alone is one of the staff: who is meant by another team or a role may change without this team being
 * written again. Both the team's period and the participant's hold.
 */
function careTeamLines(team: CareTeam, base?: string): ConsentRule[] {
  const patient = localId(team.subject?.reference, 'Patient', base);
  const whole = periodOf(team.period);
  if (team.status !== 'active' || patient === undefined || whole === undefined) return [];
  return (team.participant ?? []).flatMap(({ member, modifierExtension, period: stated }) => {
    const on = memberOf(member?.reference, base);
    const own = periodOf(stated);
    const period = own && overlapOf(whole, own);
    if (on === undefined || period === undefined || modifierExtension !== undefined) return [];
    return [{ patient, effect: 'permit' as const, ...on, ...period }];
  });
}

function memberOf(
  reference: string | undefined,
  base?: string,
): Pick<ConsentRule, 'actor' | 'purpose'> | undefined {
  const id = localId(reference, 'Practitioner', base);
  if (id !== undefined) return { actor: practitionerActor(id), purpose: CARE_TEAM };
  const actor = localId(reference, 'Organization', base);
  return actor === undefined ? undefined : { actor, purpose: TREATS };
}

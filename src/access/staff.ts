// Which of a program's own callers see all that it owns, and which only the people on whose CareTeam they are.
// The program decides by its configuration; a CareTeam says who treats whom (access/roster.ts).
import { FhirError } from '../fhir/error.ts';
import { isId } from '../fhir/id.ts';
import type { Predicate } from '../search/ast.ts';
import { practitionerActor } from './actor.ts';
import { DIRECTORY_TYPES, directory } from './directory.ts';
import type { Principal, Rule, StaffAccess, Use } from './grant.ts';
import { CARE_TEAM } from './roster.ts';
import { allOf, anyOf, NONE, READING } from './rule.ts';

/**
 * What a program has besides its directory that is about nobody: shown to all of the staff where it names no
 * person. A resource of another type that names nobody is about somebody all the same (an Observation with an
 * Encounter for its subject, a Provenance of a record, a Binary), and nobody can tell who that is.
 */
export const IMPERSONAL_TYPES: ReadonlySet<string> = new Set([
  ...DIRECTORY_TYPES,
  'ActivityDefinition',
  'Endpoint',
  'InsurancePlan',
  'Library',
  'Measure',
  'Medication',
  'MedicationKnowledge',
  'ObservationDefinition',
  'OrganizationAffiliation',
  'PlanDefinition',
  'Questionnaire',
  'SpecimenDefinition',
  'Substance',
]);

/**
 * Is the caller one of the staff, where staff is narrowed? Whoever is a Practitioner is. Who is none and calls with
 * `system/` scopes alone is a system of the program's; with any other there is somebody at it whom nobody knows.
 */
export const isNarrowed = ({ role, practitioner, scopes }: Principal, staff: StaffAccess): boolean =>
  staff !== 'program' &&
  role === 'program' &&
  (practitioner !== undefined || scopes.some(({ context }) => context !== 'system'));

/**
 * Of the program's own records alone: neither what the caller's Organization wrote into those of others nor what
 * others' Consents permit it. Nobody writes a CareTeam who would be shown more by it.
 */
export function careTeamRules({ organization, practitioner }: Principal, at: number) {
  const owner: Predicate = { kind: 'owner', organization };
  const treated: Predicate = isId(practitioner)
    ? {
        kind: 'consent',
        actor: practitionerActor(practitioner),
        purposes: [CARE_TEAM],
        at,
        roster: true,
      }
    : NONE;
  const own = (type: string): Predicate =>
    allOf(anyOf(treated, IMPERSONAL_TYPES.has(type) ? { kind: 'no-person' } : NONE), owner);
  return {
    reach: (type: string, use: Use): Rule[] => {
      const treats: Rule = { reason: 'own', where: own(type) };
      if (READING.has(use)) return [treats, { reason: 'directory', where: directory(type) }];
      return widens(type, use) ? [] : [treats];
    },
    adopt: own('Patient'),
  };
}

/** What says who treats whom, and who belongs to what a Consent names (membership.ts). */
const DECIDING: ReadonlySet<string> = new Set([
  'CareTeam',
  'Group',
  'Organization',
  'OrganizationAffiliation',
  'PractitionerRole',
]);

/** Of a narrowed caller. Throws `forbidden` where it would write what decides whom it or somebody outside sees. */
export function demandNoWidening(asked: readonly { type?: string; use: Use }[]): void {
  if (asked.some(({ type, use }) => type !== undefined && widens(type, use)))
    throw new FhirError(
      'forbidden',
      'A CareTeam, a Group, a role or an Organization decides who sees whom: the staff do not write it.',
    );
}

const widens = (type: string, use: Use): boolean => DECIDING.has(type) && !READING.has(use);

import type { ConsentRule } from '../port/derived.ts';

/** Whom no Consent can permit (see port.ts, Derived.patients). */
const UNKNOWN_PERSON = '?';

/**
 * Types whose resources lay down lines: Consents, what makes a roster, who acts for whom at which age, and who belongs to
 * what. Nothing is kept or ended for others.
 */
export const RULED_TYPES: ReadonlySet<string> = new Set([
  'CareTeam',
  'Consent',
  'Coverage',
  'Group',
  'Organization',
  'OrganizationAffiliation',
  'Patient',
  'PractitionerRole',
  'RelatedPerson',
]);

/**
 * Of the lines a resource was compiled to, those that count; whatever stores them keeps no others. What
 * another than the owner wrote is kept and counts for nothing.
 */
export function countingRules(
  rules: readonly ConsentRule[],
  { type, owner, writer }: { type: string; owner: string; writer: string },
): readonly ConsentRule[] {
  if (owner !== writer || !RULED_TYPES.has(type)) return [];
  return rules.filter(rule => counts(rule) && rule.disclosers?.includes(owner) !== false);
}

/** A permit for everybody or every purpose does not exist; only a deny may leave them open. */
const counts = ({ patient, effect, actor, purpose }: ConsentRule): boolean =>
  patient !== UNKNOWN_PERSON && (effect === 'deny' || (actor !== '' && purpose !== ''));

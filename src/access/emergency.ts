// Medical emergencies, 42 CFR 2.51: medical personnel see the record of the one person whom they state, where
// that person's consent cannot be had. What was stated is kept (store/registry.ts); here is what it opens.
// https://www.ecfr.gov/current/title-42/section-2.51
import { isId } from '../fhir/id.ts';
import type { Predicate } from '../search/ast.ts';
import { directory } from './directory.ts';
import type { Principal, Rule, Use } from './grant.ts';
import { allOf, NONE, READING } from './rule.ts';

/** v3-ActReason: emergency treatment, and breaking the glass. Each needs an emergency that is stated. */
export const EMERGENCY_PURPOSES: ReadonlySet<string> = new Set(['BTG', 'ETREAT']);

/** Seconds that such a token is good for, whatever other tokens are. */
export const EMERGENCY_LIFETIME = 15 * 60;

/** Who looked, and what the person signed for others, treats nobody. */
const NEVER: ReadonlySet<string> = new Set(['AuditEvent', 'Consent']);

/** Instead of all other rules: with such a token nothing is seen by Consent, nor what the caller made itself. */
export function emergencyRules({ role, purposes, emergency }: Principal) {
  const { patient, program } = emergency ?? {};
  const stands = role === 'ehr' && purposes.some(one => EMERGENCY_PURPOSES.has(one));
  const where: Predicate =
    stands && program !== undefined && isId(patient)
      ? allOf({ kind: 'owner', organization: program }, { kind: 'person', patient })
      : NONE;
  return {
    reach: (type: string, use: Use): Rule[] =>
      READING.has(use)
        ? [
            { reason: 'emergency', where: NEVER.has(type) ? NONE : where },
            { reason: 'directory', where: directory(type) },
          ]
        : [],
    adopt: NONE,
  };
}

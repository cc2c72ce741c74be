import type { ConsentRule } from '../port.ts';

/** Whom no Consent can permit (see port.ts, Derived.patients). */
const UNKNOWN_PERSON = '?';

/**
 * Of the lines a Consent was compiled to, those that count; whatever stores them keeps no others. What
 * another than the owner wrote of a Consent is kept and counts for nothing.
 */
export function countingRules(
  rules: readonly ConsentRule[],
  { owner, writer }: { owner: string; writer: string },
): readonly ConsentRule[] {
  return owner === writer ? rules.filter(counts) : [];
}

/** A permit for everybody or every purpose does not exist; only a deny may leave them open. */
const counts = ({ patient, effect, actor, purpose }: ConsentRule): boolean =>
  patient !== UNKNOWN_PERSON && (effect === 'deny' || (actor !== '' && purpose !== ''));

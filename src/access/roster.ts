// Whose members a payer asks about: people whose Coverage names it as payor, or who are in a Group that it
// manages, as the program has it. Compiled, as Consents are, to lines when they are written: a line counts
// only while its owner wrote it last, so that no payer enrols anybody itself.
// https://hl7.org/fhir/R4/coverage.html https://hl7.org/fhir/R4/group.html
import { parseReference } from '../fhir/reference.ts';
import type { AnyResource, Coverage, Group, Reference } from '../fhir/types.ts';
import type { ConsentRule } from '../store/port.ts';
import { periodOf } from './period.ts';

/** Version of the compilation: stores made with another are compiled anew. */
export const ROSTER_RULES = 'roster-1';

/** Stands where a line of a Consent has its purpose. No code of a Consent: those are capital letters. */
export const ROSTER = 'roster';

/** The lines of a Coverage or a Group; none of another resource, and none of one that is not in force. */
export function compileRoster(resource: AnyResource, base?: string): ConsentRule[] {
  if (resource.modifierExtension !== undefined || resource.implicitRules !== undefined) return [];
  switch (resource.resourceType) {
    case 'Coverage':
      return coverageLines(resource as unknown as Coverage, base);
    case 'Group':
      return groupLines(resource as unknown as Group, base);
    default:
      return [];
  }
}

function coverageLines(coverage: Coverage, base?: string): ConsentRule[] {
  const patient = localId(coverage.beneficiary, 'Patient', base);
  const period = periodOf(coverage.period);
  if (coverage.status !== 'active' || patient === undefined || period === undefined) return [];
  return (coverage.payor ?? [])
    .map(payor => localId(payor, 'Organization', base))
    .filter(actor => actor !== undefined)
    .map(actor => ({ patient, effect: 'permit', actor, purpose: ROSTER, ...period }));
}

/** A Group that says what its members are like, or that is no longer in use, holds nobody. */
function groupLines(group: Group, base?: string): ConsentRule[] {
  const actor = localId(group.managingEntity, 'Organization', base);
  if (actor === undefined || group.actual !== true || group.active === false) return [];
  return (group.member ?? []).flatMap(({ entity, inactive, period: stated }) => {
    const patient = localId(entity, 'Patient', base);
    const period = periodOf(stated);
    if (inactive === true || patient === undefined || period === undefined) return [];
    return [{ patient, effect: 'permit' as const, actor, purpose: ROSTER, ...period }];
  });
}

function localId(reference: Reference | undefined, type: string, base?: string): string | undefined {
  const parsed = parseReference(reference?.reference ?? '', base);
  return parsed.kind === 'local' && parsed.type === type ? parsed.id : undefined;
}

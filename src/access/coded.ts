// Codes by system and code, whichever of its names a system is called by.
import { canonicalSystem } from '../fhir/code-system.ts';
import type { CodeableConcept } from '../fhir/types.ts';

export const hasCode = (concept: CodeableConcept | undefined, system: string, code: string): boolean =>
  (concept?.coding ?? []).some(one => canonicalSystem(one.system ?? '') === system && one.code === code);

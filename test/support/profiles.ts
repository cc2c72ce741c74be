// Everything that profiles/ holds: the local vocabulary, the words of the audit trail, the operations.

import { AUDIT_ACTION } from '../../src/audit/event-codes.ts';
import { RECORD_KIND } from '../../src/fhir/counselling-note.ts';
import type { AnyResource } from '../../src/fhir/types.ts';
import { operationDefinitionOf } from '../../src/interactions/operation/definition.ts';
import { OPERATIONS } from '../../src/interactions/operation/operations.ts';
import { codeSystemOf, fileName, profileFiles } from '../../src/iop/profiles.ts';

export function allProfiles(): ReadonlyMap<string, AnyResource> {
  const others = [
    codeSystemOf(AUDIT_ACTION),
    codeSystemOf(RECORD_KIND),
    ...OPERATIONS.map(operationDefinitionOf),
  ];
  return new Map([...profileFiles(), ...others.map(one => [fileName(one), one] as const)]);
}

// What identifies no client and is readable by every authenticated caller with the scope.
import type { Predicate } from '../search/ast.ts';

const CONFORMANCE = [
  'CapabilityStatement',
  'CodeSystem',
  'CompartmentDefinition',
  'ConceptMap',
  'ImplementationGuide',
  'NamingSystem',
  'OperationDefinition',
  'SearchParameter',
  'StructureDefinition',
  'StructureMap',
  'ValueSet',
];

/** References from a person to any of these are the person's data; the target itself is not. */
export const DIRECTORY_TYPES: ReadonlySet<string> = new Set([
  'HealthcareService',
  'Location',
  'Organization',
  'Practitioner',
  'PractitionerRole',
  'Schedule',
  'Slot',
  ...CONFORMANCE,
]);

const NO_PERSON: Predicate = { kind: 'no-person' };

/** A busy Slot tells of a meeting that took place; only free ones are directory. */
const FREE: Predicate = {
  kind: 'clause',
  clause: {
    kind: 'param',
    param: { code: 'status', key: 'Slot.status', type: 'token', targets: [] },
    values: [{ kind: 'token', code: 'free' }],
  },
};

export function directory(type: string): Predicate {
  if (!DIRECTORY_TYPES.has(type)) return { kind: 'none' };
  return type === 'Slot' ? { kind: 'and', of: [NO_PERSON, FREE] } : NO_PERSON;
}

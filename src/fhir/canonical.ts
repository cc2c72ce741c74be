/**
 * Canonical base of everything local: CodeSystem, extension, profile, SearchParameter and identifier
 * system. A released URL: it never changes without a migration.
 */
export const CANONICAL_BASE = 'https://iop-fhir.example/fhir';

export const extensionUrl = (name: string): string => `${CANONICAL_BASE}/StructureDefinition/${name}`;
export const codeSystemUrl = (name: string): string => `${CANONICAL_BASE}/CodeSystem/${name}`;
export const identifierSystem = (name: string): string => `${CANONICAL_BASE}/identifier/${name}`;

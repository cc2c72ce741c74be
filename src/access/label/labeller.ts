// Which sensitivities the codes of a resource speak of. Pure; by system and code, never by what is displayed.
import { canonicalSystem } from '../../fhir/code-system.ts';
import type { AnyResource, Json } from '../../fhir/types.ts';
import { DIRECTORY_TYPES } from '../directory.ts';
import { CODES, ICD_10_CM, ICD_BLOCKS, type Sensitivity } from './codes.ts';

/** Changes whenever the same resource may be labelled otherwise: a store made with another one is labelled anew. */
export const LABEL_RULES = '3';

/** Definitions and places: the codes in them are about nobody. */
const UNLABELLED: ReadonlySet<string> = new Set([
  ...DIRECTORY_TYPES,
  'ActivityDefinition',
  'AuditEvent',
  'ChargeItemDefinition',
  'Endpoint',
  'EventDefinition',
  'InsurancePlan',
  'Library',
  'Measure',
  'MedicationKnowledge',
  'ObservationDefinition',
  'OrganizationAffiliation',
  'PlanDefinition',
  'Questionnaire',
  'SpecimenDefinition',
]);

/** In their order here. */
const ORDER: readonly Sensitivity[] = ['SUD', 'ETHUD', 'OPIOIDUD', 'PSY', 'BH', 'SDV'];

/**
 * By the codings anywhere in what the resource itself states, contained resources and extensions included. Not
 * stated are its meta, and what a Consent lays down for others (its provision).
 */
export function sensitivitiesOf(resource: AnyResource): Sensitivity[] {
  if (UNLABELLED.has(resource.resourceType)) return [];
  const found = new Set<Sensitivity>();
  const apart = resource.resourceType === 'Consent' ? ['meta', 'provision'] : ['meta'];
  const open: Json[] = [];
  for (const [name, value] of Object.entries(resource as Record<string, Json>))
    if (typeof value === 'object' && value !== null && !apart.includes(name)) open.push(value);
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    const { system, code } = value as { system?: unknown; code?: unknown };
    if (typeof system === 'string' && typeof code === 'string')
      for (const one of saidBy(system, code)) found.add(one);
    for (const inner of Object.values(value as Record<string, Json>))
      if (typeof inner === 'object' && inner !== null) open.push(inner);
  }
  return ORDER.filter(one => found.has(one));
}

const ICD_CODE = /^(F1\d)(?:\.?[0-9A-Z]{1,4})?$/;

/** What one coding says; nothing where system or code are not known. */
export function saidBy(system: string, code: string): readonly Sensitivity[] {
  const canonical = canonicalSystem(system);
  const said = CODES.get(canonical)?.get(code) ?? CODES.get(canonical)?.get(code.toUpperCase());
  if (said !== undefined || canonical !== ICD_10_CM) return said ?? [];
  return ICD_BLOCKS.get(ICD_CODE.exec(code.toUpperCase())?.[1] ?? '') ?? [];
}

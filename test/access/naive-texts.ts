// The texts of one resource, told apart by the naive rule of what a payer gets. Of extensions nothing goes out here.
import { isResourceType } from '../../src/fhir/resource-types.ts';
import type { Json, JsonObject } from '../../src/fhir/types.ts';
import { type OfficialStep, officialSteps } from '../support/official-elements.ts';
import { payerGets } from './naive-redaction.ts';

/** Texts of a resource, told apart by the rule; `edit` may put others in the place of those that are not to go out. */
export interface Told {
  kept: Set<string>;
  gone: Set<string>;
}
const steps = new Map<string, Map<string, OfficialStep>>();
function stepsOf(parent: string): Map<string, OfficialStep> {
  const known = steps.get(parent) ?? new Map(officialSteps(parent).map(step => [step.property, step]));
  steps.set(parent, known);
  return known;
}

export function tell(resource: JsonObject, told: Told, edit: (text: string) => string): JsonObject {
  const walk = (value: Json, way: readonly OfficialStep[], gone: boolean): Json => {
    if (Array.isArray(value)) return value.map(item => walk(item, way, gone));
    if (typeof value === 'string') {
      (gone ? told.gone : told.kept).add(gone ? edit(value) : value);
      return gone ? edit(value) : value;
    }
    if (typeof value !== 'object' || value === null) return value;
    const type = value.resourceType;
    const inner = way.at(-1)?.inner;
    if ((type === 'Parameters' || isResourceType(type)) && inner === undefined)
      return tell(value, told, edit);
    const members = Object.entries(value).map(([name, item]) => {
      const step = inner === undefined ? undefined : stepsOf(inner).get(name);
      const next = step === undefined ? way : [...way, step];
      // Halves of primitives and extensions: all that they say goes but what they stand on.
      const beside = step === undefined || step.type === 'Extension';
      return [
        name,
        walk(
          item!,
          next,
          gone || beside || (step.inner === undefined && step.type !== 'Resource' && !payerGets(next)),
        ),
      ];
    });
    return Object.fromEntries(members) as JsonObject;
  };
  const root = String(resource.resourceType);
  return Object.fromEntries(
    Object.entries(resource).map(([name, item]) => {
      if (name === 'resourceType') return [name, item];
      const step = stepsOf(root).get(name);
      const leaf = step?.inner === undefined && step?.type !== 'Resource';
      const gone =
        step === undefined || step.type === 'Extension' || (leaf && name !== 'id' && !payerGets([step]));
      return [name, walk(item!, step === undefined ? [] : [step], gone)];
    }),
  );
}

export function* textsIn(value: Json | undefined): Generator<string> {
  if (typeof value === 'string') yield value;
  if (typeof value !== 'object' || value === null) return;
  for (const inner of Object.values(value)) yield* textsIn(inner);
}

// The elements of R4 as the official StructureDefinitions have them, beside the server's own table of them.
import type { Json, JsonObject } from '../../src/fhir/types.ts';
import { type ElementDefinition, structures } from '../../src/generated/definitions.ts';

/** One step down: an element in one of its types. */
export interface OfficialStep {
  /** `Patient.contact.name`: where the definitions have it. */
  path: string;
  /** In JSON: `valueString`. */
  property: string;
  type: string;
  many: boolean;
  /** Path below which its own elements stand; undefined for primitives and resources. */
  inner: string | undefined;
}

const definitions = structures();
const byParent = new Map<string, ElementDefinition[]>();
const all = new Map<string, ElementDefinition>();
for (const { snapshot } of definitions.values())
  for (const element of snapshot.element) {
    all.set(element.path, element);
    const parent = element.path.slice(0, element.path.lastIndexOf('.'));
    if (element.path.includes('.')) byParent.set(parent, [...(byParent.get(parent) ?? []), element]);
  }

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const FHIRPATH = 'http://hl7.org/fhirpath/System.';

/** Elements below a path: a resource type, a datatype or a backbone element. */
export function officialSteps(parent: string): OfficialStep[] {
  return (byParent.get(parent) ?? []).flatMap(element => {
    const name = element.path.slice(parent.length + 1);
    const many = element.max !== '0' && element.max !== '1';
    if (element.contentReference !== undefined) {
      const inner = element.contentReference.slice(1);
      return [{ path: element.path, property: name, type: 'BackboneElement', many, inner }];
    }
    return (element.type ?? []).map(({ code, extension }) => {
      const type = code.startsWith(FHIRPATH)
        ? (extension?.[0]?.valueUrl ?? code.slice(FHIRPATH.length).toLowerCase())
        : code;
      const property = name.endsWith('[x]') ? name.slice(0, -3) + capital(type) : name;
      const own = type === 'BackboneElement' || type === 'Element' ? element.path : undefined;
      const inner = own ?? (definitions.get(type)?.kind === 'complex-type' ? type : undefined);
      return { path: element.path, property, type, many, inner };
    });
  });
}

/** Every way from a resource type to a primitive, without extensions and resources within; a place at most twice on the way. */
export function* officialLeaves(
  type: string,
  above: readonly OfficialStep[] = [],
): Generator<OfficialStep[]> {
  const parent = above.at(-1)?.inner ?? type;
  for (const step of officialSteps(parent)) {
    if (step.type === 'Extension' || step.type === 'Resource') continue;
    const way = [...above, step];
    if (step.inner === undefined) yield way;
    else if (above.filter(({ inner }) => inner === step.inner).length < 1) yield* officialLeaves(type, way);
  }
}

/** A resource that holds one value at the end of a way. */
export function resourceAt(type: string, way: readonly OfficialStep[], value: Json): JsonObject {
  const nested = way.reduceRight<Json>((inner, { property, many }) => {
    return { [property]: many ? [inner] : inner };
  }, value);
  return { resourceType: type, ...(nested as JsonObject) };
}

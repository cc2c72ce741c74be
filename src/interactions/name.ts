// What somebody or an Organization is called.
import type { AnyResource, HumanName } from '../fhir/types.ts';

/** The first name it has, given names first; undefined where it has none. */
export function nameOf(resource: AnyResource | undefined): string | undefined {
  const name = resource?.name;
  if (typeof name === 'string') return name;
  const [first] = Array.isArray(name) ? (name as HumanName[]) : [];
  if (first === undefined) return undefined;
  return first.text ?? [...(first.given ?? []), first.family].filter(one => one !== undefined).join(' ');
}

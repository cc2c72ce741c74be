// How a local CodeSystem and a local extension are written down: as data, so that the code, the
// published profiles and the tests all read the same lines.
import { codeSystemUrl, extensionUrl } from '../fhir/canonical.ts';
import type { CodeableConcept, Coding, Extension, Period, Reference, Timing } from '../fhir/types.ts';

/** A local CodeSystem: `track`, its title, and its codes with their displays. */
export interface LocalSystem<C extends string = string> {
  name: string;
  url: string;
  title: string;
  description: string;
  codes: Readonly<Record<C, string>>;
}

/** The codes of a local CodeSystem as a union. */
export type CodeOf<S> = S extends LocalSystem<infer C> ? C : never;

export function defineSystem<const C extends string>(
  name: string,
  text: { title: string; description: string },
  codes: Readonly<Record<C, string>>,
): LocalSystem<C> {
  return { name, url: codeSystemUrl(name), ...text, codes };
}

export const codesOf = <C extends string>(system: LocalSystem<C>): C[] => Object.keys(system.codes) as C[];

/** The Coding of a local code, with its display. */
export function localCoding<C extends string>(system: LocalSystem<C>, code: C): Coding {
  return { system: system.url, code, display: system.codes[code] };
}

export function localConcept<C extends string>(system: LocalSystem<C>, code: C): CodeableConcept {
  return { coding: [localCoding(system, code)] };
}

/** The code of this local CodeSystem in a CodeableConcept (or the first of several that has one). */
export function localCode<C extends string>(
  system: LocalSystem<C>,
  from: CodeableConcept | readonly CodeableConcept[] | undefined,
): C | undefined {
  const concepts: readonly CodeableConcept[] = Array.isArray(from) ? from : [from ?? {}];
  const codings = concepts.flatMap(concept => concept.coding ?? []);
  const found = codings.find(one => one.system === system.url && Object.hasOwn(system.codes, one.code ?? ''));
  return found?.code as C | undefined;
}

/** What a local extension may hold, by the name its `value[x]` ends with. */
export interface ExtensionValues {
  Boolean: boolean;
  Code: string;
  CodeableConcept: CodeableConcept;
  Date: string;
  DateTime: string;
  Instant: string;
  Period: Period;
  PositiveInt: number;
  Reference: Reference;
  String: string;
  Time: string;
  Timing: Timing;
}

/** A local extension: one value of one type; those that repeat are put several times. */
export interface LocalExtension<T extends keyof ExtensionValues = keyof ExtensionValues> {
  name: string;
  url: string;
  type: T;
  title: string;
  description: string;
  /** Where it may stand: element paths (`EpisodeOfCare`, `Consent.provision`). */
  contexts: readonly string[];
}

export function defineExtension<T extends keyof ExtensionValues>(
  name: string,
  type: T,
  text: { title: string; description: string; contexts: readonly string[] },
): LocalExtension<T> {
  return { name, url: extensionUrl(name), type, ...text };
}

/** The extension with this value; nothing where there is no value. Spread it into `extension`. */
export function extend<T extends keyof ExtensionValues>(
  extension: LocalExtension<T>,
  value: ExtensionValues[T] | undefined,
): Extension[] {
  return value === undefined ? [] : [{ url: extension.url, [`value${extension.type}`]: value } as Extension];
}

/** Every value this extension has on an element, in order. */
export function extensionValues<T extends keyof ExtensionValues>(
  extension: LocalExtension<T>,
  element: { extension?: Extension[] | undefined } | undefined,
): ExtensionValues[T][] {
  return (element?.extension ?? [])
    .filter(one => one.url === extension.url)
    .map(one => (one as unknown as Record<string, unknown>)[`value${extension.type}`])
    .filter(value => value !== undefined) as ExtensionValues[T][];
}

export function extensionValue<T extends keyof ExtensionValues>(
  extension: LocalExtension<T>,
  element: { extension?: Extension[] | undefined } | undefined,
): ExtensionValues[T] | undefined {
  return extensionValues(extension, element)[0];
}

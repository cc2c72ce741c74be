// The published form of the local vocabulary: a CodeSystem per local system, a StructureDefinition per
// local extension. profiles/ holds these, and test/support/profiles.ts says what else; a test keeps it so.
// https://hl7.org/fhir/R4/codesystem.html https://hl7.org/fhir/R4/defining-extensions.html
import type { AnyResource, Json } from '../fhir/types.ts';
import * as codes from './codes.ts';
import * as careCodes from './codes-care.ts';
import * as lifeCodes from './codes-life.ts';
import * as sessionCodes from './codes-sessions.ts';
import * as stayCodes from './codes-stay.ts';
import * as element from './element.ts';
import * as extensions from './extensions.ts';
import * as modality from './modality.ts';
import type { LocalExtension, LocalSystem } from './vocabulary.ts';

/** Every file that defines local vocabulary. */
const SOURCES: readonly object[] = [
  codes,
  sessionCodes,
  careCodes,
  stayCodes,
  lifeCodes,
  modality,
  element,
  extensions,
];

const exportsOf = (): unknown[] => SOURCES.flatMap(source => Object.values(source));

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
export const isLocalSystem = (value: unknown): value is LocalSystem =>
  isObject(value) && 'codes' in value && 'url' in value;
export const isLocalExtension = (value: unknown): value is LocalExtension =>
  isObject(value) && 'contexts' in value && 'url' in value;

export const localSystems = (): LocalSystem[] => exportsOf().filter(isLocalSystem);
export const localExtensions = (): LocalExtension[] => exportsOf().filter(isLocalExtension);

/** Version of the published vocabulary; goes up when a code or an extension changes its meaning. */
const VERSION = '0.1.0';
const PUBLISHED = '2026-08-01';

const common = (url: string, name: string, title: string) => ({
  url,
  version: VERSION,
  name: name.replace(/(?:^|-)([a-z0-9])/g, (_all, first: string) => first.toUpperCase()),
  title,
  status: 'active',
  experimental: false,
  date: PUBLISHED,
  publisher: 'iop-fhir',
});

export function codeSystemOf(system: LocalSystem): AnyResource {
  const codes = Object.entries(system.codes);
  return {
    resourceType: 'CodeSystem',
    id: system.name,
    ...common(system.url, system.name, system.title),
    description: system.description,
    caseSensitive: true,
    content: 'complete',
    count: codes.length,
    concept: codes.map(([code, display]) => ({ code, display })),
  };
}

export function extensionDefinitionOf(extension: LocalExtension): AnyResource {
  const type = extension.type.replace(
    /^(?:Boolean|Code|DateTime|Date|Instant|PositiveInt|String|Time)$/,
    name => `${name.charAt(0).toLowerCase()}${name.slice(1)}`,
  );
  const elements: Json[] = [
    {
      id: 'Extension',
      path: 'Extension',
      short: extension.title,
      definition: extension.description,
      max: '1',
    },
    { id: 'Extension.extension', path: 'Extension.extension', max: '0' },
    { id: 'Extension.url', path: 'Extension.url', fixedUri: extension.url },
    { id: 'Extension.value[x]', path: 'Extension.value[x]', min: 1, type: [{ code: type }] },
  ];
  return {
    resourceType: 'StructureDefinition',
    id: extension.name,
    ...common(extension.url, extension.name, extension.title),
    description: extension.description,
    fhirVersion: '4.0.1',
    kind: 'complex-type',
    abstract: false,
    context: extension.contexts.map(expression => ({ type: 'element', expression })),
    type: 'Extension',
    baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Extension',
    derivation: 'constraint',
    differential: { element: elements },
  };
}

export const fileName = ({ resourceType, id }: AnyResource): string => `${resourceType}-${id}.json`;

/** `CodeSystem-track.json` -> its content, for every file of profiles/ that is of the program's vocabulary. */
export function profileFiles(): ReadonlyMap<string, AnyResource> {
  const resources = [...localSystems().map(codeSystemOf), ...localExtensions().map(extensionDefinitionOf)];
  return new Map(resources.map(one => [fileName(one), one]));
}

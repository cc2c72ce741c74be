// The official R4 example instances (package hl7.fhir.r4.examples).
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyResource } from '../../src/fhir/types.ts';

const FOLDER = join(import.meta.dirname, '../../node_modules/hl7.fhir.r4.examples');

/** Definitions are not instances of anything a program records. */
const DEFINITIONS = new Set([
  'StructureDefinition',
  'SearchParameter',
  'ValueSet',
  'CodeSystem',
  'ConceptMap',
  'OperationDefinition',
  'CompartmentDefinition',
]);
const LARGEST_BUNDLE = 1_000_000;

/** Paths of the 729 example instances, sorted. File names start with the resource type. */
export function exampleFiles(): string[] {
  return readdirSync(FOLDER)
    .filter(name => name.endsWith('.json') && /^[A-Z]/.test(name))
    .filter(name => !DEFINITIONS.has(name.split('-', 1)[0]!))
    .map(name => join(FOLDER, name))
    .filter(path => !path.includes('/Bundle-') || statSync(path).size <= LARGEST_BUNDLE)
    .sort();
}

export const readExample = (path: string): AnyResource =>
  JSON.parse(readFileSync(path, 'utf8')) as AnyResource;

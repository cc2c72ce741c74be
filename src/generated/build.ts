// Makes the committed tables of this folder from the official R4 definitions (development dependencies):
// npm run generate:tables. A test makes them again and compares.
import { writeFileSync } from 'node:fs';
import { buildAuthors, buildElements, buildPrimitives } from './build-elements.ts';
import { buildCompartments, buildSearch } from './build-search.ts';
import {
  codeSystems,
  compartmentDefinitions,
  parameters,
  publishedSchema,
  structures,
} from './definitions.ts';
import { readElements } from './tables.ts';

/** File name -> text of every table. Pure apart from reading the definitions; the same every time. */
export function buildTables(): Record<string, string> {
  const published = publishedSchema();
  const found = structures();
  const { elements, codes } = buildElements(found, published);
  const vocabulary = { elements: readElements(elements), systems: codeSystems(found) };
  return {
    'elements.json': lines(elements),
    'schemas.json': lines({ primitives: buildPrimitives(published), codes }),
    'search-parameters.json': lines(buildSearch(parameters(), vocabulary)),
    'authors.json': lines(buildAuthors(found)),
    'compartments.json': lines(buildCompartments(compartmentDefinitions())),
  };
}

/** One line for each entry: compact, and a difference still shows where it is. */
const lines = (table: Readonly<Record<string, unknown>>): string =>
  `{\n${Object.entries(table)
    .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
    .join(',\n')}\n}\n`;

if (import.meta.main)
  for (const [name, text] of Object.entries(buildTables())) {
    writeFileSync(new URL(name, import.meta.url), text);
    process.stdout.write(`${name}: ${text.length} characters\n`);
  }

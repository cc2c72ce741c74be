// The compiled steps of every served parameter select what the official FHIRPath expression selects, on
// all official examples.
import { expect, test } from '@jest/globals';
import { parseReference } from '../../../src/fhir/reference.ts';
import { RESOURCE_TYPES } from '../../../src/fhir/resource-types.ts';
import type { AnyResource } from '../../../src/fhir/types.ts';
import { parameters } from '../../../src/generated/definitions.ts';
import type { Found } from '../../../src/search/param/kind.ts';
import { typeOfTarget } from '../../../src/search/param/reference.ts';
import { definitionOf, paramsOf, sourcesOf } from '../../../src/search/registry.ts';
import { select } from '../../../src/search/select.ts';
import { exampleFiles, readExample } from '../../support/examples.ts';
import { compileOfficial } from '../../support/official-expression.ts';

const expressions = new Map(parameters().map(one => [one.url, one.expression]));
const examples = exampleFiles();

interface Official {
  code: string;
  sources: ReturnType<typeof sourcesOf>;
  evaluate: (resource: AnyResource) => unknown[];
}

const officials = new Map<string, Official[]>();
function officialsOf(type: string): Official[] {
  const known = officials.get(type);
  if (known !== undefined) return known;
  const list = paramsOf(type).map(({ code }) => ({
    code,
    sources: sourcesOf(type, code),
    evaluate: compileOfficial(type, expressions.get(definitionOf(type, code)!)!),
  }));
  officials.set(type, list);
  return list;
}

const plain = (found: Found): boolean => found.only === undefined || targetType(found.value) === found.only;
const targetType = (value: unknown): string | undefined => {
  const { reference, type } = value as { reference?: string; type?: string };
  return typeOfTarget(parseReference(reference ?? ''), type);
};
const texts = (values: readonly unknown[]): string[] =>
  [...new Set(values.map(value => JSON.stringify(value)))].sort();

test('there are 729 official example instances', () => {
  expect(examples.length).toBe(729);
});

test('steps and official expressions select the same elements of every example', () => {
  const differences: string[] = [];
  let compared = 0;
  let selected = 0;
  for (const path of examples) {
    const resource = readExample(path);
    for (const { code, sources, evaluate } of officialsOf(resource.resourceType)) {
      const ours = texts(
        select(resource, sources)
          .filter(plain)
          .map(found => found.value),
      );
      const theirs = texts(evaluate(resource));
      compared += 1;
      selected += theirs.length;
      if (JSON.stringify(ours) !== JSON.stringify(theirs))
        differences.push(`${path.split('/').pop()} ${code}: ${ours.length} and ${theirs.length}`);
    }
  }
  expect(differences).toEqual([]);
  expect(compared).toBeGreaterThan(10_000);
  expect(selected).toBeGreaterThan(6_500);
});

test('every R4 type has parameters, and each served one is compiled from its official expression', () => {
  for (const type of RESOURCE_TYPES) {
    expect(paramsOf(type).map(param => param.code)).toEqual(expect.arrayContaining(['_tag', '_profile']));
    for (const { code } of paramsOf(type)) expect(expressions.get(definitionOf(type, code)!)).toBeDefined();
  }
});

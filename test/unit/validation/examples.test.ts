import { basename } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RESOURCE_TYPES } from '../../../src/fhir/resource-types.ts';
import type { AnyResource, Json, JsonObject } from '../../../src/fhir/types.ts';
import { fitsSchema } from '../../../src/validation/schema.ts';
import { validateResource, warmValidators } from '../../../src/validation/validate.ts';
import { exampleFiles, readExample } from '../../support/examples.ts';

/** Examples that are not valid R4, and the paths that say why. */
const INVALID: Readonly<Record<string, RegExp>> = {
  // No name and no status, both 1..1, and a reference whose id has more than 64 characters.
  'ImplementationGuide-fhir.json':
    /^ImplementationGuide\.(name|status|manifest\.resource\[\d+\]\.reference\.reference)$/,
  // Items without their linkId, which is 1..1.
  'Questionnaire-qs1.json': /^Questionnaire(\.item\[\d+\])+\.linkId$/,
};

const examples = new Map<string, AnyResource>();
beforeAll(() => {
  for (const path of exampleFiles()) examples.set(basename(path), readExample(path));
});

test('every official example is valid, but for those that are not R4', () => {
  expect(examples.size).toBe(729);
  const refused: string[] = [];
  for (const [name, resource] of examples) {
    const issues = validateResource(resource);
    const known = INVALID[name];
    if (known !== undefined) for (const { path } of issues) expect(path).toMatch(known);
    if (issues.length > 0) refused.push(name);
  }
  expect(refused).toEqual(Object.keys(INVALID));
});

test('every resource type can be validated', () => {
  warmValidators([...RESOURCE_TYPES, 'Parameters']);
  for (const resourceType of RESOURCE_TYPES) {
    const issues = validateResource({ resourceType, nothing: 1 });
    expect(issues.map(({ path }) => path)).toContain(`${resourceType}.nothing`);
  }
});

describe('an example that somebody spoilt', () => {
  const spoils: readonly Json[] = [
    null,
    [],
    {},
    '',
    ' ',
    'x',
    '2026-02-30',
    1.5,
    -1,
    true,
    [null],
    ['x'],
    [{}],
    { id: 'x' },
    { nope: 1 },
    { extension: [] },
  ];
  type Spoil = { example: number; place: number; how: 'replace' | 'wrap' | 'remove' | 'sibling'; by: Json };
  const spoil: fc.Arbitrary<Spoil> = fc.record({
    example: fc.nat(),
    place: fc.nat(),
    how: fc.constantFrom(
      'replace' as const,
      'replace' as const,
      'wrap' as const,
      'remove' as const,
      'sibling' as const,
    ),
    by: fc.constantFrom(...spoils),
  });

  test('is refused with the place and the reason wherever its schema refuses it', () => {
    const small = [...examples.entries()]
      .filter(([name]) => INVALID[name] === undefined)
      .map(([, resource]) => resource)
      .filter(resource => JSON.stringify(resource).length < 8000);
    let refused = 0;
    fc.assert(
      fc.property(spoil, ({ example, place, how, by }) => {
        const resource = structuredClone(small[example % small.length]!);
        spoilAt(resource, place, how, by);
        const issues = validateResource(resource);
        if (fitsSchema(resource.resourceType, resource)) return;
        refused += 1;
        expect(issues).not.toEqual([]);
        for (const { path, message } of issues) {
          expect(path?.startsWith(resource.resourceType)).toBe(true);
          expect(message).not.toMatch(/: not a valid R4 [A-Z]/);
        }
      }),
      { numRuns: 4000 },
    );
    expect(refused).toBeGreaterThan(1000);
  });
});

/** Changes one place of a resource, other than its resourceType. */
function spoilAt(resource: AnyResource, place: number, how: string, by: Json): void {
  const places: [parent: JsonObject | Json[], key: string][] = [];
  const collect = (value: Json | undefined): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, item] of Object.entries(value)) {
      if (value === resource && key === 'resourceType') continue;
      places.push([value, key]);
      collect(item);
    }
  };
  collect(resource);
  if (places.length === 0) return;
  const [parent, key] = places[place % places.length]!;
  const target = parent as Record<string, Json>;
  if (how === 'wrap') target[key] = [target[key]!];
  else if (how === 'remove' && !Array.isArray(parent)) delete target[key];
  else if (how === 'sibling' && !Array.isArray(parent)) target[`_${key}`] = structuredClone(by);
  else target[key] = structuredClone(by);
}

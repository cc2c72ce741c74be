import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { isResourceType, RESOURCE_TYPES } from '../../../src/fhir/resource-types.ts';
import { buildTables } from '../../../src/generated/build.ts';
import {
  codeList,
  compartments,
  elementsOf,
  propertiesOf,
  searchParameters,
} from '../../../src/generated/tables.ts';

const built = buildTables();

test.each(Object.keys(built))('%s is what the official definitions give', name => {
  const committed = readFileSync(new URL(`../../../src/generated/${name}`, import.meta.url), 'utf8');
  // Not toEqual: a difference of megabytes helps nobody.
  const same = committed === built[name];
  expect(same ? name : `${name} differs: run npm run generate:tables`).toBe(name);
});

describe('elements', () => {
  test('every resource type has its elements, those of its bases first', () => {
    for (const type of RESOURCE_TYPES) {
      const names = [...(elementsOf(type)?.keys() ?? [])];
      expect(names.slice(0, 4)).toEqual(['id', 'meta', 'implicitRules', 'language']);
      expect(names.length).toBeGreaterThan(4);
    }
  });

  test('every type of every element is itself known', () => {
    const seen = new Set<string>();
    const visit = (key: string): void => {
      if (seen.has(key)) return;
      seen.add(key);
      for (const { types } of elementsOf(key)?.values() ?? [])
        for (const type of types)
          if (/^[A-Z]/.test(type) && type !== 'Resource') {
            expect(elementsOf(type)).toBeDefined();
            visit(type);
          }
    };
    for (const type of RESOURCE_TYPES) visit(type);
    expect(seen.size).toBeGreaterThan(600);
  });

  test.each([
    [
      'Observation',
      'status',
      { min: 1, max: 1, types: ['code'], choice: false, summary: true, modifier: true },
    ],
    ['Observation', 'value', { min: 0, max: 1, choice: true }],
    ['Patient', 'name', { min: 0, max: Number.POSITIVE_INFINITY, types: ['HumanName'] }],
    ['Patient', 'generalPractitioner', { targets: ['Organization', 'Practitioner', 'PractitionerRole'] }],
    ['Observation.component', 'referenceRange', { types: ['Observation.referenceRange'] }],
    ['Bundle.entry', 'resource', { types: ['Resource'] }],
    ['Extension', 'url', { min: 1, types: ['uri'], attribute: true }],
    ['Age', 'value', { types: ['decimal'] }],
  ])('%s.%s', (key, name, expected) => {
    expect(elementsOf(key)?.get(name)).toMatchObject(expected);
  });

  test('a choice has a property for each of its types', () => {
    expect(propertiesOf('Patient')?.get('deceasedDateTime')).toMatchObject({ type: 'dateTime' });
    expect(propertiesOf('Patient')?.get('deceasedBoolean')?.element.name).toBe('deceased');
    expect(propertiesOf('Patient')?.has('deceased')).toBe(false);
  });

  test('required codes are listed', () => {
    const gender = elementsOf('Patient')!.get('gender')!;
    expect(codeList(gender.codes!)).toEqual(['male', 'female', 'other', 'unknown']);
  });

  test('nothing inherited is taken for a type', () => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'Nothing'])
      expect(elementsOf(name)).toBeUndefined();
  });
});

describe('search parameters', () => {
  test('every type has those of Resource', () => {
    for (const type of RESOURCE_TYPES)
      expect(Object.keys(searchParameters()[type]!)).toEqual(
        expect.arrayContaining(['_id', '_lastUpdated', '_profile', '_security', '_source', '_tag']),
      );
  });

  test('targets are resource types', () => {
    const targets = Object.values(searchParameters()).flatMap(row =>
      Object.values(row).flatMap(one => one.g ?? []),
    );
    expect(targets.length).toBeGreaterThan(900);
    expect(targets.filter(target => !isResourceType(target))).toEqual([]);
  });

  test('what is not served is composite, special, without an expression, or a column', () => {
    const left = new Set(
      Object.values(searchParameters()).flatMap(row =>
        Object.entries(row).flatMap(([code, { t, x }]) =>
          x === undefined && t !== 'composite' && t !== 'special' ? [code] : [],
        ),
      ),
    );
    expect([...left].sort()).toEqual([
      '_content',
      '_id',
      '_lastUpdated',
      '_query',
      '_text',
      'age',
      'birthOrderBoolean',
    ]);
  });
});

test('the compartments are the five of R4, and their codes are reference parameters', () => {
  expect(Object.keys(compartments())).toEqual([
    'Device',
    'Encounter',
    'Patient',
    'Practitioner',
    'RelatedPerson',
  ]);
  const patient = compartments().Patient!;
  expect(Object.keys(patient).length).toBe(66);
  for (const [type, codes] of Object.entries(patient))
    for (const code of codes)
      expect([type, code, searchParameters()[type]?.[code]?.t]).toEqual([type, code, 'reference']);
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RESOURCE_TYPES } from '../../../src/fhir/resource-types.ts';
import type { AnyResource } from '../../../src/fhir/types.ts';
import { extract } from '../../../src/search/extract.ts';
import type { IndexValue } from '../../../src/store/port/derived.ts';
import { exampleFiles, readExample } from '../../support/examples.ts';

const resource = (resourceType: string, more: object) => ({ resourceType, ...more }) as AnyResource;
const valuesOf = (given: AnyResource, code: string): IndexValue[] =>
  extract(given, 'http://fhir.example/fhir').values.filter(
    value => value.key === `${given.resourceType}.${code}`,
  );
const utc = (text: string): number => Date.parse(text);

describe('index values', () => {
  test.each<[string, AnyResource, string, object[]]>([
    [
      'a coding without code stands under its system',
      resource('Observation', { code: { coding: [{ system: 'http://loinc.org/' }] } }),
      'code',
      [{ type: 'token', system: 'http://loinc.org', code: '' }],
    ],
    [
      'a display alone is no token',
      resource('Observation', { code: { coding: [{ display: 'x' }] } }),
      'code',
      [],
    ],
    [
      'equal values stand once',
      resource('Observation', { code: { coding: [{ code: 'A' }, { code: 'a' }] } }),
      'code',
      [{ type: 'token', system: '', code: 'a' }],
    ],
    [
      'a period without start is open since the first moment',
      resource('Encounter', { period: { end: '2026' } }),
      'date',
      [{ type: 'date', low: -8.64e15, high: utc('2027-01-01') }],
    ],
    [
      'a period with an end that cannot be read is not indexed',
      resource('Encounter', { period: { start: '2026', end: 'soon' } }),
      'date',
      [],
    ],
    ['an empty period is not indexed', resource('Encounter', { period: {} }), 'date', []],
    [
      'bounds of a timing without events',
      resource('Observation', {
        effectiveTiming: { repeat: { boundsPeriod: { start: '2026-01-01', end: '2026-01-31' } } },
      }),
      'date',
      [{ type: 'date', low: utc('2026-01-01'), high: utc('2026-02-01') }],
    ],
    [
      'a quantity with code and another unit stands under both',
      resource('Observation', {
        valueQuantity: { value: 120, unit: 'mmHg', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' },
      }),
      'value-quantity',
      [
        { type: 'quantity', low: 120, high: 120, system: 'http://unitsofmeasure.org', code: 'mm[Hg]' },
        { type: 'quantity', low: 120, high: 120, system: '', code: 'mmHg' },
      ],
    ],
    [
      'a quantity whose comparator is unknown is not indexed',
      resource('Observation', { valueQuantity: { value: 1, comparator: '~' } }),
      'value-quantity',
      [],
    ],
    [
      'an extension is indexed by its value',
      resource('Device', {
        extension: [
          {
            url: 'http://hl7.org/fhir/SearchParameter/device-extensions-Device-din',
            valueIdentifier: { system: 'urn:din', value: 'D1' },
          },
          { url: 'http://other.example', valueIdentifier: { value: 'D2' } },
        ],
      }),
      'din',
      [{ type: 'token', system: 'urn:din', code: 'd1' }],
    ],
    [
      'the first resource of a document',
      resource('Bundle', {
        entry: [
          { resource: { resourceType: 'Composition', id: 'c' } },
          { resource: { resourceType: 'Composition', id: 'd' } },
        ],
      }),
      'composition',
      [{ type: 'reference', target: 'Composition/c' }],
    ],
    [
      'answers of items that are marked as subjects',
      resource('QuestionnaireResponse', {
        item: [
          {
            extension: [
              {
                url: 'http://hl7.org/fhir/StructureDefinition/questionnaireresponse-isSubject',
                valueBoolean: true,
              },
            ],
            answer: [{ valueReference: { reference: 'Patient/1' } }],
          },
          { answer: [{ valueReference: { reference: 'Patient/2' } }] },
        ],
      }),
      'item-subject',
      [{ type: 'reference', target: 'Patient/1' }],
    ],
    [
      'a URL of this server is local, its version does not count',
      resource('Observation', { subject: { reference: 'http://fhir.example/fhir/Patient/1/_history/2' } }),
      'patient',
      [{ type: 'reference', target: 'Patient/1' }],
    ],
    [
      'the version in a URL of another server does not count',
      resource('Observation', { subject: { reference: 'http://o.example/Patient/1/_history/2' } }),
      'patient',
      [{ type: 'reference', target: 'http://o.example/Patient/1' }],
    ],
    [
      'a URN counts where its type is stated',
      resource('Observation', { subject: { reference: 'urn:uuid:1', type: 'Patient' } }),
      'patient',
      [{ type: 'reference', target: 'urn:uuid:1' }],
    ],
    [
      'a URN whose type is not stated',
      resource('Observation', { subject: { reference: 'urn:uuid:1' } }),
      'patient',
      [],
    ],
    [
      'related artifacts of one kind',
      resource('Library', {
        relatedArtifact: [
          { type: 'depends-on', resource: 'http://x.example/l|1' },
          { type: 'citation', resource: 'http://x.example/m' },
        ],
      }),
      'depends-on',
      [
        { type: 'reference', target: 'http://x.example/l|1' },
        { type: 'reference', target: 'http://x.example/l' },
      ],
    ],
  ])('%s', (_name, given, code, expected) => {
    const key = `${given.resourceType}.${code}`;
    expect(valuesOf(given, code)).toEqual(expected.map(one => ({ ...one, key })));
  });
});

test('every official example gives values, and all of them are of the kind that stores take', () => {
  let values = 0;
  for (const path of exampleFiles()) {
    for (const value of extract(readExample(path)).values) {
      values += 1;
      for (const member of Object.values(value)) {
        expect(['string', 'number']).toContain(typeof member);
        if (typeof member === 'number') expect(Number.isFinite(member)).toBe(true);
      }
      if ('low' in value) expect(value.low).toBeLessThanOrEqual(value.high);
    }
  }
  expect(values).toBeGreaterThan(6_500);
});

test('nothing that JSON can hold makes extraction throw', () => {
  // Real element names with values of any shape reach every extractor.
  const names = [
    'subject',
    'patient',
    'code',
    'period',
    'name',
    'value',
    'valueQuantity',
    'identifier',
    'link',
    'meta',
    'extension',
    'contained',
    'participant',
    'reference',
    'coding',
    'low',
    'high',
    'event',
    'repeat',
    'url',
    'actor',
    'data',
    'origin',
  ];
  const json = fc.letrec(tie => ({
    any: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(
        null,
        true,
        0,
        -1.5,
        1e300,
        '',
        'Patient/1',
        '#',
        '2026-02-30',
        '<',
        'x|y',
        '\ud800',
        'http://x/Patient/1',
      ),
      fc.string({ unit: 'binary' }),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string({ maxLength: 5 })), tie('any'), {
        maxKeys: 4,
      }),
    ),
  })).any;
  fc.assert(
    fc.property(
      fc.constantFrom(...RESOURCE_TYPES, 'Nothing', '__proto__'),
      fc.dictionary(fc.constantFrom(...names), json, { maxKeys: 8 }),
      (type, members) => {
        const found = extract(resource(type, members));
        expect(Array.isArray(found.values)).toBe(true);
      },
    ),
    { numRuns: 2000 },
  );
});

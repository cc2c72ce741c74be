// What parseSearch says beside the clauses, which the search cases cover.
import { describe, expect, test } from '@jest/globals';
import { FhirError } from '../../../src/fhir/error.ts';
import type { Search } from '../../../src/search/ast.ts';
import { parseSearch } from '../../../src/search/parse.ts';
import { printSearch } from '../../../src/search/print.ts';
import { paramsOf } from '../../../src/search/registry.ts';

const BASE = 'http://fhir.example/fhir';
const parse = (type: string, query: string, strict = false): Search =>
  parseSearch(type, query, { strict, maxCount: 100, defaultCount: 20, base: BASE, now: 0 });

function failure(type: string, query: string, strict = false): FhirError {
  try {
    parse(type, query, strict);
  } catch (error) {
    if (error instanceof FhirError) return error;
    throw error;
  }
  throw new Error(`${query} was not refused`);
}

describe('defaults and bounds', () => {
  test('a query without parameters asks for a page of everything', () => {
    expect(parse('Patient', '')).toEqual({
      type: 'Patient',
      clauses: [],
      sort: [],
      count: 20,
      summary: 'false',
      elements: [],
      total: 'none',
      includes: [],
      applied: [],
      ignored: [],
    });
  });

  test.each([
    ['_count=5', { count: 5, total: 'none' }],
    ['_count=100000', { count: 100 }],
    ['_count=0', { count: 0, total: 'accurate' }],
    ['_summary=count', { count: 0, summary: 'count', total: 'accurate' }],
    ['_summary=count&_count=7', { count: 0, summary: 'count' }],
    ['_total=estimate&_count=0', { total: 'estimate' }],
    ['_summary=text&_elements=name,active', { summary: 'text', elements: ['name', 'active'] }],
  ])('%s', (query, expected) => {
    expect(parse('Patient', query)).toMatchObject(expected);
  });

  test.each([
    ['too-large', `name=${'a'.repeat(70_000)}`],
    ['too-large', Array.from({ length: 101 }, () => 'active=true').join('&')],
    ['too-large', `name=${Array.from({ length: 501 }, (_, index) => index).join(',')}`],
    ['too-large', `_id=${Array.from({ length: 501 }, (_, index) => index).join(',')}`],
    ['invalid-value', `_sort=${Array.from({ length: 11 }, () => 'name').join(',')}`],
  ])('%s for more than anybody needs', (code, query) => {
    expect(failure('Patient', query).code).toBe(code);
  });

  test('a type that is none is refused', () => {
    expect(failure('Nothing', '').code).toBe('invalid-search');
    expect(failure('constructor', '').code).toBe('invalid-search');
  });
});

describe('the self link', () => {
  test.each([
    ['Patient', 'name=Eve&shoe-size=4&_format=json&birthdate=ge2000', 'name=Eve&birthdate=ge2000'],
    ['Patient', '_count=9999', '_count=100'],
    ['Patient', '_sort=nothing,-name', '_sort=-name'],
    ['Patient', '_sort=nothing', ''],
    ['Patient', 'name=a%2Cb%5C%2Cc', 'name=a,b%5C,c'],
    ['Patient', 'name=Anne+Marie&name=50%25', 'name=Anne%20Marie&name=50%25'],
    ['Observation', 'subject:Patient=1', 'subject:Patient=1'],
    ['Observation', 'code=http://loinc.org|1-2', 'code=http://loinc.org%7C1-2'],
    ['Patient', 'name=x%26%3D%23%3F', 'name=x%26%3D%23%3F'],
    [
      'Observation',
      '_include=Observation:subject&_include=Observation:nothing',
      '_include=Observation:subject',
    ],
  ])('of %s?%s', (type, query, printed) => {
    expect(printSearch(parse(type, query))).toBe(printed);
  });
});

describe('what is said about a query never repeats its values', () => {
  const secret = 'Methadone';
  test.each([
    ['Patient', `birthdate=${secret}`],
    ['Patient', `birthdate:${secret}=2000`],
    ['Patient', `name:${secret}%20x=2000`],
    ['Patient', `active:missing=${secret}`],
    ['Patient', `_id=${secret}/1`],
    ['Patient', `_count=${secret}`],
    ['Patient', `_total=${secret}`],
    ['Patient', `_summary=${secret}`],
    ['Patient', `_elements=${secret};`],
    ['Patient', `_lastUpdated=${secret}`],
    ['Observation', `value-quantity=${secret}`],
    ['Observation', `subject=${secret}%20x`],
    ['Observation', `code=a|b|${secret}`],
    ['Observation', `subject.name=${secret}`],
  ])('%s?%s', (type, query) => {
    const { issues } = failure(type, query, true);
    expect(JSON.stringify(issues)).not.toContain(secret);
  });

  test.each([
    ['unknown-name=x', 'unknown-name is not a search parameter of Patient here; it was ignored.'],
    [
      'John%20Smith%2C%20born%202001=x',
      'A parameter is not a search parameter of Patient here; it was ignored.',
    ],
    [`${'n'.repeat(65)}=x`, 'A parameter is not a search parameter of Patient here; it was ignored.'],
  ])('a parameter that was ignored is named only if it looks like a name: %s', (query, words) => {
    expect(parse('Patient', query).ignored).toEqual([words]);
  });
});

describe('includes', () => {
  test('every reference parameter of the type', () => {
    const all = parse('Encounter', '_include=Encounter:*').includes;
    const references = paramsOf('Encounter').filter(param => param.type === 'reference');
    expect(all.map(include => include.param.code)).toEqual(references.map(param => param.code));
    expect(all.length).toBeGreaterThan(5);
  });

  test('every reference of another type that may point here', () => {
    const all = parse('Patient', '_revinclude=Observation:*').includes;
    expect(all.map(include => include.param.code).sort()).toEqual([
      'focus',
      'patient',
      'performer',
      'subject',
    ]);
    for (const include of all) expect(include).toMatchObject({ direction: 'reverse', source: 'Observation' });
  });

  test('the same include twice is one', () => {
    const query = '_include=Observation:subject&_include=Observation:*&_include=Observation:subject';
    const keys = parse('Observation', query).includes.map(include => include.param.key);
    expect(keys.length).toBe(new Set(keys).size);
  });

  test.each([
    'Observation',
    'Observation:',
    ':subject',
    'Observation:subject:Nothing',
    'Observation:subject:Encounter',
    'Observation:subject:Patient:x',
    '*',
    '',
  ])('%j is refused under strict handling', value => {
    expect(failure('Observation', `_include=${value}`, true).code).toBe('invalid-search');
    expect(parse('Observation', `_include=${value}`).includes).toEqual([]);
  });
});

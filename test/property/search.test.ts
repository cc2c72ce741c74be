import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FhirError } from '../../src/fhir/error.ts';
import type { Prefix, SortKey } from '../../src/search/ast.ts';
import { type Facts, searchMemory } from '../../src/search/match.ts';
import { compareRanges } from '../../src/search/param/date.ts';
import { splitText, unescapeText } from '../../src/search/param/kind.ts';
import { compareNumbers } from '../../src/search/param/number.ts';
import { foldString } from '../../src/search/param/string.ts';
import { parseSearch } from '../../src/search/parse.ts';
import { printSearch } from '../../src/search/print.ts';
import { paramOf, paramsOf } from '../../src/search/registry.ts';

const options = {
  strict: false,
  maxCount: 1000,
  defaultCount: 20,
  base: 'http://fhir.example/fhir',
  now: 1e12,
};
const TYPES = ['Patient', 'Observation', 'Encounter', 'Appointment', 'Consent', 'RiskAssessment', 'ValueSet'];

const prefixes = fc.constantFrom('', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap');
const words = fc.oneof(
  fc.constantFrom(
    '1',
    'Patient/1',
    'http://loinc.org|8480-6',
    '|x',
    'a\\,b',
    '2026-03',
    '5.4||mg',
    'true',
    'urn:x',
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
);
const values = fc
  .array(
    fc.tuple(prefixes, words).map(([prefix, word]) => prefix + word),
    { minLength: 1, maxLength: 3 },
  )
  .map(list => list.join(','));
const modifiers = fc.constantFrom('', '', '', ':exact', ':contains', ':not', ':missing', ':Patient', ':in');
const parameters = (type: string) => {
  const codes = paramsOf(type).map(param => param.code);
  const criteria = fc.tuple(fc.constantFrom(...codes, '_id', '_lastUpdated', 'unknown'), modifiers, values);
  const results = fc.constantFrom(
    ['_count', '', '5'],
    ['_sort', '', '-_lastUpdated,_id,unknown'],
    ['_total', '', 'accurate'],
    ['_summary', '', 'count'],
    ['_elements', '', 'id,meta'],
    ['_include', '', `${type}:*`],
    ['_format', '', 'json'],
  );
  return fc.array(fc.oneof({ weight: 4, arbitrary: criteria }, { weight: 1, arbitrary: results }), {
    maxLength: 4,
  });
};
const queries = fc.constantFrom(...TYPES).chain(type =>
  parameters(type).map(list => ({
    type,
    query: list
      .map(([name, modifier, value]) => `${name}${modifier}=${encodeURIComponent(value!.toWellFormed())}`)
      .join('&'),
  })),
);

/** The Search, or undefined where the query is refused: only ever with a FhirError. */
function parsed(type: string, query: string) {
  try {
    return parseSearch(type, query, options);
  } catch (error) {
    if (error instanceof FhirError) return undefined;
    throw error;
  }
}

describe('parsing', () => {
  test('what is printed means the same search', () => {
    let accepted = 0;
    fc.assert(
      fc.property(queries, ({ type, query }) => {
        const search = parsed(type, query);
        if (search === undefined) return;
        accepted += 1;
        expect(parseSearch(type, printSearch(search), options)).toEqual({ ...search, ignored: [] });
      }),
      { numRuns: 1500 },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  test('any text is a search or a FhirError', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TYPES), fc.string({ unit: 'binary', maxLength: 80 }), (type, text) => {
        parsed(type, text);
      }),
      { numRuns: 1000 },
    );
  });

  test('escaping takes a text through a list of alternatives unharmed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', ',', '|', '$', '\\') }), { minLength: 1 }),
        texts => {
          const written = texts.map(text => text.replace(/[\\,|$]/g, '\\$&')).join(',');
          expect(splitText(written, ',').map(unescapeText)).toEqual(texts);
        },
      ),
    );
  });

  test('folding a string twice is folding it once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        expect(foldString(foldString(text))).toBe(foldString(text));
      }),
      { numRuns: 2000 },
    );
  });
});

const ranges = fc
  .tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: 1, max: 15 }))
  .map(([low, width]) => ({
    low,
    high: low + width,
  }));

describe('prefixes', () => {
  test('on dates agree with each other', () => {
    fc.assert(
      fc.property(ranges, ranges, (search, target) => {
        const is = (prefix: Prefix): boolean => compareRanges(prefix, search, target);
        expect(is('ne')).toBe(!is('eq'));
        expect(is('ge')).toBe(is('gt') || is('eq'));
        expect(is('le')).toBe(is('lt') || is('eq'));
        if (is('sa')) expect(is('gt')).toBe(true);
        if (is('eb')) expect(is('lt')).toBe(true);
        expect(is('ap')).toBe(!is('sa') && !is('eb'));
        expect(is('eq') || is('lt') || is('gt')).toBe(true);
      }),
    );
  });

  test('on dates are those of the moments within', () => {
    fc.assert(
      fc.property(ranges, ranges, (search, target) => {
        const moments = Array.from({ length: target.high - target.low }, (_, at) => target.low + at);
        const inside = (moment: number): boolean => moment >= search.low && moment < search.high;
        expect(compareRanges('eq', search, target)).toBe(moments.every(inside));
        expect(compareRanges('gt', search, target)).toBe(moments.some(moment => moment >= search.high));
        expect(compareRanges('lt', search, target)).toBe(moments.some(moment => moment < search.low));
        expect(compareRanges('sa', search, target)).toBe(moments.every(moment => moment >= search.high));
        expect(compareRanges('eb', search, target)).toBe(moments.every(moment => moment < search.low));
        expect(compareRanges('ap', search, target)).toBe(moments.some(inside));
      }),
    );
  });

  test('on numbers agree with each other for single values', () => {
    const numbers = fc.integer({ min: -50, max: 50 });
    fc.assert(
      fc.property(numbers, numbers, (value, target) => {
        const point = { low: target, high: target };
        const is = (prefix: Prefix): boolean =>
          compareNumbers({ prefix, value, low: value - 0.5, high: value + 0.5 }, point);
        expect(is('eq')).toBe(value === target);
        expect(is('ne')).toBe(value !== target);
        expect([is('gt'), is('sa')]).toEqual([target > value, target > value]);
        expect([is('lt'), is('eb')]).toEqual([target < value, target < value]);
        expect([is('ge'), is('le')]).toEqual([target >= value, target <= value]);
      }),
    );
  });
});

describe('pages in memory', () => {
  const code = paramOf('Observation', 'code')!;
  const date = paramOf('Observation', 'date')!;
  const facts = fc
    .array(
      fc.tuple(
        fc.array(fc.constantFrom('a', 'b', 'B', 'é', '𝒳', '\uffee')),
        fc.array(fc.integer({ min: 0, max: 3 })),
      ),
      { maxLength: 12 },
    )
    .map(list => list.map(([codes, days], at) => factsOf(at + 1, codes, days)));
  const sorts = fc.array(
    fc.oneof(
      fc
        .constantFrom('updated' as const, 'id' as const)
        .chain(by => fc.boolean().map(descending => ({ by, descending }))),
      fc
        .constantFrom(code, date)
        .chain(param => fc.boolean().map(descending => ({ by: 'param' as const, param, descending }))),
    ),
    { maxLength: 3 },
  );

  function factsOf(created: number, codes: string[], days: number[]): Facts {
    const version = {
      type: 'Observation',
      id: `i${created % 5}-${created}`,
      version: 1,
      seq: created,
      created,
      owner: 'o',
      source: 'o',
      writer: 'o',
      patients: [],
      deleted: false,
      body: '',
    };
    const tokens = codes.map(one => ({ type: 'token' as const, key: code.key, system: '', code: one }));
    const dates = days.map(day => ({ type: 'date' as const, key: date.key, low: day, high: day + 1 }));
    return { version, values: [...tokens, ...dates], rules: [], pure: true };
  }

  test('hold everything exactly once, in the order of one long page', () => {
    fc.assert(
      fc.property(facts, sorts, fc.integer({ min: 1, max: 4 }), (all, sort: SortKey[], limit) => {
        const plan = {
          grant: 'g',
          type: 'Observation',
          where: [],
          narrow: { kind: 'all' as const },
          sort,
          limit,
          total: true,
          includes: [],
        };
        const whole = searchMemory({ ...plan, limit: 100 }, all).ids;
        expect([...whole].sort()).toEqual(all.map(one => one.version.id).sort());
        const paged: string[] = [];
        for (let page = searchMemory(plan, all); ; page = searchMemory({ ...plan, cursor: page.next }, all)) {
          paged.push(...page.ids);
          if (page.next === undefined) break;
        }
        expect(paged).toEqual(whole);
      }),
    );
  });
});

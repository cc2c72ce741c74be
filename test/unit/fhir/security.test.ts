import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { composeBody, fromResource, keepSource, parseBody } from '../../../src/fhir/body.ts';
import { findSecurity, itemsOf, putSecurity } from '../../../src/fhir/security.ts';
import type { JsonObject } from '../../../src/fhir/types.ts';

const HEAD = '{"resourceType":"Patient","id":"p1","meta":{';
const REST = ',"extension":[{"url":"u","valueDecimal":1.50}],"security":[{"code":"not meta"}]}';
const find = (text: string) => findSecurity(text, 'Patient', 'p1');
const put = (text: string, ...items: string[]) => putSecurity(text, find(text), items.join(','));

/** What is between the braces of meta, before and after the items a and b were put there. */
const ROWS: readonly [what: string, meta: string, put: string, none: string][] = [
  ['empty', '', '"security":["a","b"]', ''],
  [
    'others',
    '"source":"s","tag":[{"code":"}\\"]"}]',
    '"source":"s","tag":[{"code":"}\\"]"}],"security":["a","b"]',
    '"source":"s","tag":[{"code":"}\\"]"}]',
  ],
  ['alone', '"security":[{"code":"x"}]', '"security":["a","b"]', ''],
  ['first', '"security":[{"code":"x"}],"tag":[]', '"security":["a","b"],"tag":[]', '"tag":[]'],
  ['last', '"source":"s","security":[{"code":"x"}]', '"source":"s","security":["a","b"]', '"source":"s"'],
  [
    'between',
    '"source":"s","security":[1.0],"tag":[]',
    '"source":"s","security":["a","b"],"tag":[]',
    '"source":"s","tag":[]',
  ],
  [
    'deeper ones',
    '"extension":[{"security":[1],"valueDecimal":2.0}]',
    '"extension":[{"security":[1],"valueDecimal":2.0}],"security":["a","b"]',
    '"extension":[{"security":[1],"valueDecimal":2.0}]',
  ],
];

describe('meta.security in a text', () => {
  test.each(ROWS)('%s', (_what, meta, some, none) => {
    const text = `${HEAD}${meta}}${REST}`;
    expect(put(text, '"a"', '"b"')).toBe(`${HEAD}${some}}${REST}`);
    expect(put(text)).toBe(`${HEAD}${none}}${REST}`);
    expect(find(put(text, '"a"', '"b"')).inner).toBe('"a","b"');
  });

  test('keeps digits and meta.source', () => {
    const text = composeBody(
      parseBody(
        '{"resourceType":"Patient","meta":{"source":"s","security":[{"code":"c","extension":[{"url":"u","valueDecimal":1.00}]}]}}',
      ),
      'p1',
    );
    const [item] = itemsOf(find(text).inner);
    expect(item).toBe('{"code":"c","extension":[{"url":"u","valueDecimal":1.00}]}');
    expect(put(text, item!, '"b"')).toBe(`${HEAD}"source":"s","security":[${item},"b"]}}`);
    expect(keepSource(put(text, '"b"'), `${HEAD}"source":"t"}}`, 'Patient', 'p1')).toBe(
      `${HEAD}"source":"t","security":["b"]}}`,
    );
  });

  test('is found behind strings of any length', () => {
    for (const odd of ['x', '\\\\', '\\"']) {
      const text = `${HEAD}"source":"${odd.repeat(1_000_000)}","security":[{"code":"c"}]}${REST}`;
      expect(find(text).inner).toBe('{"code":"c"}');
    }
  });

  test('a text that does not start as a stored body is a bug', () => {
    expect(() => findSecurity('{"id":"p1"}', 'Patient', 'p1')).toThrow(/stored body/);
    expect(() => find(`${HEAD}"source":"s`)).toThrow(/JSON/);
    expect(() => find(`${HEAD}"tag":[{`)).toThrow(/JSON/);
  });

  test('what is put is what JSON says is there', () => {
    const json = fc.jsonValue({ maxDepth: 3 });
    const items = fc.array(fc.dictionary(fc.string({ maxLength: 5 }), json, { maxKeys: 3 }), {
      maxLength: 4,
    });
    const metas = fc.record(
      { source: fc.string(), tag: json, security: items, extension: json },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(metas, items, (meta, next) => {
        const resource = { resourceType: 'Patient', meta: meta as JsonObject, text: { security: [1] } };
        const text = composeBody(fromResource(resource), 'p1');
        const texts = itemsOf(find(text).inner);
        expect(texts).toEqual((meta.security ?? []).map(one => JSON.stringify(one)));
        const { security: _, ...others } = JSON.parse(text).meta;
        const done = JSON.parse(put(text, ...next.map(one => JSON.stringify(one))));
        expect(done).toEqual({
          ...JSON.parse(text),
          meta: next.length === 0 ? others : { ...others, security: JSON.parse(JSON.stringify(next)) },
        });
      }),
    );
  });
});

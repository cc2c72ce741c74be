import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MOST_LEVELS, mayLoseDigits, parseJson, parseLossless } from '../../../src/fhir/json.ts';

const message = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    const { code, message: text } = error as { code: string; message: string };
    return `${code}: ${text}`;
  }
  return 'accepted';
};

describe('broken JSON is refused with the place and no content', () => {
  const cases: [text: string, where: string][] = [
    ['', 'it is empty'],
    [' \n', 'it is empty'],
    ['{"a" 1}', 'line 1, column 6: expected a colon'],
    ['{"a":1,}', 'line 1, column 8: expected a property name in double quotes'],
    ['{a:1}', 'line 1, column 2: expected a property name in double quotes or }'],
    ['{"a":1 "b":2}', 'line 1, column 8: expected a comma or }'],
    ['{"a":1]', 'line 1, column 7: expected a comma or }'],
    ['[1,]', 'line 1, column 4: expected a value'],
    ['[1 2]', 'line 1, column 4: expected a comma or ]'],
    ['[1}', 'line 1, column 3: expected a comma or ]'],
    ['[}', 'line 1, column 2: expected a value or ]'],
    ['{"a":01}', 'line 1, column 6: expected a value'],
    ['{"a":1.}', 'line 1, column 6: expected a value'],
    ['{"a":.5}', 'line 1, column 6: expected a value'],
    ['{"a":+5}', 'line 1, column 6: expected a value'],
    ['{"a":NaN}', 'line 1, column 6: expected a value'],
    ['{"a":tru}', 'line 1, column 6: expected a value'],
    ["{'a':1}", 'line 1, column 2: expected a property name in double quotes or }'],
    ['{"a":1} {"b":2}', 'line 1, column 9: expected the end of the body'],
    ['{"a":"b\nc"}', 'line 1, column 8: expected the rest of a string'],
    ['{"a":"\\q"}', 'line 1, column 7: expected the rest of a string'],
    ['{"a":"\\u12g4"}', 'line 1, column 7: expected the rest of a string'],
    ['{"a":"b', 'line 1, column 8: expected the rest of a string'],
    ['{"a":[1,{"b":2}', 'line 1, column 16: expected a comma or ]'],
    ['{\n  "a": "one",\n  "b" "two"\n}', 'line 3, column 7: expected a colon'],
  ];
  test.each(cases)('%j', (text, where) => {
    expect(message(() => parseJson(text))).toBe(`invalid-structure: The body is not valid JSON: ${where}.`);
  });

  test('any text that JSON.parse refuses gets a place, whatever it holds', () => {
    const noise = fc.array(
      fc.constantFrom('{', '}', '[', ']', ',', ':', '"', 'secret', '1', '-', ' ', '\\', 'true'),
    );
    fc.assert(
      fc.property(noise, parts => {
        const text = parts.join('');
        const said = message(() => parseJson(text));
        expect(said).not.toContain('secret');
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        if (valid) expect(said).toBe('accepted');
        else
          expect(said).toMatch(
            /^invalid-structure: The body is not valid JSON: (line \d+, column \d+: expected|it is empty)/,
          );
      }),
      { numRuns: 2000 },
    );
  });
});

test('a byte order mark before the body is passed over', () => {
  expect(parseJson('\ufeff{"a":1.0}')).toEqual({ a: 1 });
  expect(JSON.stringify(parseLossless('\ufeff{"a":1.0}', { a: 1 }))).toBe('{"a":1.0}');
});

test('nesting is accepted up to the limit and refused beyond it', () => {
  const nest = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  expect(message(() => parseJson(nest(MOST_LEVELS)))).toBe('accepted');
  expect(message(() => parseJson(nest(MOST_LEVELS + 1)))).toMatch(/^invalid-structure: The body is nested/);
  expect(message(() => parseJson('[{"a":'.repeat(200_000)))).toMatch(/^invalid-structure/);
  expect(message(() => parseJson(nest(1_000_000)))).toMatch(/^invalid-structure: The body is nested/);
});

test('a property named __proto__ is refused, however it is written', () => {
  for (const text of ['{"__proto__":{}}', '{"a":[{"__proto__":1}]}', '{"\\u005f_proto__":null}'])
    expect(message(() => parseJson(text))).toBe('invalid-structure: A property may not be named __proto__.');
});

describe('numbers keep their digits', () => {
  const kept = [
    '1.0',
    '1.00',
    '0.0',
    '-0',
    '-0.0',
    '1e3',
    '1E+3',
    '1.5e-7',
    '0.0000001',
    '12345678901234567890',
    '0.1234567890123456789',
    '100.10',
    '1e400',
  ];
  test.each(kept)('%s survives parsing and printing', number => {
    const text = `{"a":[${number},{"b":${number}}]}`;
    expect(mayLoseDigits(text)).toBe(true);
    expect(JSON.stringify(parseLossless(text, parseJson(text)))).toBe(text);
  });

  const plain = ['0', '1', '-1', '1.5', '0.000001', '-12.25', '123456789012345', '1000', '10.01'];
  test.each(plain)('%s needs no care', number => {
    const text = `{"a":[${number}, {"b" : ${number} } ]}`;
    expect(mayLoseDigits(text)).toBe(false);
    const tree = parseJson(text);
    expect(parseLossless(text, tree)).toBe(tree);
  });

  test.each(['urn:oid:1.2.30', 'at 10.50', 'sent 2026-01-10T10:00:00.000Z', '1.50', '-0'])(
    'those within a string (%s) need no care',
    text => {
      expect(mayLoseDigits(JSON.stringify({ a: text, b: [text] }))).toBe(false);
    },
  );

  const digits = fc.stringMatching(/^-?(0|[1-9][0-9]{0,19})(\.[0-9]{1,19})?([eE][+-]?[0-9]{1,2})?$/);
  test('whatever the lexeme, in whatever white space', () => {
    const gap = fc.constantFrom('', ' ', '\n', '\r\n\t');
    fc.assert(
      fc.property(fc.array(digits, { minLength: 1 }), gap, (numbers, space) => {
        const text = `[${space}${numbers.join(`${space},${space}`)}${space}]`;
        expect(JSON.stringify(parseLossless(text, parseJson(text)))).toBe(`[${numbers.join(',')}]`);
      }),
      { numRuns: 2000 },
    );
  });
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseDecimal } from '../../../src/fhir/decimal.ts';

describe('a decimal stands for the interval of its written precision', () => {
  test.each([
    ['100', 100, 99.5, 100.5],
    ['100.00', 100, 99.995, 100.005],
    ['1e2', 100, 95, 105],
    ['5.4', 5.4, 5.35, 5.45],
    ['5.40', 5.4, 5.395, 5.405],
    ['5.40e-3', 0.0054, 0.00535, 0.00545],
    ['0', 0, -0.5, 0.5],
    ['0.0', 0, -0.05, 0.05],
    ['-2', -2, -2.5, -1.5],
    ['+2', 2, 1.5, 2.5],
    ['-0.10', -0.1, -0.105, -0.095],
    ['007', 7, 6.5, 7.5],
    ['1.234e2', 123.4, 123.35, 123.45],
    ['1E+2', 100, 95, 105],
    ['0.1', 0.1, 0.05, 0.15],
  ])('%s', (text, value, low, high) => {
    expect(parseDecimal(text)).toEqual({ value, low, high });
  });
});

describe('what is no decimal', () => {
  test.each([
    '',
    '-',
    '.5',
    '5.',
    '1,5',
    'NaN',
    'Infinity',
    '0x10',
    '1e',
    '1e999',
    '1e1000',
    ' 1',
    '1 ',
    '٣',
    '9'.repeat(65),
  ])('%j', text => {
    expect(parseDecimal(text)).toBeUndefined();
  });
});

test('the interval holds the value and is as wide as one unit of the last digit', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 0, max: 6 }), (digits, places) => {
      const text = (digits / 10 ** places).toFixed(places);
      const { value, low, high } = parseDecimal(text)!;
      expect(value).toBe(Number(text));
      expect(low).toBeLessThan(value);
      expect(high).toBeGreaterThan(value);
      expect(high - low).toBeCloseTo(10 ** -places, places + 3);
    }),
  );
});

import { describe, expect, test } from '@jest/globals';
import { knownPairs, queryPairs } from '../../../src/interactions/query.ts';

test.each([
  ['', []],
  [
    'a=1&b=2&a=3',
    [
      ['a', '1'],
      ['b', '2'],
      ['a', '3'],
    ],
  ],
  [
    'a=x%20y+z&b=%2B',
    [
      ['a', 'x y z'],
      ['b', '+'],
    ],
  ],
  [
    'a&b=&=c&&',
    [
      ['a', ''],
      ['b', ''],
      ['', 'c'],
    ],
  ],
  ['a=b=c', [['a', 'b=c']]],
] as [string, string[][]][])('%j is read in order as %j', (text, expected) => {
  expect(queryPairs(text)).toEqual(expected);
});

describe('parameters that are known', () => {
  test('are found, what the door handles and what is unknown is left out', () => {
    expect([...knownPairs('_count=5&_format=json&x=1', ['_count'], false)]).toEqual([['_count', '5']]);
  });

  test.each([
    ['x=1', true, 'invalid-search'],
    ['_count=1&_count=2', false, 'invalid-value'],
    ['_count=%', false, 'invalid-value'],
    ['_count=%FF', false, 'invalid-value'],
  ])('%s (strict: %j) is refused as %s', (text, strict, code) => {
    expect(() => knownPairs(text, ['_count'], strict)).toThrow(expect.objectContaining({ code }));
  });
});

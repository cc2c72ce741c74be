import { expect, test } from '@jest/globals';
import { substitute } from '../../../src/store/unit/substitute.ts';

test.each<[string, string, [string, string][], string]>([
  ['nothing to replace', 'abc', [], 'abc'],
  ['no marker in the text', 'abc', [['urn:1', 'x']], 'abc'],
  ['every occurrence', 'urn:1 urn:1', [['urn:1', 'Patient/a']], 'Patient/a Patient/a'],
  [
    'several that start alike',
    '<m-a><m-b>',
    [
      ['m-a', '1'],
      ['m-b', '2'],
    ],
    '<1><2>',
  ],
  [
    'the longer of two where one starts the other',
    'm-1 m-10',
    [
      ['m-1', 'x'],
      ['m-10', 'y'],
    ],
    'x y',
  ],
  [
    'markers that have nothing in common',
    'ab ba',
    [
      ['ab', '1'],
      ['ba', '2'],
    ],
    '1 2',
  ],
  [
    'what looks like the beginning of one',
    'm-m-a',
    [
      ['m-a', '1'],
      ['m-b', '2'],
    ],
    'm-1',
  ],
  [
    'nothing within what was put in',
    'm-a',
    [
      ['m-a', 'm-b'],
      ['m-b', 'm-a'],
    ],
    'm-b',
  ],
  [
    'signs that mean something in patterns',
    'm$& m$1',
    [
      ['m$&', '$&'],
      ['m$1', '$1'],
    ],
    '$& $1',
  ],
])('replaces %s', (_name, text, pairs, expected) => {
  expect(substitute(text, new Map(pairs))).toBe(expected);
});

import { expect, test } from '@jest/globals';
import { parsePrefer } from '../../../src/http/prefer.ts';

test.each([
  [undefined, {}],
  ['return=minimal', { return: 'minimal' }],
  ['return="representation"', { return: 'representation' }],
  ['return=OperationOutcome', { return: 'OperationOutcome' }],
  ['handling=strict', { handling: 'strict' }],
  ['return=minimal; handling=lenient', { return: 'minimal', handling: 'lenient' }],
  ['respond-async, return=minimal', { return: 'minimal' }],
  ['return=minimal, return=representation', { return: 'minimal' }],
  ['return=toString, handling=constructor', {}],
  ['nonsense', {}],
])('Prefer %j is read as %j', (header, expected) => {
  expect(parsePrefer(header)).toEqual(expected);
});

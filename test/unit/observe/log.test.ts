import { expect, test } from '@jest/globals';
import { createLog, describeError } from '../../../src/observe/log.ts';

const lines: string[] = [];
const log = createLog('debug', { write: line => lines.push(line) });

test('a logged error says its kind and place, never its message', () => {
  const cause = new SyntaxError('Unexpected token in "Jane Doe, born 1980"');
  log.error({ err: new TypeError('bad Jane Doe', { cause }) }, 'failed');
  const line = lines.at(-1)!;
  expect(line).not.toContain('Jane');
  expect(JSON.parse(line)).toMatchObject({
    msg: 'failed',
    err: {
      type: 'TypeError',
      at: expect.arrayContaining([expect.stringContaining('log.test.ts')]),
      cause: { type: 'SyntaxError' },
    },
  });
});

test('what is thrown and is no error is described by its type alone', () => {
  expect(describeError('Jane Doe')).toEqual({ type: 'string', at: [] });
});

test('an error that causes itself is described to a bounded depth', () => {
  const error: Error & { cause?: unknown } = new Error('x');
  error.cause = error;
  expect(JSON.stringify(describeError(error)).split('"cause"').length - 1).toBe(5);
});

import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { type Answer, doAll, doNow, got, type Work } from '../../../src/store/unit/work.ts';

function* sum(answers: readonly Answer<number>[]): Work<number> {
  let total = 0;
  for (const answer of answers) total += yield* got(answer);
  return total;
}

/** What an answer that does not come is taken for. */
function* orElse(answer: () => Answer<number>, other: number): Work<number> {
  try {
    return yield* got(answer());
  } catch {
    return other;
  }
}

const late = (value: number): Promise<number> => Promise.resolve(value);
const fail = (): never => {
  throw new Error('no answer');
};

test('answers that come at once need no waiting', () => {
  expect(doNow(sum([1, 2, 3]))).toBe(6);
});

test('answers that come later are waited for, those between them are not lost', async () => {
  expect(await doAll(sum([1, late(2), 3, late(4)]))).toBe(10);
});

test('a promise of another realm is waited for as well', async () => {
  expect(await doAll(sum([pause(1, 2), 3]))).toBe(5);
});

test('work that has to wait cannot be done at once', () => {
  expect(() => doNow(sum([1, late(2)]))).toThrow('has to wait');
});

test('what is thrown and what is rejected alike reach the place that asked', async () => {
  expect(doNow(orElse(fail, 7))).toBe(7);
  expect(await doAll(orElse(fail, 7))).toBe(7);
  expect(await doAll(orElse(async () => fail(), 7))).toBe(7);
});

test('what nobody catches comes out', async () => {
  await expect(doAll(sum([1, late(2), Promise.reject(new Error('lost'))]))).rejects.toThrow('lost');
});

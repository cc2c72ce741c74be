import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { createRateLimit, type RateLimit, type Share } from '../../../src/http/rate-limit.ts';
import { makeCounts } from '../../../src/store/sqlite/counts.ts';

const LIMIT = 10;
let now = 0;
/** What the stores were given. */
let keys: string[] = [];
let fails = false;
let share: Share;
beforeEach(() => {
  now = Date.parse('2026-06-01T00:00:00Z');
  keys = [];
  fails = false;
  const counts = makeCounts();
  share = async (amounts, keepMs) => {
    if (fails) throw new Error('the store cannot be asked');
    keys.push(...amounts.keys());
    return counts(amounts, keepMs);
  };
  jest.useFakeTimers();
});
afterEach(() => void jest.useRealTimers());

const limitWith = (secret = 'shared', name = 'client'): RateLimit =>
  createRateLimit({
    limit: LIMIT,
    name,
    secret: Buffer.from(secret),
    clock: () => now,
    share: (...given) => share(...given),
  });

/** How many of so many requests get through. */
function send(limit: RateLimit, caller: string, requests: number): number {
  let served = 0;
  for (let left = requests; left > 0; left -= 1) {
    try {
      limit.demand(caller);
    } catch (error) {
      expect(error).toMatchObject({ code: 'throttled', retryAfter: expect.any(Number) });
      continue;
    }
    limit.spend(caller);
    served += 1;
  }
  return served;
}

/** A second later. */
async function exchanged(): Promise<void> {
  now += 1000;
  await jest.advanceTimersByTimeAsync(1000);
}

test('each caller has its own', () => {
  const limit = limitWith();
  expect([send(limit, 'a', 15), send(limit, 'b', 5), send(limit, 'b', 15)]).toEqual([LIMIT, 5, 5]);
});

test('who waits as long as it was told is served again', () => {
  const limit = limitWith();
  send(limit, 'a', LIMIT);
  try {
    limit.demand('a');
  } catch (error) {
    now += (error as { retryAfter: number }).retryAfter * 1000;
  }
  expect(send(limit, 'a', 1)).toBe(1);
});

test('servers add up what they counted within a second', async () => {
  const [one, other] = [limitWith(), limitWith()];
  expect([send(one, 'a', 6), send(other, 'a', 3)]).toEqual([6, 3]);
  await exchanged();
  send(one, 'b', 1);
  // Nine are had; each knows what was told when it asked.
  expect(send(other, 'a', 5)).toBe(1);
  await exchanged();
  await exchanged();
  expect([send(one, 'a', 5), send(other, 'a', 5)]).toEqual([4, 0]);
  await exchanged();
  expect([send(one, 'a', 5), send(other, 'a', 5)]).toEqual([0, 0]);
});

test('a server that comes to know a caller late knows the minute before too', async () => {
  const [one, other] = [limitWith(), limitWith()];
  send(one, 'a', LIMIT);
  await exchanged();
  now += 59_000;
  expect(send(other, 'a', 1)).toBe(1);
  await exchanged();
  expect(send(other, 'a', 5)).toBe(0);
});

test('while the store cannot be asked each counts alone, and tells everything later', async () => {
  const [one, other] = [limitWith(), limitWith()];
  fails = true;
  expect(send(one, 'a', 8)).toBe(8);
  await exchanged();
  expect(send(one, 'a', 8)).toBe(2);
  fails = false;
  await exchanged();
  send(other, 'a', 1);
  await exchanged();
  expect(send(other, 'a', 5)).toBe(0);
});

test('what was counted last is told when a server ends', async () => {
  const one = limitWith();
  send(one, 'a', LIMIT);
  await one.close();
  const other = limitWith();
  send(other, 'a', 1);
  await exchanged();
  expect(send(other, 'a', 5)).toBe(0);
});

test('nothing is asked while nobody calls', async () => {
  const limit = limitWith();
  send(limit, 'a', 1);
  await exchanged();
  const asked = keys.length;
  for (let second = 0; second < 5; second += 1) await exchanged();
  expect([asked, keys.length]).toEqual([2, 2]);
  await limit.close();
  expect(keys.length).toBe(2);
});

test('what is stored says nothing of whom, and differs by limit, server secret and minute', async () => {
  for (const limit of [limitWith(), limitWith('shared', 'address'), limitWith('of another')]) {
    send(limit, '192.0.2.7', 1);
    await limit.close();
  }
  now += 120_000;
  const later = limitWith();
  send(later, '192.0.2.7', 1);
  await later.close();
  expect(new Set(keys).size).toBe(8);
  for (const key of keys) expect(key).toMatch(/^[\w-]{43}$/);
});

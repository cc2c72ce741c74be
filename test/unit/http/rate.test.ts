import { describe, expect, test } from '@jest/globals';
import { networkOf } from '../../../src/http/address.ts';
import { type Count, newCount, turn, WINDOW_MS, waitOf, windowOf } from '../../../src/http/rate.ts';

/** Somewhere in a window, so many ms after its start. */
const START = 1_000_000 * WINDOW_MS;
const count = (before: number, known: number, own = 0): Count => ({
  window: windowOf(START),
  before,
  known,
  own,
});

describe('how long one more has to wait', () => {
  test.each<[before: number, known: number, own: number, after: number, limit: number, wait: number]>([
    // Nothing yet; up to the limit; over it.
    [0, 0, 0, 0, 10, 0],
    [0, 9, 0, 0, 10, 0],
    [0, 4, 5, 0, 10, 0],
    // The tenth was had: in the next window nine tenths of this one still count at first.
    [0, 10, 0, 0, 10, 66_000],
    [0, 5, 5, 30_000, 10, 36_000],
    [0, 20, 0, 0, 10, 93_000],
    // All of the window before counts at its end, none of it a window later.
    [10, 0, 0, 0, 10, 6_000],
    [10, 0, 0, 6_000, 10, 0],
    [10, 5, 0, 0, 10, 36_000],
    [10, 5, 0, 36_000, 10, 0],
    [100, 9, 0, 0, 10, 60_000],
    [1, 9, 0, 59_000, 10, 1_000],
    // One a minute.
    [0, 0, 0, 0, 1, 0],
    [0, 1, 0, 0, 1, 120_000],
    [1, 0, 0, 0, 1, 60_000],
  ])('%i before, %i and %i now, %i ms in, limit %i: %i ms', (before, known, own, after, limit, wait) => {
    expect(Math.round(waitOf(count(before, known, own), limit, START + after))).toBe(wait);
  });

  test('who waits as long as told is let in, and not a second earlier', () => {
    for (const [before, known] of [
      [0, 10],
      [7, 13],
      [50, 3],
      [50, 90],
    ] as const) {
      const wait = waitOf(count(before, known), 10, START);
      const at = (ms: number) => {
        const later = count(before, known);
        turn(later, START + ms);
        return waitOf(later, 10, START + ms);
      };
      expect(at(Math.ceil(wait))).toBeLessThan(1);
      expect(at(Math.floor(wait) - 1000)).toBeGreaterThan(0);
    }
  });
});

describe('as time goes on', () => {
  test.each<[passed: number, expected: Partial<Count>]>([
    [0, { before: 2, known: 3, own: 4 }],
    [WINDOW_MS - 1, { before: 2, known: 3, own: 4 }],
    [WINDOW_MS, { before: 7, known: 0, own: 0 }],
    [2 * WINDOW_MS, { before: 0, known: 0, own: 0 }],
    [-5 * WINDOW_MS, { before: 2, known: 3, own: 4 }],
  ])('after %i ms', (passed, expected) => {
    const turned = count(2, 3, 4);
    turn(turned, START + passed);
    expect(turned).toMatchObject({ ...expected, window: windowOf(START + Math.max(0, passed)) });
  });

  test('it begins with nothing', () => {
    expect(newCount(START + 5)).toEqual(count(0, 0));
  });
});

describe('whom an address stands for', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:DB8:1:2::', '2001:db8:1:2'],
    ['2001:0db8:0001:0002:ffff::1', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['::', '0:0:0:0'],
    ['anything that a proxy says', 'anything that a proxy says'],
    [undefined, ''],
  ])('%s: %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  test('however long it is', () => {
    expect(networkOf('x'.repeat(5000)).length).toBe(64);
  });
});

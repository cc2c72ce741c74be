// Keys that a client publishes: how they come, change and go.
import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createKeySets, type KeySets } from '../../../../src/access/oauth/key-set.ts';
import { type ClientKey, makeKey } from '../../../support/oauth-client.ts';

const URL_ = { jwksUrl: 'https://client.example/jwks' };
const MINUTE = 60_000;
let [one, two]: ClientKey[] = [];
let now: number;
let fetched: number;
/** What is published; a text is a failure. */
let published: unknown;
let sets: KeySets;

beforeAll(async () => {
  [one, two] = await Promise.all([makeKey('one'), makeKey('two')]);
});
beforeEach(() => {
  now = 1000;
  fetched = 0;
  published = { keys: [one!.publicJwk] };
  sets = createKeySets(
    async () => {
      fetched += 1;
      if (typeof published === 'string') throw new Error(published);
      return published;
    },
    () => now,
  );
});

const find = (kid: string, alg = 'ES384') =>
  sets.find(URL_, { kid, alg }).then(
    () => 'found',
    (error: Error & { check?: string }) => error.check ?? error.message,
  );

test('a set is fetched once for many', async () => {
  expect(await Promise.all([find('one'), find('one'), find('one')])).toEqual(['found', 'found', 'found']);
  expect(fetched).toBe(1);
});

test('a new key is found within a minute; unknown ones make nobody ask more often', async () => {
  expect(await find('one')).toBe('found');
  published = { keys: [one!.publicJwk, two!.publicJwk] };
  for (let at = 0; at < 5; at += 1) expect(await find(`nobody-${at}`)).toBe('the kid is not known');
  expect([await find('two'), fetched]).toEqual(['the kid is not known', 1]);
  now += MINUTE;
  expect([await find('two'), fetched]).toEqual(['found', 2]);
  for (let at = 0; at < 5; at += 1) await find(`nobody-${at}`);
  expect(fetched).toBe(2);
});

test('a key that was taken away is gone within ten minutes', async () => {
  expect(await find('one')).toBe('found');
  published = { keys: [two!.publicJwk] };
  now += 10 * MINUTE - 1;
  expect(await find('one')).toBe('found');
  now += 1;
  expect(await find('one')).toBe('the kid is not known');
  expect(await find('two')).toBe('found');
});

test('a set that cannot be fetched refuses, and is asked for again after a minute', async () => {
  published = 'no answer';
  expect(await find('one')).toBe('the key set could not be fetched');
  published = { keys: [one!.publicJwk] };
  expect([await find('one'), fetched]).toEqual(['the key set could not be fetched', 1]);
  now += MINUTE;
  expect([await find('one'), fetched]).toEqual(['found', 2]);
});

test.each([[{}], [{ keys: 'none' }], [[]], [{ keys: Array.from({ length: 101 }, () => ({})) }]])(
  '%.40j is no set',
  async set => {
    published = set;
    expect(await find('one')).toBe('the key set could not be fetched');
  },
);

test('what cannot be used is passed over, and two of a name are none', async () => {
  published = { keys: [null, 7, {}, { kty: 'oct', kid: 'one', k: 'AA' }, one!.publicJwk] };
  expect(await find('one')).toBe('found');
  published = { keys: [one!.publicJwk, { ...two!.publicJwk, kid: 'one' }] };
  now += 10 * MINUTE;
  expect(await find('one')).toBe('the kid names several keys');
});

test.each([
  [{ use: 'enc' }, 'the key is not for signatures'],
  [{ alg: 'ES256' }, 'the key is for another alg'],
  [{ crv: 'P-256' }, 'the key cannot be read'],
  [{ x: 'AA' }, 'the key cannot be read'],
])('a key with %j is refused', async (change, why) => {
  published = { keys: [{ ...one!.publicJwk, ...change }] };
  expect(await find('one')).toBe(why);
});

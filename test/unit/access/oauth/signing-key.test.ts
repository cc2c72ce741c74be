import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { signToken, verifyToken } from '../../../../src/access/oauth/access-token.ts';
import { openKeyring, rotateSigningKey } from '../../../../src/access/oauth/signing-key.ts';

const DAY = 24 * 3_600_000;
const CLAIMS = { client: 'c', organization: 'o', role: 'ehr' as const, scope: 'system/*.rs' };

let folder: string;
let now: number;
const clock = () => now;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iop-keys-'));
  now = Date.parse('2026-06-01T00:00:00Z');
});
afterEach(() => rmSync(folder, { recursive: true }));

const place = async () => ({ keys: await openKeyring(folder, clock), clock });
const isGood = (at: Awaited<ReturnType<typeof place>>, token: string) =>
  verifyToken(at, token).then(
    () => true,
    () => false,
  );

test('two that start at once have one key; folder and file are their owner’s', async () => {
  const [one, other] = await Promise.all([place(), place()]);
  expect((await one.keys.signing()).kid).toBe((await other.keys.signing()).kid);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(readdirSync(folder)).toEqual(['signing-key.json']);
  expect(statSync(join(folder, 'signing-key.json')).mode & 0o777).toBe(0o600);
});

describe('after a rotation', () => {
  test('a server that runs signs with the new key, and takes what either signed', async () => {
    const [one, other] = await Promise.all([place(), place()]);
    const before = await signToken(one, CLAIMS, 3600);
    const kid = await rotateSigningKey(folder, clock, false);
    const after = await signToken(one, CLAIMS, 3600);
    expect((await one.keys.signing()).kid).toBe(kid);
    for (const at of [one, other, await place()])
      expect([await isGood(at, before), await isGood(at, after)]).toEqual([true, true]);
    expect(statSync(join(folder, 'signing-key.json')).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['signing-key.json']);
  });

  test('page links and the name of the server stay', async () => {
    const before = (await place()).keys;
    await rotateSigningKey(folder, clock, false);
    await rotateSigningKey(folder, clock, true);
    const { name, secret } = (await place()).keys;
    expect([name, secret]).toEqual([before.name, before.secret]);
  });

  test('the former key is good until its longest token is over', async () => {
    const at = await place();
    const token = await signToken(at, CLAIMS, 100 * 24 * 3600);
    await rotateSigningKey(folder, clock, false);
    now += 31 * DAY - 1;
    expect(await isGood(at, token)).toBe(true);
    expect((await at.keys.jwks()).keys).toHaveLength(2);
    now += 1;
    expect(await isGood(at, token)).toBe(false);
    expect((await at.keys.jwks()).keys).toHaveLength(1);
  });

  test('that revokes, nothing that was signed before is good', async () => {
    const at = await place();
    const token = await signToken(at, CLAIMS, 3600);
    await rotateSigningKey(folder, clock, false);
    await rotateSigningKey(folder, clock, true);
    expect(await isGood(await place(), token)).toBe(false);
    expect((await at.keys.jwks()).keys).toHaveLength(1);
    expect(await isGood(at, token)).toBe(false);
  });
});

test('the published keys are public', async () => {
  await rotateSigningKey(folder, clock, false);
  const { keys } = await (await place()).keys.jwks();
  expect(keys).toHaveLength(2);
  for (const key of keys)
    expect(key).toEqual({
      kty: 'EC',
      crv: 'P-384',
      x: expect.any(String),
      y: expect.any(String),
      kid: expect.any(String),
      alg: 'ES384',
      use: 'sig',
    });
});

test('a server goes on with what it knows while the file is being copied, and takes it once it is whole', async () => {
  const at = await place();
  const path = join(folder, 'signing-key.json');
  const token = await signToken(at, CLAIMS, 3600);
  const kid = await rotateSigningKey(folder, clock, false);
  const whole = readFileSync(path, 'utf8');
  writeFileSync(path, whole.slice(0, 100));
  expect((await at.keys.signing()).kid).not.toBe(kid);
  expect(await isGood(at, token)).toBe(true);
  rmSync(path);
  expect(await isGood(at, token)).toBe(true);
  writeFileSync(path, whole);
  expect((await at.keys.signing()).kid).toBe(kid);
  expect(await isGood(at, token)).toBe(true);
});

test('a file from before there were rotations is read, and its tokens are good', async () => {
  const at = await place();
  const path = join(folder, 'signing-key.json');
  const stored = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  expect(Object.keys(stored).sort()).toEqual(['secret', 'signing']);
  const token = await signToken(at, CLAIMS, 3600);
  writeFileSync(path, JSON.stringify(stored));
  expect(await isGood(await place(), token)).toBe(true);
});

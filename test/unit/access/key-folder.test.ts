import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openKeyring } from '../../../src/access/oauth/signing-key.ts';

let keys = '';
beforeEach(() => {
  keys = join(mkdtempSync(join(tmpdir(), 'iop-keys-')), 'keys');
});
afterEach(() => rmSync(join(keys, '..'), { recursive: true }));
const modeOf = (path: string): number => statSync(path).mode & 0o777;
const file = () => join(keys, 'signing-key.json');

test('folder and key are made for the owner alone, and the key stays the same', async () => {
  const { name } = await openKeyring(keys, Date.now);
  expect([modeOf(keys), modeOf(file())]).toEqual([0o700, 0o600]);
  expect((await openKeyring(keys, Date.now)).name).toBe(name);
});

test('a folder in which others could see names is closed to them', async () => {
  mkdirSync(keys);
  chmodSync(keys, 0o755);
  await openKeyring(keys, Date.now);
  expect(modeOf(keys)).toBe(0o700);
});

test.each([0o777, 0o770, 0o702])(
  'a folder of mode %o is refused: a key may have been put there',
  async mode => {
    mkdirSync(keys);
    chmodSync(keys, mode);
    await expect(openKeyring(keys, Date.now)).rejects.toThrow(
      /^KEYS: others on this machine can write .* chmod 700/,
    );
    expect(modeOf(keys)).toBe(mode);
  },
);

test.each([0o644, 0o640, 0o604, 0o620])(
  'a key of mode %o is refused, unread: somebody may have it',
  async mode => {
    await openKeyring(keys, Date.now);
    writeFileSync(file(), 'not even JSON');
    chmodSync(file(), mode);
    await expect(openKeyring(keys, Date.now)).rejects.toThrow(
      /^KEYS: others .*signing-key\.json.* chmod 600 it\.$/,
    );
    expect(modeOf(file())).toBe(mode);
  },
);

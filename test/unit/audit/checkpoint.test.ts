// Checkpoints with keys of the server's own kind, in files of their own.
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { signToken } from '../../../src/access/oauth/access-token.ts';
import {
  type Keyring,
  openKeyring,
  rotateSigningKey,
  type SigningKey,
} from '../../../src/access/oauth/signing-key.ts';
import { openStatement, signStatement } from '../../../src/access/oauth/statement.ts';
import { CHECKPOINT_TYPE, makeCheckpointer, readCheckpoints } from '../../../src/audit/checkpoint.ts';
import type { AuditEnd } from '../../../src/store/port/audit.ts';

let folder: string;
let path: string;
let keys: Keyring;
let key: SigningKey;
let ends: AuditEnd[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'iop-checkpoints-'));
  path = join(folder, 'checkpoints.jws');
  keys = await openKeyring(join(folder, 'keys'), Date.now);
  key = await keys.signing();
  ends = [
    { writer: 'a', number: 3, hash: 'three' },
    { writer: 'b', number: 1, hash: 'one' },
  ];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const maker = () =>
  makeCheckpointer({
    path,
    ends: async () => ends,
    sign: said => signStatement(key, CHECKPOINT_TYPE, said),
    clock: () => 1000,
  });
const read = (ring = keys) => readCheckpoints(path, line => openStatement(ring.known, CHECKPOINT_TYPE, line));
const said = async () => (await read()).checkpoints.map(one => `${one.writer} ${one.number} ${one.hash}`);

test('each chain has a line, and another one when it has gone on', async () => {
  const checkpoints = maker();
  expect(await checkpoints.write()).toBe(2);
  expect(await checkpoints.write()).toBe(0);
  ends[0] = { writer: 'a', number: 5, hash: 'five' };
  expect(await checkpoints.write()).toBe(1);
  expect(await said()).toEqual(['a 3 three', 'b 1 one', 'a 5 five']);
  expect((await read()).checkpoints[0]!.at).toBe(1000);
});

test('another process adds to the same file', async () => {
  await maker().write();
  await maker().write();
  expect(await said()).toHaveLength(4);
});

test('the file is for the owner alone, also where it was not', async () => {
  await maker().write();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  chmodSync(path, 0o644);
  await maker().write();
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a line that nobody known has signed is told by its number', async () => {
  await maker().write();
  const [line = ''] = readFileSync(path, 'utf8').split('\n');
  const [head, , signature] = line.split('.');
  const forged = Buffer.from(JSON.stringify({ writer: 'a', number: 3, hash: 'x', at: 1 })).toString(
    'base64url',
  );
  const stranger = await (await openKeyring(join(folder, 'other'), Date.now)).signing();
  const token = await signToken({ keys, clock: () => Date.now() }, CLAIMS, 60);
  const lines = [
    `${head}.${forged}.${signature}`,
    await signStatement(stranger, CHECKPOINT_TYPE, { writer: 'a', number: 3, hash: 'x', at: 1 }),
    await signStatement(key, 'something-else', { writer: 'a', number: 3, hash: 'x', at: 1 }),
    await signStatement(key, CHECKPOINT_TYPE, { writer: 'a' }),
    token,
    'nothing at all',
    '',
  ];
  appendFileSync(path, lines.map(one => `${one}\n`).join(''));
  const found = await read();
  expect(found.bad).toEqual([3, 4, 5, 6, 7, 8, 9]);
  expect(found.checkpoints).toHaveLength(2);
});

test('what a former key signed is believed after a rotation, but not once it was revoked', async () => {
  await maker().write();
  const place = join(folder, 'keys');
  const badAfter = async (drop: boolean) => {
    await rotateSigningKey(place, Date.now, drop);
    return (await read(await openKeyring(place, Date.now))).bad;
  };
  expect(await badAfter(false)).toEqual([]);
  expect(await badAfter(false)).toEqual([]);
  expect(await badAfter(true)).toEqual([1, 2]);
});

const CLAIMS = { client: 'c', organization: 'o', role: 'ehr', scope: 'system/*.rs' } as const;

test('a last line that was being written when the machine stopped is passed over', async () => {
  await maker().write();
  appendFileSync(path, 'eyJhbGciOiJFUzM4NCI');
  expect(await read()).toMatchObject({ bad: [], checkpoints: [{}, {}] });
});

test('what cannot be written is told, and signed the next time', async () => {
  const checkpoints = maker();
  writeFileSync(join(folder, 'file'), '');
  const whole = path;
  path = join(folder, 'file', 'below');
  const lost = maker();
  await expect(lost.write()).rejects.toThrow();
  path = whole;
  expect(await checkpoints.write()).toBe(2);
});

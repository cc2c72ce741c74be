import { beforeAll, describe, expect, test } from '@jest/globals';
import { readClient, readJwks } from '../../../../src/access/oauth/client-entry.ts';
import { type ClientKey, makeKey } from '../../../support/oauth-client.ts';

const LEAST = { id: 'app', organization: 'org', role: 'ehr', scope: 'system/*.rs' };

describe('what is left out', () => {
  test.each([
    ['program', ['TREAT'], 'part2-program'],
    ['ehr', ['TREAT'], 'covered-entity'],
    ['payer', ['HPAYMT'], 'covered-entity'],
    ['auditor', [], 'other-lawful-holder'],
    ['admin', [], 'other-lawful-holder'],
  ])('of a client of the role %s is its usual', (role, purposes, recipient) => {
    expect(readClient({ ...LEAST, role })).toEqual({
      ...LEAST,
      role,
      name: 'app',
      purposes,
      recipient,
      keys: { jwks: { keys: [] } },
      disabled: false,
    });
  });

  test('is as good as undefined', () => {
    const absent = { name: undefined, purposes: undefined, patient: undefined, keys: undefined };
    expect(readClient({ ...LEAST, ...absent })).toEqual(readClient(LEAST));
  });
});

test('what was read is read again as the same', () => {
  const read = readClient({
    ...LEAST,
    role: 'representative',
    patient: 'p',
    purposes: ['PATRQT'],
    keys: { jwksUrl: 'https://app.example/jwks' },
    issuer: { iss: 'https://login.example', sub: 'app' },
    disabled: true,
  });
  expect(readClient(JSON.parse(JSON.stringify(read)))).toEqual(read);
});

test.each([
  ['id', 'a b'],
  ['id', ''],
  ['id', undefined],
  ['name', 'two\nlines'],
  ['organization', 'Organization/org'],
  ['role', 'root'],
  ['scope', ''],
  ['scope', 'openid'],
  ['scope', 'system/Nothing.rs'],
  ['scope', ['system/*.rs']],
  ['purposes', 'TREAT'],
  ['purposes', ['NOTHING']],
  ['recipient', 'anybody'],
  ['patient', 'p'],
  ['practitioner', 'Practitioner/d'],
  ['declassify', true],
  ['declassify', 'yes'],
  ['disabled', 'no'],
  ['keys', { jwksUrl: 'ftp://app.example' }],
  ['keys', { jwksUrl: 'https://user:password@app.example' }],
  ['keys', {}],
  ['keys', { jwks: { keys: [] }, jwksUrl: 'https://app.example' }],
  ['issuer', { iss: 'https://login.example' }],
  ['issuer', { iss: 'login.example', sub: 'app' }],
  ['client', 7, 'surplus'],
])('%s: %j is refused by name', (name, value, member = name) => {
  expect(() => readClient({ ...LEAST, [member]: value })).toThrow(
    expect.objectContaining({
      code: 'invalid-value',
      message: expect.stringMatching(new RegExp(`^${name}: `)),
    }),
  );
});

test('everything that is wrong is told at once', () => {
  expect(() => readClient({ id: '', role: 'x', more: 1 })).toThrow(
    expect.objectContaining({
      issues: ['id', 'organization', 'role', 'scope', 'client'].map(name => ({
        message: expect.stringMatching(new RegExp(`^${name}: `)),
      })),
    }),
  );
  for (const nothing of [null, 7, 'text', []])
    expect(() => readClient(nothing)).toThrow(/expected an object/);
});

describe('keys', () => {
  let key: ClientKey;
  beforeAll(async () => {
    key = await makeKey('k');
  });

  test('come as a set or as one', () => {
    expect(readJwks(key.publicJwk)).toEqual({ keys: [key.publicJwk] });
    expect(readJwks({ keys: [key.publicJwk] })).toEqual({ keys: [key.publicJwk] });
  });

  test.each([
    ['a private one', () => key.privateJwk],
    ['one without kid', () => ({ ...key.publicJwk, kid: undefined })],
    ['one on another curve', () => ({ ...key.publicJwk, crv: 'P-256' })],
    ['a shared secret', () => ({ kty: 'oct', kid: 'k', k: 'AAAA' })],
    [
      'a short RSA one',
      () => ({ kty: 'RSA', kid: 'k', e: 'AQAB', n: Buffer.alloc(128, 255).toString('base64url') }),
    ],
    ['two of one kid', () => ({ keys: [key.publicJwk, key.publicJwk] })],
    [
      'more than anybody has',
      () => ({ keys: Array.from({ length: 21 }, (_, at) => ({ ...key.publicJwk, kid: `${at}` })) }),
    ],
    ['none', () => ({})],
  ])('are refused: %s', (_name, jwks) => {
    expect(() => readJwks(jwks())).toThrow(expect.objectContaining({ code: 'invalid-value' }));
  });
});

test('2.51(a): an emergency is a purpose of medical personnel and of nobody else', () => {
  for (const purposes of [['BTG'], ['ETREAT'], ['TREAT', 'BTG']]) {
    expect(readClient({ ...LEAST, role: 'ehr', purposes }).purposes).toEqual(purposes);
    for (const role of ['program', 'payer', 'auditor', 'admin'])
      expect(() => readClient({ ...LEAST, role, purposes })).toThrow(/^purposes: /);
  }
});

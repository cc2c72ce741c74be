import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ConfigError, isExposed, isHttps, readConfig, readPlace } from '../../src/config.ts';

/** What is wrong, as a person reads it. */
function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
  } catch (error) {
    return (error as ConfigError).problems;
  }
  return [];
}

describe('STORE and KEYS', () => {
  const MONGO = 'mongodb://app:very%20secret@one,two/iop?replicaSet=rs0';
  test.each<[Record<string, string>, unknown, string]>([
    [{}, { kind: 'sqlite', path: './data/iop.db' }, 'data/keys'],
    [{ STORE: '' }, { kind: 'sqlite', path: './data/iop.db' }, 'data/keys'],
    [{ STORE: 'sqlite:/srv/a b/iop.db' }, { kind: 'sqlite', path: '/srv/a b/iop.db' }, '/srv/a b/keys'],
    [{ STORE: 'sqlite:/srv/iop.db', KEYS: '/keys' }, { kind: 'sqlite', path: '/srv/iop.db' }, '/keys'],
    [{ STORE: MONGO }, { kind: 'mongodb', url: MONGO }, 'data/keys'],
    [{ STORE: MONGO, KEYS: '/keys' }, { kind: 'mongodb', url: MONGO }, '/keys'],
    [
      { STORE: 'mongodb+srv://cluster.example/iop' },
      { kind: 'mongodb', url: 'mongodb+srv://cluster.example/iop' },
      'data/keys',
    ],
  ])('%j names a store and a folder of keys', (environment, store, keys) => {
    const config = readConfig(environment);
    expect([config.store, config.keys]).toEqual([store, keys]);
  });

  test.each([
    'iop.db',
    'sqlite:',
    'file:/srv/iop.db',
    'mongodb:',
    'mongodb://',
    'mongodb:///iop',
    'mongodb+srv://?x=1',
    'postgres://app:secret@host/iop',
  ])('%s is refused without being repeated', STORE => {
    const [problem, ...others] = problemsOf({ STORE });
    expect(others).toEqual([]);
    expect(problem).toMatch(/^STORE: expected sqlite:PATH, mongodb:\/\//);
    expect(problem).not.toContain('secret');
    expect(() => readPlace(STORE, '--to')).toThrow(/^--to: expected sqlite:PATH/);
  });

  test('a file may say it, so that a password stands in no environment', () => {
    const folder = mkdtempSync(join(tmpdir(), 'iop-config-'));
    const STORE_FILE = join(folder, 'store');
    writeFileSync(STORE_FILE, `${MONGO}\n`);
    expect(readConfig({ STORE_FILE, STORE: '' }).store).toEqual({ kind: 'mongodb', url: MONGO });
    expect(problemsOf({ STORE_FILE, STORE: 'sqlite:x', PORT: 'x' })).toEqual([
      'STORE_FILE: set it or STORE, not both',
      'PORT: expected a port number from 0 to 65535',
    ]);
    writeFileSync(STORE_FILE, 'iop:secret@host');
    expect(problemsOf({ STORE_FILE })).toEqual([expect.stringMatching(/^STORE: expected sqlite:PATH/)]);
    rmSync(folder, { recursive: true });
    expect(problemsOf({ STORE_FILE })).toEqual(['STORE_FILE: cannot be read']);
  });

  test('other words for a store are read alike', () => {
    expect(readPlace('sqlite:x.db', '--from')).toEqual({ kind: 'sqlite', path: 'x.db' });
    expect(readPlace('mongodb://h/iop', '--to')).toEqual({ kind: 'mongodb', url: 'mongodb://h/iop' });
  });
});

describe('towards the network', () => {
  test.each<[Record<string, string>, object]>([
    [{}, { trustProxy: 0, corsOrigins: [], tls: undefined, rateLimit: { client: 6000, address: 600 } }],
    [{ TRUST_PROXY: '2' }, { trustProxy: 2 }],
    [{ TRUST_PROXY: '10.0.0.0/8 ::1, loopback' }, { trustProxy: ['10.0.0.0/8', '::1', 'loopback'] }],
    [
      { CORS_ORIGINS: 'https://app.example.org  http://localhost:3000' },
      { corsOrigins: ['https://app.example.org', 'http://localhost:3000'] },
    ],
    [{ TLS_CERT: 'a.crt', TLS_KEY: 'a.key' }, { tls: { cert: 'a.crt', key: 'a.key' } }],
    [{ RATE_LIMIT: '0', RATE_LIMIT_ADDRESS: '10' }, { rateLimit: { client: 0, address: 10 } }],
  ])('%j', (environment, expected) => {
    expect(readConfig(environment)).toMatchObject(expected);
  });

  test.each([
    ['TRUST_PROXY', 'true'],
    ['TRUST_PROXY', '*'],
    ['TRUST_PROXY', 'proxy.example.org'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', '10.0.0.0/8/8'],
    ['TRUST_PROXY', ' , '],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'null'],
    ['CORS_ORIGINS', 'app.example.org'],
    ['CORS_ORIGINS', 'https://app.example.org/'],
    ['CORS_ORIGINS', 'https://app.example.org:443'],
    ['CORS_ORIGINS', 'https://*.example.org/x'],
    ['RATE_LIMIT', '-1'],
    ['RATE_LIMIT_ADDRESS', 'many'],
  ])('%s=%s is refused', (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([expect.stringMatching(`^${name}: expected`)]);
  });

  test('a certificate without its key is refused', () => {
    expect(problemsOf({ TLS_CERT: 'a.crt' })).toEqual(['TLS_CERT, TLS_KEY: set both or neither']);
  });

  test.each<[Record<string, string>, boolean, boolean]>([
    [{}, false, false],
    [{ HOST: '0.0.0.0' }, true, false],
    [{ HOST: '0.0.0.0', BASE_URL: 'https://fhir.example.org' }, true, true],
    [{ HOST: '0.0.0.0', TRUST_PROXY: '1', BASE_URL: 'https://fhir.example.org' }, false, true],
    [{ HOST: '0.0.0.0', TLS_CERT: 'a.crt', TLS_KEY: 'a.key' }, false, true],
    [{ TLS_CERT: 'a.crt', TLS_KEY: 'a.key', BASE_URL: 'http://fhir.example.org' }, false, false],
  ])('%j: exposed %s, https %s', (environment, exposed, https) => {
    const config = readConfig(environment);
    expect([isExposed(config), isHttps(config)]).toEqual([exposed, https]);
  });
});

test('staff see the whole program unless care teams say whom', () => {
  const told = (STAFF_ACCESS?: string) =>
    readConfig(STAFF_ACCESS === undefined ? {} : { STAFF_ACCESS }).staffAccess;
  expect([told(), told(''), told('program'), told('careteam')]).toEqual([
    'program',
    'program',
    'program',
    'careteam',
  ]);
  for (const STAFF_ACCESS of ['CareTeam', 'none', 'program careteam'])
    expect(problemsOf({ STAFF_ACCESS })).toEqual(['STAFF_ACCESS: expected program or careteam']);
});

test('every problem is named at once', () => {
  const environment = { PORT: '70000', STORE: 'x', LOG_LEVEL: 'loud', MAX_BODY: '12', BASE_URL: 'ftp://x' };
  expect(
    problemsOf(environment)
      .map(problem => problem.split(':')[0])
      .sort(),
  ).toEqual(Object.keys(environment).sort());
  expect(() => readConfig(environment)).toThrow(ConfigError);
});

test('issuers are told apart by spaces, and tokens are good for five minutes to an hour', () => {
  expect(readConfig({})).toMatchObject({ issuers: [], tokenMinutes: 15 });
  const ISSUERS = 'https://one.example/realm  https://two.example';
  expect(readConfig({ ISSUERS, TOKEN_MINUTES: '60' })).toMatchObject({
    issuers: ['https://one.example/realm', 'https://two.example'],
    tokenMinutes: 60,
  });
  for (const bad of ['one.example', 'https://one.example,https://two.example?x'])
    expect(problemsOf({ ISSUERS: bad })).toEqual([expect.stringMatching(/^ISSUERS: /)]);
  for (const bad of ['4', '61']) expect(problemsOf({ TOKEN_MINUTES: bad })).toHaveLength(1);
});

test('the configuration is frozen, and a base URL has no slash at its end', () => {
  const config = readConfig({ BASE_URL: 'https://fhir.example.org/' });
  expect([Object.isFrozen(config), config.baseUrl]).toEqual([true, 'https://fhir.example.org']);
});

test('MINOR_CONSENT_AGES says from which age a minor alone may consent, program by program', () => {
  const told = (MINOR_CONSENT_AGES: string) => readConfig({ MINOR_CONSENT_AGES }).minorConsentAges;
  expect(readConfig({}).minorConsentAges).toEqual({});
  expect(told('hillside=12 north.iop-1=18')).toEqual({ hillside: 12, 'north.iop-1': 18 });
  expect(told('hillside=0')).toEqual({ hillside: 0 });
  for (const MINOR_CONSENT_AGES of [
    '12',
    'hillside',
    'hillside=19',
    'hillside=-1',
    'a=1 a=2',
    '=12',
    'a=012',
  ])
    expect(problemsOf({ MINOR_CONSENT_AGES })).toEqual([
      'MINOR_CONSENT_AGES: expected PROGRAM=AGE, each program once, ages from 0 to 18, with spaces between them',
    ]);
});

// What compose.yaml promises, held to the file itself.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readConfig } from '../../src/config.ts';
import { type ComposeService, readCompose } from '../support/compose.ts';
import { ROOT } from '../support/process.ts';

const { services, volumes, networks } = readCompose();
const all = Object.entries(services) as [keyof typeof services, ComposeService][];
const ONE_SHOTS = ['secrets', 'replica-set'] as const;
const lasting = all.filter(([name]) => !(ONE_SHOTS as readonly string[]).includes(name));

/** Volume -> where it is mounted, and whether it may be written to there. */
const mountsOf = ({ volumes: mounts = [] }: ComposeService): Record<string, { at: string; mode: string }> =>
  Object.fromEntries(
    mounts.map(mount => {
      const [name, at, mode = 'rw'] = mount.split(':') as [string, string, string?];
      return [name, { at, mode }];
    }),
  );

describe.each(all)('the service %s', (_name, service) => {
  test('has no power but what is written here, and writes to its volumes alone', () => {
    expect(service.privileged).toBeUndefined();
    expect(service.cap_drop).toEqual(['ALL']);
    expect(service.security_opt).toEqual(['no-new-privileges:true']);
    expect(service.read_only).toBe(true);
    expect(service.network_mode).not.toBe('host');
    for (const mount of service.volumes ?? []) expect(Object.keys(volumes)).toContain(mount.split(':')[0]);
  });

  test('runs an image of one version, our own or one that is named to the patch', () => {
    const { image, build } = service;
    if (build === undefined) expect(image).toMatch(/^[\w./-]+:\d+\.\d+\.\d+$/);
    else expect([image, build]).toEqual(['iop-fhir:local', '.']);
  });
});

test('only the one that hands out the secrets is root, and may do nothing else with it', () => {
  const root = all.filter(([, service]) => /^(0|root)\b/.test(service.user ?? ''));
  expect(root.map(([name]) => name)).toEqual(['secrets']);
  const added = all.filter(([, service]) => service.cap_add !== undefined);
  expect(added.map(([name, service]) => [name, service.cap_add])).toEqual([['secrets', ['CHOWN']]]);
  expect(services.secrets.network_mode).toBe('none');
  expect(services.mongo.user).toBe('999:999');
});

test('what lasts has a health check and comes back; what runs once does neither', () => {
  for (const [, service] of lasting) {
    expect(service.healthcheck?.test?.length).toBeGreaterThan(1);
    for (const word of service.healthcheck!.test!) expect(typeof word).toBe('string');
    expect(service.restart).toBe('unless-stopped');
  }
  for (const name of ONE_SHOTS) {
    expect(services[name].healthcheck).toEqual({ disable: true });
    expect(services[name].restart).toBe('no');
  }
});

test('everything starts once what it needs is done', () => {
  const after = (name: keyof typeof services) => services[name].depends_on;
  expect(after('secrets')).toBeUndefined();
  expect(after('mongo')).toEqual({ secrets: { condition: 'service_completed_successfully' } });
  expect(after('replica-set')).toEqual({
    secrets: { condition: 'service_completed_successfully' },
    mongo: { condition: 'service_started' },
  });
  expect(after('server')).toEqual({
    mongo: { condition: 'service_healthy' },
    'replica-set': { condition: 'service_completed_successfully' },
  });
});

test('each sees only the secrets it needs, and only their maker may write them', () => {
  const seen = Object.fromEntries(
    all.map(([name, service]) => [
      name,
      Object.entries(mountsOf(service))
        .filter(([volume]) => /key$|secret$/.test(volume))
        .map(([volume, { mode }]) => `${volume} ${mode}`),
    ]),
  );
  expect(seen).toEqual({
    server: ['store-secret ro'],
    mongo: ['mongo-key ro'],
    secrets: ['mongo-key rw', 'admin-secret rw', 'store-secret rw'],
    'replica-set': ['admin-secret ro', 'store-secret ro'],
  });
});

test('no secret is in the file: not a password, nor a variable that would hold one', () => {
  const text = readFileSync(join(ROOT, 'compose.yaml'), 'utf8');
  expect(text).not.toMatch(/mongodb(\+srv)?:\/\//);
  expect(text).not.toMatch(/password\s*[:=]/i);
  expect([...text.matchAll(/\$\{(\w+)/g)].map(found => found[1])).toEqual([
    'BASE_URL',
    'TRUST_PROXY',
    'LOG_LEVEL',
  ]);
});

test('the files that one makes are those that the others read', () => {
  const given = (service: ComposeService, name: string) =>
    service.command?.find(argument => argument.startsWith(`--${name}=`))?.slice(`--${name}=`.length);
  const { secrets, mongo, server } = services;
  const once = services['replica-set'];
  expect(given(mongo, 'keyFile')).toBe(given(secrets, 'key'));
  expect(given(once, 'admin')).toBe(given(secrets, 'admin'));
  expect(given(once, 'store')).toBe(given(secrets, 'store'));
  expect(server.environment?.STORE_FILE).toBe(given(secrets, 'store'));
  for (const [service, file] of [
    [mongo, given(mongo, 'keyFile')!],
    [once, given(once, 'admin')!],
    [once, given(once, 'store')!],
    [server, server.environment!.STORE_FILE!],
  ] as const) {
    const folders = Object.values(mountsOf(service)).map(({ at }) => at);
    expect(folders.some(folder => file.startsWith(`${folder}/`))).toBe(true);
  }
  for (const name of ONE_SHOTS) expect(existsSync(join(ROOT, services[name].entrypoint![1]!))).toBe(true);
});

test('the database is reached by the server alone, and the server from this machine alone', () => {
  expect(services.mongo.ports).toBeUndefined();
  expect(services.mongo.networks).toEqual(['store']);
  expect(networks.store?.internal).toBe(true);
  expect(services.server.ports).toEqual(['127.0.0.1:8080:8080']);
  expect(services['replica-set'].network_mode).toBe('service:mongo');
});

test('the database demands a password of everybody', () => {
  expect(services.mongo.command).toEqual(expect.arrayContaining(['--auth', '--replSet=iop']));
});

test('the keys lie in a volume of their own', () => {
  const { environment, ...server } = services.server;
  expect(mountsOf(server).keys).toEqual({ at: environment?.KEYS, mode: 'rw' });
});

test('the environment of the server is one that it takes', () => {
  const {
    STORE_FILE: _,
    BASE_URL: __,
    LOG_LEVEL: ___,
    TRUST_PROXY: ____,
    ...environment
  } = services.server.environment!;
  const config = readConfig({ ...environment, STORE: 'mongodb://mongo/iop' });
  expect([config.keys, config.demo]).toEqual(['/data/keys', false]);
});

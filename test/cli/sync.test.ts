// `sync` on the command line, against a server that says what the test wants.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createApp, readConfig } from '../../src/app.ts';
import { auditRows } from '../support/audit.ts';
import { type BadEhr, bundleOf, startBadEhr } from '../support/bad-ehr.ts';
import { makeKey } from '../support/oauth-client.ts';
import { launch, workplace } from '../support/process.ts';
import { runHere } from '../support/run-here.ts';
import { allergy, person, SSN } from '../support/sync-world.ts';

const place = workplace();
const environment: Record<string, string> & { STORE: string; KEYS: string } = {
  ...place.environment,
  STORE: `sqlite:${join(place.folder, 'iop.db')}`,
  KEYS: join(place.folder, 'keys'),
  PORT: '8080',
};
const cli = (...args: string[]) => runHere(args, environment);
const sync = (...args: string[]) => cli('sync', ...args);
let ehr: BadEhr;
let usual: BadEhr['on'];

const client = (id: string, family: string) => ({
  ...{ kind: 'client', id, program: 'hillside', active: true, gender: 'female' },
  ...{ name: { family, given: ['Alex'] }, birthDate: '1990-02-03' },
});
const records = join(place.folder, 'records.ndjson');

beforeAll(async () => {
  ehr = await startBadEhr();
  usual = { ...ehr.on };
  await cli('program', 'add', '--name', 'Hillside', '--id', 'hillside');
  await cli('token', '--organization', 'lakeside', '--role', 'ehr');
  writeFileSync(
    records,
    ['Moreno', 'Okafor'].map((family, at) => JSON.stringify(client(`c-${at}`, family))).join('\n'),
  );
  expect((await cli('import', records, '--program', 'hillside')).code).toBe(0);
});
beforeEach(() => {
  Object.assign(ehr, { on: { ...usual }, asked: [] });
});
afterAll(async () => {
  await ehr.close();
  place.remove();
});

const ADD = () => [
  'add',
  ehr.base,
  '--program',
  'hillside',
  '--organization',
  'lakeside',
  '--client',
  'river',
  '--rate',
  '1000',
];

test.each<[string, (add: string[]) => string[], number, string]>([
  [
    'in clear on another machine',
    ([, , ...rest]) => ['add', 'http://ehr.example/fhir', ...rest],
    2,
    'expected https',
  ],
  [
    'a program that is not there',
    add => add.map(one => (one === 'hillside' ? 'other' : one)),
    1,
    'no program other',
  ],
  [
    'an Organization that nobody knows',
    add => add.map(one => (one === 'lakeside' ? 'Nowhere' : one)),
    1,
    'no Organization Nowhere',
  ],
  [
    'a program in the place of an EHR',
    add => add.map(one => (one === 'lakeside' ? 'hillside' : one)),
    1,
    'is a program',
  ],
  ['a name that is none', add => [...add, '--name', 'A/B'], 2, 'small letters'],
  ['no rate', add => [...add, '--rate', '0'], 2, 'requests a second'],
  [
    'a token endpoint in clear',
    add => [...add, '--token-url', 'http://ehr.example/token'],
    2,
    'expected https',
  ],
])('%s is refused, and leaves nothing', async (_name, change, code, message) => {
  const refused = await sync(...change(ADD()));
  expect([refused.code, refused.out]).toEqual([code, '']);
  expect(refused.error).toContain(message);
  expect((await sync('list', '--json')).out).toBe('[]\n');
});

test('a server is added with a key of ours: its public part is printed, the private one lies in KEYS and nowhere else', async () => {
  const { code, out, error } = await sync(...ADD(), '--name', 'made');
  expect([code, error]).toEqual([0, '']);
  const path = join(environment.KEYS, 'sync-made.jwk');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const { d, ...shown } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
  const [key] = (JSON.parse(out) as { keys: Record<string, string>[] }).keys;
  expect(shown).toMatchObject(key!);
  expect(key).not.toHaveProperty('d');
  for (const file of readdirSync(place.folder, { withFileTypes: true }).filter(one => one.isFile()))
    expect(readFileSync(join(place.folder, file.name)).includes(d!)).toBe(false);
  expect((await sync(...ADD(), '--name', 'made')).error).toContain('There is a remote made already');
  expect((await sync('remove', 'made')).code).toBe(0);
  // Added again, it is the same client there.
  expect(JSON.parse((await sync(...ADD(), '--name', 'made')).out)).toEqual({ keys: [key] });
  await sync('remove', 'made');
});

test('or with a key that is there already', async () => {
  const own = await makeKey('own', 'RS384');
  const file = join(place.folder, 'own.jwk');
  writeFileSync(file, JSON.stringify(own.privateJwk));
  const { out } = await sync(...ADD(), '--key', file);
  expect((JSON.parse(out) as { keys: { kid: string }[] }).keys[0]!.kid).toBe('own');
  expect(statSync(join(environment.KEYS, 'sync-lakeside.jwk')).mode & 0o777).toBe(0o600);
  writeFileSync(file, JSON.stringify({ kty: 'EC', kid: 'x', d: 'secret' }));
  const bad = await sync(...ADD(), '--key', file, '--name', 'bad');
  expect([
    bad.code,
    bad.error.includes('secret'),
    existsSync(join(environment.KEYS, 'sync-bad.jwk')),
  ]).toEqual([1, false, false]);
  expect((await sync('list')).out).toBe(`lakeside\t${ehr.base}\tlakeside\thillside\triver\n`);
});

const stamped = (resource: object, id: string) => ({
  ...resource,
  ...{ id, meta: { versionId: '1', lastUpdated: '2026-11-01T10:00:00Z' } },
});

test('it is run, tells what has to be looked at, and a person says who somebody is', async () => {
  ehr.on['GET /fhir/Patient'] = () => ({
    body: bundleOf([
      stamped(person('Moreno', '7'), 'p1'),
      stamped(person('Stranger', '8', { birthDate: '1950-01-01' }), 'p2'),
    ]),
  });
  ehr.on['GET /fhir/AllergyIntolerance'] = () => ({
    body: bundleOf([
      stamped(allergy('p1', 'Nuts'), 'a1'),
      stamped({ ...allergy('p1', 'x'), nonsense: 1 }, 'a2'),
    ]),
  });
  const first = await sync('run', '--once');
  expect([first.code, first.error]).toEqual([0, '']);
  expect(first.out).toMatch(/^lakeside: done: pull passed-over 3, pull possible-match 1 \(/);
  const listed = await sync('matches', 'lakeside');
  // Of the stranger there is nothing, of the other what our own record says.
  expect(listed.out).toMatch(
    /^p1\t[0-9a-f-]{36}\tAlex Moreno\t1990-02-03\tagrees birthDate, family, given, gender\tdiffers identifier\n$|^p1\t[0-9a-f-]{36}\tAlex Moreno\t1990-02-03\tagrees birthDate, family, given, gender/,
  );
  expect((await sync('match', 'lakeside', 'p1')).code).toBe(2);
  expect((await sync('match', 'lakeside', 'p1', 'c-9')).error).toContain('no such client');
  expect((await sync('match', 'lakeside', 'p1', 'c-0')).code).toBe(0);
  const second = await sync('run', '--once', 'lakeside');
  expect(second.code).toBe(1);
  const [problem, summary] = second.out.trim().split('\n');
  expect(problem).toMatch(/^lakeside: pull AllergyIntolerance a2: refused: .*nonsense/);
  expect(summary).toMatch(/^lakeside: partly: .*pull created 1,.*pull refused 1/);
  const { out } = await sync('status');
  for (const line of [
    'people linked 1, possible matches 0',
    'came: AllergyIntolerance 1',
    'pull AllergyIntolerance a2: refused: ',
  ])
    expect(out).toContain(line);
  const told = JSON.parse((await sync('run', '--once', '--full', '--json')).out) as object;
  expect(told).toMatchObject({
    remote: 'lakeside',
    outcome: 'partly',
    counts: { 'pull AllergyIntolerance unchanged': 1, 'pull AllergyIntolerance refused': 1 },
  });
  expect(`${first.out}${second.out}${out}${JSON.stringify(told)}`).not.toMatch(/secret|Nuts|Stranger/);
  expect((await sync('matches', 'lakeside')).out).toBe('');
});

test('without --once it goes on until it is stopped', async () => {
  const running = launch(['sync', 'run', 'lakeside', '--every', '1'], environment);
  await running.until(/lakeside: done.*\n.*lakeside: done/);
  const { code, error } = await running.stop();
  expect([code, error]).toEqual([0, '']);
});

test('an unknown server and no server at all are said', async () => {
  expect((await sync('run', '--once', 'nowhere')).error).toContain('no remote nowhere');
  expect((await sync('status', 'nowhere')).code).toBe(1);
  await sync('remove', 'lakeside');
  expect((await sync('run', '--once')).error).toContain('sync add');
});

test('each act leaves a row, and nothing of a stranger is anywhere in the store', async () => {
  const app = await createApp(readConfig(environment));
  const rows = await auditRows(app.context.store);
  const acts = rows.map(row => row.action).filter(action => action.startsWith('sync-'));
  expect(new Set(acts)).toEqual(new Set(['sync-add', 'sync-remove', 'sync-match', 'sync-start', 'sync-end']));
  const ends = rows.filter(row => row.action === 'sync-end').map(row => row.outcome);
  expect(ends.slice(0, 3)).toEqual(['ok', 'incomplete', 'incomplete']);
  await app.close();
  const text = readFileSync(environment.STORE.slice('sqlite:'.length)).toString('latin1');
  expect([text.includes('Stranger'), text.includes(`${SSN}|8`), text.includes('Moreno')]).toEqual([
    false,
    false,
    true,
  ]);
});

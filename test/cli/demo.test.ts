import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'fhir-kit-client';
import {
  launch,
  ROOT,
  type Running,
  runCommand,
  runShell,
  shellTest,
  workplace,
} from '../support/process.ts';

const READY = /\/fhir\/metadata'\n/;
const get = async (url: string, token: string) => {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  return { status: answer.status, body: await answer.text() };
};
const urlOf = (running: Running) => /http:\/\/[^/\s]+/.exec(running.out())![0];
const tokenOf = (running: Running, name: string) =>
  new RegExp(`^${name}=(.+)$`, 'm').exec(running.out())![1]!;
const total = (body: string) => (JSON.parse(body) as { total: number }).total;

describe('the demo', () => {
  const place = workplace();
  let demo: Running;
  beforeAll(async () => {
    demo = launch(['demo'], place.environment);
    await demo.until(READY);
  });
  afterAll(async () => {
    await demo.stop();
    place.remove();
  });

  shellTest(
    'prints curl lines that work as they stand, and so do the next links in their answers',
    async () => {
      const lines = demo
        .out()
        .split('\n')
        .filter(line => /^(curl |[A-Z]+=)/.test(line));
      const curls = lines.filter(line => line.startsWith('curl '));
      expect(curls.length).toBeGreaterThanOrEqual(7);
      for (const curl of curls) {
        const given = lines.filter(line => !line.startsWith('curl ')).join('\n');
        const { out } = await runShell(`${given}\n${curl} -f`);
        const answer = JSON.parse(out) as {
          resourceType: string;
          link?: { relation: string; url: string }[];
        };
        expect(answer.resourceType).toMatch(/^(Bundle|CapabilityStatement)$/);
        const next = answer.link?.find(link => link.relation === 'next');
        if (next === undefined) continue;
        const page = await runShell(`${given}\n${curl.replace(/'http[^']+'/, `'${next.url}'`)} -f`);
        expect(JSON.parse(page.out)).toMatchObject({ resourceType: 'Bundle', type: 'searchset' });
      }
      expect(curls.some(curl => curl.includes('_count=5'))).toBe(true);
    },
  );

  test('answers without a token only what anybody may know', async () => {
    const url = urlOf(demo);
    for (const path of ['/fhir/metadata', '/health']) expect((await fetch(url + path)).status).toBe(200);
    for (const path of [
      '/fhir/Patient',
      '/fhir/Patient/x',
      '/fhir/Nothing',
      '/fhir/_history',
      '/iop/schema',
      '/iop/clients/x',
    ]) {
      const answer = await fetch(url + path);
      expect([path, answer.status]).toEqual([path, 401]);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
  });

  shellTest(
    "the payer's answer about a client who did not consent is byte for byte that of an unknown id",
    async () => {
      const url = urlOf(demo);
      const [staff, payer] = [tokenOf(demo, 'STAFF'), tokenOf(demo, 'PAYER')];
      const ids = async (token: string) => {
        const bundle = JSON.parse((await get(`${url}/fhir/Patient?_count=100`, token)).body) as {
          entry?: { resource: { id: string } }[];
        };
        return (bundle.entry ?? []).map(entry => entry.resource.id);
      };
      const seen = await ids(payer);
      const hidden = (await ids(staff)).filter(id => !seen.includes(id));
      expect(seen.length).toBeGreaterThan(0);
      expect(hidden.length).toBeGreaterThan(0);
      const curl = async (id: string) =>
        (await runShell(`curl -s -H "Authorization: Bearer ${payer}" ${url}/fhir/Patient/${id}`)).out;
      expect(await curl(hidden[0]!)).toBe(await curl('00000000-0000-4000-8000-000000000000'));
    },
  );

  test('a foreign client reads all six kinds of treatment data', async () => {
    const client = new Client({ baseUrl: `${urlOf(demo)}/fhir`, bearerToken: tokenOf(demo, 'STAFF') });
    for (const resourceType of [
      'CarePlan',
      'Appointment',
      'Encounter',
      'Observation',
      'MedicationRequest',
      'Goal',
    ]) {
      const found = (await client.search({ resourceType, searchParams: { _count: '1' } })) as unknown as {
        entry: { resource: { id: string } }[];
      };
      const { id } = found.entry[0]!.resource;
      expect(await client.read({ resourceType, id })).toMatchObject({ resourceType, id });
    }
  });

  test('an Organization that nobody named sees no person', async () => {
    const url = urlOf(demo);
    const { out } = await runCommand(
      ['token', '--organization', 'stranger', '--role', 'payer'],
      place.environment,
    );
    for (const type of ['Patient', 'Encounter', 'Consent', 'EpisodeOfCare', 'Observation']) {
      expect(total((await get(`${url}/fhir/${type}?_summary=count`, out.trim())).body)).toBe(0);
    }
  });

  test('a token printed from another terminal works, and an import beside it shows in the next answer', async () => {
    const url = urlOf(demo);
    const { out, code } = await runCommand(['token', '--client', 'demo-program'], place.environment);
    expect(code).toBe(0);
    const count = async () => total((await get(`${url}/fhir/Patient?_summary=count`, out.trim())).body);
    const before = await count();
    const records = (await runCommand(['generate', '--clients', '2', '--weeks', '1', '--seed', '99'], {}))
      .out;
    const imported = await runCommand(['import', '-', '--program', 'riverbend'], place.environment, records);
    expect([imported.code, imported.error]).toEqual([0, '']);
    expect(imported.out.trim().split('\n').at(-1)).toMatch(
      /written \d+, unchanged \d+, conflicting 0, bad 0/,
    );
    expect(await count()).toBe(before + 2);
  });

  test('a second server on the same store is refused with the process id of the first', async () => {
    const second = await runCommand(['demo'], place.environment);
    expect(second.code).toBe(1);
    expect(second.error).toContain(String(demo.child.pid));
    expect(second.error.trim().split('\n')).toHaveLength(1);
  });

  test('serve refuses a demo store', async () => {
    const { code, error } = await runCommand(['serve'], {
      ...place.environment,
      STORE: place.environment.STORE!,
    });
    expect(code).toBe(1);
    expect(error).toMatch(/demo/);
  });

  test('has its clients in the registry, with example keys in KEYS', async () => {
    const { out } = await runCommand(['client', 'list', '--json'], place.environment);
    const clients = JSON.parse(out) as { id: string; patient?: string; keys: { jwks: { keys: object[] } } }[];
    expect(clients.map(({ id }) => id).filter(id => id.startsWith('demo-'))).toEqual([
      'demo-auditor',
      'demo-ehr',
      'demo-patient',
      'demo-payer',
      'demo-program',
    ]);
    for (const { keys } of clients.filter(({ id }) => id.startsWith('demo-'))) {
      expect(keys.jwks.keys).toHaveLength(1);
      expect(keys.jwks.keys[0]).not.toHaveProperty('d');
    }
    const { patient } = clients.find(({ id }) => id === 'demo-patient')!;
    const person = await get(`${urlOf(demo)}/fhir/Patient/${patient}`, tokenOf(demo, 'STAFF'));
    expect(person.status).toBe(200);
  });

  test('keeps its files to their owner', () => {
    expect(statSync(join(place.folder, 'keys')).mode & 0o777).toBe(0o700);
    const files = [
      ...readdirSync(place.folder).map(name => join(place.folder, name)),
      ...readdirSync(join(place.folder, 'keys')).map(name => join(place.folder, 'keys', name)),
    ];
    for (const file of files.filter(name => statSync(name).isFile()))
      expect([file, statSync(file).mode & 0o077]).toEqual([file, 0]);
  });
});

describe('started again', () => {
  test('edits are kept, earlier tokens work, nothing is loaded twice; both stops drain and exit 0', async () => {
    const place = workplace();
    const first = launch(['demo'], place.environment);
    await first.until(READY);
    const token = tokenOf(first, 'STAFF');
    const bundle = JSON.parse((await get(`${urlOf(first)}/fhir/Goal?_count=1`, token)).body) as {
      entry: { resource: Record<string, unknown> & { id: string } }[];
    };
    const goal = { ...bundle.entry[0]!.resource, description: { text: 'Edited by hand' } };
    const put = await fetch(`${urlOf(first)}/fhir/Goal/${goal.id}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
      body: JSON.stringify(goal),
    });
    expect(put.status).toBe(200);
    const before = total((await get(`${urlOf(first)}/fhir/Encounter?_summary=count`, token)).body);
    expect((await first.stop('SIGTERM')).code).toBe(0);

    const second = launch(['demo'], place.environment);
    await second.until(READY);
    expect(second.out()).not.toContain('Loaded');
    expect((await get(`${urlOf(second)}/fhir/Goal/${goal.id}`, token)).body).toContain('Edited by hand');
    expect(total((await get(`${urlOf(second)}/fhir/Encounter?_summary=count`, token)).body)).toBe(before);
    expect((await second.stop('SIGINT')).code).toBe(0);
    place.remove();
  });

  test('through npm start a SIGTERM reaches the server, which exits 0', async () => {
    const place = workplace();
    const running = launch(['start'], place.environment, ['npm']);
    await running.until(READY);
    const url = urlOf(running);
    expect((await running.stop('SIGTERM')).code).toBe(0);
    await expect(fetch(`${url}/health`)).rejects.toThrow();
    place.remove();
  });
});

describe('what cannot start says why in one line', () => {
  test.each<[string, string[], (folder: string) => Record<string, string>, RegExp, number]>([
    ['the demo off loopback', ['demo'], () => ({ HOST: '0.0.0.0' }), /loopback/, 1],
    [
      'wrong settings, all at once',
      ['serve'],
      () => ({ PORT: 'x', LOG_LEVEL: 'loud' }),
      /PORT[\s\S]*LOG_LEVEL/,
      2,
    ],
    ['serve with DEMO set', ['serve'], () => ({ DEMO: 'true' }), /DEMO/, 2],
    ['a file that is no database', ['serve'], folder => ({ STORE: `sqlite:${junk(folder)}` }), /junk\.db/, 1],
    ['a folder as the store', ['serve'], folder => ({ STORE: `sqlite:${folder}` }), /./, 1],
    ['an unknown command', ['fly'], () => ({}), /fly/, 2],
    ['an unknown option', ['token', '--fly'], () => ({}), /fly/, 2],
    ['a token for nobody', ['token'], () => ({}), /--client/, 2],
    [
      'a scope that is none',
      ['token', '--organization', 'x', '--role', 'ehr', '--scope', 'system/Nothing.r'],
      () => ({}),
      /^--scope: .*type/,
      2,
    ],
    [
      'a scope of nothing',
      ['token', '--organization', 'x', '--role', 'ehr', '--scope', 'openid'],
      () => ({}),
      /^--scope/,
      2,
    ],
    [
      'a demo client on a store that is not the demo',
      ['token', '--client', 'demo-ehr'],
      () => ({}),
      /demo/,
      1,
    ],
    [
      'a program role for an Organization that is none',
      ['token', '--organization', 'x', '--role', 'program'],
      () => ({}),
      /program add/,
      1,
    ],
  ])('%s', async (_, args, more, message, exitCode) => {
    const place = workplace();
    const { code, error } = await runCommand(args, { ...place.environment, ...more(place.folder) });
    expect(error).toMatch(message);
    expect(error).not.toMatch(/\n\s+at /);
    expect(code).toBe(exitCode);
    place.remove();
  });

  test('a port in use', async () => {
    const [one, other] = [workplace(), workplace()];
    const first = launch(['demo'], one.environment);
    await first.until(READY);
    const second = await runCommand(['demo'], { ...other.environment, PORT: new URL(urlOf(first)).port });
    expect([second.code, second.error]).toEqual([1, expect.stringMatching(/^The port is in use/)]);
    await first.stop();
    one.remove();
    other.remove();
  });

  test('an import of a file that is not there, and for a program that is not', async () => {
    const place = workplace();
    const nowhere = await runCommand(['import', 'nothing.ndjson', '--program', 'x'], place.environment);
    expect([nowhere.code, nowhere.error]).toEqual([1, expect.stringMatching(/no program x/)]);
    await runCommand(['program', 'add', '--name', 'X', '--id', 'x'], place.environment);
    const nothing = await runCommand(['import', 'nothing.ndjson', '--program', 'x'], place.environment);
    expect([nothing.code, nothing.error]).toEqual([
      1,
      expect.stringMatching(/nothing\.ndjson: there is no such file/),
    ]);
    place.remove();
  });

  test('the demo on a store that holds real data', async () => {
    const place = workplace();
    const added = await runCommand(['program', 'add', '--name', 'Real', '--id', 'real'], place.environment);
    expect([added.code, added.out]).toEqual([0, 'real\n']);
    const { code, error } = await runCommand(['demo'], place.environment);
    expect([code, error]).toEqual([1, expect.stringMatching(/not the demo/)]);
    place.remove();
  });

  test('a Node that is too old', async () => {
    const old = ['/usr/bin/node', '/usr/local/bin/node'].filter(path => existsSync(path));
    const results = await Promise.all(
      old.map(path => launch(['--help'], {}, [path, join(ROOT, 'src/start.mjs')]).finished),
    );
    const refused = results.filter(result => result.code === 1);
    if (refused.length === 0) console.warn('skipped: this machine has no Node older than 24 to start with');
    for (const { error } of refused)
      expect(error).toMatch(/^iop-fhir needs Node 24 or newer; this is Node \d+/);
  });
});

function junk(folder: string): string {
  const path = join(folder, 'junk.db');
  writeFileSync(
    path,
    'this is not a database, whatever its name says, and it is long enough to have a header '.repeat(20),
  );
  return path;
}

test('on a real store a program is added, imports, and hands out tokens', async () => {
  const place = workplace();
  await runCommand(['program', 'add', '--name', 'Hillside IOP', '--id', 'hillside'], place.environment);
  // A real program may bear the name of a payer of the demo: only the store's own register says what it is.
  const namesake = ['program', 'add', '--name', 'Namesake', '--id', 'granite-mutual', '--prefix', 'gm-'];
  expect((await runCommand(namesake, place.environment)).code).toBe(0);
  const theirs = (
    await runCommand(['generate', '--clients', '1', '--weeks', '1', '--program', 'granite-mutual'], {})
  ).out;
  expect(
    (await runCommand(['import', '-', '--program', 'granite-mutual'], place.environment, theirs)).code,
  ).toBe(0);
  const records = (
    await runCommand(['generate', '--clients', '1', '--weeks', '1', '--program', 'hillside'], {})
  ).out;
  expect((await runCommand(['import', '-', '--program', 'hillside'], place.environment, records)).code).toBe(
    0,
  );
  const again = await runCommand(['import', '-', '--program', 'hillside'], place.environment, records);
  expect(again.out.trim().split('\n').at(-1)).toMatch(/written 0, unchanged \d+, conflicting 0, bad 0/);
  const running = launch(['serve'], place.environment);
  await running.until('listens');
  const token = async (...args: string[]) =>
    (await runCommand(['token', ...args], place.environment)).out.trim();
  const program = await token('--organization', 'hillside', '--role', 'program');
  const count = async (bearer: string) =>
    total((await get(`${urlOf(running)}/fhir/Patient?_summary=count`, bearer)).body);
  expect(await count(program)).toBe(1);
  expect(await count(await token('--organization', 'elsewhere', '--role', 'ehr'))).toBe(0);
  expect((await running.stop()).code).toBe(0);
  place.remove();
});

// The client registry on the command line. Commands run in this process; the server beside them in its own.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { run } from '../../src/cli/run.ts';
import { makeKey } from '../support/oauth-client.ts';
import { launch, workplace } from '../support/process.ts';

const place = workplace();
async function command(...args: string[]) {
  const said = { out: '', error: '' };
  const to = (name: keyof typeof said) =>
    new Writable({
      write: (chunk, _encoding, done) => {
        said[name] += String(chunk);
        done();
      },
    });
  const streams = { out: to('out'), error: to('error'), input: Readable.from([]) };
  const code = await run(args, { environment: place.environment, ...streams });
  return { code, ...said };
}
const client = (...args: string[]) => command('client', ...args);
const show = async (id: string) =>
  JSON.parse((await client('show', id, '--json')).out) as Record<string, unknown>;
const file = (name: string, content?: unknown) => {
  const path = join(place.folder, name);
  if (content !== undefined)
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
const ADD = ['add', '--organization', 'ehr', '--role', 'ehr', '--scope', 'system/*.rs'];

beforeAll(async () => {
  await command('program', 'add', '--name', 'Hillside', '--id', 'hillside');
});
afterAll(() => place.remove());

test('a client is added with a key that is made for it, shown, disabled, enabled and listed', async () => {
  const key = file('made.jwk');
  const added = await client(...ADD, '--id', 'app', '--name', 'The App', '--generate-key', key);
  expect([added.code, added.out, added.error]).toEqual([0, 'app\n', '']);
  expect(statSync(key).mode & 0o777).toBe(0o600);
  const made = JSON.parse(readFileSync(key, 'utf8')) as Record<string, unknown>;
  const { kty, crv, x, y, kid } = made;
  expect(made).toHaveProperty('d');
  expect(await show('app')).toEqual({
    id: 'app',
    name: 'The App',
    organization: 'ehr',
    role: 'ehr',
    scope: 'system/*.rs',
    purposes: ['TREAT'],
    recipient: 'covered-entity',
    keys: { jwks: { keys: [{ kty, crv, x, y, kid }] } },
    disabled: false,
  });
  expect((await client('disable', 'app')).code).toBe(0);
  expect(await show('app')).toMatchObject({ disabled: true });
  expect((await client('list')).out).toMatch(/^app\tehr\tehr\tsystem\/\*\.rs\tdisabled$/m);
  expect((await client('enable', 'app')).code).toBe(0);
  expect(await show('app')).toMatchObject({ disabled: false });
  expect(JSON.parse((await client('list', '--json')).out)).toEqual([await show('app')]);
});

test('a client of a trusted issuer needs no key of its own', async () => {
  const issuer = ['--issuer', 'https://login.example', '--subject', 'portal'];
  const added = await client(...ADD, '--id', 'portal', '--json', ...issuer);
  expect([added.code, added.error]).toEqual([0, '']);
  expect(JSON.parse(added.out)).toMatchObject({
    issuer: { iss: 'https://login.example', sub: 'portal' },
    keys: { jwks: { keys: [] } },
  });
});

test('keys are rotated: beside the former, or in their place', async () => {
  const [one, two] = await Promise.all([makeKey('one'), makeKey('two', 'RS384')]);
  const kids = async () =>
    ((await show('rotated')).keys as { jwks: { keys: { kid: string }[] } }).jwks.keys.map(({ kid }) => kid);
  await client(...ADD, '--id', 'rotated', '--jwks', file('one.json', one.publicJwk));
  expect(await kids()).toEqual(['one']);
  await client('rotate', 'rotated', '--keep', '--jwks', file('two.json', { keys: [two.publicJwk] }));
  expect(await kids()).toEqual(['one', 'two']);
  await client('rotate', 'rotated', '--jwks', file('two.json'));
  expect(await kids()).toEqual(['two']);
  await client('rotate', 'rotated', '--jwks-url', 'https://client.example/jwks');
  expect((await show('rotated')).keys).toEqual({ jwksUrl: 'https://client.example/jwks' });
});

test('a file is applied whole or not at all, and again changes nothing', async () => {
  const entry = { id: 'payer-app', organization: 'payer', role: 'payer', scope: 'system/*.rs' };
  const staff = {
    id: 'staff',
    organization: 'hillside',
    role: 'program',
    scope: 'user/*.rs',
    practitioner: 'd',
  };
  const clients = file('clients.json', { clients: [entry, staff] });
  const apply = async (path = clients) => {
    const { code, out } = await client('apply', path, '--json');
    return [code, (JSON.parse(out) as { outcome: string }[]).map(({ outcome }) => outcome)];
  };
  expect(await apply()).toEqual([0, ['added', 'added']]);
  expect(await apply()).toEqual([0, ['unchanged', 'unchanged']]);
  expect(await apply(file('shown.json', [await show('staff')]))).toEqual([0, ['unchanged']]);
  expect(await apply(file('more.json', [{ ...entry, purposes: ['HPAYMT', 'COVERAGE'] }]))).toEqual([
    0,
    ['changed'],
  ]);
  await client('disable', 'staff');
  expect(await apply()).toEqual([0, ['changed', 'unchanged']]);
  expect(await show('staff')).toMatchObject({ disabled: true });
  expect(await apply(file('again.json', [{ ...staff, disabled: false }]))).toEqual([0, ['changed']]);
  expect(await apply(file('more.json'))).toEqual([0, ['changed']]);
  const bad = await client('apply', file('bad.json', [{ ...entry, scope: 'system/*.cruds' }, { id: 'x y' }]));
  expect([bad.code, bad.out]).toEqual([1, '']);
  expect(bad.error).toMatch(/client 2: id: /);
  expect(await show('payer-app')).toMatchObject({ scope: 'system/*.rs', purposes: ['HPAYMT', 'COVERAGE'] });
});

test('the server takes over what is changed beside it, and rotates its own key without being stopped', async () => {
  const key = file('beside.jwk');
  await client(...ADD, '--id', 'beside', '--generate-key', key);
  const server = launch(['serve'], place.environment);
  const url = /http:\/\/\S+/.exec(await server.until('listens'))![0];
  const token = async () => (await command('token', '--client', 'beside', '--key', key)).out.trim();
  const search = async (bearer: string) =>
    (await fetch(`${url}/fhir/Patient`, { headers: { authorization: `Bearer ${bearer}` } })).status;
  const first = await token();
  expect(await search(first)).toBe(200);
  const rotated = await command('keys', 'rotate');
  expect(rotated.code).toBe(0);
  const second = await token();
  expect([await search(first), await search(second)]).toEqual([200, 200]);
  const { keys } = (await (await fetch(`${url}/oauth/jwks`)).json()) as { keys: { kid: string }[] };
  expect(keys.map(({ kid }) => kid)).toContain(rotated.out.trim());
  await client('disable', 'beside');
  expect([await search(first), await search(second)]).toEqual([401, 401]);
  expect((await server.stop()).code).toBe(0);
}, 60_000);

test.each<[string, string[], number, RegExp]>([
  ['no keys', [...ADD, '--id', 'n'], 2, /--jwks FILE/],
  [
    'two kinds of keys',
    [...ADD, '--id', 'n', '--jwks-url', 'https://x.example/', '--generate-key', 'k'],
    2,
    /one of/,
  ],
  ['an id with a space', [...ADD, '--id', 'n n', '--jwks-url', 'https://x.example/'], 2, /^--id: /],
  [
    'a scope that is none',
    [...ADD, '--id', 'n', '--scope', 'all', '--jwks-url', 'https://x.example/'],
    2,
    /^--scope: /,
  ],
  [
    'an emergency as the purpose of a payer',
    [...ADD, '--id', 'n', '--role', 'payer', '--purpose', 'BTG', '--jwks-url', 'https://x.example/'],
    2,
    /^--purposes: /,
  ],
  [
    'a patient who is nobody',
    [...ADD, '--id', 'n', '--role', 'patient', '--jwks-url', 'https://x.example/'],
    2,
    /^--patient: /,
  ],
  [
    'an Organization that is no program',
    [...ADD, '--id', 'n', '--role', 'program', '--jwks-url', 'https://x.example/'],
    1,
    /no program/,
  ],
  ['a client that is there', [...ADD, '--id', 'app', '--jwks-url', 'https://x.example/'], 1, /already/],
  ['a file of keys that is not there', [...ADD, '--id', 'n', '--jwks', 'nowhere.json'], 1, /nowhere\.json: /],
  ['a client that is not there', ['show', 'nobody'], 1, /no client nobody/],
  ['to disable nobody', ['disable', 'nobody'], 1, /no client nobody/],
  ['nothing to do', ['fly'], 2, /fly/],
])('%s is refused in words', async (_name, args, exitCode, message) => {
  const { code, out, error } = await client(...args);
  expect(error).toMatch(message);
  expect([code, out]).toEqual([exitCode, '']);
});

test('a private key is not taken for a public one, and a key file is never overwritten', async () => {
  const key = await makeKey('k');
  const secret = await client(...ADD, '--id', 'n', '--jwks', file('private.json', key.privateJwk));
  expect([secret.code, secret.error]).toEqual([1, expect.stringMatching(/private key/)]);
  expect(secret.error).not.toContain(key.privateJwk.d!);
  const there = file('there.jwk', 'something');
  const refused = await client(...ADD, '--id', 'n', '--generate-key', there);
  expect([refused.code, refused.error]).toEqual([1, expect.stringMatching(/there already/)]);
  expect([readFileSync(there, 'utf8'), existsSync(`${there}.${process.pid}`)]).toEqual(['something', false]);
  expect((await client('show', 'n')).code).toBe(1);
});

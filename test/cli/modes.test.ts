// Whatever the server and its commands leave on the disk is for their owner alone, however careless the shell
// is in which they are started.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { launch, ROOT, type Running, workplace } from '../support/process.ts';

const CARELESS = ['sh', '-c', 'umask 0; exec "$@"', 'sh'];
const place = workplace();
afterAll(() => place.remove());
const start = (...args: string[]): Running =>
  launch(args, { ...place.environment, STORE: `sqlite:${join(place.folder, 'deep', 'data', 'iop.db')}` }, [
    ...CARELESS,
    process.execPath,
    '--no-warnings',
    join(ROOT, 'src/start.mjs'),
  ]);

const run = async (...args: string[]): Promise<string> => {
  const running = start(...args);
  running.child.stdin!.end();
  const { code, out, error } = await running.finished;
  expect([code, error]).toEqual([0, '']);
  return out;
};

/** Everything below a folder, with its mode. */
function modes(folder: string): Map<string, number> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return new Map(names.map(name => [name, statSync(join(folder, name)).mode & 0o777]));
}

function expectOwnerOnly(): string[] {
  const found = modes(place.folder);
  for (const [name, mode] of found) {
    const folder = statSync(join(place.folder, name)).isDirectory();
    expect([name, mode]).toEqual([name, folder ? 0o700 : 0o600]);
  }
  return [...found.keys()];
}

test('store, log, lock, process id and keys, while a server runs and when it has ended', async () => {
  await run('program', 'add', '--name', 'Hillside IOP', '--id', 'hillside');
  const token = (await run('token', '--organization', 'hillside', '--role', 'program')).trim();
  const server = start('serve');
  const url = /listens at (\S+)/.exec(await server.until(/listens at \S+\n/))![1]!;
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/fhir+json' };
  const body = JSON.stringify({ resourceType: 'Patient' });
  expect((await fetch(`${url}/fhir/Patient`, { method: 'POST', headers, body })).status).toBe(201);
  const data = ['iop.db', 'iop.db-wal', 'iop.db-shm', 'iop.db.lock', 'iop.db.pid'];
  expect(expectOwnerOnly()).toEqual(
    expect.arrayContaining([
      ...data.map(name => join('deep', 'data', name)),
      join('deep', 'data', 'keys', 'signing-key.json'),
    ]),
  );
  expect(await server.stop()).toMatchObject({ code: 0, error: '' });
  await run(
    'migrate',
    '--from',
    `sqlite:${join(place.folder, 'deep', 'data', 'iop.db')}`,
    '--to',
    `sqlite:${join(place.folder, 'moved', 'iop.db')}`,
  );
  expect(expectOwnerOnly()).toContain(join('moved', 'iop.db'));
});

test('no secret of the keys is anywhere else', () => {
  const { signing, secret } = JSON.parse(
    readFileSync(join(place.folder, 'deep', 'data', 'keys', 'signing-key.json'), 'utf8'),
  );
  for (const [name] of modes(place.folder)) {
    const path = join(place.folder, name);
    if (statSync(path).isDirectory() || name.endsWith('signing-key.json')) continue;
    const bytes = readFileSync(path);
    for (const text of [signing.d, secret]) expect(bytes.includes(text)).toBe(false);
  }
});

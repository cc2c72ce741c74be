// The commands on a MongoDB: nothing but STORE and KEYS is different for whoever types them.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeMongo, mongoUrl } from '../support/mongodb.ts';
import type { Place } from '../support/place.ts';
import { launch, type Running, runCommand, workplace } from '../support/process.ts';
import { MONGODB } from '../support/stores.ts';

const READY = /\/fhir\/metadata'\n/;
const urlOf = (running: Running) => /http:\/\/[^/\s]+/.exec(running.out())![0];
const tokenOf = (running: Running, name: string) =>
  new RegExp(`^${name}=(.+)$`, 'm').exec(running.out())![1]!;
async function count(running: Running, type: string, token: string): Promise<number> {
  const answer = await fetch(`${urlOf(running)}/fhir/${type}?_summary=count`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { total: number }).total;
}

describeMongo('the demo on a MongoDB', () => {
  let place: Place;
  let environment: Record<string, string>;
  let demo: Running;
  beforeAll(async () => {
    place = MONGODB.place();
    environment = { ...place.environment, PORT: '0' };
    demo = launch(['demo'], environment);
    await demo.until(READY);
  }, 120_000);
  afterAll(async () => {
    await demo.stop();
    await place.remove();
  });

  test('loads the clinic once, and shows each caller what it may see', async () => {
    expect(demo.out()).toMatch(/^Loaded the demo clinic: \d+ records\./);
    const [staff, ehr, payer] = await Promise.all(
      ['STAFF', 'EHR', 'PAYER'].map(name => count(demo, 'Patient', tokenOf(demo, name))),
    );
    expect(payer).toBeGreaterThan(0);
    expect(payer).toBeLessThan(staff!);
    expect(ehr).toBeLessThan(staff!);
  });

  test('has room for another server, which takes the same tokens and page links and loads nothing', async () => {
    const second = launch(['demo'], environment);
    await second.until(READY);
    expect(second.out()).not.toContain('Loaded');
    const staff = tokenOf(demo, 'STAFF');
    expect(await count(second, 'Encounter', staff)).toBe(await count(demo, 'Encounter', staff));
    const headers = { authorization: `Bearer ${staff}` };
    const first = await fetch(`${urlOf(demo)}/fhir/Encounter?_count=2`, { headers });
    const { link } = (await first.json()) as { link: { relation: string; url: string }[] };
    const next = link.find(({ relation }) => relation === 'next')!.url.replace(urlOf(demo), urlOf(second));
    const page = (await (await fetch(next, { headers })).json()) as { entry: unknown[] };
    expect(page.entry.length).toBe(2);
    const { code, error } = await second.stop();
    expect([code, error]).toEqual([0, '']);
  }, 60_000);

  test('a token printed and an import run beside it show in the next answer', async () => {
    const { out, code } = await runCommand(['token', '--client', 'demo-program'], environment);
    expect(code).toBe(0);
    const before = await count(demo, 'Patient', out.trim());
    const made = await runCommand(['generate', '--clients', '2', '--weeks', '1', '--seed', '99'], {});
    const imported = await runCommand(['import', '-', '--program', 'riverbend'], environment, made.out);
    expect([imported.code, imported.error]).toEqual([0, '']);
    expect(imported.out.trim().split('\n').at(-1)).toMatch(
      /written \d+, unchanged \d+, conflicting 0, bad 0/,
    );
    expect(await count(demo, 'Patient', out.trim())).toBe(before + 2);
  }, 60_000);

  test('serve refuses it', async () => {
    const { code, error } = await runCommand(['serve'], environment);
    expect([code, error]).toEqual([1, expect.stringMatching(/^This store is marked as demo data/)]);
  });
});

describeMongo('a real store in a MongoDB', () => {
  test('is made, filled and served as one in a file is; several servers share it', async () => {
    const place = MONGODB.place();
    const environment = { ...place.environment, PORT: '0' };
    const added = await runCommand(['program', 'add', '--name', 'Hillside', '--id', 'hillside'], environment);
    expect([added.code, added.out, added.error]).toEqual([0, 'hillside\n', '']);
    const { out: records } = await runCommand(
      ['generate', '--clients', '1', '--weeks', '1', '--program', 'hillside'],
      {},
    );
    const imported = await runCommand(['import', '-', '--program', 'hillside'], environment, records);
    expect([imported.code, imported.error]).toEqual([0, '']);
    const servers = [launch(['serve'], environment), launch(['serve'], environment)];
    await Promise.all(servers.map(server => server.until('listens')));
    const token = await runCommand(['token', '--organization', 'hillside', '--role', 'program'], environment);
    const counts = await Promise.all(servers.map(server => count(server, 'Patient', token.out.trim())));
    expect(counts).toEqual([1, 1]);
    const demo = await runCommand(['demo'], environment);
    expect([demo.code, demo.error]).toEqual([1, expect.stringMatching(/not the demo's/)]);
    const ended = await Promise.all(servers.map(server => server.stop()));
    expect(ended.map(({ code, error }) => [code, error])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    await place.remove();
  }, 120_000);

  test('is not served without KEYS, which its servers share', async () => {
    const { code, out, error } = await runCommand(['serve'], { STORE: mongoUrl()! });
    expect([code, out, error]).toEqual([2, '', expect.stringMatching(/^Set KEYS to the folder/)]);
  });
});

test('a MongoDB that is not there is told in one line, without the password', async () => {
  const place = workplace();
  const { code, out, error } = await runCommand(['serve'], {
    STORE: 'mongodb://iop:very-secret@127.0.0.1:9/iop?serverSelectionTimeoutMS=500',
    KEYS: join(place.folder, 'keys'),
  });
  expect([code, out]).toEqual([1, '']);
  expect(error).toBe('No MongoDB answers at 127.0.0.1:9.\n');
  place.remove();
});

// The built package: what a developer installs and imports, and what the image runs.
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeMongo } from '../support/mongodb.ts';
import { launch, ROOT, workplace } from '../support/process.ts';
import { MONGODB } from '../support/stores.ts';

const folder = mkdtempSync(join(tmpdir(), 'iop-built-'));
beforeAll(async () => {
  const { code, out, error } = await launch([join(folder, 'dist')], {}, [process.execPath, 'src/build.mjs'])
    .finished;
  if (code !== 0) throw new Error(out + error);
  for (const name of ['package.json', 'fixtures', 'profiles'])
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('createApp is imported by the package name and gives an Express application', async () => {
  const place = workplace();
  const script = `
    import { createApp, readConfig } from 'iop-fhir';
    const app = await createApp(readConfig(process.env));
    const server = app.http.listen(0, '127.0.0.1', async () => {
      const answer = await fetch('http://127.0.0.1:' + server.address().port + '/fhir/metadata');
      console.log(answer.status, (await answer.json()).resourceType);
      server.close();
      server.closeAllConnections();
      await app.close();
    });`;
  writeFileSync(join(folder, 'try.mjs'), script);
  const { code, out, error } = await launch([join(folder, 'try.mjs')], place.environment, [process.execPath])
    .finished;
  expect([code, out, error]).toEqual([0, '200 CapabilityStatement\n', '']);
  place.remove();
});

test('the built demo starts and stops like the one in the checkout', async () => {
  const place = workplace();
  const running = launch(['demo'], place.environment, [process.execPath, join(folder, 'dist/start.mjs')]);
  await running.until(/\/fhir\/metadata'\n/);
  expect(running.out()).toMatch(/^Loaded the demo clinic: \d+ records\./);
  expect((await running.stop()).code).toBe(0);
  place.remove();
});

describeMongo('with a MongoDB', () => {
  test('the built package brings its adapter along', async () => {
    const place = MONGODB.place();
    const { code, out, error } = await launch(
      ['program', 'add', '--name', 'Built', '--id', 'built'],
      place.environment,
      [process.execPath, join(folder, 'dist/start.mjs')],
    ).finished;
    expect([code, out, error]).toEqual([0, 'built\n', '']);
    await place.remove();
  });
});

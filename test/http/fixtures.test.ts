// The fixtures on a real server, by both ways in: each caller finds what fixtures/README.md says, and the
// two ways make the same.
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Role } from '../../src/access/grant.ts';
import { type App, createApp, readConfig } from '../../src/app.ts';
import { loadDemo } from '../../src/cli/demo-load.ts';
import { DEMO_ORGANIZATIONS } from '../../src/iop/program.ts';
import { onEveryStore, type TestStore } from '../support/stores.ts';
import { type Audience, countsFor } from '../support/story/audience.ts';
import { storyFiles } from '../support/story/story.ts';

const FOLDER = new URL('../../fixtures/', import.meta.url);
const records = [...storyFiles().values()].flat();
const AUDIENCES: readonly (readonly [Audience, string, Role])[] = [
  ['program', 'riverbend', 'program'],
  ['ehr', 'lakeside-health', 'ehr'],
  ['payer', 'granite-mutual', 'payer'],
];
const TYPES = Object.keys(countsFor('program', records));

interface Served {
  app: App;
  url: string;
  close(): Promise<void>;
}

async function serve(store: TestStore, fill: (app: App, url: string) => Promise<void>): Promise<Served> {
  const place = store.place();
  const app = await createApp(readConfig({ ...place.environment, PORT: '0', LOG_LEVEL: 'silent' }));
  const url = await app.listen();
  const close = async () => {
    await app.close();
    await place.remove();
  };
  await fill(app, url);
  return { app, url, close };
}

const signFor = (app: App, organization: string, role: Role): Promise<string> =>
  app.sign({ client: `test-${organization}`, organization, role, scope: 'system/*.cruds' }, 3600);

async function importRecords(app: App): Promise<void> {
  await loadDemo(app, () => {});
}

async function postBundles(app: App, url: string): Promise<void> {
  for (const { id, prefix, part2 = false } of DEMO_ORGANIZATIONS)
    await app.registry.putOrganization({ id, prefix, program: part2, part2 });
  const token = await signFor(app, 'riverbend', 'program');
  const names = readdirSync(FOLDER).filter(name => name.endsWith('.bundle.json'));
  for (const name of names.toSorted()) {
    const answer = await fetch(`${url}/fhir`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
      body: readFileSync(new URL(name, FOLDER)),
    });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${name}: ${answer.status} ${text.slice(0, 500)}`);
  }
}

onEveryStore(store => {
  describe.each([
    ['imported as records', importRecords],
    ['sent as Bundles', postBundles],
  ] as const)('the fixtures, %s', (_way, fill) => {
    let served: Served;
    beforeAll(async () => {
      served = await serve(store, fill);
    }, 120_000);
    afterAll(() => served?.close());

    test.each(AUDIENCES)('show the %s what the README says', async (audience, organization, role) => {
      const token = await signFor(served.app, organization, role);
      const totals = await Promise.all(
        TYPES.map(async type => {
          const answer = await fetch(`${served.url}/fhir/${type}?_summary=count`, {
            headers: { authorization: `Bearer ${token}` },
          });
          return [type, ((await answer.json()) as { total: number }).total] as const;
        }),
      );
      const expected = countsFor(audience, records);
      expect(Object.fromEntries(totals)).toEqual(
        Object.fromEntries(TYPES.map(type => [type, expected[type] ?? 0])),
      );
    });
  });
});

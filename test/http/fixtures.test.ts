// The fixtures on a real server, by both ways in: each caller finds what fixtures/README.md says, and the
// two ways make the same.
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DIRECTORY_TYPES } from '../../src/access/directory.ts';
import type { Role } from '../../src/access/grant.ts';
import { type App, createApp, readConfig } from '../../src/app.ts';
import { ensureDemoClients } from '../../src/cli/demo-clients.ts';
import { loadDemo } from '../../src/cli/demo-load.ts';
import type { AnyResource, Json, JsonObject } from '../../src/fhir/types.ts';
import { DEMO_ORGANIZATIONS } from '../../src/iop/program.ts';
import { type Told, tell, textsIn } from '../access/naive-texts.ts';
import { onEveryStore, type TestStore, takesAll } from '../support/stores.ts';
import { type Audience, countsFor } from '../support/story/audience.ts';
import { CALLERS, type Expected, nameOf } from '../support/story/expected.ts';
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

const MARKS = [
  'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  'SUBSETTED',
  'http://hl7.org/fhir/StructureDefinition/data-absent-reason',
  'masked',
  'http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-sec-label-basis',
];

/** What extensions of ours say in codes, and until when a Consent holds. */
function codesOfOurs(value: Json | undefined): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = (value as { url?: unknown }).url;
  if (typeof own === 'string' && own.startsWith('https://iop-fhir.example/fhir/')) {
    const { valueString, ...codes } = value as Record<string, Json>;
    return [...textsIn(codes), ...(own.endsWith('/part2-expiry-event') ? [String(valueString)] : [])];
  }
  return Object.values(value).flatMap(inner => codesOfOurs(inner));
}

const WAYS = [
  ['imported as records', importRecords],
  ['sent as Bundles', postBundles],
] as const;

onEveryStore(store => {
  // That both ways make the same is told by one store.
  const ways = takesAll(store) ? [...WAYS] : WAYS.slice(0, 1);
  describe.each(ways)('the fixtures, %s', (_way, fill) => {
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

    test('give the payer no text that it does not need', async () => {
      const find = async (organization: string, role: Role, type: string) => {
        const authorization = `Bearer ${await signFor(served.app, organization, role)}`;
        const answer = await fetch(`${served.url}/fhir/${type}?_count=1000`, { headers: { authorization } });
        const { entry = [] } = (await answer.json()) as { entry?: { resource: AnyResource }[] };
        return new Map(entry.map(({ resource }) => [String(resource.id), resource]));
      };
      let dropped = 0;
      for (const type of TYPES.filter(one => !DIRECTORY_TYPES.has(one))) {
        const whole = await find('riverbend', 'program', type);
        for (const [id, part] of await find('granite-mutual', 'payer', type)) {
          const resource = whole.get(id);
          if (resource === undefined) continue;
          const told: Told = { kept: new Set(), gone: new Set() };
          tell(resource, told, text => text);
          const allowed = new Set([...told.kept, ...codesOfOurs(resource), ...MARKS]);
          const { resourceType: _type, ...members } = part;
          expect([`${type}/${id}`, [...textsIn(members)].filter(text => !allowed.has(text))]).toEqual([
            `${type}/${id}`,
            [],
          ]);
          dropped += told.gone.size;
        }
      }
      expect(dropped).toBeGreaterThan(20);
    });

    // The demo knows whose Patient its patient is by the record that made it.
    if (fill !== importRecords) return;

    const searched = async (query: string, token: string) => {
      const authorization = `Bearer ${token}`;
      const answer = await fetch(`${served.url}/fhir/${query}`, { headers: { authorization } });
      const { total, entry = [] } = (await answer.json()) as {
        total?: number;
        entry?: { resource: JsonObject; search?: { mode: string } }[];
      };
      const found = entry.filter(one => one.search?.mode === 'match').map(one => one.resource);
      return { status: answer.status, total, found };
    };
    const idOf = ({ resourceType, id }: JsonObject): string => `${resourceType}/${id}`;

    test.each(CALLERS)('answer %s as fixtures/expected says', async caller => {
      await ensureDemoClients(served.app);
      const { organization, role, scope, patient } = (await served.app.registry.client(caller))!;
      const of = { client: caller, organization, role, scope };
      const token = await served.app.sign(patient === undefined ? of : { ...of, patient }, 3600);
      const program = await signFor(served.app, 'riverbend', 'program');
      const text = readFileSync(new URL(`expected/${caller}.json`, FOLDER), 'utf8');
      for (const one of JSON.parse(text) as Expected[]) {
        const more = `${one.search.includes('?') ? '&' : '?'}_total=accurate&_count=1000`;
        const { status, total, found } = await searched(`${one.search}${more}`, token);
        // Whom the caller may not see by name the program knows.
        const all = one.found === undefined ? [] : (await searched(`${one.search}${more}`, program)).found;
        const names = new Map(all.map(resource => [idOf(resource), nameOf(resource)]));
        const told =
          one.found === undefined ? {} : { found: found.map(each => names.get(idOf(each))!).toSorted() };
        expect([status, { search: one.search, total, ...told }]).toEqual([200, one]);
      }
    });
  });
});

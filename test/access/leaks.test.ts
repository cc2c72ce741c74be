// Two worlds, equal but for the records of people who allowed the caller nothing. Whatever the caller
// asks, both must give the same answer: status, headers and body, byte for byte. Paths come from the
// route table, parameters from the registry and the hidden records themselves.
import { readFileSync, statSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isOrderable } from '../../src/access/court-order.ts';
import { DIRECTORY_TYPES } from '../../src/access/directory.ts';
import { IMPERSONAL_TYPES } from '../../src/access/staff.ts';
import { RESOURCE_TYPES } from '../../src/fhir/resource-types.ts';
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import { ROUTES } from '../../src/http/route.ts';
import { extract } from '../../src/search/extract.ts';
import { paramsOf } from '../../src/search/registry.ts';
import { openApp, type TestApp } from '../support/app.ts';
import { clientEntry } from '../support/client-entry.ts';
import { exampleFiles } from '../support/examples.ts';
import { courtOrder, emergency } from '../support/exceptions.ts';
import { queryFor, wholeAnswer } from '../support/leaks.ts';
import { PART2_SCOPE, part2Items } from '../support/part2.ts';
import { onEveryStore, shareOf, someOf, type TestStore, takesAll } from '../support/stores.ts';

const NOW = Date.UTC(2026, 8, 1);
const LARGEST_EXAMPLE = 30_000;

interface World {
  app: TestApp;
  server: Server;
  url: string;
  owner: string;
  callers: Record<'payer' | 'ehr' | 'stranger' | (typeof WITHIN)[number] | (typeof EXCEPTED)[number], string>;
}

/** Of the owner itself, from whom a scope, or the want of a CareTeam, hides the rest of its own record. */
const WITHIN = ['tagged', 'personal', 'staff'] as const;
/** Who sees without a Consent what names that one person: in an emergency, by court order, acting for the person. */
const EXCEPTED = ['emergency', 'court', 'kin'] as const;
const TAG = { system: 'urn:tags', code: 'shown' };

/** One hidden resource of every type that can name a person: the smallest official example that does. */
function hiddenExamples(): AnyResource[] {
  const small = exampleFiles().filter(file => statSync(file).size < LARGEST_EXAMPLE);
  const found = new Map<string, { text: string; resource: AnyResource }>();
  for (const file of small) {
    const text = readFileSync(file, 'utf8');
    const resource = JSON.parse(text) as AnyResource;
    if (DIRECTORY_TYPES.has(resource.resourceType) || typeof resource.id !== 'string') continue;
    const known = found.get(resource.resourceType);
    const better =
      known === undefined ||
      (persons(known.resource) === 0 && persons(resource) > 0) ||
      (persons(resource) > 0 && text.length < known.text.length);
    if (better) found.set(resource.resourceType, { text, resource });
  }
  return [...found.values()].map(({ resource }) => resource);
}
const persons = (resource: AnyResource): number => extract(resource).patients.length;

const patient = (id: string): AnyResource => ({
  resourceType: 'Patient',
  id,
  name: [{ family: 'Invented', given: [id] }],
  birthDate: '1990-05-05',
  gender: 'female',
});
const coding = (system: string, code: string) => ({
  coding: [{ system: `http://terminology.hl7.org/CodeSystem/${system}`, code }],
});
const recipient = (organization: string, purpose: string): JsonObject => ({
  type: 'permit',
  actor: [
    {
      role: coding('v3-ParticipationType', 'IRCP'),
      reference: { reference: `Organization/${organization}` },
    },
  ],
  purpose: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: purpose }],
});
const consent = (id: string, person: string, provision: JsonObject, status = 'active'): AnyResource => ({
  resourceType: 'Consent',
  id,
  status,
  scope: coding('consentscope', 'patient-privacy'),
  category: [coding('consentcategorycodes', 'npp')],
  patient: { reference: `Patient/${person}` },
  ...part2Items('owner'),
  provision: { extension: PART2_SCOPE, ...provision },
});
const coverage = (id: string, person: string): AnyResource => ({
  resourceType: 'Coverage',
  id,
  status: 'active',
  beneficiary: { reference: `Patient/${person}` },
  payor: [{ reference: 'Organization/payer' }],
});
const observation = (id: string, person: string, more: JsonObject = {}): AnyResource => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '19295-5' }], text: 'Opiates' },
  subject: { reference: `Patient/${person}` },
  effectiveDateTime: '2026-08-02',
  ...more,
});

/** In both worlds: a person the payer and the EHR may see, with references into what may be hidden. */
const SEEN: AnyResource[] = [
  patient('seen'),
  consent('seen-payer', 'seen', recipient('payer', 'HPAYMT')),
  coverage('seen-cov', 'seen'),
  consent('seen-ehr', 'seen', recipient('ehr', 'TREAT')),
  {
    resourceType: 'CareTeam',
    id: 'seen-team',
    status: 'active',
    subject: { reference: 'Patient/seen' },
    participant: [{ member: { reference: 'Practitioner/one-of-the-staff' } }],
  },
  {
    resourceType: 'RelatedPerson',
    id: 'seen-kin',
    active: true,
    patient: { reference: 'Patient/seen' },
    relationship: [coding('v3-RoleCode', 'HPOWATT')],
  },
  observation('seen-obs', 'seen', {
    encounter: { reference: 'Encounter/hidden-visit' },
    performer: [{ reference: 'Patient/hidden' }],
  }),
  observation('seen-obs-2', 'seen', { derivedFrom: [{ reference: 'Observation/hidden-obs' }] }),
  {
    resourceType: 'Goal',
    id: 'seen-goal',
    lifecycleStatus: 'active',
    description: { text: 'Sleep' },
    subject: { reference: 'Patient/seen' },
    addresses: [{ reference: 'Condition/hidden-condition' }],
  },
];

/** In one world only. */
function hidden(): AnyResource[] {
  return [
    patient('hidden'),
    consent('hidden-other', 'hidden', recipient('somebody-else', 'TREAT')),
    consent('hidden-wrong-purpose', 'hidden', recipient('ehr', 'HPAYMT')),
    consent('hidden-payer-inactive', 'hidden', recipient('payer', 'HPAYMT'), 'inactive'),
    // Permits the payer, who does not pay.
    patient('hidden-no-member'),
    consent('hidden-no-member-payer', 'hidden-no-member', recipient('payer', 'HPAYMT')),
    observation('hidden-no-member-obs', 'hidden-no-member'),
    observation('hidden-obs', 'hidden', { hasMember: [{ reference: 'Observation/seen-obs' }] }),
    observation('hidden-both', 'seen', { performer: [{ reference: 'Patient/hidden' }] }),
    {
      resourceType: 'Encounter',
      id: 'hidden-visit',
      status: 'finished',
      class: { code: 'AMB' },
      subject: { reference: 'Patient/hidden' },
    },
    {
      resourceType: 'Condition',
      id: 'hidden-condition',
      code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'F11.20' }] },
      subject: { reference: 'Patient/hidden' },
    },
    {
      resourceType: 'Group',
      id: 'hidden-group',
      type: 'person',
      actual: true,
      member: [{ entity: { reference: 'Patient/seen' } }, { entity: { reference: 'Patient/hidden' } }],
    },
    {
      resourceType: 'Slot',
      id: 'hidden-slot',
      status: 'busy',
      schedule: { reference: 'Schedule/s' },
      start: '2026-08-02T18:00:00Z',
      end: '2026-08-02T21:00:00Z',
    },
    ...hiddenExamples(),
  ];
}

async function openWorld(store: TestStore, more: readonly AnyResource[]): Promise<World> {
  let made = 0;
  const app = await openApp({
    store,
    environment: { STAFF_ACCESS: 'careteam' },
    clock: () => NOW,
    ids: () => `made-${(made++).toString().padStart(6, '0')}`,
  });
  // An Organization that is no program: the rules for program records would refuse what names two people.
  // It is a Part 2 program: the notice, and whose consent it names, tell of nothing hidden either.
  await app.app.registry.putOrganization({ id: 'owner', prefix: '', program: false, part2: true });
  const owner = await app.token('owner', 'ehr');
  const excepted = await openExceptions(app);
  const callers = {
    ...excepted,
    payer: await app.token('payer', 'payer'),
    ehr: await app.token('ehr', 'ehr'),
    stranger: await app.token('stranger', 'ehr'),
    tagged: await app.token('owner', 'ehr', { scope: 'system/*.cruds?_tag=urn:tags|shown' }),
    personal: await app.token('owner', 'ehr', { scope: 'patient/*.cruds', patient: 'seen' }),
    staff: await app.token('owner', 'program', { scope: 'user/*.cruds', practitioner: 'one-of-the-staff' }),
  };
  const server = await new Promise<Server>(resolve => {
    const listening = app.app.http.listen(0, '127.0.0.1', () => resolve(listening));
  });
  const world = {
    app,
    server,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    owner,
    callers,
  };
  const shown = SEEN.map((resource): AnyResource => ({ ...resource, meta: { tag: [TAG] } }));
  for (const resource of [...shown, ...more]) {
    const put = await ask(world, world.owner, {
      method: 'PUT',
      path: `/${resource.resourceType}/${resource.id as string}`,
      body: resource,
    });
    if (!/^20[01] /.test(put))
      throw new Error(`${resource.resourceType}/${resource.id as string} was not written: ${put}`);
  }
  made = 0;
  return world;
}

async function openExceptions({ app }: TestApp): Promise<Record<(typeof EXCEPTED)[number], string>> {
  const { registry } = app;
  const scope = 'system/*.cruds';
  const clients = {
    emergency: clientEntry('er', { organization: 'er', scope, purposes: ['BTG'] }),
    court: clientEntry('court', { organization: 'lawyers', scope, purposes: ['HLEGAL'] }),
    kin: clientEntry('kin', {
      organization: 'owner',
      role: 'representative',
      scope,
      purposes: [],
      patient: 'seen',
      relatedPerson: 'seen-kin',
    }),
  };
  const of = { program: 'owner', patient: 'seen' };
  await registry.putException(emergency('now', { client: 'er', organization: 'er', ...of, record: 'told' }));
  const types = RESOURCE_TYPES.filter(isOrderable);
  const inForce = { from: NOW - 1, until: NOW + 1 };
  await registry.putException(courtOrder('order', { organization: 'lawyers', types, ...of, ...inForce }));
  const tokens: [string, string][] = [];
  for (const [name, entry] of Object.entries(clients)) {
    await registry.putClient(entry);
    const { id: client, organization, role } = entry;
    const stated = name === 'emergency' ? { emergency: { id: 'now', patient: 'seen' } } : {};
    tokens.push([name, await app.sign({ client, organization, role, scope, ...stated }, 900)]);
  }
  return Object.fromEntries(tokens) as Record<(typeof EXCEPTED)[number], string>;
}

interface Asked {
  method: string;
  path: string;
  body?: unknown;
  form?: string;
  headers?: Record<string, string>;
}

/** The whole answer as text. */
async function ask(
  world: World,
  token: string,
  { method, path, body, form, headers = {} }: Asked,
): Promise<string> {
  const type = form === undefined ? 'application/fhir+json' : 'application/x-www-form-urlencoded';
  const sent =
    form ?? (body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
  const answer = await fetch(`${world.url}/fhir${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(sent === undefined ? {} : { 'content-type': type }),
      ...headers,
    },
    ...(sent === undefined ? {} : { body: sent }),
  });
  return wholeAnswer(answer.status, answer.headers, await answer.text());
}

onEveryStore(store => {
  describe('what a caller may not see does not exist for it', () => {
    const records = hidden();
    const some = takesAll(store) ? '' : ' (a fourth of them; LONG=1: half)';
    const directory = ['Organization', 'Practitioner', 'Location', 'Schedule', 'Slot'];
    let full: World;
    let bare: World;
    beforeAll(async () => {
      full = await openWorld(store, records);
      bare = await openWorld(store, []);
    }, 120_000);
    afterAll(async () => {
      for (const world of [full, bare]) {
        world.server.closeAllConnections();
        await new Promise(resolve => world.server.close(resolve));
        await world.app.close();
      }
    });

    async function expectSame(
      asked: Asked,
      who: (keyof World['callers'])[] = ['payer', 'ehr', 'stranger'],
    ): Promise<string[]> {
      const answers: string[] = [];
      for (const name of who) {
        const there = await ask(full, full.callers[name], asked);
        const not = await ask(bare, bare.callers[name], asked);
        if (there !== not)
          expect(`${name} ${asked.method} ${asked.path}\n${there}`).toBe(
            `${name} ${asked.method} ${asked.path}\n${not}`,
          );
        answers.push(there);
      }
      return answers;
    }

    test('the hidden records cover most types and are really there', async () => {
      expect(new Set(records.map(one => one.resourceType)).size).toBeGreaterThan(90);
      for (const { resourceType, id } of records.slice(0, 10)) {
        expect(
          await ask(full, full.owner, { method: 'GET', path: `/${resourceType}/${id as string}` }),
        ).toMatch(/^200 /);
      }
      expect(await ask(full, full.callers.payer, { method: 'GET', path: '/Patient/seen' })).toMatch(/^200 /);
      expect(await ask(full, full.callers.ehr, { method: 'GET', path: '/Observation/seen-obs' })).toMatch(
        /^404 /,
      );
      // With the notice, which is compared as all the rest is.
      expect(await ask(full, full.callers.ehr, { method: 'GET', path: '/Observation/seen-obs-2' })).toMatch(
        /^200 .*"consent-reference","Consent\/seen-ehr".*"redisclosure-notice"/,
      );
    });

    test(`on no route with the id of a hidden resource${some}`, async () => {
      const routes = ROUTES.filter(
        ({ path, method }) => path.includes(':type') && (method === 'GET' || path.endsWith('_search')),
      );
      const paths = records.flatMap(({ resourceType, id }) =>
        routes.map(({ method, path }) => ({
          method,
          path: path
            .replace(':type', resourceType)
            .replace(':id', id as string)
            .replace(':version', '1'),
        })),
      );
      for (const { method, path } of shareOf(store, paths, 0))
        await expectSame({ method, path, ...(method === 'POST' ? { form: '' } : {}) });
    }, 120_000);

    test(`in no search by any value of a hidden resource, nor in its count, order, or includes${some}`, async () => {
      let asked = 0;
      for (const [at, resource] of records.entries()) {
        const type = resource.resourceType;
        const queries = [
          ...new Set(
            extract(resource)
              .values.map(queryFor)
              .filter(query => query !== undefined),
          ),
        ];
        for (const query of [`_id=${resource.id as string}`, ...shareOf(store, queries, at)]) {
          await expectSame({ method: 'GET', path: `/${type}?${query}&_total=accurate` }, ['payer', 'ehr']);
          asked += 1;
        }
        const sorts = paramsOf(type).map(param => param.code);
        await expectSame(
          { method: 'GET', path: `/${type}?_sort=${sorts.slice(0, 5).join(',')}&_summary=count` },
          ['ehr'],
        );
        await expectSame(
          { method: 'GET', path: `/${type}?_sort=-_lastUpdated&_count=1&_include=${type}:*` },
          ['ehr'],
        );
      }
      expect(asked).toBeGreaterThan(takesAll(store) ? 500 : 125);
    }, 180_000);

    test('through no include or revinclude of a type, from a person who may be seen', async () => {
      for (const type of RESOURCE_TYPES) {
        const references = paramsOf(type).filter(param => param.type === 'reference');
        for (const param of references) {
          if (param.targets.length === 0 || param.targets.includes('Patient')) {
            await expectSame(
              {
                method: 'GET',
                path: `/Patient?_id=seen,hidden&_revinclude=${type}:${param.code}&_total=accurate`,
              },
              ['ehr'],
            );
          }
          if (type === 'Observation' || type === 'Goal') {
            await expectSame(
              { method: 'GET', path: `/${type}?_include=${type}:${param.code}&_total=accurate` },
              ['payer', 'ehr'],
            );
          }
        }
      }
    }, 120_000);

    test('in no history of the server, of a type or by time', async () => {
      await expectSame({ method: 'GET', path: '/_history' });
      for (const type of RESOURCE_TYPES)
        await expectSame({ method: 'GET', path: `/${type}/_history?_count=5` }, ['payer']);
      await expectSame({ method: 'GET', path: '/Patient/_history?_since=2020-01-01T00:00:00Z' });
    }, 60_000);

    test('by no write: update, delete, conditional create and update, batch, transaction', async () => {
      for (const resource of records.filter(one => !directory.includes(one.resourceType))) {
        const { resourceType: type, id } = resource;
        await expectSame({ method: 'PUT', path: `/${type}/${id as string}`, body: resource }, [
          'ehr',
          'stranger',
        ]);
        await expectSame(
          {
            method: 'PUT',
            path: `/${type}/${id as string}`,
            body: resource,
            headers: { 'if-match': 'W/"7"' },
          },
          ['ehr'],
        );
        await expectSame({ method: 'DELETE', path: `/${type}/${id as string}` }, ['ehr', 'stranger']);
      }
      const fresh = patient('x');
      delete fresh.id;
      const one = (more: JsonObject) => ({
        resource: fresh,
        request: { method: 'POST', url: 'Patient', ...more },
      });
      await expectSame(
        { method: 'POST', path: '/Patient', body: fresh, headers: { 'if-none-exist': '_id=hidden' } },
        ['ehr'],
      );
      await expectSame(
        {
          method: 'POST',
          path: '/Patient',
          body: fresh,
          headers: { 'if-none-exist': 'birthdate=1990-05-05&given=hidden' },
        },
        ['ehr'],
      );
      await expectSame({ method: 'PUT', path: '/Patient?given=hidden', body: fresh }, ['ehr']);
      for (const type of ['batch', 'transaction']) {
        const bundle = (...entry: object[]) => ({
          method: 'POST',
          path: '/',
          body: { resourceType: 'Bundle', type, entry },
        });
        await expectSame(bundle({ request: { method: 'GET', url: 'Patient/hidden' } }));
        await expectSame(bundle({ request: { method: 'GET', url: 'Patient?given=hidden&_total=accurate' } }));
        await expectSame(bundle({ request: { method: 'DELETE', url: 'Observation/hidden-obs' } }));
        await expectSame(bundle(one({ ifNoneExist: 'given=hidden' })), ['ehr']);
        await expectSame(
          bundle({
            resource: observation('', 'hidden'),
            request: { method: 'PUT', url: 'Observation/hidden-obs' },
          }),
          ['ehr'],
        );
      }
      const conditional: AnyResource = {
        ...observation('', ''),
        subject: { reference: 'Patient?given=hidden' },
      };
      delete conditional.id;
      await expectSame(
        {
          method: 'POST',
          path: '/',
          body: {
            resourceType: 'Bundle',
            type: 'transaction',
            entry: [{ resource: conditional, request: { method: 'POST', url: 'Observation' } }],
          },
        },
        ['ehr'],
      );
    }, 120_000);

    test("by no reference to a hidden person: the resource is stored as the writer's own either way", async () => {
      for (const person of ['hidden', 'nobody']) {
        const body = observation('', person);
        delete body.id;
        const [answer] = await expectSame({ method: 'POST', path: '/Observation', body }, ['ehr']);
        expect(answer).toMatch(/^201 /);
      }
      expect(
        await ask(full, full.owner, { method: 'GET', path: '/Observation?patient=hidden&_summary=count' }),
      ).toContain('"total":1');
      await expectSame({ method: 'GET', path: '/Observation?patient=hidden,nobody&_total=accurate' }, [
        'ehr',
      ]);
    });

    /** Staff see what the program has that is about nobody. */
    const bound = (resource?: AnyResource): (typeof WITHIN)[number][] =>
      resource !== undefined && (persons(resource) > 0 || !IMPERSONAL_TYPES.has(resource.resourceType))
        ? [...WITHIN]
        : ['tagged', 'personal'];

    test(`to a caller of its own owner whom scopes or CareTeams do not let reach it${some}`, async () => {
      let who = [...WITHIN];
      const get = (path: string) => expectSame({ method: 'GET', path }, who);
      expect(await get('/Observation/seen-obs-2')).toEqual([
        expect.stringMatching(/^200 /),
        expect.stringMatching(/^200 /),
        expect.stringMatching(/^200 /),
      ]);
      for (const [at, resource] of shareOf(store, records, 1).entries()) {
        who = bound(resource);
        const { resourceType: type, id } = resource;
        const name = `/${type}/${id as string}`;
        for (const path of [name, `${name}/_history`, `${name}/_history/1`]) await get(path);
        const values = extract(resource).values.map(queryFor);
        const some = values.filter((query, n) => query !== undefined && (n + at) % 8 === 0);
        for (const query of [`_id=${id as string}`, ...some]) await get(`/${type}?${query}&_total=accurate`);
        await get(`/${type}?_sort=-_lastUpdated&_count=1&_include=${type}:*&_total=accurate`);
        await get(`/${type}/_history?_count=5`);
        await expectSame({ method: 'POST', path: `/${type}/_search`, form: `_id=${id as string}` }, who);
        const { id: _id, ...fresh } = resource;
        for (const headers of [{}, { 'if-match': 'W/"1"' }])
          await expectSame({ method: 'PUT', path: name, body: resource, headers }, who);
        await expectSame({ method: 'PUT', path: `/${type}?_id=${id as string}`, body: fresh }, who);
        const once = { 'if-none-exist': `_id=${id as string}` };
        await expectSame({ method: 'POST', path: `/${type}`, body: fresh, headers: once }, who);
        await expectSame({ method: 'DELETE', path: name }, who);
      }
      who = bound();
      await get('/_history?_count=500');
      who = [...WITHIN];
      for (const path of ['/Observation?_include=Observation:*', '/Goal?_include=Goal:*'])
        await get(`${path}&_total=accurate`);
      for (const param of ['Observation:performer', 'Group:member', 'Encounter:subject', 'Consent:patient'])
        await get(`/Patient?_revinclude=${param}&_total=accurate`);
    }, 180_000);

    test(`2.51, 2.61, 2.14: to nobody who sees of one person what names that person alone (of the hidden resources some; LONG=1: more)`, async () => {
      const who = [...EXCEPTED];
      const get = (path: string) => expectSame({ method: 'GET', path }, who);
      for (const path of ['/Observation/seen-obs-2', '/Patient/seen'])
        for (const answer of await get(path)) expect(answer).toMatch(/^200 /);
      for (const path of ['/Observation/seen-obs', '/Patient/hidden'])
        for (const answer of await get(path)) expect(answer).toMatch(/^404 /);
      for (const [at, resource] of someOf(store, records, 2).entries()) {
        const { resourceType: type, id } = resource;
        const name = `/${type}/${id as string}`;
        for (const path of [name, `${name}/_history`, `${name}/_history/1`]) await get(path);
        const values = extract(resource).values.map(queryFor);
        const some = values.filter((query, n) => query !== undefined && (n + at) % 8 === 0);
        for (const query of [`_id=${id as string}`, ...some]) await get(`/${type}?${query}&_total=accurate`);
        await get(`/${type}?_sort=-_lastUpdated&_count=1&_include=${type}:*&_summary=count`);
        await expectSame({ method: 'PUT', path: name, body: resource }, who);
        await expectSame({ method: 'DELETE', path: name }, who);
      }
      for (const param of ['Observation:performer', 'Group:member', 'Encounter:subject', 'Consent:patient'])
        await get(`/Patient?_revinclude=${param}&_total=accurate`);
      for (const path of ['/_history?_count=500', '/Goal?_include=Goal:*', '/AuditEvent']) await get(path);
      const entry = [{ request: { method: 'GET', url: 'Patient?given=hidden&_total=accurate' } }];
      for (const type of ['batch', 'transaction'])
        await expectSame({ method: 'POST', path: '/', body: { resourceType: 'Bundle', type, entry } }, who);
    }, 180_000);

    test('by no Consent that the caller writes itself', async () => {
      for (const [name, purpose] of [
        ['ehr', 'TREAT'],
        ['stranger', 'TREAT'],
      ] as const) {
        const body = consent('', 'hidden', recipient(name, purpose));
        delete body.id;
        await expectSame({ method: 'POST', path: '/Consent', body }, [name]);
        await expectSame({ method: 'GET', path: '/Patient?_total=accurate' }, [name]);
        await expectSame({ method: 'GET', path: '/Patient/hidden' }, [name]);
      }
    });
  });
});

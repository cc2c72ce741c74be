// Two worlds, equal but for the records of people who allowed the caller nothing. Whatever the caller
// asks, both must give the same answer: status, headers and body, byte for byte. Paths come from the
// route table, parameters from the registry and the hidden records themselves.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { IMPERSONAL_TYPES } from '../../src/access/staff.ts';
import { RESOURCE_TYPES } from '../../src/fhir/resource-types.ts';
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import { ROUTES } from '../../src/http/route.ts';
import { extract } from '../../src/search/extract.ts';
import { paramsOf } from '../../src/search/registry.ts';
import { queryFor } from '../support/leaks.ts';
import {
  type Asked,
  ask,
  type CallerName,
  closeWorld,
  consent,
  EXCEPTED,
  expectSame as expectSameOf,
  hidden,
  observation,
  openWorld,
  patient,
  persons,
  recipient,
  WITHIN,
  type World,
} from '../support/leaks-world.ts';
import { onEveryStore, shareOf, someOf, takesAll } from '../support/stores.ts';

onEveryStore(store => {
  describe('what a caller may not see does not exist for it', () => {
    const records = hidden();
    const some = takesAll(store) ? '' : ' (an eighth of them)';
    const directory = ['Organization', 'Practitioner', 'Location', 'Schedule', 'Slot'];
    let full: World;
    let bare: World;
    beforeAll(async () => {
      full = await openWorld(store, records);
      bare = await openWorld(store, []);
    }, 120_000);
    afterAll(async () => {
      for (const world of [full, bare]) await closeWorld(world);
    });

    const expectSame = (asked: Asked, who: readonly CallerName[] = ['payer', 'ehr', 'stranger']) =>
      expectSameOf({ full, bare }, asked, who);

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

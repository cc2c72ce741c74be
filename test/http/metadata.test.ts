// The CapabilityStatement is held against what it describes.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { RESOURCE_TYPES } from '../../src/fhir/resource-types.ts';
import { ROUTES } from '../../src/http/route.ts';
import { paramsOf } from '../../src/search/registry.ts';
import { validateResource } from '../../src/validation/validate.ts';
import { VERSION } from '../../src/version.ts';
import { type Caller, startServer, type TestServer } from '../support/server.ts';

interface Described {
  type: string;
  interaction: { code: string }[];
  searchParam: { name: string; type: string }[];
  operation: { name: string; definition: string }[];
  searchInclude?: string[];
  searchRevInclude?: string[];
}

let server: TestServer;
let program: Caller;
let statement: {
  rest: {
    resource: Described[];
    interaction: { code: string }[];
    operation: { name: string; definition: string }[];
  }[];
} & Record<string, unknown>;
const rest = () => statement.rest[0]!;
const described = (type: string) => rest().resource.find(one => one.type === type)!;

beforeAll(async () => {
  server = await startServer();
  program = await server.as('program');
  statement = (await server.stranger.get('/fhir/metadata').expect(200)).body;
});
afterAll(() => server.close());

test('it is a valid CapabilityStatement that names server, version and base', () => {
  expect(validateResource(statement as never)).toEqual([]);
  expect(statement).toMatchObject({
    fhirVersion: '4.0.1',
    kind: 'instance',
    software: { name: 'iop-fhir', version: VERSION },
    implementation: { url: server.base },
  });
});

test('it lists every resource type', () => {
  expect(rest().resource.map(one => one.type)).toEqual(RESOURCE_TYPES);
});

/** Route -> interaction code. */
const CODES: Readonly<Record<string, string>> = {
  'GET /_history': 'history-system',
  'GET /:type': 'search-type',
  'POST /:type': 'create',
  'POST /:type/_search': 'search-type',
  'GET /:type/_history': 'history-type',
  'GET /:type/:id': 'read',
  'PUT /:type/:id': 'update',
  'PUT /:type': 'update',
  'DELETE /:type/:id': 'delete',
  'GET /:type/:id/_history': 'history-instance',
  'GET /:type/:id/_history/:version': 'vread',
};
/** Rows that are no interaction of their own: metadata itself, page links, and the two of POST. */
const OTHERS = ['GET /metadata', 'GET /', 'POST /'];

test('it lists the interactions of the route table, and no others', () => {
  const rows = ROUTES.filter(({ kind }) => kind !== 'operation')
    .map(({ method, path }) => `${method} ${path}`)
    .filter(row => !OTHERS.includes(row));
  const ofTypes = new Set(rows.filter(row => row.includes(':type')).map(row => CODES[row]));
  for (const one of rest().resource)
    expect(new Set(one.interaction.map(({ code }) => code))).toEqual(ofTypes);
  const ofSystem = rows.filter(row => !row.includes(':type')).map(row => CODES[row]);
  expect(
    rest()
      .interaction.map(({ code }) => code)
      .toSorted(),
  ).toEqual([...ofSystem, 'batch', 'transaction'].toSorted());
});

test('it lists the operations of the route table where they are served, each with its published definition', () => {
  const served = ROUTES.filter(({ kind }) => kind === 'operation').map(({ path, operation }) => {
    const [place] = path.slice(1).split('/');
    return [place!.startsWith('$') ? 'system' : place, operation];
  });
  const listed = [
    ['system', rest().operation],
    ['Patient', described('Patient').operation],
    ['Consent', described('Consent').operation],
    [':type', described('Basic').operation],
  ].flatMap(([place, list]) => (list as { name: string }[]).map(({ name }) => [place, name]));
  const own = new Set(served.map(String));
  expect(new Set(listed.filter(one => own.has(String(one))).map(String))).toEqual(own);
  expect(new Set(listed.map(([, name]) => name))).toEqual(new Set(served.map(([, name]) => name)));
  for (const { definition } of [
    ...rest().operation,
    ...described('Patient').operation,
    ...described('Consent').operation,
  ]) {
    const [type, id] = definition.split('/').slice(-2);
    const file = new URL(`../../profiles/${type}-${id}.json`, import.meta.url);
    expect(JSON.parse(readFileSync(file, 'utf8')).url).toBe(definition);
  }
});

test('it lists the search parameters of the registry', () => {
  for (const type of RESOURCE_TYPES) {
    const names = described(type).searchParam.map(param => param.name);
    expect(new Set(names)).toEqual(
      new Set(['_id', '_lastUpdated', ...paramsOf(type).map(param => param.code)]),
    );
    expect(new Set(names).size).toBe(names.length);
  }
});

describe('what it says of a type is accepted under strict handling', () => {
  test.each(['Patient', 'Appointment', 'Encounter', 'Observation', 'CarePlan', 'Consent'])(
    '%s',
    async type => {
      const { searchParam, searchInclude, searchRevInclude } = described(type);
      const missing = searchParam
        .filter(param => !['_id', '_lastUpdated'].includes(param.name))
        .map(param => `${param.name}:missing=false`);
      const includes = (searchInclude ?? []).map(include => `_include=${include}`);
      const reverse = (searchRevInclude ?? []).slice(0, 10).map(include => `_revinclude=${include}`);
      for (const query of [...missing, ...includes, ...reverse]) {
        const path = `/fhir/${type}?${query}&_count=1`;
        const reply = await program.get(path).set('Prefer', 'handling=strict');
        expect([query, reply.status]).toEqual([query, 200]);
      }
    },
  );
});

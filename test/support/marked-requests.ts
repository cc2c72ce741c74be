// For every route of the tables: requests that carry a mark wherever a person's data or a search could stand.
import { ROUTES } from '../../src/http/route.ts';
import { doorRoutes } from '../../src/interactions/door.ts';
import type { RequestKind } from '../../src/interactions/request.ts';

/** What may be found nowhere. As a name, an identifier, a search value, a header. */
export const MARK = 'Marlowe-4711';
/** In the place of an id: FHIR has it in URLs, the log has it not. */
export const MARKED_ID = 'id-of-marlowe';

export interface MarkedRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Pattern of the table. */
  route: string;
  path: string;
  headers: Record<string, string>;
  body?: string;
}

const FHIR = { 'Content-Type': 'application/fhir+json' };
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

const person = {
  resourceType: 'Patient',
  name: [{ family: MARK, text: MARK }],
  identifier: [{ system: 'urn:mrn', value: MARK }],
};
const PEOPLE: object[] = [
  person,
  { ...person, birthDate: MARK },
  { ...person, gender: MARK },
  { ...person, active: MARK },
  { ...person, name: MARK },
  { ...person, name: [{ family: { MARK } }] },
  { ...person, text: { status: 'generated', div: `<div><script>${MARK}</script></div>` } },
  { ...person, managingOrganization: { reference: `${MARK}/${MARK}/${MARK}` } },
  { ...person, meta: { lastUpdated: MARK, profile: [MARK] } },
  { ...person, extension: [{ url: MARK, valueString: MARK, valueCode: MARK }] },
  { ...person, id: MARKED_ID },
  { resourceType: MARK },
];
const BODIES: string[] = [
  ...PEOPLE.map(one => JSON.stringify(one)),
  `{"resourceType":"Patient","name":[{"family":"${MARK}`,
  `{"resourceType":"Patient","birthDate":${MARK}}`,
  `"${MARK}"`,
  '',
];

const QUERIES = [
  `family=${MARK}`,
  `identifier=urn:mrn|${MARK}`,
  `identifier=${MARK}`,
  `birthdate=${MARK}`,
  `general-practitioner=${MARK}/${MARK}/x`,
  `general-practitioner:${'Organization'}=${MARK}`,
  `organization.name=${MARK}`,
  `name:missing=${MARK}`,
  `_id=${MARK}`,
  `_lastUpdated=${MARK}`,
  `_tag=${MARK}|${MARK}`,
  `_sort=${MARK}`,
  `_count=${MARK}`,
  `_summary=${MARK}`,
  `_elements=${MARK}`,
  `_total=${MARK}`,
  `_include=${MARK}`,
  `_include=Patient:organization:${MARK}`,
  `_since=${MARK}`,
  `_page=${MARK}`,
  `_format=${MARK}`,
  `family=${MARK}&_count=1`,
  `family=%E0%A4%A${MARK}`,
  `family=${`${MARK},`.repeat(500)}`,
];

const HEADERS: Record<string, string>[] = [
  {},
  { 'If-Match': `W/"${MARK}"` },
  { 'If-None-Match': `W/"${MARK}"` },
  { 'If-None-Exist': `identifier=${MARK}` },
  { 'If-None-Exist': `birthdate=${MARK}` },
  { 'If-Modified-Since': MARK },
  { Prefer: `return=${MARK}; handling=${MARK}` },
  { Prefer: 'handling=strict' },
  { Authorization: `Bearer ${MARK}` },
  { Accept: `application/${MARK}` },
  { 'Content-Type': `application/${MARK}` },
  { 'X-Forwarded-For': MARK, 'X-Request-Id': MARK, Referer: `https://x/${MARK}`, 'User-Agent': MARK },
];

const entry = (method: string, url: string, more: object = {}) => ({
  fullUrl: `urn:uuid:${MARK}`,
  request: { method, url, ...more },
  ...(method === 'GET' || method === 'DELETE' ? {} : { resource: person }),
});
const ENTRIES = [
  entry('GET', `Patient?family=${MARK}`),
  entry('GET', `Patient?birthdate=${MARK}`),
  entry('GET', `Patient/${MARK}`),
  entry('GET', `${MARK}/${MARK}/${MARK}/${MARK}`),
  entry('POST', 'Patient'),
  entry('POST', MARK),
  entry('POST', 'Patient', { ifNoneExist: `identifier=${MARK}` }),
  entry('PUT', `Patient?identifier=${MARK}`),
  entry('PUT', `Patient/${MARK}`, { ifMatch: MARK }),
  entry('DELETE', `Patient/${MARK}`),
  entry(MARK, MARK),
];
const bundle = (type: string, entries: object[]) =>
  JSON.stringify({ resourceType: 'Bundle', type, entry: entries });
const BUNDLES = [
  bundle('batch', ENTRIES),
  ...ENTRIES.flatMap(one => [bundle('transaction', [one]), bundle('batch', [one])]),
  bundle(MARK, []),
  ...BODIES,
];

const client = {
  kind: 'client',
  id: MARK,
  program: 'program',
  active: true,
  name: { family: MARK, given: [MARK] },
  birthDate: '1990-01-02',
  gender: 'female',
};
const RECORDS = [
  client,
  { ...client, birthDate: MARK },
  { ...client, program: MARK },
  { ...client, kind: MARK },
  { ...client, gender: MARK },
].flatMap(record => [
  JSON.stringify(record),
  `[${JSON.stringify(record)}]`,
  JSON.stringify(record).slice(0, -5),
]);

const OPERATION_PARAMETERS = [
  'client',
  'user',
  'purpose',
  'interaction',
  'everything',
  'start',
  'end',
  'discovered',
];
const OPERATION_QUERIES = OPERATION_PARAMETERS.map(name => `${name}=${MARK}`);
const PARAMETERS = OPERATION_PARAMETERS.map(name =>
  JSON.stringify({ resourceType: 'Parameters', parameter: [{ name, valueString: MARK }] }),
);

/** Those of a route: paths below `known`, a Patient that is there, and below an id that nobody has. */
const BY_KIND: Readonly<Record<RequestKind, (path: string) => Omit<MarkedRequest, 'method' | 'route'>[]>> = {
  capabilities: path => withQueries(path),
  page: path => withQueries(path),
  bundle: path => withBodies(path, BUNDLES),
  search: path =>
    path.endsWith('_search')
      ? QUERIES.map(body => ({ path, headers: FORM, body }))
      : [...withQueries(path), ...withHeaders(`${path}?family=${MARK}`)],
  history: path => withQueries(path),
  read: path => [...withQueries(path), ...withHeaders(path)],
  vread: path => withQueries(path),
  create: path => withBodies(path, BODIES),
  update: path => withBodies(path, BODIES),
  'conditional-update': path => QUERIES.flatMap(query => withBodies(`${path}?${query}`, BODIES.slice(0, 2))),
  operation: path => [
    ...withQueries(path),
    ...withHeaders(path),
    ...OPERATION_QUERIES.map(query => ({ path: `${path}?${query}`, headers: {} })),
    ...withBodies(path, [...BODIES, ...PARAMETERS]),
  ],
  delete: path => [...withQueries(path), ...withHeaders(path)],
};

const withQueries = (path: string) => QUERIES.map(query => ({ path: `${path}?${query}`, headers: {} }));
const withHeaders = (path: string) => HEADERS.map(headers => ({ path, headers }));
const withBodies = (path: string, bodies: string[]) => [
  ...bodies.map(body => ({ path, headers: FHIR, body })),
  ...HEADERS.map(headers => ({ path, headers: { ...FHIR, ...headers }, body: JSON.stringify(person) })),
];

/** `known`: id of a Patient that is there. */
export function markedRequests(known: string): MarkedRequest[] {
  const fhir = ROUTES.flatMap(({ method, path: route, kind }) => {
    const paths = [known, MARKED_ID].map(id =>
      `/fhir${route}`.replace(':type', 'Patient').replace(':id', id).replace(':version', '1'),
    );
    return [...new Set(paths)].flatMap(path =>
      BY_KIND[kind](path).map(one => ({ ...one, method, route: `/fhir${route}` })),
    );
  });
  const door = doorRoutes.flatMap(({ method, path: route, accepts, html }): MarkedRequest[] => {
    const path = route.replace(/:\w+/, MARKED_ID);
    if (accepts.length === 0) {
      const asked = [...withQueries(path), ...(html === true ? withHeaders(path) : [])];
      return asked.map(one => ({ ...one, method, route }));
    }
    return accepts.flatMap(type =>
      RECORDS.map(body => ({ method, route, path, headers: { 'Content-Type': type }, body })),
    );
  });
  return [...fhir, ...door];
}

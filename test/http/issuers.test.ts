// Access tokens of issuers that the operator trusts.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { createAuthenticate } from '../../src/access/authenticate.ts';
import type { Principal } from '../../src/access/grant.ts';
import { createVerifyForeign } from '../../src/access/oauth/issuers.ts';
import { createKeySets } from '../../src/access/oauth/key-set.ts';
import { createFetchJson } from '../../src/access/oauth/safe-fetch.ts';
import { clientEntry } from '../support/client-entry.ts';
import { type OwnServer, serveHttp } from '../support/http-servers.ts';
import { type ClientKey, makeKey } from '../support/oauth-client.ts';
import { startServer, type TestServer } from '../support/server.ts';

let issuer: OwnServer;
let server: TestServer;
let key: ClientKey;
let other: ClientKey;
let discovery: Record<string, unknown>;

beforeAll(async () => {
  [key, other] = await Promise.all([makeKey('k'), makeKey('k')]);
  issuer = await serveHttp((request, response) => {
    const body = request.url === '/keys' ? { keys: [key.publicJwk] } : discovery;
    response.writeHead(200).end(JSON.stringify(body));
  });
  server = await startServer({ environment: { ISSUERS: `https://none.example ${issuer.url}` } });
});
afterAll(async () => {
  await server.close();
  await issuer.close();
});
beforeEach(async () => {
  discovery = { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` };
  await put();
});

const iss = () => issuer.url;
const put = (parts: Parameters<typeof clientEntry>[1] = {}) =>
  server.app.registry.putClient(
    clientEntry('ehr-app', { organization: 'ehr', issuer: { iss: iss(), sub: 'their-app' }, ...parts }),
  );

async function tokenOf(
  claims: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
  by: ClientKey = key,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const usual = {
    iss: iss(),
    sub: 'a-person',
    client_id: 'their-app',
    aud: server.app.context.base,
    iat: now,
    exp: now + 300,
    scope: 'openid launch/patient system/*.rs',
  };
  const all = Object.entries({ ...usual, ...claims }).filter(([, value]) => value !== undefined);
  return new SignJWT(Object.fromEntries(all))
    .setProtectedHeader({ alg: 'ES384', kid: 'k', ...header })
    .sign(by.privateKey);
}
const get = (token: string) => server.stranger.get('/fhir/Patient').set('Authorization', `Bearer ${token}`);

test.each([
  ['by its client_id', {}],
  ['by azp', { client_id: undefined, azp: 'their-app' }],
  ['by sub', { client_id: undefined, sub: 'their-app' }],
  ['with its scope as a list', { scope: undefined, scp: ['system/*.rs'] }],
  ['for several audiences', { aud: ['https://other.example', 'OURS'] }],
])('a token that names a registered client %s is taken', async (_name, claims) => {
  const ours = (value: unknown) => (value === 'OURS' ? server.app.context.base : value);
  const { aud, ...others } = claims as { aud?: string[] };
  await get(await tokenOf({ ...others, ...(aud === undefined ? {} : { aud: aud.map(ours) }) })).expect(200);
});

test('its scope is cut to that of the client, as the registry says it at the time', async () => {
  const token = await tokenOf({ scope: 'system/*.cruds' });
  await get(token).expect(200);
  const post = () =>
    server.stranger
      .post('/fhir/Basic')
      .set('Authorization', `Bearer ${token}`)
      .send({ resourceType: 'Basic' });
  await post().expect(403);
  await put({ scope: 'system/Basic.c' });
  await get(token).expect(403);
  await put({ disabled: true });
  await get(token).expect(401);
});

const BAD: Record<string, () => Promise<string>> = {
  'of an issuer that is not trusted': () => tokenOf({ iss: 'https://evil.example' }),
  'of a trusted one that cannot be reached': () => tokenOf({ iss: 'https://none.example' }),
  'signed by another key': () => tokenOf({}, {}, other),
  'of an unknown kid': () => tokenOf({}, { kid: 'nobody' }),
  'without kid': () => tokenOf({}, { kid: undefined }),
  'of another typ': () => tokenOf({}, { typ: 'logout+jwt' }),
  'with a critical extension': async () => {
    const [, payload, signature] = (await tokenOf()).split('.');
    const header = { alg: 'ES384', kid: 'k', crit: ['urn:x'], 'urn:x': true };
    return `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}.${signature}`;
  },
  'of alg none': async () => {
    const [, payload] = (await tokenOf()).split('.');
    return `${Buffer.from('{"alg":"none","kid":"k"}').toString('base64url')}.${payload}.`;
  },
  'for somebody else': () => tokenOf({ aud: 'https://other.example/fhir' }),
  'for nobody': () => tokenOf({ aud: undefined }),
  'that is over': () => tokenOf({ exp: Math.floor(Date.now() / 1000) - 60 }),
  'without end': () => tokenOf({ exp: undefined }),
  'that is not good yet': () => tokenOf({ nbf: Math.floor(Date.now() / 1000) + 120 }),
  'of a client that is not registered': () => tokenOf({ client_id: 'nobody' }),
  'without scope': () => tokenOf({ scope: undefined }),
  'of an issuer’s own client at another issuer': async () => {
    await put({ issuer: { iss: 'https://none.example', sub: 'their-app' } });
    return tokenOf();
  },
};
test.each(Object.keys(BAD))('a token %s is refused', async name => {
  await get(await BAD[name]!()).expect(401);
});

test('a token is refused when its client is given to somebody else', async () => {
  const token = await tokenOf();
  await get(token).expect(200);
  await put({ issuer: { iss: iss(), sub: 'another-app' } });
  await get(token).expect(401);
});

/** A server that has discovered nothing yet. */
function fresh(): (token: string) => Promise<Principal> {
  const fetchJson = createFetchJson({ loopback: true, timeout: 500 });
  const { registry, oauth, context } = server.app;
  const place = { issuers: [iss()], fetchJson, keySets: createKeySets(fetchJson), registry, clock: Date.now };
  const verifyForeign = createVerifyForeign({ ...place, base: () => context.base });
  const authenticate = createAuthenticate({ ...oauth, verifyForeign });
  return token => authenticate(`Bearer ${token}`);
}
const refusal = expect.objectContaining({ code: 'unauthenticated' });

test.each([
  ['another name', { issuer: 'https://evil.example' }],
  ['no keys', { jwks_uri: undefined }],
  ['keys in the network', { jwks_uri: 'https://169.254.169.254/keys' }],
])('an issuer whose discovery says %s is not believed', async (_name, change) => {
  Object.assign(discovery, change);
  await expect(fresh()(await tokenOf())).rejects.toEqual(refusal);
});

describe('whom a token is about', () => {
  const asks = async (claims: Record<string, unknown>, parts: Parameters<typeof clientEntry>[1]) => {
    await put(parts);
    const { patient, practitioner, relatedPerson } = await fresh()(
      await tokenOf({ scope: 'patient/*.rs system/*.rs', ...claims }),
    );
    return { patient, practitioner, relatedPerson };
  };
  const kin = { role: 'representative', scope: 'patient/*.rs' } as const;
  const patients = { role: 'patient', scope: 'patient/*.rs' } as const;

  test.each([
    ['by patient', { patient: 'p1' }, patients, { patient: 'p1' }],
    ['by fhirUser', { fhirUser: 'Patient/p1' }, patients, { patient: 'p1' }],
    ['by fhirUser of this server', { fhirUser: 'BASE/Patient/p1' }, patients, { patient: 'p1' }],
    ['by the registry', {}, { ...patients, patient: 'p1' }, { patient: 'p1' }],
    ['by both alike', { patient: 'p1' }, { ...patients, patient: 'p1' }, { patient: 'p1' }],
    [
      '2.14: who acts for whom',
      { patient: 'p1', fhirUser: 'RelatedPerson/r1' },
      kin,
      { patient: 'p1', relatedPerson: 'r1' },
    ],
    [
      '2.14: who acts for whom by the registry',
      {},
      { ...kin, patient: 'p1', relatedPerson: 'r1' },
      { patient: 'p1', relatedPerson: 'r1' },
    ],
    [
      '2.14: nobody who acts for a patient',
      { patient: 'p1', fhirUser: 'RelatedPerson/r1' },
      patients,
      { patient: 'p1' },
    ],
    ['staff by fhirUser', { fhirUser: 'Practitioner/d1' }, {}, { practitioner: 'd1' }],
    ['staff never by patient', { patient: 'p1' }, {}, {}],
  ])('is told %s', async (_name, claims, parts, expected) => {
    const told = Object.entries(claims).map(([name, value]) => [
      name,
      (value as string).replace('BASE', server.app.context.base),
    ]);
    expect(await asks(Object.fromEntries(told), parts)).toEqual(expected);
  });

  test.each([
    ['says nothing', {}, patients],
    ['contradicts the registry', { patient: 'p2' }, { ...patients, patient: 'p1' }],
    ['names a person of another server', { fhirUser: 'https://other.example/fhir/Patient/p1' }, patients],
    [
      'names another RelatedPerson than the registry',
      { patient: 'p1', fhirUser: 'RelatedPerson/r2' },
      { ...kin, relatedPerson: 'r1' },
    ],
    ['names a RelatedPerson of nobody', { fhirUser: 'RelatedPerson/r1' }, kin],
    ['names no id', { patient: '../p1' }, patients],
    ['names staff', { fhirUser: 'Practitioner/d1' }, patients],
  ])('is nobody where it %s', async (_name, claims, parts) => {
    await expect(asks(claims, parts)).rejects.toEqual(refusal);
  });
});

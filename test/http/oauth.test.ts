// The token endpoint as a foreign client meets it: what a good request gets, and that no bad one gets anything.
import { createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { exportJWK, exportSPKI, SignJWT } from 'jose';
import type { ClientEntry } from '../../src/store/registry.ts';
import { auditRows } from '../support/audit.ts';
import { clientEntry } from '../support/client-entry.ts';
import { type OwnServer, serveHttp } from '../support/http-servers.ts';
import {
  type AssertionParts,
  type Assertions,
  assertionOf,
  type ClientKey,
  makeKey,
  tokenForm,
} from '../support/oauth-client.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

const MINUTE = 60;

onEveryStore(store => {
  let server: TestServer;
  let clock = Date.now();
  let es: ClientKey;
  let rs: ClientKey;
  let other: ClientKey;
  const audience = () => server.app.oauth.root().concat('/oauth/token');
  const asserted = (client = 'ehr-1'): Assertions => ({ now: () => clock, client, audience: audience() });
  const assertion = (parts: AssertionParts = {}, key: ClientKey = es) => assertionOf(asserted(), key, parts);
  const post = (path: string, form: URLSearchParams) =>
    server.stranger.post(path).type('form').send(form.toString());
  const ask = (given: string | URLSearchParams) =>
    post('/oauth/token', typeof given === 'string' ? tokenForm(given) : given);

  const get = (token: string) => server.stranger.get('/fhir/Patient').set('Authorization', `Bearer ${token}`);
  const put = (parts: Partial<ClientEntry> = {}) =>
    server.app.registry.putClient(
      clientEntry('ehr-1', {
        organization: 'ehr',
        keys: { jwks: { keys: [es.publicJwk, rs.publicJwk] } as never },
        purposes: ['TREAT', 'COC'],
        ...parts,
      }),
    );
  const lastRow = async () => (await auditRows(server.app.context.store)).at(-1)!;

  beforeAll(async () => {
    [es, rs, other] = await Promise.all([makeKey('es'), makeKey('rs', 'RS384'), makeKey('es')]);
    server = await startServer({ store, surroundings: { clock: () => clock } });
    await put();
  });
  afterAll(() => server.close());

  describe('a client that proves who it is', () => {
    test.each(['ES384', 'RS384'] as const)('by %s gets a token that searches', async alg => {
      const answer = await ask(await assertion({}, alg === 'ES384' ? es : rs)).expect(200);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.body).toEqual({
        access_token: expect.any(String),
        token_type: 'bearer',
        expires_in: 15 * MINUTE,
        scope: 'system/*.rs',
      });
      await get(answer.body.access_token).expect(200);
      expect(await auditRows(server.app.context.store)).toContainEqual(
        expect.objectContaining({ action: 'token', client: 'ehr-1', organization: 'ehr', outcome: 'ok' }),
      );
    });

    test('without a scope gets all that it is registered for', async () => {
      const { body } = await ask(tokenForm(await assertion(), { scope: '' })).expect(200);
      expect(body.scope).toBe((await server.app.registry.client('ehr-1'))!.scope);
    });

    test('finds everything by the SMART configuration', async () => {
      const found = await server.stranger.get('/fhir/.well-known/smart-configuration').expect(200);
      expect(found.headers['content-type']).toMatch(/^application\/json/);
      expect(found.body).toMatchObject({
        token_endpoint: audience(),
        grant_types_supported: ['client_credentials'],
        token_endpoint_auth_methods_supported: ['private_key_jwt'],
        token_endpoint_auth_signing_alg_values_supported: ['RS384', 'ES384'],
      });
      expect((await server.stranger.get('/.well-known/smart-configuration').expect(200)).body).toEqual(
        found.body,
      );
    });

    test('the token is good for its minutes and not longer', async () => {
      const { body } = await ask(await assertion());
      clock += (15 * MINUTE - 1) * 1000;
      await get(body.access_token).expect(200);
      clock += 1000;
      await get(body.access_token).expect(401);
    });

    test.each([
      ['typ left out', { header: { typ: undefined } }],
      ['an audience among others', { claims: { aud: ['https://other.example', 'AUDIENCE'] } }],
      ['a clock half a minute behind', { claims: { exp: -20 } }],
      ['an end between two seconds', { claims: { exp: 60.5 } }],
      ['a clock half a minute ahead', { claims: { iat: 20, nbf: 20 } }],
    ] as [string, AssertionParts][])('with %s', async (_name, parts) => {
      await ask(await assertion(relative(parts))).expect(200);
    });
  });

  /** Numbers of a table are seconds from now; AUDIENCE is ours. */
  function relative({ header, claims = {} }: AssertionParts): AssertionParts {
    const now = Math.floor(clock / 1000);
    const at = (value: unknown): unknown => {
      if (typeof value === 'number') return now + value;
      if (Array.isArray(value)) return value.map(at);
      return value === 'AUDIENCE' ? audience() : value;
    };
    const read = Object.entries(claims).map(([name, value]) => [name, at(value)]);
    return { ...(header === undefined ? {} : { header }), claims: Object.fromEntries(read) };
  }

  const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  /** name -> which check refuses it, and the assertion. Each is fine but for one thing. */
  const HOSTILE: Record<string, [check: string, make: () => Promise<string>]> = {
    'no signature (alg none)': [
      'alg is not RS384 or ES384',
      async () => {
        const [, payload] = (await assertion()).split('.');
        return `${base64({ alg: 'none', typ: 'JWT', kid: 'es' })}.${payload}.`;
      },
    ],
    'its public key used as a shared secret (HS384)': [
      'alg is not RS384 or ES384',
      async () => {
        const [, payload] = (await assertion()).split('.');
        const spki = await exportSPKI(createPublicKey({ key: rs.publicJwk as never, format: 'jwk' }));
        const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString());
        return new SignJWT(claims).setProtectedHeader({ alg: 'HS384', kid: 'rs' }).sign(Buffer.from(spki));
      },
    ],
    'an alg that is not of the key': ['the kid is not known', () => assertion({ header: { kid: 'rs' } })],
    'the key of somebody else under a registered kid': [
      'the signature does not hold',
      () => assertion({}, other),
    ],
    'a signature of another assertion': [
      'the signature does not hold',
      async () => {
        const [header, payload] = (await assertion()).split('.');
        return `${header}.${payload}.${(await assertion()).split('.')[2]}`;
      },
    ],
    'a changed claim': [
      'the signature does not hold',
      async () => {
        const [header, payload, signature] = (await assertion()).split('.');
        const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString());
        return `${header}.${base64({ ...claims, jti: 'another' })}.${signature}`;
      },
    ],
    'no kid': ['there is no kid', () => assertion({ header: { kid: undefined } })],
    'an unknown kid': ['the kid is not known', () => assertion({ header: { kid: 'nobody' } })],
    'a kid that is no text': ['there is no kid', () => assertion({ header: { kid: 7 } })],
    'an embedded key': [
      'the header brings keys or rules',
      async () => assertion({ header: { jwk: other.publicJwk } }, other),
    ],
    'an embedded certificate': [
      'the header brings keys or rules',
      () => assertion({ header: { x5c: ['MIIB'] } }),
    ],
    x5u: [
      'the header brings keys or rules',
      () => assertion({ header: { x5u: 'https://evil.example/cert' } }),
    ],
    'a jku that is not registered': [
      'jku is not the registered URL',
      () => assertion({ header: { jku: 'https://evil.example/jwks' } }),
    ],
    'a critical extension': [
      'the header brings keys or rules',
      () => assertion({ header: { crit: ['urn:x'], 'urn:x': true } }),
    ],
    'another typ': ['typ is not JWT', () => assertion({ header: { typ: 'at+jwt' } })],
    'another audience': ['aud', () => assertion({ claims: { aud: 'https://other.example/oauth/token' } })],
    'the FHIR base as its audience': ['aud', () => assertion({ claims: { aud: server.app.context.base } })],
    'no audience': ['aud', () => assertion({ claims: { aud: undefined } })],
    'an issuer that is another client': ['iss', () => assertion({ claims: { iss: 'payer-1' } })],
    'no issuer': ['iss', () => assertion({ claims: { iss: undefined } })],
    'a subject that is not registered': [
      'no such client',
      () => assertion({ claims: { sub: 'nobody', iss: 'nobody' } }),
    ],
    'no subject': ['no such client', () => assertion({ claims: { sub: undefined } })],
    'an end that is past': ['exp', () => assertion(relative({ claims: { exp: -31 } }))],
    'no end': ['exp', () => assertion({ claims: { exp: undefined } })],
    'an end more than five minutes ahead': ['exp', () => assertion(relative({ claims: { exp: 331 } }))],
    'a beginning that is to come': ['nbf', () => assertion(relative({ claims: { nbf: 60 } }))],
    'made in the future': ['iat', () => assertion(relative({ claims: { iat: 60 } }))],
    'no jti': ['jti', () => assertion({ claims: { jti: undefined } })],
    'an empty jti': ['jti', () => assertion({ claims: { jti: '' } })],
    'a jti that is no text': ['jti', () => assertion({ claims: { jti: 7 } })],
    'a jti without end': ['jti', () => assertion({ claims: { jti: 'j'.repeat(256) } })],
    'claims without end': [
      'the assertion is too long',
      () => assertion({ claims: { more: 'x'.repeat(20_000) } }),
    ],
    'no JWT': ['no such client', async () => 'x.y.z'],
    'three dots': ['no such client', async () => '...'],
    'an access token': ['typ is not JWT', async () => (await ask(await assertion())).body.access_token],
  };

  describe('an assertion is refused with', () => {
    test.each(Object.keys(HOSTILE))('%s', async name => {
      const [check, make] = HOSTILE[name]!;
      const given = await make();
      const answer = await ask(given).expect(401);
      expect(answer.body).toEqual({ error: 'invalid_client', error_description: expect.any(String) });
      expect(answer.text).not.toContain(given.split('.')[1] || 'access_token');
      const row = await lastRow();
      expect(row).toMatchObject({
        action: 'token',
        outcome: 'invalid_client',
        reasons: [check],
      });
      expect(JSON.stringify(row)).not.toContain(given);
    });

    test('a kid that two registered keys have', async () => {
      await put({ keys: { jwks: { keys: [es.publicJwk, other.publicJwk] } as never } });
      for (const key of [es, other]) expect((await ask(await assertion({}, key))).status).toBe(401);
      await put();
      await ask(await assertion()).expect(200);
    });

    test('a key for encryption, or for another alg', async () => {
      for (const wrong of [{ use: 'enc' }, { alg: 'RS384' }]) {
        await put({ keys: { jwks: { keys: [{ ...es.publicJwk, ...wrong }] } as never } });
        expect((await ask(await assertion())).status).toBe(401);
      }
      await put();
    });

    test('the same answer for a client that is not registered and for one whose key does not hold', async () => {
      const unknown = await ask(await assertionOf(asserted('nobody'), es));
      const wrong = await ask(await assertion({}, other));
      expect(unknown.text).toBe(wrong.text);
      expect(unknown.status).toBe(wrong.status);
    });
  });

  describe('an assertion is good once', () => {
    test('a second time it is refused', async () => {
      const given = await assertion();
      await ask(given).expect(200);
      expect((await ask(given).expect(401)).body.error_description).toMatch(/used before/);
    });

    test('twice at once one is refused', async () => {
      const given = await assertion();
      const answers = await Promise.all(Array.from({ length: 6 }, () => ask(given)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401, 401]);
    });

    test('a jti is spent though the rest of the request was refused, and is no other client’s', async () => {
      const given = await assertion();
      await ask(tokenForm(given, { scope: 'system/*.d' })).expect(400);
      await ask(given).expect(401);
    });
  });

  describe('a request is refused', () => {
    const refused: [string, Record<string, string | string[]>, string][] = [
      ['another grant', { grant_type: 'password' }, 'unsupported_grant_type'],
      ['no grant', { grant_type: '' }, 'invalid_request'],
      ['another kind of assertion', { client_assertion_type: 'urn:x' }, 'invalid_request'],
      ['no assertion', { client_assertion: '' }, 'invalid_request'],
      ['a secret', { client_secret: 'secret' }, 'invalid_request'],
      ['a scope twice', { scope: ['system/*.rs', 'system/*.rs'] }, 'invalid_request'],
      ['a scope of nothing here', { scope: 'openid' }, 'invalid_scope'],
      ['a scope beyond its own', { scope: 'system/*.d' }, 'invalid_scope'],
      ['one word of a scope beyond its own', { scope: 'system/*.rs user/*.rs' }, 'invalid_scope'],
      ['a scope that nobody reads', { scope: 'system/Nothing.rs' }, 'invalid_scope'],
      ['a purpose that is not registered', { purpose_of_use: 'HPAYMT' }, 'invalid_request'],
      ['one purpose of two', { purpose_of_use: ['TREAT', 'HRESCH'] }, 'invalid_request'],
      ['an emergency', { purpose_of_use: 'BTG' }, 'invalid_request'],
      ['an emergency by another name', { purpose_of_use: 'ETREAT' }, 'invalid_request'],
    ];
    test.each(refused)('with %s', async (_name, parts, code) => {
      const answer = await ask(tokenForm(await assertion(), parts)).expect(400);
      expect(answer.body).toEqual({ error: code, error_description: expect.any(String) });
      expect((await lastRow()).outcome).toBe(code);
    });

    test('with a body that is JSON, too long, or beside a password', async () => {
      const form = tokenForm(await assertion());
      const json = server.stranger.post('/oauth/token').send({ grant_type: 'client_credentials' });
      expect((await json.expect(400)).body.error).toBe('invalid_request');
      await ask(tokenForm(await assertion(), { padding: 'x'.repeat(70_000) })).expect(413);
      const basic = post('/oauth/token', form).set('Authorization', 'Basic ZWhyOng=');
      expect((await basic.expect(400)).body.error).toBe('invalid_request');
      const outcomes = (await auditRows(server.app.context.store)).slice(-3).map(({ outcome }) => outcome);
      if (store.name === 'SQLite')
        expect(outcomes).toEqual(['invalid_request', 'too-large', 'invalid_request']);
    });

    test('with another method', async () => {
      const answer = await server.stranger.get('/oauth/token').expect(405);
      expect([answer.headers.allow, answer.body.error]).toEqual(['POST', 'invalid_request']);
    });

    test('in the name of another client', async () => {
      await ask(tokenForm(await assertion(), { client_id: 'payer-1' })).expect(401);
      await ask(tokenForm(await assertion(), { client_id: 'ehr-1' })).expect(200);
    });
  });

  describe('what is granted', () => {
    const granted = async (parts: Record<string, string | string[]>, more: AssertionParts = {}) => {
      const { body } = await ask(tokenForm(await assertion(more), parts)).expect(200);
      return JSON.parse(Buffer.from(body.access_token.split('.')[1], 'base64url').toString());
    };

    test('is what was asked for, cut to what the client has', async () => {
      expect(await granted({ scope: 'system/*.cruds' })).toMatchObject({ scope: 'system/*.rs' });
      expect(await granted({ scope: 'system/Goal.rs' })).toMatchObject({ scope: 'system/Goal.rs' });
    });

    test.each([
      [{}, undefined, ['TREAT']],
      [{ purpose_of_use: 'COC' }, undefined, ['COC']],
      [{ purpose_of_use: ['TREAT', 'COC'] }, undefined, ['TREAT', 'COC']],
      [{}, ['urn:oid:2.16.840.1.113883.5.8#COC'], ['COC']],
      [{ purpose_of_use: 'TREAT' }, ['COC'], ['TREAT', 'COC']],
    ])('for the purposes of form %j and assertion %j is %j', async (form, claimed, purposes) => {
      const extensions = { 'hl7-b2b': { version: '1', purpose_of_use: claimed } };
      const claims = claimed === undefined ? {} : { extensions };
      expect(await granted(form as never, { claims })).toMatchObject({ purposes });
    });

    test('is for no purpose that only the assertion names', async () => {
      for (const purpose of ['HPAYMT', 'BTG', 7]) {
        const extensions = { 'hl7-b2b': { purpose_of_use: [purpose] } };
        await ask(await assertion({ claims: { extensions } })).expect(400);
      }
    });
  });

  describe('a token ends before its time', () => {
    const token = async () => (await ask(await assertion()).expect(200)).body.access_token as string;

    test('when its client is disabled, and the client gets no other', async () => {
      const live = await token();
      await get(live).expect(200);
      await put({ disabled: true });
      await get(live).expect(401);
      await ask(await assertion()).expect(401);
      await put();
      await get(live).expect(200);
    });

    test('when its client becomes that of another Organization, or another role', async () => {
      const live = await token();
      for (const change of [{ organization: 'payer' }, { role: 'payer' as const }]) {
        await put(change);
        await get(live).expect(401);
      }
      await put();
    });

    test('as far as the scope of its client shrinks', async () => {
      const live = await token();
      await put({ scope: 'system/Goal.rs' });
      await get(live).expect(403);
      await server.stranger.get('/fhir/Goal').set('Authorization', `Bearer ${live}`).expect(200);
      await put();
      await get(live).expect(200);
    });

    test('when it is revoked; the others of the client are not', async () => {
      const [one, two] = [await token(), await token()];
      await get(one).expect(200);
      await post('/oauth/revoke', tokenForm(await assertion(), { token: one })).expect(200);
      await get(one).expect(401);
      await get(two).expect(200);
      await post('/oauth/revoke', tokenForm(await assertion(), { token: one })).expect(200);
      await post('/oauth/revoke', tokenForm(await assertion(), { token: 'nothing' })).expect(200);
    });

    test('but no other client ends it, nor one that proves nothing', async () => {
      const live = await token();
      await server.app.registry.putClient(
        clientEntry('ehr-2', { organization: 'ehr', keys: { jwks: { keys: [other.publicJwk] } as never } }),
      );
      const foreign = await assertionOf(asserted('ehr-2'), other);
      const answer = await post('/oauth/revoke', tokenForm(foreign, { token: live })).expect(400);
      expect(answer.body.error).toBe('unauthorized_client');
      await post('/oauth/revoke', tokenForm('x.y.z', { token: live })).expect(401);
      await post('/oauth/revoke', new URLSearchParams({ token: live })).expect(400);
      await get(live).expect(200);
    });
  });

  describe('keys that a client publishes', () => {
    let keys: OwnServer;
    let answer: () => unknown;
    const named = async (kid: string) => ask(await assertionOf(asserted('by-url'), { ...es, kid }));

    beforeAll(async () => {
      keys = await serveHttp((request, response) => {
        if (request.url === '/moved') response.writeHead(302, { location: '/jwks' }).end();
        else response.writeHead(200).end(JSON.stringify(answer()));
      });
      answer = () => ({ keys: [es.publicJwk] });
    });
    afterAll(() => keys.close());
    const register = (path: string) =>
      server.app.registry.putClient(
        clientEntry('by-url', { organization: 'ehr', keys: { jwksUrl: keys.url + path } }),
      );

    test('are fetched, also where the header repeats their URL', async () => {
      await register('/jwks');
      expect((await named('es')).status).toBe(200);
      const repeated = { header: { jku: `${keys.url}/jwks` } };
      await ask(await assertionOf(asserted('by-url'), es, repeated)).expect(200);
      const foreign = { header: { jku: `${keys.url}/others` } };
      await ask(await assertionOf(asserted('by-url'), es, foreign)).expect(401);
    });

    test('are not where they moved to, nor in what is no set', async () => {
      await register('/moved');
      expect((await named('es')).status).toBe(401);
      expect((await lastRow()).reasons).toEqual(['the key set could not be fetched']);
      answer = () => ['no set'];
      await register('/other');
      expect((await named('es')).status).toBe(401);
    });
  });

  describe('introspection', () => {
    const introspect = async (token: string, given = assertion()) =>
      (await post('/oauth/introspect', tokenForm(await given, { token })).expect(200)).body;

    test('says what a good token is', async () => {
      const { access_token } = (await ask(await assertion())).body;
      expect(await introspect(access_token)).toEqual({
        active: true,
        scope: 'system/*.rs',
        client_id: 'ehr-1',
        token_type: 'bearer',
        sub: 'ehr-1',
        exp: Math.floor(clock / 1000) + 15 * MINUTE,
        iat: Math.floor(clock / 1000),
        iss: expect.any(String),
        aud: expect.any(String),
        jti: expect.any(String),
      });
    });

    test('says of all others alike that they are not', async () => {
      const { token: foreign } = await server.as('payer');
      const { access_token: revoked } = (await ask(await assertion())).body;
      await post('/oauth/revoke', tokenForm(await assertion(), { token: revoked }));
      for (const token of [foreign, revoked, 'x.y.z', 'nothing'])
        expect(await introspect(token)).toEqual({ active: false });
      await post('/oauth/introspect', new URLSearchParams({ token: foreign })).expect(400);
    });
  });

  describe('an access token is refused', () => {
    const claimsOf = (token: string) =>
      JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;
    /** Signed by the server's own key: only what is said differs. */
    const own = async (header: Record<string, unknown>, claims: Record<string, unknown>, from?: string) => {
      const base = claimsOf(from ?? (await ask(await assertion())).body.access_token);
      const { kid, privateKey } = await server.app.oauth.keys.signing();
      const all = Object.entries({ ...base, ...claims }).filter(([, value]) => value !== undefined);
      return new SignJWT(Object.fromEntries(all))
        .setProtectedHeader({ alg: 'ES384', typ: 'at+jwt', kid, ...header })
        .sign(privateKey, header.crit === undefined ? {} : { crit: { 'urn:x': true } });
    };
    const now = () => Math.floor(clock / 1000);
    const BAD: Record<string, () => Promise<string>> = {
      'of alg none': async () => {
        const [, payload] = (await own({}, {})).split('.');
        return `${base64({ alg: 'none', typ: 'at+jwt' })}.${payload}.`;
      },
      'signed with the published key as a secret': async () => {
        const { keys } = await server.app.oauth.keys.jwks();
        const spki = await exportSPKI(createPublicKey({ key: keys[0] as never, format: 'jwk' }));
        const claims = claimsOf(await own({}, {}));
        return new SignJWT(claims)
          .setProtectedHeader({ alg: 'HS384', typ: 'at+jwt', kid: keys[0]!.kid! })
          .sign(Buffer.from(spki));
      },
      'signed by a client': async () => {
        const { kid } = await server.app.oauth.keys.signing();
        const header = { alg: 'ES384', typ: 'at+jwt', kid };
        return new SignJWT(claimsOf(await own({}, {}))).setProtectedHeader(header).sign(es.privateKey);
      },
      'signed by the key that it brings': async () => {
        const { kid } = await server.app.oauth.keys.signing();
        const header = { alg: 'ES384', typ: 'at+jwt', kid, jwk: await exportJWK(es.privateKey) };
        return new SignJWT(claimsOf(await own({}, {}))).setProtectedHeader(header).sign(es.privateKey);
      },
      'that is an assertion': () => assertion(),
      'of an unknown kid': () => own({ kid: 'nobody' }, {}),
      'without kid': () => own({ kid: undefined }, {}),
      'of another typ': () => own({ typ: 'JWT' }, {}),
      'with a critical extension': () => own({ crit: ['urn:x'], 'urn:x': true }, {}),
      'of another issuer': () => own({}, { iss: 'urn:iop-fhir:other' }),
      'for another audience': () => own({}, { aud: 'urn:iop-fhir:other' }),
      'of another subject': () => own({}, { sub: 'ehr-2' }),
      'that is over': () => own({}, { exp: now() }),
      'without end': () => own({}, { exp: undefined }),
      'that is not good yet': () => own({}, { nbf: now() + 60 }),
      'without jti': () => own({}, { jti: undefined }),
      'of a client that is not registered': () => own({}, { sub: 'nobody', client_id: 'nobody' }),
      'for an Organization that is not the client’s': () => own({}, { organization: 'program' }),
      'for a role that is not the client’s': () => own({}, { role: 'program' }),
      'for a role that does not exist': () => own({}, { role: 'root' }),
      'with a scope that nobody reads': () => own({}, { scope: 'everything/*' }),
      'with purposes that are no texts': () => own({}, { purposes: [1] }),
      'without end of scope': () => own({}, { scope: `system/*.rs ${'x'.repeat(11_000)}` }),
    };
    test.each(Object.keys(BAD))('%s', async name => {
      await get(await BAD[name]!()).expect(401);
    });

    test('but one that is as it should be is not', async () => {
      await get(await own({}, {})).expect(200);
    });
  });
});

// A client that nobody here wrote, against a server that listens.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'fhir-kit-client';
import { clientEntry } from '../support/client-entry.ts';
import { assertionOf, makeKey, tokenForm } from '../support/oauth-client.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

let server: TestServer;
let client: Client;

onEveryStore(store => {
  beforeAll(async () => {
    server = await startServer({ store, listens: true });
    client = new Client({ baseUrl: server.base, bearerToken: (await server.as('program')).token });
  });
  afterAll(() => server.close());

  interface Answer {
    resourceType: string;
    id: string;
    meta: { versionId: string };
    total?: number;
    link: { relation: string; url: string }[];
    entry?: { resource: Answer; response: { status: string; location: string } }[];
    [element: string]: unknown;
  }
  const answer = async (given: Promise<unknown> | undefined): Promise<Answer> => (await given) as Answer;
  const patient = (more: object = {}) => ({ resourceType: 'Patient', name: [{ family: 'Kit' }], ...more });
  const statusOf = async (call: Promise<unknown>): Promise<number> =>
    call.then(
      () => 200,
      error => (error as { response: { status: number } }).response.status,
    );

  test('it finds the token endpoint, and searches with a token of Backend Services', async () => {
    const key = await makeKey('k', 'RS384');
    const keys = { jwks: { keys: [key.publicJwk as never] } };
    await server.app.registry.putClient(clientEntry('kit', { organization: 'ehr', keys }));
    const foreign = new Client({ baseUrl: server.base });
    const { tokenUrl } = (await foreign.smartAuthMetadata()) as { tokenUrl: URL };
    const assertion = await assertionOf({ now: Date.now, client: 'kit', audience: tokenUrl.href }, key);
    const issued = await fetch(tokenUrl, { method: 'POST', body: tokenForm(assertion) });
    foreign.bearerToken = ((await issued.json()) as { access_token: string }).access_token;
    expect(await answer(foreign.search({ resourceType: 'Patient' }))).toMatchObject({ type: 'searchset' });
  });

  test('it reads the CapabilityStatement', async () => {
    expect(await answer(client.capabilityStatement())).toMatchObject({ fhirVersion: '4.0.1' });
  });

  test('it creates, reads, updates, reads versions and deletes', async () => {
    const made = await answer(client.create({ resourceType: 'Patient', body: patient() }));
    const { id } = made;
    expect(await answer(client.read({ resourceType: 'Patient', id }))).toEqual(made);
    const options = { headers: { 'If-Match': 'W/"1"' } };
    const updated = await answer(
      client.update({ resourceType: 'Patient', id, body: patient({ id, active: true }), options }),
    );
    expect(updated.meta.versionId).toBe('2');
    expect(
      await statusOf(client.update({ resourceType: 'Patient', id, body: patient({ id }), options })),
    ).toBe(412);
    expect(await answer(client.vread({ resourceType: 'Patient', id, version: '1' }))).toEqual(made);
    await client.delete({ resourceType: 'Patient', id });
    expect(await statusOf(client.read({ resourceType: 'Patient', id }))).toBe(410);
  });

  test('it updates what a search finds', async () => {
    const body = patient({ identifier: [{ system: 'http://kit', value: 'c1' }] });
    const searchParams = { identifier: 'http://kit|c1' };
    const first = await answer(client.update({ resourceType: 'Patient', searchParams, body }));
    const second = await answer(client.update({ resourceType: 'Patient', searchParams, body }));
    expect([first.id, first.meta.versionId, second.meta.versionId]).toEqual([second.id, '1', '2']);
  });

  describe('searching', () => {
    beforeAll(async () => {
      for (let i = 0; i < 5; i++)
        await client.create({ resourceType: 'Patient', body: patient({ name: [{ family: `Paged${i}` }] }) });
    });

    test.each([
      ['GET', {}],
      ['POST', { postSearch: true }],
    ])('by %s, page by page', async (_method, options) => {
      const searchParams = { family: 'Paged', _count: '2', _sort: 'family' };
      const names: string[] = [];
      let page: Answer | undefined = await answer(
        client.resourceSearch({ resourceType: 'Patient', searchParams, options }),
      );
      while (page !== undefined) {
        for (const { resource } of page.entry ?? [])
          names.push((resource.name as { family: string }[])[0]!.family);
        const next = client.nextPage({ bundle: page as never });
        page = next === undefined ? undefined : await answer(next);
      }
      expect(names).toEqual(['Paged0', 'Paged1', 'Paged2', 'Paged3', 'Paged4']);
    });
  });

  test('it reads history of a resource, a type and the server', async () => {
    const { id } = await answer(
      client.create({ resourceType: 'Location', body: { resourceType: 'Location' } }),
    );
    await client.update({ resourceType: 'Location', id, body: { resourceType: 'Location', id, name: 'x' } });
    expect(await answer(client.resourceHistory({ resourceType: 'Location', id }))).toMatchObject({
      total: 2,
    });
    expect((await answer(client.typeHistory({ resourceType: 'Location' }))).entry).toHaveLength(2);
    const system = await answer(client.systemHistory());
    expect(system.entry!.slice(0, 2).map(({ resource }) => resource.id)).toEqual([id, id]);
  });

  test('it follows a reference', async () => {
    const { id } = await answer(client.create({ resourceType: 'Patient', body: patient() }));
    expect(await answer(client.resolve({ reference: `Patient/${id}` }))).toMatchObject({ id });
  });

  test('it sends batches and transactions', async () => {
    const urn = 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0';
    const condition = { resourceType: 'Condition', subject: { reference: urn } };
    const entry = [
      { resource: condition, request: { method: 'POST', url: 'Condition' } },
      { fullUrl: urn, resource: patient(), request: { method: 'POST', url: 'Patient' } },
    ];
    const done = await answer(
      client.transaction({ body: { resourceType: 'Bundle', type: 'transaction', entry } }),
    );
    expect(done.entry!.map(({ response }) => response.status)).toEqual(['201 Created', '201 Created']);
    const reads = done.entry!.map(({ response }) => ({ request: { method: 'GET', url: response.location } }));
    const read = await answer(
      client.batch({ body: { resourceType: 'Bundle', type: 'batch', entry: reads } }),
    );
    const [made, person] = read.entry!.map(({ resource }) => resource);
    expect(made!.subject).toEqual({ reference: `Patient/${person!.id}` });
  });

  test('without a token it is refused', async () => {
    const stranger = new Client({ baseUrl: server.base });
    expect(await statusOf(stranger.read({ resourceType: 'Patient', id: 'x' }))).toBe(401);
    expect(await answer(stranger.capabilityStatement())).toMatchObject({ kind: 'instance' });
  });
});

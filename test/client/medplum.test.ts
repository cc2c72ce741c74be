// SMART Backend Services by a client that nobody here wrote: @medplum/core, unchanged.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MedplumClient } from '@medplum/core';
import { clientEntry } from '../support/client-entry.ts';
import { assertionOf, makeKey } from '../support/oauth-client.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

onEveryStore(store => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ store, listens: true });
  });
  afterAll(() => server.close());

  test('its JWT assertion flow gets a token, and it searches, reads and writes with it', async () => {
    const key = await makeKey('k');
    const keys = { jwks: { keys: [key.publicJwk as never] } };
    const entry = clientEntry('medplum', { organization: 'ehr', scope: 'system/Location.cruds', keys });
    await server.app.registry.putClient(entry);
    const configuration = await fetch(`${server.base}/.well-known/smart-configuration`);
    const { token_endpoint: tokenUrl } = (await configuration.json()) as { token_endpoint: string };
    const foreign = new MedplumClient({
      baseUrl: server.base.slice(0, -'fhir'.length),
      fhirUrlPath: 'fhir/',
      tokenUrl,
    });
    const assertion = await assertionOf({ now: Date.now, client: 'medplum', audience: tokenUrl }, key);
    await foreign.startJwtAssertionLogin(assertion);
    const made = await foreign.createResource({ resourceType: 'Location', name: 'Shore Road' });
    expect(await foreign.readResource('Location', made.id)).toEqual(made);
    const found = await foreign.searchResources('Location', { name: 'Shore' });
    expect(found.map(one => one.id)).toEqual([made.id]);
    await expect(foreign.searchResources('Patient')).rejects.toThrow(/scope/);
  });
});

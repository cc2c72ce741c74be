// What is special about the registry of a database that several servers share; the rest is in the contract.
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { FhirError } from '../../../src/fhir/error.ts';
import { type Connected, connectMongo } from '../../../src/store/mongodb/client.ts';
import { collectionsOf } from '../../../src/store/mongodb/reading.ts';
import { makeRegistry } from '../../../src/store/mongodb/registry.ts';
import { prepareSchema } from '../../../src/store/mongodb/schema.ts';
import type { Registry } from '../../../src/store/registry.ts';
import { clientEntry } from '../../support/client-entry.ts';
import { describeMongo, giveBack, takeDatabase } from '../../support/mongodb.ts';

const entry = (id: string, prefix: string) => ({ id, prefix, program: true, part2: false });

describeMongo('the registry of two servers', () => {
  let url: string;
  let connected: Connected;
  let now = 0;
  let one: Registry;
  let other: Registry;

  const open = (): Registry =>
    makeRegistry({
      collections: collectionsOf(connected.db),
      startSession: () => connected.startSession(),
      clock: Date.now,
      now: () => now,
    });
  const prefixes = async (registry: Registry) => (await registry.organizations()).map(({ prefix }) => prefix);

  beforeAll(async () => {
    url = takeDatabase();
    connected = await connectMongo(url);
    await prepareSchema(connected.db, collectionsOf(connected.db));
  });
  beforeEach(async () => {
    await connected.db.collection('organization').deleteMany({});
    [one, other] = [open(), open()];
  });
  afterAll(async () => {
    await giveBack(url);
    await connected.close();
  });

  test('says at once what it wrote itself, and within a second what the other wrote', async () => {
    await one.putOrganization(entry('a', 'a-'));
    expect(await prefixes(one)).toEqual(['a-']);
    expect(await prefixes(other)).toEqual(['a-']);
    await one.putOrganization(entry('b', 'b-'));
    expect(await prefixes(one)).toEqual(['a-', 'b-']);
    now += 999;
    expect(await prefixes(other)).toEqual(['a-']);
    now += 1;
    expect(await prefixes(other)).toEqual(['a-', 'b-']);
  });

  test('does not say for a second what was read before its own change', async () => {
    const before = one.organizations();
    await Promise.all([before, one.putOrganization(entry('a', 'a-'))]);
    expect(await prefixes(one)).toEqual(['a-']);
  });

  test('of Organizations with overlapping prefixes that are put at once one is kept', async () => {
    const puts = Array.from({ length: 8 }, (_, at) =>
      (at % 2 === 0 ? one : other).putOrganization(entry(`o${at}`, 'x'.repeat(at + 1))),
    );
    const settled = await Promise.allSettled(puts);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const codes = settled.flatMap(put => (put.status === 'rejected' ? [(put.reason as FhirError).code] : []));
    expect(codes).toEqual(Array(7).fill('conflict'));
    now += 1000;
    expect(await prefixes(other)).toHaveLength(1);
  });

  test('what one does to a client or a token holds for the next request of the other', async () => {
    const caller = () => other.caller('c', 't', []);
    await one.putClient(clientEntry('c'));
    expect(await caller()).toMatchObject({ client: { disabled: false }, revoked: false });
    await one.putClient(clientEntry('c', { disabled: true }));
    expect(await caller()).toMatchObject({ client: { disabled: true }, revoked: false });
    await one.revokeToken('t', Date.now() + 60_000);
    expect(await caller()).toMatchObject({ revoked: true });
  });

  test('a jti that both are asked to take at once is taken by one of them', async () => {
    const taken = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        (at % 2 === 0 ? one : other).useJti('c', 'j', Date.now() + 60_000),
      ),
    );
    expect(taken.filter(Boolean)).toHaveLength(1);
  });

  test('a server that cannot be reached is unavailable', async () => {
    const away = await connectMongo(url);
    const registry = makeRegistry({
      collections: collectionsOf(away.db),
      startSession: () => away.startSession(),
      clock: Date.now,
      now: () => now,
    });
    await away.close();
    const failed = registry.organizations();
    await expect(failed).rejects.toThrow(FhirError);
    await expect(failed).rejects.toMatchObject({ code: 'unavailable', retryAfter: 1 });
    await expect(registry.fact('demo')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(registry.putOrganization(entry('a', ''))).rejects.toMatchObject({ code: 'unavailable' });
  });
});

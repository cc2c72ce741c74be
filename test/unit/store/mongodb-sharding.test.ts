// That the store grows past one machine: unique indexes and everything it asks name the shard key. There is no
// cluster here; what is judged are the commands that the driver sends when the store is told that there is one.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CommandStartedEvent, IndexDescription } from 'mongodb';
import { decide } from '../../../src/access/decide.ts';
import type { Grant, Role } from '../../../src/access/grant.ts';
import { parseScopes } from '../../../src/access/scope.ts';
import { parseSearch } from '../../../src/search/parse.ts';
import { planSearch } from '../../../src/search/plan.ts';
import { COLLECTIONS, type CollectionName, SHARD_KEYS } from '../../../src/store/mongodb/schema.ts';
import type { WriteOp } from '../../../src/store/port.ts';
import { type ClinicBody, clinicBodies, clinicDerive } from '../../support/clinic-bodies.ts';
import { describeMongo, openTemporaryMongo, type TemporaryMongo } from '../../support/mongodb.ts';
import { faultOf, type Sent, sentBy } from '../../support/shard-check.ts';
import { draft, grantFor } from '../../support/store.ts';

const sharded = Object.keys(SHARD_KEYS) as CollectionName[];
const keyOf = (name: CollectionName): string[] => Object.keys(SHARD_KEYS[name]!);
const indexesOf = (name: CollectionName): readonly IndexDescription[] => COLLECTIONS[name];
const readText = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

describe('the shard keys', () => {
  test.each(sharded)('of %s start each of its unique indexes', name => {
    const key = keyOf(name);
    for (const index of indexesOf(name).filter(one => one.unique === true))
      expect(Object.keys(index.key).slice(0, key.length)).toEqual(key);
  });

  test('leave names to be made unique by a collection that has nothing else in its key', () => {
    expect(keyOf('place')).toEqual(['_id']);
  });

  test('of collections with a hashed key have no unique index beside it', () => {
    const hashed = sharded.filter(name => Object.values(SHARD_KEYS[name]!).includes('hashed'));
    expect(hashed.flatMap(name => indexesOf(name).filter(one => one.unique === true))).toEqual([]);
  });
});

describe('the README', () => {
  const section = /## Growing past one machine\n(.*?)\n## /s.exec(readText('../../../README.md'))![1]!;
  const print = (key: Record<string, unknown>): string =>
    `{ ${Object.entries(key)
      .map(([field, value]) => `${field}: ${JSON.stringify(value).replaceAll('"', "'")}`)
      .join(', ')} }`;
  const firstOf = (key: IndexDescription['key'], length: number): Record<string, unknown> =>
    Object.fromEntries(Object.entries(key).slice(0, length));
  /** By an index that starts with the key, which a cluster demands of a collection with documents. */
  const isIndexed = (name: CollectionName): boolean =>
    indexesOf(name).some(({ key }) => print(firstOf(key, keyOf(name).length)) === print(SHARD_KEYS[name]!));

  test.each(sharded)('says how %s is sharded', name => {
    const key = print(SHARD_KEYS[name]!);
    expect(section).toContain(`sh.shardCollection('iop.${name}', ${key})`);
    const made = `db.${name}.createIndex(${key})`;
    if (isIndexed(name)) expect(section).not.toContain(made);
    else expect(section).toContain(made);
  });

  test('names every collection that stays whole', () => {
    const whole = (Object.keys(COLLECTIONS) as CollectionName[]).filter(name => !sharded.includes(name));
    expect(whole.filter(name => !section.includes(`\`${name}\``))).toEqual([]);
  });
});

interface CommonSearch {
  name: string;
  query: string;
}
const searches = JSON.parse(readText('../../search/common-searches.json')) as CommonSearch[];

/** Clients and weeks enough that most searches find something. */
const SIZE = { clients: 4, weeks: 2, seed: 3, program: 'prog' };
/** In the generated weeks. */
const AT = Date.parse('2026-08-14T12:00:00Z');
const CALLERS: readonly [organization: string, role: Role][] = [
  ['prog', 'program'],
  ['lakeside-health', 'ehr'],
  ['granite-mutual', 'payer'],
];

const grantOf = (organization: string, role: Role, scope = 'system/*.cruds', patient?: string): Grant =>
  decide(
    {
      client: organization,
      organization,
      role,
      scopes: parseScopes(scope),
      ...(patient === undefined ? {} : { patient }),
      purposes: ['TREAT', 'HPAYMT'],
      idSpace: { prefix: organization === 'prog' ? '' : `${organization}-`, others: [] },
    },
    [],
    AT,
    'program',
  );

describeMongo('a store on a sharded cluster', () => {
  let opened: TemporaryMongo;
  let bodies: ClinicBody[];
  let sent: Sent[] = [];
  const own = grantOf('prog', 'program');
  const write = (ops: WriteOp[]) =>
    opened.store.transact({ ops, lookups: [], claims: [], marks: [] }, own, draft());
  /** What was sent meanwhile. */
  const during = async (work: () => Promise<unknown>): Promise<Sent[]> => {
    sent = [];
    await work();
    return sent;
  };
  const faults = (all: readonly Sent[]): string[] => [
    ...new Set(all.map(faultOf).filter(fault => fault !== undefined)),
  ];

  beforeAll(async () => {
    opened = await openTemporaryMongo({
      derive: clinicDerive,
      clock: () => AT,
      sharded: true,
      driver: { monitorCommands: true },
    });
    opened.site.connected.client.on('commandStarted', (event: CommandStartedEvent) => {
      sent.push(...sentBy(event));
    });
    bodies = clinicBodies(SIZE);
    for (let at = 0; at < bodies.length; at += 200)
      await write(bodies.slice(at, at + 200).map(one => ({ kind: 'create', ...one })));
  }, 120_000);
  afterAll(() => opened.close());

  const named = (type: string): ClinicBody => bodies.find(one => one.type === type)!;
  const places = (): Record<string, string> => {
    const patient = JSON.parse(named('Patient').body);
    return {
      patient: patient.id,
      identifier: patient.identifier[0].value,
      family: patient.name[0].family,
      birthdate: patient.birthDate,
      practitioner: named('Practitioner').id,
      code: JSON.parse(named('Observation').body).code.coding[0].code,
      procedure: JSON.parse(named('Procedure').body).code.coding[0].code,
      day: '2026-08-12',
      weekStart: '2026-08-10',
      weekEnd: '2026-08-17',
      since: '2026-08-01T00:00:00Z',
    };
  };

  /** Some pages of it; how many there are in all. */
  async function searchAs(grant: Grant, query: string): Promise<number> {
    const known = places();
    const [type, text] = query.replace(/\{(\w+)\}/g, (_all, name: string) => known[name]!).split('?');
    const search = parseSearch(type!, text!, { strict: true, maxCount: 1000, defaultCount: 50, now: AT });
    let plan = planSearch({ ...search, count: Math.min(search.count, 5) }, grant, 'search');
    for (let pages = 0; ; pages += 1) {
      const page = await opened.store.search({ ...plan, total: true }, grant);
      if (page.next === undefined || pages === 2) return page.total ?? 0;
      plan = { ...plan, cursor: page.next };
    }
  }

  describe.each(CALLERS)('%s (%s)', (organization, role) => {
    const grant = grantOf(organization, role);

    test.each(searches)('asks the shards it must for $name', async ({ query }) => {
      const asked = await during(() => searchAs(grant, query));
      expect(asked.filter(one => one.collection === 'resource').length).toBeGreaterThan(0);
      expect(faults(asked)).toEqual([]);
    });

    test('reads by id with the whole key', async () => {
      for (const type of ['Patient', 'Observation', 'Practitioner']) {
        const { id } = named(type);
        const asked = await during(() => opened.store.read(type, id, grant));
        expect(faults(asked)).toEqual([]);
        const found = asked.filter(one => one.collection === 'resource');
        expect(found.map(one => Object.keys(one.filter))).toEqual([['partition', 'who', '_id']]);
      }
    });

    test('reads versions and histories of a resource, of a type and of all', async () => {
      const { type, id } = named('Goal');
      await write([{ kind: 'update', ...named('Goal') }]);
      const asked = await during(async () => {
        await opened.store.vread(type, id, 1, grant);
        for (const query of [{ type, id }, { type }, {}])
          for (const total of [false, true]) await opened.store.history({ ...query, limit: 3, total }, grant);
      });
      expect(asked.filter(one => one.collection === 'history').length).toBeGreaterThan(2);
      expect(faults(asked)).toEqual([]);
    });
  });

  test('of one person asks the shards of the programs that it may be asked of', async () => {
    for (const [organization, role] of [...CALLERS, ['prog', 'patient'] as const]) {
      const grant = grantOf(organization, role, 'patient/*.cruds', named('Patient').id);
      const asked = await during(async () => {
        for (const { query } of searches) await searchAs(grant, query);
        await opened.store.history({ type: 'Goal', limit: 3, total: true }, grant);
      });
      expect(faults(asked)).toEqual([]);
    }
  });

  test('writes with the whole key, and never changes it', async () => {
    const asked = await during(async () => {
      const made = { type: 'Basic', id: 'basic-1' };
      await write([{ kind: 'create', ...made, body: bodyOf(made, {}) }]);
      // Now it names somebody, and is kept elsewhere.
      const subject = { reference: `Patient/${named('Patient').id}` };
      await write([{ kind: 'update', ...made, body: bodyOf(made, { subject }) }]);
      await write([{ kind: 'delete', ...made }]);
      await write([{ kind: 'update', ...named('Goal') }]);
      const claims = [{ key: 'prog|goal|g1|goal', type: 'Goal', id: named('Goal').id }];
      const marks = [{ key: 'prog|goal|g1', digest: 'd', parts: [claims[0]!.key], seen: undefined }];
      await opened.store.transact({ ops: [], lookups: [], claims, marks }, own, draft());
    });
    expect(asked.map(one => one.kind)).toEqual(expect.arrayContaining(['insert', 'update', 'delete']));
    expect(faults(asked)).toEqual([]);
  });

  /** Each with the reason. */
  const everywhere: readonly [string, () => Promise<unknown>][] = [
    ['who follows the store follows all of it', () => opened.store.outbox(0, 10)],
    [
      'which keys name a resource is asked by imports alone, for some resources at a time',
      () => opened.registry.claimsOf([`Goal/${named('Goal').id}`]),
    ],
    [
      'a caller without any bound, whom access/decide never makes',
      () => {
        const grant = grantFor('anybody', { narrow: () => ({ kind: 'all' }) });
        return opened.store.history({ type: 'Goal', limit: 3, total: false }, grant);
      },
    ],
  ];
  test.each(everywhere)('asks every shard where it must: %s', async (_reason, work) => {
    expect(faults(await during(work))).not.toEqual([]);
  });

  test('is asked for what is there: most searches of the program find something', async () => {
    const found = [];
    for (const { name, query } of searches) if ((await searchAs(own, query)) > 0) found.push(name);
    expect(found.length).toBeGreaterThan(searches.length / 2);
  });
});

const bodyOf = ({ type, id }: { type: string; id: string }, more: object): string =>
  JSON.stringify({ resourceType: type, id, meta: {}, ...more });

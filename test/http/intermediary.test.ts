// Through an intermediary (42 CFR 2.24, 2.31(a)(4)(ii)): who takes part in it and treats the person gets the record, and
// the intermediary, the program and the person can list to whom it went so.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { extensionUrl } from '../../src/fhir/canonical.ts';
import type { JsonObject } from '../../src/fhir/types.ts';
import { plainOf } from '../support/parameters.ts';
import { openPart2World, type Part2World, permit, treats } from '../support/part2-world.ts';
import type { Caller } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

const reference = (id: string): JsonObject => ({ reference: `Organization/${id}` });
const takesPart = (id: string, member: string, more: JsonObject = {}) => ({
  resourceType: 'OrganizationAffiliation',
  id,
  active: true,
  organization: reference('exchange'),
  participatingOrganization: reference(member),
  ...more,
});

/** A consent to the exchange, for those of its participants who treat. */
function through(id: string, person: string) {
  const consent = permit(id, person, 'exchange');
  const [actor] = consent.provision.actor as JsonObject[];
  const extension = [{ url: extensionUrl('part2-intermediary'), valueBoolean: true }];
  return { ...consent, provision: { ...consent.provision, actor: [{ extension, ...actor }] } };
}

onEveryStore(store => {
  let world: Part2World;
  let exchange: Caller;
  let portal: Caller;
  beforeAll(async () => {
    world = await openPart2World(store);
    const { put } = world;
    exchange = await world.client('exchange-client', { organization: 'exchange' });
    portal = await world.client('portal', { organization: 'program', role: 'patient', patient: 'far' });
    for (const person of ['far', 'near', 'direct']) await world.person(person);
    await put(takesPart('lakeside-takes-part', 'ehr'));
    await put(through('far-1', 'far'));
    await put(through('near-1', 'near'));
    await put(permit('near-2', 'near', 'ehr'));
    await put(permit('direct-1', 'direct', 'ehr'));
    for (const person of ['far', 'near', 'direct']) await put(treats('ehr', person));
  });
  afterAll(() => world?.server.close());

  const listed = async (by: Caller, person: string, query = '') => {
    const { body } = await by.get(`/fhir/Patient/${person}/$disclosures${query}`).expect(200);
    const { disclosure = [] } = plainOf(body.parameter);
    return (disclosure as Record<string, unknown[]>[]).map(one => [
      one.recipient![0],
      (one.what as Record<string, unknown[]>[])
        .map(({ type, count }) => `${count![0]} ${type![0]}`)
        .join(', '),
    ]);
  };

  describe('through an intermediary', () => {
    test('the record goes to who takes part and treats, and is listed for all who may know', async () => {
      const { ehr, program, neighbour } = world;
      expect(await listed(exchange, 'far')).toEqual([]);
      await ehr.get('/fhir/Observation?subject=Patient/far').expect(200);
      await ehr.get('/fhir/Observation/far-o').expect(200);
      await neighbour.get('/fhir/Patient/far').expect(404);
      const expected = [['Organization/ehr', '2 Observation']];
      for (const by of [exchange, program, portal]) expect(await listed(by, 'far')).toEqual(expected);
      expect(await listed(program, 'far', '?intermediary=Organization/exchange')).toEqual(expected);
      expect(await listed(program, 'far', '?intermediary=Organization/another')).toEqual([]);
      // The accounting counts each request once.
      expect(await world.accounted('far')).toEqual(['Organization/ehr TREAT']);
    });

    test('also of a transaction', async () => {
      const entry = [{ request: { method: 'GET', url: 'Patient/far' } }];
      await world.ehr.post('/fhir').send({ resourceType: 'Bundle', type: 'transaction', entry }).expect(200);
      expect(await listed(exchange, 'far')).toEqual([['Organization/ehr', '2 Observation, 1 Patient']]);
    });

    test('what the recipient writes itself goes to nobody', async () => {
      const before = await listed(exchange, 'far');
      const goal = { resourceType: 'Goal', lifecycleStatus: 'active', description: { text: 'Sleep' } };
      const subject = { reference: 'Patient/far' };
      await world.ehr
        .post('/fhir/Goal')
        .send({ ...goal, subject })
        .expect(201);
      expect(await listed(exchange, 'far')).toEqual(before);
    });

    test('what goes by a consent that names the recipient is none of its business', async () => {
      await world.ehr.get('/fhir/Patient/direct').expect(200);
      expect(await listed(exchange, 'direct')).toEqual([]);
      expect(await listed(exchange, 'nobody')).toEqual([]);
    });

    test('the other consent may be the later one', async () => {
      await world.put({ ...permit('near-2', 'near', 'ehr'), dateTime: '2026-08-31' });
      await world.ehr.get('/fhir/Patient/near').expect(200);
      expect(await listed(exchange, 'near')).toEqual([]);
    });

    test('who does not treat, or has left it, gets nothing from then on', async () => {
      const { ehr, put } = world;
      await put({ ...treats('ehr', 'far'), status: 'inactive' });
      await ehr.get('/fhir/Patient/far').expect(404);
      await put(treats('ehr', 'far'));
      await ehr.get('/fhir/Patient/far').expect(200);
      await put(takesPart('lakeside-takes-part', 'ehr', { active: false }));
      await ehr.get('/fhir/Patient/far').expect(404);
      await put(takesPart('lakeside-takes-part', 'ehr'));
    });

    test('nobody else is told, and the intermediary nothing of others', async () => {
      const payer = await world.client('asks', { organization: 'insurer', role: 'payer' });
      await payer.get('/fhir/Patient/far/$disclosures').expect(403);
      await exchange.get('/fhir/Patient/far/$disclosures?intermediary=Organization/other').expect(403);
      expect((await exchange.get('/fhir/AuditEvent').expect(200)).body.entry ?? []).not.toContainEqual(
        expect.objectContaining({
          resource: expect.objectContaining({ action: 'R', type: { code: '110106' } }),
        }),
      );
      await world.neighbour.get('/fhir/Patient/far/$disclosures').expect(404);
      await exchange.get('/fhir/Patient/far/$disclosures?intermediary=no/id').expect(400);
    });
  });
});

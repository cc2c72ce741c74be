// The same rules over time: Consents come, go and change between two requests, and periods begin and end.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AnyResource } from '../../src/fhir/types.ts';
import { ASKERS } from '../support/access-callers.ts';
import { differences, idsOf, readCells } from '../support/access-cells.ts';
import { consent, NOW, observation, terms, toEhr, toPayer } from '../support/access-records.ts';
import { STORY } from '../support/access-story.ts';
import { factOf, noteWrite, openWorld, type World } from '../support/access-world.ts';
import { onEveryStore } from '../support/stores.ts';

onEveryStore(store => {
  describe('over time', () => {
    let world: World;
    beforeAll(async () => {
      world = await openWorld(STORY, store);
    }, 60_000);
    afterAll(() => world.close());
    const READERS = ['the EHR', 'the payer', 'another program', 'the EHR as a payer'];

    /** Everybody sees of these resources what the rules say now. */
    async function expectRules(names: readonly string[]): Promise<void> {
      const facts = names.map(name => factOf(world.facts, name));
      const cells = READERS.flatMap(reader =>
        facts.flatMap(fact => readCells(world, ASKERS[reader]!, fact, true)),
      );
      expect(await differences(world, cells)).toEqual([]);
    }
    async function programPuts(resource: AnyResource): Promise<void> {
      const name = `${resource.resourceType}/${String(resource.id)}`;
      const asker = ASKERS['the owner']!;
      const { status } = await world.ask(asker, { method: 'PUT', path: name, body: resource });
      expect([200, 201]).toContain(status);
      noteWrite(world.facts, asker, name, resource);
    }
    const readAs = async (reader: string, path: string) =>
      (await world.ask(ASKERS[reader]!, { path })).status;

    test('a Consent that is revoked denies the next request, and one that permits again shows all', async () => {
      const names = [
        'Patient/to-both',
        'Observation/to-both-obs',
        'Goal/to-both-goal',
        'Observation/there-and-back',
      ];
      const id = 'to-both-consent-0';
      const told = [];
      for (const status of ['inactive', 'active', 'entered-in-error', 'active']) {
        await programPuts(consent(id, 'to-both', { ...terms(toEhr), status }));
        await expectRules([...names, `Consent/${id}`, 'Communication/both-permit']);
        told.push(await readAs('the EHR', 'Observation/to-both-obs'));
      }
      expect(told).toEqual([404, 200, 404, 200]);
    });

    test('a Consent that is deleted denies, and written again permits', async () => {
      const path = 'Consent/to-ehr-consent-0';
      const answer = await world.ask(ASKERS['the owner']!, { method: 'DELETE', path });
      expect(answer.status).toBe(204);
      noteWrite(world.facts, ASKERS['the owner']!, path);
      await expectRules([
        'Patient/to-ehr',
        'Observation/to-ehr-obs',
        'Group/ehr-group',
        'Observation/ehr-obs',
      ]);
      expect(await readAs('the EHR', 'Observation/to-ehr-obs')).toBe(404);
      await programPuts(consent('to-ehr-consent-0', 'to-ehr', terms(toEhr)));
      await expectRules([
        'Patient/to-ehr',
        'Observation/to-ehr-obs',
        'Group/ehr-group',
        'Observation/ehr-obs',
      ]);
      expect(await readAs('the EHR', 'Observation/to-ehr-obs')).toBe(200);
    });

    test('a deny hides from the next request what another Consent permits, until it is withdrawn', async () => {
      const denial = (status: string) =>
        consent('denial', 'verified', { ...terms({ type: 'deny' }), status });
      const told = [await readAs('the EHR', 'Patient/verified')];
      for (const status of ['active', 'inactive']) {
        await programPuts(denial(status));
        await expectRules([
          'Patient/verified',
          'Observation/verified-obs',
          'Consent/verified-consent-0',
          'Consent/denial',
        ]);
        told.push(await readAs('the EHR', 'Patient/verified'));
      }
      expect(told).toEqual([200, 404, 200]);
    });

    test('a Consent moved to another person takes its permit along', async () => {
      const told = async () => [
        await readAs('the EHR', 'Patient/nested'),
        await readAs('the EHR', 'Patient/none'),
      ];
      expect(await told()).toEqual([200, 404]);
      await programPuts(consent('nested-consent-0', 'none', terms(toEhr)));
      expect(await told()).toEqual([404, 200]);
      await expectRules(['Patient/nested', 'Patient/none', 'Observation/none-obs', 'Observation/re-pointed']);
      await programPuts(consent('nested-consent-0', 'nested', terms(toEhr)));
      expect(await told()).toEqual([200, 404]);
    });

    test('a permit for one Organization given to another is gone for the first', async () => {
      await programPuts(consent('to-ehr-consent-0', 'to-ehr', terms(toPayer)));
      await expectRules([
        'Patient/to-ehr',
        'Observation/to-ehr-obs',
        'Observation/ehr-obs',
        'Consent/to-ehr-consent-0',
      ]);
      expect(await readAs('the payer', 'Patient/to-ehr')).toBe(200);
      expect(await readAs('the EHR', 'Patient/to-ehr')).toBe(404);
    });

    test('what names another person from now on is seen by that person’s Consents', async () => {
      for (const person of ['none', 'to-payer', 'verified']) {
        await programPuts(observation('verified-obs', person));
        await expectRules(['Observation/verified-obs']);
      }
      expect(await readAs('the EHR', 'Observation/verified-obs')).toBe(200);
    });

    test('a page link and a version tag open nothing that was revoked since', async () => {
      const path = 'Observation?patient=verified,to-both&_count=1&_total=accurate';
      const first = await world.ask(ASKERS['the EHR']!, { path });
      const next = (first.body.link as { relation: string; url: string }[]).find(
        link => link.relation === 'next',
      )!.url;
      const page = next.slice(next.indexOf('?'));
      expect(idsOf(await world.ask(ASKERS['the EHR']!, { path: page }))).toMatch(/^Observation\//);
      const revoked = (person: string) =>
        consent(`${person}-consent-0`, person, { ...terms(toEhr), status: 'inactive' });
      for (const person of ['verified', 'to-both']) await programPuts(revoked(person));
      expect(idsOf(await world.ask(ASKERS['the EHR']!, { path: page }))).toBe('');
      const tagged = { path: 'Observation/to-both-obs', headers: { 'if-none-match': 'W/"1"' } };
      expect((await world.ask(ASKERS['the EHR']!, tagged)).status).toBe(404);
    });

    test('periods begin and end as time goes by, without any write', async () => {
      const persons = [
        'expired',
        'last-day',
        'over-a-second-ago',
        'last-second',
        'not-yet',
        'in-a-second',
        'from-now-on',
      ];
      const names = persons.flatMap(person => [`Patient/${person}`, `Observation/${person}-obs`]);
      const told: string[] = [];
      for (const passed of [0, 999, 1000, 11.99 * 3_600_000, 12 * 3_600_000, 48 * 3_600_000]) {
        world.setNow(NOW + passed);
        await expectRules(names);
        const seen = [];
        for (const person of persons)
          if ((await readAs('the EHR', `Patient/${person}`)) === 200) seen.push(person);
        told.push(seen.join(' '));
      }
      expect(told).toEqual([
        'last-day last-second from-now-on',
        'last-day last-second from-now-on',
        'last-day in-a-second from-now-on',
        'last-day in-a-second from-now-on',
        'not-yet in-a-second from-now-on',
        'not-yet in-a-second from-now-on',
      ]);
    });
  });
});

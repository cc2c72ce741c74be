// Writing by consent where the write depends on what is there: chosen ids, conditional interactions
// and Consents that others wrote.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AnyResource } from '../../src/fhir/types.ts';
import { callersIn, EHR, idOf, NEIGHBOUR, PAYER, PROGRAM, putting } from '../support/access-callers.ts';
import { consent, goal, observation, patient, terms, toEhr, toPayer } from '../support/access-records.ts';
import { openWorld, type World } from '../support/access-world.ts';
import { onEveryStore } from '../support/stores.ts';
import type { Asker } from './naive.ts';

let world: World;
onEveryStore(store => {
  beforeAll(async () => {
    world = await openWorld([], store);
  });
  afterAll(() => world.close());
  const { get, statusFor, put, post, remove, bundle, keep, create, person, revoke } = callersIn(() => world);

  let made = 0;
  const keyed = (about: string, key: string): AnyResource => ({
    ...observation('x', about),
    identifier: [{ system: 'http://example.org/key', value: key }],
  });
  const newKey = (): string => {
    made += 1;
    return `key-${made}`;
  };
  const ifNone = (key: string) => ({ 'if-none-exist': `identifier=http://example.org/key|${key}` });

  describe('an id that the caller chooses', () => {
    test('in its own id space it creates, and the resource joins the record', async () => {
      const id = await person(terms(toEhr));
      expect((await put(EHR, goal('ehr-chosen', id))).status).toBe(201);
      expect(await statusFor(PROGRAM, 'Goal/ehr-chosen')).toBe(200);
      expect((await put(EHR, goal('ehr-chosen', id))).status).toBe(200);
    });

    test('elsewhere it is not found, for known and unknown ids alike, with the same words', async () => {
      const [hidden, id] = [await person(), await person(terms(toEhr))];
      await keep(PROGRAM, goal(`hidden-${hidden}`, hidden));
      const answers = new Set<string>();
      for (const name of [`hidden-${hidden}`, 'unknown', 'payer-1', 'neighbour-1'])
        for (const headers of [{}, { 'if-match': 'W/"1"' }]) {
          const asked = { method: 'PUT', path: `Goal/${name}`, body: goal(name, id), headers } as const;
          const { status, text } = await world.ask(EHR, asked);
          answers.add(`${status} ${text}`);
        }
      expect([...answers]).toEqual([expect.stringMatching(/^404 /)]);
      expect((await get(PROGRAM, `Goal/hidden-${hidden}/_history`)).body.total).toBe(1);
      expect(await statusFor(PROGRAM, 'Goal/unknown')).toBe(404);
    });

    test("the program's id space ends where another's begins", async () => {
      expect((await put(PROGRAM, patient('ehr-from-the-program'))).status).toBe(404);
      expect((await put(NEIGHBOUR, patient('not-the-neighbours'))).status).toBe(404);
      expect((await put(PROGRAM, patient('anything-else'))).status).toBe(201);
    });
  });

  describe('a condition never matches what is hidden', () => {
    test('a conditional create makes its own beside it, and matches where it may see', async () => {
      const [hidden, open, key] = [await person(), await person(terms(toEhr)), newKey()];
      await create(PROGRAM, keyed(hidden, key));
      const beside = await post(EHR, keyed(hidden, key), ifNone(key));
      expect(beside.status).toBe(201);
      const again = await post(EHR, keyed(hidden, key), ifNone(key));
      expect([again.status, again.body.id]).toEqual([200, beside.body.id]);
      const seen = newKey();
      const known = await create(PROGRAM, keyed(open, seen));
      const matched = await post(EHR, keyed(open, seen), ifNone(seen));
      expect([matched.status, matched.body.id]).toEqual([200, idOf(known)]);
    });

    test('one visible and one hidden match are one match', async () => {
      const [hidden, open, key] = [await person(), await person(terms(toEhr)), newKey()];
      await create(PROGRAM, keyed(hidden, key));
      const seen = await create(PROGRAM, keyed(open, key));
      const answer = await post(EHR, keyed(open, key), ifNone(key));
      expect([answer.status, answer.body.id]).toEqual([200, idOf(seen)]);
      expect((await post(PROGRAM, keyed(open, key), ifNone(key))).status).toBe(412);
    });

    test('a conditional update changes nothing hidden: it creates its own', async () => {
      const [hidden, key] = [await person(), newKey()];
      const theirs = await create(PROGRAM, keyed(hidden, key));
      const path = `Observation?identifier=http://example.org/key|${key}`;
      const { id: _, ...body } = keyed(hidden, key);
      const answer = await world.ask(EHR, { method: 'PUT', path, body });
      expect(answer.status).toBe(201);
      expect((await get(PROGRAM, `${theirs}/_history`)).body.total).toBe(1);
      expect(await statusFor(PROGRAM, `Observation/${answer.body.id as string}`)).toBe(404);
    });

    test('with a revoked Consent what matched before matches no more', async () => {
      const [id, key] = [await person(terms(toEhr)), newKey()];
      await create(PROGRAM, keyed(id, key));
      expect((await post(EHR, keyed(id, key), ifNone(key))).status).toBe(200);
      await revoke(id);
      const answer = await post(EHR, keyed(id, key), ifNone(key));
      expect(answer.status).toBe(201);
      expect(await statusFor(PROGRAM, `Observation/${answer.body.id as string}`)).toBe(404);
    });
  });

  describe('whose Consent counts', () => {
    const payerSees = (id: string) => statusFor(PAYER, `Patient/${id}`);

    test("the program's own, from the next request on", async () => {
      const id = await person(terms(toEhr));
      expect(await payerSees(id)).toBe(404);
      await create(PROGRAM, consent('x', id, terms(toPayer)));
      expect(await payerSees(id)).toBe(200);
    });

    test.each<[string, Asker]>([
      ['an EHR that the person permits', EHR],
      ['another program', NEIGHBOUR],
      ['the payer itself', PAYER],
    ])('never one that %s wrote, also after it wrote it again', async (_who, writer) => {
      const id = await person(terms(toEhr));
      const name = await create(writer, consent('x', id, terms(toPayer)));
      await keep(writer, consent(idOf(name), id, { ...terms(toPayer), language: 'en' }));
      expect(await payerSees(id)).toBe(404);
      expect(await statusFor(writer, name)).toBe(200);
    });

    test('nor does a denial that an EHR wrote take anything from anybody', async () => {
      const id = await person(terms(toEhr), terms(toPayer));
      await create(EHR, consent('x', id, terms({ type: 'deny' })));
      expect([await payerSees(id), await statusFor(EHR, `Patient/${id}`)]).toEqual([200, 200]);
    });

    test('one that an EHR wrote counts once the program has written it over, and is then out of its hands', async () => {
      const id = await person(terms(toEhr));
      const name = await create(EHR, consent('x', id, terms(toPayer)));
      await keep(PROGRAM, consent(idOf(name), id, terms(toPayer)));
      expect(await payerSees(id)).toBe(200);
      expect((await put(EHR, consent(idOf(name), id, terms(toPayer)))).status).toBe(404);
      expect((await remove(EHR, name)).status).toBe(404);
      expect(await payerSees(id)).toBe(200);
    });

    test('an EHR can neither widen nor end a Consent of the program', async () => {
      const id = await person(terms(toEhr));
      const widened = consent(`${id}-0`, id, terms(toPayer));
      expect((await put(EHR, widened)).status).toBe(403);
      expect((await remove(EHR, `Consent/${id}-0`)).status).toBe(403);
      expect((await bundle(EHR, 'transaction', putting(widened))).status).toBe(403);
      const conditional = { method: 'PUT', path: `Consent?_id=${id}-0`, body: widened } as const;
      expect((await world.ask(EHR, conditional)).status).toBe(403);
      expect([await payerSees(id), await statusFor(EHR, `Patient/${id}`)]).toEqual([404, 200]);
    });

    test("a Consent cannot be slipped in as the EHR's own and then opened to the program", async () => {
      const hidden = await person();
      const name = await create(EHR, consent('x', hidden, terms(toEhr)));
      await create(EHR, patient('x'));
      expect(await statusFor(EHR, `Patient/${hidden}`)).toBe(404);
      expect(await statusFor(PROGRAM, name)).toBe(404);
    });
  });
});

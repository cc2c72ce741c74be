// Writing by consent, many writes at once: transactions and batches that mix what may be with what may not.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/fhir/types.ts';
import { asking, callersIn, EHR, PROGRAM, posting, putting } from '../support/access-callers.ts';
import { consent, goal, observation, patient, terms, toEhr } from '../support/access-records.ts';
import { type Answer, openWorld, type World } from '../support/access-world.ts';
import { onEveryStore } from '../support/stores.ts';

let world: World;
onEveryStore(store => {
  beforeAll(async () => {
    world = await openWorld([], store);
  });
  afterAll(() => world.close());
  const { get, statusFor, read, bundle, keep, person, countAll } = callersIn(() => world);

  describe('many writes at once', () => {
    const statuses = (answer: Answer) =>
      (answer.body.entry as { response: { status: string } }[]).map(({ response }) =>
        Number(response.status.slice(0, 3)),
      );
    const namesOf = (answer: Answer) =>
      (answer.body.entry as { response: { location?: string } }[]).map(
        ({ response }) => /fhir\/(\w+\/[\w.-]+)\/_history/.exec(response.location ?? '')?.[1] ?? '',
      );
    const urn = 'urn:uuid:8f0c9c7e-1f7c-4d0e-9d53-0d5a1f2f5a01';

    test('each entry of a transaction becomes whose it would be alone', async () => {
      const [open, hidden] = [await person(terms(toEhr)), await person()];
      const answer = await bundle(
        EHR,
        'transaction',
        posting(observation('x', open)),
        posting(observation('x', hidden)),
        posting(observation('x', 'nobody')),
        { fullUrl: urn, ...posting(patient('x')) },
        posting({ ...observation('x', ''), subject: { reference: urn } }),
      );
      expect(statuses(answer)).toEqual([201, 201, 201, 201, 201]);
      const told = [];
      for (const name of namesOf(answer))
        told.push([await statusFor(PROGRAM, name), await statusFor(EHR, name)]);
      expect(told).toEqual([[200, 200], ...Array.from({ length: 4 }, () => [404, 200])]);
    });

    test('one entry that is refused leaves nothing of the others', async () => {
      const [open, hidden] = [await person(terms(toEhr)), await person()];
      await keep(PROGRAM, observation(`of-${open}`, open));
      await keep(PROGRAM, goal(`of-${hidden}`, hidden));
      const before = [await countAll('Observation'), await countAll('Goal')];
      const refused: [JsonObject, number][] = [
        [putting(observation(`of-${open}`, open)), 403],
        [asking('DELETE', `Observation/of-${open}`), 403],
        [putting(goal(`of-${hidden}`, open)), 404],
        [asking('DELETE', `Goal/of-${hidden}`), 404],
        [asking('DELETE', 'Goal/unknown'), 404],
        [putting(goal('unknown', open)), 404],
      ];
      for (const [entry, status] of refused) {
        const answer = await bundle(EHR, 'transaction', posting(observation('x', open)), entry);
        expect(answer.status).toBe(status);
      }
      expect([await countAll('Observation'), await countAll('Goal')]).toEqual(before);
    });

    test('in a batch each entry is answered alone', async () => {
      const [open, hidden] = [await person(terms(toEhr)), await person()];
      await keep(PROGRAM, observation(`of-${open}`, open));
      await keep(PROGRAM, goal(`of-${hidden}`, hidden));
      const answer = await bundle(
        EHR,
        'batch',
        posting(goal('x', open)),
        putting(observation(`of-${open}`, open)),
        putting(goal(`of-${hidden}`, open)),
        asking('DELETE', `Goal/of-${hidden}`),
        asking('GET', `Patient/${open}`),
        asking('GET', `Patient/${hidden}`),
        asking('GET', `Goal?patient=${hidden},${open}`),
      );
      expect(statuses(answer)).toEqual([201, 403, 404, 404, 200, 404, 200]);
    });

    test('a conditional reference finds only a person who permits', async () => {
      const [open, hidden] = [await person(terms(toEhr)), await person()];
      const before = await countAll('Observation');
      for (const [about, status] of [
        [hidden, 400],
        ['nobody', 400],
        [open, 200],
      ] as const) {
        const pointing = { ...observation('x', ''), subject: { reference: `Patient?_id=${about}` } };
        const answer = await bundle(EHR, 'transaction', posting(observation('x', open)), posting(pointing));
        expect(answer.status).toBe(status);
        if (status === 400) expect(await countAll('Observation')).toEqual(before);
        else for (const name of namesOf(answer)) expect(await statusFor(PROGRAM, name)).toBe(200);
      }
    });

    test("an EHR's Consent opens nothing to the rest of its transaction", async () => {
      const hidden = await person();
      await keep(PROGRAM, goal(`of-${hidden}`, hidden));
      const consenting = posting(consent('x', hidden, terms(toEhr)));
      const answer = await bundle(EHR, 'transaction', consenting, posting(goal('x', hidden)));
      expect(answer.status).toBe(200);
      for (const name of namesOf(answer)) expect(await statusFor(PROGRAM, name)).toBe(404);
      const reading = await bundle(
        EHR,
        'transaction',
        consenting,
        asking('GET', `Patient?_id=${hidden}&_revinclude=Goal:subject`),
      );
      expect(reading.text).not.toContain(`of-${hidden}`);
    });

    test("a program's transaction that revokes and writes is seen whole or not at all", async () => {
      const id = await person(terms(toEhr));
      const answer = await bundle(
        PROGRAM,
        'transaction',
        posting(observation('x', id)),
        putting(consent(`${id}-0`, id, { ...terms(toEhr), status: 'inactive' })),
      );
      expect(statuses(answer)).toEqual([201, 200]);
      expect(await statusFor(EHR, namesOf(answer)[0]!)).toBe(404);
      expect((await read(PROGRAM, namesOf(answer)[0]!)).status).toBe('final');
    });

    test('what an EHR moves with a write of its own is checked after all of it', async () => {
      const [open, hidden] = [await person(terms(toEhr)), await person()];
      await keep(PROGRAM, goal(`of-${open}`, open));
      const pointing = { ...goal(`of-${open}`, ''), subject: { reference: `Patient?_id=${hidden}` } };
      expect((await bundle(EHR, 'transaction', putting(pointing))).status).toBe(400);
      const own = { ...goal(`of-${open}`, ''), subject: { reference: urn } };
      const created = { fullUrl: urn, ...posting(patient('x')) };
      expect((await bundle(EHR, 'transaction', created, putting(own))).status).toBe(403);
      expect((await get(PROGRAM, `Goal/of-${open}/_history`)).body.total).toBe(1);
    });
  });
});

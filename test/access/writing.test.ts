// Writing by consent: what an outside Organization may put into a program's record, whose it becomes, and
// what it can do with it once consent is taken back.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import { callersIn, EHR, idOf, NEIGHBOUR, PAYER, PROGRAM } from '../support/access-callers.ts';
import {
  appointment,
  communication,
  consent,
  goal,
  group,
  observation,
  patient,
  terms,
  toEhr,
  toNeighbour,
  toPayer,
} from '../support/access-records.ts';
import { openWorld, type World } from '../support/access-world.ts';
import { onEveryStore } from '../support/stores.ts';
import type { Asker } from './naive.ts';

let world: World;
onEveryStore(store => {
  beforeAll(async () => {
    world = await openWorld([], store);
  });
  afterAll(() => world.close());
  const { get, statusFor, read, put, post, remove, keep, create, person, revoke } = callersIn(() => world);

  const MAKERS: Readonly<Record<string, (id: string, person: string) => AnyResource>> = {
    Observation: observation,
    Goal: goal,
    Appointment: appointment,
  };
  const TYPES = Object.keys(MAKERS);
  const OUTSIDE: [string, Asker, JsonObject][] = [
    ['an EHR', EHR, toEhr],
    ['a payer', PAYER, toPayer],
    ['another program', NEIGHBOUR, toNeighbour],
  ];

  describe.each(OUTSIDE)('what %s creates about a person who permits it', (_name, asker, permit) => {
    test.each(TYPES)('%s joins the record of the program', async type => {
      const id = await person(terms(permit));
      const name = await create(asker, MAKERS[type]!('x', id));
      expect(await statusFor(PROGRAM, name)).toBe(200);
      expect(await statusFor(asker, name)).toBe(200);
      expect((await get(PROGRAM, `${type}?patient=${id}&_summary=count`)).body.total).toBe(1);
      expect(await statusFor(asker.organization === 'payer' ? EHR : PAYER, name)).toBe(404);
      await keep(PROGRAM, { ...(await read(PROGRAM, name)), language: 'en' });
      expect((await remove(PROGRAM, name)).status).toBe(204);
    });

    test.each(TYPES)('%s stays in its sight after revocation until the program edits it', async type => {
      const id = await person(terms(permit));
      const name = await create(asker, MAKERS[type]!('x', id));
      await revoke(id, permit);
      expect(await statusFor(asker, `Patient/${id}`)).toBe(404);
      expect(await statusFor(asker, name)).toBe(200);
      await keep(asker, { ...(await read(asker, name)), language: 'en' });
      await keep(PROGRAM, { ...(await read(PROGRAM, name)), language: 'es' });
      expect(await statusFor(asker, name)).toBe(404);
      expect((await get(asker, `${type}?_id=${idOf(name)}`)).body.total).toBe(0);
      const past = [];
      for (const version of [1, 2, 3]) past.push(await statusFor(asker, `${name}/_history/${version}`));
      expect(past).toEqual([200, 200, 404]);
      expect((await put(asker, MAKERS[type]!(idOf(name), id))).status).toBe(404);
      expect((await remove(asker, name)).status).toBe(404);
    });

    test.each(TYPES)('%s is its own to delete until the program edits it', async type => {
      const id = await person(terms(permit));
      const [mine, edited] = [
        await create(asker, MAKERS[type]!('x', id)),
        await create(asker, MAKERS[type]!('x', id)),
      ];
      await keep(PROGRAM, { ...(await read(PROGRAM, edited)), language: 'es' });
      expect((await remove(asker, mine)).status).toBe(204);
      expect([await statusFor(asker, mine), await statusFor(PROGRAM, mine)]).toEqual([410, 410]);
      expect((await remove(asker, edited)).status).toBe(403);
      expect(await statusFor(PROGRAM, edited)).toBe(200);
    });
  });

  describe('where it came from', () => {
    test.each([
      ['Organization/ehr', EHR, toEhr],
      ['Organization/payer', PAYER, toPayer],
      ['Organization/neighbour', NEIGHBOUR, toNeighbour],
    ] as const)('meta.source says %s, whatever the body claims', async (source, asker, permit) => {
      const id = await person(terms(permit));
      const claimed = { ...observation('x', id), meta: { source: 'Organization/iop' } };
      const name = await create(asker, claimed);
      expect((await read(PROGRAM, name)).meta).toMatchObject({ source });
    });
  });

  describe.each(OUTSIDE)('who wrote it, where %s did', (_name, asker, permit) => {
    const witnesses = async (reader: Asker, name: string) => {
      const { body } = await get(reader, `Provenance?target=${name}`);
      const found = (body.entry ?? []) as { resource: { agent: { who: { reference: string } }[] } }[];
      return found.map(({ resource }) => resource.agent.map(({ who }) => who.reference).join());
    };
    test('is told to the program by a Provenance for each such version, and to nobody else', async () => {
      const id = await person(terms(permit));
      const name = await create(asker, goal('x', id));
      await keep(PROGRAM, { ...(await read(PROGRAM, name)), language: 'en' });
      const again = await put(asker, { ...(await read(asker, name)), language: 'es' });
      // A payer gets but a part of what somebody else wrote.
      const times = asker === PAYER ? 1 : 2;
      expect(again.status).toBe(asker === PAYER ? 403 : 200);
      const organization = `Organization/${asker.organization}`;
      expect(await witnesses(PROGRAM, name)).toEqual(Array(times).fill(organization));
      expect(await witnesses(asker, name)).toEqual([]);
      const [told] = (await get(PROGRAM, `Provenance?target=${name}`)).body.entry as {
        resource: AnyResource;
      }[];
      const witness = told!.resource;
      expect((await put(asker, witness)).status).toBe(404);
      expect((await remove(asker, `Provenance/${witness.id as string}`)).status).toBe(404);
    });

    test('is nowhere told of what stays its own', async () => {
      const name = await create(asker, goal('x', await person()));
      expect([await witnesses(PROGRAM, name), await witnesses(asker, name)]).toEqual([[], []]);
    });
  });

  describe("what is the program's already", () => {
    test.each<[string, (id: string, person: string) => AnyResource, number]>([
      ['an Appointment', appointment, 200],
      ['a Goal', goal, 200],
      ['an Observation', observation, 403],
      ['a Communication', communication, 403],
    ])(
      '%s is updated by a permitted EHR as the rules say, and never deleted',
      async (_what, make, status) => {
        const id = await person(terms(toEhr));
        const resource = make(`of-${id}`, id);
        await keep(PROGRAM, resource);
        expect((await put(EHR, { ...resource, language: 'en' })).status).toBe(status);
        expect((await remove(EHR, `${resource.resourceType}/${resource.id as string}`)).status).toBe(403);
        await revoke(id);
        expect((await put(EHR, resource)).status).toBe(404);
        expect(await statusFor(EHR, `${resource.resourceType}/${resource.id as string}`)).toBe(404);
        expect(await statusFor(PROGRAM, `${resource.resourceType}/${resource.id as string}`)).toBe(200);
      },
    );

    test('the person and the Consent are for reading alone', async () => {
      const id = await person(terms(toEhr));
      for (const path of [`Patient/${id}`, `Consent/${id}-0`]) {
        expect((await put(EHR, await read(EHR, path))).status).toBe(403);
        expect((await remove(EHR, path)).status).toBe(403);
      }
    });

    test('an update by an EHR does not make it the source: it loses sight with the Consent', async () => {
      const id = await person(terms(toEhr));
      await keep(PROGRAM, goal(`of-${id}`, id));
      await keep(EHR, { ...goal(`of-${id}`, id), language: 'en' });
      await revoke(id);
      const told = [await statusFor(EHR, `Goal/of-${id}`), await statusFor(EHR, `Goal/of-${id}/_history/2`)];
      expect(told).toEqual([404, 404]);
    });
  });

  describe('nothing is pointed at a person who does not permit', () => {
    const elsewhere = async () => {
      await keep(EHR, patient('ehr-patient'));
      return [await person(), 'nobody', 'ehr-patient', `${await person(terms(toPayer))}`];
    };
    test.each<[string, Asker, (id: string, person: string) => AnyResource]>([
      ["the program's Appointment", PROGRAM, appointment],
      ["the program's Goal", PROGRAM, goal],
      ["the EHR's own Observation in the program's record", EHR, observation],
      ["the EHR's own Communication in the program's record", EHR, communication],
    ])('%s', async (_what, creator, make) => {
      const id = await person(terms(toEhr));
      const name = await create(creator, make('x', id));
      const answers = new Set<string>();
      for (const other of await elsewhere()) {
        const answer = await put(EHR, make(idOf(name), other));
        answers.add(`${answer.status} ${answer.text}`);
      }
      expect([...answers]).toEqual([expect.stringMatching(/^403 /)]);
      expect((await get(PROGRAM, `${name}/_history`)).body.total).toBe(1);
      const friend = await person(terms(toEhr));
      expect((await put(EHR, make(idOf(name), friend))).status).toBe(200);
    });

    test('nor is a hidden person added beside the one who permits', async () => {
      const id = await person(terms(toEhr));
      const name = await create(EHR, communication('x', id));
      for (const other of await elsewhere())
        expect((await put(EHR, communication(idOf(name), id, other))).status).toBe(403);
      const seen = new Set<string>();
      for (const other of await elsewhere()) {
        const beside = {
          subject: { reference: `Patient/${id}` },
          performer: [{ reference: `Patient/${other}` }],
        };
        const { status, text } = await post(EHR, observation('x', id, beside));
        seen.add(`${status} ${text}`);
      }
      expect([...seen]).toEqual([expect.stringMatching(/^422 /)]);
    });

    test("the program's Appointment is not taken out of its person's record", async () => {
      const id = await person(terms(toEhr));
      const name = await create(PROGRAM, appointment('x', id));
      const empty = {
        ...appointment(idOf(name), id),
        participant: [{ status: 'accepted', actor: { reference: 'Location/house' } }],
      };
      expect((await put(EHR, empty)).status).toBe(403);
    });
  });

  describe('about a person who does not permit, or is unknown', () => {
    test.each(TYPES)("%s is stored alike as the writer's own, and the program never sees it", async type => {
      const hidden = await person();
      const told = [];
      for (const about of [hidden, 'nobody']) {
        const answer = await post(EHR, MAKERS[type]!('x', about));
        const id = answer.body.id as string;
        const headers = [...answer.headers].map(([name]) => name);
        told.push(
          `${answer.status} ${headers} ${answer.text
            .replaceAll(id, 'ID')
            .replaceAll(about, 'WHO')
            .replace(/"lastUpdated":"[^"]+"/, '')}`,
        );
        const name = `${type}/${id}`;
        expect([await statusFor(EHR, name), await statusFor(PROGRAM, name)]).toEqual([200, 404]);
        expect((await get(PROGRAM, `${type}?patient=${about}&_summary=count`)).body.total).toBe(0);
        expect((await get(EHR, `${type}?patient=${about}&_summary=count`)).body.total).toBe(1);
        expect(await statusFor(PROGRAM, `${name}/_history`)).toBe(404);
        expect((await put(PROGRAM, MAKERS[type]!(id, about))).status).toBe(404);
      }
      expect(told[0]).toBe(told[1]);
    });

    test('it stays so when the person permits later; only what is written from then on joins', async () => {
      const id = await person();
      const before = await create(EHR, goal('x', id));
      await keep(PROGRAM, consent(`${id}-0`, id, terms(toEhr)));
      await keep(EHR, { ...(await read(EHR, before)), language: 'en' });
      const after = await create(EHR, goal('x', id));
      expect([await statusFor(PROGRAM, before), await statusFor(PROGRAM, after)]).toEqual([404, 200]);
    });

    test('a Group of people who all permit joins, and is never seen by Consent', async () => {
      const both = [await person(terms(toEhr), terms(toPayer)), await person(terms(toEhr), terms(toPayer))];
      const name = await create(EHR, group('x', ...both));
      expect([
        await statusFor(PROGRAM, name),
        await statusFor(EHR, name),
        await statusFor(PAYER, name),
      ]).toEqual([200, 200, 404]);
      await keep(PROGRAM, { ...(await read(PROGRAM, name)), active: true });
      expect(await statusFor(EHR, name)).toBe(404);
    });
  });
});

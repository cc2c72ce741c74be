// What a scope says beyond its type holds on every page, for every way in and for what is written.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import { asking, callersIn, EHR, idOf, PROGRAM, posting } from '../support/access-callers.ts';
import { isNotice } from '../support/access-cells.ts';
import {
  communication,
  consent,
  goal,
  observation,
  patient,
  terms,
  toEhr,
} from '../support/access-records.ts';
import { type Answer, openWorld, type World } from '../support/access-world.ts';
import { onEveryStore } from '../support/stores.ts';
import type { Asker } from './naive.ts';

const lab = (id: string, person: string, code = 'laboratory'): AnyResource =>
  observation(id, person, {
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code }] }],
    effectiveDateTime: '2026-08-02',
  });
const within = (asker: Asker, scope: string, patient?: string): Asker => ({
  ...asker,
  scope,
  ...(patient === undefined ? {} : { patient }),
});
const LAB = 'system/Observation.cruds?category=laboratory';
/** Of records: what only accompanies them is none. */
const idsIn = (answer: Answer): string[] =>
  ((answer.body.entry ?? []) as { resource: JsonObject }[])
    .filter(entry => !isNotice(entry))
    .map(({ resource }) => String(resource.id));
const nextOf = ({ body }: Answer): string | undefined =>
  (body.link as { relation: string; url: string }[]).find(one => one.relation === 'next')?.url;
const pathOf = (url: string): string => url.slice(url.indexOf('/fhir') + '/fhir'.length);

onEveryStore(store => {
  describe('scopes', () => {
    let world: World;
    const { get, put, post, statusFor, remove, bundle, keep, create } = callersIn(() => world);
    const askNext = (asker: Asker, answer: Answer) =>
      world.ask(asker, { path: pathOf(nextOf(answer)!).replace(/^\//, '') });

    beforeAll(async () => {
      world = await openWorld([], store);
      for (const person of ['p', 'q']) {
        await keep(PROGRAM, patient(person));
        await keep(PROGRAM, consent(`${person}-terms`, person, terms(toEhr)));
        for (const n of [1, 2, 3]) {
          await keep(PROGRAM, lab(`${person}-lab-${n}`, person));
          await keep(PROGRAM, lab(`${person}-vital-${n}`, person, 'vital-signs'));
          await keep(PROGRAM, goal(`${person}-goal-${n}`, person));
        }
      }
    }, 60_000);
    afterAll(() => world.close());

    test.each<[string, Asker, string, string[]]>([
      [
        'the owner',
        within(PROGRAM, LAB),
        'Observation',
        ['p-lab-1', 'p-lab-2', 'p-lab-3', 'q-lab-1', 'q-lab-2', 'q-lab-3'],
      ],
      [
        'an EHR',
        within(EHR, LAB),
        'Observation',
        ['p-lab-1', 'p-lab-2', 'p-lab-3', 'q-lab-1', 'q-lab-2', 'q-lab-3'],
      ],
      [
        'an EHR about one person',
        within(EHR, 'patient/Goal.rs', 'q'),
        'Goal',
        ['q-goal-1', 'q-goal-2', 'q-goal-3'],
      ],
      [
        'a person',
        {
          organization: 'iop',
          role: 'patient',
          scope: 'patient/Observation.rs?category=vital-signs',
          patient: 'p',
        },
        'Observation',
        ['p-vital-1', 'p-vital-2', 'p-vital-3'],
      ],
    ])('hold on every page of a search and of a history: %s', async (_name, asker, type, ids) => {
      for (const path of [`${type}?_count=2&_total=accurate`, `${type}/_history?_count=2`]) {
        const found: string[] = [];
        let answer = await get(asker, path);
        for (let pages = 1; ; pages += 1) {
          if (path.includes('_total')) expect(answer.body.total).toBe(ids.length);
          found.push(...idsIn(answer));
          if (nextOf(answer) === undefined || pages > 5) break;
          answer = await askNext(asker, answer);
        }
        expect(found.sort()).toEqual(ids);
      }
    });

    test('a page link is followed with the scopes of who follows it, and opens for no other patient', async () => {
      const all = within(PROGRAM, 'system/*.rs');
      const first = await get(all, 'Observation?_count=2&_total=accurate');
      const second = await askNext(within(PROGRAM, LAB), first);
      expect(second.body.total).toBe(6);
      for (const id of idsIn(second)) expect(id).toContain('lab');
      const own = await get(within(EHR, 'patient/*.rs', 'p'), 'Observation?_count=2');
      expect((await askNext(within(EHR, 'patient/*.rs', 'p'), own)).status).toBe(200);
      expect((await askNext(within(EHR, 'patient/*.rs', 'q'), own)).status).toBe(400);
      expect((await askNext(within(EHR, 'system/*.rs'), own)).status).toBe(400);
    });

    test('hold for what includes bring', async () => {
      const asker = within(EHR, 'system/Patient.rs?_id=p system/Observation.rs?category=laboratory');
      const found = await get(asker, 'Patient?_revinclude=Observation:subject');
      expect(idsIn(found).sort()).toEqual(['p', 'p-lab-1', 'p-lab-2', 'p-lab-3']);
      const brought = await get(
        asker,
        'Observation?_id=p-lab-1,q-lab-1,p-vital-1&_include=Observation:subject',
      );
      expect(idsIn(brought).sort()).toEqual(['p', 'p-lab-1', 'q-lab-1']);
    });

    test('what is written answers them before and after', async () => {
      const asker = within(PROGRAM, `${LAB} system/*.r`);
      expect((await post(asker, lab('', 'p'))).status).toBe(201);
      expect((await post(asker, lab('', 'p', 'vital-signs'))).status).toBe(403);
      expect((await put(asker, lab('p-lab-1', 'p', 'vital-signs'))).status).toBe(403);
      expect((await put(asker, lab('p-vital-1', 'p'))).status).toBe(403);
      expect((await put(within(PROGRAM, LAB), lab('p-vital-1', 'p'))).status).toBe(404);
      expect((await remove(asker, 'Observation/p-vital-1')).status).toBe(403);
      const name = await create(asker, lab('', 'q'));
      expect((await remove(asker, name)).status).toBe(204);
      expect(await statusFor(within(PROGRAM, LAB), name)).toBe(410);
      expect((await get(PROGRAM, 'Observation/p-lab-1')).body.meta).toMatchObject({ versionId: '1' });
    });

    test('an id is not chosen where a scope hides what may have it', async () => {
      for (const id of ['p-vital-2', 'never-there'])
        expect((await put(within(PROGRAM, LAB), lab(id, 'p'))).status).toBe(404);
      const [there, not] = await Promise.all(
        ['p-vital-2', 'never-there'].map(id => put(within(PROGRAM, LAB), lab(id, 'p'))),
      );
      expect(there!.text.replaceAll('p-vital-2', '')).toBe(not!.text.replaceAll('never-there', ''));
    });

    test('conditional writes and references count only what they reach', async () => {
      const asker = within(PROGRAM, `${LAB} system/Patient.rs?_id=p`);
      const once = (query: string) => ({ 'if-none-exist': query });
      expect((await post(asker, lab('', 'p'), once('_id=p-lab-2'))).status).toBe(200);
      expect((await post(asker, lab('', 'p'), once('_id=p-vital-2'))).status).toBe(201);
      const about = (id: string) =>
        bundle(
          asker,
          'transaction',
          posting({ ...lab('', ''), subject: { reference: `Patient?_id=${id}` } }),
        );
      expect((await about('p')).status).toBe(200);
      expect((await about('q')).status).toBe(400);
    });

    test('a transaction reads and searches within them what it wrote', async () => {
      const asker = within(PROGRAM, LAB);
      const before = Number((await get(asker, 'Observation?_summary=count')).body.total);
      const { body } = await bundle(
        asker,
        'transaction',
        posting(lab('', 'p')),
        asking('GET', 'Observation?_summary=count'),
        asking('GET', 'Observation?_id=p-vital-2,p-lab-2'),
      );
      const [, counted, found] = body.entry as { resource: JsonObject }[];
      expect(counted!.resource.total).toBe(before + 1);
      expect(((found!.resource.entry ?? []) as unknown[]).length).toBe(1);
    });

    test('a patient/ scope writes what names that person alone, and what it writes joins the record', async () => {
      const asker = within(EHR, 'patient/*.cruds', 'p');
      const name = await create(asker, lab('', 'p'));
      expect(await statusFor(PROGRAM, name)).toBe(200);
      expect((await post(asker, lab('', 'q'))).status).toBe(403);
      expect((await post(asker, communication('', 'p', 'q'))).status).toBe(403);
      expect((await post(asker, { resourceType: 'Basic', code: { text: 'x' } } as AnyResource)).status).toBe(
        403,
      );
      expect((await put(asker, { ...lab('', 'q'), id: idOf(name) })).status).toBe(403);
      const found = await get(PROGRAM, `Provenance?target=${name}`);
      expect(idsIn(found)).toHaveLength(1);
      expect(await statusFor(asker, `Provenance/${idsIn(found)[0]}`)).toBe(404);
    });

    test('by time of writing they hold for what is there, and for what is written now', async () => {
      const [old, late] = ['lt', 'ge'].map(prefix => `system/Goal.cruds?_lastUpdated=${prefix}2026-09-01`);
      const count = async (scope: string) =>
        (await get(within(PROGRAM, scope), 'Goal?_summary=count')).body.total;
      expect([await count(old!), await count(late!)]).toEqual([0, 6]);
      expect(await statusFor(within(PROGRAM, old!), 'Goal/p-goal-1')).toBe(404);
      expect(await statusFor(within(PROGRAM, late!), 'Goal/p-goal-1/_history/1')).toBe(200);
      expect((await post(within(PROGRAM, old!), goal('', 'p'))).status).toBe(403);
      expect((await post(within(PROGRAM, late!), goal('', 'p'))).status).toBe(201);
    });

    test('a token with a scope that cannot be kept is good for nothing', async () => {
      const asker = within(PROGRAM, 'system/Patient.rs system/Observation.rs?code:in=urn:x');
      expect(await statusFor(asker, 'Patient/p')).toBe(401);
    });

    test('a scope is judged by the version and by what the resource is now', async () => {
      const id = 'moved';
      await keep(PROGRAM, lab(id, 'p'));
      await keep(PROGRAM, lab(id, 'p', 'vital-signs'));
      await keep(PROGRAM, lab(id, 'p'));
      const versions = async (asker: Asker) => (await get(asker, `Observation/${id}/_history`)).body.total;
      expect(await versions(within(EHR, LAB))).toBe(2);
      expect(await statusFor(within(EHR, LAB), `Observation/${id}/_history/2`)).toBe(404);
      await keep(PROGRAM, lab(id, 'p', 'vital-signs'));
      expect(await statusFor(within(EHR, LAB), `Observation/${id}/_history/1`)).toBe(404);
      expect(await versions(EHR)).toBe(4);
    });
  });
});

// The matrix once more, where staff see the people on whose CareTeam they are (STAFF_ACCESS=careteam).
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { callersIn, posting, putting } from '../support/access-callers.ts';
import { differences, readCells, setCells } from '../support/access-cells.ts';
import { consent, goal, NOW, observation, patient, terms } from '../support/access-records.ts';
import { STORY } from '../support/access-story.ts';
import { ON_TEAMS, STAFF, STAFF_SCOPES, SYSTEM, TEAM_STEPS, team } from '../support/access-teams.ts';
import { each, openWorld, type World } from '../support/access-world.ts';
import { refusedDifferences, writeDifferences } from '../support/access-write-cells.ts';
import { onEveryStore, shareOf, someOf } from '../support/stores.ts';
import type { Asker, Fact } from './naive.ts';

const STEPS = [...STORY, ...TEAM_STEPS];
const told = new Set(
  TEAM_STEPS.map(step => ('put' in step ? `${step.put.resourceType}/${step.put.id}` : step.remove)),
);
const isTold = ({ type, id }: Fact) => told.has(`${type}/${id}`);
/** These are asked in every cell, the others in some. */
const WHOLE = ['staff on CareTeams', 'staff of another program'];

/** All that is about CareTeams, and of the rest every fifth. */
const sampleOf = (facts: readonly Fact[]) => facts.filter((fact, at) => at % 5 === 0 || isTold(fact));

const cellsOf = (world: World, asker: Asker, facts: readonly Fact[]) => [
  ...facts.flatMap(fact => readCells(world, asker, fact, isTold(fact))),
  ...setCells(world, asker),
];

onEveryStore(store => {
  describe('reading by care team', () => {
    let world: World;
    beforeAll(async () => {
      world = await openWorld(STEPS, store, true);
    }, 60_000);
    afterAll(() => world.close());

    test.each(Object.entries(STAFF))(
      '%s is answered by the rules',
      async (name, asker) => {
        const cells = cellsOf(world, asker, world.facts.all);
        const at = Object.keys(STAFF).indexOf(name);
        const share = WHOLE.includes(name) ? shareOf : someOf;
        expect(await differences(world, share(store, cells, at))).toEqual([]);
      },
      60_000,
    );

    test('so are staff within their scopes, and what the rules refuse is refused', async () => {
      for (const [at, asker] of [...STAFF_SCOPES, ON_TEAMS, STAFF['somebody at a screen']!].entries()) {
        const sample = sampleOf(world.facts.all);
        expect(await differences(world, someOf(store, cellsOf(world, asker, sample), at))).toEqual([]);
        const found: string[] = [];
        await each(someOf(store, sample, at + 1), async fact => {
          found.push(...(await refusedDifferences(world, asker, fact)));
        });
        expect(found).toEqual([]);
      }
    }, 60_000);

    test('some of everything is shown to staff on a CareTeam, and some hidden', () => {
      const cells = cellsOf(world, ON_TEAMS, world.facts.all);
      for (const status of ['200', '404', '410'])
        expect(cells.filter(cell => cell.expected() === status).length).toBeGreaterThan(4);
    });
  });

  describe('over time, by care team', () => {
    let world: World;
    const { keep, get, post, put, bundle, remove, statusFor } = callersIn(() => world);
    beforeEach(async () => {
      world = await openWorld([], store, true);
      for (const id of ['one', 'two']) await keep(SYSTEM, patient(id));
      await keep(SYSTEM, observation('two-obs', 'two'));
    });
    afterEach(() => world.close());
    const seen = async () => [
      await statusFor(ON_TEAMS, 'Patient/one'),
      await statusFor(ON_TEAMS, 'Patient/two'),
      await statusFor(ON_TEAMS, 'Observation/two-obs'),
    ];

    test('who joins a CareTeam sees from the next request on, and who leaves no more', async () => {
      expect(await seen()).toEqual([404, 404, 404]);
      await keep(SYSTEM, team('t', 'two'));
      expect(await seen()).toEqual([404, 200, 200]);
      await keep(SYSTEM, team('t', 'one'));
      expect(await seen()).toEqual([200, 404, 404]);
      await keep(SYSTEM, team('t', 'one', { status: 'suspended' }));
      expect(await seen()).toEqual([404, 404, 404]);
      await keep(SYSTEM, team('t', 'two'));
      await remove(SYSTEM, 'CareTeam/t');
      expect(await seen()).toEqual([404, 404, 404]);
    });

    test('periods begin and end as time goes by, without any write', async () => {
      await keep(SYSTEM, team('ends', 'one', { period: { end: '2026-09-01' } }));
      await keep(SYSTEM, team('starts', 'two', { period: { start: '2026-09-02' } }));
      expect(await seen()).toEqual([200, 404, 404]);
      world.setNow(NOW + 12 * 3_600_000);
      expect(await seen()).toEqual([404, 200, 200]);
    });

    test('a Consent that denies everybody hides nothing from the staff', async () => {
      await keep(SYSTEM, team('t', 'two'));
      await keep(SYSTEM, consent('c', 'two', terms({ type: 'deny' })));
      expect([...(await seen()), await statusFor(ON_TEAMS, 'Consent/c')]).toEqual([404, 200, 200, 200]);
    });

    test('nobody sees more by what they write', async () => {
      await keep(SYSTEM, team('t', 'one'));
      const widened = team('t', 'two');
      const hers = goal('', 'one');
      const answers = [
        await put(ON_TEAMS, widened),
        await post(ON_TEAMS, widened),
        await remove(ON_TEAMS, 'CareTeam/t'),
        await post(ON_TEAMS, widened, { 'if-none-exist': '_id=t' }),
        await bundle(ON_TEAMS, 'transaction', posting(hers), putting(widened)),
      ];
      expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
      expect((await get(SYSTEM, 'Goal?_summary=count')).body.total).toBe(0);
      const batch = await bundle(ON_TEAMS, 'batch', posting(hers), posting(widened));
      expect(
        (batch.body.entry as { response: { status: string } }[]).map(one => one.response.status),
      ).toEqual([expect.stringMatching(/^201/), expect.stringMatching(/^403/)]);
      expect(await seen()).toEqual([200, 404, 404]);
      expect((await get(SYSTEM, 'CareTeam/t')).body.subject).toEqual({ reference: 'Patient/one' });
    });

    test('what names somebody hidden is refused as what names nobody known', async () => {
      await keep(SYSTEM, team('t', 'one'));
      const told = async (person: string) => {
        const { status, text } = await post(ON_TEAMS, observation('', person));
        return [status, text];
      };
      expect((await told('two'))[0]).toBe(403);
      expect(await told('two')).toEqual(await told('nobody'));
      await keep(SYSTEM, observation('one-obs', 'one'));
      const moved = async (person: string) => (await put(ON_TEAMS, observation('one-obs', person))).text;
      expect(await moved('two')).toBe(await moved('nobody'));
      expect((await post(ON_TEAMS, patient('new'))).status).toBe(403);
      const names = async (id: string) => (await put(ON_TEAMS, observation(id, 'one'))).text;
      expect(await names('two-obs')).toBe(await names('no-obs'));
    });
  });

  describe('writing by care team', () => {
    test.each(WHOLE)(
      '%s leaves only what the rules allow',
      async name => {
        const asker = STAFF[name]!;
        const world = await openWorld(STEPS, store, true);
        try {
          const found: string[] = [];
          await each(shareOf(store, sampleOf(world.facts.all), name.length), async fact => {
            found.push(...(await writeDifferences(world, asker, fact)));
          });
          expect(found).toEqual([]);
          for (const reader of [SYSTEM, STAFF['the EHR']!, asker])
            expect(await differences(world, setCells(world, reader))).toEqual([]);
        } finally {
          await world.close();
        }
      },
      60_000,
    );
  });
});

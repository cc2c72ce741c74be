// The matrix once more, where staff see the people on whose CareTeam they are (STAFF_ACCESS=careteam).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { differences, readCells, setCells } from '../support/access-cells.ts';
import { STORY } from '../support/access-story.ts';
import { ON_TEAMS, STAFF, STAFF_SCOPES, SYSTEM, TEAM_STEPS } from '../support/access-teams.ts';
import { each, openWorld, type World } from '../support/access-world.ts';
import { refusedDifferences, writeDifferences } from '../support/access-write-cells.ts';
import { onEveryStore, shareOf, someOf } from '../support/stores.ts';
import { type Asker, type Fact, isBound } from './naive.ts';

const STEPS = [...STORY, ...TEAM_STEPS];
const told = new Set(
  TEAM_STEPS.map(step => ('put' in step ? `${step.put.resourceType}/${step.put.id}` : step.remove)),
);
const isTold = ({ type, id }: Fact) => told.has(`${type}/${id}`);
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
        const share = isBound(world.facts, asker) ? shareOf : someOf;
        expect(await differences(world, share(store, cells, at))).toEqual([]);
      },
      60_000,
    );

    test('so are staff within their scopes, and what the rules refuse is refused', async () => {
      for (const [at, asker] of [...STAFF_SCOPES, ON_TEAMS].entries()) {
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
        expect(cells.filter(cell => cell.expected === status).length).toBeGreaterThan(4);
    });
  });

  describe('writing by care team', () => {
    test.each([
      'staff on CareTeams',
      'staff on no CareTeam',
      'staff of another program',
      'somebody at a screen',
    ])(
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

// Caller x scope x resource x interaction: the server must answer every cell as the naive rules do.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ASKERS } from '../support/access-callers.ts';
import { differences, readCells, setCells } from '../support/access-cells.ts';
import { MEMBERS, PERSONS } from '../support/access-records.ts';
import { STORY } from '../support/access-story.ts';
import { each, openWorld, type World } from '../support/access-world.ts';
import { refusedDifferences, WRITE_CELLS, writeDifferences } from '../support/access-write-cells.ts';
import { onEveryStore, shareOf, type TestStore, takesAll } from '../support/stores.ts';
import type { Asker, Fact } from './naive.ts';

const SCOPES: Readonly<Record<string, string>> = {
  'reading alone': 'system/*.rs',
  'reading without search': 'system/*.r',
  'search without reading': 'system/*.s',
  'writing alone': 'system/*.cud',
  'Observations alone': 'system/Observation.cruds',
  'Patients and Goals': 'system/Patient.rs system/Goal.rus',
  'one person': 'patient/*.cruds',
  nothing: 'openid',
};

/** Patients and Consents of the people in every state of consent: reading and finding says enough. */
const isBrief = (fact: Fact) =>
  (fact.type === 'Patient' && (fact.id in PERSONS || fact.id in MEMBERS)) ||
  /-(consent-\d|cov|new|group)$/.test(fact.id);
/** One of every kind, and every seventh person. */
const sampleOf = (facts: readonly Fact[]) =>
  facts.filter(
    (fact, at) =>
      at % 7 === 0 || !(isBrief(fact) || fact.id.replace(/-obs$/, '') in { ...PERSONS, ...MEMBERS }),
  );

const readingCells = (world: World, asker: Asker, facts: readonly Fact[]) => [
  ...facts.flatMap(fact => readCells(world, asker, fact, !isBrief(fact))),
  ...setCells(world, asker),
];

const cellsIn = (store: TestStore): string =>
  takesAll(store) ? 'every cell' : 'a fourth of the cells (LONG=1: in every one)';

onEveryStore(store => {
  /** The cells that fall to the caller with this number. */
  const share = <T>(all: readonly T[], number: number): T[] => shareOf(store, all, number);

  describe('reading', () => {
    let world: World;
    beforeAll(async () => {
      world = await openWorld(STORY, store);
    }, 60_000);
    afterAll(() => world.close());

    test.each(Object.entries(ASKERS))(
      `%s is answered by the rules in ${cellsIn(store)}`,
      async (name, asker) => {
        const cells = readingCells(world, asker, world.facts.all);
        expect(await differences(world, share(cells, Object.keys(ASKERS).indexOf(name)))).toEqual([]);
      },
      60_000,
    );

    test.each(Object.entries(SCOPES))(
      `so is everybody, in ${cellsIn(store)}, with scopes for %s`,
      async (_name, scope) => {
        for (const [number, name] of ['the owner', 'the EHR', 'the payer', 'an auditor'].entries()) {
          const asker = { ...ASKERS[name]!, scope };
          const sample = sampleOf(world.facts.all).filter((_, at) => at % 3 === 0);
          const cells = share(readingCells(world, asker, sample), number);
          expect(await differences(world, cells)).toEqual([]);
          const found: string[] = [];
          await each(share(sample, number), async fact => {
            found.push(...(await refusedDifferences(world, asker, fact)));
          });
          expect(found).toEqual([]);
        }
      },
      60_000,
    );

    test('there are thousands of cells, with every answer among them', () => {
      const cells = Object.values(ASKERS).flatMap(asker => readingCells(world, asker, world.facts.all));
      expect(cells.length).toBeGreaterThanOrEqual(7000);
      for (const status of ['200', '404', '410'])
        expect(cells.filter(cell => cell.expected === status).length).toBeGreaterThan(20);
    });
  });

  describe('writing', () => {
    const WRITING = [
      'the owner',
      'another program',
      'the EHR',
      'the payer',
      'the EHR as a payer',
      'an unknown Organization',
      'an auditor of the owner',
      'a patient',
    ];

    test.each(WRITING)(
      `%s is answered by the rules in ${cellsIn(store)}, and leaves only what they allow`,
      async name => {
        const asker = ASKERS[name]!;
        const world = await openWorld(STORY, store);
        try {
          const sample = sampleOf(world.facts.all);
          expect(sample.length * (WRITE_CELLS.length + 2)).toBeGreaterThanOrEqual(700);
          const found: string[] = [];
          await each(share(sample, WRITING.indexOf(name)), async fact => {
            found.push(...(await writeDifferences(world, asker, fact)));
          });
          expect(found).toEqual([]);
          for (const reader of [ASKERS['the owner']!, ASKERS['the EHR']!, asker])
            expect(await differences(world, setCells(world, reader))).toEqual([]);
        } finally {
          await world.close();
        }
      },
      60_000,
    );
  });
});

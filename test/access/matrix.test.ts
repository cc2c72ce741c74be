// Caller x scope x resource x interaction: the server must answer every cell as the naive rules do.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ASKERS } from '../support/access-callers.ts';
import { differences, readCells, setCells } from '../support/access-cells.ts';
import { MEMBERS, PERSONS } from '../support/access-records.ts';
import { STORY } from '../support/access-story.ts';
import { each, openWorld, type World } from '../support/access-world.ts';
import { refusedDifferences, WRITE_CELLS, writeDifferences } from '../support/access-write-cells.ts';
import { onEveryStore, shareOf, someOf, type TestStore, takesAll } from '../support/stores.ts';
import type { Asker, Fact } from './naive.ts';

const LABORATORY = 'category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory';

const SCOPES: Readonly<Record<string, string | { scope: string; patient: string }>> = {
  'reading alone': 'system/*.rs',
  'reading without search': 'system/*.r',
  'search without reading': 'system/*.s',
  'writing alone': 'system/*.cud',
  'Observations alone': 'system/Observation.cruds',
  'Patients and Goals': 'system/Patient.rs system/Goal.rus',
  'one person, without one': 'patient/*.cruds',
  nothing: 'openid',
  users: 'user/*.rs user/Goal.cud',
  'words of v1': 'system/Observation.read user/Goal.* system/Patient.read patient/*.read',
  'laboratory alone': `system/Observation.cruds?${LABORATORY} system/Patient.rs`,
  'laboratory, or else what is late or no draft':
    'system/Observation.rs?category=laboratory user/Observation.rs?date=ge2026-08-02,2026-07-01&status=final ' +
    'system/Observation.r?status:not=final,amended system/Observation.s?date=lt2026-08-02',
  'what is about one person':
    'system/Observation.cruds?subject=Patient/to-ehr,Patient/none system/*.rs?_tag=shared',
  'what is not shared': 'system/*.rs?_tag:not=urn:tags|shared system/Goal.cud?lifecycle-status=active',
  'Observations without a kind, and Patients by id':
    'system/Observation.cruds?category:missing=true system/Patient.rs?_id=to-ehr,none,to-both',
  'what there is nothing of': 'system/*.cruds?_tag=nothing-has-it',
  'one person': { scope: 'patient/*.cruds', patient: 'to-ehr' },
  'one person who permits nobody': { scope: 'patient/*.cruds', patient: 'none' },
  'somebody who is not there': { scope: 'patient/*.rs', patient: 'nobody' },
  'laboratory of one person': {
    scope: `patient/Observation.rs?${LABORATORY} patient/Observation.s?date=lt2026-08-03 patient/Patient.rs`,
    patient: 'to-both',
  },
  'one person, and all Goals': { scope: 'patient/*.rs system/Goal.rs user/Schedule.s', patient: 'to-both' },
};

const SCOPED = ['the owner', 'the EHR', 'the payer', 'an auditor', 'a patient'];
const scopedAskers = (bound: (typeof SCOPES)[string]): Asker[] =>
  SCOPED.map(name => ({ ...ASKERS[name]!, ...(typeof bound === 'string' ? { scope: bound } : bound) }));

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

/** Of the people in every state of consent every second: the other half falls to the next caller. */
const halfOf = (facts: readonly Fact[], number: number) =>
  facts.filter((fact, at) => !isBrief(fact) || (at + number) % 2 === 0);

const cellsIn = (store: TestStore): string => (takesAll(store) ? 'the cells' : 'an eighth of the cells');

describe('the cells', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(STORY);
  }, 60_000);
  afterAll(() => world.close());

  test('scopes that say more than types show some resources of a type and hide others', () => {
    const cells = Object.values(SCOPES)
      .filter(bound => typeof bound !== 'string' || bound.includes('?'))
      .flatMap(scopedAskers)
      .flatMap(asker => readingCells(world, asker, sampleOf(world.facts.all)));
    expect(cells.length).toBeGreaterThanOrEqual(7000);
    const told = cells.map(cell => cell.expected());
    for (const status of ['200', '404', '410', '403', '', '1', '0'])
      expect(told.filter(one => one === status).length).toBeGreaterThan(50);
  });

  test('there are thousands of cells, with every answer among them', () => {
    const cells = Object.values(ASKERS).flatMap(asker => readingCells(world, asker, world.facts.all));
    expect(cells.length).toBeGreaterThanOrEqual(7000);
    const told = cells.map(cell => cell.expected());
    for (const status of ['200', '404', '410'])
      expect(told.filter(one => one === status).length).toBeGreaterThan(20);
  });
});

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
        const number = Object.keys(ASKERS).indexOf(name);
        const cells = readingCells(world, asker, halfOf(world.facts.all, number));
        expect(await differences(world, share(cells, number))).toEqual([]);
      },
      60_000,
    );

    test.each(Object.entries(SCOPES))(
      `so is everybody, in some cells (LONG=1: in more), with scopes for %s`,
      async (name, bound) => {
        for (const [number, asker] of scopedAskers(bound).entries()) {
          const seed = Object.keys(SCOPES).indexOf(name) * SCOPED.length + number;
          const some = <T>(all: readonly T[]): T[] => someOf(store, all, seed);
          const sample = sampleOf(world.facts.all);
          expect(await differences(world, some(readingCells(world, asker, sample)))).toEqual([]);
          const found: string[] = [];
          await each(some(some(sample)), async fact => {
            found.push(...(await refusedDifferences(world, asker, fact)));
          });
          expect(found).toEqual([]);
        }
      },
      60_000,
    );
  });

  describe('writing', () => {
    const names = [
      'the owner',
      'another program',
      'the EHR',
      'the payer',
      'the EHR as a payer',
      'an unknown Organization',
      'an auditor of the owner',
      'a patient',
      'a patient who is known',
    ];
    const WRITING: Readonly<Record<string, Asker>> = {
      ...Object.fromEntries(names.map(name => [name, ASKERS[name]!])),
      'the EHR, about laboratory': {
        ...ASKERS['the EHR']!,
        scope: `system/Observation.cruds?${LABORATORY} system/Goal.cuds?lifecycle-status=active system/*.r`,
      },
      'the owner, of what is shared or final': {
        ...ASKERS['the owner']!,
        scope:
          'system/*.cruds?_tag=shared user/Observation.cus?status=final system/Observation.rd?date=ge2026-08-02',
      },
      'the EHR, about one person': { ...ASKERS['the EHR']!, scope: 'patient/*.cruds', patient: 'to-ehr' },
    };

    test.each(Object.entries(WRITING))(
      `%s is answered by the rules in ${cellsIn(store)}, and leaves only what they allow`,
      async (name, asker) => {
        const world = await openWorld(STORY, store);
        try {
          const sample = sampleOf(world.facts.all);
          expect(sample.length * (WRITE_CELLS.length + 2)).toBeGreaterThanOrEqual(1000);
          const found: string[] = [];
          await each(share(sample, Object.keys(WRITING).indexOf(name)), async fact => {
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

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Json, JsonObject } from '../../../src/fhir/types.ts';
import { sameJson } from '../../../src/interactions/import/canonical.ts';
import { type Differing, mergeThreeWays } from '../../../src/interactions/import/three-way.ts';

type Kept = [string, Json | undefined][];

describe('three-way merge of a record', () => {
  const rows: [
    string,
    JsonObject | undefined,
    JsonObject,
    JsonObject,
    JsonObject,
    string[],
    string[],
    Kept?,
  ][] = [
    ['what neither side changed', { a: 1 }, { a: 1 }, { a: 1 }, { a: 1 }, [], []],
    ['what the record changed', { a: 1 }, { a: 2 }, { a: 1 }, { a: 2 }, [], []],
    ['what FHIR changed', { a: 1 }, { a: 1 }, { a: 3 }, { a: 3 }, ['a'], []],
    ['what FHIR added', { a: 1 }, { a: 1 }, { a: 1, b: 2 }, { a: 1, b: 2 }, ['b'], []],
    ['what FHIR took away', { a: 1, b: 2 }, { a: 1, b: 2 }, { a: 1 }, { a: 1 }, ['b'], []],
    ['what the record took away', { a: 1, b: 2 }, { a: 1 }, { a: 1, b: 2 }, { a: 1 }, [], []],
    ['the same change on both sides', { a: 1 }, { a: 2 }, { a: 2 }, { a: 2 }, [], []],
    ['two changes of one field', { a: 1 }, { a: 2 }, { a: 3 }, { a: 3 }, [], ['a']],
    ['one side took away what the other changed', { a: 1 }, {}, { a: 3 }, { a: 3 }, [], ['a']],
    ['two fields', { a: 1, b: 1 }, { a: 2, b: 1 }, { a: 1, b: 3 }, { a: 2, b: 3 }, ['b'], []],
    [
      'two parts of one value: never half of an address',
      { n: { a: 1, b: 1 } },
      { n: { a: 2, b: 1 } },
      { n: { a: 1, b: 3 } },
      { n: { a: 1, b: 3 } },
      [],
      ['n'],
    ],
    [
      'items of the same clients',
      { clients: [{ client: 'x' }, { client: 'y' }] },
      { clients: [{ client: 'x', start: 1 }, { client: 'y' }] },
      {
        clients: [
          { client: 'x', end: 2 },
          { client: 'y', end: 3 },
        ],
      },
      {
        clients: [
          { client: 'x', start: 1, end: 2 },
          { client: 'y', end: 3 },
        ],
      },
      ['clients[0].end', 'clients[1].end'],
      [],
    ],
    [
      'an item that is another one by now: never half of both',
      { clients: [{ client: 'x' }] },
      { clients: [{ client: 'y' }] },
      { clients: [{ client: 'x', end: 2 }] },
      { clients: [{ client: 'x', end: 2 }] },
      [],
      ['clients[0]'],
    ],
    [
      'items without a name are single values',
      { targets: [{ words: 'a', due: 1 }] },
      { targets: [{ words: 'b', due: 1 }] },
      { targets: [{ words: 'a', due: 2 }] },
      { targets: [{ words: 'a', due: 2 }] },
      [],
      ['targets[0]'],
    ],
    ['a list that grew on one side', { l: [1] }, { l: [1, 2] }, { l: [1] }, { l: [1, 2] }, [], []],
    ['a list that grew on both', { l: [1] }, { l: [1, 2] }, { l: [1, 3] }, { l: [1, 3] }, [], ['l']],
    ['nothing known of before', undefined, { a: 1, b: 2 }, { a: 1, b: 3 }, { a: 1, b: 3 }, [], ['b']],
    ['what stayed before', { a: 3 }, { a: 1 }, { a: 3 }, { a: 3 }, ['a'], [], [['a', 1]]],
    [
      'what stayed before, FHIR changed it again',
      { a: 3 },
      { a: 1 },
      { a: 4 },
      { a: 4 },
      ['a'],
      [],
      [['a', 1]],
    ],
    [
      'what stayed before, the record changed it',
      { a: 3 },
      { a: 2 },
      { a: 3 },
      { a: 3 },
      [],
      ['a'],
      [['a', 1]],
    ],
    ['what stayed before, the record agrees', { a: 3 }, { a: 3 }, { a: 3 }, { a: 3 }, [], [], [['a', 1]]],
    [
      'what stayed before within a list that the record changed',
      { l: [{ at: 1, x: 3 }] },
      { l: [] },
      { l: [{ at: 1, x: 3 }] },
      { l: [{ at: 1, x: 3 }] },
      [],
      ['l'],
      [['l[0].x', 1]],
    ],
  ];
  test.each(rows)('%s', (_name, base, record, fhir, merged, kept, clashes, before = []) => {
    const found = mergeThreeWays({ base, record, fhir }, { kept: new Map(before) });
    expect(found.merged).toEqual(merged);
    expect(found.kept.map(one => one.path)).toEqual(kept);
    expect(found.clashes.map(one => one.path)).toEqual(clashes);
  });

  test('a clash has both values, and a decision settles it', () => {
    const sides = { base: { a: 1, b: 1 }, record: { a: 2 }, fhir: { a: 3, b: 5 } };
    expect(mergeThreeWays(sides).clashes).toEqual([
      { path: 'a', record: 2, fhir: 3 },
      { path: 'b', fhir: 5 },
    ]);
    const seen: Differing[] = [];
    const settled = mergeThreeWays(sides, {
      decide: clash => {
        seen.push(clash);
        return clash.path === 'a' ? 'record' : 'fhir';
      },
    });
    expect(settled).toEqual({ merged: { a: 2, b: 5 }, kept: [{ path: 'b', fhir: 5 }], clashes: [] });
    expect(seen).toHaveLength(2);
  });

  const value = fc.constantFrom<Json>(
    'x',
    'y',
    'z',
    1,
    2,
    ['x'],
    ['x', 'y'],
    [{ client: 'x', n: 1 }, { client: 'y' }],
  );
  const record = fc.dictionary(
    fc.constantFrom('a', 'b', 'c', 'l'),
    fc.oneof(value, fc.dictionary(fc.constantFrom('p', 'q'), value, { noNullPrototype: true })),
    { noNullPrototype: true },
  );

  test('of every leaf: what one side alone changed is there, and nothing is lost without being told', () => {
    fc.assert(
      fc.property(record, record, record, (base, mine, theirs) => {
        const { merged, kept, clashes } = mergeThreeWays({ base, record: mine, fhir: theirs });
        for (const name of new Set([...Object.keys(base), ...Object.keys(mine), ...Object.keys(theirs)])) {
          const told = [...kept, ...clashes].some(
            one => one.path === name || /^[.[]/.test(one.path.slice(name.length)),
          );
          // Untold, the field is the record's: FHIR changed nothing there that the record would take back.
          if (!told) {
            expect(merged[name]).toEqual(mine[name]);
            const changed = !sameJson(theirs[name], base[name]);
            const same = sameJson(theirs[name], mine[name]);
            if (changed && !same) expect(Array.isArray(mine[name])).toBe(true);
          }
        }
        // Each told difference has FHIR's value.
        const again = mergeThreeWays({ base: theirs, record: merged, fhir: theirs });
        for (const { path } of [...kept, ...clashes]) {
          expect(again.kept.map(one => one.path)).not.toContain(path);
          expect(again.clashes.map(one => one.path)).not.toContain(path);
        }
      }),
    );
  });

  test('imported again, what stayed stays, and nothing is open that was not', () => {
    fc.assert(
      fc.property(record, record, record, (base, mine, theirs) => {
        const first = mergeThreeWays({ base, record: mine, fhir: theirs }, { decide: () => 'fhir' });
        const kept = new Map(first.kept.map(one => [one.path, one.record]));
        const second = mergeThreeWays({ base: first.merged, record: mine, fhir: first.merged }, { kept });
        expect(second.merged).toEqual(first.merged);
        expect(second.clashes).toEqual([]);
      }),
    );
  });
});

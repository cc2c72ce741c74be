import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AnyResource, Json } from '../../../src/fhir/types.ts';
import { sameJson } from '../../../src/interactions/import/canonical.ts';
import { mergeResource } from '../../../src/interactions/import/merge.ts';

const goal = (elements: Record<string, Json>): AnyResource => ({ resourceType: 'Goal', ...elements });
const merge = (old: Record<string, Json>, next: Record<string, Json>, current: Record<string, Json>) => {
  const resource = goal(current);
  return mergeResource(goal(old), goal(next), { resource, tree: resource });
};

describe('three-way merge of a resource', () => {
  const rows: [
    string,
    Record<string, Json>,
    Record<string, Json>,
    Record<string, Json>,
    Record<string, Json>,
  ][] = [
    ['what neither side changed stays', { a: 1 }, { a: 1 }, { a: 1 }, { a: 1 }],
    ['what the record changed is taken', { a: 1 }, { a: 2 }, { a: 1 }, { a: 2 }],
    ['what others changed stays', { a: 1 }, { a: 1 }, { a: 3 }, { a: 3 }],
    ['what others added stays', { a: 1 }, { a: 2 }, { a: 1, b: 9 }, { a: 2, b: 9 }],
    ['what the record drops goes', { a: 1, b: 2 }, { a: 1 }, { a: 1, b: 2 }, { a: 1 }],
    ['what the record adds comes', { a: 1 }, { a: 1, b: 2 }, { a: 1 }, { a: 1, b: 2 }],
    ['what others removed stays removed', { a: 1, b: 2 }, { a: 3, b: 2 }, { a: 1 }, { a: 3 }],
    ['both sides may make the same change', { a: 1 }, { a: 2 }, { a: 2 }, { a: 2 }],
    [
      'items of a list that keeps its length are merged one by one',
      { p: [{ x: 1, s: 'a' }, { x: 2 }] },
      { p: [{ x: 1, s: 'a' }, { x: 3 }] },
      { p: [{ x: 1, s: 'b' }, { x: 2 }] },
      { p: [{ x: 1, s: 'b' }, { x: 3 }] },
    ],
    [
      'extensions are told apart by url, not by place',
      { extension: [{ url: 'u:1', valueCode: 'a' }] },
      { extension: [{ url: 'u:1', valueCode: 'b' }] },
      {
        extension: [
          { url: 'u:2', valueCode: 'z' },
          { url: 'u:1', valueCode: 'a' },
        ],
      },
      {
        extension: [
          { url: 'u:2', valueCode: 'z' },
          { url: 'u:1', valueCode: 'b' },
        ],
      },
    ],
    [
      'an extension the record drops goes, the others stay',
      { extension: [{ url: 'u:1', valueCode: 'a' }] },
      {},
      {
        extension: [
          { url: 'u:1', valueCode: 'a' },
          { url: 'u:2', valueCode: 'z' },
        ],
      },
      { extension: [{ url: 'u:2', valueCode: 'z' }] },
    ],
    [
      'the order of properties is no change',
      { a: { x: 1, y: 2 } },
      { a: 5 },
      { a: { y: 2, x: 1 } },
      { a: 5 },
    ],
  ];
  test.each(rows)('%s', (_, old, next, current, merged) => {
    const found = merge(old, next, current);
    expect(found.clashes).toEqual([]);
    expect(found.tree).toEqual(goal(merged));
  });

  const clashing: [string, Record<string, Json>, Record<string, Json>, Record<string, Json>, string[]][] = [
    ['one element changed two ways', { a: 1 }, { a: 2 }, { a: 3 }, ['Goal.a']],
    ['changed here, removed there', { a: 1 }, { a: 2 }, {}, ['Goal.a']],
    ['removed here, changed there', { a: 1 }, {}, { a: 2 }, ['Goal.a']],
    ['a list that changed its length on both sides', { l: [1] }, { l: [1, 2] }, { l: [] }, ['Goal.l']],
    [
      'half of a datatype is never merged with the other half',
      { c: { code: 'a', text: 'A' } },
      { c: { code: 'b', text: 'A' } },
      { c: { code: 'a', text: 'B' } },
      ['Goal.c'],
    ],
    ['an item of a list', { p: [{ s: 1 }] }, { p: [{ s: 2 }] }, { p: [{ s: 3 }] }, ['Goal.p[0].s']],
    [
      'an extension',
      { extension: [{ url: 'u:1', valueCode: 'a' }] },
      { extension: [{ url: 'u:1', valueCode: 'b' }] },
      { extension: [{ url: 'u:1', valueCode: 'c' }] },
      ["Goal.extension('u:1')"],
    ],
  ];
  test.each(clashing)('a clash is named: %s', (_, old, next, current, clashes) => {
    expect(merge(old, next, current).clashes).toEqual(clashes);
  });

  test('says whether anything changed', () => {
    expect(merge({ a: 1 }, { a: 1 }, { a: 1, b: 2 }).changed).toBe(false);
    expect(merge({ a: 1 }, { a: 2 }, { a: 2 }).changed).toBe(false);
    expect(merge({ a: 1 }, { a: 2 }, { a: 1 }).changed).toBe(true);
  });

  test('leaves id and meta alone', () => {
    const current = { id: 'x', meta: { tag: [{ code: 't' }] }, a: 1 };
    expect(merge({ a: 1 }, { a: 2, id: 'y', meta: {} }, current).tree).toMatchObject({
      id: 'x',
      meta: { tag: [{ code: 't' }] },
      a: 2,
    });
  });

  test('keeps the printing view of what it does not change', () => {
    const resource = goal({ a: 1, q: 1 });
    const tree = { ...resource, q: JSON.parse('{"raw":"1.00"}') };
    expect(mergeResource(goal({ a: 1 }), goal({ a: 2 }), { resource, tree }).tree).toEqual({ ...tree, a: 2 });
  });

  describe('of any three resources', () => {
    const elements = fc.dictionary(
      fc.constantFrom('status', 'extension', 'participant', 'code'),
      fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>,
      { noNullPrototype: true },
    );

    test('gives the record where nobody else changed anything', () => {
      fc.assert(
        fc.property(elements, elements, (old, next) => {
          const { tree, clashes } = merge(old, next, old);
          expect(clashes).toEqual([]);
          expect(sameJson(tree, goal(next))).toBe(true);
        }),
      );
    });

    test('gives what stands there where the record changed nothing', () => {
      fc.assert(
        fc.property(elements, elements, (old, current) => {
          const { tree, clashes, changed } = merge(old, old, current);
          expect(clashes).toEqual([]);
          expect(changed).toBe(false);
          expect(sameJson(tree, goal(current))).toBe(true);
        }),
      );
    });

    test('never loses in silence what somebody else changed', () => {
      fc.assert(
        fc.property(elements, elements, elements, (old, next, current) => {
          const { tree, clashes } = merge(old, next, current);
          if (clashes.length > 0) return;
          // Merged once more from where it stands now, the same record changes nothing.
          expect(merge(next, next, tree as Record<string, Json>).changed).toBe(false);
          for (const name of Object.keys(current)) {
            if (sameJson(old[name], next[name])) expect(sameJson(tree[name], current[name])).toBe(true);
          }
        }),
      );
    });
  });
});

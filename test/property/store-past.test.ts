// A past version is reached where both it and what the resource is now allow it, for any resources, rules
// and predicate: each version of a store is asked for and held against that, said with search/match.ts.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Predicate } from '../../src/search/ast.ts';
import { allows, type Facts, type HeldRule } from '../../src/search/match.ts';
import type { Derived } from '../../src/store/port/derived.ts';
import type { Version } from '../../src/store/port.ts';
import { grantFor, openTemporaryStore } from '../support/store.ts';
import { fill, predicate, write } from '../support/store-arbitrary.ts';

type Leaf = Exclude<Predicate, { kind: 'and' | 'or' }>;

/** A version with what was stated when it, or the live version that a tombstone ended, was written. */
interface Kept {
  version: Version;
  live: Version;
  derived: Derived;
  /** Nobody but the source wrote it and what was before; a tombstone is judged by what it ended. */
  pure: boolean;
}

class Past {
  readonly all: Kept[] = [];
  readonly #now = new Map<string, Kept>();

  keep(version: Version, derived: Derived): void {
    const key = `${version.type}/${version.id}`;
    const before = this.#now.get(key);
    // Deleted again: nothing is written.
    if (before?.version.version === version.version) return;
    const kept = version.deleted
      ? { ...before!, version }
      : {
          version,
          live: version,
          derived,
          pure: (before === undefined || untouched(before)) && version.writer === version.source,
        };
    this.#now.set(key, kept);
    this.all.push(kept);
  }

  shows(one: Kept, asked: Predicate): boolean {
    const now = this.#now.get(`${one.version.type}/${one.version.id}`)!;
    const holds = (leaf: Leaf): boolean => {
      if (leaf.kind === 'source' || one === now) return allows(leaf, this.#factsFor(leaf, one));
      if (one.version.deleted && (leaf.kind === 'clause' || leaf.kind === 'names')) return false;
      return [now, one].every(each => allows(leaf, this.#factsFor(leaf, each)));
    };
    const judge = (part: Predicate): boolean =>
      part.kind === 'and' ? part.of.every(judge) : part.kind === 'or' ? part.of.some(judge) : holds(part);
    return judge(asked);
  }

  /** The permits of a Consent end with it; whom it named stays said. */
  #factsFor(leaf: Leaf, one: Kept): Facts {
    const live = [...this.#now.values()].filter(each => !each.version.deleted);
    const rules = leaf.kind === 'names' ? rulesOf(one) : live.flatMap(rulesOf);
    const { values, marks = [] } = one.derived;
    return { version: one.version, values, marks, rules, pure: one.pure };
  }
}

/** What comes after it may still be of its source alone. */
const untouched = ({ pure, version }: Kept): boolean => pure && version.writer === version.source;

const rulesOf = ({ live, derived }: Kept): HeldRule[] =>
  live.owner !== live.writer
    ? []
    : derived.rules
        .filter(rule => rule.patient !== '?')
        .map(rule => ({ ...rule, owner: live.owner, by: `${live.type}/${live.id}` }));

test('of every version those are shown that both the version and its resource allow', async () => {
  let shown = 0;
  let hidden = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(write, { minLength: 8, maxLength: 32 }),
      fc.array(predicate, { minLength: 4, maxLength: 8 }),
      async (writes, predicates) => {
        const { store, close } = await openTemporaryStore({ clock: () => 0.001 });
        const past = new Past();
        try {
          await fill({ store }, writes, (version, told) => past.keep(version, told));
          for (const one of predicates) {
            const grant = grantFor('asker', { narrow: () => one });
            for (const kept of past.all) {
              const { type, id, version } = kept.version;
              const seen = (await store.vread(type, id, version, grant)) !== undefined;
              expect({ type, id, version, one, seen }).toEqual({
                type,
                id,
                version,
                one,
                seen: past.shows(kept, one),
              });
              if (seen) shown += 1;
              else hidden += 1;
            }
          }
        } finally {
          await close();
        }
      },
    ),
    { numRuns: process.env.LONG === undefined ? 60 : 150 },
  );
  expect(Math.min(shown, hidden)).toBeGreaterThan(500);
}, 240_000);

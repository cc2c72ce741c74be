// What a store answers is what search/match.ts says, for any resources, rules, plan and page size,
// whichever way the store chooses to run it, and while others write between the pages.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Clause, Cursor, Plan } from '../../src/search/ast.ts';
import { type Facts, type HeldRule, searchMemory } from '../../src/search/match.ts';
import { LIMITS, type Limits } from '../../src/store/mongodb/reading.ts';
import type { Derived } from '../../src/store/port/derived.ts';
import type { Store, Version } from '../../src/store/port.ts';
import type { Bounds } from '../../src/store/sqlite/reading.ts';
import { describeMongo, openTemporaryMongo } from '../support/mongodb.ts';
import { grantFor, openTemporaryStore, planFor } from '../support/store.ts';
import { asked, bounds, fill, type Write, write } from '../support/store-arbitrary.ts';

/** What the memory of the same writes knows. */
class Model {
  readonly #held = new Map<string, { version: Version; derived: Derived; pure: boolean }>();

  keep(version: Version, derived: Derived): void {
    const key = `${version.type}/${version.id}`;
    const before = this.#held.get(key);
    this.#held.set(key, {
      version,
      derived: version.deleted ? before!.derived : derived,
      pure: (before?.pure ?? true) && version.writer === version.source,
    });
  }

  facts(): Facts[] {
    const all = [...this.#held.values()];
    const rules: HeldRule[] = all.flatMap(({ version, derived }) =>
      version.deleted || version.owner !== version.writer
        ? []
        : derived.rules.map(one => ({ ...one, owner: version.owner, by: `${version.type}/${version.id}` })),
    );
    // Rules count for the Consent that says them: Tasks of the same id say none of these.
    return all.map(({ version, derived, pure }) => ({
      version,
      values: derived.values,
      marks: derived.marks ?? [],
      rules: rules.filter(one => one.patient !== '?'),
      pure,
    }));
  }
}

interface Opened {
  store: Store;
  close(): Promise<void>;
}

/** A store, and how it is searched as a large one. */
interface Kind<Size> {
  name: string;
  open(size: Size): Promise<Opened>;
  sizes: fc.Arbitrary<Size>;
  /** Between two seqs that it gives one after the other. */
  step: number;
  runs: number;
}

const sqlite: Kind<Bounds | undefined> = {
  name: 'SQLite',
  open: size => openTemporaryStore({ clock: () => 0.001, ...(size === undefined ? {} : { bounds: size }) }),
  sizes: bounds,
  step: 1,
  runs: 40,
};

const mongodb: Kind<Limits> = {
  name: 'MongoDB',
  open: limits => openTemporaryMongo({ clock: () => 0.001, limits }),
  sizes: fc.constantFrom(
    LIMITS,
    { persons: 0, collected: 0, sorted: 0, ranges: 100 },
    { persons: 1, collected: 3, sorted: 4, ranges: 2 },
    { persons: 0, collected: 0, sorted: 1000, ranges: 1 },
  ),
  step: 256,
  runs: 25,
};

/** Runs a plan page by page; `between` happens after each. */
async function agree(
  { store }: Opened,
  model: Model,
  parts: Partial<Plan> & { type: string },
  between: () => Promise<void> = async () => undefined,
): Promise<void> {
  const grant = grantFor('asker');
  const cursors: { store?: Cursor; memory?: Cursor } = {};
  for (let page = 0; page < 12; page += 1) {
    const plan = { ...planFor(grant, parts.type, parts), total: true };
    const expected = searchMemory(withCursor(plan, cursors.memory), model.facts());
    const found = await store.search(withCursor(plan, cursors.store), grant);
    expect(found.matches.map(match => match.id)).toEqual(expected.ids);
    expect(found.total).toBe(expected.total);
    const place = expected.next && { values: expected.next.values, after: expected.next.after };
    expect(found.next && { values: found.next.values, after: found.next.after }).toEqual(place);
    if (found.next === undefined || expected.next === undefined) return;
    cursors.store = JSON.parse(JSON.stringify(found.next)) as Cursor;
    cursors.memory = expected.next;
    await between();
  }
}

const withCursor = (plan: Plan, cursor: Cursor | undefined): Plan =>
  cursor === undefined ? plan : { ...plan, cursor };

/** The arbitrary plans name seqs as SQLite gives them: 1, 2, 3, ... */
const scaled = <Asked extends { where: Clause[] }>(plan: Asked, step: number): Asked => ({
  ...plan,
  where: plan.where.map(clause =>
    clause.kind === 'updated'
      ? {
          ...clause,
          values: clause.values.map(one => ({ ...one, low: one.low * step, high: one.high * step })),
        }
      : clause,
  ),
});

function searchProperty<Size>({ name, open, sizes, step, runs }: Kind<Size>): void {
  // Each write of the other store is a way to its server and back.
  const numRuns = runs * (process.env.LONG === undefined ? 1 : name.startsWith('SQLite') ? 2 : 1);
  const minutes = process.env.LONG === undefined ? 4 : 40;

  async function withStore(size: Size, use: (opened: Opened, model: Model) => Promise<void>): Promise<void> {
    const opened = await open(size);
    try {
      await use(opened, new Model());
    } finally {
      await opened.close();
    }
  }
  const put = (opened: Opened, model: Model, writes: readonly Write[]): Promise<void> =>
    fill(opened, writes, (version, told) => model.keep(version, told));

  test(
    `a search of the ${name} store finds what the same plan matches in memory, page by page`,
    async () => {
      const writes = fc.array(write, { minLength: 12, maxLength: 32 });
      const plans = fc.array(asked, { minLength: 8, maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(writes, plans, sizes, (made, questions, size) =>
          withStore(size, async (opened, model) => {
            await put(opened, model, made);
            for (const parts of questions) await agree(opened, model, scaled(parts, step));
            await opened.store.reindex();
            for (const parts of questions) await agree(opened, model, scaled(parts, step));
          }),
        ),
        { numRuns },
      );
    },
    minutes * 60_000,
  );

  test(
    `pages of the ${name} store are those of memory while others write`,
    async () => {
      const writes = fc.array(write, { minLength: 30, maxLength: 50 });
      const plans = fc.array(asked, { minLength: 3, maxLength: 5 });
      await fc.assert(
        fc.asyncProperty(writes, plans, sizes, (made, questions, size) =>
          withStore(size, async (opened, model) => {
            const later = made.slice(12);
            await put(opened, model, made.slice(0, 12));
            for (const parts of questions)
              await agree(opened, model, scaled(parts, step), () => put(opened, model, later.splice(0, 2)));
          }),
        ),
        { numRuns },
      );
    },
    minutes * 60_000,
  );
}

describe('SQLite', () => searchProperty(sqlite));

describeMongo('MongoDB', () => searchProperty(mongodb));

// What the SQLite store answers is what search/match.ts says, for any resources, rules, plan and page
// size, whichever way the store chooses to run it.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Cursor, Plan } from '../../src/search/ast.ts';
import { type Facts, type HeldRule, searchMemory } from '../../src/search/match.ts';
import type { Derived, Version } from '../../src/store/port.ts';
import { grantFor, openTemporaryStore, planFor, type TemporaryStore } from '../support/store.ts';
import { asked, bounds, fill, write } from '../support/store-arbitrary.ts';

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
        : derived.rules.map(one => ({ ...one, owner: version.owner, consent: version.id })),
    );
    // Rules count for the Consent that says them: Tasks of the same id say none of these.
    return all.map(({ version, derived, pure }) => ({
      version,
      values: derived.values,
      rules: rules.filter(one => one.patient !== '?'),
      pure,
    }));
  }
}

async function agree(
  opened: TemporaryStore,
  facts: readonly Facts[],
  parts: Partial<Plan> & { type: string },
): Promise<void> {
  const grant = grantFor('asker');
  let cursor: Cursor | undefined;
  for (let page = 0; page < 12; page += 1) {
    const plan = {
      ...planFor(grant, parts.type, parts),
      total: true,
      ...(cursor === undefined ? {} : { cursor }),
    };
    const expected = searchMemory(plan, facts);
    const found = await opened.store.search(plan, grant);
    expect(found.matches.map(match => match.id)).toEqual(expected.ids);
    expect(found.total).toBe(expected.total);
    expect(found.next).toEqual(expected.next);
    if (found.next === undefined) return;
    cursor = JSON.parse(JSON.stringify(found.next)) as Cursor;
  }
}

test('a search of the store finds what the same plan matches in memory, page by page', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(write, { minLength: 12, maxLength: 32 }),
      fc.array(asked, { minLength: 8, maxLength: 12 }),
      bounds,
      async (writes, plans, limits) => {
        const opened = await openTemporaryStore({
          clock: () => 0.001,
          ...(limits === undefined ? {} : { bounds: limits }),
        });
        try {
          const model = new Model();
          await fill(opened, writes, (version, told) => model.keep(version, told));
          const facts = model.facts();
          for (const parts of plans) await agree(opened, facts, parts);
          await opened.store.reindex();
          for (const parts of plans) await agree(opened, facts, parts);
        } finally {
          await opened.close();
        }
      },
    ),
    { numRuns: process.env.LONG === undefined ? 40 : 600 },
  );
}, 120_000);

// Searches over documents that were put there as they are: records of several owners, what others wrote
// into them, and Consents between them, asked by callers as access/decide.ts makes them. Whatever arms and
// ways a search takes, it answers what search/match.ts says.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Clause, Cursor, Plan, Predicate } from '../../src/search/ast.ts';
import { type Facts, type HeldRule, searchMemory } from '../../src/search/match.ts';
import type { ResourceDocument } from '../../src/store/mongodb/documents.ts';
import { LIMITS, type Limits, type Reading } from '../../src/store/mongodb/reading.ts';
import { documentOf, rulesOf, tiesOf } from '../../src/store/mongodb/rows.ts';
import { searchPage } from '../../src/store/mongodb/search.ts';
import type { Derived } from '../../src/store/port/derived.ts';
import { describeMongo, openTemporarySite, type TemporarySite } from '../support/mongodb.ts';
import { deny, grantFor, permit, permittedTo, planFor } from '../support/store.ts';
import { asked, indexValue, paramOf, predicate, rule } from '../support/store-arbitrary.ts';

const organization = fc.constantFrom('one', 'two', 'three');
/** Some whom much is about, and some more than are met in a first look at the documents. */
const person = fc.constantFrom('1', '1', '1', '2', '2', '3', '4', '5', '6', '7', '8', '?');

interface Held {
  owner: string;
  source: string;
  written: 'source' | 'another';
  deleted: boolean;
  later: number;
  derived: Derived;
}

const held: fc.Arbitrary<Held> = fc.record({
  owner: organization,
  source: organization,
  written: fc.constantFrom('source', 'source', 'another'),
  deleted: fc.constantFrom(false, false, false, false, true),
  later: fc.constantFrom(0, 0, 500),
  derived: fc.record({
    values: fc.array(indexValue, { maxLength: 8 }),
    patients: fc.uniqueArray(person, { maxLength: 2 }),
    rules: fc.constant([]),
  }),
});

/** Mostly in force: rules of every kind are rare to meet each other. */
const inForce = fc
  .tuple(person, organization, fc.constantFrom('permit', 'permit', 'permit', 'deny'))
  .map(([patient, actor, effect]) => (effect === 'permit' ? permit(patient, actor) : deny(patient, actor)));
const said = fc.record({ owner: organization, rule: fc.oneof({ weight: 4, arbitrary: inForce }, rule) });

const ruled = organization.map(
  (one): Predicate => ({
    kind: 'or',
    of: [{ kind: 'owner', organization: one }, { kind: 'source', organization: one }, permittedTo(one)],
  }),
);
const personal = fc.constantFrom('1', '2').map((one): Predicate => ({ kind: 'person', patient: one }));

/** As decide makes them: own, source, consent, as far as a scope goes; or any other. */
const narrow: fc.Arbitrary<Predicate> = fc.oneof(
  ruled,
  fc
    .tuple(fc.oneof(personal, predicate), ruled)
    .map(([scope, rules]): Predicate => ({ kind: 'and', of: [scope, rules] })),
  organization.map(
    (one): Predicate => ({ kind: 'or', of: [permittedTo(one), { kind: 'source', organization: one }] }),
  ),
  organization.map(one => permittedTo(one)),
  predicate,
);

const patient: fc.Arbitrary<Clause[]> = fc
  .option(fc.constantFrom('Patient/1', 'Patient/2'), { nil: undefined })
  .map(key =>
    key === undefined
      ? []
      : [{ kind: 'param', param: paramOf('reference'), values: [{ kind: 'reference', keys: [key] }] }],
  );

/** The arbitrary plans name seqs as SQLite gives them: 1, 2, 3, ... */
const scaled = (clause: Clause): Clause =>
  clause.kind === 'updated'
    ? { ...clause, values: clause.values.map(one => ({ ...one, low: one.low * 500, high: one.high * 500 })) }
    : clause;

/** Half of them ask for whatever the caller may see: few resources answer two criteria. */
const plans = fc.array(
  fc.tuple(asked, narrow, patient, fc.boolean()).map(([parts, who, whose, bare]) => ({
    ...parts,
    type: 'Task',
    narrow: who,
    where: [...whose, ...(bare ? [] : parts.where.map(scaled))],
  })),
  { minLength: 10, maxLength: 20 },
);

const limits: fc.Arbitrary<Limits> = fc.constantFrom(
  LIMITS,
  { persons: 0, collected: 0, sorted: 0, ranges: 100 },
  { persons: 0, collected: 2, sorted: 1000, ranges: 100 },
  { persons: 1, collected: 3, sorted: 4, ranges: 2 },
  { persons: 100, collected: 0, sorted: 0, ranges: 1 },
);

function documentsOf(all: readonly Held[]): ResourceDocument[] {
  return all.map(({ owner, source, written, deleted, later, derived }, at) => {
    const created = (at + 1) * 1000;
    const row = {
      type: 'Task',
      id: `t${(at * 7) % 10}${at}`,
      version: 2,
      seq: created + later,
      created,
      owner,
      source,
      writer: source,
      foreignFrom: written === 'another' ? 2 : undefined,
      patients: derived.patients,
      deleted: false,
      body: '{}',
    };
    // A reference to a Patient names it.
    const named = derived.values.flatMap(value =>
      value.type === 'reference' && value.target.startsWith('Patient/') ? [value.target.slice(8)] : [],
    );
    const patients = [...new Set([...derived.patients, ...named])];
    return { ...documentOf(row, { ...derived, patients }), deleted };
  });
}

async function put(
  { site: { collections } }: TemporarySite,
  documents: readonly ResourceDocument[],
  rules: readonly HeldRule[],
): Promise<void> {
  const { resource, rule: ruled, tie, lane } = collections;
  await Promise.all([resource, ruled, tie, lane].map(one => one.deleteMany({})));
  const kept = rules.map(
    (one, at) => rulesOf({ _id: `Consent/${at}`, owner: one.owner, patients: [] }, [one])[0]!,
  );
  const ties = [
    ...documents.flatMap(document => tiesOf(document, [])),
    ...kept.flatMap(one => tiesOf({ owner: one.owner, source: one.owner, patients: [] } as never, [one])),
  ];
  const last = Math.max(...documents.map(document => document.seq));
  await resource.insertMany([...documents]);
  if (kept.length > 0) await ruled.insertMany(kept);
  const once = [...new Map(ties.map(one => [one._id, one])).values()];
  if (once.length > 0) await tie.insertMany(once);
  await lane.insertOne({ _id: 0, holder: '', epoch: 1, open: null, last, writer: '', number: 0, hash: '' });
}

const factsOf = (document: ResourceDocument, derived: Derived, rules: readonly HeldRule[]): Facts => ({
  version: document,
  values: derived.values,
  rules,
  pure: document.foreignFrom === undefined,
});

async function agree(reading: Reading, facts: readonly Facts[], parts: Partial<Plan> & { type: string }) {
  const grant = grantFor('asker');
  let cursor: Cursor | undefined;
  for (let page = 0; page < 12; page += 1) {
    const plan = {
      ...planFor(grant, parts.type, parts),
      total: true,
      ...(cursor === undefined ? {} : { cursor }),
    };
    const expected = searchMemory(plan, facts);
    const found = await searchPage(reading, plan);
    expect(found.matches.map(match => match.id)).toEqual(expected.ids);
    expect(found.total).toBe(expected.total);
    expect(found.next).toEqual(expected.next);
    if (found.next === undefined) return;
    cursor = JSON.parse(JSON.stringify(found.next)) as Cursor;
  }
}

describeMongo('a search of MongoDB', () => {
  let temporary: TemporarySite;
  beforeAll(async () => {
    temporary = await openTemporarySite();
  });
  afterAll(() => temporary.close());

  test('answers what the plan says, whoever asks and whichever ways it takes', async () => {
    const { collections, sharded } = temporary.site;
    await fc.assert(
      fc.asyncProperty(
        fc.array(held, { minLength: 8, maxLength: 60 }),
        fc.array(said, { maxLength: 40 }),
        plans,
        limits,
        async (all, lines, questions, size) => {
          const documents = documentsOf(all);
          const rules: HeldRule[] = lines
            .filter(({ rule: line }) => line.patient !== '?')
            .map(({ owner, rule: line }, at) => ({ ...line, owner, by: `Consent/${at}` }));
          await put(temporary, documents, rules);
          const facts = documents.map((document, at) => factsOf(document, all[at]!.derived, rules));
          const reading: Reading = { collections, sharded, session: undefined, limits: size };
          for (const parts of questions) await agree(reading, facts, parts);
        },
      ),
      { numRuns: process.env.LONG === undefined ? 120 : 150 },
    );
  }, 1_800_000);
});

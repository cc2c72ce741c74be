// Random sequences of writes told to two servers; in the second all is left out that the naive rules hide from one
// caller. Whatever that caller asks, both must give the same answer.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import { extract } from '../../src/search/extract.ts';
import { paramsOf } from '../../src/search/registry.ts';
import {
  appointment,
  communication,
  consent,
  coverage,
  goal,
  observation,
  patient,
  terms,
  toEhr,
  toNeighbour,
  toPayer,
} from '../support/access-records.ts';
import type { Writer } from '../support/access-story.ts';
import { team } from '../support/access-teams.ts';
import { ALL, type Asked, askerOf, noteWrite, openWorld, type World } from '../support/access-world.ts';
import { queryFor, wholeAnswer } from '../support/leaks.ts';
import { onEveryStore, type TestStore } from '../support/stores.ts';
import { type Asker, type Fact, type Facts, sees } from './naive.ts';
import { lastLive, peopleOf } from './naive-resource.ts';

const PERSONS = ['p0', 'p1', 'p2'];
const CHOSEN: Readonly<Record<string, Asker>> = {
  staff: { ...askerOf('iop', 'user/*.cruds'), practitioner: 'anna' },
  neighbour: askerOf('neighbour'),
  ehr: askerOf('ehr'),
  payer: askerOf('payer'),
  patient: { organization: 'iop', role: 'patient', scope: ALL, patient: 'p0' },
  auditor: { organization: 'auditor', role: 'auditor', scope: ALL },
};

/** Every Consent of the cases, of every shape, without id and patient. */
const FOLDER = join(import.meta.dirname, 'consents');
const CONSENTS = readdirSync(FOLDER).flatMap(file => {
  const { base, cases } = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as {
    base: JsonObject;
    cases: { consents: JsonObject[] }[];
  };
  return cases.flatMap(one => one.consents.map(written => ({ ...base, ...written })));
});

// --- what is told ---------------------------------------------------------------------------------------------

interface Told {
  writer: Writer;
  name: string;
  /** Without one: a deletion. */
  resource?: AnyResource;
}
const put = (writer: Writer, resource: AnyResource): Told => ({
  writer,
  name: `${resource.resourceType}/${String(resource.id)}`,
  resource,
});
const secured = (code: string): JsonObject => ({
  meta: { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code }] },
});

/** The last is nobody's: no Consent, roster or CareTeam ever names that person. */
const FIRST: readonly Told[] = [
  ...[...PERSONS, 'unknown'].map(one => put('iop', patient(one))),
  put('iop', observation('unknown-obs', 'unknown')),
  ...PERSONS.flatMap(one => [
    put('iop', coverage(`${one}-cov`, one)),
    put('iop', team(`${one}-team`, one, {}, { member: { reference: 'Practitioner/anna' } })),
    put('iop', observation(`${one}-first`, one)),
  ]),
];

const person = fc.constantFrom(...PERSONS);
const clinical = fc
  .tuple(person, person, fc.nat(6), fc.constantFrom<Writer>('iop', 'iop', 'ehr', 'neighbour'))
  .map(([one, other, kind, writer]) => {
    const id = `${writer === 'iop' ? '' : `${writer}-`}${one}-${kind}`;
    const made = [
      observation(id, one),
      observation(id, one, { effectiveDateTime: '2026-03-01', ...secured('ETHUD') }),
      observation(id, one, secured('PSYTHPN')),
      observation(id, one, { performer: [{ reference: `Patient/${other}` }] }),
      goal(id, one),
      appointment(id, one),
      communication(id, one, other),
    ];
    return put(writer, made[kind]!);
  });
/** Of any shape, or such as shows something to those who ask. */
const written = fc.oneof(
  fc.constantFrom(...CONSENTS),
  fc.constantFrom(...[toEhr, toPayer, toNeighbour].map(one => terms(one))),
);
const consenting = fc
  .tuple(person, fc.nat(1), written, fc.nat(3))
  .map(([one, n, said, ends]) =>
    put('iop', consent(`${one}-${n}`, one, { ...said, ...(ends === 0 ? { status: 'inactive' } : {}) })),
  );
const roster = fc
  .tuple(person, fc.boolean(), fc.boolean(), fc.constantFrom('Practitioner/anna', 'Organization/ehr'))
  .map(([one, covers, on, member]) =>
    covers
      ? put('iop', coverage(`${one}-cov`, one, { status: on ? 'active' : 'cancelled' }))
      : put(
          'iop',
          team(`${one}-team`, one, { status: on ? 'active' : 'inactive' }, { member: { reference: member } }),
        ),
  );
const deletion = clinical.map(({ writer, name }): Told => ({ writer, name }));
const sequence = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: clinical },
    { weight: 4, arbitrary: consenting },
    { weight: 2, arbitrary: roster },
    { weight: 1, arbitrary: deletion },
  ),
  { minLength: 10, maxLength: 20, size: 'max' },
);

async function tell(world: World, { writer, name, resource }: Told): Promise<boolean> {
  const asked: Asked =
    resource === undefined ? { method: 'DELETE', path: name } : { method: 'PUT', path: name, body: resource };
  const answer = await world.ask(askerOf(writer), asked);
  expect(answer.status).toBeLessThan(500);
  const known = world.facts.all.some(fact => `${fact.type}/${fact.id}` === name);
  if (answer.status >= 300 || (resource === undefined && !known)) return false;
  noteWrite(world.facts, askerOf(writer), name, resource);
  return true;
}

// --- what is hidden -------------------------------------------------------------------------------------------

type Sees = typeof sees;

/** What the rules are made of decides for others too, hidden or not: it stays in both. */
const DECIDING = new Set(['Consent', 'Coverage', 'CareTeam', 'Patient']);
const hiddenFrom = (facts: Facts, asker: Asker, shown: Sees): Fact[] =>
  facts.all.filter(
    fact => !DECIDING.has(fact.type) && fact.versions.every((_, at) => !shown(facts, asker, fact, at + 1)),
  );

// --- what is asked --------------------------------------------------------------------------------------------

const KINDS = [
  'read',
  'history',
  'search',
  'total',
  'include',
  'sort',
  'write',
  'bundle',
  'operation',
] as const;
type Kind = (typeof KINDS)[number];

const clear = ({ id: _id, ...rest }: AnyResource): JsonObject => rest;
const bundle = (type: string, ...urls: string[]): Asked => ({
  method: 'POST',
  path: '',
  body: { resourceType: 'Bundle', type, entry: urls.map(url => ({ request: { method: 'GET', url } })) },
});

/** Of one resource, seen or not; `seed` chooses the parameter. Writes come last: they may change what is there. */
function questions(fact: Fact, seed: number): Record<Kind, Asked[]> {
  const { type, id } = fact;
  const resource = lastLive(fact);
  const name = `${type}/${id}`;
  const params = paramsOf(type);
  const sort = params[seed % params.length]!.code;
  const queries = extract(resource)
    .values.map(queryFor)
    .filter(query => query !== undefined);
  const query = queries[seed % queries.length] ?? `_id=${id}`;
  const of = peopleOf(resource)[0] ?? 'p0';
  return {
    read: [{ path: name }, { path: `${name}/_history/1` }],
    history: [{ path: `${name}/_history` }, { path: `${type}/_history?_count=5` }, { path: '_history' }],
    search: [{ path: `${type}?_id=${id}` }, { path: `${type}?${query}` }],
    total: [{ path: `${type}?${query}&_total=accurate&_count=1` }, { path: `${type}?_summary=count` }],
    include: [
      { path: `${type}?_include=${type}:*&_total=accurate` },
      { path: `Patient?_revinclude=${type}:patient&_total=accurate` },
    ],
    sort: [{ path: `${type}?_sort=-${sort}&_count=1` }, { path: `${type}?_sort=-_lastUpdated&_count=2` }],
    bundle: ['batch', 'transaction'].map(kind => bundle(kind, name, `${type}?${query}&_total=accurate`)),
    operation: [{ path: `Patient/${of}/$accounting-of-disclosures` }, { path: `${name}/$explain-access` }],
    write: [
      { method: 'PUT', path: name, body: resource, headers: { 'if-match': 'W/"7"' } },
      {
        method: 'POST',
        path: type,
        body: clear(resource),
        headers: { 'if-none-exist': `_id=${id}` },
      },
      { method: 'PUT', path: `${type}?_id=${id}`, body: clear(resource) },
      { method: 'DELETE', path: `${type}?_id=${id}` },
      { method: 'PUT', path: name, body: resource },
      { method: 'DELETE', path: name },
    ],
  };
}

/** Ids that the server made are its own in each world. */
const MADE = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

interface Counts {
  kinds: Map<string, number>;
  callers: Map<string, number>;
  hidden: number;
  /** Callers to whom something beside the directory was shown -> how much. */
  shown: Map<string, number>;
}
const newCounts = (): Counts => ({ kinds: new Map(), callers: new Map(), hidden: 0, shown: new Map() });
const add = (to: Map<string, number>, name: string) => to.set(name, (to.get(name) ?? 0) + 1);

interface Run {
  store: TestStore;
  who: string;
  told: readonly Told[];
  seed: number;
  kinds?: readonly Kind[];
}

/** The same to both worlds, asked about hidden and other resources. */
async function compare(
  { store, who, told, seed, kinds = KINDS }: Run,
  counts: Counts,
  shown: Sees = sees,
): Promise<void> {
  const asker = CHOSEN[who]!;
  const full = await openWorld([], store, true);
  const bare = await openWorld([], store, true);
  try {
    const taken: Told[] = [];
    for (const step of [...FIRST, ...told]) if (await tell(full, step)) taken.push(step);
    const hidden = hiddenFrom(full.facts, asker, shown);
    const gone = new Set(hidden.map(fact => `${fact.type}/${fact.id}`));
    for (const step of taken.filter(one => !gone.has(one.name))) expect(await tell(bare, step)).toBe(true);
    counts.hidden += hidden.length;
    const others = full.facts.all.filter(fact => !hidden.includes(fact));
    for (const fact of others) if (!DECIDING.has(fact.type) && fact.owner === 'iop') add(counts.shown, who);
    const about = [...hidden.slice(0, 3), others[seed % others.length]!];
    const asked = about.map((fact, at) => questions(fact, seed + at));
    for (const kind of kinds)
      for (const one of asked.flatMap(all => all[kind])) {
        const [there, not] = await Promise.all([full, bare].map(world => answerIn(world, asker, one)));
        expect(`${who} ${one.method ?? 'GET'} ${one.path} ${there}`).toBe(
          `${who} ${one.method ?? 'GET'} ${one.path} ${not}`,
        );
        add(counts.kinds, kind);
        add(counts.callers, who);
      }
  } finally {
    await full.close();
    await bare.close();
  }
}

async function answerIn(world: World, asker: Asker, asked: Asked): Promise<string> {
  const { status, headers, text } = await world.ask(asker, asked);
  expect(status).toBeLessThan(500);
  return wholeAnswer(status, headers, text)
    .replaceAll(MADE, '')
    .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, '');
}

const runsOn = ({ name }: TestStore): number =>
  process.env.LONG === '1' ? (name === 'SQLite' ? 14 : 3) : name === 'SQLite' ? 5 : 1;

onEveryStore(store => {
  describe('whatever was written, what the rules hide from a caller does not exist for it', () => {
    const counts = newCounts();

    test.each(Object.keys(CHOSEN))(
      'for %s',
      async who => {
        await fc.assert(
          fc.asyncProperty(sequence, fc.nat(1000), (told, seed) =>
            compare({ store, who, told, seed }, counts),
          ),
          { numRuns: runsOn(store) },
        );
      },
      120_000,
    );

    test('every kind of question and every caller occurred, about hidden resources too', () => {
      const runs = runsOn(store) * Object.keys(CHOSEN).length;
      for (const kind of KINDS) expect(counts.kinds.get(kind) ?? 0).toBeGreaterThanOrEqual(4 * runs);
      for (const who of Object.keys(CHOSEN))
        expect(counts.callers.get(who) ?? 0).toBeGreaterThanOrEqual(40 * runsOn(store));
      expect(counts.hidden).toBeGreaterThanOrEqual(runs);
      const seeing = Object.keys(CHOSEN).filter(who => who !== 'auditor' && (counts.shown.get(who) ?? 0) > 0);
      expect(seeing.length).toBeGreaterThanOrEqual(runsOn(store) < 5 ? 2 : 4);
    });

    test.each(KINDS)('what the server shows, hidden by a rule, is found out by: %s', async kind => {
      const treats = team('p0-team', 'p0', {}, { member: { reference: 'Practitioner/anna' } });
      const told = [put('iop', treats), put('iop', goal('p0-4', 'p0'))];
      const run: Run = { store, who: 'staff', told, seed: 0, kinds: [kind] };
      const blind: Sees = (facts, asker, fact, version) =>
        fact.type !== 'Goal' && sees(facts, asker, fact, version);
      await compare(run, newCounts());
      await expect(compare(run, newCounts(), blind)).rejects.toThrow('staff');
    });
  });
});

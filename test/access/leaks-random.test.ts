// Random sequences of writes told to two servers; in the second all that the naive rules hide from one caller is left
// out, or says something else. Whatever that caller asks, between the writes and after them, both must give the same
// answer, to the last page.
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
  NOW,
  observation,
  patient,
  terms,
  toEhr,
  toNeighbour,
  toPayer,
} from '../support/access-records.ts';
import type { Step, Writer } from '../support/access-story.ts';
import { team } from '../support/access-teams.ts';
import { ALL, type Asked, askerOf, noteWrite, openWorld, type World } from '../support/access-world.ts';
import { queryFor, wholeAnswer } from '../support/leaks.ts';
import { onEveryStore, type TestStore, takesAll } from '../support/stores.ts';
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
  emergency: { organization: 'er', role: 'ehr', scope: ALL, emergency: 'p0' },
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
/** To what those who ask belong to, now and then. */
const WHOLES = [
  'Organization/lakeside',
  'PractitionerRole/role',
  ...PERSONS.map(one => `CareTeam/${one}-team`),
];
const toWhole = (reference: string): JsonObject => {
  const [actor] = toEhr.actor as JsonObject[];
  return terms({ ...toEhr, actor: [{ ...actor, reference: { reference } }] });
};
/** Of any shape, or such as shows something to those who ask. */
const written = fc.oneof(
  fc.constantFrom(...CONSENTS),
  fc.constantFrom(...WHOLES.map(toWhole)),
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
const membership = fc
  .tuple(fc.boolean(), fc.boolean(), fc.constantFrom('ehr', 'neighbour'))
  .map(([part, active, member]) => {
    const organization = { reference: `Organization/${member}` };
    return part
      ? put('iop', {
          ...{ resourceType: 'Organization', id: member, name: member, active },
          partOf: { reference: 'Organization/lakeside' },
        })
      : put('iop', {
          ...{ resourceType: 'PractitionerRole', id: 'role', active, organization },
          practitioner: { reference: 'Practitioner/anna' },
        });
  });
const deletion = clinical.map(({ writer, name }): Told => ({ writer, name }));
const sequence = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: clinical },
    { weight: 4, arbitrary: consenting },
    { weight: 2, arbitrary: roster },
    { weight: 2, arbitrary: membership },
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
const DECIDING = new Set(['Consent', 'Coverage', 'CareTeam', 'Patient', 'Organization', 'PractitionerRole']);
const nameOf = ({ type, id }: Pick<Fact, 'type' | 'id'>): string => `${type}/${id}`;
const hiddenFrom = (facts: Facts, asker: Asker, shown: Sees): Fact[] =>
  facts.all.filter(
    fact => !DECIDING.has(fact.type) && fact.versions.every((_, at) => !shown(facts, asker, fact, at + 1)),
  );

/** Names of what was hidden whenever something was asked: after so many steps, and after all of them. */
function hiddenThroughout(
  steps: readonly Told[],
  asks: readonly number[],
  asker: Asker,
  shown: Sees,
): Set<string> {
  const facts: Facts = { all: [], now: NOW, careTeams: true };
  const seen = new Set<string>();
  for (const [at, { writer, name, resource }] of steps.entries()) {
    noteWrite(facts, askerOf(writer), name, resource);
    if (at + 1 < steps.length && !asks.includes(at + 1)) continue;
    const hidden = hiddenFrom(facts, asker, shown);
    for (const fact of facts.all) if (!hidden.includes(fact)) seen.add(nameOf(fact));
  }
  return new Set(facts.all.map(nameOf).filter(name => !seen.has(name)));
}

/** Says something else of the same people. */
const OTHERWISE: Readonly<Record<string, JsonObject>> = {
  Appointment: { start: '2026-05-05T18:00:00Z', end: '2026-05-05T21:00:00Z', comment: 'Other' },
  Communication: { sent: '2026-05-05T18:00:00Z', payload: [{ contentString: 'Other' }] },
  Goal: { startDate: '2026-05-05', description: { text: 'Other' } },
  Observation: {
    effectiveDateTime: '2026-05-05',
    code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
    valueString: 'Other',
  },
};
const otherwise = (step: Told): Told =>
  step.resource === undefined
    ? step
    : { ...step, resource: { ...step.resource, ...OTHERWISE[step.resource.resourceType] } };

// --- what is asked --------------------------------------------------------------------------------------------

const KINDS = [
  'read',
  'history',
  'search',
  'total',
  'include',
  'sort',
  'page',
  'between',
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
    page: [
      { path: `${type}?_count=${1 + (seed % 4)}&_sort=-${sort}&_include=${type}:*` },
      { path: `${type}/_history?_count=5` },
    ],
    between: [],
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

/** Asked between the writes: of what is hidden by then, and of everything. */
function questionsNow(hidden: readonly Fact[], facts: Facts, seed: number): Asked[] {
  const { type, id } = hidden[seed % hidden.length] ?? facts.all[seed % facts.all.length]!;
  return [
    { path: `${type}/${id}` },
    { path: `${type}?_sort=-_lastUpdated&_count=2&_total=accurate` },
    { path: '_history?_count=3' },
  ];
}

/** Ids that the server made are its own in each world. */
const MADE = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

interface Counts {
  kinds: Map<string, number>;
  callers: Map<string, number>;
  hidden: number;
  /** Of that, steps that said something else in the other world. */
  otherwise: number;
  /** Callers to whom something beside the directory was shown -> how much. */
  shown: Map<string, number>;
}
const newCounts = (): Counts => ({
  kinds: new Map(),
  callers: new Map(),
  hidden: 0,
  otherwise: 0,
  shown: new Map(),
});
const add = (to: Map<string, number>, name: string) => to.set(name, (to.get(name) ?? 0) + 1);

interface Run {
  store: TestStore;
  who: string;
  told: readonly Told[];
  seed: number;
  kinds?: readonly Kind[];
  /** How the other world differs; both unless told. */
  beside?: 'left out' | 'other words';
}

/** What was asked after so many steps that were taken, and the answers. */
interface Ask {
  after: number;
  asked: readonly Asked[];
  answers: readonly string[];
}

/** Steps between questions. */
const STRETCH = 7;

/** Told to the world of everything, and what was asked meanwhile. */
async function tellAll(
  full: World,
  { who, told, seed, kinds = KINDS }: Run,
  shown: Sees,
): Promise<{ taken: Told[]; asks: Ask[] }> {
  const asker = CHOSEN[who]!;
  const taken: Told[] = [...FIRST];
  const asks: Ask[] = [];
  for (const [at, step] of told.entries()) {
    if (await tell(full, step)) taken.push(step);
    if (!kinds.includes('between') || (at % STRETCH > 0 && at + 1 < told.length)) continue;
    const asked = questionsNow(hiddenFrom(full.facts, asker, shown), full.facts, seed + at);
    const answers = [];
    for (const one of asked) answers.push(await answerIn(full, asker, one));
    asks.push({ after: taken.length, asked, answers });
  }
  return { taken, asks };
}

interface Beside {
  /** Names of what is hidden. */
  gone: ReadonlySet<string>;
  /** Of the other world; undefined: left out of it. */
  steps: readonly (Told | undefined)[];
}

function besideOf(
  { taken, asks }: { taken: readonly Told[]; asks: readonly Ask[] },
  { who, seed, beside }: Run,
  shown: Sees,
): Beside {
  const moments = asks.map(one => one.after);
  const gone = hiddenThroughout(taken, moments, CHOSEN[who]!, shown);
  const steps = taken.map(step => (gone.has(step.name) ? otherwise(step) : step));
  const still = hiddenThroughout(steps, moments, CHOSEN[who]!, shown);
  const isLeftOut = (at: number): boolean =>
    beside === undefined ? (seed + at) % 2 === 0 : beside === 'left out';
  const absent = new Set([...gone].filter((name, at) => isLeftOut(at) || !still.has(name)));
  return { gone, steps: steps.map(step => (absent.has(step.name) ? undefined : step)) };
}

const storyOf = (steps: readonly (Told | undefined)[]): Step[] =>
  steps.flatMap(step => (step?.resource === undefined ? [] : { writer: step.writer, put: step.resource }));

/** The same to both worlds, asked about hidden and other resources. */
async function compare(run: Run, counts: Counts, shown: Sees = sees): Promise<void> {
  const { store, who, seed, kinds = KINDS } = run;
  const asker = CHOSEN[who]!;
  const full = await openWorld(storyOf(FIRST), store, true);
  const worlds = [full];
  const demandSame = (kind: Kind, { method = 'GET', path }: Asked, there: string, not: string): void => {
    const at = there === not ? 0 : [...there].findIndex((char, n) => char !== not[n]);
    const near = (text: string) => `${who} ${method} ${path} ${text.slice(Math.max(0, at - 200), at + 500)}`;
    if (there !== not) expect(near(there)).toBe(near(not));
    add(counts.kinds, kind);
    add(counts.callers, who);
  };
  try {
    const all = await tellAll(full, run, shown);
    const { gone, steps } = besideOf(all, run, shown);
    const bare = await openWorld(storyOf(steps.slice(0, FIRST.length)), store, true);
    worlds.push(bare);
    for (const [at, step] of steps.entries()) {
      if (step !== undefined && at >= FIRST.length) expect(await tell(bare, step)).toBe(true);
      if (step !== undefined && gone.has(step.name)) counts.otherwise += 1;
      for (const { asked, answers } of all.asks.filter(one => one.after === at + 1))
        for (const [n, one] of asked.entries())
          demandSame('between', one, answers[n]!, await answerIn(bare, asker, one));
    }
    const hidden = full.facts.all.filter(fact => gone.has(nameOf(fact)));
    counts.hidden += hidden.length;
    const others = full.facts.all.filter(fact => !hidden.includes(fact));
    for (const fact of others) if (!DECIDING.has(fact.type) && fact.owner === 'iop') add(counts.shown, who);
    const about = [...hidden.slice(0, 3), others[seed % others.length]!];
    const asked = about.map((fact, at) => questions(fact, seed + at));
    const ask = (one: Asked, pages: number): Promise<string[]> =>
      Promise.all(worlds.map(world => answerIn(world, asker, one, pages)));
    // What several resources are asked about in the same words is asked once, until something is written.
    const known = new Map<string, string[]>();
    for (const kind of kinds)
      for (const one of asked.flatMap(each => each[kind])) {
        if (kind === 'write') known.clear();
        const words = JSON.stringify([kind, one]);
        const answers = known.get(words) ?? (await ask(one, kind === 'page' ? MOST_PAGES : 1));
        known.set(words, answers);
        demandSame(kind, one, answers[0]!, answers[1]!);
      }
  } finally {
    for (const world of worlds) await world.close();
  }
}

const MOST_PAGES = 30;

/** The answer, and those of the pages after it. */
async function answerIn(world: World, asker: Asker, asked: Asked, pages = 1): Promise<string> {
  const { status, headers, text, body } = await world.ask(asker, asked);
  expect(status).toBeLessThan(500);
  const whole = wholeAnswer(status, headers, text)
    .replaceAll(MADE, '')
    .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, '');
  const links = Array.isArray(body.link) ? (body.link as { relation: string; url: string }[]) : [];
  const next = links.find(one => one.relation === 'next');
  if (next === undefined || pages === 1) return whole;
  const path = next.url.slice(next.url.indexOf('/fhir') + '/fhir'.length).replace(/^\//, '');
  return `${whole}\n${await answerIn(world, asker, { path }, pages - 1)}`;
}

const runsOn = ({ name }: TestStore): number =>
  process.env.LONG === '1' ? (name === 'SQLite' ? 6 : 1) : name === 'SQLite' ? 5 : 1;

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
      expect(counts.otherwise).toBeGreaterThanOrEqual(runs);
      const seeing = Object.keys(CHOSEN).filter(who => who !== 'auditor' && (counts.shown.get(who) ?? 0) > 0);
      expect(seeing.length).toBeGreaterThanOrEqual(runsOn(store) < 5 ? 2 : 4);
      expect(seeing).toEqual(expect.arrayContaining(['patient', 'emergency']));
    });

    test.each(KINDS)('what the server shows, hidden by a rule, is found out by: %s', async kind => {
      const treats = team('p0-team', 'p0', {}, { member: { reference: 'Practitioner/anna' } });
      const told = [put('iop', treats), put('iop', goal('p0-4', 'p0'))];
      const run: Run = { store, who: 'staff', told, seed: 0, kinds: [kind], beside: 'left out' };
      const blind: Sees = (facts, asker, fact, version) =>
        fact.type !== 'Goal' && sees(facts, asker, fact, version);
      await compare(run, newCounts());
      await expect(compare(run, newCounts(), blind)).rejects.toThrow('staff');
    });

    // That is of the test and not of the store.
    const TELLING = KINDS.filter(kind => kind !== 'write' && kind !== 'operation').filter(
      kind => takesAll(store) || kind === 'read',
    );
    test.each(TELLING)('what the server shows in other words is found out by: %s', async kind => {
      const treats = team('p0-team', 'p0', {}, { member: { reference: 'Practitioner/anna' } });
      const told = [put('iop', treats), put('iop', goal('p0-4', 'p0'))];
      const run: Run = { store, who: 'staff', told, seed: 0, kinds: [kind], beside: 'other words' };
      const blind: Sees = (facts, asker, fact, version) =>
        fact.type !== 'Goal' && sees(facts, asker, fact, version);
      await expect(compare(run, newCounts(), blind)).rejects.toThrow('staff');
    });
  });
});

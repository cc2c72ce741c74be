// Cases of consents/*.json: what of one person's Consents decides whether a caller gets one resource. Each is held
// against the lines that the server compiles, against the naive second decision, and against both stores.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { provisionsOf } from '../../src/access/consent.ts';
import type { Principal } from '../../src/access/grant.ts';
import { MEMBER, withMemberships } from '../../src/access/membership.ts';
import { consentRule } from '../../src/access/recipient.ts';
import { compileRoster } from '../../src/access/roster.ts';
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import type { Predicate } from '../../src/search/ast.ts';
import { extract } from '../../src/search/extract.ts';
import { allows, decidingRules, type Facts, type HeldRule } from '../../src/search/match.ts';
import { countingRules } from '../../src/store/unit/rules.ts';
import { coverage, NOW, observation, patient } from '../support/access-records.ts';
import { ALL, askerOf, openWorld, type World } from '../support/access-world.ts';
import { onEveryStore } from '../support/stores.ts';
import { type Asker, type Fact, sees } from './naive.ts';

interface Case {
  name: string;
  consents: JsonObject[];
  /** What else the program has written down; of each name one, in all cases alike. */
  records?: AnyResource[];
  /** `treats`: the program has the caller on the person's CareTeam. A payer has the person on its roster. */
  ask: {
    who: 'ehr' | 'payer';
    purpose?: string;
    action?: 'read' | 'write';
    practitioner?: string;
    treats?: boolean;
  };
  /** Without its id and its subject. */
  data: AnyResource;
  decision: 'permit' | 'deny';
  /** `number of the Consent: path of the provision` that decided, the innermost. */
  reason: string;
}

const FOLDER = join(import.meta.dirname, 'consents');
const FILES = readdirSync(FOLDER).map(file => ({
  file,
  ...(JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as { base: JsonObject; cases: Case[] }),
}));
const CASES = FILES.flatMap(({ file, base, cases }) =>
  cases.map((one, at) => ({ ...one, base, id: `${file.replace('.json', '')}-${at}` })),
);
type Known = (typeof CASES)[number];

const REQUIRED: Readonly<Record<string, (person: string) => AnyResource>> = {
  Goal: person => ({
    resourceType: 'Goal',
    lifecycleStatus: 'active',
    description: { text: 'Sleep' },
    subject: { reference: `Patient/${person}` },
  }),
  Observation: person => observation('', person),
  CarePlan: person => ({
    resourceType: 'CarePlan',
    status: 'active',
    intent: 'plan',
    subject: { reference: `Patient/${person}` },
  }),
  Composition: person => ({
    resourceType: 'Composition',
    status: 'final',
    type: { text: 'Discharge summary' },
    subject: { reference: `Patient/${person}` },
    date: '2026-08-01',
    title: 'Discharge summary',
  }),
  Condition: person => ({ resourceType: 'Condition', subject: { reference: `Patient/${person}` } }),
  DocumentReference: person => ({
    resourceType: 'DocumentReference',
    status: 'current',
    subject: { reference: `Patient/${person}` },
    content: [{ attachment: { title: 'Letter' } }],
  }),
  Appointment: person => ({
    resourceType: 'Appointment',
    status: 'booked',
    participant: [{ actor: { reference: `Patient/${person}` }, status: 'accepted' }],
  }),
};

/** The person, whoever is on a list, the Consents and the data: all the program's. */
function recordsOf({ id, base, consents, records = [], ask, data }: Known): AnyResource[] {
  const written = JSON.stringify(consents).replaceAll('{id}', `${id}-data`);
  const besides = JSON.stringify(records).replaceAll('{id}', `${id}-data`);
  const team: AnyResource = {
    resourceType: 'CareTeam',
    id: `${id}-team`,
    status: 'active',
    subject: { reference: `Patient/${id}` },
    participant: [{ member: { reference: `Organization/${ask.who}` } }],
  };
  return [
    patient(id),
    ...(ask.treats === true ? [team] : []),
    ...(ask.who === 'payer' ? [coverage(`${id}-cov`, id)] : []),
    ...(JSON.parse(written) as JsonObject[]).map(
      (one, at): AnyResource =>
        present({
          ...(base as AnyResource),
          ...one,
          id: `${id}-consent-${at}`,
          patient: { reference: `Patient/${id}` },
        }),
    ),
    ...(JSON.parse(besides) as AnyResource[]),
    { ...REQUIRED[data.resourceType]!(id), ...data, id: `${id}-data` },
  ];
}

/** null: without what the base has. */
const present = (resource: AnyResource): AnyResource =>
  Object.fromEntries(Object.entries(resource).filter(([, value]) => value !== null)) as AnyResource;

const askerIn = ({ ask }: Known): Asker => ({
  ...askerOf(ask.who),
  ...(ask.purpose === undefined ? {} : { purposes: [ask.purpose] }),
  ...(ask.practitioner === undefined ? {} : { practitioner: ask.practitioner }),
});

/** What the server makes of it, without a store. */
async function answerTo(one: Known): Promise<{ decision: Case['decision']; reason: string }> {
  const { id, ask } = one;
  const records = recordsOf(one);
  const rules = records.flatMap((resource): (HeldRule & { path?: string })[] => {
    const written = { type: resource.resourceType, owner: 'iop', writer: 'iop' };
    const lines = [...provisionsOf(resource), ...compileRoster(resource)];
    const by = `${resource.resourceType}/${String(resource.id)}`;
    return countingRules(lines, written).map(line => ({ ...line, owner: 'iop', by }));
  });
  const data = records.at(-1)!;
  const { values, patients, marks } = extract(data);
  const version = {
    ...{
      type: data.resourceType,
      id: String(data.id),
      version: 1,
      seq: 1,
      created: 1,
      body: '',
      deleted: false,
    },
    ...{ owner: 'iop', source: 'iop', writer: 'iop', patients },
  };
  const facts: Facts = { version, values, marks, rules, pure: true };
  const principal: Principal = {
    ...{ client: 'c', scopes: [], idSpace: { prefix: '', others: [] }, role: ask.who, organization: ask.who },
    purposes: [ask.purpose ?? (ask.who === 'payer' ? 'HPAYMT' : 'TREAT')],
    ...(ask.practitioner === undefined ? {} : { practitioner: ask.practitioner }),
  };
  const lines = rules.filter(rule => rule.purpose === MEMBER);
  const memberLines = async (actors: readonly string[]) => lines.filter(one => actors.includes(one.actor));
  const caller = await withMemberships(principal, { memberLines }, NOW);
  const predicate = consentRule(caller, NOW, ask.action);
  const permitted = allows(predicate, facts);
  const effect = permitted ? 'permit' : 'deny';
  const deciding = consentsIn(predicate)
    .map(asked => decidingRules(asked, id, facts) as (HeldRule & { path?: string })[])
    .find(found => found[0]?.effect === effect);
  return { decision: effect, reason: reasonOf(id, deciding ?? []) };
}

const consentsIn = (predicate: Predicate): Extract<Predicate, { kind: 'consent' }>[] =>
  predicate.kind === 'and' || predicate.kind === 'or'
    ? predicate.of.flatMap(consentsIn)
    : predicate.kind === 'consent' && predicate.roster !== true
      ? [predicate]
      : [];

function reasonOf(id: string, rules: readonly (HeldRule & { path?: string })[]): string {
  const told = rules.map(({ by, path = '' }) => `${by.slice(`Consent/${id}-consent-`.length)}: ${path}`);
  const depth = (text: string): number => text.split('.').length;
  const deepest = Math.max(...told.map(depth));
  const innermost = [...new Set(told.filter(text => depth(text) === deepest))];
  return innermost.length === 0 ? 'nothing applies' : innermost.sort().join(' ');
}

test('there are 150 cases and more, with decisions of either kind in every file', () => {
  expect(CASES.length).toBeGreaterThanOrEqual(150);
  for (const { file, cases } of FILES)
    expect([file, new Set(cases.map(one => one.decision)).size]).toEqual([file, 2]);
});

describe.each(FILES.map(({ file }) => file))('%s', file => {
  const cases = CASES.filter(one => `${one.id.replace(/-\d+$/, '')}.json` === file);
  test.each(cases.map(one => [one.name, one] as const))('%s', async (_, one) => {
    expect(await answerTo(one)).toEqual({ decision: one.decision, reason: one.reason });
  });

  test('the naive second decision says the same of all of them', () => {
    const told = cases
      .filter(({ ask }) => ask.action !== 'write')
      .map(one => {
        const all = recordsOf(one).map(
          (resource): Fact => ({
            type: resource.resourceType,
            id: String(resource.id),
            owner: 'iop',
            versions: [{ writer: 'iop', resource }],
          }),
        );
        const seen = sees({ all, now: NOW }, askerIn(one), all.at(-1)!);
        return { name: one.name, decision: seen ? 'permit' : 'deny' };
      });
    expect(told).toEqual(
      cases.filter(({ ask }) => ask.action !== 'write').map(({ name, decision }) => ({ name, decision })),
    );
  });
});

onEveryStore(store => {
  describe('the cases in a store', () => {
    let world: World | undefined;
    beforeAll(async () => {
      const story = CASES.flatMap(one => recordsOf(one).map(put => ({ writer: 'iop' as const, put })));
      world = await openWorld(story, store);
    }, 120_000);
    afterAll(() => world?.close());

    test('what is permitted is read and counted, what is not is not there', async () => {
      const told = [];
      const expected = [];
      for (const one of CASES.filter(({ ask }) => ask.action !== 'write')) {
        const asker = { ...askerIn(one), scope: ALL };
        const { resourceType } = one.data;
        const read = await world!.ask(asker, { path: `${resourceType}/${one.id}-data` });
        const counted = await world!.ask(asker, {
          path: `${resourceType}?_id=${one.id}-data&_summary=count`,
        });
        told.push({ name: one.name, status: read.status, total: counted.body.total });
        const permitted = one.decision === 'permit';
        expected.push({ name: one.name, status: permitted ? 200 : 404, total: permitted ? 1 : 0 });
      }
      expect(told).toEqual(expected);
    }, 120_000);
  });
});
